"""A small book, built with jupyter-book: three builds side by side, two good ones and a broken one."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from restated_book import paths
from tests.builder.sphinx.rows import HOSTILE, everything, written

CONFIG = """
title: Scratch
author: Nobody
only_build_toc_files: true
execute: {execute_notebooks: "off"}
bibtex_bibfiles: [references.bib]
parse: {myst_enable_extensions: [colon_fence, dollarmath, amsmath, deflist]}
sphinx:
  extra_extensions: [restated_book.sphinx.extension]
  config: {bibtex_reference_style: author_year, restated_claims_doc: book/claims}
"""
TOC = """
format: jb-book
root: book/front
parts:
  - caption: Findings
    chapters: [{file: notebooks/chapter}]
  - caption: Apparatus
    chapters: [{file: book/claims}, {file: book/ledger}, {file: book/dictionary}, {file: book/references}]
"""
BIB = """
@article{verhage2016, author={Verhage, Marije L. and Schuengel, Carlo},
  title={Narrowing the transmission gap}, journal={Psychological Bulletin}, year={2016}, volume={142},
  pages={337--366}}
"""
INDEX = r"""
# Scratch

The first paragraph of the front page is long enough to describe it.

Printed {published}`seen-first-hand` {published}`seen-second-hand` {published}`not-seen` {published}`hostile`;
restated {restated}`agrees` {interval}`agrees` {restated}`counted`; {verdict}`disagrees`
{grade}`not-seen` {status}`enumerated`.

Inline $\tau^2 \ge 0$ and numbered:

```{math}
:label: pooled
\hat\theta = \frac{\sum_i w_i y_i}{\sum_i w_i}
```

\begin{align}
a &= b \\
c &= d
\end{align}

:::{when} agrees open-data
Said on open data, {restated}`agrees`.
:::
:::{when} agrees recalled
Said on recalled numbers, {restated}`no-such-row`.
:::

