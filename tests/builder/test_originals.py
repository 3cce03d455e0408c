"""A made-up original goes through a whole chapter: what the page says then, and what it says no more."""

from __future__ import annotations

import json
import re
import zipfile

import pytest

from restated_book import paths
from tests.builder.books import lay_out, run
from tests.builder.test_studies import as_csv, made_up_costs

SUPPLIED = "observed, original file supplied by the reader"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The service-cost chapter on a made-up table of costs: its page and its ledger rows."""
    scratch = tmp_path_factory.mktemp("book")
    text = (paths.NOTEBOOKS / "service-costs.md").read_text(encoding="utf-8")
    for old, new in (
        ("draws=150", "draws=12"),
        ("trials=4000", "trials=200"),
    ):  # this is about words, not about precision
        assert old in text
        text = text.replace(old, new)
    lay_out(scratch, "service-costs", text, findings=["service-costs", "trials", "impact"])
    original = scratch / "data" / "originals" / "service-costs.csv"
    original.parent.mkdir()
    original.write_text(as_csv(made_up_costs()), encoding="utf-8")
    result = run(scratch, "build")
    assert result.returncode == 0, result.stdout + result.stderr
    html = scratch / "_build" / "html"
    page = (html / "notebooks" / "service-costs.html").read_text(encoding="utf-8")
    rows = {r["id"]: r for r in json.loads((html / "ledger.json").read_text(encoding="utf-8"))}
    return page, rows, html


def test_tables_and_figures_of_the_amounts_say_whose_file_they_rest_on(built):
    page, *_ = built
    for anchor in ("tab-totals", "fig-summed", "fig-differences", "tab-statements"):
        assert f'id="{anchor}" data-status="{SUPPLIED}"' in page
    assert 'data-status="recalled, not verified"' not in page


def test_the_prose_is_that_of_an_original(built):
    page, *_ = built
    for words in ("From the original table.", "was built with an original table", "gives standard deviations"):
        assert words in page
    for words in ("If these totals are right", "carry no conclusion", "hang on the recollection"):
        assert words not in page


def test_no_number_computed_from_the_original_is_unverified(built):
    page, rows, _ = built
    ours = {id: r for id, r in rows.items() if r["basis"] == "original"}
    assert {r["verdict"] for r in ours.values()} == {"new"}
    assert not [r for r in rows.values() if r["basis"] == "recalled"]
    # The made-up amounts: 2,100 a year for a year and a half, and the sums over all windows.
    assert ours["service-costs-window-treatment-ph"]["restated"] == 3150
    assert (ours["service-costs-summed-ph"]["restated"], ours["service-costs-summed-gpc"]["restated"]) == (4000, 3500)
    assert re.search(r'<span class="rs-val">4,000 \$</span>', page)


def test_the_tests_of_the_original_are_in_the_ledger(built):
    _, rows, _ = built
    difference = rows["service-costs-difference-followup"]
    assert (difference["restated"], difference["restated_low"] < -800 < difference["restated_high"]) == (-800, True)
    assert (
        rows["service-costs-welch-p-followup"]["restated"]
        < 0.05
        < rows["service-costs-welch-p-pretreatment"]["restated"]
    )


def test_what_does_not_rest_on_the_table_is_unchanged(built):
    _, rows, _ = built
    assert rows["service-costs-medication-superiority"]["basis"] == "assumed"
    assert rows["service-costs-eight-diagnosis-ph"]["verdict"] == "differs"


def archives(folder):
    """Every file of every archive below `folder`, archives inside archives too."""
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as z:
            for name in z.namelist():
                assert not name.endswith(".zip"), "an archive inside an archive would have to be looked into"
                yield f"{path.name}:{name}", z.read(name)


def test_no_download_holds_the_table_of_the_reader(built):
    *_, html = built
    table = as_csv(made_up_costs())
    rows = [line.encode() for line in table.splitlines()[1:]]
    files = dict(archives(html / "downloads"))
    assert {name.partition(":")[0] for name in files} == {
        "restated-data.zip",
        "restated-results.zip",
        "restated-offline.zip",
        "service-costs.zip",
    }
    assert not [
        name
        for name in files
        if "originals/" in name and not name.endswith(("originals/README.md", "templates/service-costs.csv"))
    ]
    for name, content in files.items():
        assert not any(row in content for row in rows), name


def test_the_chapter_says_that_its_numbers_need_that_table(built):
    *_, html = built
    files = dict(archives(html / "downloads"))
    readme = files["service-costs.zip:restated-service-costs/README.md"].decode()
    assert "That table is not in this" in " ".join(readme.split("\n")) and SUPPLIED in readme


def test_figures_and_tables_of_the_readers_rows_are_on_the_page_only(built):
    page, _, html = built
    withheld = re.findall(rf'<figure class="rs-([a-z]+)" id="(?:fig|tab)-([a-z-]+)" data-status="{SUPPLIED}"', page)
    assert {"totals", "summed", "differences", "statements"} <= {name for _, name in withheld}
    offered = {path.name for path in (html / "downloads").rglob("*.*")}
    files = dict(archives(html / "downloads"))
    offline = files["restated-offline.zip:restated-offline/notebooks/service-costs.html"].decode()
    for _, name in withheld:
        assert not {f"{name}.csv", f"{name}.png"} & offered
        assert not [file for file in files if re.search(rf"/{name}\.(?:csv|png|svg)$", file)]
        assert re.search(rf'id="(fig|tab)-{name}" data-status="{SUPPLIED}"><figcaption>Not for download', offline)
    executed = (html / "downloads" / "service-costs" / "service-costs.ipynb").read_text(encoding="utf-8")
    assert executed.count("Not for download") == len(withheld) and "data-status" in executed
    assert page.count("Not for download") == len(withheld)
