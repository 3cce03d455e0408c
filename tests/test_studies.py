from __future__ import annotations

import numpy as np
import pytest

from restated import bibliography, dictionary, paths, studies
from restated.errors import RestatedError

NAMES = [
    "paternal-sensitivity", "stability", "stability-transitions", "transmission-samples", "theory-graph", "theory-edges",
    "aai-distributions",
]


@pytest.fixture
def originals(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)

    def supply(name, old="", new="", *, encoding="utf-8"):
        text = (paths.STUDIES / f"{name}.csv").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1), encoding=encoding)

    return supply


def test_names():
    assert studies.names() == NAMES
    with pytest.raises(
        RestatedError, match="no study table 'opie'. Use one of paternal-sensitivity, stability"
    ):
        studies.load("opie")
    with pytest.raises(RestatedError, match="no study table 'published-twins'"):
        studies.load("published-twins")


@pytest.mark.parametrize(("name", "rows"), list(zip(NAMES, [16, 67, 37, 18, 21, 73, 8], strict=True)))
def test_tables_of_the_repository(name, rows):
    frame = studies.load(name, originals=False)
    assert len(frame) == rows
    assert frame["row_id"].is_unique
    assert (frame["status"] == frame.attrs["status"]).all()
    assert frame.attrs["file"] == f"data/studies/{name}.csv"
    assert frame.attrs["source"]
    assert set(frame["source_key"]) <= set(bibliography.keys())


def test_status_says_what_the_rows_are():
    status = [studies.load(name, originals=False).attrs["status"] for name in NAMES]
    assert status == ["observed, open data"] * 3 + ["printed"] * 4


def test_gaps_are_nan_and_counts_are_whole():
    frame = studies.load("stability", originals=False)
    assert np.isnan(frame["SS"].to_numpy(float)).sum() == 12
    assert frame["r_secure_insecure"].notna().sum() == 66
    assert frame["kappa_four_way"].notna().sum() == frame["r_organised_disorganised"].notna().sum() == 37
    assert frame["n"].dtype.kind == "i"


def test_transitions_join_the_stability_rows():
    rows = studies.load("stability", originals=False).set_index("row_id")
    transitions = studies.load("stability-transitions", originals=False)
    joined = rows.loc[transitions["row_id"]]
    assert (joined["n_four_way"].to_numpy() == transitions["n"].to_numpy()).all()
    assert (joined["study_id"].to_numpy() == transitions["study_id"].to_numpy()).all()


def test_paternal_sensitivity_totals_are_the_printed_ones():
    frame = studies.load("paternal-sensitivity", originals=False)
    assert (len(frame), frame["n"].sum()) == (16, 1355)
    changed = frame[frame["r"] != frame["r_rechecked"]]
    assert list(changed["row_id"]) == ["wong-2009"]


def test_recalled_samples_stay_unverified():
    frame = studies.load("transmission-samples", originals=False)
    assert list(frame.loc[frame["grade"] == "U", "row_id"]) == [
        "fonagy1991b",
        "sagi1997-home",
        "sagi1997-communal",
        "ward1995",
    ]


def test_an_original_of_the_reader_is_preferred_and_says_so(originals):
    originals("paternal-sensitivity", "wong-2009,Wong,2009,62,0.24", "wong-2009,Wong,2009,62,0.25")
    frame = studies.load("paternal-sensitivity")
    assert frame.attrs["status"] == "observed, original file supplied by the reader"
    assert set(frame["status"]) == {"observed, original file supplied by the reader"}
    assert frame.set_index("row_id").loc["wong-2009", "r"] == 0.25
    ours = studies.load("paternal-sensitivity", originals=False)
    assert ours.set_index("row_id").loc["wong-2009", "r"] == 0.24
    assert ours.attrs["status"] == "observed, open data"


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "paternal-sensitivity",
            "row_id,study,year,n,r,",
            "row_id,study,year,n,rr,",
            "row 1, field 'r': the column is missing",
        ),
        ("paternal-sensitivity", "1983,51,0.11", "1983,51,1.11", "row 2, field 'r': 1.11 is above 1"),
        ("paternal-sensitivity", "1983,51,0.11", "1983,51,", "row 2, field 'r': the value is missing"),
        ("paternal-sensitivity", "1983,51,0.11", "1983,-51,0.11", "row 2, field 'n': -51 is below 3"),
        ("paternal-sensitivity", "1983,51,0.11", "1983,2,0.11", "row 2, field 'n': 2 is below 3"),
        (
            "paternal-sensitivity",
            "1983,51,0.11",
            "1983,51.5,0.11",
            "row 2, field 'n': '51.5' is not a whole number",
        ),
        ("paternal-sensitivity", "1983,51,0.11", "1983,51,high", "row 2, field 'r': 'high' is not a number"),
        ("paternal-sensitivity", "P,13,63,", "P,13,163,", "row 2, field 'percent_secure': 163 is above 100"),
        (
            "paternal-sensitivity",
            "volling-2002",
            "volling-1992",
            "row 16, field 'row_id': 'volling-1992' occurs already in row 15",
        ),
        (
            "stability",
            "35,0.469157,9,6,3,17",
            "35,0.469157,9,6,3,16",
            "row 3, field 'n': the counts SS to II add up to 34, not to 35",
        ),
        (
            "stability",
            "35,0.469157,9,6,3,17",
            "35,0.469157,9,,3,17",
            "row 3, field 'SI': the count is missing while others",
        ),
        ("stability", "35,0.469157,9,6,3,17", "35,0.469157,9,-6,15,17", "row 3, field 'SI': -6 is below 0"),
        (
            "stability-transitions",
            "6,20,0,2,0,1,",
            "6,20,0,2,0,2,",
            "row 2, field 'n': the counts A_to_A to D_to_D add up to 21, not to 20",
        ),
    ],
)
def test_a_supplied_table_that_cannot_be_right(originals, name, old, new, message):
    originals(name, old, new)
    with pytest.raises(RestatedError) as caught:
        studies.load(name)
    assert str(caught.value).startswith(f"{name}.csv, ") and message in str(caught.value)


def test_a_supplied_table_in_another_encoding(originals):
    originals("transmission-samples", encoding="latin-1")
    with pytest.raises(
        RestatedError, match="transmission-samples.csv, row 12: the file is not UTF-8. Save it as UTF-8"
    ):
        studies.load("transmission-samples")


def test_a_supplied_table_without_rows(originals, tmp_path):
    header = ",".join(dictionary.load()["stability"].columns)
    (tmp_path / "stability.csv").write_text(header + "\n", encoding="utf-8")
    with pytest.raises(RestatedError, match="stability.csv: the table has a header and no rows"):
        studies.load("stability")


def test_an_inconsistent_source_that_says_so_is_let_through(originals):
    lines = (paths.STUDIES / "stability-transitions.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("o06-1"))
    wrong = row.replace(",20,0,2,0,1,", ",20,0,2,0,2,") + "counts add up to 21 in the source"
    originals("stability-transitions", row, wrong)
    frame = studies.load("stability-transitions")
    assert frame.loc[0, "A_to_D"] == 2
