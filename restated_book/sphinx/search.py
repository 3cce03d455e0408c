"""The search data: sections of pages, works, rows of the ledger and claims, as one script that also works from disk."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from docutils import nodes
from pybtex.backends.plaintext import Backend
from sphinx import addnodes

from restated_book import claims, entries, ledgerparts
from restated_book.sources import bibliography
from restated_book.sphinx import ledgerpage

DATA = "search-data.js"  #: Name of the script that holds the data
SECTION_TEXT = 3_000  #: Characters of a section's text kept for matching and for the excerpt
#: Data behind figures and ways to cite them: long, and found by what is above them.
_NOT_SOUGHT = re.compile(r"<details class=\"rs-(?:data|cite)\b.*?</details>", re.S)


def works(env, uri) -> dict[str, tuple[str, str, str]]:
    """Return address, name and full reference of every work of the bibliography, by key."""
    domain = env.domains.get("cite")
    plain = Backend()  # made once: a look-up by name for every fragment takes seconds
    found = {}
    for c in domain.citations if domain else ():
        names = [bibliography.surname(p) for p in c.entry.persons.get("author", ())]
        who = " & ".join(names) if len(names) < 3 else f"{names[0]} et al."
        name = " ".join(filter(None, [who or c.entry.fields.get("title", c.key), c.entry.fields.get("year", "")]))
        text = c.formatted_entry.text.render(plain)
        found[c.key] = (f"{uri(c.bibliography_key.docname)}#{c.citation_id}", name, text)
    return found


def _pieces(node: nodes.Node, names: dict[str, str]) -> Iterator[str]:
    """Yield the texts of a node without its subsections and program code."""
    if isinstance(node, addnodes.pending_xref) and node.get("refdomain") == "cite":
        # Not yet resolved where we read: a list of keys.
        yield ", ".join(names.get(key.strip(), key.strip()) for key in node["reftarget"].split(","))
    elif isinstance(node, nodes.Text):
        yield str(node)
    elif isinstance(node, nodes.raw):
        if "html" in node.get("format", ""):
            yield html.unescape(re.sub(r"<[^>]+>", " ", _NOT_SOUGHT.sub("", node.astext())))
    elif not isinstance(node, (nodes.literal_block, nodes.comment, nodes.section)):
        pieces = (piece for child in node.children for piece in _pieces(child, names))
        # Text of one paragraph keeps its own spaces.
        yield from ["".join(pieces)] if isinstance(node, nodes.TextElement) else pieces


def sections(doctree: nodes.document, names: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return ``(anchor, title, text)`` of each section of a page; the page's own title has no anchor."""
    found: list[tuple[str, str, str]] = []
    for section in doctree.findall(nodes.section):
        title = next((c.astext() for c in section.children if isinstance(c, nodes.title)), "")
        anchor = "" if not found else (section["ids"] or [""])[0]
        own = (child for child in section.children if not isinstance(child, nodes.title))
        text = " ".join(piece for child in own for piece in _pieces(child, names))
        length = None if any(section.findall(addnodes.glossary)) else SECTION_TEXT  # each term is looked for
        found.append((anchor, title, " ".join(text.split())[:length]))
    return found


def records(env, uri) -> Iterator[list]:
    """Yield ``[address, title, page title, text]`` of sections in reading order and of works."""
    cited = works(env, uri)
    names = {key: name for key, (_, name, _) in cited.items()}
    for docname in sorted(env.all_docs):
        page = env.titles[docname].astext() if docname in env.titles else docname
        for anchor, title, text in sections(env.get_doctree(docname), names):
            yield [uri(docname) + (f"#{anchor}" if anchor else ""), title, page, text]
    yield from ([href, name, "References", text] for href, name, text in cited.values())


def number(row: Mapping, where: ledgerparts.Addresses) -> list:
    """Return the same of a row of the ledger, and its facets."""
    texts = {"printed": entries.published_text(row), "restated": entries.restated_text(row)}
    sides = (f"{side} {text}" for side, text in texts.items() if text)
    check = f"checked: {entries.short(entries.checked(row))}" if row.get("check_method") else ""
    facts = (str(row["quantity"]), entries.source_text(row), *sides, check, entries.short(entries.answer(row)))
    return [where.of(row["id"]), row["id"], "Ledger", "; ".join(filter(None, facts)), ledgerpage.facets(row)]


def stated(env, uri) -> Iterator[list]:
    """Yield the same of every claim."""
    listed = env.config.restated_claims_doc
    if listed in env.all_docs:
        page = env.titles[listed].astext()
        for claim in claims.load("claims").to_dict("records"):
            words = claims.words(claim["verdict"], claim["strength"])
            facts = [claim["claim"], claims.printed(claim), words, claim["reason"]]
            address = f"{uri(listed)}#{claims.anchor(claim['id'])}"
            yield [address, claim["id"], page, "Claim: " + "; ".join(filter(None, facts))]


def script(**values) -> str:
    """Return a script that sets `values` on the window under their names."""
    texts = {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in values.items()}
    text = "".join(f"window.{name}={value};\n" for name, value in texts.items())
    # A script may hold no "</script"; JSON may be read as a script if these two separators are escaped.
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def write(app, exception) -> None:
    """Write the data when the build is finished."""
    if exception is not None or app.builder.format != "html":
        return
    uri, where = app.builder.get_target_uri, ledgerpage.addresses(app.env)
    numbers = (number(row, where) for row in entries.load().values()) if where is not None else ()
    found = [*records(app.env, uri), *numbers, *stated(app.env, uri)]
    (Path(app.outdir) / "_static" / DATA).write_text(script(RESTATED_SEARCH=found), encoding="utf-8")


def replace(app) -> None:
    """Leave out Sphinx's own index and page, and our data of an earlier build."""
    if app.builder.format == "html":
        app.builder.search = False
        (Path(app.outdir) / "_static" / DATA).unlink(missing_ok=True)


def page(app):
    """Yield the page of the search, for Sphinx to write."""
    if app.builder.format == "html":
        yield "search", {}, "search.html"


def setup(app) -> None:
    """Register the hooks."""
    app.connect("builder-inited", replace)
    app.connect("html-collect-pages", page)
    app.connect("build-finished", write, priority=800)
