"""Builds in a scratch copy: what a reader breaks is named, and the last good book stays."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import textwrap
import zipfile

import pytest

from restated.errors import RestatedError
from restated_book import outputs, paths
from restated_book.build import checks
from restated_book.build import run as running
from tests.builder import books
from tests.builder.books import NOTEBOOK, completed, edit, page, tree


@pytest.fixture
def scratch(calls, small_book):
    """A copy of the built small book that a test may break."""
    shutil.rmtree(calls.root, ignore_errors=True)
    shutil.copytree(small_book.folder, calls.root)
    return calls.root


@pytest.mark.parametrize("command", [("build",), ("build", "--pdf"), ("check",), ("todo",)])
def test_outside_a_book_nothing_is_written_and_the_message_says_what_is_missing(tmp_path, command):
    result = books.run(tmp_path, *command)
    assert result.returncode == 1 and list(tmp_path.iterdir()) == []
    if command != ("todo",):
        assert "there is no book here" in result.stderr and "restated.toml" in result.stderr


def test_below_the_folder_of_a_book_that_book_is_meant(scratch):
    assert "Nothing has changed" in books.run(scratch / "data" / "studies", "build").stdout
    assert not (scratch / "data" / "studies" / "_build").exists()


def test_a_build_reports_progress_and_verdicts(small_book):
    scratch, out = small_book.folder, small_book.output
    assert "[1 of 1] notebooks/small.md" in out
    last = out.strip().splitlines()[-1]
    assert last.startswith("The book is in _build/html/index.html: 1 number restated (1 new);")
    rows = json.loads((scratch / "_build" / "html" / "ledger.json").read_text(encoding="utf-8"))
    assert next(r for r in rows if r["id"] == "tiny-mean")["basis"] == "open-data"
    assert (scratch / "_build" / "html" / "ledger.csv").is_file()


def test_what_the_pages_offer_is_there_with_its_size(small_book):
    html = small_book.folder / "_build" / "html"
    listed = (html / "book" / "downloads.html").read_text(encoding="utf-8")
    links = [
        x for text in (page(small_book.folder), listed) for x in re.findall(r'href="\.\./([^"#]+)" download', text)
    ]
    assert {
        "downloads/small/rows.csv",
        "downloads/small/small.zip",
        "downloads/restated-offline.zip",
        "ledger.csv",
    } <= set(links)
    assert all((html / link).is_file() for link in links)
    sizes = re.findall(r'<span class="rs-size" data-file="[^"]+">([^<]*)</span>', listed)
    assert len(sizes) > 6 and all(re.fullmatch(r"[\d.,]+ [kM]B", size) for size in sizes)
    assert outputs.MIME_TABLE not in (small_book.folder / "_build" / "stage" / "notebooks" / "small.ipynb").read_text(
        encoding="utf-8"
    )


def test_the_copy_for_offline_reading_offers_only_what_it_holds(small_book, tmp_path):
    with zipfile.ZipFile(small_book.folder / "_build" / "html" / "downloads" / "restated-offline.zip") as z:
        z.extractall(tmp_path)
    site = tmp_path / "restated-offline"
    pages = list(site.rglob("*.html"))
    links = [
        (p, x) for p in pages for x in re.findall(r'href="((?:\.\./)*downloads/[^"#]+)"', p.read_text(encoding="utf-8"))
    ]
    assert links and all((p.parent / x).is_file() for p, x in links)
    assert "(on the site only)" in (site / "book" / "downloads.html").read_text(encoding="utf-8")
    assert (site / "index.html").is_file() and not list(site.rglob("*.zip"))


def test_nothing_is_done_twice_and_one_datum_changes_the_page(calls, scratch):
    before = page(scratch)
    assert "Nothing has changed" in calls("build").stdout
    edit(scratch / "data" / "studies" / "paternal-sensitivity.csv", "Belsky,1983,51,0.11", "Belsky,1983,51,0.12")
    again = calls("build")
    assert again.returncode == 0, again.stderr
    assert "1 to execute" in again.stdout
    assert page(scratch) != before


def test_where_only_prose_has_changed_one_page_is_read_and_the_book_is_the_one_built_from_nothing(calls, scratch):
    # The copy lies elsewhere than the book it is a copy of: Sphinx would read all of it again.
    shutil.rmtree(scratch / "_build")
    assert calls("build").returncode == 0
    edit(scratch / "notebooks" / "small.md", "One number:", "A number of its own:")
    result = calls("build")
    assert result.returncode == 0 and "0 to execute" in result.stdout, result.stdout + result.stderr
    assert "0 added, 1 changed, 0 removed" in (scratch / "_build" / "typeset.log").read_text(encoding="utf-8")
    assert "A number of its own:" in page(scratch)
    found = tree(scratch / "_build" / "html")
    for name in ("out", "stage", "executed"):
        shutil.rmtree(scratch / "_build" / name)
    (scratch / "_build" / "state.json").unlink()
    assert calls("build").returncode == 0
    assert (
        "1 added" not in (log := (scratch / "_build" / "typeset.log").read_text(encoding="utf-8"))
        and "0 changed" in log
    )
    assert found == tree(scratch / "_build" / "html")


def test_front_matter_that_is_removed_does_not_stay_on_the_page(calls, scratch):
    note = scratch / "notebooks" / "small.md"
    edit(note, "\n---\n\n# A small", "\nmyst: {html_meta: {description: A remark of old.}}\n---\n\n# A small")
    assert calls("build").returncode == 0 and "A remark of old." in page(scratch)
    edit(note, "myst: {html_meta: {description: A remark of old.}}\n", "")
    result = calls("build")
    assert result.returncode == 0 and "0 to execute" in result.stdout
    assert "A remark of old." not in page(scratch)


def test_a_heading_that_goes_is_missed_by_the_page_that_links_to_it(calls, scratch):
    """The page with the link has not changed: where anchors change, all pages are written and their links looked up."""
    with (scratch / "notebooks" / "small.md").open("a") as file:
        file.write("\n(a-place)=\n## A place\n\nText.\n")
    with (scratch / "book" / "index.md").open("a") as file:
        file.write("\nSee {ref}`a place <a-place>`.\n")
    assert calls("build").returncode == 0
    before = page(scratch)
    edit(scratch / "notebooks" / "small.md", "(a-place)=", "(b-place)=")
    result = calls("build")
    assert result.returncode == 1 and "a-place" in result.stderr and "book/index" in result.stderr
    assert page(scratch) == before
    # What failed is no ground to go on from: the same fault again, and none once it is mended.
    assert "a-place" in calls("build").stderr
    edit(scratch / "notebooks" / "small.md", "(b-place)=\n## A place", "(a-place)=\n## A place\n\nNew.")
    assert calls("build").returncode == 0
    assert "<p>New.</p>" in page(scratch)


def faulty_notebook(code="", prose=""):
    cell = f"\n```{{code-cell}} ipython3\n{textwrap.dedent(code)}\n```\n" if code else ""
    return lambda s: (s / "notebooks" / "small.md").write_text(
        NOTEBOOK.lstrip() + cell + f"\n{prose}\n", encoding="utf-8"
    )


FAULTS = {
    "a failing cell": (faulty_notebook("1 / 0"), ["notebooks/small.md", "code cell 2", "'1 / 0'", "ZeroDivisionError"]),
    "a figure without a status": (
        faulty_notebook("import pandas as pd\npd.DataFrame({'a': [1]})"),
        ["notebooks/small.md", "code cell 2 ('import pandas as pd') shows a table without a status"],
    ),
    "a figure of pyplot": (
        faulty_notebook("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
        ["notebooks/small.md", "code cell 2 ('import matplotlib", "shows a figure without a status", "show.figure("],
    ),
    "a figure that is left open": (
        faulty_notebook("import pandas as pd\naxes = pd.Series([1, 2]).plot()"),
        ["notebooks/small.md", "shows a figure without a status", "plt.close()"],
    ),
    "a warning": (
        faulty_notebook("import warnings\nwarnings.warn('old')"),
        ["notebooks/small.md", "code cell 2", "UserWarning: old (line 2 of the cell)", "filterwarnings"],
    ),
    # One build for three faults: every warning of a page is listed, not only the first.
    "a number, a citation and a page that do not exist": (
        faulty_notebook(prose="{restated}`tiny-men`, {cite:p}`nobody1900` and [there](nowhere.md)."),
        ["notebooks/small", "tiny-men", "tiny-mean", "nobody1900", "nowhere.md"],
    ),
    "a role that does not exist": (
        faulty_notebook(prose="{publishd}`x`"),
        ['  notebooks/small.md, cell 3, line 2: Unknown interpreted text role "publishd". Correct the pages named'],
    ),
    "a ledger that names another chapter": (
        lambda s: edit(s / "notebooks" / "small.md", 'open_ledger("small"', 'open_ledger("smal"'),
        ["notebooks/small.md: open_ledger names 'smal'. Write show.open_ledger(\"small\", …)"],
    ),
    "a page without a title": (
        lambda s: edit(s / "book" / "index.md", "# A small", "A small"),
        ["book/index.md: the page has no title. Begin its text with a line '# Title'."],
    ),
    "a table that is described and missing": (
        lambda s: (s / "data" / "studies" / "paternal-sensitivity.csv").unlink(),
        ["paternal-sensitivity.csv: the file does not exist", "remove its description from datapackage.json"],
    ),
    "a page named with an umlaut": (
        lambda s: edit(s / "_toc.yml", "notebooks/small", "notebooks/smäl"),
        ["_toc.yml, field 'file': 'notebooks/smäl' is not a valid page name", "in letters a to z, digits, - and _"],
    ),
    "a duplicate key": (
        lambda s: edit(s / "references.bib", "@article{verhage2016,", "@article{opie2021,"),
        ["references.bib", "opie2021"],
    ),
    "broken BibTeX": (
        lambda s: edit(s / "references.bib", "@article{verhage2016,", "@article{verhage2016 {"),
        ["references.bib, row", "BibTeX"],
    ),
    "an impossible correlation": (
        lambda s: edit(
            s / "data" / "studies" / "paternal-sensitivity.csv", "Belsky,1983,51,0.11", "Belsky,1983,51,1.11"
        ),
        ["paternal-sensitivity.csv", "row 2", "'r'", "1.11"],
    ),
    "a missing column": (
        lambda s: edit(s / "data" / "published" / "stability.csv", "locator", "place"),
        ["data/published/stability.csv", "locator"],
    ),
    "a page that is not there": (
        lambda s: edit(s / "_toc.yml", "notebooks/small", "notebooks/smal"),
        ["_toc.yml", "notebooks/smal"],
    ),
    "contents that are not YAML": (lambda s: edit(s / "_toc.yml", "chapters:", "chapters: ["), ["_toc.yml", "YAML"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_and_the_last_good_book_stays(calls, scratch, fault):
    breaks, says = FAULTS[fault]
    before = page(scratch)
    breaks(scratch)
    result = calls("build")
    assert result.returncode == 1
    assert result.stderr.startswith("error: ") and "Traceback" not in result.stderr
    for part in says:
        assert part in result.stderr
    assert str(scratch) not in result.stderr
    assert page(scratch) == before


def test_a_reader_original_replaces_the_rows_and_is_named(calls, scratch):
    original = scratch / "data" / "originals" / "paternal-sensitivity.csv"
    original.parent.mkdir(exist_ok=True)
    shutil.copy(scratch / "data" / "studies" / "paternal-sensitivity.csv", original)
    edit(original, "Belsky,1983,51,0.11", "Belsky,1983,51,0.21")
    result = calls("build")
    assert result.returncode == 0, result.stderr
    assert "observed, original file supplied by the reader" in page(scratch)


def test_originals_are_read_before_anything_is_executed(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)
    checks.check_originals()
    fathers = (paths.STUDIES / "paternal-sensitivity.csv").read_text(encoding="utf-8")
    (tmp_path / "paternal-sensitivity.csv").write_text(fathers, encoding="utf-8")
    checks.check_originals()
    (tmp_path / "paternal-sensitivity.csv").write_text(fathers.replace("study", "stduy", 1), encoding="utf-8")
    with pytest.raises(RestatedError, match=r"paternal-sensitivity\.csv, row 1, field 'study': the column is missing"):
        checks.check_originals()
    (tmp_path / "paternal-sensitivity.csv").rename(tmp_path / "paternal_sensitivity.csv")
    with pytest.raises(
        RestatedError,
        match=r"paternal_sensitivity\.csv: no chapter reads a table of this name.*paternal-sensitivity, stability",
    ):
        checks.check_originals()


def test_an_original_that_git_tracks_stops_the_build(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    checks.refuse_tracked_originals()  # no repository: nothing is tracked
    git("init", "-q")
    originals = tmp_path / "data" / "originals"
    originals.mkdir(parents=True)
    (originals / "README.md").write_text("note\n")
    (originals / "cohort-children.csv").write_text("child_id\n1\n")
    git("add", "data/originals/README.md")
    checks.refuse_tracked_originals()
    git("add", "--force", "data/originals/cohort-children.csv")
    with pytest.raises(
        RestatedError, match=r"data/originals/cohort-children\.csv: git tracks this original.*git rm --cached"
    ):
        checks.refuse_tracked_originals()


def test_originals_are_ignored_and_none_is_tracked_here():
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", "data/originals/cohort-children.csv"], cwd=paths.ROOT, check=False
    )
    assert ignored.returncode in (0, 128)  # 128: not a git checkout
    checks.refuse_tracked_originals()


def test_serving_without_a_book_says_what_to_do(tmp_path, monkeypatch, capsys):
    from restated_book import cli

    monkeypatch.setattr(paths, "BUILD", tmp_path)
    assert cli.main(["serve"]) == 1
    assert "Run `restated build` first" in capsys.readouterr().err


def test_a_configured_address_and_repository_appear_in_citations_pages_sitemap_and_launch_links(calls, scratch):
    """None of them is there while none is configured; see the page of the same book before."""
    edit(
        scratch / "_config.yml",
        "html:\n",
        "repository:\n  url: https://github.com/some-one/restated\nhtml:\n  baseurl: https://example.org/book/v1/\n",
    )
    note = scratch / "notebooks" / "small.md"
    note.write_text(
        note.read_text(encoding="utf-8") + "\n## Cite and download\n\n```{cite-and-download}\n```\n", encoding="utf-8"
    )
    before = page(scratch)
    assert "example.org" not in before and "canonical" not in before and "mybinder" not in before
    assert not (scratch / "_build" / "html" / "sitemap.xml").exists()
    result = calls("build")
    assert result.returncode == 0, result.stdout + result.stderr
    html = page(scratch)
    here = "https://example.org/book/v1/notebooks/small.html"
    assert f'<link rel="canonical" href="{here}"' in html
    for tag in ("citation_public_url", "og:url"):
        assert re.search(rf'="{tag}" content="{re.escape(here)}"', html), tag
    assert html.count(f"Available from: {here}</span>") == 1
    assert "https://mybinder.org/v2/gh/some-one/restated/HEAD?labpath=notebooks%2Fsmall.md" in html
    assert f'"url": "{here}"' in html
    assert f"<loc>{here}</loc>" in (scratch / "_build" / "html" / "sitemap.xml").read_text(encoding="utf-8")
    assert f"UR  - {here}" in (scratch / "_build" / "html" / "downloads" / "small" / "small.ris").read_text(
        encoding="utf-8"
    )


def test_a_kernel_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "environment", lambda: {**os.environ, "PYTHONHOME": str(tmp_path)})
    notebook = tmp_path / "a.md"
    notebook.write_text(NOTEBOOK.lstrip(), encoding="utf-8")
    with pytest.raises(RestatedError, match=r"its kernel did not start: .*encodings"):
        completed(running.run(notebook))


@pytest.mark.parametrize("fails", [1, running.KERNEL_STARTS])
def test_a_kernel_whose_port_was_taken_is_started_again_a_few_times(tmp_path, monkeypatch, fails):
    count = tmp_path / "starts"
    count.write_text("")
    (tmp_path / "sitecustomize.py").write_text(
        f"import os, sys\nfile = open({str(count)!r}, 'a')\nfile.write('x')\nfile.flush()\n"
        f"if file.tell() <= {fails}:\n    print('ZMQError: Address already in use', file=sys.stderr, flush=True)\n"
        "    os._exit(1)\n"
    )
    monkeypatch.setattr(running, "environment", lambda: {**os.environ, "PYTHONPATH": str(tmp_path)})
    notebook = tmp_path / "a.md"
    notebook.write_text(NOTEBOOK.partition("# A small")[0].lstrip() + "```{code-cell}\n1 + 1\n```\n", encoding="utf-8")
    monkeypatch.setattr(outputs, "HAND_OVER", "2")
    if fails < running.KERNEL_STARTS:
        found = [
            o.data["text/plain"] for cell in completed(running.run(notebook)).cells for o in cell.get("outputs", ())
        ]
        assert found == ["2", "2"]
    else:
        with pytest.raises(RestatedError, match="did not start: ZMQError: Address already in use"):
            completed(running.run(notebook))
    assert len(count.read_text()) == min(fails + 1, running.KERNEL_STARTS)
