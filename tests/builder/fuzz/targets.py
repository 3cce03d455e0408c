"""Targets of the fuzzer: each reads bytes as one of the parsers would, and raises nothing but :class:`RestatedError`.

A target also asserts what must hold of accepted input: intervals in the right order, text escaped.
"""

from __future__ import annotations

import argparse
import atexit
import csv
import io
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from unittest import mock

from lxml import html

from restated import errors, printed
from restated_book import add, claims, config, entries, paths, register, studies
from restated_book.build import rerun
from restated_book.chapters import frame, glossary, heads, prose
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.export import notebook, tables
from restated_book.sources import bibliography, dictionary, files, settings
from restated_book.sources.cells import FORMULA_STARTS, NUMBER
from restated_book.sphinx import markup
from review.findings.cohort import original
from tests.builder import books
from tests.printing import contains, interval

#: Target by name; filled by :func:`target`.
TARGETS: dict[str, Callable[[bytes], None]] = {}

#: Tables of studies with rules of their own, each of which reads the same bytes.
STUDIES = tuple(name for name, resource in dictionary.load().items() if resource.rules)
#: Tables of claims, by the first byte.
CLAIMS = ("claims", "checks", "inconsistencies", "sources", "programmes", "places", "timeline")


def target(read: Callable[[bytes], None]) -> Callable[[bytes], None]:
    TARGETS[read.__name__] = read
    return read


@cache
def room() -> Path:
    """A folder that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def put(name: str, data: bytes) -> Path:
    """`data` as a file of the room."""
    file = room() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def lossy(data: bytes) -> str:
    """Any bytes as text."""
    return data.decode("utf-8", errors="replace")


#: The data dictionary, read once: it is a target of its own.
described = cache(dictionary.load)
#: The bibliography likewise.
works = cache(bibliography.load)


@target
def text(data: bytes) -> None:
    read = files.decoded(data, "file")
    assert "\r" not in read and "\0" not in read and read.strip()


@target
def json(data: bytes) -> None:
    files.json(put("file.json", data))


@target
def number(data: bytes) -> None:
    for exact, decimal in ((False, None), (True, None), (False, ","), (True, ",")):
        found = printed.parse_number(lossy(data), exact=exact, decimal=decimal)
        low, high = interval(lossy(data), exact=exact)
        assert low <= high
        if found.value is not None:
            assert contains(found, found.value)
        if found.kind == "rounded":
            assert contains(found.cut_off(), found.value)


@target
def published(data: bytes) -> None:
    """A file of the register."""
    file = put("register/transmission.csv", data)
    for row in register.load(file.parent, bibliography={"verhage2016"}).values():
        assert not row.low > row.high
        assert "\n" not in row.id


@target
def bibtex(data: bytes) -> None:
    file = put("references.bib", data)
    found = bibliography.check(file)
    assert list(found) == list(bibliography.keys(file))
    for key in found:
        found.short(key)


@target
def table(data: bytes) -> None:
    """A table as any program saves it; as its description promises it, it holds the same."""
    file = put("tables/table.csv", data)
    header, rows = dictionary.read_table(file)
    assert header and all(name.strip() for name in header) and len(set(header)) == len(header)
    assert [number for number, _ in rows] == list(range(2, len(rows) + 2))
    assert all("".join(row.values()).strip() for _, row in rows)
    plain = dictionary.plain(file)
    # A name that holds a mark may look like several where it is the only one.
    if isinstance(plain, bytes) and not any(mark in name for name in header for mark in dictionary.MARKS):
        assert dictionary.read_table(put("tables/plain.csv", plain)) == (header, rows)


@target
def added(data: bytes) -> None:
    """Arguments of ``restated add``, one a line: what is refused changes nothing, what is added passes the checks."""
    book = room() / "book"
    shutil.rmtree(book, ignore_errors=True)
    put("book/references.bib", b"@misc{known,\n  author = {A},\n  title = {T},\n  year = {2014},\n}\n")
    places = {"ROOT": book, "DATA": book / "data", "PUBLISHED": book / "data" / "published"}
    with (
        mock.patch.multiple(paths, **places, BIBLIOGRAPHY=book / "references.bib"),
        mock.patch.object(config, "load", config.Config),
        mock.patch("sys.stdin", None),
    ):
        _add("finding", "known", "--title=t", "--description=d")
        before = books.tree(book)
        try:
            _add(*lossy(data).split("\n"))
        except errors.RestatedError:
            assert books.tree(book) == before
            raise
        after = books.tree(book)
        assert all(name in after and len(after[name]) >= len(raw) for name, raw in before.items())
        dictionary.check(paths.DATA)


def _add(*arguments: str) -> None:
    """Run a command; what is no command is refused like the rest."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    add.options(parser)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            args = parser.parse_args(arguments)
        except (argparse.ArgumentError, SystemExit):
            raise errors.RestatedError("not a command") from None
    add.add(args)


@target
def study(data: bytes) -> None:
    """A table of studies that a reader has put among the originals."""
    fits = 0
    with mock.patch.object(paths, "ORIGINALS", room() / "originals"), mock.patch.object(dictionary, "load", described):
        for name in STUDIES:
            file = put(f"originals/{name}.csv", data)
            try:
                studies.load(name)
                fits += 1
            except errors.RestatedError as error:
                fault = error
            file.unlink()
    if not fits:
        raise fault


@target
def children(data: bytes) -> None:
    """The table of children that a reader has put among the originals."""
    put("children/cohort-children.csv", data)
    with mock.patch.object(paths, "ORIGINALS", room() / "children"):
        found = original.load()
    assert len(found.children) == len(found.y) <= found.rows


