from __future__ import annotations

import re

from docutils import nodes

from restated_book import ledgerparts
from restated_book.sphinx.ledgerpage import PARTS, anchor_cells, ledger_html, part_html
from tests.builder.sphinx.rows import HOSTILE, everything, kinds, restated, row
from tests.builder.sphinx.test_markup import Reader


def page(rows: list[dict], ledger: str = "ledger", root: str = "") -> str:
    """The page numbers are found on."""
    return ledger_html(ledgerparts.Addresses(ledger, (r["id"] for r in rows)), kinds(rows), root=root)


def table(html: str) -> list[list[str]]:
    """Cells of the rows of the body, as HTML."""
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", tr, re.S) for tr in re.findall(r"<tr.*?</tr>", body, re.S)]


def test_every_row_has_its_anchor_and_every_column():
    rows = everything()
    html = part_html(rows, 1, 1, root="../")
    assert re.findall(r'<tr id="([^"]+)"', html) == [r["id"] for r in rows]
    assert all(len(cells) == len(PARTS.HEADINGS) for cells in table(html))
    assert all(f'href="#{r["id"]}"' in html for r in rows)


def test_the_table_is_named_and_its_headings_have_a_scope():
    html = part_html(everything(), 2, 3)
    assert '<caption id="rs-ledger-caption">Ledger of numbers, part 2 of 3: 4 published and 3 recomputed<' in html
    assert 'role="region" tabindex="0" aria-labelledby="rs-ledger-caption"' in html
    assert html.count('<th scope="col"') == len(PARTS.HEADINGS)
    assert html.count('<th scope="row"') == len(everything())


def test_hostile_rows_stay_text():
    rows = [row("hostile", **dict.fromkeys(("quantity", "study", "locator", "reason", "finding"), HOSTILE))]
    for html in (part_html(rows, 1, 1), page(rows)):
        assert "<script" not in html
        assert "<img" not in html
        assert HOSTILE in Reader(html).text


def test_links_are_relative_to_the_site():
    html = page([restated("a")], "book/ledger", "../")
    for href in ("../ledger.csv", "../ledger.json", "../book/ledger-1.html"):
        assert f'href="{href}"' in html
    html = part_html([restated("a")], 1, 1, root="../", cite=lambda key: f"references.html#cite-{key}")
    assert 'href="../notebooks/chapter.html"' in html and 'href="ledger.html"' in html
    assert 'href="references.html#cite-verhage2016"' in html
    assert "cite-" not in part_html([restated("a")], 1, 1)


def test_the_ledger_lists_its_parts_with_the_id_each_begins_with():
    rows = [row(f"n-{i:03}") for i in range(250)]
    html = page(rows[::-1])
    assert re.findall(r'href="(ledger-\d\.html)" data-first="([^"]+)"', html) == [
        ("ledger-1.html", "n-000"),
        ("ledger-2.html", "n-083"),
        ("ledger-3.html", "n-166"),
    ]
    assert "<code>n-083</code> to <code>n-165</code>" in html and "250 published and 0 recomputed" in html
    assert "no numbers" in page([])


def test_filters_offer_only_what_occurs():
    html = page([row("a", verdict="unverified", grade="U"), restated("b")])
    form = html[html.index("<form") : html.index("</form>")]
    assert re.findall(r'value="([^"]+)"', form) == [
        *("stability", "within-rounding", "unverified", "open-data", "P", "U", "check-none", "published", "recomputed")
    ]
    for name in re.findall(r'for="([^"]+)"', form):
        assert f'id="{name}"' in form


def test_a_row_says_grade_basis_and_verdict_in_words():
    (cells,) = table(part_html([restated("a", grade="U", by_construction=True, verdict="differs")], 1, 1))
    text = " ".join(re.sub("<[^>]+>", " ", cell) for cell in cells)
    for words in ("unverified", "open data", "by construction", "differs", "0.28 to 0.34", "stability"):
        assert words in text


def test_an_unverified_number_is_marked_in_its_row():
    assert '<tr id="a" class="rs-u">' in part_html([row("a", verdict="unverified", grade="U")], 1, 1)


def test_a_row_leads_to_the_cell_that_recorded_it():
    for cell, address in ((3, "../notebooks/a-page.html#cell-3"), (None, "../notebooks/a-page.html")):
        html = part_html([restated("a", page="notebooks/a-page.html", cell=cell)], 1, 1, root="../")
        assert f'href="{address}"' in html


def test_code_cells_have_anchors_by_their_numbers():
    """By the execution count: a cell that is left out of the page still counts."""
    cells = nodes.container()
    cells += nodes.container(nb_element="cell_code", exec_count=1)
    cells += nodes.container(nb_element="cell_markdown")
    cells += nodes.container(nb_element="cell_code", exec_count=3)
    cells += nodes.container(nb_element="cell_code", exec_count=None)
    anchor_cells(None, cells)
    assert [child["ids"] for child in cells] == [["cell-1"], [], ["cell-3"], ["cell-3"]]
