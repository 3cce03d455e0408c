from __future__ import annotations

import csv
import math
from decimal import Decimal

import pytest

from restated.errors import RestatedError
from restated_book import paths, register
from restated_book.sources import bibliography

ROW = {
    "id": "verhage2016-secure-r",
    "finding": "transmission",
    "study": "Verhage et al. 2016",
    "population": "dyads",
    "quantity": "secure transmission",
    "statistic": "r",
    "value": ".31",
    "ci_low": ".25",
    "ci_high": ".37",
    "ci_level": "95",
    "p": "<.001",
    "k": "95",
    "n": "4819",
    "unit": "correlation",
    "source_key": "verhage2016",
    "locator": "abstract",
    "grade": "P",
}
SOURCES = {"verhage2016"}


def write(folder, rows, name="transmission.csv", columns=register.COLUMNS):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def refusal(folder):
    with pytest.raises(RestatedError) as caught:
        register.load(folder, bibliography=SOURCES)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def numbers():
    return register.load()


def test_the_repository_register_loads(numbers):
    assert len(numbers) == 1271
    assert list(numbers) == [number.id for number in numbers.values()]
    assert {number.finding for number in numbers.values()} == {
        path.stem for path in paths.PUBLISHED.glob("*.csv") if path.name not in register.NOT_FINDINGS
    }


def test_every_number_of_the_repository_has_an_interval(numbers):
    for number in numbers.values():
        if number.is_number:
            assert number.low <= number.high
            assert number.value.kind != "text"
        else:
            assert math.isnan(number.low) and math.isnan(number.high)


def test_an_estimate_lies_in_its_own_interval(numbers):
    outside = [
        number.id
        for number in numbers.values()
        if number.is_number and number.ci_low and number.ci_high
        if not number.ci_low.low <= number.value.value <= number.ci_high.high
    ]
    assert outside == []


def test_print_is_kept_to_the_last_zero(numbers):
    assert numbers["fearon2010-insecurity-d"].ci_high.text == "0.40"
    assert numbers["verhage2016-total-n"].value.text == "4,819"
    assert numbers["verhage2016-total-n"].value.kind == "exact"
    assert numbers["verhage2016-secure-r"].value.low == Decimal(".305")
    assert numbers["stevenson1999-admission-cost-before"].value.kind == "rounded"
    assert numbers["bateman1999-n"].value.value == 38


def test_every_row_has_a_kind_and_words_are_statements(numbers, tmp_path):
    assert {n.kind for n in numbers.values()} == set(register.KINDS)
    assert all((n.kind == "statement") == (n.statistic == "text") for n in numbers.values())
    usual = {"text": "statement", "count": "design fact", "year": "design fact", "r": "result"}
    assert {statistic: register.usual_kind(statistic) for statistic in usual} == usual
    write(tmp_path, [ROW | {"kind": "fact"}])
    assert "field 'kind': 'fact' is not a kind of row. Use one of result, design fact, statement" in refusal(tmp_path)
    write(tmp_path, [ROW | {"kind": "statement"}])
    assert "is not a 'statement'" in refusal(tmp_path)


def test_totals_of_a_review_are_not_attached_to_one_analysis(numbers):
    assert (numbers["verhage2016-secure-r"].k, numbers["verhage2016-secure-r"].n) == ("", "")


def test_merged_and_corrected_ids_lead_to_the_register(numbers):
    with (paths.PUBLISHED / "merged_ids.csv").open(encoding="utf-8") as file:
        merged = list(csv.DictReader(file))
    with (paths.PUBLISHED / "corrections.csv").open(encoding="utf-8") as file:
        corrected = list(csv.DictReader(file))
    for row in merged:
        assert numbers[row["kept_id"]].finding == row["kept_finding"]
        assert row["dropped_id"] == row["kept_id"] or row["dropped_id"] not in numbers
    assert len({(row["dropped_finding"], row["dropped_id"]) for row in merged}) == len(merged)
    for row in corrected:
        number = numbers[row["id"]]
        text = getattr(number, row["field"])
        assert getattr(text, "text", text) == row["now"] != row["was"]


