"""Works as reference managers write them, in BibTeX or BibLaTeX, as the types, fields and names that pybtex prints."""

import calendar
import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from pybtex.bibtex.utils import split_name_list
from pybtex.bibtex.utils import split_tex_string as split
from pybtex.database import Entry, Person

from restated_book import paths
from restated_book.sources import latex

_TABLES = paths.tables(__file__)
#: The type of pybtex that prints works of a type of BibLaTeX, of a reference manager, or of BibTeX itself.
TYPES: dict[str, str] = {kind: printed for printed, kinds in _TABLES["types"].items() for kind in kinds}
#: Fields without which a work, of the type that is printed, cannot be formatted or found.
REQUIRED: dict[str, list[str]] = _TABLES["required"]
#: What a style of pybtex prints of any type; and addresses, which are not LaTeX.
PRINTED, ADDRESSES = _TABLES["printed"], _TABLES["addresses"]
_WORDS: dict[str, str] = _TABLES["words"]
_MONTH, _DATE, _ARXIV, _RESOLVER, _NEXT, _END = map(re.compile, _TABLES["of_fields"].values())
_PART, _EXTENDED, _SUFFIXED, _INITIALS, _PARTICLE, _BARE_INITIALS, _MARK = map(re.compile, _TABLES["of_names"].values())
_CAPITALS, _ACRONYM, _UNSPOKEN, _ENGLISH, _BEFORE = map(re.compile, _TABLES["of_titles"].values())

_MONTHS = {name.casefold(): name for name in calendar.month_name[1:]}
_MONTHS |= {name[:length].casefold(): name for name in _MONTHS.values() for length in (3, 4)}
_MONTHS |= {form: name for i, name in enumerate(calendar.month_name[1:], 1) for form in (str(i), f"{i:02}")}
_LINEAGE = re.compile(_TABLES["lineage"], re.I)
_GROUPS = re.compile(rf"^(?:{'|'.join(_TABLES['groups']['first'])}) |\b(?:{'|'.join(_TABLES['groups']['any'])})\b")
#: The same, and other words with a capital but the first of a subtitle, where common words have small letters.
_NAMES = re.compile(rf"{_CAPITALS.pattern}|(?<!: )\b[A-Z][^\W_]*")
#: A word of five letters or more that a title in headline style would begin with a capital.
_COMMON = re.compile(rf"(?<![\w'’\\-])(?!(?:{'|'.join(_TABLES['small'])})\b)[a-z]{{5,}}\b")
_DEEPEST = 20  #: Most parents of parents; BibTeX knows one

Report = Callable[..., None]


@dataclass
class Work:
    """A work as typed: fields by name in lower case, and the line of each."""

    key: str
    type: str
    row: int
    fields: dict[str, str] = dataclasses.field(default_factory=dict)
    rows: dict[str, int] = dataclasses.field(default_factory=dict)


def inherited(works: Mapping[str, Work], report: Report) -> Iterator[Work]:
    """Yield works with what they inherit by ``xdata`` and ``crossref``; `report` a missing parent."""
    done: dict[str, Work] = {}

    def complete(work: Work, heirs: tuple[str, ...]) -> Work:
        name = work.key.lower()
        if name in done:
            return done[name]
        fields, rows = dict(work.fields), dict(work.rows)
        for field in [field for field, text in fields.items() if re.match(r"\{?xdata\s*=", text)]:
            remedy, what = "write its text, or xdata = {...} for all fields of that entry", fields.pop(field)
            report(f"'{what}' of '{work.key}' refers to a single field", remedy, row=rows[field], field=field)
        for link in ("xdata", "crossref"):
            for key in filter(None, map(str.strip, work.fields.get(link, "").split(","))):
                parent, row = works.get(key.lower()), rows.get(link, work.row)
                if parent is None or parent.key.lower() in (*heirs, name) or len(heirs) > _DEEPEST:
                    what = "does not exist" if parent is None else "inherits from it, directly or through others"
                    remedy = "correct the key or add the entry"
                    report(f"'{work.key}' refers to '{key}', which {what}", remedy, row=row, field=link)
                    continue
                for field, text in _handed(complete(parent, (*heirs, name)), work, whole=link == "xdata"):
                    if not fields.get(field, "").strip(" {}"):
                        fields[field], rows[field] = text, row
        done[name] = Work(work.key, work.type, work.row, fields, rows)
        return done[name]

    yield from (complete(work, ()) for work in works.values())


