"""Heads of chapters, written once at their top: the question, its answer in one sentence, the row of the finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from restated_book import config, paths, watch
from restated_book.chapters.toc import toc
from restated_book.sources import files, settings

_HEAD = re.compile(
    r"^(?P<fence>:{3,})\{chapter-head\}[ \t]*\n---\n(?P<options>.*?)\n---\n(?P<answer>.*?)\n(?P=fence)[ \t]*$",
    re.S | re.M,
)
_OPENING = re.compile(r"^:{3,}\{chapter-head\}", re.M)
_PLAIN = re.compile(r"^(?P<fence>:{3,})\{plain-words\}[ \t]*\n(?P<words>.*?)\n(?P=fence)[ \t]*$", re.S | re.M)
_TITLE = re.compile(r"^# (.+)$", re.M)
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#$|~^&]|^[-+%:=]|(?<=^\d)[.)]")


@dataclass(frozen=True)
class Head:
    """The head of one chapter; all texts are MyST. `row` has the options of :func:`row`, for a chapter on a finding."""

    page: str
    title: str
    question: str
    answer: str
    plain: str = ""
    row: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""  # reference the finding is from, its short name and its certainty; empty without a finding
    short: str = ""
    certainty: str = ""


def row() -> tuple[str, ...]:
    """Return the options a chapter on a finding needs besides its question: its row of the summary of findings."""
    findings = config.load().findings
    fields = ([*column["fields"], *column.get("more", ())] for column in findings.columns)
    shown = (name for names in fields for name in names if name != "answer")
    return tuple(dict.fromkeys(("reference", "short", "claim", *shown, "certainty", "because", *findings.use)))


def read(path: Path) -> Head | None:
    """Read the head of the chapter in `path`, None if it has none; refuse an incomplete one and unknown options."""
    watch.heads.add(str(path))
    with watch.own():
        text, refuse = files.text(path), files.refuser(path)
    found, openings = _HEAD.search(text), list(_OPENING.finditer(text))
    if found is None:
        if openings:
            remedy = "write options between two lines ---, then the answer, then the colons it began with"
            refuse("the chapter head is not complete", remedy, row=_line(text, openings[0].start()))
        return None
    if len(openings) > 1:
        refuse("the page has a second chapter head", "keep one", row=_line(text, openings[1].start()))
    given = settings.parse(found["options"], path, first=_line(text, found.start("options")))
    options = {key: "" if value is None else " ".join(str(value).split()) for key, value in given.items()}
    known = ("question", *row())
    for key in options:
        if key not in known:
            refuse("the chapter head does not know this option", f"use one of {', '.join(known)}", field=key)
    for key in known if "reference" in options else ("question", *["because"] * ("certainty" in options)):
        if not options.get(key):
            refuse("the chapter head lacks this option", "add it between the two lines ---", field=key)
    findings = config.load().findings
    for name, words in (("certainty", findings.certainties), ("checked", findings.checked)):
        if words and name in options and options[name] not in words:
            refuse(f"'{options[name]}' is not a word for {name}", f"use one of {', '.join(words)}", field=name)
    plain, question = _PLAIN.search(text), options.pop("question")
    answer = " ".join(found["answer"].split())
    about = (options.get(name, "") for name in ("reference", "short", "certainty"))
    simply = plain["words"].strip() if plain else ""
    return Head(path.stem, title(path), question, answer, simply, options, *about)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def front_matter(path: Path, *, needed: bool = False) -> dict:
    """Read the YAML between two lines ``---`` at the top of a page; refuse it without end, or missing if `needed`."""
    text, refuse = files.text(path), files.refuser(path)
    if not text.startswith("---\n"):
        if needed:
            refuse(
                "the notebook has no front matter", "begin it as other notebooks, with two lines --- around it", row=1
            )
        return {}
    front, closed, _ = text.removeprefix("---\n").partition("\n---\n")
    if not closed:
        refuse("the front matter has no end", "put a line --- after it", row=1)
    return settings.parse(front, path, first=2)


def title(path: Path) -> str:
    """Return the first heading of the page in `path`; its name if it has none."""
    watch.heads.add(str(path))
    with watch.own():
        found = _TITLE.search(files.text(path))
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", found[1].strip()) if found else path.stem


def escaped(text: str) -> str:
    """Return a text as MyST that shows exactly its characters."""
    return _MARKUP.sub(r"\\\g<0>", text)


def chapters() -> list[Head]:
    """Read the heads of all notebooks of the book, in the order of its table of contents."""
    found = [read(paths.ROOT / f"{page}.md") for page in toc() if page.startswith("notebooks/")]
    return [head for head in found if head is not None]
