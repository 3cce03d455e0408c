"""The page of what is still to be verified."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import entries, paths, todo
from restated_book.sphinx import blocks, claimspage, markup
from restated_book.sphinx.ledgerpage import citation_links

#: Heading of each kind, the text under it, and the columns of its table.
SECTIONS = {kind: tuple(section.values()) for kind, section in paths.tables(__file__).items()}

SHOWN = 800  #: Most entries of a kind on the page; further ones are in the file only

PARTS = markup.parts("tables")


def html(tasks: Sequence[todo.Task], kind: str, *, root: str = "", cite=lambda key: None, claims: str = "") -> str:
    """Return the entries of one kind as tables, the first `SHOWN` of them; numbers without data are folded by work."""
    tasks = [t for t in tasks if t.kind == kind]
    title, _, headings = SECTIONS[kind]

    def row(task: todo.Task) -> str:
        pages, ids = ([x for x in text.split("; ") if x] for text in (task.pages, task.changes))
        href = cite(task.source_key) if task.source_key else None
        return PARTS.task(task, root, claims, pages, [] if kind == "claim" else ids, href)

    if kind == "data":
        by_work = groupby(sorted(tasks[:SHOWN], key=lambda t: t.source_key), key=lambda t: t.source_key)
        works = ((key, list(group)) for key, group in by_work)
        shown = [PARTS.work(key, w[0].open.split("; ")[0], title, headings, list(map(row, w))) for key, w in works]
    else:
        shown = [PARTS.tasks(title, headings, list(map(row, tasks[:SHOWN])))]
    return "".join([*shown, PARTS.more(len(tasks) - SHOWN)])


def tables(builder, kind: str) -> str:
    """Return the entries of one kind in the book that is built."""
    page = builder.current_docname
    cite, listed = citation_links(builder, page), claimspage.address(builder)
    return html(todo.last(entries.location()), kind, root=blocks.root(page), cite=cite, claims=listed)


def download(builder) -> str:
    """Return the link to the whole list."""
    return PARTS.download(blocks.root(builder.current_docname))


class ToVerify(SphinxDirective):
    """``{to-verify}``: all entries, grouped by kind."""

    def run(self):
        # Where it is not staged, in a build by Jupyter Book alone, the page is read each time.
        self.env.note_dependency(str(Path(self.env.srcdir) / todo.LIST))
        count = Counter(task.kind for task in todo.last(entries.location()))
        left = sum(n for kind, n in count.items() if kind not in SECTIONS)
        ask = "needs no action and is" if left == 1 else "need no action and are"
        lead = nodes.paragraph(
            "",
            f"The list has {markup.counted(count.total(), 'entry', 'entries')}. {left:,} of them {ask} only in the "
            "file: facts a source reports about itself, directions in words, and numbers that are settled once their "
            "inputs are.",
        )
        found = [lead, blocks.block(download)]
        for kind, (title, words, _) in ((kind, SECTIONS[kind]) for kind in SECTIONS if count[kind]):
            listed = blocks.block(tables, "The list is in to-verify.csv.", kind=kind)
            about = nodes.paragraph("", words)
            found.append(blocks.section(f"to-verify-{kind}", f"{title} ({count[kind]:,})", about, listed))
        return found
