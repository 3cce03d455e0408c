"""Roles that print a ledger number by its id, and the status badge; results are never typed by hand."""

from html import escape

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from restated_book import entries
from restated_book.sphinx import markup
from restated_book.sphinx.otherbuilders import OTHERS, nothing

logger = logging.getLogger(__name__)

#: MyST-NB counts lines of a notebook as ``cell * CELL_STRIDE + line``.
CELL_STRIDE = 10_000


class ledger_number(nodes.Inline, nodes.TextElement):
    """A number (or badge) taken from the ledger. Attributes: ``kind``, ``entry`` (the ledger id).

    Its only child is the visible text, so that search, text and LaTeX output hold the number alone.
    """


class status_badge(nodes.Inline, nodes.TextElement):
    """The status of something made from data, in words. Attribute: ``status``."""


def _lacks(kind: str, row: dict) -> str | None:
    """Return the reason why `row` cannot be shown as `kind`, or None if it can."""
    if kind == "published" and not (entries.published_text(row) and row["grade"]):
        return "was recomputed and never printed; use {restated}"
    if kind == "grade" and not row["grade"]:
        return "was never printed and has no grade"
    if kind == "restated" and not (entries.restated_text(row) or entries.interval_text(row)):
        return "has not been recomputed; use {published}"
    if kind == "interval" and not entries.interval_text(row):
        return "has no interval; use {restated}"
    return None


class LedgerRole(SphinxRole):
    """``{published}`id```, ``{restated}`id```, ``{interval}`id```, ``{verdict}`id```, ``{grade}`id```."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind

    def run(self):
        id = self.text.strip()
        rows = entries.load()
        if id not in rows:
            close = entries.close_matches(id, rows)
            hint = f"; did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
            return refuse(self, self.kind, f"there is no ledger entry '{id}'{hint}")
        if problem := _lacks(self.kind, rows[id]):
            return refuse(self, self.kind, f"'{id}' {problem}")
        text = entries.words(self.kind, rows[id])
        node = ledger_number(self.rawtext, "", nodes.Text(text), kind=self.kind, entry=id)
        self.set_source_info(node)
        return [node], []


def refuse(role: SphinxRole, name: str, problem: str):
    """Return the id as typed, in place of a number that cannot be shown, and log a warning with page and line."""
    line = role.lineno or 0
    where = f"page '{role.env.docname}', " + (
        f"cell {line // CELL_STRIDE}, line {line % CELL_STRIDE}" if line >= CELL_STRIDE else f"line {line}"
    )
    logger.warning("%s: {%s}: %s", where, name, problem, location=role.get_location(), type="restated", subtype="id")
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
            logger.warning(
                "page '%s': '%s' is not a valid status; use one of %s",
                self.env.docname,
                status,
                ", ".join(entries.STATUSES),
                location=self.get_location(),
                type="restated",
                subtype="status",
            )
            return [nodes.literal(self.rawtext, self.text)], []
        return [status_badge(self.rawtext, "", nodes.Text(f"Status: {entries.STATUSES[status]}"), status=status)], []


def only_text(self, node: nodes.Node) -> bool:
    """Return True where a link or tooltip would be wrong: inside another link, in titles and in navigation."""
    if self.document.get("source") == "<partial node>":
        return True
    parent = node.parent
    while parent is not None:
        if isinstance(parent, nodes.reference):
            return True
        parent = parent.parent
    return False


def visit_number(self, node: ledger_number) -> None:
    """HTML visitor."""
    if only_text(self, node):
        self.body.append(escape(node.astext()))
        raise nodes.SkipNode
    row = entries.load()[node["entry"]]
    ledger = self.builder.config.restated_ledger_doc
    href = f"{self.builder.get_relative_uri(self.builder.current_docname, ledger)}#{row['id']}"
    tip = tip_id(self)
    if node["kind"] in ("verdict", "grade"):
        self.body.append(markup.badge_link(node["kind"], row, href=href, tip_id=tip))
    else:
        self.body.append(markup.number(node["kind"], row, node.astext(), href=href, tip_id=tip))
    raise nodes.SkipNode


def visit_status(self, node: status_badge) -> None:
    """HTML visitor."""
    self.body.append(escape(node.astext()) if only_text(self, node) else markup.status_badge(node["status"]))
    raise nodes.SkipNode


def setup(app) -> None:
    """Register roles and nodes."""
    app.add_node(ledger_number, html=(visit_number, nothing), **OTHERS)
    app.add_node(status_badge, html=(visit_status, nothing), **OTHERS)
    for kind in ("published", "restated", "interval", "verdict", "grade"):
        app.add_role(kind, LedgerRole(kind))
    app.add_role("status", StatusRole())
