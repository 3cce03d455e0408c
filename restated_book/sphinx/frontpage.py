"""The front page: one row per finding, the counts of verdicts as bars."""

from html import escape
from itertools import accumulate, pairwise

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import claims, config, entries
from restated_book.chapters import heads
from restated_book.sphinx import blocks, claimspage, markup
from restated_book.sphinx.heads import Inline

_CONTROLS = 'type="button" class="rs-unfold" aria-controls="findings" aria-expanded="false"'
UNFOLD = f"<button {_CONTROLS}>Show claims, published numbers and verdicts</button>"
BAR = 1000  #: Length of a bar in its own units; the style sheet scales it


class element(nodes.General, nodes.Element):
    """An HTML element around other nodes. Attributes: ``tag`` and ``attrs``, a dictionary."""


def visit_element(self, node: element) -> None:
    """HTML visitor."""
    attrs = "".join(f' {k}="{escape(str(v))}"' for k, v in node["attrs"].items())
    self.body.append(f"<{node['tag']}{attrs}>")


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
        if not found:
            return []
        headings = ["Finding", *(column["heading"] for column in config.load().findings.columns)]
        columns = [_element("th", heading, scope="col", role="columnheader") for heading in headings]
        caption = _element("caption", "Summary of findings", class_="rs-hidden")
        head = _element("thead", _element("tr", *columns, role="row"), role="rowgroup")
        body = _element("tbody", *map(self._row, found), role="rowgroup")
        table = _element("table", caption, head, body, class_="rs-findings", id="findings", role="table")
        # Folded by the style sheet from the start: a script that folded it later would move what is being read.
        return [blocks.html(UNFOLD), table]

    def _row(self, head: heads.Head) -> element:
        uri = f"{blocks.root(self.env.docname)}notebooks/{head.page}.html"
        name = [_element("strong", head.reference), " ", _element("a", head.short, href=uri)]
        claim = _element("span", "Claimed: ", *self.inline(head.row["claim"]), class_="rs-aside rs-more")
        cells = [_element("th", *name, claim, scope="row", role="rowheader")]
        texts = {**head.row, "answer": head.answer}
        for column in config.load().findings.columns:
            field, *aside = column["fields"]
            content = self.inline(texts[field])
            if field in ("certainty", "checked"):
                content = [_element("strong", *content)]
            content += [_element("span", *self.inline(texts[other]), class_="rs-aside") for other in aside]
            for other, words in column.get("more", {}).items():
                more = _element("span", f"{words}: ", *self.inline(texts[other]), class_="rs-aside rs-more")
                content.append(more)
            attrs = {"class": f"rs-c-{field}", "data-label": column["heading"].rstrip("?") + ":"}
            cells.append(_element("td", *content, role="cell", **attrs))
        return _element("tr", *cells, id=f"finding-{head.reference.lower()}", role="row")


def _figure(title: str, link: str, field: str, counts: dict[str, int], badge) -> tuple:
    """Return counts as pieces of one bar, rounded to its units, and as a list with links to a view of `field`."""
    total = sum(counts.values())
    edges = [round(BAR * n / (total or 1)) for n in accumulate(counts.values(), initial=0)]
    pieces = [(name, a, b - a) for name, (a, b) in zip(counts, pairwise(edges), strict=True) if b > a]
    view = f"{link}{'&' if '?' in link else '?'}{field}="
    return title, link, total, pieces, [(badge(name), n, view + name) for name, n in counts.items()]


def bars(builder) -> str:
    """Return the bars of the published results and, in a book with claims, those of the claims."""
    kinds = entries.load().kinds
    shown = []
    for by, field, title in (
        ("answer", "verdict", "published results: could they be recomputed?"),
        ("check", "check", "published results: are they consistent?"),
    ):
        counts = entries.tally(kinds, by, printed=True, kind="result")
        shown.append(_figure(title, "ledger.html?side=published&kind=result", field, counts, markup.verdict_badge))
    counted = claims.load("claims")["verdict"].value_counts()
    if stated := {v: int(counted[v]) for v in claims.VERDICTS if v in counted}:
        title = f"{'claim' if sum(stated.values()) == 1 else 'claims'} of the {config.load().claims.document}"
        page = claimspage.address(builder)
        shown.append(_figure(title, page, "verdict", stated, lambda v: claimspage.badge(v, "")))
    return markup.parts("frontpage").bars(shown, BAR)


class VerdictBars(SphinxDirective):
    """``{verdict-bars}``: the number of printed numbers, and of claims, with each verdict."""

    def run(self):
        return [blocks.block(bars, "The counts are in the ledger.")]


def setup(app) -> None:
    """Register the node."""
    visitors = visit_element, lambda self, node: self.body.append(f"</{node['tag']}>")
    app.add_node(element, html=visitors, **blocks.OTHERS)
