from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from restated.errors import RestatedError
from restated_book import paths, register, studies
from restated_book.sources import bibliography, dictionary

OPEN = {"paternal-sensitivity": 16, "stability": 67, "stability-transitions": 37, "ismair-families": 40}
PRINTED = {
    "transmission-samples": 18,
    "theory-graph": 22,
    "theory-edges": 93,
    "aai-distributions": 8,
    "mbt-trials": 24,
    "mbt-events": 10,
    "mbt-scores": 15,
    "mbt-risk-of-bias": 8,
    "mbt-reviews": 21,
    "mbt-guidelines": 10,
    "economic-evidence": 19,
    "twin-pairs": 21,
    "transmission-table": 16,
    "seccyd-classes": 32,
    "seccyd-risk": 31,
    "seccyd-measures": 20,
    "metapsy-response": 22,
    "stability-files": 19,
}
RECALLED = {"service-costs": 6}
ASSUMED = {"mbt-certainty": 5}
ROWS = OPEN | PRINTED | RECALLED | ASSUMED
#: Tables of another shape, each with tests of its own.
OTHERS = ["cohort-assumptions"]


@pytest.fixture
def originals(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)

    def supply(name, old="", new="", *, encoding="utf-8"):
        text = (paths.STUDIES / f"{name}.csv").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1), encoding=encoding)

    return supply


def test_names():
    assert sorted(studies.names()) == sorted([*ROWS, *OTHERS])
    with pytest.raises(RestatedError, match=r"unknown study table 'opie'. Use one of paternal-sensitivity, stability"):
        studies.load("opie")
    with pytest.raises(RestatedError, match="unknown study table 'published-twins'"):
        studies.load("published-twins")


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_tables_of_the_repository(name, rows):
    frame = studies.load(name, originals=False)
    assert len(frame) == rows
    assert frame["row_id"].is_unique
    # Of later files the book has results that were published and results that we computed.
    own = set(frame["status"]) - {frame.attrs["status"]}
    assert own == ({"computed by us when the evidence was gathered"} if name == "stability-files" else set())
    assert frame.attrs["file"] == f"data/studies/{name}.csv"
    assert frame.attrs["source"]
    if name not in ASSUMED:
        assert set(frame["source_key"]) <= set(bibliography.keys())


def test_status_says_what_the_rows_are():
    for names, status in (
        (OPEN, "observed, open data"),
        (PRINTED, "printed"),
        (RECALLED, "recalled, not verified"),
        (ASSUMED, "assumed"),
    ):
        assert {studies.load(name, originals=False).attrs["status"] for name in names} == {status}


def test_a_number_rests_on_the_weakest_row_of_a_table(monkeypatch):
    noted = {}
    monkeypatch.setattr(studies.flow, "loaded", noted.__setitem__)
    for name in ("stability", "stability-files", "metapsy-response"):
        studies.load(name, originals=False)
    words = ("observed, open data", "computed by us when the evidence was gathered", "printed")
    assert tuple(noted.values()) == words


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
        ("paternal-sensitivity", "1983,51,0.11", "1983,51.5,0.11", "row 2, field 'n': '51.5' is not a whole number"),
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
        # Made-up originals of the trials of MBT: nobody's data, only wrong in one place each.
        (
            "mbt-events",
            "events_mbt,n_control",
            "events,n_control",
            "row 1, field 'events_mbt': the column is missing. Add it",
        ),
        ("mbt-events", "patients,19,1,19,12", "patients,19,-1,19,12", "row 2, field 'events_mbt': -1 is below 0"),
        (
            "mbt-events",
            "patients,19,1,19,12",
            "patients,19,20,19,12",
            "row 2, field 'events_mbt': 20 is more than 19, the value of n_mbt. Count cases",
        ),
        (
            "mbt-events",
            "patients,19,1,19,12",
            "patients,19,1,19,63.2",
            "row 2, field 'events_control': '63.2' is not a whole number",
        ),
        (
            "mbt-events",
            "patients,19,1,19,12",
            "percent,19,1,19,12",
            "row 2, field 'unit': 'percent' is not one of patients",
        ),
        ("mbt-scores", "0.13,63", "-0.13,63", "row 3, field 'sd_mbt': -0.13 is below 0"),
        ("mbt-scores", "0.13,63", "0,63", "row 3, field 'sd_mbt': a standard deviation of 0 would mean"),
        ("mbt-scores", "scale points,71,1.28", "z,71,1.28", "row 3, field 'unit': 'z' is not one of scale points"),
        (
            "mbt-risk-of-bias",
            "low,low,low,high",
            "low,low,fine,high",
            "row 2, field 'missing_data': 'fine' is not one of low",
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
        RestatedError, match=r"transmission-samples.csv, row 12: the file is not UTF-8, perhaps Windows-1252. Save it"
    ):
        studies.load("transmission-samples")


