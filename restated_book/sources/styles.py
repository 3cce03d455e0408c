"""Templates of pybtex with what its styles leave out: a volume without pages, a single page, editors and notes."""

import re

from pybtex.database import Entry
from pybtex.style import template
from pybtex.style.formatting.unsrt import Style, pages
from pybtex.style.template import Node, field, join, optional, sentence, words

_SEVERAL = re.compile(r"[-–,;&+]|\d\s*ff?\b|\band\b")
_ARTICLE = re.compile(r"\{?(?:[eE]?\d{5}|e\d|[A-Z]{2,}\d{4})")


def _pages(entry: Entry, of=words) -> Node:
    """Return the template of pages, of a single one or of the number of an article, with their word."""
    text = entry.fields.get("pages", "")
    return optional[of["pages" if _SEVERAL.search(text) else "article" if _ARTICLE.match(text) else "page", pages]]


def _whole(kind: str, usual):
    """Change the template of a type into one that prints all that a work has."""

    def whole(self: Style, entry: Entry) -> Node:
        made = usual(self, entry)
        if kind == "article":
            number = join[field("volume"), optional["(", field("number"), ")"], optional[":", pages]]
            made.children[2].children[1] = template.first_of[optional[number], _pages(entry)]
        elif kind == "inproceedings":
            made.children[2].children[1].children[-1] = _pages(entry)
        elif kind == "incollection":
            made.children.insert(-1, sentence[template.optional_field("note")])
        elif entry.persons.get("author") and entry.persons.get("editor"):
            editors = template.names("editor", sep=", ", sep2=" and ", last_sep=", and ")
            made.children.insert(2, sentence[words["Edited by", editors]])
        return made

    return whole


Style.format_chapter_and_pages = lambda _, entry: join(sep=", ")[
    optional[template.together["chapter", field("chapter")]], _pages(entry, template.together)
]
for _name in (f"get_{_kind}_template" for _kind in ("article", "book", "inbook", "incollection", "inproceedings")):
    setattr(Style, _name, _whole(_name.split("_")[1], getattr(Style, _name)))
