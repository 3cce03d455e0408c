"""The bibliography: one file, one key per work, checked before anything cites it.

pybtex and sphinxcontrib-bibtex drop a repeated key silently; the keys are therefore scanned here as well.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from pybtex.database import BibliographyData, Entry, parse_string
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from restated.errors import RestatedError
from restated_book import watch
from restated_book.paths import BIBLIOGRAPHY
from restated_book.sources import files

#: Fields without which an entry of the type cannot be formatted or found.
REQUIRED = {
    "article": ("author", "title", "journal", "year"),
    "book": ("author", "title", "publisher", "year"),
    "incollection": ("author", "title", "booktitle", "publisher", "year"),
    "inproceedings": ("author", "title", "booktitle", "year"),
    "mastersthesis": ("author", "title", "school", "year"),
    "misc": ("author", "title"),
    "phdthesis": ("author", "title", "school", "year"),
    "techreport": ("author", "title", "institution", "year"),
}

#: Fields that are not LaTeX: addresses.
AS_IT_IS = ("url", "doi")

_MARKUP = re.compile(r"[\\{}%$~^_#&]")
_COMMENT = re.compile(r"(?<!\\)%")
_ENTRY = re.compile(r"^[ \t]*@[ \t]*(\w+)[ \t]*[{(][ \t]*([^,\s}]*)", re.MULTILINE)
_NO_ENTRIES = ("comment", "preamble", "string")
_DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)
#: Suffix after the year in a key: a letter that distinguishes works, or "data" for the data set of a paper.
_SUFFIX = re.compile(r"(?:\d{4}|nd)(data|[a-z])$", re.ASCII)
#: A key becomes part of an address and of the ledger; BibTeX itself would let braces through.
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_:.+-]*")


class Bibliography(Mapping[str, Entry]):
    """Entries by key, in file order, with their lines in the file and the short labels the book prints."""

    def __init__(self, data: BibliographyData, lines: Mapping[str, int]) -> None:
        self.data, self.lines = data, lines
        self._short: dict[str, str] = {}

    def __getitem__(self, key: str) -> Entry:
        watch.works.add(key)
        if key not in self.lines:
            raise KeyError(key)
        return self.data.entries[key]

    def __iter__(self) -> Iterator[str]:
        watch.works.add(watch.EVERY)
        return iter(self.lines)

    def __len__(self) -> int:
        watch.works.add(watch.EVERY)
        return len(self.lines)

    def short(self, key: str) -> str:
        """Return the label of a work in running text; refuse an unknown key.

        One author: "Barone 2003"; two: "De Wolff & van IJzendoorn 1997"; more: "Verhage et al. 2016". A letter after
        the year in the key is kept ("Groh et al. 2017a"), "data" is added in brackets; a work without a year is "n.d.".
        """
        watch.works.add(key)
        if key not in self._short:
            self._short[key] = self._label(key)
        return self._short[key]

    def _label(self, key: str) -> str:
        if key not in self.lines:
            raise RestatedError(f"the bibliography has no key '{key}'", remedy="add the work or correct the key")
        entry = self.data.entries[key]
        people = entry.persons.get("author") or entry.persons.get("editor")
        names = [str(Text.from_latex(" ".join(p.prelast_names + p.last_names))) for p in people]
        few = len(names) == 1 or (len(names) == 2 and names[1] != "others")
        label = " & ".join(names) if few else f"{names[0]} et al."
        year, suffix = entry.fields.get("year"), _SUFFIX.search(key)
        letter = suffix[1] if suffix else ""
        if letter == "data":
            return f"{label} {year or 'n.d.'} (data)"
        return f"{label} {year}{letter}" if year else f"{label} n.d.{'-' if letter else ''}{letter}"


def keys(path: Path | str | None = None) -> dict[str, int]:
    """Return the keys of a BibTeX file and their lines, without parsing the entries; refuse a key that occurs twice, in
    whatever case."""
    path, text = _source(path)
    return _keys(text, path)


def _source(path: Path | str | None) -> tuple[Path, str]:
    """Return a file, by default that of the book, and its text; a book may have none."""
    path = BIBLIOGRAPHY if path is None else Path(path)
    with watch.own():
        return path, "" if path == BIBLIOGRAPHY and not path.exists() else files.text(path)


def _keys(text: str, path: Path) -> dict[str, int]:
    refuse = files.refuser(path)
    found: dict[str, int] = {}
    folded: dict[str, str] = {}
    line, position = 1, 0
    for match in _ENTRY.finditer(text):
        kind, key = match[1].lower(), match[2]
        if kind in _NO_ENTRIES:
            continue
        line, position = line + text.count("\n", position, match.start(1)), match.start(1)
        if not _KEY.fullmatch(key):
            refuse(f"'{key}' is not a key", "use letters, digits and hyphens, beginning with a letter", row=line)
        if first := folded.get(key.casefold()):
            spelt = f" as '{first}'" if first != key else ""
            message = f"the key '{key}' occurs already in line {found[first]}{spelt}"
            refuse(message, "keep one entry per work or rename one key", row=line)
        folded[key.casefold()] = key
        found[key] = line
    return found


def load(path: Path | str | None = None) -> Bibliography:
    """Read a BibTeX file, default ``references.bib``; refuse one with a syntax error or a key twice."""
    return _parsed(*_source(path))


@lru_cache(maxsize=2)
def _parsed(path: Path, text: str) -> Bibliography:
    refuse = files.refuser(path)
    found = _keys(text, path)
    try:
        data = parse_string(text, "bibtex")
    except PybtexError as error:
        fault = " ".join(re.sub(r"^.*?line \d+:\s*", "", str(error)).split())
        refuse(f"not readable as BibTeX ({fault})", "check braces and commas there", row=getattr(error, "lineno", None))
    for key in found:
        if key not in data.entries:
            refuse("the entry swallows or is swallowed by another", "close its braces", row=found[key], field=key)
    for key in data.entries:
        if key not in found:
            message = f"the entry '{key}' begins in the middle of a line, where its key is not looked at"
            refuse(message, "begin each entry on a line of its own", field=key)
    return Bibliography(data, found)


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield each text that is read as LaTeX with its field."""
    yield from ((field, text) for field, text in entry.fields.items() if field not in AS_IT_IS)
    for role, people in entry.persons.items():
        for p in people:
            parts = (p.first_names, p.middle_names, p.prelast_names, p.last_names, p.lineage_names)
            yield from ((role, text) for part in parts for text in (*part, " ".join(part)))


