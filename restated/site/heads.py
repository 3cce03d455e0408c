"""Heads of chapters: the question, its answer in one sentence, and what the front page says about the finding.

A chapter's head is written once, at its top; the front page and the page of summaries read it from there (:func:`read`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from .. import paths
from ..errors import RestatedError
from . import entries, markup
from .otherbuilders import OTHERS

#: What the head of a chapter on a finding must say beside question and answer: one row of the summary of findings.
ROW = ("reference", "short", "claim", "printed", "restated", "how", "verdict", "certainty", "because")

#: How sure the book is of a finding, in the words of GRADE.
CERTAINTIES = ("high", "moderate", "low", "very low")

_HEAD = re.compile(r"^(?P<fence>:{3,})\{chapter-head\}[ \t]*\n---\n(?P<options>.*?)\n---\n(?P<answer>.*?)\n(?P=fence)[ \t]*$", re.S | re.M)
_PLAIN = re.compile(r"^(?P<fence>:{3,})\{plain-words\}[ \t]*\n(?P<words>.*?)\n(?P=fence)[ \t]*$", re.S | re.M)
_TITLE = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True)
class Head:
    """The head of one chapter; all texts are MyST. The fields of :data:`ROW` are empty for a chapter on no finding."""

    page: str
    title: str
    question: str
    answer: str
    plain: str = ""
    reference: str = ""
    short: str = ""
    claim: str = ""
    printed: str = ""
    restated: str = ""
    how: str = ""
    verdict: str = ""
    certainty: str = ""
    because: str = ""


def read(path: Path) -> Head | None:
    """The head of the chapter in `path`; None if it has none.

    Raises
    ------
    RestatedError
        If an option is unknown or missing, a certainty is no word of :data:`CERTAINTIES`, or the options are not YAML.
    """
    text = path.read_text(encoding="utf-8")
    found = _HEAD.search(text)
    if found is None:
        return None
    try:
        options = yaml.safe_load(found["options"])
    except yaml.YAMLError as error:
        raise RestatedError(f"the options of the chapter head are not YAML ({error})", file=path) from None
    if not isinstance(options, dict):
        raise RestatedError("the chapter head has no options", file=path, remedy="give at least the question")
    options = {key: " ".join(str(value).split()) for key, value in options.items()}
    for key in options:
        if key not in ("question", *ROW):
            raise RestatedError("the chapter head does not know this option", file=path, field=key)
    wanted = ("question", *(ROW if "reference" in options else ()))
    for key in wanted:
        if not options.get(key):
            raise RestatedError("the chapter head does not say it", file=path, field=key)
    if "reference" in options and options["certainty"] not in CERTAINTIES:
        raise RestatedError(
            f"'{options['certainty']}' is no certainty", file=path, field="certainty", remedy=f"use one of {', '.join(CERTAINTIES)}"
        )
    title = _TITLE.search(text)
    plain = _PLAIN.search(text)
    return Head(
        path.stem, title[1].strip() if title else path.stem, answer=" ".join(found["answer"].split()),
        plain=plain["words"].strip() if plain else "", **options,
    )  # fmt: skip


def chapters() -> list[Head]:
    """The heads of all notebooks of the book, in the order of its table of contents."""
    from ..build import toc

    found = [read(paths.ROOT / f"{page}.md") for page in toc() if page.startswith("notebooks/")]
    return [head for head in found if head is not None]


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
    option_spec = dict.fromkeys(("question", *ROW), directives.unchanged)

    def run(self):
        self.assert_has_content()
        if "question" not in self.options:
            raise self.error("a chapter head needs its question")
        head = chapter_head()
        self.set_source_info(head)
        head += nodes.paragraph("", "", *self.inline(self.options["question"]), classes=["rs-question"])
        self.state.nested_parse(self.content, self.content_offset, head)
        if "certainty" in self.options:
            words = nodes.strong("", f"Certainty: {self.options['certainty']}.")
            because = self.inline(" " + self.options.get("because", "") + ".")
            head += nodes.paragraph("", "", words, nodes.Text(" Why: "), *because, classes=["rs-certainty"])
        return [head]


class PlainWords(SphinxDirective):
    """``{plain-words}``: what the chapter found, for a reader without technical words; the page of summaries repeats it."""

    has_content = True

    def run(self):
        self.assert_has_content()
        box = nodes.admonition(classes=["rs-plain"])
        self.set_source_info(box)
        box += nodes.title("", "In plain words")
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class AllPlainWords(Inline):
    """``{all-plain-words}``: the plain words of every chapter, in the order of the book."""

    def run(self):
        sections = []
        for head in chapters():
            self.env.note_dependency(str(paths.NOTEBOOKS / f"{head.page}.md"))
            if not head.plain:
                continue
            uri = f"{'../' * self.env.docname.count('/')}notebooks/{head.page}.html"
            section = nodes.section(ids=[f"plain-{head.page}"], names=[])
            section += nodes.title("", "", nodes.reference("", head.title, internal=True, refuri=uri))
            section += nodes.paragraph("", "", *self.inline(head.question), classes=["rs-asked"])
            self.state.nested_parse(StringList(head.plain.splitlines(), source=head.page), self.content_offset, section)
            if head.certainty:
                section += nodes.paragraph("", "", nodes.strong("", f"Certainty: {head.certainty}."))
            sections.append(section)
        return sections


def visit_chapter_head(self, node: chapter_head) -> None:
    """HTML visitor."""
    self.body.append('<div class="rs-head">\n')


def depart_chapter_head(self, node: chapter_head) -> None:
    """Close the head with the verdicts of the numbers this page recomputed."""
    page = self.builder.current_docname + ".html"
    count = entries.tally((r for r in entries.load().values() if r.get("page") == page), printed=False)
    items = "".join(f"<li>{n:,} {markup.verdict_badge(v)}</li>" for v, n in count.items() if n)
    if items:
        label = "Verdicts of the numbers restated on this page"
        items = f'<ul class="rs-strip" aria-label="{label}">{items}</ul>'
    self.body.append(f"{items}</div>\n")


def setup(app) -> None:
    """Register the node and the directives."""
    app.add_node(chapter_head, html=(visit_chapter_head, depart_chapter_head), **OTHERS)
    app.add_directive("chapter-head", ChapterHead)
    app.add_directive("plain-words", PlainWords)
    app.add_directive("all-plain-words", AllPlainWords)
