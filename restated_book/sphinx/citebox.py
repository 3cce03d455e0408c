"""The box at the end of a chapter: how to cite it, a figure or a table of it, and what can be downloaded."""

from functools import partial
from urllib.parse import quote

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import export
from restated_book.cite import citation
from restated_book.cite.licence import ids, licence
from restated_book.export import embeds
from restated_book.sphinx import blocks, datapages, markup, metadata

#: Placeholders of a number's citation, which the script of the ledger page fills in; no form takes them for markup.
NUMBER = {"title": "Qnumbertitle", "anchor": "qnumberid"}

ANCHOR = "cite-and-download"  # where the head of a chapter and its figures link to
PARTS = markup.parts("citebox")


def launch(about: citation.About, page: str) -> str:
    """Return the address that opens the notebook of `page` in Binder; empty without a repository that Binder knows."""
    host, _, path = about.repository.partition("://")[2].partition("/")
    path = path.removesuffix(".git")
    where = f"labpath={quote(f'{page}.md', safe='')}"
    if host == "github.com" and path.count("/") == 1:
        return f"https://mybinder.org/v2/gh/{quote(path)}/HEAD?{where}"
    if host == "gitlab.com" and "/" in path:
        return f"https://mybinder.org/v2/gl/{quote(path, safe='')}/HEAD?{where}"
    return ""


class CiteAndDownload(SphinxDirective):
    """``{cite-and-download}``: citation and downloads of this chapter, on the front page those of the book."""

    def run(self):
        about, page = citation.about(), self.env.docname
        made = self._book if page == self.config.root_doc else self._chapter
        state = PARTS.state(about, page, metadata.changed(), licence(), ids()[1])
        # A box without a heading of its own is linked to all the same.
        bare = page != self.config.root_doc and ANCHOR not in self.state.document.ids
        place = f'<span id="{ANCHOR}"></span>' if bare else ""
        return [blocks.html(f"{place}{made(about, page, blocks.root(page), state)}")]

    def _book(self, about: citation.About, page: str, root: str, state: str) -> str:
        pdf = [(f"{root}downloads/pdf/restated.pdf", "the book as PDF")] if "pdf" in export.forms() else []
        return PARTS.book(citation.item(about, "book"), root, pdf, state)

    def _chapter(self, about: citation.About, page: str, root: str, state: str) -> str:
        name = page.rsplit("/", 1)[-1]
        noted = metadata.shown().get(page, {"shown": ()})
        title = noted.get("title") or next((t.astext() for t in self.state.document.findall(nodes.title)), name)
        (_, entry), *items = citation.of_page(about, page, title, noted["shown"])
        shown = [(*item, part["id"], citation.anchor(part)) for item, part in zip(items, noted["shown"], strict=True)]
        links = [(f"{root}{path}", words) for words, path in export.files(name, shows=bool(noted["shown"]))]
        made = (export.FORMS[form][:2] for form in export.forms())
        links[:0] = [(root + path.format(page=name), words) for path, words in made]
        about_it = links, datapages.link(root, name), state, shown, launch(about, page)
        return PARTS.chapter(entry, name, root, *about_it, partial(embeds.snippets, about=about))


def number_forms(about: citation.About) -> str:
    """Return hidden citations of one number, with placeholders for its id and title."""
    entry = citation.item(about, "number", NUMBER["title"], "book/ledger", NUMBER["anchor"])
    made = {style: citation.written(entry, style) for style in citation.STYLES}
    made |= {name: write([("number", entry)]).strip() for name, write in citation.FORMS.values()}
    return PARTS.number_forms(made)
