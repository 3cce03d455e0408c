from __future__ import annotations

import copy
import csv
import io
import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated_book import paths, register
from restated_book.sources import dictionary

PACKAGE = {
    "resources": [
        {
            "name": "table",
            "path": "table.csv",
            "title": "Table",
            "description": "A table.",
            "status": "printed",
            "licenses": [{"name": "CC0-1.0"}],
            "sources": [{"title": "somewhere"}],
            "schema": {
                "missingValues": [""],
                "primaryKey": ["id"],
                "fields": [
                    {
                        "name": "id",
                        "type": "string",
                        "title": "Id",
                        "description": "Name.",
                        "constraints": {"required": True},
                    },
                    {
                        "name": "r",
                        "type": "number",
                        "title": "r",
                        "description": "Correlation.",
                        "unit": "correlation",
                        "constraints": {"minimum": -1, "maximum": 1},
                    },
                    {
                        "name": "n",
                        "type": "integer",
                        "title": "n",
                        "description": "Size.",
                        "constraints": {"minimum": 3},
                    },
                    {
                        "name": "site",
                        "type": "string",
                        "title": "Site",
                        "description": "Where.",
                        "constraints": {"enum": ["a", "b"], "unique": True},
                    },
                    {
                        "name": "code",
                        "type": "string",
                        "title": "Code",
                        "description": "C.",
                        "constraints": {"pattern": "o\\d"},
                    },
                ],
            },
        }
    ]
}
GOOD = "id,r,n,site,code\nx,.5,10,a,o1\ny,,4,b,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    (tmp_path / "table.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path


def refusal(folder, text=None, package=None, raw=None):
    if text is not None:
        (folder / "table.csv").write_text(text, encoding="utf-8")
    if raw is not None:
        (folder / "table.csv").write_bytes(raw)
    if package is not None:
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(RestatedError) as caught:
        dictionary.check(folder)
    assert str(caught.value).count("\n") == 0
    return str(caught.value)


def test_the_repository_is_described_completely():
    rows = dictionary.check()
    assert sum(n for name, n in rows.items() if name.startswith("published-")) == len(register.load())


def test_register_columns_are_those_described():
    for name, resource in dictionary.load().items():
        if name.startswith("published-"):
            assert resource.columns == register.COLUMNS
            statistic = resource.fields[register.COLUMNS.index("statistic")]
            assert statistic.constraints["enum"] == list(register.STATISTICS)


def test_every_field_of_the_repository_is_explained():
    rows = [dict(zip(dictionary.ABOUT_FIELDS, row, strict=True)) for row in dictionary.rows()]
    assert {"resource", "field", "type", "unit", "description"} == set(rows[0])
    assert all(row["description"].endswith(".") for row in rows)
    assert any(row["unit"] == "percent" for row in rows)


def test_typed_cells(folder):
    resource = dictionary.load(folder / "datapackage.json")["table"]
    first, second = (cells for _, cells in dictionary.validate(folder / "table.csv", resource))
    assert first == {"id": "x", "r": 0.5, "n": 10, "site": "a", "code": "o1"}
    assert second == {"id": "y", "r": None, "n": 4, "site": "b", "code": None}
    assert dictionary.check(folder) == {"table": 2}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id,r,", "id,rr,", "row 1, field 'r': the column is missing. Add it"),
        (GOOD, "id,r,n,site,code,extra\nx,.5,10,a,o1,\n", "row 1, field 'extra': the column is not known"),
        ("id,r,n", "r,id,n", "row 1, field 'r': the column is where 'id' belongs"),
        ("id,r,n", "id,id,n", "row 1, field 'id': the column occurs twice"),
        ("x,.5", ",.5", "row 2, field 'id': the value is missing"),
        ("x,.5", "y,.5", "row 3, field 'id': 'y' occurs already in row 2"),
        (",b,", ",a,", "row 3, field 'site': 'a' occurs already in row 2"),
        (".5,10", "1.5,10", "row 2, field 'r': 1.5 is above 1"),
        (".5,10", "-1.01,10", "row 2, field 'r': -1.01 is below -1"),
        (".5,10", "nan,10", "row 2, field 'r': 'nan' is not a number"),
        (".5,10", "1e999,10", "row 2, field 'r': '1e999' is not a number"),
        ("x,.5", 'x,"0,123"', "row 2, field 'r': '0,123' is not a number. Give 0.123."),
        ("x,.5", 'x,"1,234"', "row 2, field 'r': '1,234' is not a number. Give 1.234 or 1234."),
        (".5,10", "\u22120\u00b732,10", "row 2, field 'r': '\u22120\u00b732' is not a number. Give -0.32."),
        (".5,10", "10\u207b\u00b3,10", "row 2, field 'r': '10\u207b\u00b3' is not a number. Give 0.001."),
        (".5,10", "5%,10", "row 2, field 'r': '5%' is not a number. Give digits with a decimal point, without marks"),
        ("x,.5", 'x,"< ,001"', "row 2, field 'r': '< ,001' is not a number. Give digits with a decimal point"),
        (".5,10", ".5,10.0", "row 2, field 'n': '10.0' is not a whole number"),
        (".5,10", ".5,2", "row 2, field 'n': 2 is below 3"),
        (".5,10", " .5,10", "row 2, field 'r': ' .5' has blanks"),
        (",a,", ",c,", "row 2, field 'site': 'c' is not one of a, b"),
        ("o1", "p1", "row 2, field 'code': 'p1' does not have the form"),
        ("a,o1", "a", "row 2: the row has 4 cells, the header 5"),
        ("x,.5", '"x,.5', "row 2: not readable as CSV"),
    ],
)
def test_a_table_that_does_not_fit(folder, old, new, message):
    assert old in GOOD
    assert f"table.csv, {message}" in refusal(folder, GOOD.replace(old, new))