def _handed(parent: Work, child: Work, *, whole: bool) -> Iterator[tuple[str, str]]:
    """Yield what a parent hands to its child: all of it (``xdata``), or what belongs to both."""
    if whole:
        yield from ((name, text) for name, text in parent.fields.items() if name not in ("xdata", "ids"))
        return
    part = child.type in _TABLES["parts"]
    yield from ((name, text) for name, text in parent.fields.items() if name not in _TABLES["own"])
    if part:
        yield from ((name, parent.fields[name]) for name in ("booktitle", "booksubtitle") if name in parent.fields)
        yield from ((f"book{n}", parent.fields[n]) for n in ("title", "subtitle") if n in parent.fields)
    elif child.type in ("article", "suppperiodical") and "title" in parent.fields:
        yield "journal", parent.fields["title"]
    elif child.type in ("book", "collection", "proceedings", "reference") and "title" in parent.fields:
        yield "maintitle", parent.fields["title"]
    for role in ("author", "editor"):
        # The authors of a collected volume are not those of a contribution.
        if role in parent.fields and (role == "editor" or not part or child.type == "inbook"):
            yield role, parent.fields[role]


def acronyms(works: Iterable[Work]) -> frozenset[str]:
    """Return the words in capitals of titles that have small letters, too."""
    titles = (_outside(work.fields.get("title", "")) for work in works)
    return frozenset(word for title in titles if re.search("[a-z]", title) for word in _ACRONYM.findall(title))


def _with_acronyms(title: str, known: Set[str]) -> str:
    """Put braces around what keeps its capitals: of a title in capitals, acronyms that are `known` or have no vowel."""
    mixed = any(map(str.islower, _outside(title)))

    def braced(m: re.Match[str]) -> str:
        word = m[0]
        if not m[1] and (mixed or word in known or _UNSPOKEN.fullmatch(word) or word == title.strip()):
            return f"{{{word}}}"
        return f"{{{word[0]}}}{word[1:]}" if not m[1] and _BEFORE.search(title, 0, m.start()) else word

    return (_NAMES if _COMMON.search(_outside(title)) else _CAPITALS).sub(braced, title)


def entry(work: Work, report: Report, acronyms: Set[str] = frozenset()) -> tuple[Entry, list[str]]:
    """Return a work of a known type as pybtex prints it, and warnings about its names; `report` names it cannot read.

    A field without text is absent; of a title in capitals, `acronyms` keep them; addresses lose escapes and resolver.
    """
    fields = {name: _END.sub("", text) for name, text in work.fields.items() if text.strip(' {}"')}
    kind = _kind(work.type, fields)
    for printed, names in (*_TABLES["names"].items(), *_TABLES["names_of"].get(kind, {}).items()):
        if source := next((name for name in names if name in fields), None) if printed not in fields else None:
            fields[printed] = fields.pop(source)
    for title, more in _TABLES["subtitles"].items():
        if title in fields and more in fields:
            mark = "" if fields[title].rstrip("} ")[-1:] in ("?", "!", ":", ".") else ":"
            fields[title] = f"{fields[title]}{mark} {fields[more]}"
    if "title" in fields and "titleaddon" in fields:
        fields["title"] = f"{fields['title']}. {{{fields['titleaddon']}}}"
    if "title" in fields:  # the styles print titles in lower case, which only English allows
        foreign = not _ENGLISH.match(fields.get("langid", fields.get("language", "en")).strip("{} "))
        fields["title"] = f"{{{fields['title']}}}" if foreign else _with_acronyms(fields["title"], acronyms)
    if not _dates(fields):
        remedy = "write it as 2010, 2010-05 or 2010-05-31, or give year and month"
        report(f"'{fields['date']}' of '{work.key}' is not a date", remedy, row=work.rows["date"], field="date")
    if not _MONTH.fullmatch(fields.get("month", "May")):
        row = work.rows.get("month", work.row)
        report(f"'{fields['month']}' of '{work.key}' is not a month", "write it as 5 or May", row=row, field="month")
    _numbers(fields)
    if kind == "article" and "volume" not in fields and "number" in fields:
        fields["volume"] = f"({fields.pop('number')})"  # printed only behind a volume
    if kind != "book":
        fields.pop("isbn", None)  # printed of books only, and Mendeley writes markup into others
    _addresses(fields)
    persons: dict[str, list[Person]] = {}
    warnings: list[str] = []
    for role in ("author", "editor"):
        if role in fields:
            place = {"row": work.rows.get(role, work.row), "field": role}
            persons[role], found = people(fields[role], lambda *said, place=place: report(*said, **place))
            warnings += [f"row {place['row']}, field '{role}': '{work.key}' has {words}" for words in found]
    if kind not in _TABLES["edited"] and "author" not in persons and "editor" in persons:
        persons["author"] = persons.pop("editor")
    if not persons and kind in ("manual", "misc", "techreport", "proceedings"):
        group = next((name for name in ("organization", "institution", "publisher") if name in fields), None)
        if group:
            persons["author"] = [Person(last=f"{{{fields[group]}}}")]
            if kind in ("manual", "misc"):
                del fields[group]
    version = f"Version {fields['version']}" if "version" in fields else ""
    if kind == "misc":
        names = ("type", "number", "eventtitle", "journal", "organization", "institution", "school", "publisher")
        words = (fields.get("howpublished"), version, *map(fields.get, names))
        fields["howpublished"] = ", ".join(dict.fromkeys(filter(None, words)))
    elif version and kind not in ("article", "unpublished"):
        fields["note"] = ". ".join(filter(None, (version, fields.get("note"))))
    made = Entry(kind, {name: text for name, text in fields.items() if name in PRINTED and text})
    made.persons.update(persons)
    return made, warnings