def test_a_supplied_table_without_rows(originals, tmp_path):
    header = ",".join(dictionary.load()["stability"].columns)
    (tmp_path / "stability.csv").write_text(header + "\n", encoding="utf-8")
    with pytest.raises(RestatedError, match=r"stability.csv: the table has a header and no rows"):
        studies.load("stability")


def test_an_inconsistent_source_that_says_so_is_let_through(originals):
    lines = (paths.STUDIES / "stability-transitions.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("o06-1"))
    wrong = row.replace(",20,0,2,0,1,", ",20,0,2,0,2,") + "counts add up to 21 in the source"
    originals("stability-transitions", row, wrong)
    frame = studies.load("stability-transitions")
    assert frame.loc[0, "A_to_D"] == 2


#: Made-up amounts that have nothing to do with the paper; they exist to try the slot for originals.
MADE_UP = {
    ("pretreatment", "ph"): (1100, 900),
    ("pretreatment", "gpc"): (1000, 1200),
    ("treatment", "ph"): (2100, 900),
    ("treatment", "gpc"): (1000, 1100),
    ("follow-up", "ph"): (200, 150),
    ("follow-up", "gpc"): (1000, 800),
}


def made_up_costs() -> list[dict[str, str]]:
    """The empty template with the made-up totals filled in and its other rows removed."""
    _header, rows = dictionary.read_table(paths.ORIGINALS / "templates" / "service-costs.csv")
    filled = []
    for _, cells in rows:
        arm = "ph" if cells["group"] == "partial hospitalization" else "gpc"
        if cells["category"] == "total":
            mean, sd = MADE_UP[cells["period"], arm]
            filled.append(cells | {"mean": str(mean), "sd": str(sd), "basis": "per year", "note": "made up for a test"})
    return filled


def as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def supply_costs(tmp_path, monkeypatch):
    filled = made_up_costs()  # before the folder of originals moves
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)

    def supply(change=lambda rows: rows):
        (tmp_path / "service-costs.csv").write_text(as_csv(change(filled)), encoding="utf-8")

    return supply


def test_the_cost_totals_of_the_repository_are_recalled_and_say_so():
    frame = studies.load("service-costs", originals=False)
    assert set(frame["grade"]) == {"U"} and frame["sd"].isna().all()
    numbers = {n.id: n for n in register.load().values() if n.id.startswith("bateman2003-total-")}
    for row in frame.itertuples():
        printed = numbers[f"bateman2003-{row.row_id.replace('follow-up', 'followup')}"]
        assert printed.grade == "U" and row.mean == float(printed.value.value)


def test_the_template_has_the_columns_of_the_table_and_no_amount():
    header, rows = dictionary.read_table(paths.ORIGINALS / "templates" / "service-costs.csv")
    assert header == dictionary.load()["service-costs"].columns
    assert len(rows) == 36 and all(cells["mean"] == cells["sd"] == "" for _, cells in rows)


def test_a_made_up_original_of_the_costs_is_read(supply_costs):
    supply_costs()
    frame = studies.load("service-costs")
    assert frame.attrs["status"] == "observed, original file supplied by the reader"
    assert set(frame["note"]) == {"made up for a test"} and set(frame["grade"]) == {"P"}
    assert frame["sd"].notna().all()


