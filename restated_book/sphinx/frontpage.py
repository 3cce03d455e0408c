"""The front page: one row per finding, the counts of verdicts as bars."""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated.verdict import VERDICTS
from restated_book import claims, config, entries, paths
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.sphinx import claimspage, markup
from restated_book.sphinx.heads import Inline
from restated_book.sphinx.otherbuilders import OTHERS, nothing

CAPTION = "Summary of findings"
UNFOLD = (
    '<button type="button" class="rs-unfold" aria-controls="findings" aria-expanded="false">'
    "Show claims, numbers and reasons</button>"
)

#: Length of a bar in its own units; the style sheet scales it.
BAR = 1000


class element(nodes.General, nodes.Element):
    """An HTML element around other nodes. Attributes: ``tag`` and ``attrs``, a dictionary."""


def visit_element(self, node: element) -> None:
    """HTML visitor."""
    attrs = "".join(f' {k}="{escape(str(v))}"' for k, v in node["attrs"].items())
    self.body.append(f"<{node['tag']}{attrs}>")


def depart_element(self, node: element) -> None:
    """Close it."""
    self.body.append(f"</{node['tag']}>")


def _element(tag: str, *children: nodes.Node | str, **attrs) -> element:
    node = element(tag=tag, attrs={k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()})
    node += [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return node


class SummaryOfFindings(Inline):
    """``{summary-of-findings}``: the heads of all chapters on a finding as one table; nothing if there are none.

    Tables that are laid out as cards on narrow screens lose their role in browsers, so every part states its own.
    """

    def run(self):
        found = [head for head in heads.chapters() if head.reference]
        for name in toc():
            self.env.note_dependency(str(paths.ROOT / f"{name}.md"))
        if not found:
            return []
        columns = [_element("th", "Finding and claim", scope="col", role="columnheader")]
        for column in config.load().findings.columns:
            attrs = {"class": "rs-more"} if column.get("folded") else {}
            columns.append(_element("th", column["heading"], scope="col", role="columnheader", **attrs))
        table = _element(
            "table",
            _element("caption", CAPTION, class_="rs-hidden"),
            _element("thead", _element("tr", *columns, role="row"), role="rowgroup"),
            _element("tbody", *map(self._row, found), role="rowgroup"),
            class_="rs-findings",
            id="findings",
            role="table",
        )
        # Folded by the style sheet from the start: a script that folded it later would move what is being read.
        button = nodes.raw("", UNFOLD, format="html")
        return [button, table]

    def _row(self, head: heads.Head) -> element:
        uri = f"{'../' * self.env.docname.count('/')}notebooks/{head.page}.html"
        name = [_element("strong", head.reference), " ", _element("a", head.short, href=uri)]
        claim = _element("span", "Claim: ", *self.inline(head.row["claim"]), class_="rs-aside rs-more")
        cells = [_element("th", *name, claim, scope="row", role="rowheader")]
        texts = {**head.row, "answer": head.answer}
        for column in config.load().findings.columns:
            field, *aside = column["fields"]
            content = self.inline(texts[field])
            if field == "certainty":
                content = [_element("strong", *content)]
            for other in aside:
                content.append(_element("span", *self.inline(texts[other]), class_="rs-aside rs-more"))
            css = f"rs-c-{field} rs-more" if column.get("folded") else f"rs-c-{field}"
            attrs = {"class": css, "data-label": column["heading"].split(",")[0]}
            cells.append(_element("td", *content, role="cell", **attrs))
        return _element("tr", *cells, id=f"finding-{head.reference.lower()}", role="row")


def bar(counts: dict[str, int], kind: str) -> str:
    """Return counts as one bar of joined pieces; decorative, as the list next to it has the same numbers."""
    total = sum(counts.values())
    pieces, start = [], 0
    for name, count in counts.items():
        end = start + count
        left, right = round(BAR * start / total), round(BAR * end / total)
        if right > left:
            pieces.append(f'<rect class="rs-{kind}-{escape(name)}" x="{left}" width="{right - left}" height="20"/>')
        start = end
    return (
        f'<svg class="rs-bars" viewBox="0 0 {BAR} 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(pieces)}</svg>"
    )


class verdict_bars(nodes.General, nodes.Element):
    """Bars of verdicts, made when the page is written."""


class VerdictBars(SphinxDirective):
    """``{verdict-bars}``: the number of printed numbers, and of claims, with each verdict."""

    def run(self):
        return [verdict_bars("", nodes.paragraph("", "The counts are in the ledger."))]


def _figure(title: str, link: str, counts: dict[str, int], kind: str, badge) -> str:
    items = "".join(f"<li>{badge(name)} <strong>{n:,}</strong></li>" for name, n in counts.items())
    return (
        f'<figure class="rs-tally"><figcaption><strong>{sum(counts.values()):,}</strong> <a href="{escape(link)}">'
        f"{escape(title)}</a></figcaption>{bar(counts, kind)}<ul>{items}</ul></figure>"
    )


def bars_html() -> str:
    """Return the bars of the printed numbers and, in a book with claims, those of the claims."""
    numbers = entries.tally(entries.load().kinds, printed=True)
    numbers = {v: numbers[v] for v in VERDICTS if numbers[v]}
    bars = [_figure("printed numbers", "ledger.html", numbers, "f", markup.verdict_badge)]
    counted = claims.load("claims")["verdict"].value_counts()
    stated = {v: int(counted[v]) for v in claims.VERDICTS if v in counted}
    if stated:
        title, link = f"claims of the {config.load().claims.document}", "../notebooks/claims.html"
        bars.append(_figure(title, link, stated, "f", lambda verdict: claimspage.badge(verdict, "")))
    return f'<div class="rs-tallies">{"".join(bars)}</div>'


def visit_bars(self, node: verdict_bars) -> None:
    """HTML visitor."""
    self.body.append(bars_html())
    raise nodes.SkipNode


def setup(app) -> None:
    """Register nodes and directives."""
    app.add_node(element, html=(visit_element, depart_element), **OTHERS)
    app.add_node(verdict_bars, html=(visit_bars, nothing), **OTHERS)
    app.add_directive("summary-of-findings", SummaryOfFindings)
    app.add_directive("verdict-bars", VerdictBars)
