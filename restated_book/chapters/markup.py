"""Footnotes, images and tables of a page that would not appear as they are meant, found by the book's own parser."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

import yaml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from restated_book import paths

Fault = tuple[int, str, str]  #: Line, what is wrong there, and what to do about it
#: Syntax that is read whether a book has switched it on or not.
_SYNTAX = ("amsmath", "colon_fence", "deflist", "dollarmath", "fieldlist", "substitution", "tasklist")

_LITERAL, _DIRECTIVE, _OPTION, _CODE_OR_MATHS, _BAR, _RULE, _PREFIX = map(re.compile, paths.tables(__file__).values())
_RENAME = "name the file without blanks, for example with hyphens"
_DESCRIBE = 'say in words what it shows: ![words](file), :alt: words, or alt="words"'
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)  #: What browsers block by the policy of the pages
_ESCAPE = r"write the bar as \vert in a formula, as \| in code"


def faults(text: str) -> list[Fault]:
    """Find footnotes, images and tables of a MyST page that would not appear as they are meant, in order of lines."""
    found: list[Fault] = []
    defined, used = defaultdict(list), set()
    for token, line, lines in _tokens(text, 1, {}):
        if token.type == "footnote_reference_open":
            defined[token.meta["label"].lower()].append(line)
        elif token.type == "inline":
            used |= {child.meta["label"].lower() for child in token.children or () if child.type == "footnote_ref"}
            found += _in_line(token, line)
        elif token.type == "html_block":
            found += _html(token.content, line)
        elif token.type == "table_open":
            found += _table(token, line, lines)
        else:
            found += _directive(token, line)
    for label, places in defined.items():
        if len(places) > 1:
            found.append((places[1], f"the footnote [^{label}] is defined a second time", "keep one, or rename it"))
        if label not in used:
            found.append((places[0], f"no text refers to the footnote [^{label}]", "refer to it, or remove it"))
    return sorted(found)


@cache
def _parser() -> MarkdownIt:
    # Joined, a text would not show any more which of its signs were escaped.
    return create_md_parser(MdParserConfig(enable_extensions=set(_SYNTAX)), RendererHTML).disable("text_join")


def _tokens(text: str, first: int, env: dict) -> Iterator[tuple[Token, int, list[str]]]:
    """Yield tokens of a text that begins on line `first` and of what its directives hold, with line and all lines."""
    lines = text.splitlines()
    for token in _parser().parse(text, env):
        line = first + (token.map[0] if token.map else 0)
        yield token, line, lines
        if (name := _directive_of(token)) and not _LITERAL.fullmatch(name[1]):
            body, before, _ = _split(token.content)
            yield from _tokens(body, line + 1 + before, env)


def _directive_of(token: Token) -> re.Match | None:
    return _DIRECTIVE.match(token.info.strip()) if token.type in ("fence", "colon_fence") else None


def _split(content: str) -> tuple[str, int, dict[str, str]]:
    """Return the text in a directive, the number of lines before it, and its options."""
    lines, options, at = content.splitlines(), {}, 0
    if lines[:1] == ["---"] and "---" in lines[1:]:
        at = lines.index("---", 1) + 1
        try:
            read = yaml.safe_load("\n".join(lines[1 : at - 1]))
        except yaml.YAMLError:  # its own directive says so
            read = None
        options = {str(k): "" if v is None else str(v) for k, v in read.items()} if isinstance(read, dict) else {}
    else:
        while at < len(lines) and (option := _OPTION.match(lines[at])):
            options[option[1]] = option[2]
            at += 1
    return "\n".join(lines[at:]), at, options


def _elsewhere(line: int, source: str) -> list[Fault]:
    message = f"'{source.strip()[:60]}' is not a file of the book, and pages show nothing else"
    return [(line, message, "save the file in book/ and name it there, or link to it")] * bool(_ADDRESS.match(source))


def _image(line: int, source: str, alt: str) -> list[Fault]:
    found = _elsewhere(line, source)
    if not found and re.search(r"\s", unquote(source.strip())):
        found.append((line, f"the name of the image '{unquote(source.strip())}' has a blank", _RENAME))
    if not re.search(r"\w", alt) or alt.strip() in (name := source.strip().rpartition("/")[2], name.partition(".")[0]):
        found.append((line, f"the image '{source.strip()[:60]}' has no alternative text", _DESCRIBE))
    return found


def _directive(token: Token, line: int) -> list[Fault]:
    name = _directive_of(token)
    if name is None or _LITERAL.fullmatch(name[1]):
        return []
    options = _split(token.content)[2]
    if name[1] in ("image", "figure"):
        return _image(line, name[2], options.get("alt", ""))
    pictures = [options[key] for key in ("img-top", "img-bottom", "img-background") if key in options]
    return [fault for source in pictures for fault in _image(line, source, options.get("img-alt", ""))]


class _Files(HTMLParser):
    """Files that HTML names, with their lines; of images, also the alternative text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[int, str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = next((given[name] or "" for name in ("src", "srcset", "data", "poster") if name in given), None)
        if tag == "img" or source is not None:
            self.found.append((self.getpos()[0] - 1, source or "", (given.get("alt") or "") if tag == "img" else None))


def _html(text: str, line: int) -> list[Fault]:
    found = []
    for at, source, alt in _Files(text).found:
        found += _elsewhere(line + at, source) if alt is None else _image(line + at, source, alt)
        if not _ADDRESS.match(source):
            what = f"the {'file' if alt is None else 'image'} '{source[:60]}'"
            message = f"{what} is named in HTML only, so its file would not be in the book"
            found.append((line + at, message, "write it as ![words](file) or with {figure}"))
    for note in re.finditer(r"\[\^[^\]\n]+\]", text):
        at = line + text.count("\n", 0, note.start())
        found.append((at, f"the footnote {note[0]} is in HTML, where none is read", "write the text as Markdown"))
    return found


def _in_line(token: Token, line: int) -> list[Fault]:
    found: list[Fault] = []
    rows = token.content.splitlines()
    for at, row in enumerate(rows[1:], 1):
        if "|" in row and _RULE.fullmatch(row) and "|" in rows[at - 1]:
            message = f"the head of this table has {_cells(rows[at - 1])} cells, and the line under it {_cells(row)}"
            found.append((line + at - 1, message, f"give both as many; {_ESCAPE}"))
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "image":
            found += _image(line, str(child.attrs.get("src", "")), child.content)
        elif child.type == "html_inline":
            found += _html(child.content, line)
        elif child.type == "text":
            for note in re.finditer(r"\[\^[^\]]+\]|\^\[[^\]]*\]", child.content):
                label = re.sub(r"\s+", "-", note[0][2:-1]) if note[0][0] == "[" else "note"
                found.append((line, f"the footnote {note[0]} is not defined", f"write [^{label}]: and its text"))
            if "![" in child.content:
                remedy = f"write it as ![words](file); {_RENAME}"
                found.append((line, f"this image cannot be read: {child.content.strip()[:60]}", remedy))
    return found


def _cells(row: str) -> int:
    cells = escapedSplit(_PREFIX.sub("", row, count=1).strip())
    return len(cells[cells[:1] == [""] : len(cells) - (cells[-1:] == [""])])


def _table(token: Token, line: int, lines: list[str]) -> list[Fault]:
    begin, end = token.map or (0, 0)
    most, found = _cells(lines[begin]), []
    for at, row in enumerate(lines[begin:end]):
        inside = (m[2] or m[4] for m in _CODE_OR_MATHS.finditer(row))
        if split := next(filter(_BAR.search, inside), None):
            found.append((line + at, f"the bar in '{split}' splits the cell of the table", _ESCAPE))
        elif at > 1 and (count := _cells(row)) > most:
            message = f"this row has {count} cells, and its table {most}: the last would be lost"
            found.append((line + at, message, f"remove what is too much; {_ESCAPE}"))
    return found