def _kind(given: str, fields: dict[str, str]) -> str:
    """Return the type of pybtex that prints a work of the type `given`, and spell out the kind of thesis or report."""
    kind = TYPES[given]
    if (word := fields.get("type", "")).casefold() in _WORDS:
        fields["type"] = _WORDS[word.casefold()]
    if kind == "inbook" and "booktitle" in fields:
        return "incollection"
    if kind == "unpublished" and "note" not in fields:
        fields.setdefault("howpublished", "Unpublished")
        return "misc"
    thesis = fields.get("type", "").casefold() if given in ("thesis", "mastersthesis") else ""
    if thesis in ("master's thesis", "masters thesis"):
        return "mastersthesis"
    # The style prints "Master's thesis" whatever the type says.
    return "phdthesis" if kind == "mastersthesis" and "type" in fields else kind


def _dates(fields: dict[str, str]) -> bool:
    """Fill year and month from the date of BibLaTeX, and spell out a month; return whether the date is one."""
    if "year" not in fields and "date" in fields:
        dates = [_DATE.fullmatch(part.strip()) for part in fields["date"].split("/")]
        first, last = dates[0], dates[-1]
        if len(dates) > 2 or first is None or (last is None and fields["date"].rpartition("/")[2].strip(" .")):
            fields["year"] = "n.d."
            return False
        to = last[1] if last is not None and last[1] != first[1] else ""
        fields["year"] = f"{first[1]}–{to}" if to else first[1]
        if first[2] in _MONTHS and not to:
            fields.setdefault("month", first[2])
    if "year" not in fields and "pubstate" in fields:
        fields["year"] = _WORDS.get(fields["pubstate"], fields["pubstate"])
    with suppress(latex.Unprintable, KeyError):  # the check will say so
        fields["year"] = latex.plain(fields["year"]).strip()
    if "month" in fields:
        parts = re.split(r"\s*(?:-+|[–—/])\s*", fields["month"].strip("{} "))
        fields["month"] = "–".join(_MONTHS.get(part.strip(". ").casefold(), part) for part in parts)
        if "year" not in fields:
            del fields["month"]
    return True


def _numbers(fields: dict[str, str]) -> None:
    """Write pages and edition as the styles expect them, and leave out numbers of other archives."""
    if "pages" in fields:
        pages = re.sub(r"^\{?(?:pp?|pages?|S)\b[.~\s]*|^n/?a$", "", fields["pages"], flags=re.IGNORECASE)
        fields["pages"] = re.sub(r"\s*(?:[-‐‑‒–—−]|\\text(?:en|em)dash(?:\{\})?)+\s*", "--", pages).rstrip("- ")
    for field, words in _TABLES["said"].items():
        if field in fields:  # the styles print the word themselves
            fields[field] = re.sub(rf"^\{{?(?:{words})\b[.~\s]*(?=\w)", "", fields[field], flags=re.IGNORECASE)
    if fields.get("volume", "").endswith(f"({fields.get('number')})"):
        del fields["number"]
    if "edition" in fields:
        edition = re.sub(r"[\s~]*\b(?:edition|edn?\.?|aufl(?:age|\.)?)\s*$", "", fields["edition"], flags=re.IGNORECASE)
        edition = re.sub(r"^(\d+)\.$", r"\1", edition)
        ending = {"1": "st", "2": "nd", "3": "rd"}.get(edition[-1:] if edition[-2:-1] != "1" else "", "th")
        fields["edition"] = f"{int(edition)}{ending}" if edition.isdigit() else edition
    # The styles print every number of an archive as one of arXiv.
    archive = fields.get("eprinttype", fields.get("archiveprefix", "arxiv")).casefold()
    if (found := _ARXIV.fullmatch(fields.pop("eprint", ""))) and archive == "arxiv":
        fields["eprint"] = found[1]
    if not fields.get("pubmed", "").isdigit():
        fields.pop("pubmed", None)


def _addresses(fields: dict[str, str]) -> None:
    for name in ("doi", "url"):
        if name not in fields:
            continue
        with suppress(latex.Unprintable):  # the check will refuse it
            if name == "url":  # Mendeley writes all addresses of a work into one field; the first is its own
                fields[name] = _NEXT.split(fields[name].strip())[0]
            text = re.sub(r"^(?:\\url\s*\{(.*)\}|<(.*)>)$", r"\1\2", fields[name])
            fields[name] = latex.address(text).strip()
        if name == "doi":
            fields[name] = bare_doi(fields[name])


