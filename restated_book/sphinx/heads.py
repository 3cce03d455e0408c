"""Heads of chapters on the page: directives and visitors. :mod:`restated_book.chapters.heads` reads their text."""

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from restated.verdict import BASES
from restated_book import config, entries, paths
from restated_book.chapters.heads import chapters, read, row
from restated_book.cite import citation
from restated_book.sphinx import blocks, markup

logger = logging.getLogger(__name__)

#: How a reader opens a number, with a mouse and on a phone.
TAP = "Point at a number, or tap it once, to see what it means, how far to trust it, and where it comes from."


class chapter_head(nodes.General, nodes.Element):
    """Question, answer, certainty, and the verdicts of the page's numbers."""


class Inline(SphinxDirective):
    """A directive that parses short MyST texts it did not find in its own content."""

    def inline(self, text: str) -> list[nodes.Node]:
        """`text` as inline nodes; roles and citations work in it."""
        holder = nodes.container()
        self.state.nested_parse(StringList([text], source=self.get_source_info()[0]), self.content_offset, holder)
        return [child for block in holder for child in block.children]


class ChapterHead(Inline):
    """``{chapter-head}``: options as in :class:`Head`, and as content the answer in one sentence."""

    has_content = True
    option_spec = dict.fromkeys(("question", *row()), directives.unchanged)

    def run(self):
        self.assert_has_content()
        if "question" not in self.options:
            raise self.error("a chapter head needs its question")
        head = chapter_head(finding="reference" in self.options)
        self.set_source_info(head)
        head += nodes.paragraph("", "", *self.inline(self.options["question"]), classes=["rs-question"])
        self.state.nested_parse(self.content, self.content_offset, head)
        if "certainty" in self.options:
            words = nodes.strong("", f"Certainty: {self.options['certainty']}.")
            because = self.inline(" " + self.options.get("because", "") + ".")
            head += nodes.paragraph("", "", words, nodes.Text(" Why: "), *because, classes=["rs-certainty"])
        return [head]


class PlainWords(SphinxDirective):
    """``{plain-words}``: the finding without technical words; the page of summaries repeats it."""

    has_content = True

    def run(self):
        self.assert_has_content()
        box = nodes.admonition(classes=["rs-plain"])
        self.set_source_info(box)
        box += nodes.title("", "In plain words")
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class IfYouUseThis(Inline):
    """``{if-you-use-this}``: the advice in the chapter's head for those who cite it, with buttons to copy."""

    def run(self):
        page, button = self.env.docname, markup.parts("citebox").copy_button
        head, box = read(paths.ROOT / f"{page}.md"), nodes.container(classes=["rs-use"])
        use = config.load().findings.use
        for option, words in ((option, use[option]) for option in use if head and option in head.row):
            text = nodes.inline("", "", *self.inline(head.row[option]), ids=[f"use-{option}"])
            line = nodes.strong("", f"{words}:"), nodes.Text(" "), text, nodes.Text(" ")
            box += nodes.paragraph("", "", *line, blocks.html(button(f"use-{option}", f"“{words}”")))
        entry = citation.item(citation.about(), "chapter", head.title if head else page, page)
        written = citation.written(entry, next(iter(citation.STYLES)))
        line = nodes.strong("", "Cite as:"), nodes.Text(" "), blocks.html(f'<span id="use-cite">{written}</span> ')
        box += nodes.paragraph("", "", *line, blocks.html(button("use-cite", "the citation")))
        return [box]


class AllPlainWords(Inline):
    """``{all-plain-words}``: the plain words of every chapter, those on a finding first."""

    def run(self):
        sections = []
        for head in sorted((of for of in chapters() if of.plain), key=lambda of: not of.reference):
            uri = f"{blocks.root(self.env.docname)}notebooks/{head.page}.html"
            title = nodes.reference("", head.title, internal=True, refuri=uri)
            asked = nodes.paragraph("", "", *self.inline(head.question), classes=["rs-asked"])
            section = blocks.section(f"plain-{head.page}", title, asked)
            self.state.nested_parse(StringList(head.plain.splitlines(), source=head.page), self.content_offset, section)
            if head.certainty:
                section += nodes.paragraph("", "", nodes.strong("", f"Certainty: {head.certainty}."))
            sections.append(section)
        return sections


class When(SphinxDirective):
    """``:::{when} <ledger id> <basis>``: its content, if the number was computed from that basis, else nothing."""

    required_arguments = 2
    has_content = True

    def run(self):
        id, basis = self.arguments
        rows, problem = entries.load(), ""
        if id not in rows:
            problem = f"unknown ledger entry '{id}'"
        elif basis not in BASES:
            problem = f"'{basis}' is not a basis; use one of {', '.join(BASES)}"
        if problem:
            logger.warning("{when}: %s", problem, location=self.get_location(), type="restated", subtype="when")
            return []
        if rows[id].get("basis") != basis:
            return []
        block = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, block)
        return block.children


def depart_chapter_head(self, node: chapter_head) -> None:
    """Close the head with the verdicts of the published results of its finding, and how to open a number."""
    page, kinds = self.builder.current_docname + ".html", entries.load().kinds
    findings = {of.finding for of in kinds if not of.printed and of.page == page}
    count = entries.tally(kinds, printed=True, kind="result", finding=findings) if node["finding"] else {}
    items = "".join(f"<li>{n:,} {markup.verdict_badge(v)}</li>" for v, n in count.items())
    if items:
        label = f"Could the {markup.counted(sum(count.values()), 'published result')} be recomputed?"
        items = f'<p class="rs-stripsays">{label}</p><ul class="rs-strip" aria-label="{label}">{items}</ul>'
    if findings:
        items += f'<p class="rs-tap">{TAP}</p>'
    # The section every chapter ends with; `restated_book.chapters.frame` refuses a chapter without it.
    links = '<a href="#cite-and-download">Cite or download</a>'
    if "if-you-use-this" in self.document.ids:
        links = f'<a href="#if-you-use-this">What you may write</a> {links}'
    self.body.append(f'{items}<p class="rs-tocite">{links}</p></div>\n')


def keep_anchors(app, doctree: nodes.document) -> None:
    """Give each section the anchors of its earlier titles, so that links to them still lead somewhere."""
    formerly = config.load().chapters.formerly
    for section in doctree.findall(nodes.section):
        section["ids"] += [nodes.make_id(title) for title in formerly.get(section[0].astext(), ())]


def setup(app) -> None:
    """Register the node and the earlier anchors."""
    app.connect("doctree-read", keep_anchors)
    app.add_node(chapter_head, html=(blocks.puts('<div class="rs-head">\n'), depart_chapter_head), **blocks.OTHERS)
