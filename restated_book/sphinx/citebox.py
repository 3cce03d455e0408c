"""The box at the end of a chapter: how to cite it, a figure or a table of it, and what can be downloaded."""

import os
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import export
from restated_book.cite import citation
from restated_book.export.about import LICENCE_ADDRESS
from restated_book.sphinx import markup, metadata

#: Placeholders of a number's citation, filled in by the script of the ledger page; they are not markup in any of the
#: forms.
NUMBER = {"title": "Qnumbertitle", "anchor": "qnumberid"}


def copy_button(target: str, what: str) -> str:
    """Return a button that copies the text of the element `target`; only shown where scripts run."""
    return f'<button type="button" class="rs-copy" data-copy="{target}">Copy{markup.hidden(" " + what)}</button>'


def form(id: str, name: str, text: str, what: str) -> str:
    """Return one written citation with its name and its button."""
    button = copy_button(id, f"{name} citation of {what}")
    return f'<dt>{escape(name)}</dt><dd><span id="{id}">{escape(text)}</span> {button}</dd>'


def cited(entry: Mapping, prefix: str, what: str) -> str:
    """Return the citation of an item in each style."""
    forms = (
        form(f"{prefix}-{style.lower()}", style, citation.written(entry, style), what) for style in citation.STYLES
    )
    return f'<dl class="rs-forms">{"".join(forms)}</dl>'


def machine_forms(kind: str, entry: Mapping, prefix: str, address: str) -> str:
    """Return the records of an item for reference managers: shown, to be copied, and as files."""
    blocks, files = [], []
    for ending, (name, made) in citation.FORMS.items():
        id = f"{prefix}-{ending}"
        record = escape(made([(kind, entry)]).strip())
        blocks.append(f'<p><b>{name}</b> {copy_button(id, f"the {name} record")}</p><pre id="{id}">{record}</pre>')
        files.append(f'<a href="{address}.{ending}" download>{name}</a>')
    names = ", ".join(name for name, _ in citation.FORMS.values())
    return (
        f'<p class="rs-downloads">For reference managers: {", ".join(files)}</p>'
        f'<details class="rs-data"><summary>Show {names}</summary>{"".join(blocks)}</details>'
    )


def state(about: citation.About, page: str) -> str:
    """Return version, dates, address and licence, as a list."""
    address = f"{about.address}{page}.html"
    where = (
        f'<a href="{escape(address)}">{escape(address)}</a>'
        if about.address
        else f"<code>{page}.html</code> in every copy of this book"
    )
    newest = citation.newest_evidence()
    rows = (
        ("Version", f"{escape(about.version)}, released {about.released.isoformat()}"),
        ("Text and data as of", metadata.changed()),
        *([("Evidence considered until", f"{newest}, the year of the newest work cited")] if newest else []),
        ("Permanent address", where),
        ("Licence", f'text, figures and data <a href="{LICENCE_ADDRESS}">CC BY 4.0</a>; code BSD-3-Clause'),
    )
    return '<dl class="rs-state">' + "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in rows) + "</dl>"


def parts(about: citation.About, page: str, title: str, shown: Iterable[Mapping]) -> str:
    """Return citations of the figures and tables of a page, folded."""
    shown = list(shown)
    if not shown:
        return ""
    items = []
    for part, (kind, entry) in zip(shown, citation.of_page(about, page, title, shown)[1:], strict=True):
        anchor = citation.anchor(part)
        forms = cited(entry, f"cite-{anchor}", f"{kind} {part['id']}")
        items.append(f'<li id="cite-{anchor}"><a href="#{anchor}">{escape(entry["title"])}</a>{forms}</li>')
    return (
        f'<details class="rs-data rs-parts"><summary>Cite a figure or table of this chapter ({len(items)})</summary>'
        f"<ul>{''.join(items)}</ul></details>"
    )


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
        page = self.env.docname
        root = "../" * page.count("/")
        box = self._book(root) if page == self.config.root_doc else self._chapter(page, root)
        return [nodes.raw("", f'<div class="rs-cite">{box}</div>', format="html")]

    def _book(self, root: str) -> str:
        about = citation.about()
        entry = citation.item(about, "book")
        box = cited(entry, "cite-book", "this book")
        box += machine_forms("book", entry, "cite-book", f"{root}downloads/restated")
        files = f'<a href="{root}book/downloads.html">data, results, the book to be read offline, and every chapter</a>'
        if os.environ.get("RESTATED_PDF"):
            files = f'<a href="{root}downloads/pdf/restated.pdf" download>the book as PDF</a>, {files}'
        return f'{box}{state(about, self.env.docname)}<p class="rs-downloads">Download: {files}</p>'

    def _chapter(self, page: str, root: str) -> str:
        about, name = citation.about(), page.rsplit("/", 1)[-1]
        noted = metadata.shown().get(page, {"shown": ()})
        title = noted.get("title") or next((t.astext() for t in self.state.document.findall(nodes.title)), name)
        kind, entry = citation.of_page(about, page, title)[0]
        box = cited(entry, "cite-chapter", "this chapter")
        box += machine_forms(kind, entry, "cite-chapter", f"{root}downloads/{name}/{name}")
        box += state(about, page) + parts(about, page, title, noted["shown"])
        links = [(path, words) for words, path in export.files(name, shows=bool(noted["shown"]))]
        if os.environ.get("RESTATED_PDF"):
            links.insert(0, (f"downloads/pdf/{name}.pdf", "this chapter as PDF"))
        files = [f'<a href="{root}{file}" download>{words}</a>' for file, words in links]
        files.append(f'<a href="{root}book/downloads.html">all downloads of the book</a>')
        more = "Figures and tables have links of their own below them."
        box += f'<p class="rs-downloads">Download: {", ".join(files)}. {more}</p>'
        if binder := launch(about, page):
            link = f'<a href="{escape(binder)}">open this notebook in Binder</a>'
            box += f'<p class="rs-downloads">Run it: {link}, a free service elsewhere</p>'
        return box


def number_forms(about: citation.About) -> str:
    """Return hidden citations of one number, with placeholders for its id and title, for the script of the ledger
    page."""
    entry = citation.item(about, "number", NUMBER["title"], "book/ledger", NUMBER["anchor"])
    made = {style: citation.written(entry, style) for style in citation.STYLES}
    made |= {name: write([("number", entry)]).strip() for name, write in citation.FORMS.values()}
    buttons = "".join(
        f'<button type="button" data-form="{escape(text)}" data-name="{name}">{name}</button>'
        for name, text in made.items()
    )
    return f'<template class="rs-number-forms"><p>Copy a citation of this number: {buttons}</p></template>'


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("cite-and-download", CiteAndDownload)
