"""The audit of the register: which rows meet which check, and that nothing unseen is counted."""

from __future__ import annotations

from collections import Counter

import pytest

from restated.errors import RestatedError
from restated_book import consistency as audit
from restated_book import register
from restated_book.consistency import groups

COLUMNS = ",".join(register.COLUMNS)


@pytest.fixture(scope="module")
def numbers():
    return register.load()


@pytest.fixture(scope="module")
def results(numbers):
    return audit.run(numbers)


def small(tmp_path, *rows):
    """A register of its own: fields by name, the rest filled in."""
    folder = tmp_path / "published"
    folder.mkdir()
    lines = [COLUMNS]
    for i, row in enumerate(rows):
        cells = (
            dict.fromkeys(register.COLUMNS, "")
            | {
                "id": f"a2000-x{i}",
                "finding": "f",
                "study": "A 2000",
                "quantity": "x",
                "statistic": "d",
                "source_key": "a2000",
                "grade": "P",
            }
            | row
        )
        lines.append(",".join(f'"{cells[c]}"' for c in register.COLUMNS))
    (folder / "f.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return register.load(folder, bibliography=["a2000", "b2000"])


def run(tmp_path, *rows):
    return [(r.check, r.outcome, r.verified) for r in audit.run(small(tmp_path, *rows), groups=[])]


# What the printed numbers of the sources do not agree in, each read again in the notes it came from. A new entry here
# means: read the evidence again before believing it. Keys are check and first row.
INCONSISTENT = {
    # Fisher's p is .048497: .049 was rounded twice, or comes from another test.
    ("counts-p", "jakobsen2014-remission-18w-mbt"),
    # Bootstrapped or skewed costs need not have a centred interval.
    ("difference-centre", "priebe2012-cost-dbt"),
    ("difference-centre", "vanasselt2008-cost-sft"),
    # The federal review may adjust its p for sites or covariates.
    ("effect-p", "sadler2013-rf-es"),
    ("means-t-any", "bateman2016-iip-domineering-0-mbt"),
    # 106 and 5 make 111, the number of the follow-up.
    ("sum", "beck2020-n-bpd"),
    ("percent-count", "brettschneider2014-bateman2003-female"),
    ("percent-count", "bateman1999-major-depression-ph"),
    ("percent-count", "bateman1999-major-depression-control"),
    ("percent-count", "robinson2016-attendance-control"),
    ("percent-count", "robinson2016-female"),
    ("percent-count", "maldacastillo2019-quality-good"),
    ("percent-count", "maldacastillo2019-quality-confounding"),
    ("percent-count", "maldacastillo2019-quality-fidelity"),
    # .25 x .19 is .05, not .07: the model may rest on another correlation than the one reported.
    ("product", "zeegers2017-mentalization-sensitivity-r"),
    ("percent-total", "maldacastillo2019-quality-fair"),
    ("percent-arms", "sadler2013-secure-mtb"),
    ("sum", "dolan1996-annual-cost-before"),
    ("interval-centre", "fearon2010-avoidance-externalizing-85"),
    ("interval-centre", "groh2017b-avoidant-d"),
    ("interval-centre", "madigan2013-disorganized-d-adjusted"),
    ("interval-centre", "porter2020-cohort-or"),
    ("interval-centre", "juul2023-severe-self-harm"),
    ("interval-centre", "juul2023-serious-adverse-event"),
    ("interval-centre", "juul2023-hospitalisation"),
    ("statistic-p", "steele1996-infant-mother-father-chi2"),
    ("same", "reach-countries-text"),
    ("same", "lucassen2011-wong-r-entered"),
    ("same", "vanijzendoorn1995-k-restated"),
    ("same", "jorgensen2014-n-completers"),
    ("same", "jorgensen2013-n-cochrane"),
    # A newsletter gives those identified, the abstract those analysed.
    ("same", "verhage2016-samples-identified"),
    # If all 41 were interviewed; the ledger's set allows for fewer.
    ("percent-arms", "bateman2008-diagnosis-8y-mbt"),
    ("sd-se", "meuldijk2017-noncontrolled-sd"),
}


def test_a_difference_of_percentages_is_not_tested_like_one_of_means(numbers, results):
    made = {ref.row.id for group in groups.load(numbers) if group.check == "percents-d" for ref in group.whole}
    tested = {id for result in results if result.check == "effect-p" for id in result.ids}
    assert "sadler2013-secure-es" in made and "sadler2013-rf-es" in tested and not made & tested


def test_the_inconsistencies_are_those_read_again_by_hand(results):
    found = {(r.check, r.ids[0]) for r in results if r.verified and r.outcome == audit.INCONSISTENT}
    assert found == INCONSISTENT


def test_every_result_is_complete(numbers, results):
    for r in results:
        assert r.check in audit.CHECKS
        assert r.ids
        assert all(id in numbers for id in r.ids)
        assert 0 <= r.power <= 1
        assert r.outcome == audit.UNINFORMATIVE if r.power == 0 and r.outcome != audit.INCONSISTENT else True
        assert r.sentence.endswith(".")
        assert r.verified == all(numbers[id].grade != "U" for id in r.ids)


def test_wording_is_neutral(results):
    text = " ".join(r.sentence for r in results).casefold()
    for word in ("wrong", "false", "error", "mistake", "misleading", "hidden", "fraud", "fabricat"):
        assert word not in text


def test_rows_graded_u_are_marked_and_not_counted(results):
    shown = audit.summary(results)
    counted = sum(shown[outcome].sum() for outcome in (audit.CONSISTENT, audit.INCONSISTENT, audit.UNINFORMATIVE))
    assert counted == sum(r.verified for r in results)
    assert shown["unverified"].sum() == sum(not r.verified for r in results) > 0
    table = audit.table(results)
    assert (table["outcome"].str.startswith("unverified") == [not r.verified for r in results]).all()


def test_rows_kept_away_from_a_check_do_not_meet_it(numbers, results):
    for group in groups.load(numbers):
        if not group.applies:
            for row in group.rows:
                assert not any(r.check == group.check and row.id in r.ids for r in results)


def test_each_row_meets_each_percentage_check_once(results):
    firsts = Counter(r.ids[0] for r in results if r.check == "percent-count")
    assert set(firsts.values()) == {1}


def test_coverage_counts_seen_numbers(numbers, results):
    used, seen = audit.coverage(numbers, results)
    assert 0 < used < seen
    assert seen == sum(n.is_number and n.grade != "U" for n in numbers.values())
    assert audit.coverage(numbers, []) == (0, seen)


def test_percentages_find_their_denominator(tmp_path):
    percent = {"statistic": "percent", "unit": "percent"}
    assert run(
        tmp_path,
        percent | {"value": "70", "n": "46"},
        percent | {"value": "71", "n": "46", "quantity": "other"},
        percent | {"value": "34", "k": "23"},
        percent | {"value": "34", "k": "23", "n": "900"},  # pooled
        percent | {"value": "34", "n": "50", "n_group1": "23", "n_group2": "27", "id": "a2000-both"},
        percent | {"value": "71", "n": "46", "grade": "U", "quantity": "third"},
        percent | {"value": "50", "n": "46", "unit": "percent of variance"},
        percent | {"value": "> 50", "n": "46"},
    ) == [
        ("percent-count", "consistent", True),
        ("percent-count", "inconsistent as printed", True),
        ("percent-count", "inconsistent as printed", True),
        ("percent-count", "inconsistent as printed", False),
        ("group-sizes", "consistent", True),
    ]


def test_a_count_of_the_same_quantity_is_used(tmp_path):
    share, count = {"statistic": "percent", "unit": "percent", "n": "80"}, {"statistic": "count", "n": "80"}
    (result,) = audit.run(small(tmp_path, share | {"value": "11.2"}, count | {"value": "9"}), groups=[])
    assert result.ids == ("a2000-x0", "a2000-x1")
    assert result.outcome == "consistent"
    assert result.compared == "11.2 % and 9 of 80"


def test_intervals_and_tests_are_checked_where_printed(tmp_path):
    assert run(
        tmp_path,
        {"value": "0.50", "ci_low": "0.40", "ci_high": "0.60", "p": "< .001"},
        {"value": "0.50", "ci_low": "0.40", "ci_high": "0.70", "p": ".40"},
        {"statistic": "chi2", "value": "3.78", "unit": "chi-square, df = 1", "p": "< .05"},
        {"statistic": "chi2", "value": "3.78", "unit": "chi-square", "p": "< .05"},  # df not printed
        {"statistic": "Q", "value": "40.0", "k": "21", "p": ".005"},
        {"statistic": "Q", "value": "40.0", "k": "21", "p": "**"},
        {"statistic": "z", "value": "1.96", "p": ".05"},
        {"statistic": "z", "value": "< 1.96", "p": ".02"},
        {"statistic": "t", "value": "2,20", "unit": "t, df = 28", "p": "0,036"},
        {"statistic": "t", "value": "2.20", "unit": "t, df = 28", "p": ".36"},
        {"statistic": "t", "value": "2.20", "p": ".36"},  # df not printed
        {"statistic": "F", "value": "4.23", "unit": "F, df = 2, 57", "p": ".019"},
        {"statistic": "F", "value": "4.23", "unit": "F, df = 57", "p": ".019"},  # one df is missing
        {"statistic": "r", "value": ".31", "n": "50", "p": ".028"},
        {"statistic": "r", "value": ".31", "unit": "correlation, df = 48", "p": ".28"},
        {"statistic": "r", "value": ".31", "n": "50", "k": "4", "p": ".28"},  # pooled
        {"statistic": "IRR", "value": "2.00", "ci_low": "1.00", "ci_high": "4.00", "p": ".05"},
        {"statistic": "b", "value": "2.00", "ci_low": "1.00", "ci_high": "4.00"},
    ) == [
        ("interval-centre", "consistent", True),
        ("interval-centre", "inconsistent as printed", True),
        ("interval-centre", "consistent", True),
        ("interval-centre", "inconsistent as printed", True),
        ("interval-p", "consistent", True),
        ("interval-p", "inconsistent as printed", True),
        ("interval-p", "consistent", True),
        ("statistic-p", "inconsistent as printed", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "inconsistent as printed", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "inconsistent as printed", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "consistent", True),
        ("statistic-p", "inconsistent as printed", True),
    ]


def test_degrees_of_freedom_that_can_be_two_numbers_are_refused_with_their_place(tmp_path):
    numbers = small(tmp_path, {"statistic": "t", "value": "2.20", "unit": "t, df = 1,234", "p": ".028"})
    with pytest.raises(RestatedError, match=r"f.csv, row 2, field 'unit': .* 1\.234 or 1234"):
        audit.run(numbers, groups=[])


@pytest.mark.parametrize(
    ("check", "mean", "sd", "n", "rest", "outcome"),
    [
        ("grimmer", "3.44", "2.47", "18", ",,1,", "inconsistent as printed"),
        ("grimmer", "3.44", "2.48", "18", ",,1,", "consistent"),
        ("grimmer", "3.44", "2.48", "18", "1,5,1,", "inconsistent as printed"),
        ("debit", "0.36", "0.11", "20", ",,,", "inconsistent as printed"),
        ("debit", "0.36", "0.49", "20", ",,,", "consistent"),
    ],
)
def test_means_and_sds_of_declared_scores_are_checked(tmp_path, check, mean, sd, n, rest, outcome):
    numbers = small(tmp_path, {"statistic": "mean", "value": mean, "n": n}, {"statistic": "sd", "value": sd, "n": n})
    path = tmp_path / "groups.csv"
    header = "group,check,applies,parts,whole,minimum,maximum,items,df,reason\n"
    path.write_text(f"{header}g,{check},yes,a2000-x0 a2000-x1,a2000-x0:n,{rest},declared\n", encoding="utf-8")
    (result,) = audit.run(numbers, groups.load(numbers, path))
    assert (result.check, result.outcome) == (check, outcome)


@pytest.mark.parametrize(
    ("words", "first", "whole", "outcome"),
    [
        ("positive", ".31", "a2000-x2 a2000-x0:n a2000-x1:n", "consistent"),
        ("negative", ".31", "a2000-x2 a2000-x0:n a2000-x1:n", "inconsistent as printed"),
        ("null", ".31", "a2000-x2 a2000-x0:n a2000-x1:n", "inconsistent as printed"),
        ("null", ".22", "a2000-x2 a2000-x0:n a2000-x1:n", "consistent"),
        ("positive", ".31", "a2000-x2 a2000-x3", "inconsistent as printed"),  # 100 cases, half in each sample
    ],
)
def test_differences_in_words_meet_their_numbers(tmp_path, words, first, whole, outcome):
    numbers = small(
        tmp_path,
        {"statistic": "r", "value": first, "n": "4819"},
        {"statistic": "r", "value": ".21", "n": "4819"},
        {"statistic": "text", "value": words, "kind": "statement"},
        {"statistic": "count", "value": "100"},
    )
    path = tmp_path / "groups.csv"
    header = "group,check,applies,parts,whole,minimum,maximum,items,df,reason\n"
    path.write_text(f"{header}g,difference-words,yes,a2000-x0 a2000-x1,{whole},0,.5,,,why\n", encoding="utf-8")
    (result,) = audit.run(numbers, groups.load(numbers, path))
    assert (result.check, result.outcome) == ("difference-words", outcome)
    path.write_text(f"{header}g,difference-words,yes,a2000-x0 a2000-x1,a2000-x0,0,.5,,,why\n", encoding="utf-8")
    with pytest.raises(RestatedError, match="states no difference"):
        groups.load(numbers, path)


def test_q_meets_i2_and_d_meets_r_of_the_same_analysis(tmp_path):
    together = {"k": "34", "n": "3778"}
    assert run(
        tmp_path,
        together | {"statistic": "Q", "value": "99.66"},
        together | {"statistic": "I2", "value": "66.9"},
        {"statistic": "I2", "value": "10", "k": "12", "n": "3778"},  # another set of studies
        together | {"statistic": "r", "value": ".18", "quantity": "link"},
        together | {"statistic": "d", "value": ".57", "quantity": "link"},
        together | {"statistic": "d", "value": ".57", "quantity": "other link"},
    ) == [("q-i2", "consistent", True), ("d-r", "inconsistent as printed", True)]


def test_every_number_without_a_check_has_a_reason(numbers, results):
    used = {id for r in results for id in r.ids}
    shown = audit.unchecked(numbers, results)
    assert shown["in all"].sum() == len(numbers) - len(used)
    assert shown["reason"].is_unique and shown["reason"].str.len().min() > 20
    assert set(register.KINDS) < set(shown.columns)


def test_stars_are_read_as_tables_usually_mean_them(tmp_path):
    row = {"statistic": "Q", "value": "99.66", "k": "34", "p": "**"}
    (found,) = audit.run(small(tmp_path, row), groups=[])
    assert (found.check, found.outcome) == ("statistic-p", audit.CONSISTENT)
    assert "p < .01 (published as **)" in found.sentence
