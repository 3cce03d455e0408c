"""Files of one small data set: guarded, described, the same in every form."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from restated.errors import RestatedError
from restated_book import config, reconstructed
from restated_book.export import sets

FRAME = pd.DataFrame({"name": ["=1+1", "b & <c>", "d"], "x1": [1, 2, 3], "x2": [0.5, None, -2.25]}, index=[7, 7, 9])


def dataset(**changes) -> reconstructed.Dataset:
    made = reconstructed.Dataset(
        name="small",
        title="A small set",
        chapter="service-costs",
        of="people",
        basis="assumed",
        frame=FRAME,
        columns={"name": "a name", "x*": "a number"},
        constraints=["three rows"],
        python='one\ntwo "{file}"\nthree\n',
        r='one\ntwo "{file}"\nthree\n',
        repeats="some-number",
        what="the number",
        low=1.0,
        high=2.0,
        seed=1,
    )
    return replace(made, **changes)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write the files of some data sets; return their folder and the entries of the index."""

    def write(*made):
        named = config.Config(reconstructed={"sets": "of.this:book"})
        monkeypatch.setattr(config, "load", lambda: named)
        monkeypatch.setattr(config, "function", lambda name: lambda: iter(made))
        reconstructed.write(tmp_path)
        return tmp_path, sets.index(tmp_path)

    return write


def test_no_cell_is_a_formula_and_every_row_says_what_it_is_not(write):
    folder, (entry,) = write(dataset())
    lines = (folder / "small.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "status,name,x1,x2",
        "reconstructed: not real people,'=1+1,1,0.5",
        "reconstructed: not real people,b & <c>,2,",
        "reconstructed: not real people,d,3,-2.25",
    ]
    sheet = openpyxl.load_workbook(folder / "small.xlsx")["data"]
    assert sheet.dimensions == "A1:D4"
    assert [cell.data_type for cell in sheet["B"]] == ["s"] * 4 and sheet["B3"].value == "b & <c>"
    assert sheet["D3"].value is None and sheet["D4"].value == -2.25
    assert entry["columns"] == ["status", "name", "x1", "x2"] and entry["types"] == ["string"] * 2 + ["number"] * 2
    assert entry["meanings"][2:] == ["a number", "a number"] and entry["rows"] == 3


def test_a_large_file_is_compressed_and_its_snippet_names_it(write, monkeypatch):
    monkeypatch.setattr(reconstructed, "LARGE", 10)
    folder, (entry,) = write(dataset(workbook=False))
    assert entry["file"] == "small.csv.gz" and not (folder / "small.xlsx").exists() and "workbook" not in entry
    assert gzip.decompress((folder / "small.csv.gz").read_bytes()).startswith(b"status,name")
    assert (folder / "small.R").read_text(encoding="utf-8").splitlines()[1] == 'two "small.csv.gz"'
    (resource,) = sets.resources(folder)
    assert resource["compression"] == "gz" and resource["hash"] == f"sha256:{entry['sha256']}"
    assert set(sets.packaged(folder)) == {
        f"reconstructed/{n}" for n in ("small.csv.gz", "small.py", "small.R", "index.json")
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"columns": {"name": "a name", "x1": "a number"}}, "x2"), ({"basis": "guessed"}, "guessed")],
)
def test_what_is_not_described_is_refused(write, changes, message):
    with pytest.raises(RestatedError, match=message):
        write(dataset(**changes))


def test_the_index_is_a_list_that_programs_read(write):
    folder, _ = write(dataset(), dataset(name="other", of="studies"))
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    assert [entry["file"] for entry in index] == ["small.csv", "other.csv"]
    assert index[1]["status"] == "reconstructed: not real studies"
    assert {"file", "chapter", "rows", "columns", "basis", "sha256"} <= set(index[0])


def test_a_book_without_such_data_has_no_index(tmp_path):
    assert sets.index(tmp_path) == [] == sets.resources(tmp_path) and sets.packaged(tmp_path) == {}
