"""The page of what is still to be verified."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import entries, todo
from restated_book.sphinx import markup
from restated_book.sphinx.ledgerpage import citation_links
from restated_book.sphinx.otherbuilders import OTHERS, nothing

#: Headings of the kinds, and the text under each. Facts are in the file only.
SECTIONS = {
    "number": (
        "Numbers nobody has seen",
        "Open the source and compare. In the row named: grade P, locator the page or table, seen_in full text, and "
        "value as printed if it differs.",
    ),
    "table": (
        "Tables that would let numbers be recomputed",
        "What the chapters list as missing, where it is printed, and which files a chapter reads; the folder "
        "data/originals explains their form.",
    ),
    "claim": (
        "Claims that are not publicly checkable",
        "Some (open) need a document that is public in principle, some (private) one that is not. In the row named: "
        "verdict, strength full or partly, reason in one neutral sentence, source_keys.",
    ),
    "data": (
        "Numbers whose data were not available",
        "Grouped by work. They need a table of the work, not a correction.",
    ),
}
HEADINGS = {
    "number": ("Number", "Open", "Type where", "What then changes"),
    "table": ("Missing", "Open", "Type where", "Chapter"),
    "claim": ("Claim", "Open", "Type where", "What then changes"),
    "data": ("Number", "Open", "Row", "What then changes"),
}


#: Most entries of a kind on the page; further ones are in the file only.
SHOWN = 800


class todo_block(nodes.General, nodes.Element):
    """Generated when the page is written."""


class ToVerify(SphinxDirective):
    """``{to-verify}``: all entries, grouped by kind."""

    def run(self):
        # The list names lines of chapters, whatever changes in them.
        self.env.note_reread()
        tasks = todo.last(entries.location())
        sections = []
        for kind, (title, words) in SECTIONS.items():
            count = sum(t.kind == kind for t in tasks)
            section = nodes.section(ids=[f"to-verify-{kind}"], names=[])
            section += nodes.title("", f"{title} ({count:,})")
            section += nodes.paragraph("", words)
            section += todo_block("", nodes.paragraph("", "The list is in to-verify.csv."), kind=kind)
            sections.append(section)
        left = sum(t.kind not in SECTIONS for t in tasks)
        lead = nodes.paragraph(
            "",
            f"The list has {markup.counted(len(tasks), 'entry', 'entries')}. {left:,} of them ask for nothing and "
            "are only in the file: facts a source reports about itself, directions in words, and numbers that settle "
            "themselves with those they were computed from.",
        )
        return [lead, todo_block("", nodes.paragraph("", ""), kind="download"), *sections]


def _where(task: todo.Task) -> str:
    if task.kind == "table":
        return escape(task.type)
    return f"<code>{escape(task.file)}</code> line {escape(task.line)}"


def _changes(task: todo.Task, root: str) -> str:
    names = (escape(p) for p in task.pages.split("; ") if p)
    pages = ", ".join(f'<a href="{root}notebooks/{p}.html">{p.replace("-", " ")}</a>' for p in names)
    ids = [] if task.kind == "claim" else [c for c in task.changes.split("; ") if c]
    numbers = ", ".join(f'<a href="{root}book/ledger.html#{escape(c)}">{escape(c)}</a>' for c in ids)
    return " ".join(filter(None, (pages, f"<small>{numbers}</small>" if numbers else ""))) or "its row in the ledger"


def _row(task: todo.Task, root: str, cite) -> str:
    shown = escape(task.what)
    if task.kind in ("number", "data"):
        shown += f' <small><a href="{root}book/ledger.html#{escape(task.id)}">{escape(task.id)}</a></small>'
    elif task.kind == "claim":
        shown = f'<a href="{root}notebooks/claims.html#claim-{escape(task.changes.lower())}">{escape(task.what)}</a>'
    opened = escape(task.open)
    if task.link:
        opened += f' <a href="{escape(task.link)}">{escape(task.link.removeprefix("https://"))}</a>'
    elif task.source_key and (href := cite(task.source_key)):
        opened += f' <a href="{escape(href)}">reference</a>'
    cells = (opened, _where(task), _changes(task, root))
    return f'<tr id="todo-{escape(task.id)}"><th scope="row">{shown}</th>{"".join(f"<td>{c}</td>" for c in cells)}</tr>'


def html(tasks: Sequence[todo.Task], kind: str, *, root: str = "", cite=lambda key: None) -> str:
    """Return the entries of one kind as tables, the first `SHOWN` of them; numbers without data are folded by work."""
    tasks = [t for t in tasks if t.kind == kind]
    title, headings = SECTIONS[kind][0], list(HEADINGS[kind])
    more = f"<p>{len(tasks) - SHOWN:,} more are in to-verify.csv only.</p>" if len(tasks) > SHOWN else ""
    if kind != "data":
        return markup.table(title, headings, [_row(t, root, cite) for t in tasks[:SHOWN]], css="rs-todo") + more
    by_work = sorted(tasks[:SHOWN], key=lambda t: t.source_key)
    blocks = []
    for key, group in groupby(by_work, key=lambda t: t.source_key):
        rows = list(group)
        name = rows[0].open.split("; ")[0]
        table = markup.table(f"{title}: {name}", headings, [_row(t, root, cite) for t in rows], css="rs-todo")
        summary = f"<summary>{escape(name)}: {len(rows):,}</summary>"
        blocks.append(f'<details class="rs-work" id="todo-work-{escape(key)}">{summary}{table}</details>')
    return "".join(blocks) + more


def visit_block(self, node: todo_block) -> None:
    """HTML visitor."""
    docname = self.builder.current_docname
    root = "../" * docname.count("/")
    if node["kind"] == "download":
        self.body.append(
            f'<p class="rs-downloads">Download the list: <a href="{root}to-verify.csv" download>to-verify.csv</a></p>\n'
        )
    else:
        tasks = todo.last(entries.location())
        self.body.append(html(tasks, node["kind"], root=root, cite=citation_links(self.builder, docname)))
    raise nodes.SkipNode


def setup(app) -> None:
    """Register node and directive."""
    app.add_node(todo_block, html=(visit_block, nothing), **OTHERS)
    app.add_directive("to-verify", ToVerify)