def changed(number, **cells):
    return lambda rows: [row | (cells if i == number else {}) for i, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed(0, mean="-5"), "row 2, field 'mean': -5 is below 0"),
        (changed(0, mean="1,100"), "row 2, field 'mean': '1,100' is not a number"),
        (changed(0, mean=""), "row 2, field 'mean': the value is missing"),
        (changed(1, currency="pounds sterling"), "row 3, field 'currency': 'pounds sterling' is not one of US dollars"),
        (changed(1, basis="per month"), "row 3, field 'basis': 'per month' is not one of per year, per window"),
        (
            changed(1, basis="per window"),
            "row 3, field 'basis': 'per window' differs from 'per year' in the rows before",
        ),
        (changed(0, basis=""), "row 2, field 'basis': the value is missing"),
        (changed(0, sd="-1"), "row 2, field 'sd': -1 is below 0"),
        (
            changed(0, sd="5200"),
            "row 2, field 'sd': 22 amounts of at least 0 with a mean of 1100 have a standard deviation of at most 5159",
        ),
        (changed(0, n="1"), "row 2, field 'n': 1 is below 2"),
        (changed(0, grade="U"), "row 2, field 'grade': the row has grade U"),
        (lambda rows: rows[:-1], "field 'category': there is no row 'total' for follow-up, general psychiatric care"),
        (lambda rows: [*rows, rows[0] | {"row_id": "again"}], "occurs already in row 2"),
        (
            lambda rows: [{k: v for k, v in row.items() if k != "sd"} for row in rows],
            "row 1, field 'sd': the column is missing",
        ),
    ],
)
def test_an_original_of_the_costs_that_cannot_be_right(supply_costs, change, message):
    supply_costs(change)
    with pytest.raises(RestatedError) as caught:
        studies.load("service-costs")
    assert str(caught.value).startswith("service-costs.csv") and message in str(caught.value)


def test_the_largest_possible_standard_deviation_is_let_through(supply_costs):
    # One patient with all the cost: 22 values, 21 of them zero.
    values = np.r_[np.zeros(21), 22 * 1100]
    supply_costs(changed(0, sd=f"{values.std(ddof=1):.3f}"[:-1]))
    assert studies.load("service-costs").loc[0, "sd"] == pytest.approx(values.std(ddof=1), abs=0.01)


def test_trials_join_their_families_and_the_tables_that_name_them():
    trials = studies.load("mbt-trials", originals=False).set_index("row_id")
    first = trials.loc[trials["family"]]
    assert set(first["relation"]) == {"independent sample", "protocol"}
    assert (first["comparator_kind"].to_numpy() == trials["comparator_kind"].to_numpy()).all()
    for name in ("mbt-events", "mbt-scores", "mbt-risk-of-bias"):
        rows = studies.load(name, originals=False)
        named = trials.loc[rows["trial"]]
        if "family" in rows:
            assert (named["family"].to_numpy() == rows["family"].to_numpy()).all()


def test_counts_and_scores_are_those_of_the_register():
    numbers = register.load()
    arms = {f"{r.trial}-{r.outcome}": r for r in studies.load("mbt-events", originals=False).itertuples()}
    for trial in ("bateman1999", "bateman2009", "philips2018", "carlyle2020"):
        row = arms[f"{trial}-suicide attempts"]
        printed = [numbers[f"{trial}-suicide-attempts-18m-{arm}"].value.value for arm in ("mbt", "control")]
        assert [row.events_mbt, row.events_control] == printed
    scores = studies.load("mbt-scores", originals=False).set_index("row_id")
    for row, key in (
        ("bateman2009-iip-78", "bateman2009-iip-18m"),
        ("philips2018-bpdsi-78", "philips2018-bpdsi-18m"),
        ("laurenssen2018-bpdsi-78", "laurenssen2018-bpdsi-18m"),
    ):
        for arm in ("mbt", "control"):
            assert scores.loc[row, f"mean_{arm}"] == float(numbers[f"{key}-{arm}"].value.value)
            assert scores.loc[row, f"sd_{arm}"] == float(numbers[f"{key}-{arm}-sd"].value.value)


def test_what_was_only_recalled_is_in_no_table_of_counts_or_scores():
    for name in ("mbt-events", "mbt-scores", "mbt-risk-of-bias", "mbt-reviews"):
        assert "U" not in set(studies.load(name, originals=False)["grade"])


def test_every_statement_of_a_review_has_its_printed_number():
    numbers = register.load()
    rows = studies.load("mbt-reviews", originals=False)
    for row in rows.itertuples():
        assert numbers[row.published].source_key == row.source_key
        assert numbers[row.published].grade == row.grade