def _printable(text: str) -> bool:
    """Return whether LaTeX reads the whole of `text`: a percent sign would hide what follows it."""
    if not _MARKUP.search(text):
        return True
    try:
        Text.from_latex(text)
    except (PybtexError, ValueError, RecursionError):  # a ValueError: an accent on nothing
        return False
    return not _COMMENT.search(text)


def check(path: Path | str | None = None) -> Bibliography:
    """Read a BibTeX file, default ``references.bib``, and refuse what would print badly or count a work twice: as
    `load`; and an entry of an unknown type, without a required field, with a text that LaTeX does not read, or with a
    DOI that is not a bare DOI or belongs to another entry too."""
    bibliography, refuse = load(path), files.refuser(path or BIBLIOGRAPHY)
    owner: dict[str, str] = {}
    for key, entry in bibliography.items():
        row = bibliography.lines[key]
        if entry.type not in REQUIRED:
            remedy = f"use one of {', '.join(sorted(REQUIRED))}"
            refuse(f"'{key}' is of the unknown type '{entry.type}'", remedy, row=row)
        for field in REQUIRED[entry.type]:
            present = entry.persons.get("author") or entry.persons.get("editor") if field == "author" else None
            if not (present or entry.fields.get(field, "").strip()):
                refuse(f"'{key}' ({entry.type}) lacks the field", "fill it in", row=row, field=field)
        for field, text in _texts(entry):
            if not _printable(text):
                remedy = "write a percent sign as \\% and close every brace"
                refuse(f"'{text}' of '{key}' cannot be printed", remedy, row=row, field=field)
        doi = entry.fields.get("doi")
        if doi is None:
            continue
        if not _DOI.fullmatch(doi):
            refuse(f"'{doi}' of '{key}' is not a bare DOI", "write it as 10.1037/bul0000038", row=row, field="doi")
        if first := owner.get(doi.casefold()):
            message = f"'{key}' and '{first}' have the same DOI {doi}"
            refuse(message, "keep one entry per work", row=row, field="doi")
        owner[doi.casefold()] = key
    return bibliography
