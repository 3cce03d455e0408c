from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from restated.calibrate import cases
from restated.errors import RestatedError

GOOD = """
id = "a-case"
pair = "a"
kind = "events"
use = "cover"
grade = "P"
citation = "A (2000)"
raw = "package::data"
reconstructor = "two arms"

[options]
test = "fisher"

[printed]
n1 = "20"
n2 = "1,020"
percent1 = "15%"

[truths]
events1 = { value = 3, how = "table(x)" }
table = { value = [3, 20, 1, 20], how = "table(x)", use = "stress", cause = "another definition" }
"""


def test_a_case_is_read(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD)
    (case,) = cases.load(tmp_path)
    assert case.printed["n2"] == "1,020" and case.options == {"test": "fisher"}
    assert [(t.name, t.use) for t in case.truths] == [("events1", "cover"), ("table", "stress")]


@pytest.mark.parametrize(
    "old, new, message",
    [
        ('id = "a-case"', "", "field 'id': a text is missing here. Write id"),
        ("[options]", "[options", "not TOML .*Compare it with another case"),
        ('kind = "events"', 'kind = "event"', "field 'kind': 'event' is unknown. Choose events,"),
        ('use = "cover"', 'use = "score"', "field 'use': 'score' is unknown. Choose cover"),
        ('grade = "P"', 'grade = "A"', "field 'grade'"),
        ('test = "fisher"', 'test = "fishers"', "field 'options.test'.*Choose fisher"),
        ('test = "fisher"', 'tests = "fisher"', "field 'options.tests': this option is unknown. Use one of test"),
        ('n1 = "20"', "n1 = 20", "field 'printed.n1': 20 is not a text. Keep the digits as printed"),
        ('n1 = "20"', 'n1 = "many"', "field 'printed.n1': 'many' is not a number"),
        ('test = "fisher"', 'test = ["fisher"]', "field 'options.test'.*Choose fisher"),
        (
            'test = "fisher"',
            "level = 0.95",
            "field 'options.level': 0.95 cannot be used. Write a percentage such as 95",
        ),
        ('n1 = "20"', 'n1 = "-20"', "field 'printed.n1': '-20' is not 1 or more. Compare it with the source"),
        ('n1 = "20"', 'n1 = "0"', "field 'printed.n1': '0' is not 1 or more"),
        ('n1 = "20"', 'n1 = "20.5"', "field 'printed.n1': '20.5' is not a whole number"),
        ('n1 = "20"', 'n_1 = "20"', "field 'printed.n_1': 'two arms' has no role 'n_1'. Write n1, or use one of n1"),
        ('"15%"', '"172%"', "field 'printed.percent1': '172%' is not between 0 and 100"),
        ('"15%"', '"0.15"', "field 'printed.percent1': '0.15' may be a proportion.* write \"0.15%\""),
        ('"15%"', '["15%"]', "field 'printed.percent1': .* is not a text"),
        ("value = 3,", f"value = 1{400 * '0'},", "field 'truths.events1': a value is a number"),
        (
            "events1 = { value = 3",
            'possible = { value = "false"',
            "field 'truths.possible': 'false' is not a truth value",
        ),
        ("[printed]", "printed = 3\n[more]", "field 'more': this field is unknown"),
        ("value = 3,", "", "field 'truths.events1': a truth needs value and how"),
        ("value = 3,", "valeu = 3, value = 3,", "field 'truths.events1': 'valeu' is unknown"),
        ('use = "stress"', 'use = "no"', "field 'truths.table': 'no' is unknown"),
        ("value = 3,", "value = 1979-05-27,", "field 'truths.events1': a value is a number"),
        ("value = 3,", "value = inf,", "field 'truths.events1': a value is a number"),
        ("value = 3,", 'value = [3, "a"],', "field 'truths.events1': a value is a number"),
        ("value = 3,", "value = true,", "field 'truths.events1': a value is a number"),
        ("value = 3,", "value = -3,", "field 'truths.events1': '-3' is not 0 or more"),
        ("value = 3,", "value = 3.5,", "field 'truths.events1': '3.5' is not a whole number"),
        ("value = 3,", 'value = "three",', "field 'truths.events1': 'three' is not a number"),
        ("value = 3,", "value = [3, 1],", r"field 'truths.events1': \[3, 1\] is not one number"),
        (
            "events1 = { value = 3",
            "percent1 = { value = 120.0",
            "field 'truths.percent1': '120.0' is not between 0 and",
        ),
        ("events1 = {", "evnts1 = {", "field 'truths.evnts1': 'two arms' has no role 'evnts1'. Write events1, or use"),
        ("[3, 20, 1, 20]", "[3, 20, 1]", r"field 'truths.table': \[3, 20, 1\] is not a list of 4 counts. Compare"),
        ("[3, 20, 1, 20]", '"many"', "field 'truths.table': 'many' is not a list of 4 counts"),
        ("value = 3,", "value = 3, scale = 0,", "field 'truths.events1': cause is a text, and scale"),
        ("value = 3,", "value = 3, cause = 1,", "field 'truths.events1': cause is a text"),
    ],
)
def test_a_bad_file_gets_one_message_with_file_field_and_remedy(tmp_path, old, new, message):
    assert old in GOOD
    (tmp_path / "a.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(RestatedError, match=message) as error:
        cases.load(tmp_path)
    assert "a.toml" in str(error.value) and "\n" not in str(error.value)


def test_next_to_a_decimal_comma_a_comma_before_three_digits_is_doubtful(tmp_path):
    doubtful = GOOD.replace('percent1 = "15%"', 'percent1 = "15,5%"\nmean1 = "1,250"').replace("two arms", "statement")
    (tmp_path / "a.toml").write_text(doubtful.replace('test = "fisher"', ""))
    with pytest.raises(RestatedError, match=r"field 'printed.mean1': .*: 1.250 or 1250. Write the one that is meant"):
        cases.load(tmp_path)
    (tmp_path / "a.toml").write_text(doubtful.replace('test = "fisher"', "").replace("15,5", "15.5"))
    assert cases.load(tmp_path)[0].printed["mean1"] == "1,250"
    point = doubtful.replace('test = "fisher"', "").replace("1,250", "1.250")
    (tmp_path / "a.toml").write_text(point)
    with pytest.raises(
        RestatedError, match=r"field 'printed.mean1': the mark of '1.250' can separate decimals or thousands"
    ):
        cases.load(tmp_path)


def test_a_comma_before_three_digits_that_no_other_number_explains_is_doubtful(tmp_path):
    alone = GOOD.replace('percent1 = "15%"', 'mean1 = "1,250"').replace("two arms", "statement")
    (tmp_path / "a.toml").write_text(alone.replace('test = "fisher"', ""))
    with pytest.raises(RestatedError, match=r"field 'printed.mean1': .*: 1.250 or 1250. Write the one that is meant"):
        cases.load(tmp_path)


def test_faults_of_several_files_come_together(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.replace('"P"', '"A"'))
    (tmp_path / "b.toml").write_text(GOOD.replace("events", "event", 1))
    with pytest.raises(RestatedError, match="2 faults"):
        cases.load(tmp_path)


def test_ids_are_unique_and_folders_not_empty(tmp_path):
    with pytest.raises(RestatedError, match="no case is in this folder"):
        cases.load(tmp_path)
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD)
    with pytest.raises(RestatedError, match="the id 'a-case' is taken"):
        cases.load(tmp_path)


