"""Colours, words of verdicts and decimal marks that a book sets itself: on pages, in figures, and in what is read."""

from __future__ import annotations

import csv
import dataclasses
import re

import pytest

from restated.errors import RestatedError
from restated_book import claims, colours, config, entries, paths, register, studies
from restated_book.sources import dictionary
from tests.builder import books

SET = """
[numbers]
published = [","]

[verdicts]
within-rounding = "deckt sich"
supported = "belegt"

[colours]
accent = ["#0b655a", "#7ad3c3"]
agree = ["#174a8c", "#7fb8f7"]
"""


@pytest.fixture
def setting(monkeypatch):
    """Let a setting be another one."""

    def to(**parts):
        monkeypatch.setattr(config, "load", lambda: config.Config(**parts))

    return to


@pytest.mark.parametrize("role", colours._TABLES["variables"])
def test_the_style_sheets_have_the_colours_of_the_table(role):
    sheet = (paths.ROOT / "restated_book/sphinx/static/restated.css").read_text(encoding="utf-8")
    found = re.findall(rf"--{colours._TABLES['variables'][role]}: (#\w+)", sheet)
    light, dark = ({code, re.sub(r"#(.)\1(.)\2(.)\3$", r"#\1\2\3", code)} for code in colours.ROLES[role])
    assert found[0] in light
    # Words need more contrast than marks of figures.
    assert set(found[1:]) <= dark or role == "warn"


def test_the_colours_of_the_book_itself_pass_its_own_rules():
    assert list(colours.faults(dict(colours.ROLES))) == []
    assert colours.rules({}) == "" and colours.rules({"second": ["#112233", "#445566"]}) == ""


def test_verdicts_have_the_words_that_are_set(setting):
    assert entries.short("identical") == "identical" and claims.words("supported", "full") == "supported, fully"
    setting(verdicts={"identical": "gleich", "supported": "belegt"})
    assert entries.short("identical") == "gleich" and entries.short("differs") == "differs"
    assert claims.words("supported", "full") == "belegt, fully"


ROW = {"id": "a-r", "finding": "f", "study": "A", "quantity": "q", "source_key": "a", "grade": "P"}


def read(value: str, note: str = "", statistic: str = "mean"):
    cells = dict.fromkeys(register.COLUMNS, "") | ROW | {"value": value, "note": note, "statistic": statistic}
    return register.read_row(cells, paths.PUBLISHED / "f.csv", 2, ("a",), register.Marks([cells])).value.value


@pytest.mark.parametrize(("marks", "meant"), [([","], "1.250"), (["."], "1250")])
def test_one_mark_says_what_a_comma_parts(setting, marks, meant):
    with pytest.raises(RestatedError, match="can be"):
        read("1,250")
    setting(numbers={"published": marks})
    assert f"{read('1,250')}" == meant


def test_a_number_with_the_other_mark_is_refused_unless_its_note_says_so(setting):
    setting(numbers={"published": [","]})
    assert f"{read('0,31')}" == "0.31" and f"{read('1.250,5')}" == "1250.5" and f"{read('12')}" == "12"
    with pytest.raises(
        RestatedError, match=r"f\.csv, row 2, field 'value': '0\.31' has a decimal point.*restated\.toml"
    ):
        read("0.31")
    assert f"{read('0.31', note='thousands comma')}" == "0.31"
    setting(numbers={"published": ["."]})
    with pytest.raises(RestatedError, match="'0,31' has a decimal comma"):
        read("0,31")


@pytest.mark.parametrize(
    ("marks", "text", "number"),
    [
        (["."], "0.31", 0.31),
        (["."], "0,31", "Give 0.31"),
        ([","], "0,31", 0.31),
        ([","], "1.250,5", 1250.5),
        ([","], "12", 12),
        ([","], "0.31", 0.31),
        ([".", ","], "0,31", 0.31),
        ([".", ","], "0.31", 0.31),
        ([".", ","], "1,250", "Give 1.250 or 1250"),
        ([","], "many", "Give digits with a decimal comma"),
    ],
)
def test_a_table_may_have_other_decimal_marks(tmp_path, marks, text, number):
    resource = dictionary.load()["paternal-sensitivity"]
    free = [dataclasses.replace(field, constraints={}) for field in resource.fields]
    resource = dataclasses.replace(resource, fields=tuple(free), rules={})
    given = next(csv.DictReader((paths.DATA / resource.path).open(encoding="utf-8")))
    file = tmp_path / "originals" / "t.csv"
    file.parent.mkdir()
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(given), delimiter=";")
        writer.writeheader()
        writer.writerow(given | {"r": text})
    if isinstance(number, str):
        with pytest.raises(RestatedError, match=rf"t\.csv, row 2, field 'r'.*{number}"):
            dictionary.validate(file, resource, marks)
    else:
        assert dictionary.validate(file, resource, marks)[0][1]["r"] == number


def test_a_table_of_a_reader_has_the_marks_that_the_book_allows(setting, tmp_path, monkeypatch):
    text = (paths.STUDIES / "paternal-sensitivity.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    r = rows[0].index("r")
    first = rows[1][r]
    rows[1][r] = first.replace(".", ",")
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)
    with (tmp_path / "paternal-sensitivity.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows(rows)
    with pytest.raises(RestatedError, match=f"Give {first}"):
        studies.load("paternal-sensitivity")
    setting(numbers={"originals": [","]})
    assert studies.load("paternal-sensitivity")["r"][0] == float(first)


@pytest.mark.full
def test_a_book_shows_its_own_colours_and_words(tmp_path):
    folder = tmp_path / "b"
    assert books.run(tmp_path, "init", str(folder), "--yes").returncode == 0
    text = (folder / "restated.toml").read_text(encoding="utf-8")
    (folder / "restated.toml").write_text(text + SET, encoding="utf-8")
    for file in ("data/published/example.csv", "notebooks/example.md"):
        assert (folder / file).is_file()
    refused = books.run(folder, "check")
    assert refused.returncode == 1 and "has a decimal point" in refused.stderr
    (folder / "restated.toml").write_text(text + SET.replace('published = [","]', ""), encoding="utf-8")
    built = books.run(folder, "build")
    assert built.returncode == 0, built.stdout + built.stderr
    html = folder / "_build" / "html"
    for sheet in ("restated.css", "embed.css"):
        last = (html / "_static" / sheet).read_text(encoding="utf-8").rpartition("\n:root {")[2]
        assert "--accent: #0b655a; --agree: #174a8c" in last and "--accent: #7ad3c3" in last
    page = (html / "notebooks" / "example.html").read_text(encoding="utf-8")
    assert "deckt sich" in page and ">within rounding<" not in page
    assert "belegt" in (html / "book" / "claims.html").read_text(encoding="utf-8")
    pictures = "".join(file.read_text(encoding="utf-8") for file in (html / "figures" / "example").glob("*.svg"))
    assert "#0b655a" in pictures and "#7ad3c3" in pictures and "#174a8c" not in pictures
