"""The front page: one row per finding, the counts of verdicts as bars."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated.verdict import VERDICTS
from restated_book import claims, entries, paths
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.sphinx import claimspage, markup
from restated_book.sphinx.heads import Inline
from restated_book.sphinx.otherbuilders import OTHERS, nothing

#: Columns of the summary of findings beside the row's heading: fields of the head, heading, and whether a narrow screen
#: folds the column away until the reader asks for it. The second field of two is told in a quieter voice.
COLUMNS = (
    (("answer",), "In plain words", False),
    (("printed",), "Printed", True),
    (("restated", "how"), "Restated, and how", True),
    (("verdict",), "Verdict", False),
    (("certainty", "because"), "Certainty", False),
)
CAPTION = "Summary of findings"
UNFOLD = '<button type="button" class="rs-unfold" aria-controls="findings" aria-expanded="false">Show claims, numbers and reasons</button>'

#: A bar is drawn this many units long; the style sheet scales it.
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
    """``{summary-of-findings}``: the heads of all chapters on a finding as one table.

    Tables that are laid out as cards on narrow screens lose their role in browsers, so every part states its own.
    """

    def run(self):
        found = [head for head in heads.chapters() if head.reference]
        if not found:
            raise self.error("no chapter has a head with a reference")
        for name in toc():
            self.env.note_dependency(str(paths.ROOT / f"{name}.md"))
        columns = [_element("th", "Finding and claim", scope="col", role="columnheader")]
        columns += [
            _element("th", title, scope="col", role="columnheader", **({"class": "rs-more"} if more else {}))
            for _, title, more in COLUMNS
        ]
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
        claim = _element("span", "Claim: ", *self.inline(head.claim), class_="rs-aside rs-more")
        cells = [_element("th", *name, claim, scope="row", role="rowheader")]
        for (field, *aside), title, more in COLUMNS:
            content = self.inline(getattr(head, field))
            if field == "certainty":
                content = [_element("strong", *content)]
            for name in aside:
                content.append(_element("span", *self.inline(getattr(head, name)), class_="rs-aside rs-more"))
            attrs = {"class": f"rs-c-{field} rs-more" if more else f"rs-c-{field}", "data-label": title.split(",")[0]}
            cells.append(_element("td", *content, role="cell", **attrs))
        return _element("tr", *cells, id=f"finding-{head.reference.lower()}", role="row")


def bar(counts: dict[str, int], kind: str) -> str:
    """Counts as one bar of joined pieces; a picture for the eye, the list beside it says the same."""
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
    """``{verdict-bars}``: how many printed numbers, and how many claims, carry which verdict."""

    def run(self):
        return [verdict_bars("", nodes.paragraph("", "The counts are in the ledger."))]


def _figure(title: str, link: str, counts: dict[str, int], kind: str, badge) -> str:
    items = "".join(f"<li>{badge(name)} <strong>{n:,}</strong></li>" for name, n in counts.items())
    return (
        f'<figure class="rs-tally"><figcaption><strong>{sum(counts.values()):,}</strong> <a href="{escape(link)}">'
        f"{escape(title)}</a></figcaption>{bar(counts, kind)}<ul>{items}</ul></figure>"
    )


def bars_html() -> str:
    """Both figures."""
    numbers = entries.tally(entries.load().kinds, printed=True)
    numbers = {v: numbers[v] for v in VERDICTS if numbers[v]}
    stated = claims.load("claims")["verdict"].value_counts()
    stated = {v: int(stated[v]) for v in claims.VERDICTS if v in stated}
    return (
        '<div class="rs-tallies">'
        + _figure("printed numbers", "ledger.html", numbers, "f", markup.verdict_badge)
        + _figure(
            "claims of the case study",
            "../notebooks/claims.html",
            stated,
            "f",
            lambda verdict: claimspage.badge(verdict, ""),
        )
        + "</div>"
    )


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