def test_a_case_without_truths_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.partition("[truths]")[0])
    with pytest.raises(RestatedError, match="no truth to score"):
        cases.load(tmp_path)


STATEMENT = GOOD.replace("two arms", "statement").replace('test = "fisher"', "").replace('percent1 = "15%"', "")


@pytest.mark.parametrize(
    "role, printed, message",
    [
        ("estimte", "0.3", "'estimte' is misspelt. Write estimate, or another name"),
        ("ci_lower", "0.3", "'ci_lower' is misspelt. Write ci_low"),
        ("ci_lwo", "0.3", "'ci_lwo' is misspelt. Write ci_low"),
        ("SD1", "0.3", "'SD1' is misspelt. Write sd1"),
        ("p", "1.2", "'1.2' is not between 0 and 1"),
        ("kappa", "1.2", "'1.2' is not between -1 and 1"),
        ("sd1", "-2", "'-2' is not 0 or more"),
    ],
)
def test_misspelt_roles_and_impossible_numbers_of_a_statement_are_refused(tmp_path, role, printed, message):
    (tmp_path / "a.toml").write_text(STATEMENT.replace('n1 = "20"', f'{role} = "{printed}"'))
    with pytest.raises(RestatedError, match=message):
        cases.load(tmp_path)


@pytest.mark.parametrize("role", ["intercept", "sd_baseline", "events3", "weather", "percent_change"])
def test_a_statement_takes_numbers_of_any_other_name(tmp_path, role):
    (tmp_path / "a.toml").write_text(STATEMENT.replace('n1 = "20"', f'{role} = "12"'))
    assert role in cases.load(tmp_path)[0].printed


