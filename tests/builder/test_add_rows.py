"""``restated add rows``: rows of three formats are previewed, refused with a reason, and written when asked to."""

from __future__ import annotations

import json

import pytest

from restated_book import paths, studies
from restated_book.sources import dictionary
from tests.builder.test_add import WORK, fresh, place, refusal, run

__all__ = ["fresh", "place"]

EVENTS = "row_id,trial,family,outcome,weeks,n_new,events_new,n_usual,events_usual,status,source_key\n"
EVENTS += "old2001-attempts-52,old2001,old2001,attempts,52,30,3,31,6,printed,grote2014\n"
SCORES = "row_id,trial,family,outcome,weeks,n_new,mean_new,sd_new,n_usual,mean_usual,sd_usual,status,source_key\n"
#: Invented files: a row that fits in each, and some that do not.
COCHRANE = """Analysis name,Study,Study year,Experimental mean,Experimental SD,Experimental cases,Experimental N,\
Control mean,Control SD,Control cases,Control N,Weight
Attempts,Grote 2014,2014,,,4,40,,,9,41,50
Attempts,Many 2015,2015,,,50,40,,,9,41,50
Attempts,None 2016,2016,,,,40,,,9,41,0
"""
METAPSY = """study,outcome_type,instrument,time_weeks,n_arm1,mean_arm1,sd_arm1,n_arm2,mean_arm2,sd_arm2,event_arm1,\
event_arm2,totaln_arm1,totaln_arm2
"Grote, 2014",attempts,NA,52,NA,NA,NA,NA,NA,NA,4,9,40,41
"Grote, 2014",severity,BDI,52,40,1.5,0.8,41,2.1,0.9,NA,NA,NA,NA
Late 2020,severity,BDI,soon,40,1.5,0.8,41,2.1,0.9,NA,NA,NA,NA
"""
PLAIN = EVENTS.replace("old2001", "grote2014").replace(",printed,grote2014\n", ",,grote2014\n")
PLAIN += "old2001-attempts-52,old2001,old2001,attempts,52,30,3,31,6,,grote2014\n"


def field(name: str) -> dict:
    number = "integer" if name.startswith(("n_", "events_", "weeks")) else "number" if "_" in name else "string"
    type = "string" if name in ("row_id", "source_key") else number
    about = {"name": name, "type": type, "title": name, "description": "A column.", "constraints": {"required": True}}
    return about | ({"unit": "points"} if type == "number" else {})


@pytest.fixture
def trials(fresh):
    """A book with a table of counts, which has one row, and an empty one of scores."""
    run(*WORK)
    resources = []
    for name, text in (("counts", EVENTS), ("scores", SCORES)):
        file = fresh / "data" / "studies" / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        parts = [{"part": f"events_{arm}", "whole": f"n_{arm}"} for arm in ("new", "usual")]
        about = {
            "name": name,
            "path": f"studies/{name}.csv",
            "title": name,
            "description": "Trials.",
            "status": "printed",
        }
        about |= {"licenses": [{"name": "CC-BY-4.0"}], "sources": [{"title": "papers"}]}
        about |= {"rules": {"parts": parts}} if name == "counts" else {}
        fields = [field(column) for column in text.splitlines()[0].split(",")]
        resources.append(about | {"schema": {"fields": fields, "missingValues": [""], "primaryKey": "row_id"}})
    package = {"profile": "tabular-data-package", "name": "data", "resources": resources}
    (fresh / "data" / dictionary.PACKAGE).write_text(json.dumps(package), encoding="utf-8")
    return fresh


def given(folder, text: str) -> str:
    file = folder / "given.csv"
    file.write_text(text, encoding="utf-8")
    return f"--from={file}"


def added(name: str) -> list[dict]:
    return [cells for _, cells in dictionary.read_table(paths.DATA / "studies" / f"{name}.csv")[1]]


KEY = "--set=source_key=grote2014"


def test_a_cochrane_file_is_previewed_and_only_then_written(trials, tmp_path_factory):
    command = (
        "rows",
        "counts",
        given(tmp_path_factory.mktemp("given"), COCHRANE),
        "--format=cochrane",
        KEY,
        "--set=weeks=26",
    )
    before = (trials / "data/studies/counts.csv").read_bytes()
    said = run(*command)
    assert (trials / "data/studies/counts.csv").read_bytes() == before
    assert "+ row_id grote2014-attempts-26, trial grote2014" in said and "Nothing is written." in said
    assert "- row 3, events_new: " in said and "- row 4, events_new: the value is missing; fill it in" in said
    written = run(*command, "--write")
    assert "Wrote data/studies/counts.csv." in written
    (_, new) = added("counts")
    assert new["family"] == "grote2014" and new["status"] == "printed" and new["weeks"] == "26"
    assert [new[c] for c in ("n_new", "events_new", "n_usual", "events_usual")] == ["40", "4", "41", "9"]
    assert (trials / "data/studies/counts.csv").read_bytes().startswith(before)
    assert "is in the table already" in run(*command, "--write")


def test_a_metapsy_file_fills_counts_and_scores(trials, tmp_path_factory):
    source = given(tmp_path_factory.mktemp("given"), METAPSY)
    said = run("rows", "scores", source, "--format=metapsy", KEY, "--write")
    (new,) = added("scores")
    assert new["row_id"] == "grote2014-severity-52" and (new["mean_new"], new["sd_usual"]) == ("1.5", "0.9")
    assert "- row 2, mean_new: the value is missing" in said and "- row 4, weeks: 'soon' is not" in said
    run("rows", "counts", source, "--format=metapsy", KEY, "--write")
    assert [row["row_id"] for row in added("counts")] == ["old2001-attempts-52", "grote2014-attempts-52"]


def test_a_plain_table_has_our_columns_and_keeps_its_ids(trials, tmp_path_factory):
    said = run("rows", "counts", given(tmp_path_factory.mktemp("given"), PLAIN), "--write")
    assert [row["row_id"] for row in added("counts")] == ["old2001-attempts-52", "grote2014-attempts-52"]
    assert "- row 3: 'old2001-attempts-52' is in the table already" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", KEY), "'nothing' is not a study table"),
        (("counts", "--format=excel"), "'excel' is not a format. Use one of plain, cochrane, metapsy"),
        (("counts", "--set=colour=red"), "the table has no column 'colour'"),
    ],
)
def test_what_names_nothing_is_refused(trials, tmp_path_factory, arguments, message):
    assert message in refusal("rows", arguments[0], given(tmp_path_factory.mktemp("given"), PLAIN), *arguments[1:])


def test_a_work_that_the_bibliography_lacks_holds_its_row_back(trials, tmp_path_factory):
    source = given(tmp_path_factory.mktemp("given"), PLAIN.replace(",grote2014\n", ",new2020\n"))
    said = run("rows", "counts", source, "--write")
    assert "- row 2, source_key: 'new2020' is not in the bibliography; add it with" in said
    assert len(added("counts")) == 1


def test_tables_of_this_book_take_rows():
    assert {"mbt-events", "mbt-scores"} <= {r.name for r in dictionary.load().values()}
    assert len(studies.load("mbt-events"))