def test_a_number_by_id(numbers):
    assert numbers.number("opie2021-secure-insecure-r").value.text == "0.28"
    with pytest.raises(RestatedError, match=r"no published number has the id 'nobody-r'.*merged_ids.csv"):
        numbers.number("nobody-r")


def test_a_good_row(tmp_path):
    write(tmp_path, [ROW])
    number = register.load(tmp_path, bibliography=SOURCES)["verhage2016-secure-r"]
    assert (number.low, number.high, number.p.kind, number.row) == (0.305, 0.315, "below", 2)
    assert number.is_number
    assert number.direction == ""


def test_a_bibliography_may_be_a_file_or_keys(tmp_path):
    write(tmp_path, [ROW])
    for given in (None, paths.BIBLIOGRAPHY, str(paths.BIBLIOGRAPHY), bibliography.load()):
        assert len(register.load(tmp_path, bibliography=given)) == 1


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"grade": "X"}, "grade", "'X' is not a grade. Use P, S or U"),
        ({"grade": ""}, "grade", "the value is missing"),
        ({"statistic": "omega"}, "statistic", "'omega' is not a known statistic"),
        ({"source_key": "nobody1900"}, "source_key", "'nobody1900' is not in the bibliography"),
        ({"finding": "twins"}, "finding", "'twins' is in the file of 'transmission'"),
        ({"id": "Verhage 2016"}, "id", "'Verhage 2016' is not an id"),
        ({"study": ""}, "study", "the value is missing"),
        ({"note": "x "}, "note", "'x ' has blanks at its end"),
        ({"value": "high"}, "value", "'high' is not a number. Write it as published"),
        ({"value": "1.31", "ci_low": "", "ci_high": ""}, "value", "1.31 is above 1, the most a r can be"),
        ({"value": "-1.01"}, "value", "-1.01 is below -1"),
        ({"statistic": "kappa", "value": "1.2"}, "value", "1.2 is above 1, the most a kappa can be"),
        ({"ci_high": "1.37"}, "ci_high", "1.37 is above 1"),
        ({"statistic": "percent", "value": "101"}, "value", "101 is above 100, the most a percent can be"),
        ({"statistic": "percent", "value": "-1"}, "value", "-1 is below 0"),
        ({"statistic": "sd", "value": "-.5"}, "value", "-.5 is below 0, the least a sd can be"),
        ({"statistic": "a2", "value": "40", "unit": "proportion of variance"}, "value", "40 is above 1"),
        ({"statistic": "a2", "value": "140", "unit": "percent of variance"}, "value", "140 is above 100"),
        ({"statistic": "count", "kind": "result", "value": "> -3", "ci_low": "", "ci_high": ""}, "value", "is below 0"),
        ({"ci_low": ".37", "ci_high": ".25"}, "ci_low", "the interval runs from .37 down to .25. Exchange its ends"),
        ({"ci_low": "low"}, "ci_low", "'low' is not a number"),
        ({"ci_level": "95%%"}, "ci_level", "'95%%' is not a number"),
        ({"ci_level": "195"}, "ci_level", "'195' is not a level of confidence"),
        ({"ci_level": "0,95"}, "ci_level", "'0,95' is not a level of confidence. Give percent, such as 95"),
        ({"p": "0,5 %"}, "p", "'0,5 %' is in percent, and a proportion or count belongs here. Write it as one"),
        ({"value": "0.5 per cent"}, "value", "'0.5 per cent' is in percent"),
        (
            {"statistic": "count", "kind": "", "value": "5"},
            "kind",
            "a count can be a result, as of events, or a design fact",
        ),
        (
            {"statistic": "count", "kind": "result", "value": "5%", "ci_low": "", "ci_high": ""},
            "value",
            "'5%' is in percent",
        ),
        ({"p": "1.2"}, "p", "1.2 is not a probability"),
        ({"p": "-.1"}, "p", "-.1 is not a probability"),
        ({"p": "< 2"}, "p", "< 2 is not a probability"),
        ({"p": "n.s."}, "p", "'n.s.' is not a number"),
        ({"k": "4,819"}, "k", "'4,819' is not a count"),
        ({"n": "-3"}, "n", "'-3' is not a count"),
        ({"n_group1": "3.0"}, "n_group1", "'3.0' is not a count"),
        ({"value": "", "ci_low": "", "ci_high": ""}, "value", "the number is missing"),
        ({"statistic": "text", "value": ""}, "value", "the value is missing"),
    ],
)
def test_a_row_that_cannot_be_right(tmp_path, change, place, message):
    write(tmp_path, [ROW | {"id": "first-row"}, ROW | change])
    said = refusal(tmp_path)
    assert said.startswith(f"transmission.csv, row 3, field '{place}': ")
    assert message in said


