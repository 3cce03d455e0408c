"""Take away what a book consists of, ``restated remove``: shown first, and refused while anything else names it."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from restated.errors import RestatedError
from restated_book import add, config, paths
from restated_book.sources import dictionary, files

KINDS = paths.tables(__file__)
#: Columns of tables that name works, numbers, claims and chapters, and most places that a message lists.
_COLUMNS, _LISTED = {*("source_key", "claim_id", "parts", "whole"), *add.claims.LISTS}, 20
#: What names something in a page or a setting: a role or code in a line, a text in quotation marks, a link, a page.
_NAMING = re.compile(r'`([^`\n]+)`|"([^"\n]+)"|\]\(([^)\s]+)\)|(?:file|root): *(\S+)')
_EMPTY = re.compile(r"(?:chapters|sections|entries):[ \t]*(?:#.*)?\n\s*(?!\s|- (?:file|glob|url):|#)")
_MADE = re.compile(r'(?:record\(|\bid=)\s*f?"([^"{}]+)"')


def options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of ``restated remove`` its arguments."""
    parser.add_argument("kind", choices=KINDS, help="; ".join(f"{kind}: {of['help']}" for kind, of in KINDS.items()))
    parser.add_argument("names", nargs="+", metavar="ID", help="names of that kind; they may name each other")
    parser.add_argument("--write", action="store_true", help="remove it; without it, what would go is only shown")


def remove(args: argparse.Namespace) -> str:
    """Remove what the arguments name, or say what would go; refuse while other places name it, and list them."""
    config.load()
    draft = add.Draft()
    gone = {made for name in args.names for made in _drop(args.kind, name, draft)}
    # Only pages are named in the settings; a finding often has the name of a chapter.
    texts = [] if args.kind == "finding" else [paths.ROOT / "_toc.yml", paths.ROOT / config.NAME]
    texts += [*paths.NOTEBOOKS.glob("*.md"), *paths.BOOK.glob("*.md"), *paths.DATA.rglob("*.csv")]
    if places := [place for file in sorted(texts) for place in _naming(file, draft, gone)]:
        more = f"\n  and {len(places) - _LISTED} more" * (len(places) > _LISTED)
        listed = "".join(f"\n  {place}" for place in places[:_LISTED])
        _refuse(f"{', '.join(args.names)}: still named in{listed}{more}", "change these places first")
    draft.check()
    lines = [f"- {paths.shown(file)}{'' if raw is None else ', a part'}" for file, raw in draft.after.items()]
    if args.write:
        draft.write()
    return "\n".join([*lines, "Removed." if args.write else "Nothing is removed yet: give --write to remove this."])


def _refuse(message: str, remedy: str) -> NoReturn:
    raise RestatedError(message, remedy=remedy)


def _drop(kind: str, name: str, draft: add.Draft) -> set[str]:
    """Draft that the files and lines of something go; return all names that go with it."""
    of, made, found = KINDS[kind], {name}, False
    for file in (paths.ROOT / place.format(id=name) for place in of.get("gone", ())):
        if dictionary.NAME.fullmatch(name.lower()) and file.is_file():
            made |= set(_MADE.findall(draft.text(file))) if file.suffix == ".md" else set()
            made |= {row["id"] for _, row in dictionary.read_table(file)[1]} if kind == "finding" else set()
            draft.after[file], found = None, True
    pattern = re.compile(of.get("pattern", "$^").format(id=re.escape(name)), re.M)
    for file in (file for place in of.get("files", ()) for file in sorted(paths.ROOT.glob(place))):
        if part := pattern.search(draft.text(file)):
            if file.suffix == ".csv" and part[0].count('"') % 2:
                _refuse(f"the row of '{name}' in {paths.shown(file)} has several lines", "remove it there by hand")
            draft.drop(file, *part.span())
            made, found = made | set(_MADE.findall(part[0])), True
            if file.suffix == ".yml" and _EMPTY.search(draft.text(file)):
                _refuse(f"'{name}' is alone in its part of _toc.yml", "remove the part there by hand")
    if not found:
        places = ", ".join((*of.get("gone", ()), *of.get("files", ()))).format(id="*")
        _refuse(f"there is no {kind} '{name}'", f"look it up in {places}")
    if "path" in of:
        draft.drop_resource(paths.DATA / dictionary.PACKAGE, of["path"].format(id=name))
    return made - ({name} if kind == "original" and name not in config.load().originals else set())


def _naming(file: Path, draft: add.Draft, gone: set[str]) -> Iterator[str]:
    """Yield the places of a file, as it will be, that name anything of what is `gone`."""
    changed = file in draft.after
    if (changed and draft.after[file] is None) or not file.is_file():
        return
    if file.suffix == ".csv":  # a row that goes is known by its first cell
        rows = [row for row in dictionary.read_table(file)[1] if not changed or next(iter(row[1].values())) not in gone]
    else:
        was = files.text(file).splitlines()  # nothing has gone from it yet
        lines = ((was.index(x) + 1 if x in was else n, x) for n, x in enumerate(draft.text(file).splitlines(), 1))
        rows = [(n, {"source_key": " ".join(map("".join, _NAMING.findall(line)))}) for n, line in lines]
    for number, cells in rows:
        texts = (text for column, text in cells.items() if column in _COLUMNS)
        words = {word for text in texts for word in re.split(r"[\s;,|/#()<>:{}\[\]]+|\.md\b", text)}
        for name in sorted({word.lstrip("+-") for word in words} & gone):
            yield f"{paths.shown(file)}, row {number}: '{name}'"