@target
def claim(data: bytes) -> None:
    """A table of claims beside the others, which are those of the book."""
    folder = room() / "data" / "claims"
    if not folder.exists():
        shutil.copytree(paths.DATA / "claims", folder)
    name = CLAIMS[(data[0] if data else 0) % len(CLAIMS)]
    file = put(f"data/claims/{name}.csv", data[1:])
    claims._table.cache_clear()
    try:
        with mock.patch.object(paths, "DATA", room() / "data"), mock.patch.object(dictionary, "load", described):
            claims.check(*known())
    finally:
        claims._table.cache_clear()
        shutil.copy(paths.DATA / "claims" / file.name, file)


@cache
def known() -> tuple[frozenset, frozenset, frozenset]:
    """What claims may name: printed numbers, works and chapters."""
    pages = (page.removeprefix("notebooks/") for page in toc())
    return frozenset(register.load()), frozenset(works()), frozenset(pages)


@target
def description(data: bytes) -> None:
    """A data package, and a table read by it."""
    file = put("package/datapackage.json", data)
    table = put("package/table.csv", b"a,b\nx,1\ny,2.5\n,\n")
    for resource in dictionary.load(file).values():
        dictionary.validate(table, resource)


@target
def yaml(data: bytes) -> None:
    settings.parse(lossy(data), Path("_config.yml"))


@target
def contents(data: bytes) -> None:
    """The table of contents."""
    put("_toc.yml", data)
    for name in ("book/index", "notebooks/small", "outside"):
        put(f"{name}.md", b"# Page\n")
    with mock.patch.object(paths, "ROOT", room()):
        assert all((room() / f"{page}.md").resolve().is_relative_to(room().resolve()) for page in toc())


@target
def cited(data: bytes) -> None:
    """`CITATION.cff` and `_config.yml`, parted by a line of its own."""
    first, _, second = data.partition(b"\n#####\n")
    put("cited/CITATION.cff", first)
    put("cited/_config.yml", second)
    about = citation.about(room() / "cited")
    assert about.title and about.byline and all(isinstance(k, str) for k in about.keywords)


@target
def head(data: bytes) -> None:
    page = put("head.md", data)
    heads.title(page)
    if (found := heads.read(page)) is not None:
        assert found.question and "\n" not in found.answer


@target
def chapter(data: bytes) -> None:
    """The frame of a chapter, and its prose."""
    page = lossy(data)
    if found := frame.fault(page):
        assert 1 <= found[0] <= page.count("\n") + 1
    lines = [line for line, _ in prose.typed_numbers(page)]
    assert lines == sorted(lines)
    prose.open_block(page)


@target
def terms(data: bytes) -> None:
    """The glossary."""
    assert all(names and explanation for names, explanation in glossary.parse(lossy(data)).items())


@target
def numbers(data: bytes) -> None:
    """What the zip of a chapter compares with."""
    _, records = rerun.expected(put("expected.json", data))
    rerun.compare(records, records[1:])


@target
def ledger(data: bytes) -> None:
    """The rows that pages print numbers from."""
    file = put("entries.json", data)
    entries._load.cache_clear()
    for row in entries.load(file).values():
        assert row["verdict"] in entries.VERDICTS


#: Tags and attributes that a number in a text is made of.
_TAGS, _ATTRIBUTES = {"span", "a", "div"}, {"class", "href", "id", "role", "aria-hidden", "aria-describedby"}


@target
def marks(data: bytes) -> None:
    """A number with its tooltip, of a row whose texts are the lines of `data`."""
    said = (lossy(data).split("\n") + [""] * 8)[:8]
    row = dict(
        zip(
            ("id", "quantity", "published_text", "study", "locator", "reason", "ci_text", "restated_text"),
            said,
            strict=True,
        )
    )
    row |= {
        "grade": "P",
        "verdict": "differs",
        "basis": said[0],
        "interval_text": said[1],
        "interval_kind": said[2],
        "source_key": said[3],
        "status": "printed",
    }
    made = markup.number("published", row, said[2], href=f"#{said[0]}", tip_id=said[1])
    made += markup.parts("tables").tasks(said[3], [], [])
    made += markup.parts("markup").select("x", said[4], [(said[5], said[6])])
    # The parser of lxml does not take every character that a browser takes.
    clean = "".join(c for c in made if c.isprintable() or c in "\n\t")
    found = {(e.tag, *e.attrib) for e in html.fragment_fromstring(clean, create_parent="div").iter()}
    extra = {"table", "caption", "thead", "tbody", "tr", "label", "select", "option"}
    assert {tag for tag, *_ in found} <= _TAGS | extra, found
    assert {name for _, *names in found for name in names} <= _ATTRIBUTES | {
        "tabindex",
        "aria-label",
        "for",
        "value",
        "data-filter",
    }, found


@target
def cells(data: bytes) -> None:
    """Texts in a table to download: what is read back is no formula."""
    texts = lossy(data).split("\x1f")
    table = tables.Table("table", "t", "caption", "status", ["text"], [[t] for t in texts])
    body = list(csv.reader(io.StringIO(tables.as_csv(table), newline="")))[1:]
    for read in (row[0] if row else "" for row in body):
        assert not read.startswith(FORMULA_STARTS) or NUMBER.fullmatch(read)


@target
def blocks(data: bytes) -> None:
    """A chapter whose head can be read, as it is written into the notebook to download."""
    page = put("chapter.md", data)
    heads.read(page)
    notebook.readable(files.text(page), "page", {}, works())