@pytest.mark.parametrize(
    "reconstructor, option, message",
    [
        ("scores", "step = 0", "0 cannot be used. Write a number above 0"),
        ("scores", "ddof = true", "'True' is unknown. Choose 0, 1"),
        ("square table", "k = 1", "Write the number of categories"),
        ("statement", "times = [1, 1]", "Write a list, as"),
        ("twin table", "step = 1", "this option is unknown. 'twin table' has none"),
    ],
)
def test_options_that_cannot_be_used_are_refused(tmp_path, reconstructor, option, message):
    text = STATEMENT.replace('"statement"', f'"{reconstructor}"').replace("[options]", f"[options]\n{option}")
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(RestatedError, match=message):
        cases.load(tmp_path)


def test_a_truth_of_a_statement_may_have_any_name_that_is_no_slip(tmp_path):
    for name, message in (("weather", ""), ("hazard_events", ""), ("percent1", ""), ("mean_1", "Write mean1, or")):
        (tmp_path / "a.toml").write_text(STATEMENT.replace("events1", name).replace("table =", "possible =", 1).replace(
            "[3, 20, 1, 20]", "true"))  # fmt: skip
        with pytest.raises(RestatedError, match=message) if message else nullcontext():
            assert cases.load(tmp_path)[0].truths[0].name == name


def test_a_truth_may_be_a_text_that_keeps_its_zeros(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD.replace("events1 = { value = 3", 'percent1 = { value = "15.0"'))
    assert cases.load(tmp_path)[0].truths[0].value == "15.0"


def test_numbers_that_only_come_back_are_known(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD)
    (case,) = cases.load(tmp_path)
    assert [cases.given(case, name) for name in ("n1", "percent1", "events1")] == [True, False, False]
    statement = replace(case, reconstructor="statement", printed={"n": "12", "weather": "3.2", "r": ".30"})
    assert [cases.given(statement, name) for name in ("n", "weather", "r", "p")] == [True, True, False, False]
    assert cases.given(replace(statement, printed={"r": ".30"}), "r")


def test_margins_are_lists(tmp_path):
    text = STATEMENT.replace('"statement"', '"square table"').replace('n1 = "20"', 'rows = "20"')
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(RestatedError, match=r"field 'printed.rows': margins are a list of two or more texts"):
        cases.load(tmp_path)


def test_broken_files_do_not_hide_the_others(tmp_path):
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.TOML").write_text("x = " + 9999 * "[")
    (tmp_path / "d.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "e.toml").write_text("\ufeff" + GOOD.replace("a-case", "e-case"), encoding="utf-8")
    found, faults = cases.gather(tmp_path)
    assert [case.id for case in found] == ["a-case", "e-case"]
    assert [fault.file.name for fault in faults] == ["b.toml", "c.TOML", "d.toml"]
    assert all("\n" not in str(fault) for fault in faults)
    assert faults[0].remedy == "Save it as UTF-8" and faults[1].remedy == "Compare it with another case"
