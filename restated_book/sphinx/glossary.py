"""Terms are linked to the glossary where a chapter first uses them, when a page is resolved: no notebook names them."""

import re
from functools import lru_cache
from pathlib import Path

from docutils import nodes
from sphinx_design.dropdown import dropdown_title

from restated_book import config
from restated_book.chapters.glossary import PAGE, parse
from restated_book.sources import files
from restated_book.sphinx import frontpage, roles

#: Nodes whose text is not running text: headings, links, code, formulas, names of figures, numbers with tooltips.
NOT_RUNNING = (
    *(nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw),
    *(nodes.caption, nodes.citation, nodes.term, nodes.thead, nodes.rubric, dropdown_title),
    *(roles.ledger_number, roles.status_badge, frontpage.element),
)


def finder(names: list[str]) -> re.Pattern:
    """Return a pattern that finds any of `names` as whole words; only the first letter of one may become a capital.

    A name of one letter (*d*, *r*) is a symbol that only italics distinguish: it is not looked for.
    """

    def spelt(name: str) -> str:
        first = f"[{name[0]}{name[0].upper()}]" if name == name.lower() and name[0].isalpha() else re.escape(name[0])
        return first + re.escape(name[1:]).replace(r"\ ", r"\s+")

    longest_first = sorted((n for n in names if len(n) > 1), key=len, reverse=True)
    return re.compile(rf"(?<![\w–-])(?:{'|'.join(map(spelt, longest_first))})(?![\w–-])")


@lru_cache(maxsize=2)
def _index(text: str) -> tuple[re.Pattern, dict[str, tuple[str, ...]], dict[tuple[str, ...], str]]:
    entries = parse(text)
    return finder([n for names in entries for n in names]), {n: names for names in entries for n in names}, entries


def link_terms(app, doctree: nodes.document, docname: str) -> None:
    """Turn the first use of each term in running text into a link to its explanation."""
    page = Path(app.srcdir, f"{PAGE}.md")
    if not (docname.startswith("notebooks/") or docname in config.load().chapters.terms) or not page.is_file():
        return
    find, entry_of, explanations = _index(files.text(page))
    places = {name: anchor for (kind, name), (_, anchor) in app.env.get_domain("std").objects.items() if kind == "term"}
    address = app.builder.get_relative_uri(docname, PAGE)
    linked: set[tuple[str, ...]] = set()
    for text in list(doctree.findall(nodes.Text)):
        if any(isinstance(n, NOT_RUNNING) or "rs-question" in n.get("classes", ()) for n in roles.within(text)):
            continue
        words, pieces, end = str(text), [], 0
        for found in find.finditer(words):
            term = re.sub(r"\s+", " ", found[0])
            name = term if term in entry_of else term[0].lower() + term[1:]
            names = entry_of[name]
            if names in linked or names[0] not in places:
                continue
            linked.add(names)
            pieces += [nodes.Text(words[end : found.start()])] if found.start() > end else []
            where = {"refuri": f"{address}#{places[names[0]]}", "reftitle": explanations[names]}
            pieces.append(nodes.reference("", found[0], internal=True, classes=["rs-gloss"], **where))
            end = found.end()
        if pieces:
            pieces += [nodes.Text(words[end:])] if end < len(words) else []
            text.parent.replace(text, pieces)


def setup(app) -> None:
    """Register the hook."""
    app.connect("doctree-resolved", link_terms)
