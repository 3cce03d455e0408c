"""The ledger page: one accessible table of every number, and small tables of counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from .. import citation
from ..verdict import BASES, VERDICTS
from . import citebox, entries, markup
from .otherbuilders import OTHERS, nothing

#: Columns of the table.
HEADINGS = (
    "Id",
    "Quantity and finding",
    "Published",
    "Restated",
    "Verdict and reason",
    "Source",
    "Basis and page",
)

#: Columns a reader will want to sort by size.
NUMERIC = ("Published", "Restated")


class html_block(nodes.General, nodes.Element):
    """Generated HTML. Attributes: ``make`` (names the generator) and whatever that generator needs.

    The HTML is made when the page is written: addresses are relative to the page. Other builders print the
    child paragraph instead.
    """


def _page_link(row: Mapping, root: str) -> str:
    page = row["page"]
    name = page.rsplit("/", 1)[-1].removesuffix(".html").replace("-", " ").replace("_", " ")
    return f'<a href="{escape(root + page)}">{escape(name)}</a>'


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
    mark = "unverified" if grade == "U" else grade
    title = escape(entries.GRADE_WORDS[grade])
    return f'{escape(text)} <abbr title="{title}">{escape(mark)}</abbr>{ci}'


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


def _row(row: Mapping, root: str, cite: Callable[[str], str | None], finding: int) -> str:
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
    css = f"f-{finding} v-{row['verdict']} b-{row.get('basis') or 'none'} g-{row['grade'] or 'none'}"
    return (
        f'<tr id="{id}" class="{escape(css)}"><th scope="row"><a href="#{id}">{id}</a></th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _filters(rows: list[Mapping]) -> str:
    """The form above the table. It does nothing without its script; the style sheet hides it then."""
    used = {row["verdict"] for row in rows}
    bases = {row.get("basis") for row in rows}
    grades = {row["grade"] for row in rows}
    return (
        '<form class="rs-filters" role="search" aria-label="Filter the ledger">'
        '<label for="rs-f-text">Text'
        '<input id="rs-f-text" type="search" autocomplete="off" data-filter="text"></label>'
        + markup.select("finding", "Finding", ((str(i), f) for i, f in enumerate(entries.findings(rows))))
        + markup.select("verdict", "Verdict", ((v, entries.VERDICT_SHORT[v]) for v in VERDICTS if v in used))
        + markup.select("basis", "Basis", ((b, entries.BASIS_WORDS[b]) for b in BASES if b in bases))
        + markup.select("grade", "Source", ((g, w) for g, w in entries.GRADE_WORDS.items() if g in grades))
        + '<button type="reset">Show all</button></form>'
        '<p class="rs-count" role="status"></p>'
    )


def ledger_html(
    rows: Iterable[Mapping], *, root: str = "", cite: Callable[[str], str | None] = lambda key: None
) -> str:
    """The whole ledger as one table with its downloads and filters.

    Parameters
    ----------
    rows : iterable of mapping
        Ledger rows in order.
    root : str
        Address of the site's root relative to the page, ``""`` or ending in a slash.
    cite : callable
        Address of the bibliography entry of a source key, relative to the page, or None.

    Returns
    -------
    str
        HTML.
    """
    rows = list(rows)
    headings = "".join(
        f'<th scope="col"{" data-sort=number" if h in NUMERIC else ""}>{escape(h)}</th>' for h in HEADINGS
    )
    number = {finding: i for i, finding in enumerate(entries.findings(rows))}
    body = "\n".join(_row(row, root, cite, number[row["finding"]]) for row in rows)
    printed = sum(map(entries.is_printed, rows))
    return (
        '<p class="rs-downloads">Download the ledger: '
        f'<a href="{escape(root)}ledger.csv" download>ledger.csv</a>, '
        f'<a href="{escape(root)}ledger.json" download>ledger.json</a></p>\n'
        f"{_filters(rows)}\n{citebox.number_forms(citation.about())}\n"
        '<div class="rs-scroll rs-ledger-scroll" role="region" tabindex="0"'
        ' aria-labelledby="rs-ledger-caption">'
        '<table class="rs-ledger">'
        f'<caption id="rs-ledger-caption">Ledger of numbers: {printed:,} printed and '
        f"{len(rows) - printed:,} recomputed"
        f"</caption>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>\n"
    )


def _bar(verdict: str, share: float) -> str:
    """A bar of that share of the longest one, hidden from the ear: the number beside it says the same."""
    if not share:
        return ""
    return f'<span class="rs-len rs-l-{verdict}" aria-hidden="true" style="--w:{100 * share:.1f}%"></span>'


def _counts(rows: list[Mapping]) -> str:
    """Counts of verdicts: one line per verdict, one column with bars per kind of number."""
    counts = [entries.tally(rows, printed=False), entries.tally(rows, printed=True)]
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


def _counts_by_finding(rows: list[Mapping], *, printed: bool) -> str:
    """Counts of verdicts: one line per finding, one column per verdict that occurs."""
    count = {
        finding: entries.tally((r for r in rows if r["finding"] == finding), printed=printed)
        for finding in entries.findings(rows)
    }
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


def counts_html(rows: Iterable[Mapping], *, by_finding: bool = False) -> str:
    """Tables of how many numbers carry which verdict."""
    rows = list(rows)
    if by_finding:
        return _counts_by_finding(rows, printed=False) + _counts_by_finding(rows, printed=True)
    return _counts(rows)


class LedgerDirective(SphinxDirective):
    """``{ledger}``: the whole ledger."""

    def run(self):
        return [
            html_block(
                "",
                nodes.paragraph("", "The ledger is in the files ledger.csv and ledger.json."),
                make="ledger",
            )
        ]


class VerdictCounts(SphinxDirective):
    """``{verdict-counts}``: counts of verdicts; with ``:by: finding`` one line per finding."""

    option_spec = {"by": lambda argument: directives.choice(argument, ("finding",))}

    def run(self):
        rows = entries.load().values()
        count = entries.tally(rows, printed=False)
        text = (
            ", ".join(f"{entries.VERDICT_SHORT[v]} {n}" for v, n in count.items() if n)
            or "no number restated"
        )
        return [
            html_block(
                "", nodes.paragraph("", text), make="counts", by_finding=self.options.get("by") == "finding"
            )
        ]


class citation_links:
    """Addresses of bibliography entries, looked up in sphinxcontrib-bibtex's own domain."""

    def __init__(self, builder, docname: str):
        self.builder, self.docname = builder, docname
        domain = builder.env.domains.get("cite")
        self.places = (
            {c.key: (c.bibliography_key.docname, c.citation_id) for c in domain.citations} if domain else {}
        )

    def __call__(self, key: str) -> str | None:
        if key not in self.places:
            return None
        doc, anchor = self.places[key]
        page = "" if doc == self.docname else self.builder.get_relative_uri(self.docname, doc)
        return f"{page}#{anchor}"


def visit_html_block(self, node: html_block) -> None:
    """HTML visitor."""
    rows = entries.load().values()
    if node["make"] == "ledger":
        docname = self.builder.current_docname
        root = "../" * docname.count("/")
        self.body.append(ledger_html(rows, root=root, cite=citation_links(self.builder, docname)))
    else:
        self.body.append(counts_html(rows, by_finding=node["by_finding"]))
    raise nodes.SkipNode


def setup(app) -> None:
    """Register directives and node."""
    app.add_node(html_block, html=(visit_html_block, nothing), **OTHERS)
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("verdict-counts", VerdictCounts)
