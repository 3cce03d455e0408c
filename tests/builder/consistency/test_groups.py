"""The table of groups: complete, resolvable, and refused with the place where it is not."""

from __future__ import annotations

import pytest

from restated.audit import differences
from restated.errors import RestatedError
from restated_book import register
from restated_book.consistency import groups

HEADER = "group,check,applies,parts,whole,minimum,maximum,items,df,reason\n"


@pytest.fixture(scope="module")
def numbers():
    return register.load()


def test_the_table_of_the_repository_resolves(numbers):
    found = groups.load(numbers)
    assert found
    assert all(group.rows for group in found)
    assert len({(group.check, group.name) for group in found}) == len(found)


def test_references_name_a_value_or_a_column(numbers, tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text(HEADER + "a,sum,yes,finkel2000-n-mz -finkel2000-n-dz,finkel2000-a2:n,,,,,arms\n", encoding="utf-8")
    (group,) = groups.load(numbers, path)
    assert [(ref.sign, ref.count) for ref in group.parts] == [(1, 99), (-1, 108)]
    assert group.whole[0].count == 207
    assert [row.id for row in group.rows] == ["finkel2000-n-mz", "finkel2000-n-dz", "finkel2000-a2"]


def test_the_words_for_a_difference_are_those_of_the_library():
    assert tuple(groups.SAID) == differences.WORDS


def test_a_size_may_be_any_number_up_to_the_one_published(numbers, tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text(
        HEADER + "a,percent-count,yes,dozier2001-agreement,97..finkel2000-n-mz,,,,,some\n", encoding="utf-8"
    )
    (group,) = groups.load(numbers, path)
    assert group.sizes == [97, 98, 99] and group.whole[0].printed.text == "97 to 99"
    assert [row.id for row in group.judged] == ["dozier2001-agreement"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,percent-count,yes,dozier2001-agreement,100..finkel2000-n-mz,,,,,x", "'100' is not a number of cases up to"),
        ("a,percent-count,yes,dozier2001-agreement,x..finkel2000-n-mz,,,,,x", "field 'whole': 'x' is not a number of"),
        (
            "a,sd-bound,yes,dugan2024-age-mean dugan2024-age-sd,franz2011-n,9,1,,,age",
            "row 2, field 'minimum': a scale has two ends. Give both, the lower one as the minimum",
        ),
        ("a,sum,yes,nobody2000-n finkel2000-n-dz,finkel2000-a2:n,,,,,arms", "row 2, field 'parts': 'nobody2000-n'"),
        ("a,sum,yes,finkel2000-n-mz:unit finkel2000-n-dz,finkel2000-a2:n,,,,,arms", "'unit' is not a column"),
        ("a,sum,yes,finkel2000-c2 finkel2000-n-dz,finkel2000-a2:n,,,,,arms", "'finkel2000-c2' holds no number"),
        ("a,sum,yes,finkel2000-n-mz,finkel2000-a2:n,,,,,arms", "'sum' needs 2 or more numbers here, not 1"),
        ("a,sum,yes,finkel2000-n-mz finkel2000-n-dz,,,,,,arms", "field 'whole': 'sum' needs 1 numbers here, not 0"),
        ("a,grim,yes,dugan2024-age-mean,franz2011-n,,,,,age", "field 'items': 'grim' needs this column"),
        ("a,statistic-p,yes,fearon2010-disorganization-contrast-q,,,,,2;57,df", "field 'df': '2;57' are not degrees"),
        ("a,statistic-p,yes,fearon2010-disorganization-contrast-q,,,,,x,df", "field 'df': 'x' is not a number"),
        (
            "a,statistic-p,yes,fearon2010-disorganization-contrast-q,,,,,1,250,df".replace("1,250", '"1,250"'),
            "field 'df': the comma of '1,250' can separate decimals or thousands: 1.250 or 1250",
        ),
        ("a,grimmer,yes,dugan2024-age-mean dugan2024-age-mean,franz2011-n,1,,1,,age", "a scale has two ends"),
        ("a,interval-centre,yes,groh2014-security-d,,,,,,d", "follow from the rows themselves"),
        ("a,no-such-check,yes,groh2014-security-d,,,,,,d", "field 'check': 'no-such-check' is not one of"),
        ("a,sum,yes,finkel2000-n-mz finkel2000-n-dz,finkel2000-a2:n,,,,,", "field 'reason': the value is missing"),
    ],
)
def test_a_faulty_group_is_refused_with_its_place(numbers, tmp_path, line, message):
    path = tmp_path / "groups.csv"
    path.write_text(HEADER + line + "\n", encoding="utf-8")
    with pytest.raises(RestatedError) as error:
        groups.load(numbers, path)
    assert message in str(error.value)


def test_a_share_is_no_count(numbers, tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text(
        HEADER + "a,percent-count,yes,dozier2001-agreement,madigan2023-secure,,,,,share\n", encoding="utf-8"
    )
    (group,) = groups.load(numbers, path)
    with pytest.raises(RestatedError, match=r"'51.6' is not a whole number"):
        _ = group.whole[0].count
