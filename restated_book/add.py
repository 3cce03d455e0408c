"""Add what a book consists of, ``restated add``: checked in a copy of the data, then written at once or not."""

import argparse
import json
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from restated.errors import RestatedError
from restated.reconstruct import counts as share_sets
from restated_book import claims, config, paths, register, studies
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.cite import licence
from restated_book.sources import bibliography, dictionary, files
from restated_book.sources.cells import as_csv, in_one_line
from restated_book.sources.changes import Changes
from restated_book.status import STATUSES
from restated_book.studies import SUPPLIED

_TABLES = paths.tables(__file__)
#: Columns of the register in words; properties of every table; columns of a study table that need no description.
WORDS, FORMAT, USUAL = (_TABLES[name] for name in ("register", "format", "usual"))
#: What can be added, with its options; and the cells of a chapter among it.
KINDS, CELLS = _TABLES["kinds"], _TABLES["cells"]
#: Fields of a work that have an option, in the order in which they are written.
FIELDS: list[str] = KINDS["work"]["options"]
_HOW = "'n=integer in people: Size of the sample.'"  #: How a column is described on the command line
#: A field that is not filled in; an address that is empty is a fault.
_EMPTY = re.compile(rb"^(\s*(?!doi|url)\w+\s*=\s*)\{\}", re.MULTILINE)
_LATEX = re.compile(r"(?<!\\)%")  #: What LaTeX would take as the begin of a comment
#: The end of a chapter.
_CITE = re.compile(r"^(?:## .*\n\s*)?```\{cite-and-download\}", re.MULTILINE)
#: A page in the contents, with what is nested in its entry.
_PAGE = re.compile(r"^( *)- file: *(book|notebooks)/.*(?:\n\1 +.*)*(?:\n|\Z)", re.MULTILINE)
_COLUMN = re.compile(rf"([^=]+)=({'|'.join(dictionary.TYPES)})(?: in ([^:]+))?: (.+)")


