"""The ledger: a page to find numbers on, and accessible tables of all of them in parts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated.verdict import BASES
from restated_book import entries, ledgerparts, register
from restated_book.cite import citation
from restated_book.sphinx import blocks, citebox, markup

PARTS = markup.parts("ledger")
PART = "Ledger of numbers, part {:,} of {:,}"  #: Title of a page of the ledger


def anchor_cells(app, doctree: nodes.document) -> None:
    """Give each code cell of a notebook its anchor, by the cell's number."""
    cells = (n for n in doctree.findall(nodes.container) if n.get("nb_element") == "cell_code")
    for number, cell in enumerate(cells, 1):
        cell["ids"].append(f"cell-{cell.get('exec_count') or number}")


def facets(row: Mapping) -> list[str]:
    """Return the fields a number can be filtered by, in the order of :func:`_lists`."""
    of = [row["finding"], entries.answer(row), row.get("basis") or "", row["grade"]]
    return [*of, row.get("kind") or "", entries.checked(row), entries.SIDES[not entries.is_printed(row)]]


def _lists(kinds: Iterable[entries.Kind]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the lists to filter by, with what occurs: name, label, and pairs of value and words."""
    subjects = register.subjects()
    words = {
        "finding": ("Subject", {f: subjects.get(f, f) for f in entries.findings(kinds)}),
        "verdict": ("Verdict", {v: entries.short(v) for v in entries.ANSWERS}),
        "basis": ("Basis", {b: entries.BASIS_WORDS[b] for b in BASES}),
        "grade": ("Source", entries.GRADE_WORDS),
        "kind": ("Kind", {of: of for of in register.KINDS}),
        "check": ("Checked?", {name: entries.short(name) for name in entries.CHECKED}),
        "side": ("From", {"published": "a source", "recomputed": "this book"}),
    }
    # Addresses of the first edition filter by "verdict".
    used = {name: {getattr(of, "answer" if name == "verdict" else name) for of in kinds} for name in words}
    return [(name, label, [o for o in own.items() if o[0] in used[name]]) for name, (label, own) in words.items()]


def _sizes(kinds: Mapping[entries.Kind, int]) -> dict[str, int]:
    printed = sum(n for of, n in kinds.items() if of.printed)
    return {"printed": printed, "recomputed": sum(kinds.values()) - printed}


def ledger_html(where: ledgerparts.Addresses, kinds: Mapping[entries.Kind, int], *, root: str = "") -> str:
    """Return the page to find numbers on: `kinds` counts the rows in ledger order, `root` leads to the site's root."""
    return PARTS.ledger(root, _lists(kinds), parts=list(zip(where.pages, where.parts, strict=True)), **_sizes(kinds))


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
    """Return part `number` (from 1) of `count` of the ledger as a table of `rows`; `home` is the ledger's own page."""
    rows = list(rows)
    sizes = _sizes(Counter(map(entries.kind, rows)))
    return PARTS.part(PART.format(number, count), rows, root=root, home=home, forms=forms, cite=cite, **sizes)


def _ledger(builder) -> str:
    page, rows = builder.current_docname, entries.load()
    return ledger_html(_addresses(page, rows.digest), rows.kinds, root=blocks.root(page))


class Ledger(SphinxDirective):
    """``{ledger}``: the whole ledger."""

    def run(self):
        return [blocks.block(_ledger, "The ledger is in the files ledger.csv and ledger.json.")]


def citation_links(builder, page: str) -> Callable[[str], str | None]:
    """Return the function from source keys to addresses of bibliography entries, relative to `page`, or None."""
    domain = builder.env.domains.get("cite")
    places = {c.key: (c.bibliography_key.docname, c.citation_id) for c in domain.citations} if domain else {}

    def address(key: str) -> str | None:
        doc, anchor = places.get(key, ("", ""))
        return f"{'' if doc == page else builder.get_relative_uri(page, doc)}#{anchor}" if doc else None

    return address


def addresses(env) -> ledgerparts.Addresses | None:
    """Return the addresses of the current entries in the book of an environment; None if it has no ledger."""
    ledger = env.config.restated_ledger_doc
    return _addresses(ledger, entries.load().digest) if ledger in env.found_docs else None


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
    titles = [PART.format(i, len(parts)) for i in range(1, len(parts) + 1)]
    links = [{"link": f"{page.rsplit('/', 1)[-1]}.html", "title": t} for page, t in zip(names, titles, strict=True)]
    forms, cite = citebox.number_forms(citation.about()), citation_links(app.builder, names[0])
    html = partial(part_html, root=blocks.root(names[0]), home=f"{home}.html", forms=forms, cite=cite)
    around = zip([None, *links], [*links[1:], None], strict=False)
    for i, (name, part, title, (before, after)) in enumerate(zip(names, parts, titles, around, strict=True), start=1):
        body = html((rows[id] for id in part), i, len(parts))
        yield name, {"title": title, "body": str(body), "prev": before, "next": after}, "page.html"


def setup(app) -> None:
    """Register the pages of the parts, and the anchors of cells."""
    app.connect("doctree-read", anchor_cells)
    app.connect("html-collect-pages", part_pages)
