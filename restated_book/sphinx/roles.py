"""Roles that print a ledger number by its id, and the status badge; results are never typed by hand."""

from collections.abc import Callable, Iterable, Iterator
from html import escape

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from restated_book import entries
from restated_book.sphinx import blocks, markup

logger = logging.getLogger(__name__)


class ledger_number(nodes.Inline, nodes.TextElement):
    """A number (or badge) of the ledger row ``entry``, shown as ``kind``; its only child is its text, for search."""


class status_badge(nodes.Inline, nodes.TextElement):
    """The status of something made from data, in words. Attribute: ``status``."""


def _lacks(kind: str, row: dict) -> str:
    """Return the reason why `row` cannot be shown as `kind`; empty if it can."""
    restated, interval = entries.restated_text(row), entries.interval_text(row)
    shown = {
        "published": (entries.published_text(row) and row["grade"], "was recomputed and never printed; use {restated}"),
        "grade": (row["grade"], "was never printed and has no grade"),
        "restated": (restated or interval, "has not been recomputed; use {published}"),
        "interval": (interval, "has no interval; use {restated}"),
    }
    there, problem = shown.get(kind, (True, ""))
    return "" if there else problem


class LedgerRole(SphinxRole):
    """``{published}`id```, ``{restated}`id```, ``{interval}`id```, ``{verdict}`id```, ``{grade}`id```."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind

    def run(self):
        id = self.text.strip()
        rows = entries.load()
        if id not in rows:
            return refuse(self, self.kind, f"unknown ledger entry '{id}'{hint(id, rows)}")
        if problem := _lacks(self.kind, rows[id]):
            return refuse(self, self.kind, f"'{id}' {problem}")
        text = entries.words(self.kind, rows[id])
        node = ledger_number(self.rawtext, "", nodes.Text(text), kind=self.kind, entry=id)
        self.set_source_info(node)
        return [node], []


def hint(id: str, known: Iterable[str]) -> str:
    """Return the end of a message on a mistyped id: those of `known` that are close to it."""
    close = entries.close_matches(id, known)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def refuse(role: SphinxRole, name: str, problem: str):
    """Return the id as typed, in place of a number that cannot be shown, and log a warning with page and line."""
    logger.warning("{%s}: %s", name, problem, location=role.get_location(), type="restated", subtype="id")
    return [nodes.literal(role.rawtext, role.text)], []


def tip_id(translator) -> str:
    """Return an id for the next tooltip, unique on the page that is being written."""
    translator.rs_tips = getattr(translator, "rs_tips", 0) + 1
    return f"rs-tip-{translator.rs_tips}"


class StatusRole(SphinxRole):
    """``{status}`enumerated```: a status badge in words."""

    def run(self):
        status = self.text.strip()
        if status not in entries.STATUSES:
            problem = f"'{status}' is not a valid status; use one of {', '.join(entries.STATUSES)}"
            return refuse(self, "status", problem)
        return [status_badge(self.rawtext, "", nodes.Text(f"Status: {entries.STATUSES[status]}"), status=status)], []


def within(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what `node` is in, from its parent to the document."""
    while (node := node.parent) is not None:
        yield node


def only_text(self, node: nodes.Node) -> bool:
    """Return True where a link or tooltip would be wrong: inside another link, in titles and in navigation."""
    return self.document.get("source") == "<partial node>" or any(isinstance(n, nodes.reference) for n in within(node))


def shows(make: Callable[..., str]) -> Callable[..., None]:
    """Return the HTML visitor of an inline node: what `make` returns, or its text where only that may be."""

    def visit(self, node: nodes.Element) -> None:
        self.body.append(escape(node.astext()) if only_text(self, node) else make(self, node))
        raise nodes.SkipNode

    return visit


def _number(self, node: ledger_number) -> str:
    row = entries.load()[node["entry"]]
    ledger = self.builder.config.restated_ledger_doc
    href = f"{self.builder.get_relative_uri(self.builder.current_docname, ledger)}#{row['id']}"
    if node["kind"] in ("verdict", "grade"):
        return markup.badge_link(node["kind"], row, href=href, tip_id=tip_id(self))
    return markup.number(node["kind"], row, node.astext(), href=href, tip_id=tip_id(self))


def setup(app) -> None:
    """Register roles and nodes."""
    status = shows(lambda self, node: markup.status_badge(node["status"]))
    app.add_node(ledger_number, html=(shows(_number), blocks.nothing), **blocks.OTHERS)
    app.add_node(status_badge, html=(status, blocks.nothing), **blocks.OTHERS)
    for kind in ("published", "restated", "interval", "verdict", "grade"):
        app.add_role(kind, LedgerRole(kind))
    app.add_role("status", StatusRole())
