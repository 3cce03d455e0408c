"""The search data: sections of pages, rows of the ledger and claims, as scripts that also work from disk: one, unless the ledger is large."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from docutils import nodes
from pybtex.backends.plaintext import Backend
from sphinx import addnodes

from restated_book import claims, entries
from restated_book.sphinx import ledgerpage, ledgerparts

#: Name of the script that holds the data.
DATA = "search-data.js"

#: Numbers in one script: more than this book has, and a megabyte or two. Those of a larger ledger are in scripts of so many each, of
#: which a search loads one after the other until it has found enough.
ROWS = 5_000

#: How the names of those scripts begin, and the script that looks through them.
NUMBERS, LOOK = "search-numbers-", "numbers.js"

#: Characters of a section's text kept for matching and for the excerpt.
SECTION_TEXT = 6_000


def works(env, uri) -> dict[str, tuple[str, str, str]]:
    """Address, name and full reference of every work of the bibliography, by key."""
    domain = env.domains.get("cite")
    plain = Backend()  # made once: looking it up by name for every fragment takes seconds
    found = {}
    for c in domain.citations if domain else ():
        names = [" ".join(p.prelast_names + p.last_names) for p in c.entry.persons.get("author", ())]
        who = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
        name = " ".join(filter(None, [who or c.entry.fields.get("title", c.key), c.entry.fields.get("year", "")]))
        text = c.formatted_entry.text.render(plain)
        found[c.key] = (f"{uri(c.bibliography_key.docname)}#{c.citation_id}", name, text)
    return found


def _text(section: nodes.Element, names: dict[str, str]) -> str:
    """Text of a section without that of its subsections and without program code."""
    parts = []
    for child in section.children:
        if isinstance(child, (nodes.section, nodes.title, nodes.comment)):
            continue
        parts.extend(_pieces(child, names))
    return " ".join(" ".join(parts).split())[:SECTION_TEXT]


def _pieces(node: nodes.Node, names: dict[str, str]):
    if isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite":
        # Not yet resolved where we read: a list of keys.
        yield ", ".join(names.get(key.strip(), key.strip()) for key in node["reftarget"].split(","))
        return
    if isinstance(node, (nodes.literal_block, nodes.comment, nodes.section)):
        return
    if isinstance(node, nodes.raw):
        if "html" in node.get("format", ""):
            yield html.unescape(re.sub(r"<[^>]+>", " ", node.astext()))
        return
    if isinstance(node, nodes.Text):
        yield str(node)
        return
    if isinstance(node, nodes.TextElement):
        # Text of one paragraph keeps its own spaces.
        yield "".join(piece for child in node.children for piece in _pieces(child, names))
        return
    for child in node.children:
        yield from _pieces(child, names)


def sections(doctree: nodes.document, names: dict[str, str]) -> list[tuple[str, str, str]]:
    """``(anchor, title, text)`` of each section of a page; the page's own title has no anchor."""
    found = []
    for section in doctree.findall(nodes.section):
        title = next((c.astext() for c in section.children if isinstance(c, nodes.title)), "")
        anchor = "" if not found else (section["ids"] or [""])[0]
        found.append((anchor, title, _text(section, names)))
    return found


def records(env, uri) -> Iterator[list]:
    """``[address, title, page title, text]`` of what can be found beside numbers and claims: sections in reading order, works."""
    cited = works(env, uri)
    names = {key: name for key, (_, name, _) in cited.items()}
    for docname in sorted(env.all_docs):
        page = env.titles[docname].astext() if docname in env.titles else docname
        for anchor, title, text in sections(env.get_doctree(docname), names):
            yield [uri(docname) + (f"#{anchor}" if anchor else ""), title, page, text]
    for href, name, text in cited.values():
        yield [href, name, "References", text]


def number(row: Mapping, where: ledgerparts.Addresses) -> list:
    """The same of a row of the ledger, and its facets."""
    facts = [str(row["quantity"]), entries.source_text(row)]
    facts += [
        f"{said} {text}"
        for said, text in (("printed", entries.published_text(row)), ("restated", entries.restated_text(row)))
        if text
    ]
    text = "; ".join(filter(None, [*facts, entries.VERDICT_SHORT[row["verdict"]]]))
    return [where.of(row["id"]), row["id"], "Ledger", text, ledgerpage.facets(row)]


def stated(env, uri) -> Iterator[list]:
    """The same of every claim."""
    listed = env.config.restated_claims_doc
    if listed in env.all_docs:
        page = env.titles[listed].astext()
        for claim in claims.load("claims").to_dict("records"):
            facts = [
                claim["claim"],
                claims.printed(claim),
                claims.words(claim["verdict"], claim["strength"]),
                claim["reason"],
            ]
            address = f"{uri(listed)}#{claims.anchor(claim['id'])}"
            yield [address, claim["id"], page, "Claim: " + "; ".join(filter(None, facts))]


def script(**values) -> str:
    """A script that hands over `values` under their names."""
    text = "".join(
        f"window.{name}={json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"
        for name, value in values.items()
    )
    # A script may hold no "</script"; JSON may be read as a script if these two separators are escaped.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def write_numbers(rows: Mapping[str, Mapping], where: ledgerparts.Addresses, folder: Path) -> list[list]:
    """Write the numbers of a ledger that is too large for one script as scripts of `ROWS` numbers, in the order of their ids.

    Returns
    -------
    list of list
        Of each script its name, the first id, how many numbers it has, and per facet the values that occur: a script that cannot hold
        what is looked for is not loaded.
    """
    ids = [id for part in where.parts for id in part]
    found = []
    for start in range(0, len(ids), ROWS):
        numbers = [number(rows[id], where) for id in ids[start : start + ROWS]]
        name = f"{NUMBERS}{start // ROWS + 1:0{len(str(len(ids) // ROWS + 1))}}.js"
        (folder / name).write_text(script(RESTATED_NUMBERS=numbers), encoding="utf-8")
        found.append(
            [
                name,
                numbers[0][1],
                len(numbers),
                *(sorted({n[4][facet] for n in numbers}) for facet in range(len(numbers[0][4]))),
            ]
        )
    return found


def write(app, exception) -> None:
    """Write the data when the build is finished."""
    if exception is not None or app.builder.format != "html":
        return
    uri, folder = app.builder.get_target_uri, Path(app.outdir) / "_static"
    where, rows = ledgerpage.addresses(app.env), entries.load()
    few = where is not None and len(rows) <= ROWS
    found = [
        *records(app.env, uri),
        *(number(row, where) for row in (rows.values() if few else ())),
        *stated(app.env, uri),
    ]
    more = {"RESTATED_PARTS": write_numbers(rows, where, folder)} if where is not None and not few else {}
    (folder / DATA).write_text(script(RESTATED_SEARCH=found, **more), encoding="utf-8")


def replace(app) -> None:
    """Leave out Sphinx's own index and page, whose index is of no use for some pages alone, and our data of an earlier build."""
    if app.builder.format == "html":
        app.builder.search = False
        static = Path(app.outdir) / "_static"
        for file in (static / DATA, *static.glob(f"{NUMBERS}*.js")):
            file.unlink(missing_ok=True)


def page(app):
    """The page of the search, for Sphinx to write."""
    if app.builder.format == "html":
        yield "search", {}, "search.html"


def setup(app) -> None:
    """Register the hooks."""
    app.connect("builder-inited", replace)
    app.connect("html-collect-pages", page)
    app.connect("build-finished", write, priority=800)