Claimed in {claim}`A03` and [{claim}`B01` inside a link](#a-place).

(a-place)=
## A number {published}`seen-first-hand` in a title

Text.
"""
CLAIMS = """
# The claims

## What was printed

```{two-places}
```

## Verdicts

```{claims-list}
```
"""
CHAPTER = r"""
```{chapter-head}
:question: How strongly?
The printed value is {published}`seen-first-hand` {cite:p}`verhage2016`.
```

## Cite and download

```{cite-and-download}
```
"""
BROKEN = r"""
# Scratch

{claim}`A04`

Text {published}`seen-frist-hand`, {restated}`seen-first-hand`, {published}`counted`, {status}`guessed`.

$\foo{x}$

:::{when} nowhere open-data
Text.
:::
:::{when} agrees guessed
Text.
:::
"""
CLAIM_TABLES = {
    "claims": [
        {
            "id": "A03",
            "section": "1 summary",
            "claim": f"{HOSTILE}x",
            "quantity": "14,931",
            "unit": "people",
            "cited": "S4",
            "kind": "reach",
            "checkable_from": "public paper",
            "verdict": "supported",
            "strength": "partly",
            "reason": "A source says so.",
            "source_keys": "verhage2016",
            "chapters": "chapter",
            "numbers": "seen-first-hand",
        },
        {
            "id": "B01",
            "section": "2 research",
            "claim": "Insecure attachment is passed on",
            "cited": "R1",
            "kind": "research finding",
            "checkable_from": "public web",
            "verdict": "not-publicly-checkable",
            "strength": "open",
            "reason": "Not available.",
        },
    ],
    "checks": [
        {
            "id": "check-001",
            "claim_ids": "A03",
            "topic": "t",
            "document_says": "six",
            "source_says": "five",
            "relation": "differs",
            "source_key": "verhage2016",
            "locator": "abstract",
            "grade": "P",
            "number_ids": "seen-first-hand",
        }
    ],
    "sources": [
        {
            "id": "R1",
            "description": "a trial",
            "type": "article",
            "public": "yes",
            "independence": "own research",
            "reason": "own",
            "source_key": "verhage2016",
            "grade": "P",
        },
        {
            "id": "S4",
            "description": "figures",
            "type": "figures",
            "public": "no",
            "independence": "not independent",
            "reason": "own",
            "grade": "P",
        },
    ],
    "inconsistencies": [
        {
            "id": "inc-countries",
            "matter": "countries",
            "place_1": "section 1",
            "text_1": "22",
            "place_2": "section 4",
            "text_2": "36",
            "claim_ids": "A03",
        }
    ],
}


def package() -> dict:
    """Description of the data of the scratch book: the tables of claims as in the real one, and one table more."""
    wanted = {f"claims/{name}.csv" for name in CLAIM_TABLES}
    real = json.loads((paths.ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    fields = [{"name": "id", "type": "string", "title": "Id", "description": ""}]
    one = {
        "name": "a",
        "path": "a.csv",
        "title": "A",
        "description": "",
        "status": "printed",
        "licenses": [],
        "sources": [],
    }
    return {"resources": [one | {"schema": {"fields": fields}}, *(r for r in real if r["path"] in wanted)]}


def claim_tables() -> dict[str, str]:
    """The tables of claims of the scratch book, as CSV by path."""
    columns = {r["path"]: [f["name"] for f in r["schema"]["fields"]] for r in package()["resources"]}
    files = {}
    for name, rows in CLAIM_TABLES.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, columns[f"claims/{name}.csv"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files[f"data/claims/{name}.csv"] = out.getvalue()
    return files


def notebook() -> str:
    def code(tag, html):
        output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}
        meta = {"tags": [tag]}
        return {
            "cell_type": "code",
            "id": tag,
            "metadata": meta,
            "execution_count": 1,
            "source": "show()",
            "outputs": [output],
        }

    cells = [
        {"cell_type": "markdown", "id": "head", "metadata": {}, "source": "# A chapter\n" + CHAPTER},
        code("hide-input", '<figure class="rs-figure" id="fig-a"><figcaption>Caption</figcaption></figure>'),
    ]
    return json.dumps(
        {
            "cells": cells,
            "metadata": {"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def lay_out(folder: Path, index: str) -> None:
    files = {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "references.bib": BIB,
        "book/front.md": index,
        "notebooks/chapter.ipynb": notebook(),
        "book/ledger.md": "# Ledger\n\n```{ledger}\n```\n",
        "book/dictionary.md": "# Dictionary\n\n```{data-dictionary}\n```\n",
        "book/references.md": "# References\n\n```{bibliography}\n:all:\n```\n",
        "book/claims.md": CLAIMS,
        "data/datapackage.json": json.dumps(package()),
        **{name: (paths.ROOT / name).read_text(encoding="utf-8") for name in ("CITATION.cff", "restated.toml")},
    } | claim_tables()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    written(folder / "entries.json", everything())


RUN = """
import contextlib, os, sys
from jupyter_book.cli.main import main
for book in sys.argv[1:]:
    with contextlib.suppress(SystemExit, RuntimeError):
        os.environ["RESTATED_ENTRIES"] = book + "/entries.json"
        options = ["--path-output", book + "-out", "-n", "-W", "--keep-going"]
        main(["build", book, *options], standalone_mode=False)
    print("END OF", os.path.basename(book))
"""


def start(folder: Path, *books: tuple[str, str]) -> subprocess.Popen:
    """Build `books`, given by name and front page, one after another in one process."""
    for name, index in books:
        lay_out(folder / name, index)
    # Different seeds: an order that hangs on hashing shows up as a difference.
    environment = os.environ | {
        "PYTHONPATH": str(paths.ROOT),
        "PYTHONHASHSEED": str(len(books)),
        "RESTATED_ROOT": str(folder / books[0][0]),
    }
    call = [sys.executable, "-c", RUN, *(str(folder / name) for name, _ in books)]
    return subprocess.Popen(call, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """The folders of two good builds and what the broken one said."""
    folder = tmp_path_factory.mktemp("books")
    running = [start(folder, ("one", INDEX), ("broken", BROKEN)), start(folder, ("two", INDEX))]
    said = [re.sub(r"\x1b\[[0-9;]*m", "", process.communicate()[0]) for process in running]
    good, broken = said[0].split("END OF one")
    for text in (good, said[1]):
        assert "Finished generating HTML" in text, text
    assert "Finished generating HTML" not in broken
    return folder / "one-out/_build/html", folder / "two-out/_build/html", broken


@pytest.fixture(scope="module")
def site(builds) -> Path:
    return builds[0]


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    return {p.relative_to(site).as_posix(): p.read_text(encoding="utf-8") for p in sorted(site.rglob("*.html"))}


class Links(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.ids: list[str] = []
        self.refs: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("href", "src", "action"):
            if attrs.get(name):
                self.refs.append((tag, attrs[name]))


def test_a_wrong_id_is_named_with_its_page_and_the_id_that_was_meant(builds):
    said = builds[2]
    assert "front.md:5: WARNING: {published}: unknown ledger entry 'seen-frist-hand'; did you mean" in said
    assert "did you mean 'seen-first-hand'" in said
    assert "book/front.md:5" in said


def test_a_wrong_claim_is_named_with_its_page_and_line(builds):
    said = builds[2]
    assert "front.md:3: WARNING: {claim}: unknown claim 'A04'; did you mean 'A03'" in said
    assert "book/front.md:3" in said


def test_a_number_that_cannot_be_shown_so_is_a_warning(builds):
    said = builds[2]
    assert "{restated}: 'seen-first-hand' has not been recomputed" in said
    assert "{published}: 'counted' was recomputed and never printed" in said
    assert "'guessed' is not a valid status" in said
    assert r"cannot be set: the command \foo is not known" in said


def test_a_block_is_shown_only_on_the_basis_it_names(builds, pages):
    html = pages["book/front.html"]
    assert "Said on open data, " in html
    assert "Said on recalled numbers" not in html
    said = builds[2]
    assert "{when}: unknown ledger entry 'nowhere'" in said
    assert "{when}: 'guessed' is not a basis; use one of open-data" in said


def test_two_builds_are_identical(builds):
    one, two, _ = builds
    names = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    assert [n for n in names if (one / n).read_bytes() != (two / n).read_bytes()] == []


def test_pages_refer_to_nothing_outside_and_nothing_missing(site, pages):
    ids = {name: set(Links(html).ids) for name, html in pages.items()}
    # Put beside the pages by the build, and a page that this small book lacks.
    later = ("ledger.csv", "ledger.json", "downloads/", "embed/", "book/downloads.html")
    for name, html in pages.items():
        for tag, ref in Links(html).refs:
            if ref.startswith("https://creativecommons.org/licenses/"):
                continue  # the licence is named, not fetched
            assert not re.match(r"(https?:)?//", ref), (name, tag, ref)
            if ref.startswith("data:"):  # the icon stands in the page itself
                continue
            path, _, anchor = ref.partition("#")
            path = path.partition("?")[0]
            target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if not target.startswith(later):
                assert (site / target).is_file(), (name, ref)
                assert not anchor or anchor in ids[target], (name, ref)


def test_anchors_are_unique_on_their_page(pages):
    for name, html in pages.items():
        ids = Links(html).ids
        assert len(ids) == len(set(ids)), name


def test_every_entry_has_its_row(pages):
    assert {e["id"] for e in everything()} <= set(Links(pages["book/ledger-1.html"]).ids)


def test_links_to_the_ledger_are_relative_to_the_page_and_lead_to_the_part(pages):
    assert 'href="ledger-1.html#seen-first-hand"' in pages["book/front.html"]
    for query in ("", "?cite"):
        assert f'href="../book/ledger-1.html{query}#seen-first-hand"' in pages["notebooks/chapter.html"]


def test_only_our_scripts_and_styles_are_loaded_once(pages):
    ours = {
        "icon.svg",
        "pygments.css",
        "restated.css",
        "restated.js",
        "ledger.js",
        "finder.js",
        "claims.js",
        "search.js",
        "search-data.js",
    }
    for name, html in pages.items():
        loaded = re.findall(r'_static/([^"?]+)', html)
        assert set(loaded) <= ours, name
        assert len(loaded) == len(set(loaded)), name
        assert "mathjax" not in html.lower().replace("mathjax_ignore", "")
        assert "thebe" not in html.lower()


def test_no_ballast_is_left(site):
    left = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert not [n for n in left if n.endswith((".map", ".woff2", ".ttf"))]
    assert not {"searchindex.js", ".buildinfo", "genindex.html"} & left
    assert sum((site / n).stat().st_size for n in left) < 300_000


def test_formulas_are_mathml(pages):
    html = pages["book/front.html"]
    assert html.count("<math ") == 3
    assert 'alttext="\\tau^2 \\ge 0"' in html
    assert 'id="equation-pooled"' in html


def test_titles_and_navigation_hold_text_only(pages):
    html = pages["book/front.html"]
    contents = html[html.index('aria-label="On this page"') if 'aria-label="On this page"' in html else 0 :]
    assert "<title>Scratch" in html
    for page in (p for p in pages.values() if 'id="rs-nav"' in p):
        nav = page[page.index('id="rs-nav"') : page.index("</nav>")]
        assert "rs-tip" not in nav
    assert 'A number <span class="rs-number">' in contents


def test_the_address_of_the_site_leads_to_the_front_page(pages):
    html = pages["index.html"]
    assert '<a href="book/front.html">' in html
    assert "<title>Scratch</title>" in html


def test_each_page_has_one_heading_a_language_and_its_own_description(pages):
    found = []
    for name, html in pages.items():
        assert html.count("<h1") == 1, name
        assert '<html lang="en"' in html, name
        (text,) = re.findall(r'<meta name="description" content="([^"]+)"', html)
        assert html.count('name="viewport"') == 1
        found.append(text)
    assert "The first paragraph of the front page is long enough to describe it." in found


def test_the_bibliography_is_a_list_of_items(pages):
    html = pages["book/references.html"]
    assert html.count('role="list"') == html.count('role="listitem"') == 1
    assert 'id="cite-verhage2016"' in html
    assert "doc-biblioentry" not in html
    assert 'href="references.html#cite-verhage2016"' in pages["book/ledger-1.html"]


def test_every_claim_has_its_address_under_the_title_of_its_part(pages):
    html = pages["book/claims.html"]
    assert [i for i in Links(html).ids if i.startswith("claim-")] == ["claim-a03", "claim-b01"]
    part = html[html.index('<tbody id="claims-research">') :]
    assert ">Section 2: the research behind it<" in part and 'id="claim-b01"' in part
    assert 'id="inc-countries"' in html
    assert "<script>alert" not in html and "onerror=&quot;" in html
    assert [name for name, page in pages.items() if "claims.js" in page] == ["book/claims.html"]


def test_links_of_and_to_claims_are_relative_to_the_page(pages):
    html = pages["book/claims.html"]
    for href in (
        "references.html#cite-verhage2016",
        "ledger-1.html#seen-first-hand",
        "../notebooks/chapter.html",
        "#claim-a03",
    ):
        assert f'href="{href}"' in html
    assert ">A chapter</a>" in html
    front = pages["book/front.html"]
    assert re.search(r'<a class="rs-num" href="claims.html#claim-a03" aria-describedby="(rs-tip-\d+)">A03</a>', front)
    assert "B01 inside a link" in re.sub("<[^>]+>", "", front) and 'href="claims.html#claim-b01"' not in front
    assert "<script>alert" not in front


def test_a_chapter_opens_with_its_question(pages):
    html = pages["notebooks/chapter.html"]
    assert '<p class="rs-question">How strongly?</p>' in html
    assert '<p class="rs-tap">' in html


def test_a_folded_cell_is_called_what_it_says(pages):
    html = pages["notebooks/chapter.html"]
    assert '<details class="rs-code"><summary>Code cell source</summary>' in html
    assert "Toggle hidden content" not in html


def test_the_search_finds_names_ids_and_claims(site):
    text = (site / "_static/search-data.js").read_text(encoding="utf-8")
    records = json.loads(text.removeprefix("window.RESTATED_SEARCH=").rstrip().removesuffix(";"))
    by_title = {record[1]: record for record in records}
    assert by_title["disagrees"][0] == "book/ledger-1.html#disagrees"
    assert by_title["Verhage & Schuengel 2016"][0] == "book/references.html#cite-verhage2016"
    assert by_title["B01"][0] == "book/claims.html#claim-b01" and by_title["B01"][2] == "The claims"
    assert by_title["B01"][3] == "Claim: Insecure attachment is passed on; not publicly checkable: open; Not available."
    assert "14,931 (people); supported, partly" in by_title["A03"][3]
    assert "Narrowing the transmission gap" in by_title["Verhage & Schuengel 2016"][3]
    assert "The printed value is .31 Verhage & Schuengel 2016" in by_title["A chapter"][3]
    assert "Status: enumerated" in by_title["Scratch"][3]
    assert "</script" not in text.lower()
    assert not re.search("[\u2028\u2029]", text)


def test_static_files_are_packaged():
    """Everything the extension serves lies in the folders the package declares."""
    here = paths.ROOT / "restated_book" / "sphinx"
    assert {p.suffix for p in (here / "static").iterdir()} == {".css", ".js", ".svg"}
    assert {p.name for p in (here / "templates").iterdir()} == {
        *("layout.html", "redirect.html", "search.html", "sitemap.xml")
    }
    assert {p.suffix for p in (here / "parts").iterdir()} == {".html"}
