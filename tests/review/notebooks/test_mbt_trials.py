"""The chapter on the trials, built in a scratch copy on made-up originals: numbers invented here, nobody's data."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

from restated.estimate import events, meta
from restated_book import paths
from tests.builder.books import edit, lay_out, run

#: Made-up counts that take the place of those of 2009, and the made-up SD that takes the place of the implausible one.
INVENTED, INVENTED_SD = (7, 70, 14, 60), 0.61


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A book of this one chapter, built with two made-up originals; what the build said."""
    scratch = tmp_path_factory.mktemp("book")
    text = (paths.NOTEBOOKS / "mbt-trials.md").read_text(encoding="utf-8")
    for left_out, there in (
        ("notebooks/audit.md", "notebooks/mbt-trials.md"),
        ("book/data-dictionary.md", "book/ledger.md"),
    ):
        text = text.replace(left_out, there)
    text = re.sub(r"\{(?:restated|interval)\}`people-[^`]*`", "some", text)  # numbers of a chapter that is not here
    lay_out(scratch, "mbt-trials", text, findings=["impact", "service-costs", "trials"])
    originals = scratch / "data" / "originals"
    originals.mkdir()
    for name in ("mbt-events", "mbt-scores"):
        shutil.copy(paths.STUDIES / f"{name}.csv", originals)
    e1, n1, e2, n2 = INVENTED
    edit(originals / "mbt-events.csv", "patients,71,2,63,16", f"patients,{n1},{e1},{n2},{e2}")
    edit(originals / "mbt-scores.csv", "1.28,0.13", f"1.28,{INVENTED_SD}")
    return scratch, run(scratch, "build")


def test_the_chapter_runs_on_originals_and_says_so(built):
    scratch, result = built
    assert result.returncode == 0, result.stdout + result.stderr
    page = (scratch / "_build/html/notebooks/mbt-trials.html").read_text(encoding="utf-8")
    assert page.count("Status: observed, original file supplied by the reader") >= 7
    rows = {row["id"]: row for row in json.loads((scratch / "_build/html/ledger.json").read_text(encoding="utf-8"))}
    e1, n1, e2, n2 = INVENTED
    y, v = events.effect_sizes([1, e1, 0], [19, n1, 24], [12, e2, 3], [19, n2, 22], measure="RR")
    expected = meta.fit(y, v, method="DL")
    found = rows["trials-suicide-attempts-three-trials"]
    assert [found["restated"], found["restated_low"], found["restated_high"]] == pytest.approx(
        list(np.exp([expected.estimate, expected.ci_low, expected.ci_high]))
    )
    assert rows["trials-attempts-bateman2009-log-rr"]["verdict"] == "differs"
    assert rows["trials-severity-bateman2009-iip-g"]["verdict"] == "differs"
    assert rows["trials-severity-laurenssen2018-bpdsi-g"]["verdict"] == "within-rounding"


def test_an_original_that_cannot_be_right_is_named_and_the_last_good_book_stays(built):
    scratch, _ = built
    page = scratch / "_build/html/notebooks/mbt-trials.html"
    before = page.read_bytes()
    edit(scratch / "data/originals/mbt-events.csv", "patients,70,7", "patients,70,-7")
    result = run(scratch, "build")
    assert result.returncode == 1 and "Traceback" not in result.stderr
    for part in ("mbt-events.csv, row 3, field 'events_mbt'", "-7 is below 0"):
        assert part in result.stderr
    assert page.read_bytes() == before