@pytest.mark.parametrize(
    "change",
    [
        {"statistic": "path", "value": "1.04", "ci_low": "", "ci_high": ""},
        {"statistic": "a2", "value": "40", "ci_low": "39", "ci_high": "53", "unit": "percent of variance"},
        {"p": "**"},
        {"value": ""},
        {"statistic": "percent", "value": "100", "ci_low": "", "ci_high": ""},
        {"statistic": "sd", "value": "0.00", "ci_low": "", "ci_high": ""},
        {"statistic": "text", "value": "positive", "ci_low": "", "ci_high": ""},
        {"statistic": "count", "kind": "result", "value": "More than 16", "ci_low": "", "ci_high": ""},
    ],
)
def test_a_row_that_is_unusual_and_right(tmp_path, change):
    write(tmp_path, [ROW | change])
    number = register.load(tmp_path, bibliography=SOURCES)["verhage2016-secure-r"]
    assert number.is_number == (number.statistic != "text" and number.value.text != "")


def test_an_id_in_two_files(tmp_path):
    write(tmp_path, [ROW])
    write(tmp_path, [ROW | {"id": "other", "finding": "twins"}, ROW | {"finding": "twins"}], "twins.csv")
    said = refusal(tmp_path)
    assert said.startswith("twins.csv, row 3, field 'id': ")
    assert "'verhage2016-secure-r' occurs already in transmission.csv, row 2. Keep one row" in said


def test_columns_must_be_exact(tmp_path):
    columns = [name for name in register.COLUMNS if name != "grade"]
    write(tmp_path, [{k: v for k, v in ROW.items() if k != "grade"}], columns=columns)
    assert "transmission.csv, row 1, field 'grade': the column is missing" in refusal(tmp_path)
    write(tmp_path, [ROW | {"quote": ""}], columns=[*register.COLUMNS, "quote"])
    assert "row 1, field 'quote': the column is not known" in refusal(tmp_path)
    write(tmp_path, [ROW], columns=register.COLUMNS[::-1])
    assert "the column is where 'id' belongs" in refusal(tmp_path)


def test_files_that_are_no_table(tmp_path):
    assert "holds no published numbers" in refusal(tmp_path)
    path = write(tmp_path, [])
    assert "transmission.csv: the file has a header and no rows" in refusal(tmp_path)
    good = write(tmp_path, [ROW]).read_bytes()
    for raw, message in [
        (b"", "the file is empty"),
        (good.replace(b"dyads", b"dy\0ds"), "row 2: the file holds a NUL byte"),
        (good.replace(b"dyads", b"dy\xe4ds"), "row 2: the file is not UTF-8"),
        (good.replace(b",dyads", b""), "row 2: the row has 22 cells, the header 23"),
        (good.replace(b"dyads", b'"dyads'), "row 2: not readable as CSV"),
    ]:
        path.write_bytes(raw)
        assert message in refusal(tmp_path)