def test_an_optional_cell_may_be_missing(folder):
    (folder / "table.csv").write_text(GOOD.replace(".5,10", ","), encoding="utf-8")
    assert dictionary.check(folder) == {"table": 2}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (GOOD.encode("utf-16") + b"\n", "begins as UTF-16 and is damaged"),
        (GOOD.encode("utf-16-le"), "row 1: the file holds a NUL byte. Save it as UTF-8 (a table: as CSV UTF-8)"),
        (GOOD.replace("x,", "\xe9,").encode("latin-1"), "row 2: the file is not UTF-8"),
        (GOOD.replace("x,", "\xe9,").replace("\n", "\r").encode("cp1252"), "row 2: the file is not UTF-8, perhaps"),
        (GOOD.replace("y,", "\0,").encode(), "row 3: the file holds a NUL byte"),
    ],
)
def test_a_file_that_is_no_clean_text(folder, raw, message):
    assert message in refusal(folder, raw=raw)


def test_missing_and_undescribed_tables(folder):
    (folder / "other.csv").write_text("a\n1\n", encoding="utf-8")
    assert "other.csv: the table is not described" in refusal(folder)
    (folder / "other.csv").unlink()
    (folder / "originals").mkdir()
    (folder / "originals" / "own.csv").write_text("a\n1\n", encoding="utf-8")
    assert dictionary.check(folder) == {"table": 2}
    (folder / "table.csv").unlink()
    assert "the file does not exist" in refusal(folder)


def _changed(change):
    package = copy.deepcopy(PACKAGE)
    change(package["resources"][0])
    return package


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("status"), "field 'status': resource 'table' lacks the property"),
        (lambda r: r["schema"].pop("fields"), "field 'fields': resource 'table' lacks the property"),
        (lambda r: r["schema"]["fields"][0].pop("description"), "field 'description'"),
        (lambda r: r["schema"]["fields"][0].update(type="date"), "unknown type 'date'"),
        (lambda r: r["schema"]["fields"][0]["constraints"].update(minLength=3), "unknown constraint 'minLength'"),
        (lambda r: r["schema"].update(primaryKey="key"), "names no field 'key'"),
    ],
)
def test_a_description_that_is_incomplete(folder, change, message):
    assert message in refusal(folder, package=_changed(change))


def test_a_description_that_is_no_json_or_names_a_table_twice(folder):
    assert "two resources are named 'table'" in refusal(folder, package={"resources": PACKAGE["resources"] * 2})
    assert "the package lacks the property" in refusal(folder, package={"name": "x"})
    (folder / "datapackage.json").write_text('{\n"resources": [,]}', encoding="utf-8")
    with pytest.raises(RestatedError, match=r"datapackage.json, row 2: not readable as JSON"):
        dictionary.check(folder)


def test_a_table_only_readers_have_is_described_apart():
    described = dictionary.schema("cohort-children")
    assert described.path == "originals/cohort-children.csv" and described.primary_key == ("child_id",)
    with pytest.raises(RestatedError, match=r"data/schemas/nothing.json: the file does not exist"):
        dictionary.schema("nothing")


def test_an_independent_reader_finds_the_data_package_and_every_file_in_it_valid():
    from frictionless import Package

    report = Package(str(paths.DATA / "datapackage.json")).validate()
    faults = [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors] + [
        e.message for e in report.errors
    ]
    assert report.valid, faults
    assert report.stats["tasks"] == len(dictionary.load())