def bare_doi(text: str) -> str:
    """Return a DOI without its resolver and the escapes of its address."""
    return unquote(_RESOLVER.sub("", text, count=1) if _RESOLVER.match(text) else text)


def people(text: str, report: Report) -> tuple[list[Person], list[str]]:
    """Return names in Unicode, in their braces, with warnings; `report` what cannot be a name."""
    try:
        text = latex.unaccented(text)
    except latex.Unprintable as error:
        report(f"'{text}' cannot be printed ({error})", error.remedy)
        return [], []
    found: list[Person] = []
    warnings: list[str] = []
    for name in split_name_list(text):
        parts = [part.strip() for part in split(name, ",")]
        if len(parts) < 3 and (suffixed := _SUFFIXED.fullmatch(name)):
            groups = (1, 2, 3) if suffixed[1] else (4, 6, 5) if suffixed[4] else (8, 7, 9)
            parts = [*suffixed.group(*groups)]
        if len(parts) == 3 and _LINEAGE.fullmatch(parts[2]) and not _LINEAGE.fullmatch(parts[1]):  # King, Martin, Jr.
            parts[1:] = parts[:0:-1]
            name = ", ".join(parts)
        if _EXTENDED.match(name):
            person = _extended(name, report)
        elif len(parts) > 3:
            report(f"'{name}' has more commas than a name", "separate authors by ' and ', not by commas or semicolons")
            continue
        elif not all(parts) or not parts or re.search(r"^and\b|\band$|„", name, re.IGNORECASE):
            report(f"'{name}' is only a part of a name", "write Family, Given, and separate authors by one ' and '")
            continue
        elif name.strip("{}").casefold() == "others":
            person = Person("others")
        elif re.search(r"\bet\.? al\b", name) or re.search(r"\bothers\b", _outside(name), re.IGNORECASE):
            report(f"'{name}' would print as a name", "write 'and others' for further authors")
            continue
        elif re.search(r"\s\\?&\s", _outside(name)):
            report(f"'{name}' are several names", "separate authors by ' and ', or put the name of a group in braces")
            continue
        else:
            person = Person(name)
            warnings += _doubts(name, _outside(name), parts)
        if person is not None and not any(map(str.isalnum, latex.plain(" ".join(person.last_names)))):
            report(f"'{name}' has no family name", "write Family, Given, or leave it out")
        elif person is not None:
            found.append(person)
    if any(person.last_names == ["others"] for person in (found[:1] + found[:-1])):
        report(f"'others' are not the last of '{text}'", "write 'and others' after all names that you give")
    return found, warnings


def _outside(name: str) -> str:
    while (less := re.sub(r"\{[^{}]*\}", "", name)) != name:
        name = less
    return name


def _doubts(name: str, outside: str, parts: list[str]) -> Iterator[str]:
    """Yield what a name looks like that is not read as one is meant to be."""
    if ";" in outside:
        yield f"'{name}' as one name; separate authors by ' and ', not by semicolons"
    elif len(parts) == 3 and not _LINEAGE.fullmatch(parts[1]):
        yield f"'{parts[1]}' as suffix of '{parts[0]}'; separate authors by ' and ', not by commas"
    elif len(parts) == 2 and all(_INITIALS.fullmatch(part) for part in parts):
        yield f"'{name}' as one name; separate authors by ' and ', not by commas"
    elif len(parts) == 1 and (_BARE_INITIALS.fullmatch(name) or _PARTICLE.search(name)):
        yield f"'{name}' with the family name '{Person(name).last_names[-1]}'; write Family, Given"
    elif mark := _MARK.search(outside):
        yield f"'{mark[0]}' in the name '{name}'; leave out what does not belong to it"
    elif _GROUPS.search(outside) and " " in parts[0]:
        yield f"'{name}' as a person; put the name of a group in braces: {{{{{name}}}}}"


def _extended(name: str, report: Report) -> Person | None:
    given, at = {}, 0
    while at < len(name) and (part := _PART.match(name, at)):
        given[part[1].casefold()] = part[2].strip('"')
        at = part.end()
    known = {"family", "given", "prefix", "suffix", "useprefix", "juniorcomma", "nametype"}
    if at < len(name) or not given.get("family") or {n.removesuffix("-i") for n in given} - known:
        report(f"'{name}' is not a name given by its parts", "write it as: van IJzendoorn, Marinus H.")
        return None
    first, prefix, suffix = (given.get(n, "") for n in ("given", "prefix", "suffix"))
    return Person(first=first, prelast=prefix, last=given["family"], lineage=suffix)
