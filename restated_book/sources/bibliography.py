"""The bibliography: one file, one key per work, checked here since pybtex drops a repeated key silently."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import shorten
from urllib.parse import quote

from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
from pybtex.richtext import Text
from pybtex.scanner import PybtexSyntaxError
from pybtex.utils import CaseInsensitiveDict

from restated import errors
from restated.errors import RestatedError, together
from restated_book import paths, watch
from restated_book.paths import BIBLIOGRAPHY
from restated_book.sources import biblatex, files, latex, styles  # noqa: F401  (changes the styles of pybtex)

# The styles of pybtex read every text by this function; its own leaves commands, maths and tags on the page.
Text.from_latex = latex.rich
REQUIRED = biblatex.REQUIRED  #: Fields without which a work, of the type that is printed, cannot be formatted or found

_ENTRY, _LIGATURES, _SIMPLE, _DOI, _URL, _YEAR, _SUFFIX, _KEY = map(re.compile, paths.tables(__file__).values())
_NO_ENTRIES = ("comment", "preamble", "string", "xdata")
LONG = 80  #: Most characters of a text that a message repeats


class Bibliography(Mapping[str, Entry]):
    """Entries by key, in file order, with lines, short labels, and `warnings` of what may not be read as meant."""

    def __init__(self, data: BibliographyData, lines: Mapping[str, int]) -> None:
        self.data, self.lines = data, lines
        self.rows: dict[str, Mapping[str, int]] = {}
        self.warnings: list[str] = []
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
        """Return the label of a work in text: "Barone 2003", "De Wolff & van IJzendoorn 1997", "Verhage et al. 2016".

        A letter after the year in the key is kept, "data" is added in brackets; a work without a year is "n.d.".
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
        names = [surname(p) for p in people]
        few = len(names) == 1 or (len(names) == 2 and names[1] != "others")
        label = " & ".join(names) if few else f"{names[0]} et al."
        year, suffix = entry.fields.get("year"), _SUFFIX.search(key)
        letter = suffix[1] if suffix else ""
        if letter == "data":
            return f"{label} {year or 'n.d.'} (data)"
        return f"{label} {year}{letter}" if year else f"{label} n.d.{'-' if letter else ''}{letter}"


def surname(person: Person) -> str:
    """Return the family name of a person with its particle, or the name of a group, as plain text."""
    return latex.plain(" ".join(person.prelast_names + person.last_names))


def doi_address(doi: str) -> str:
    """Return the address of a DOI; what would end or change it there is escaped."""
    return "https://doi.org/" + quote(doi, safe="/:;()<>[],.@!$&'*+=~_-")


def is_doi(text: str) -> bool:
    """Return whether a text is a bare DOI, long or short."""
    return _DOI.fullmatch(text) is not None