def test_every_file_says_its_status_licence_sources_and_missing_codes_and_numbers_their_unit():
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    assert package["resources"]
    for resource in package["resources"]:
        assert all(resource.get(x) for x in ("title", "description", "status", "licenses", "sources")), resource["path"]
        assert "missingValues" in resource["schema"], resource["path"]
        for field in resource["schema"]["fields"]:
            assert field["description"], (resource["path"], field["name"])
            if field["type"] == "number":
                assert field.get("unit"), (resource["path"], field["name"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.update(path="../table.csv"), "field 'path': '../table.csv' is not the path of a table"),
        (lambda r: r.update(path="/etc/passwd"), "field 'path'"),
        (lambda r: r.update(name="../table"), "field 'name': '../table' is not a valid table name"),
        (lambda r: r["schema"].update(missingValues=[None]), "field 'missingValues'"),
        (lambda r: r["schema"].update(primaryKey=5), "field 'primaryKey'"),
        (lambda r: r.update(licenses=["CC0"]), "field 'name': a license of resource 'table'"),
        (lambda r: r["schema"]["fields"].append(r["schema"]["fields"][0]), "has two fields"),
        (lambda r: r["schema"]["fields"][0].update(constraints=[]), "field 'constraints'"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"minimum": 0}), "'minimum' of field"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"enum": [1]}), "is not a list of texts"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"pattern": "["}), "is not a pattern"),
        (lambda r: r["schema"]["fields"][0].update(constraints={"required": 1}), "is not true or false"),
    ],
)
def test_a_description_nothing_can_be_held_against_is_refused(folder, change, message):
    assert message in refusal(folder, package=_changed(change))


#: What a cell shows nothing with, and how a spreadsheet saves it.
BLANKS = ("", " ", "\u00a0", "\u202f", "\t", "\u200b", "\ufeff")


@st.composite
def saved(draw):
    """A table, and the bytes one of the usual programs saves it as."""
    width = draw(st.integers(2, 4))
    texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")) | st.sampled_from(',;"\n'), max_size=6)
    rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=4))
    rows = [["x" + row[0], *row[1:]] for row in rows]
    table = [[f"c{n}" for n in range(width)], *rows]
    spare, below = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    blank = draw(st.sampled_from(BLANKS))
    all_cells = [row + [blank] * spare for row in table] + [[blank] * (width + spare)] * below
    mark, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(("\n", "\r\n", "\r")))
    out = io.StringIO()
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    csv.writer(out, delimiter=mark, lineterminator="\n", quoting=quoting).writerows(all_cells)
    text = (f"sep={mark}\n" if draw(st.booleans()) else "") + out.getvalue() + "\n" * draw(st.integers(0, 2))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16")))
    return table, text.replace("\n", end).encode(encoding)


@given(saved())
def test_a_table_is_read_as_it_was_saved_by_whichever_program(tmp_path_factory, given_table):
    table, raw = given_table
    file = tmp_path_factory.getbasetemp() / "saved.csv"
    file.write_bytes(raw)
    header, rows = dictionary.read_table(file)
    assert [header, *(list(cells.values()) for _, cells in rows)] == table
    assert [number for number, _ in rows] == list(range(2, len(table) + 1))
    promised = dictionary.plain(file)
    text = (promised.read_bytes() if promised == file else promised).decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == table


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id;r,n\n", "row 1: the names of the columns are separated by commas and semicolons"),
        ('"id,r,n"\n"x,.5,3"\n', "row 1: the whole row is in one cell, 'id,r,n'"),
        ("sep=|\nid|r\n", "row 1: '|' separates the cells. Save it as CSV with commas"),
        ("sep=;\n", "row 1: the row is empty, and names of columns belong there"),
        (",,\nid,r\n", "row 1: the row is empty, and names"),
        ("id,,r\nx,,1\n", "row 1: column 2 has no name"),
        ("id,r,,\nx,1, ,note\n", "row 2: 'note' is in a column without a name"),
        ("id,r\nx,1\n\u00a0,\n\ny,2\n", "row 3: the row is empty. Remove it, or the rows after it"),
        ("id;r\nx;1;2\n", "row 2: the row has 3 cells, the header 2. Put cells that hold semicolons"),
        ("id\tr\nx\n", "row 2: the row has 1 cells, the header 2. Put cells that hold tabs"),
    ],
)
def test_a_table_whose_cells_cannot_be_told_apart(tmp_path, text, message):
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RestatedError) as caught:
        dictionary.read_table(tmp_path / "table.csv")
    assert f"table.csv, {message}" in str(caught.value)


def test_empty_cells_in_a_row_are_no_empty_row(folder):
    assert "row 3, field 'id': the value is missing" in refusal(folder, GOOD.replace("y,,4", ",,4"))


def test_a_whole_number_has_digits_that_are_kept(folder):
    assert "9999999999999999 is too large for a whole number" in refusal(
        folder, GOOD.replace(".5,10", ".5," + "9" * 16)
    )


def test_every_table_may_come_from_a_spreadsheet(tmp_path):
    copy = tmp_path / "data"
    shutil.copytree(paths.DATA, copy, ignore=shutil.ignore_patterns("originals"))
    for file in copy.rglob("*.csv"):
        out = io.StringIO()
        header, *rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
        widened = [[*row, "", "\u00a0"] for row in (header, *rows, *[[" "] * len(header)] * 3)]
        csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(widened)
        file.write_bytes(("sep=;\r\n" + out.getvalue()).encode("utf-16"))
    assert dictionary.check(copy) == dictionary.check()
    read, ours = register.load(copy / "published"), register.load()
    assert list(read) == list(ours)
    assert all(read[name].value == ours[name].value and read[name].note == ours[name].note for name in ours)
