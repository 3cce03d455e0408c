"""Check everything a reader can have broken, before anything is executed."""

import sys
from collections.abc import Callable, Container
from functools import partial

from restated.errors import together
from restated_book import claims, config, paths, register, studies
from restated_book.chapters import frame, glossary, heads, prose, saving
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.consistency import groups
from restated_book.epoch import epoch, git
from restated_book.sources import bibliography, dictionary, files, settings


def check(unchanged: Container[str] = ()) -> tuple[register.Register, list[str]]:
    """Load and check all that a reader can have broken; print warnings, and return the printed numbers and the pages.

    The text of `unchanged` pages, in which the last build found no fault, is not read again.
    """
    if found := [*config.faults()]:
        raise together(found, paths.ROOT / config.NAME)
    citation.about()
    settings.value(settings.read(paths.ROOT / "_config.yml"), "execute", dict, paths.ROOT / "_config.yml")
    epoch()
    refuse_tracked_originals()
    works = bibliography.check(paths.BIBLIOGRAPHY)
    for words in works.warnings:
        print(f"warning: {words}", file=sys.stderr, flush=True)
    numbers = register.load(bibliography=works)
    dictionary.check(paths.DATA)
    groups.load(numbers)
    check_originals()
    pages = toc()
    for file in sorted(paths.NOTEBOOKS.glob("*.md")):
        if f"notebooks/{file.stem}" not in pages:
            print(f"note: {paths.shown(file)} is not in _toc.yml, so it is left out", file=sys.stderr, flush=True)
    claims.check(numbers, works.keys(), {p.removeprefix("notebooks/") for p in pages if p.startswith("notebooks/")})
    for page in pages:
        file, notebook = paths.ROOT / f"{page}.md", page.startswith("notebooks/")
        heads.front_matter(file, needed=notebook)
        if page not in unchanged:
            prose.check(file)
        if notebook:
            saving.check_kernel(file)
            frame.check(file)
            heads.read(file)
    glossary.load()
    return numbers, pages


def check_originals() -> None:
    """Read every table a reader has supplied, before anything is executed, and refuse the first fault.

    A table that no chapter reads, under a misspelt name or as a workbook, would be left out silently: it is refused.
    """
    kept, there = ("README.md", "templates"), paths.ORIGINALS.iterdir() if paths.ORIGINALS.is_dir() else ()
    put = sorted(p for p in there if p.name not in kept and not p.name.startswith("."))
    if not put:
        return
    readers: dict[str, Callable] = {name: partial(studies.load, name) for name in studies.names()}
    for name, reader in config.load().originals.items():
        read = config.function(reader)
        readers[name] = partial(read, name) if read is studies.original else read
    for file in put:
        refuse = files.refuser(file)
        if file.suffix != ".csv":
            refuse("only tables as CSV are read here", "save it as CSV UTF-8 with the ending .csv, or remove it")
        if file.stem not in readers:
            refuse("no chapter reads a table of this name", f"name it after one it replaces: {', '.join(readers)}")
        readers[file.stem]()


def refuse_tracked_originals() -> None:
    """Refuse a licensed table that git tracks: once committed, it stays in the history."""
    for name in filter(None, git("ls-files", "-z", "--", "data/originals").split("\0")):
        if name != "data/originals/README.md" and not name.startswith("data/originals/templates/"):
            message = "git tracks this original; licensed data must never enter the repository"
            files.refuser(paths.ROOT / name)(message, f"run `git rm --cached {name}` before you commit or push")
