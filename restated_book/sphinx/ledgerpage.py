"""The ledger: a page to find numbers on, accessible tables of all of them in parts, and small tables of counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from restated.verdict import BASES, VERDICTS
from restated_book import entries
from restated_book.cite import citation
from restated_book.sphinx import citebox, ledgerparts, markup
from restated_book.sphinx.otherbuilders import OTHERS, nothing

#: Columns of the table.
HEADINGS = ("Id", "Quantity and finding", "Published", "Restated", "Verdict and reason", "Source", "Basis and page")

#: Columns that sort by size.
NUMERIC = ("Published", "Restated")


class html_block(nodes.General, nodes.Element):
    """Generated HTML. Attributes: ``make`` (name of the generator) and the generator's options.

    The HTML is made when the page is written because addresses are relative to the page. Other builders print the child
    paragraph instead.
    """


def cell_id(number: int) -> str:
    """Anchor of a code cell on its page, by the cell's number."""
    return f"cell-{number}"


def anchor_cells(app, doctree: nodes.document) -> None:
    """Give each code cell of a notebook its anchor."""
    cells = (n for n in doctree.findall(nodes.container) if n.get("nb_element") == "cell_code")
    for number, cell in enumerate(cells, 1):
        cell["ids"].append(cell_id(cell.get("exec_count") or number))


def _page_link(row: Mapping, root: str) -> str:
    """A link to the cell that recorded a row, or to its page."""
    page = row["page"]
    cell = f"#{cell_id(row['cell'])}" if row.get("cell") else ""
    name = page.rsplit("/", 1)[-1].removesuffix(".html").replace("-", " ").replace("_", " ")
    return f'<a href="{escape(root + page + cell)}">{escape(name)}</a>'


def _source_cell(row: Mapping, cite: Callable[[str], str | None]) -> str:
    key = row.get("source_key") or ""
    if not key:
        return ""
    href = cite(key)
    name = escape(str(row.get("study") or key))
    shown = f'<a href="{escape(href)}">{name}</a>' if href else name
    locator = row.get("locator") or ""
    return f"{shown} <small>{escape(str(locator))}</small>" if locator else shown


def _published_cell(row: Mapping) -> str:
    text = entries.published_text(row)
    if not text:
        return ""
    ci = f" <small>{escape(row['ci_text'])}</small>" if row.get("ci_text") else ""
    grade = row["grade"]
    if grade == "U":
        mark = "unverified"
    else:
        mark = f'<span aria-hidden="true">{grade}</span>{markup.hidden(entries.GRADE_WORDS[grade])}'
    return f'{escape(text)} <span class="rs-seen">{mark}</span>{ci}'


def _restated_cell(row: Mapping) -> str:
    text, interval = entries.restated_text(row), entries.interval_text(row)
    if interval and interval != text:
        return f"{escape(text)} <small>{escape(interval)}</small>".strip()
    return escape(text)


def _basis_cell(row: Mapping, root: str) -> str:
    shown = escape(entries.BASIS_WORDS.get(row.get("basis") or "", row.get("basis") or ""))
    if row.get("by_construction"):
        shown += " <small>by construction</small>"
    if row.get("page"):
        shown += f" <small>{_page_link(row, root)}</small>"
    return shown