def options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of ``restated add`` its kinds, and each an option for every value."""
    kinds = parser.add_subparsers(dest="what", required=True)
    for name, of in (KINDS | CELLS).items():
        one = kinds.add_parser(name, help=of["help"], allow_abbrev=False)
        one.set_defaults(make=globals()[f"_{of.get('like', name)}"], needed=of["needed"])
        one.add_argument("name", metavar=of["first"])
        for option in of["options"]:
            words = argparse.SUPPRESS if option == "id" else WORDS[option] if name == "number" else None
            one.add_argument(f"--{option.replace('_', '-')}", default="", help=words)
        for option, how in of.get("more", {}).items():
            choices = {"choices": sorted(bibliography.REQUIRED)} if option in ("--new-work", "--type") else {}
            one.add_argument(option, **how | choices)


def add(args: argparse.Namespace) -> str:
    """Add what the arguments give, asking at a terminal for what is missing; return what was done and what follows."""
    config.load()  # refuses to run outside a book
    draft = Draft()
    needed = list(args.needed)
    if args.what == "number":
        needed += ["value"] * (not (args.value or args.ci_low or args.ci_high))
        needed += ["study"] * bool(args.new_work and args.source_key not in draft.works)
    if args.what == "work":
        needed += [field for field in bibliography.REQUIRED[args.type] if field != "author" or not args.editor]
    needed += ["title", "description", "license", "source"] * (args.what == "original" and bool(args.column))
    for name in needed if sys.stdin and sys.stdin.isatty() else ():
        with suppress(EOFError):
            setattr(args, name, getattr(args, name) or input(f"{name.replace('_', ' ')}: ").strip())
    if missing := [f"--{name.replace('_', '-')}" for name in needed if not getattr(args, name)]:
        _refuse(f"a{'n' * (args.what == 'original')} {args.what} needs {', '.join(missing)}", "give each as an option")
    for name, given in vars(args).items():
        if isinstance(given, str | list) and not in_one_line("".join(given)):
            _refuse("the text holds a line end or a control character", "give it in one line", name)
    following = args.make(args, draft)
    draft.check()
    if written := draft.after and getattr(args, "write", True):
        draft.write()
    done = f"Wrote {', '.join(map(paths.shown, draft.after))}." if written else "Nothing is written."
    return "\n".join([*draft.to_fill, done, f"Next: {following}"])


def _refuse(message: str, remedy: str, field: str | None = None) -> NoReturn:
    raise RestatedError(message, remedy=remedy, field=field)


class Draft(Changes):
    """Changes; also the keys of works, what is to be filled in by hand, and where a new table was copied from."""

    def __init__(self) -> None:
        super().__init__()
        self.works = set(bibliography.keys(paths.BIBLIOGRAPHY)) if paths.BIBLIOGRAPHY.exists() else set()
        self.to_fill: list[str] = []
        self.copied: dict[Path, Path] = {}

    def cite(self, keys: Sequence[str], type: str | None) -> None:
        """Begin entries for the works that the bibliography lacks; refuse them without a `type`."""
        for key in dict.fromkeys(key for key in keys if key not in self.works):
            if type is None:
                close = "".join(f"use '{near}', " for near in get_close_matches(key, self.works, n=1))
                remedy = f"{close}add it with `restated add work {key}`, or begin its entry with --new-work"
                _refuse(f"'{key}' is not in the bibliography", remedy, "source_key")
            self.work(key, type, dict.fromkeys(bibliography.REQUIRED[type], ""))

    def work(self, key: str, type: str, fields: Mapping[str, str]) -> None:
        """Add an entry; fields that are empty are to be filled in."""
        self.entry(paths.BIBLIOGRAPHY, type, key, fields)
        if empty := [name for name, text in fields.items() if not text]:
            self.to_fill.append(f"To fill in, in {paths.shown(paths.BIBLIOGRAPHY)}: {', '.join(empty)} of '{key}'.")

    def check(self) -> None:
        """Check the bibliography, the register and the tables as they would be, in a copy."""
        with tempfile.TemporaryDirectory() as folder:
            room = Path(folder)
            works, data = room / paths.BIBLIOGRAPHY.name, room / paths.DATA.name
            if paths.DATA.exists():
                shutil.copytree(paths.DATA, data, ignore=shutil.ignore_patterns(dictionary.READERS_OWN))
            old = paths.BIBLIOGRAPHY.read_bytes() if paths.BIBLIOGRAPHY.exists() else b"%"
            for path, raw in ({paths.BIBLIOGRAPHY: old} | self.after).items():
                copy = room / path.relative_to(paths.ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                if raw is None:
                    copy.unlink(missing_ok=True)
                else:
                    copy.write_bytes(raw)
            try:
                # Entries and findings begun before this one, or with it, wait to be filled in.
                works.write_bytes(_EMPTY.sub(rb"\1{2000}", works.read_bytes()))
                keys = bibliography.check(works)
                dictionary.check(data)
                for file in register.files(data / paths.PUBLISHED.name):
                    if not dictionary.read_table(file)[1]:
                        file.unlink()
                if register.files(data / paths.PUBLISHED.name):
                    register.load(data / paths.PUBLISHED.name, bibliography=keys)
            except RestatedError as error:
                if error.file is None:
                    raise
                place = paths.ROOT / error.file.relative_to(room)
                refuse = files.refuser(self.copied.get(place, place))
                refuse(error.message, error.remedy, row=error.row, field=error.field)


def _number(args: argparse.Namespace, draft: Draft) -> str:
    """Draft a number; like the functions of the other kinds, return the next step."""
    known = [file.stem for file in register.files(paths.PUBLISHED)]
    if args.finding not in known:
        remedy = f"use one of {', '.join(known)}, or add it with `restated add finding`"
        _refuse(f"unknown finding '{args.finding}'", remedy, "finding")
    cells = {column: getattr(args, column, "") for column in register.COLUMNS} | {"id": args.name}
    draft.cite([args.source_key], args.new_work)
    if not cells["study"]:
        cells["study"] = bibliography.check(paths.BIBLIOGRAPHY).short(args.source_key)
    if cells["statistic"] != "count":  # which can be either: that is asked
        cells["kind"] = cells["kind"] or register.usual_kind(cells["statistic"])
    draft.row(paths.PUBLISHED / f"{args.finding}.csv", list(cells.values()))
    return f'print it with {{published}}`{args.name}`, or compare a result with it: published="{args.name}".'


def _finding(args: argparse.Namespace, draft: Draft) -> str:
    file = _new("published", args.name)
    package = paths.DATA / dictionary.PACKAGE
    resources = files.json(package)["resources"] if package.exists() and dictionary.load(package) else []
    schemas = (r["schema"] for r in resources if r["path"].startswith("published/"))
    ours = next((s for s in schemas if [f["name"] for f in s["fields"]] == register.COLUMNS), None)
    if ours is None:
        # The register has stricter checks than a schema could state.
        types = dict.fromkeys(register.COUNT_COLUMNS, "integer")
        fields = [_field(name, description, types.get(name, "string")) for name, description in WORDS.items()]
        ours = {"fields": fields, "missingValues": [""], "primaryKey": "id"}
    draft.insert(file, 0, as_csv([register.COLUMNS]))
    cited = all((paths.ROOT / name).is_file() for name in ("CITATION.cff", "_config.yml"))
    terms = licence.ids()[0] if cited else "CC-BY-4.0"
    _describe(draft, file, args, "printed", terms, "the printed works named in source_key", ours)
    return f"`restated add number ID --finding {args.name}`; until then `restated check` refuses the empty finding."


def _table(args: argparse.Namespace, draft: Draft) -> str:
    file = _new("studies", args.name)
    if args.status not in STATUSES:
        _refuse(f"'{args.status}' is not a status", f"use one of {'; '.join(STATUSES)}", "status")
    enum = {"enum": [args.status, SUPPLIED]}
    columns = USUAL | {"status": {"description": "Where the row comes from.", "constraints": enum}}
    given: dict[str, dict[str, Any]] = dict(map(_column, args.column))
    header, rows = dictionary.read_table(args.rows) if args.rows else (list(given), [])
    for name in given.keys() - set(header):
        _refuse(f"the table has no column '{name}'", f"its columns are {', '.join(header)}", "column")
    if not header or len(given) < len(args.column):
        _refuse("a table needs columns, each described once", "give --rows, or --column for each", "column")
    if unknown := [name for name in header if name not in columns | given]:
        remedy = f"give --column {_HOW.replace('n', unknown[0], 1)}"
        _refuse(f"the column '{unknown[0]}' is not described", remedy, "column")
    fields = [_field(name, **(columns | given)[name]) for name in header]
    schema = {"fields": fields, "missingValues": [""]} | ({"primaryKey": "row_id"} if "row_id" in header else {})
    draft.insert(file, 0, as_csv([header, *(list(cells.values()) for _, cells in rows)]))
    _describe(draft, file, args, args.status, args.license, args.source, schema)
    draft.cite([cells["source_key"] for _, cells in rows if cells.get("source_key")], args.new_work)
    draft.copied[file] = Path(args.rows or file)
    draft.to_fill += [] if rows else [f"To fill in: the rows of {paths.shown(file)}."]
    return f'load it in a notebook: studies.load("{args.name}").'


def _rows(args: argparse.Namespace, draft: Draft) -> str:
    """Draft the rows of a file that fit a study table, and note every row with its reason where it does not."""
    package, given = paths.DATA / dictionary.PACKAGE, Path(getattr(args, "from"))
    resource = dictionary.load(package).get(args.name) if package.exists() else None
    formats = tomllib.loads(Path(__file__).with_name("formats.toml").read_text(encoding="utf-8"))
    if resource is None or not resource.path.startswith("studies/"):
        _refuse(f"'{args.name}' is not a study table", "use a name of the data dictionary")
    if (columns := formats.get(args.format or "plain")) is None:
        _refuse(f"'{args.format}' is not a format", f"use one of {', '.join(formats)}", "format")
    path = paths.DATA / resource.path
    named = (column.partition("_") for column in resource.columns)
    arms = list(dict.fromkeys(arm for measured, _, arm in named if measured in ("events", "mean")))
    if len(arms) != 2:
        _refuse(f"'{args.name}' has no counts or means of two arms", "add its rows by hand")
    ours = {re.sub(r"[12]$", lambda m: arms[int(m[0]) - 1], own): of for own, of in columns.items()}
    known = {cells["row_id"] for _, cells in dictionary.read_table(path)[1]}
    fixed = dict(text.partition("=")[::2] for text in args.set)
    if unknown := fixed.keys() - set(resource.columns):
        _refuse(f"the table has no column '{min(unknown)}'", f"its columns are {', '.join(resource.columns)}", "set")
    for number, found in dictionary.read_table(given)[1]:
        cells = {
            c: next((text for x in (c, *ours.get(c, ())) if (text := found.get(x, "")) not in ("", "NA")), "")
            for c in resource.columns
        }
        cells |= {"status": resource.status} | fixed
        cells["trial"] = re.sub(r"[^a-z0-9]", "", cells["trial"].lower())
        words = [cells["trial"], *re.findall(r"[a-z0-9]+", cells["outcome"].lower()), cells["weeks"]]
        cells |= {"family": cells["family"] or cells["trial"], "row_id": cells["row_id"] or "-".join(words)}
        try:
            if cells["row_id"] in known:
                _refuse(f"'{cells['row_id']}' is in the table already", "give it another row_id")
            with tempfile.TemporaryDirectory() as folder:
                one = Path(folder, path.name)
                one.write_text(as_csv([list(cells), list(cells.values())]), encoding="utf-8")
                dictionary.validate(one, resource)
            draft.cite([cells["source_key"]], None)
        except RestatedError as error:
            place = f", {error.field}" if error.field else ""
            draft.to_fill.append(f"- row {number}{place}: {error.message}; {error.remedy}")
            continue
        known.add(cells["row_id"])
        draft.row(path, list(cells.values()))
        draft.to_fill.append("+ " + ", ".join(f"{column} {text}" for column, text in cells.items() if text))
    return (
        "`restated build`, and `restated diff` with the last edition"
        if args.write
        else "give --write to keep these rows"
    )


def _work(args: argparse.Namespace, draft: Draft) -> str:
    fields = {field: text for field in FIELDS if (text := getattr(args, field))}
    fields |= {name: _LATEX.sub(r"\\\g<0>", text) for name, text in fields.items() if name not in ("doi", "url")}
    draft.work(args.name, args.type, fields)
    return f"cite it with {{cite:p}}`{args.name}`, or add a number that it prints: `restated add number`."


def _page(args: argparse.Namespace, draft: Draft) -> str:
    """Draft a page or a chapter, and its line in the contents."""
    folder = "book" if args.what == "page" else "notebooks"
    known = [one.stem for one in register.files(paths.PUBLISHED)]
    if args.what == "chapter" and args.finding not in known:
        _refuse(f"unknown finding '{args.finding}'", f"use one of {', '.join(known)}", "finding")
    page, contents = f"{folder}/{args.name}", paths.ROOT / "_toc.yml"
    file, listed = paths.ROOT / f"{page}.md", draft.text(contents)
    if not dictionary.NAME.fullmatch(args.name):
        _refuse(f"'{args.name}' is not a name", "use lower-case letters a to z, digits and hyphens")
    if file.exists() or re.search(rf"file: *{page}\s", f"{listed} "):
        raise RestatedError(f"the {args.what} exists", file=file, remedy="choose another name")
    lines = [*_PAGE.finditer(listed)]
    last = max(lines, key=lambda line: (line[2] == folder, line.start()), default=None)
    if last is None:
        _refuse("no page is listed in _toc.yml", f"add the line '- file: {page}' there by hand")
    args.title = heads.escaped(args.title)
    args.description = json.dumps(getattr(args, "description", ""), ensure_ascii=False)
    draft.insert(file, 0, _filled(files.text(Path(__file__).with_name(f"{args.what}.md")), args))
    draft.insert(contents, last.end(), "\n" * (not last[0].endswith("\n")) + f"{last[1]}- file: {page}\n")
    return f"open {paths.shown(file)} and change what it says, then `restated build`."


def _claim(args: argparse.Namespace, draft: Draft) -> str:
    package = paths.DATA / dictionary.PACKAGE
    resources = dictionary.load(package).values() if package.exists() else ()
    described = next((r for r in resources if r.path == "claims/claims.csv"), None)
    if described is None:
        _refuse("this book has no table of claims", "describe data/claims/claims.csv in data/datapackage.json first")
    row = [args.name if column == "id" else getattr(args, column, "") for column in described.columns]
    numbers = register.load(paths.PUBLISHED, bibliography=draft.works) if register.files(paths.PUBLISHED) else {}
    chapters = {page.removeprefix("notebooks/") for page in toc() if page.startswith("notebooks/")}
    claims.check(numbers, draft.works, chapters, dict(zip(described.columns, row, strict=True)))
    draft.row(paths.DATA / described.path, row)
    return f"link to it with {{claim}}`{args.name}`; `restated check` looks at all claims."


def _cell(args: argparse.Namespace, draft: Draft) -> str:
    """Draft a cell at the end of a chapter: a recomputed number, a set or a figure."""
    file = paths.NOTEBOOKS / f"{args.chapter}.md"
    if not dictionary.NAME.fullmatch(args.name):
        _refuse(f"'{args.name}' is not an id", "use lower-case words joined by hyphens")
    if not dictionary.NAME.fullmatch(args.chapter) or not file.is_file():
        _refuse(f"unknown chapter '{args.chapter}'", "name a file of notebooks/ without its suffix", "chapter")
    number = register.load(paths.PUBLISHED, bibliography=draft.works).number(args.published)
    if args.what == "set":
        if number.statistic != "percent":
            words = f"'{args.published}' is a {number.statistic}, and this cell lists the counts behind a percentage"
            _refuse(words, "use rs.scores, rs.tables or rs.study_sets in a cell of your own", "published")
        if not re.fullmatch(r"[1-9][0-9]{0,8}", args.n):
            _refuse(f"'{args.n}' is not a number of people", "give a whole number above 0", "n")
        if (found := share_sets.counts(number.value.text, int(args.n))).empty:
            _refuse(found.message, "compare both with the source", "n")
        args.percent = " %" * ("%" not in number.value.text)
    text = draft.text(file)
    if f'"{args.name}"' in text:
        _refuse(f"the chapter has '{args.name}' already", "choose another id")
    end = _CITE.search(text)
    at = end.start() if end else len(text)
    gap = "\n" * (2 - len(re.search(r"\n{,2}\Z", text[:at].replace("\r", ""))[0]))  # type: ignore[index]
    draft.insert(file, at, gap + _filled(CELLS[args.what]["text"], args))
    return f"open {paths.shown(file)}, change the new cell and move it where it belongs, then `restated build`."


def _filled(text: str, args: argparse.Namespace) -> str:
    """Put the options of a command into a template."""
    return re.sub(r"\{\{(\w+)\}\}", lambda m: getattr(args, m[1]), text)


def _original(args: argparse.Namespace, draft: Draft) -> str:
    """Draft the slot of a table that readers can supply: for a study table its empty template, else also a schema."""
    if not dictionary.NAME.fullmatch(args.name):
        _refuse(f"'{args.name}' is not a name", "use lower-case letters a to z, digits and hyphens")
    template, schema = paths.ORIGINALS / "templates" / f"{args.name}.csv", paths.DATA / "schemas" / f"{args.name}.json"
    if template.exists() or schema.exists() or args.name in config.load().originals:
        _refuse(f"readers can supply '{args.name}' already", "change its template or schema, or choose another name")
    if args.name in studies.names():
        if args.column:
            _refuse(f"'{args.name}' is a study table, whose columns are described", "leave out --column", "column")
        columns, use = dictionary.load()[args.name].columns, f'studies.load("{args.name}") then reads it'
    else:
        if not args.column:
            remedy = f"name one of {', '.join(studies.names()) or 'none'}, or give --column {_HOW} for each column"
            _refuse(f"'{args.name}' is not a study table", remedy, "column")
        given, settings = dict(map(_column, args.column)), paths.ROOT / config.NAME
        columns, use = list(given), f'studies.original("{args.name}") then reads it, and is None without it'
        resource = {"name": args.name, "path": f"originals/{args.name}.csv", "title": args.title}
        resource |= {"description": args.description, "status": SUPPLIED, "licenses": [{"name": args.license}]}
        fields = [_field(name, **about) for name, about in given.items()]
        resource |= {"sources": [{"title": args.source}], "schema": {"fields": fields}}
        draft.insert(schema, 0, json.dumps(resource, indent=1, ensure_ascii=False) + "\n")
        text = draft.text(settings)
        head = re.search(r"^\[originals\].*\n", text, re.M)
        line = f'{args.name} = "restated_book.studies:original"\n'
        draft.insert(settings, head.end() if head else len(text), line if head else f"\n[originals]\n{line}")
    draft.insert(template, 0, as_csv([columns]))
    note = f"\n`{args.name}.csv`: fill in [templates/{args.name}.csv](templates/{args.name}.csv)"
    readme, source = paths.ORIGINALS / "README.md", f" Source: {heads.escaped(args.source)}." if args.source else ""
    draft.insert(readme, len(draft.text(readme)), f"{note}.{source}\n")
    return f"put a filled copy into data/originals/{args.name}.csv, which git ignores; {use}."


def _new(folder: str, name: str) -> Path:
    file = paths.DATA / folder / f"{name}.csv"
    if not dictionary.NAME.fullmatch(name):
        _refuse(f"'{name}' is not a name", "use lower-case letters a to z, digits and hyphens")
    if file.exists() or file.name in register.NOT_FINDINGS:
        raise RestatedError("the table exists", file=file, remedy="choose another name, or add rows to it")
    return file


def _column(text: str) -> tuple[str, dict[str, Any]]:
    found = _COLUMN.fullmatch(text)
    if not found or (found[2] == "number" and not found[3]):
        _refuse(f"'{text}' does not describe a column", f"write it as {_HOW}; the unit of a number is needed", "column")
    return found[1], {"type": found[2], "description": found[4]} | ({"unit": found[3]} if found[3] else {})


def _field(name: str, description: str, type: str = "string", **others: Any) -> dict[str, Any]:
    about = {"title": name.replace("_", " ").capitalize(), "description": description}
    return {"name": name, "type": type, **about, **others}


def _describe(draft: Draft, file: Path, args: argparse.Namespace, status: str, licence: str, source: str, schema: Any):
    name = f"published-{args.name}" if file.parent == paths.PUBLISHED else args.name
    resource = {"name": name, "path": file.relative_to(paths.DATA).as_posix(), **FORMAT}
    resource |= {"title": args.title, "description": args.description, "status": status}
    resource |= {"licenses": [{"name": licence}], "sources": [{"title": source}], "schema": schema}
    draft.resource(paths.DATA / dictionary.PACKAGE, resource)