class _Faults:
    """Faults of a file, collected in one reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[RestatedError] = []

    def __call__(self, message: str, remedy: str, *, row: int | None = None, field: str | None = None) -> None:
        self.found.append(RestatedError(message, file=self.path, row=row, field=field, remedy=remedy))

    def end(self) -> None:
        """Raise what was found, in the order of the lines."""
        if self.found:
            raise together(sorted(self.found, key=lambda fault: fault.row or 0), self.path) from None


class _Scanner(LowLevelParser):
    """The parser of pybtex; it notes the lines of fields, and goes on after a fault where the next entry begins."""

    pos: int

    def __init__(self, text: str, report: _Faults) -> None:
        super().__init__(text, macros=CaseInsensitiveDict(month_names), handle_error=self.fault)
        self.report, self.broken = report, False
        self.rows: dict[tuple[int, str], list[int]] = {}

    def parse_command(self):
        self.broken, self.row = False, self.lineno
        return super().parse_command()

    def parse_field(self) -> None:
        self.eat_whitespace()
        row = self.lineno
        super().parse_field()
        if self.current_field_name:
            self.rows.setdefault((self.command_start, self.current_field_name.lower()), []).append(row)

    def parse_value_part(self) -> str:
        if simple := _SIMPLE.match(self.text, self.pos):
            self.pos = simple.end()
            self.update_lineno(simple[0])
            return simple[1]
        return super().parse_value_part()

    def fault(self, error: PybtexSyntaxError) -> None:
        """Note a fault; all but an undefined abbreviation end the entry."""
        key, place = self.current_entry_key, {"row": error.lineno, "field": self.current_field_name}
        whose = f" in '{key}'" if key else ""
        if isinstance(error, UndefinedMacro):
            name = str(error).rpartition(": ")[2]
            message = f"not readable as BibTeX ('{name}'{whose} is an undefined string)"
            self.report(message, "put its text in braces or define it with @string", **place)
            return
        text = " ".join(re.sub(r"^.*?line \d+:\s*", "", str(error)).split())
        self.report(f"not readable as BibTeX ({text}{whose})", "check braces and commas there", **place)
        self.broken = True
        following = _ENTRY.search(self.text, self.command_start + 1)
        self.pos = following.start() if following else self.end_pos
        self.lineno = self.text.count("\n", 0, self.pos) + 1


def keys(path: Path | str | None = None) -> dict[str, int]:
    """Return the keys of a BibTeX file and their lines, without parsing entries; refuse one that occurs twice."""
    path, text = _source(path)
    report = _Faults(path)
    found = _keys(text, report)
    report.end()
    return found


def _source(path: Path | str | None) -> tuple[Path, str]:
    """Return a file, by default that of the book, and its text; a book may have none."""
    path = BIBLIOGRAPHY if path is None else Path(path)
    with watch.own():
        return path, "" if path == BIBLIOGRAPHY and not path.exists() else files.text(path)


def _keys(text: str, report: _Faults) -> dict[str, int]:
    found: dict[str, int] = {}
    folded: dict[str, str] = {}
    line, position = 1, 0
    for match in _ENTRY.finditer(text):
        kind, key = match[1].lower(), match[2]
        if kind in _NO_ENTRIES:
            continue
        line, position = line + text.count("\n", position, match.start(1)), match.start(1)
        if not _KEY.fullmatch(key):
            report(f"'{key}' is not a key", "use letters a to z, digits and hyphens, beginning with a letter", row=line)
        elif first := folded.get(key.casefold()):
            spelt = f" as '{first}'" if first != key else ""
            message = f"the key '{key}' occurs already in line {found[first]}{spelt}"
            report(message, "keep one entry per work or rename one key", row=line)
        else:
            folded[key.casefold()] = key
            found[key] = line
    return found


def load(path: Path | str | None = None) -> Bibliography:
    """Read a BibTeX file, default ``references.bib``; refuse what cannot be read, in one error for all faults."""
    path, text = _source(path)
    bibliography, report = _parsed(path, text)
    report.end()
    return bibliography


@lru_cache(maxsize=2)
def _parsed(path: Path, text: str) -> tuple[Bibliography, _Faults]:
    report = _Faults(path)
    found = _keys(text, report)
    works, seen = _works(text, found, report)
    for key in found.keys() - seen:
        report("the entry swallows or is swallowed by another", "close its braces", row=found[key], field=key)
    bibliography = Bibliography(BibliographyData(), found)
    acronyms = biblatex.acronyms(works.values())
    for work in biblatex.inherited(works, report):
        if work.type == "xdata":
            continue
        if work.type not in biblatex.TYPES:
            remedy = f"use one of {', '.join(sorted(biblatex.TYPES))}"
            report(f"'{work.key}' is of the unknown type '{work.type}'", remedy, row=work.row)
            continue
        entry, warnings = biblatex.entry(work, report, acronyms)
        bibliography.data.add_entry(work.key, entry)
        bibliography.rows[work.key] = work.rows
        bibliography.warnings += [f"{errors.show_file(path)}, {words}" for words in warnings]
    return bibliography, report


def _works(text: str, found: Mapping[str, int], report: _Faults) -> tuple[dict[str, biblatex.Work], set[str]]:
    """Return the works of a text by key in lower case, and all keys that were read, of broken entries, too."""
    works: dict[str, biblatex.Work] = {}
    seen: set[str] = set()
    scanner = _Scanner(text, report)
    for command, body in scanner:
        kind = command.lower()
        if kind in ("string", "preamble") or body[0] is None:
            continue
        key, fields = body
        seen.add(key)
        if scanner.broken or key.lower() in works:
            continue
        if key not in found and kind != "xdata" and _KEY.fullmatch(key):
            message = f"the entry '{key}' begins in the middle of a line, where its key is not looked at"
            report(message, "begin each entry on a line of its own, or remove it", row=scanner.row, field=key)
            continue
        works[key.lower()] = work = biblatex.Work(key, kind, found.get(key, scanner.row))
        for name, parts in fields:
            name = name.lower()
            row = scanner.rows[scanner.command_start, name][name in work.fields]
            if name in work.fields:
                report(f"'{key}' has the field twice", "keep one of them", row=row, field=name)
                continue
            text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), "".join(parts))
            work.fields[name], work.rows[name] = " ".join(text.split()), row
    return works, seen


def check(path: Path | str | None = None) -> Bibliography:
    """Read a BibTeX file as `load` does; also refuse missing fields, misprints, and wrong or double addresses."""
    path, text = _source(path)
    bibliography, read = _parsed(path, text)
    report = _Faults(path)
    report.found += read.found
    known = {(fault.row, fault.field) for fault in read.found}
    owner: dict[str, str] = {}
    for key, entry in bibliography.data.entries.items():
        rows, row = bibliography.rows[key], bibliography.lines.get(key)
        for field, message, remedy in (*_missing(key, entry), *_misprints(key, entry), *_addresses(key, entry, owner)):
            place = rows.get(field, row)
            if (place, field) not in known:  # a name that cannot be read is not missing, too
                report(message, remedy, row=place, field=field)
    report.end()
    return bibliography


def _missing(key: str, entry: Entry) -> Iterator[tuple[str, str, str]]:
    for field in REQUIRED[entry.type]:
        if not (entry.persons if field == "author" else entry.fields.get(field)):
            yield field, f"'{key}' ({entry.type}) lacks the field", "fill it in"
    year = entry.fields.get("year", "")
    if any(map(str.isdigit, year)) and not _YEAR.search(year):
        yield "year", f"'{year}' of '{key}' is not a year", "write it as 2010, or in words such as in press"


def _misprints(key: str, entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Yield the same of each text that would not print as it is meant."""
    texts = [(field, text) for field, text in entry.fields.items() if field not in biblatex.ADDRESSES]
    for role, people in entry.persons.items():
        for p in people:
            parts = (p.first_names, p.middle_names, p.prelast_names, p.last_names, p.lineage_names)
            texts += [(role, text) for part in parts for text in part]
    for field, text in texts:
        try:
            latex.rich(text)
        except latex.Unprintable as error:
            yield field, f"'{shorten(text, LONG)}' of '{key}' cannot be printed ({error})", error.remedy


def _addresses(key: str, entry: Entry, owner: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the same of a URL or DOI that leads nowhere, and of a DOI in `owner`: those of entries before."""
    url, doi = entry.fields.get("url"), entry.fields.get("doi")
    if url and not _URL.fullmatch(url):
        remedy = "write it with https://, without blanks and without a full stop at its end"
        yield "url", f"'{shorten(url, LONG)}' of '{key}' is not a web address", remedy
    if doi is None:
        return
    if not is_doi(doi):
        bare = re.search(rf"({_DOI.pattern[5:]})\W*$", doi, _DOI.flags)  # without its (?ai)
        remedy = f"write it as {bare[1]}" if bare else "write it like 10.1037/bul0000038"
        yield "doi", f"'{shorten(doi, LONG)}' of '{key}' is not a bare DOI", remedy
    elif first := owner.get(doi.casefold()):
        yield "doi", f"'{key}' and '{first}' have the same DOI {doi}", "keep one entry per work"
    owner.setdefault(doi.casefold(), key)
