"""Heads of chapters as they are written: the question, its answer in one sentence, and what the front page says of the finding.

A chapter's head is written once, at its top; the front page, the page of summaries and the evidence map read it from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from restated.errors import RestatedError
from restated_book import paths, provenance
from restated_book.chapters.toc import toc
from restated_book.sources import files, settings

#: What the head of a chapter on a finding must say beside question and answer: one row of the summary of findings.
ROW = ("reference", "short", "claim", "printed", "restated", "how", "verdict", "certainty", "because")

#: How sure the book is of a finding, in the words of GRADE.
CERTAINTIES = ("high", "moderate", "low", "very low")

_HEAD = re.compile(
    r"^(?P<fence>:{3,})\{chapter-head\}[ \t]*\n---\n(?P<options>.*?)\n---\n(?P<answer>.*?)\n(?P=fence)[ \t]*$",
    re.S | re.M,
)
_OPENING = re.compile(r"^:{3,}\{chapter-head\}", re.M)
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
        If an option is unknown or missing, a certainty is no word of :data:`CERTAINTIES`, the options are not YAML, or the head is
        not closed.
    """
    provenance.head(path)
    text = files.text(path)
    found = _HEAD.search(text)
    if found is None:
        if opening := _OPENING.search(text):
            raise RestatedError(
                "the chapter head is not complete",
                file=path,
                row=text.count("\n", 0, opening.start()) + 1,
                remedy="write options between two lines ---, then the answer, then the colons it began with",
            )
        return None
    if len(openings := list(_OPENING.finditer(text))) > 1:
        raise RestatedError(
            "the page has a second chapter head",
            file=path,
            row=text.count("\n", 0, openings[1].start()) + 1,
            remedy="keep one",
        )
    options = settings.parse(found["options"], path, first=text.count("\n", 0, found.start("options")) + 1)
    options = {key: "" if value is None else " ".join(str(value).split()) for key, value in options.items()}
    for key in options:
        if key not in ("question", *ROW):
            raise RestatedError(
                "the chapter head does not know this option",
                file=path,
                field=key,
                remedy=f"use {', '.join(('question', *ROW))}",
            )
    wanted = ("question", *(ROW if "reference" in options else ()))
    for key in wanted:
        if not options.get(key):
            raise RestatedError(
                "the chapter head does not say it", file=path, field=key, remedy="add it between the two lines ---"
            )
    if "reference" in options and options["certainty"] not in CERTAINTIES:
        raise RestatedError(
            f"'{options['certainty']}' is no certainty",
            file=path,
            field="certainty",
            remedy=f"use one of {', '.join(CERTAINTIES)}",
        )
    plain = _PLAIN.search(text)
    return Head(
        path.stem,
        title(path),
        answer=" ".join(found["answer"].split()),
        plain=plain["words"].strip() if plain else "",
        **options,
    )


def front_matter(path: Path, *, needed: bool = False) -> dict:
    """What stands between two lines ``---`` at the beginning of a page; nothing if it begins otherwise.

    Raises
    ------
    RestatedError
        It has no end, is no YAML, or is `needed`, as in notebooks, and not there.
    """
    text = files.text(path)
    if not text.startswith("---\n"):
        if needed:
            raise RestatedError(
                "the notebook has no front matter",
                file=path,
                row=1,
                remedy="begin it as the other notebooks, with two lines --- around it",
            )
        return {}
    front, closed, _ = text.removeprefix("---\n").partition("\n---\n")
    if not closed:
        raise RestatedError("the front matter has no end", file=path, row=1, remedy="put a line --- behind it")
    return settings.parse(front, path, first=2)


def title(path: Path) -> str:
    """The first heading of the page in `path`; its name if it has none."""
    provenance.head(path)
    found = _TITLE.search(files.text(path))
    return found[1].strip() if found else path.stem


def chapters() -> list[Head]:
    """The heads of all notebooks of the book, in the order of its table of contents."""
    found = [read(paths.ROOT / f"{page}.md") for page in toc() if page.startswith("notebooks/")]
    return [head for head in found if head is not None]