def _row(row: Mapping, root: str, cite: Callable[[str], str | None]) -> str:
    id = escape(row["id"])
    reason = f" <small>{escape(row['reason'])}</small>" if row.get("reason") else ""
    cells = (
        f"{escape(str(row['quantity']))} <small>{escape(row['finding'])}</small>",
        _published_cell(row),
        _restated_cell(row),
        markup.verdict_badge(row["verdict"]) + reason,
        _source_cell(row, cite),
        _basis_cell(row, root),
    )
    css = ' class="rs-u"' if row["grade"] == "U" else ""
    return (
        f'<tr id="{id}"{css}><th scope="row"><a href="#{id}">{id}</a></th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def facets(row: Mapping) -> list[str]:
    """Return the fields a number can be filtered by: finding, verdict, basis, grade of its source."""
    return [row["finding"], row["verdict"], row.get("basis") or "", row["grade"]]


def _finder(kinds: Iterable[entries.Kind], root: str) -> str:
    """Return the form that finds numbers; the style sheet hides it where its script does not run."""
    used, bases, grades = ({getattr(of, name) for of in kinds} for name in ("verdict", "basis", "grade"))
    return (
        f'<form class="rs-filters" role="search" aria-label="Find numbers" data-root="{escape(root)}">'
        '<label for="rs-f-text">Words'
        '<input id="rs-f-text" type="search" autocomplete="off" data-filter="text"></label>'
        + markup.select("finding", "Finding", ((f, f) for f in entries.findings(kinds)))
        + markup.select("verdict", "Verdict", ((v, entries.VERDICT_SHORT[v]) for v in VERDICTS if v in used))
        + markup.select("basis", "Basis", ((b, entries.BASIS_WORDS[b]) for b in BASES if b in bases))
        + markup.select("grade", "Source", ((g, w) for g, w in entries.GRADE_WORDS.items() if g in grades))
        + '<button type="reset">Clear</button></form>'
        '<p class="rs-count" role="status"></p><ol class="rs-results rs-hits" aria-label="Numbers found"></ol>'
        '<p class="rs-more" hidden><button type="button">Show more</button></p>'
    )


def _span(first: Sequence[str], last: Sequence[str]) -> str:
    """Return the range of ids from the first part to the last."""
    return f"<code>{escape(first[0])}</code> to <code>{escape(last[-1])}</code>" if last else "no numbers"


def _size(kinds: Mapping[entries.Kind, int]) -> str:
    printed = sum(n for of, n in kinds.items() if of.printed)
    return f"{printed:,} printed and {sum(kinds.values()) - printed:,} recomputed"


def _index(listed: Iterable[tuple[str, Sequence[str], Sequence[str]]], root: str) -> str:
    """Return a list of pages, each with the first and last part it leads to; scripts find the page of an id by it."""
    items = (
        f'<li><a href="{escape(root + page)}.html" data-first="{escape(first[0]) if first else ""}">'
        f"{_span(first, last)}</a></li>"
        for page, first, last in listed
    )
    return f'<ol class="rs-index">{"".join(items)}</ol>\n'


def ledger_html(where: ledgerparts.Addresses, kinds: Mapping[entries.Kind, int], *, root: str = "") -> str:
    """Return the page to find numbers on: downloads, the form, and the list of parts.

    Parameters
    ----------
    where : ledgerparts.Addresses
        The parts.
    kinds : mapping
        Number of rows of each kind, in ledger order.
    root : str
        Address of the site's root relative to the page, ``""`` or ending in a slash.
    """
    listed = [(page, part, part) for page, part in zip(where.pages, where.parts, strict=True)]
    return (
        '<p class="rs-downloads">Download the ledger: '
        f'<a href="{escape(root)}ledger.csv" download>ledger.csv</a>, '
        f'<a href="{escape(root)}ledger.json" download>ledger.json</a></p>\n'
        f"{_finder(kinds, root)}\n"
        f'<h2 id="all-numbers">All {sum(kinds.values()):,} numbers</h2>'
        f"<p>{_size(kinds)}, in the alphabetical order of their ids, which begin with the work or the chapter a number "
        "comes from.</p>" + _index(listed, root)
    )


def part_html(
    rows: Iterable[Mapping],
    number: int,
    count: int,
    *,
    root: str = "",
    home: str = "ledger.html",
    forms: str = "",
    cite: Callable[[str], str | None] = lambda key: None,
) -> str:
    """Return one part of the ledger as a table.

    Parameters
    ----------
    rows : iterable of mapping
        Its rows in order.
    number, count : int
        Number of the part, counted from 1, and of parts.
    root : str
        Address of the site's root relative to the page, ``""`` or ending in a slash.
    home : str
        Address of the ledger's own page, relative to this one.
    forms : str
        Citations of a number by :func:`restated_book.sphinx.citebox.number_forms`, the same on each part.
    cite : callable
        Address of the bibliography entry of a source key, relative to the page, or None.
    """
    rows = list(rows)
    title = _title(number, count)
    headings = "".join(
        f'<th scope="col"{" data-sort=number" if h in NUMERIC else ""}>{escape(h)}</th>' for h in HEADINGS
    )
    body = "\n".join(_row(row, root, cite) for row in rows)
    ids = [row["id"] for row in rows]
    return (
        f'<section id="ledger-part"><h1>{title}</h1>'
        f"<p>{_span(ids, ids)}. P: {entries.GRADE_WORDS['P']}; S: {entries.GRADE_WORDS['S']}. "
        f'<a href="{escape(home)}">All parts, a search for numbers, and the whole table as a file</a></p>'
        f'<p class="rs-count" role="status"></p>\n{forms}\n'
        '<div class="rs-scroll rs-ledger-scroll" role="region" tabindex="0" aria-labelledby="rs-ledger-caption">'
        f'<table class="rs-ledger" data-home="{escape(home)}">'
        f'<caption id="rs-ledger-caption">{title}: {_size(Counter(map(entries.kind, rows)))}</caption>\n'
        f"<thead><tr>{headings}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></section>\n"
    )


def _title(number: int, count: int) -> str:
    return f"Ledger of numbers, part {number:,} of {count:,}"


#: Smallest visible share of the longest bar, in percent: two dots.
THINNEST = 1.8


def _bar(verdict: str, share: float) -> str:
    """Return a bar of a share of the longest one, hidden from screen readers, which read the number next to it.

    Its length is an attribute: the policy of the pages forbids styles within them.
    """
    if not share:
        return ""
    width = max(100 * share, THINNEST)
    return (
        f'<svg class="rs-len rs-l-{verdict}" aria-hidden="true" focusable="false">'
        f'<rect width="{width:.1f}%" height="100%"/></svg>'
    )


def _counts(kinds: Mapping[entries.Kind, int]) -> str:
    """Return counts of verdicts: one line per verdict, one column with bars per kind of number."""
    counts = [entries.tally(kinds, printed=False), entries.tally(kinds, printed=True)]
    longest = max((c[v] for c in counts for v in VERDICTS), default=0) or 1
    lines = []
    for verdict in VERDICTS:
        if any(c[verdict] for c in counts):
            cells = "".join(
                f"<td>{_bar(verdict, c[verdict] / longest)}<span>{c[verdict]:,}</span></td>" for c in counts
            )
            lines.append(f'<tr><th scope="row">{markup.verdict_badge(verdict)}</th>{cells}</tr>')
    total = "".join(f"<td>{sum(c.values()):,}</td>" for c in counts)
    return markup.table(
        "How many numbers carry which verdict",
        ["verdict", "restated numbers", "printed numbers"],
        lines,
        css="rs-counts",
        foot=f'<tr><th scope="row">all</th>{total}</tr>',
    )


def _counts_by_finding(kinds: Mapping[entries.Kind, int], *, printed: bool) -> str:
    """Return counts of verdicts: one line per finding, one column per verdict that occurs."""
    by_finding: dict[str, dict[entries.Kind, int]] = {}
    for of, n in kinds.items():
        by_finding.setdefault(of.finding, {})[of] = n
    count = {finding: entries.tally(some, printed=printed) for finding, some in by_finding.items()}
    used = [v for v in VERDICTS if any(c[v] for c in count.values())]
    lines = []
    for finding, c in count.items():
        if total := sum(c.values()):
            cells = "".join(f"<td>{c[v]:,}</td>" for v in used)
            lines.append(f'<tr><th scope="row">{escape(finding)}</th>{cells}<td>{total:,}</td></tr>')
    return markup.table(
        f"Verdicts of {'printed' if printed else 'restated'} numbers by finding",
        ["finding", *map(markup.verdict_badge, used), "all"],
        lines,
        css="rs-counts",
    )


def counts_html(kinds: Mapping[entries.Kind, int], *, by_finding: bool = False) -> str:
    """Return tables of the numbers of rows per verdict."""
    if by_finding:
        return _counts_by_finding(kinds, printed=False) + _counts_by_finding(kinds, printed=True)
    return _counts(kinds)


class LedgerDirective(SphinxDirective):
    """``{ledger}``: the whole ledger."""

    def run(self):
        return [
            html_block("", nodes.paragraph("", "The ledger is in the files ledger.csv and ledger.json."), make="ledger")
        ]


class VerdictCounts(SphinxDirective):
    """``{verdict-counts}``: counts of verdicts; with ``:by: finding`` one line per finding."""

    option_spec: ClassVar = {"by": lambda argument: directives.choice(argument, ("finding",))}

    def run(self):
        count = entries.tally(entries.load().kinds, printed=False)
        text = ", ".join(f"{entries.VERDICT_SHORT[v]} {n}" for v, n in count.items() if n) or "no number restated"
        return [
            html_block("", nodes.paragraph("", text), make="counts", by_finding=self.options.get("by") == "finding")
        ]


class citation_links:
    """Addresses of bibliography entries, looked up in sphinxcontrib-bibtex's own domain."""

    def __init__(self, builder, docname: str):
        self.builder, self.docname = builder, docname
        domain = builder.env.domains.get("cite")
        self.places = {c.key: (c.bibliography_key.docname, c.citation_id) for c in domain.citations} if domain else {}

    def __call__(self, key: str) -> str | None:
        if key not in self.places:
            return None
        doc, anchor = self.places[key]
        page = "" if doc == self.docname else self.builder.get_relative_uri(self.docname, doc)
        return f"{page}#{anchor}"


def visit_html_block(self, node: html_block) -> None:
    """HTML visitor."""
    kinds = entries.load().kinds
    if node["make"] == "ledger":
        docname = self.builder.current_docname
        self.body.append(
            ledger_html(_addresses(docname, entries.load().digest()), kinds, root="../" * docname.count("/"))
        )
    else:
        self.body.append(counts_html(kinds, by_finding=node["by_finding"]))
    raise nodes.SkipNode


def addresses(env) -> ledgerparts.Addresses | None:
    """Return the addresses of the current entries in the book of an environment; None if it has no ledger."""
    ledger = env.config.restated_ledger_doc
    return _addresses(ledger, entries.load().digest()) if ledger in env.found_docs else None


@lru_cache(maxsize=2)
def _addresses(ledger: str, digest: str) -> ledgerparts.Addresses:
    """Return the addresses in a ledger, computed once per version of its rows."""
    return ledgerparts.Addresses(ledger, entries.load())


def part_pages(app) -> Iterator[tuple[str, dict, str]]:
    """Yield the pages of the parts for Sphinx to write."""
    where = addresses(app.env)
    if app.builder.format != "html" or where is None:
        return
    rows, parts, names = entries.load(), where.parts, where.pages
    home = app.config.restated_ledger_doc.rsplit("/", 1)[-1]
    # A changed ledger makes Sphinx read all pages again; otherwise these pages change only when an anchor has moved.
    if not app.restated_anchors_moved and all(Path(app.builder.get_outfilename(name)).is_file() for name in names):
        return

    def link(i: int) -> dict | None:
        return (
            {"link": f"{names[i].rsplit('/', 1)[-1]}.html", "title": _title(i + 1, len(parts))}
            if 0 <= i < len(parts)
            else None
        )

    root, cite, forms = (
        "../" * names[0].count("/"),
        citation_links(app.builder, names[0]),
        citebox.number_forms(citation.about()),
    )
    for i, (name, part) in enumerate(zip(names, parts, strict=True)):
        body = part_html(
            (rows[id] for id in part), i + 1, len(parts), root=root, home=f"{home}.html", forms=forms, cite=cite
        )
        yield (
            name,
            {"title": _title(i + 1, len(parts)), "body": body, "prev": link(i - 1), "next": link(i + 1)},
            "page.html",
        )


def setup(app) -> None:
    """Register directives and node, the pages of the parts, and the anchors of cells."""
    app.connect("doctree-read", anchor_cells)
    app.connect("html-collect-pages", part_pages)
    app.add_node(html_block, html=(visit_html_block, nothing), **OTHERS)
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("verdict-counts", VerdictCounts)