#: A mean difference in points: any number is possible, so nothing but other numbers says what a comma parts.
POINTS = {"statistic": "MD", "unit": "points", "ci_low": "", "ci_high": "", "ci_level": "", "p": ""}
OTHER = POINTS | {"id": "other", "source_key": "other2020"}
OPEN = {"value": "1,250"}


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([OPEN | {"ci_low": "0,125", "ci_high": "2,375", "p": "0,001"}], "1.250"),
        ([OPEN | {"p": "0,03"}], "1.250"),
        ([OPEN | {"p": ".03"}], "1250"),
        ([OPEN | {"ci_high": "1,234,567"}], "1250"),
        ([OPEN | {"ci_high": "1,934.5"}], "1250"),
        ([OPEN, {"id": "same-work", "value": "0,5"}], "1.250"),
        ([OPEN, {"id": "same-work", "value": "0.5"}, OTHER | {"value": "0,5"}], "1250"),
        ([OPEN, {"id": "same-work", "value": "4,819", "statistic": "count", "kind": "result"}], "1250"),
        ([OPEN, OTHER | {"value": "0,5"}], "1.250"),
        ([OPEN, OTHER | {"value": "10,816.56"}], "1250"),
        ([OPEN | {"note": "decimal comma", "p": ".03"}], "1.250"),
        ([OPEN | {"note": "Decimal comma: the paper is German."}], "1.250"),
        ([OPEN | {"note": "thousands comma"}], "1250"),
        ([OPEN | {"ci_low": "900", "ci_high": "1600"}], "1250"),
        ([OPEN | {"ci_low": "1", "ci_high": "2"}], "1.250"),
        ([OPEN | {"ci_low": ".9", "ci_high": "1.6", "note": "decimal comma"}], "1.250"),
        ([OPEN | {"statistic": "count", "kind": "result"}], "1250"),
        ([{"value": "62,626", "statistic": "percent", "unit": "percent"}], "62.626"),
        ([{"value": "1.250"}], "1.250"),
        ([{"value": "1.250", "p": "0,03"}], "1250"),
        ([{"value": "12", "p": "1,000"}], "12"),
    ],
)
def test_what_a_comma_parts_is_read_from_other_numbers(tmp_path, rows, value):
    write(tmp_path, [ROW | POINTS | row for row in rows])
    read = register.load(tmp_path, bibliography={*SOURCES, "other2020"})
    assert read[ROW["id"]].value.value == Decimal(value)


@pytest.mark.parametrize(
    ("rows", "readings"),
    [
        ([OPEN], "'1,250' can be 1.250 or 1250"),
        ([OPEN, OTHER | {"value": "0.5"}], "'1,250' can be 1.250 or 1250"),
        ([OPEN | {"ci_low": "1,100", "ci_high": "1,400"}], "'1,100' can be 1.100 or 1100"),
        ([{"value": "1.250", "ci_low": "0,9", "ci_high": "1,6"}], "'1.250' can be 1250 or 1.250"),
        ([OPEN | {"ci_low": ".9", "ci_high": "1.6"}], "'1,250' can be 1.250 or 1250"),
        ([OPEN | {"p": "0,03", "ci_low": "0.5"}], "'1,250' can be 1.250 or 1250"),
        ([OPEN | {"note": "thousands comma, no decimal comma"}], "'1,250' can be 1.250 or 1250"),
        ([{"value": "1.250"}, OTHER | {"value": "0,5"}], "'1.250' can be 1250 or 1.250"),
        ([{"value": "< 1,250"}], "'< 1,250' can be 1.250 or 1250"),
        ([{"value": "\uff11\uff0c\uff12\uff15\uff10"}], "'\uff11\uff0c\uff12\uff15\uff10' can be 1.250 or 1250"),
        ([{"value": "1\u060c250"}], "'1\u060c250' can be 1.250 or 1250"),
    ],
)
def test_a_comma_that_nothing_explains_is_refused_with_both_readings(tmp_path, rows, readings):
    write(tmp_path, [ROW | POINTS | row for row in rows])
    with pytest.raises(RestatedError) as caught:
        register.load(tmp_path, bibliography={*SOURCES, "other2020"})
    assert "row 2, field '" in str(caught.value)
    assert str(caught.value).endswith(f": {readings}. Say which in the note: 'decimal comma' or 'thousands comma'.")


def test_a_number_looked_up_is_read_as_in_the_whole_register(numbers):
    opened = register.open()
    for id in (n.id for n in numbers.values() if "," in n.value.text):
        assert opened[id].value == numbers[id].value


def test_a_finding_has_a_subject_in_words():
    subjects = register.subjects()
    assert set(subjects) == {file.stem for file in register.files()}
    assert subjects["twins"] == "Attachment and genes" and subjects["trials"] == "Trials"
