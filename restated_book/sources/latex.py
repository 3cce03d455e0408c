r"""LaTeX and the HTML of publishers as rich text, or why it cannot be printed; latexcodec reads accents and symbols."""

import codecs
import re
import unicodedata
from functools import cache
from html import unescape

import latexcodec  # noqa: F401  (registers the codec)
from pybtex.richtext import HRef, Protected, String, Tag, Text

from restated_book import paths

#: Text without any of these reads the same in LaTeX, in HTML and as it is.
_MARKUP = re.compile("[\\\\{}$~^%&<>`\ufdd0-\ufdef]|--|''|,,|\\s\\s")
_CODED = re.compile(r"\\|--|''|,,|[~`]|\s\s")  #: What latexcodec changes; it takes most of the time

# Noncharacters (Unicode 23.7) stand for characters that a later step would read as markup, and mark groups in braces.
_LITERAL = "\\{}$%^~`"
_KEPT = {char: chr(0xFDD0 + i) for i, char in enumerate(_LITERAL)}
_KEEP = str.maketrans(_KEPT)
_RESTORE = str.maketrans({kept: char for char, kept in _KEPT.items()})
_KINDS = ("em", "strong", "tt", "sup", "sub", "quoted")
_MARKS = {kind: chr(0xFDE0 + i) for i, kind in enumerate(_KINDS)}
_LINK = "\ufdef"
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_TABLES = paths.tables(__file__)
_CHARACTERS = _TABLES["characters"] | {name: char.translate(_KEEP) for name, char in _TABLES["literal"].items()}
#: Kinds of groups by the commands or tags that make them.
_WITH_ARGUMENT, _SWITCHES, _TAGS = (
    {name: kind for kind, names in _TABLES[table].items() for name in names}
    for table in ("with_argument", "switches", "tags")
)
_COMMANDS, _URL, _DROPPED, _LANGUAGE, _MATHS, _TYPED_TAG, _ENTITY, _PAIR, _BREAK = (
    re.compile(pattern) for pattern in _TABLES["patterns"].values()
)
_ACCENTS, _SYMBOLS, _SPACES = (_TABLES[name] for name in ("accents", "symbols", "spaces"))
_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")

_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FORMULA = re.compile(rf"(?:\w*\{{[{_MARKS['sup']}{_MARKS['sub']}][^{{}}]*\}})+\w*")
_LEFT_TAG = re.compile(
    rf"<(?:(?:{'|'.join(_TAGS)}|br)(?:\s+[\w:-]+\s*=[^<>]*)?|(?:jats|mml):\w+[^<>]*)\s*/?>|</[a-z][\w:-]*\s*>|<!--",
    re.I,
)
_DEEPEST = 20  #: Most groups within groups; rendering calls itself for each, and no title has more than a few


class Unprintable(ValueError):
    """Text that would not print as it is meant; `remedy` says what to type instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@cache
def rich(text: str) -> Text:
    """Return LaTeX as rich text; raise :class:`Unprintable` if a part of it has no meaning here."""
    if not _MARKUP.search(text):
        return Text(text)
    links: list[tuple[str, str]] = []
    return _parsed(_decoded(text, links), links)


def plain(text: str) -> str:
    """Return LaTeX as plain text; raise as :func:`rich`."""
    return str(rich(text)) if _MARKUP.search(text) else text


def unaccented(text: str) -> str:
    """Return names with accents as Unicode; raise as :func:`rich`. Braces stay: BibTeX's rules for names need them."""
    if not _MARKUP.search(text):
        return text
    found = _decoded(text, None)
    return text if _RESERVED.search(found) else re.sub(r"\{([^\x00-\x7f])\}", r"\1", found)


def address(text: str) -> str:
    r"""Return a URL or DOI without the escapes of LaTeX and HTML: ``\_``, ``{\%}``, ``$<$``, ``&amp;``."""
    if not re.search(r"[\\{}$&]", text):
        return text
    for pattern, char in _TABLES["addresses"]:
        text = re.sub(pattern, char, text)
    return _unescaped(text)


def _unescaped(text: str) -> str:
    """Return text without HTML entities, though they were escaped several times."""

    def character(match: re.Match) -> str:
        found = unescape(match[0])
        if found in (match[0], "", "\ufffd"):
            raise Unprintable(f"'{match[0]}' is an unknown entity", "type the character")
        if found.isspace() or not found.isprintable():  # EndNote parts lines by &#xD;
            return found if found == "\u00a0" else " "
        return found.translate(_KEEP) if found != "&" else found

    while (found := _ENTITY.sub(character, text)) != text:
        text = found
    return text


def _decoded(text: str, links: list[tuple[str, str]] | None) -> str:
    """Return LaTeX as Unicode: groups that are more begin with a mark, links become marks and are added to `links`."""
    if _RESERVED.search(text):
        raise Unprintable("it holds a character that is none", "remove the noncharacter")

    def link(match: re.Match) -> str:
        if links is None:
            raise Unprintable("a name holds a link", "remove it")
        target = address((match[1] if match[1] is not None else match[2]).strip())
        links.append((target, target if match[1] is not None else match[3]))
        return f"{_LINK}{chr(0xE000 + len(links) - 1)}"

    text = _DROPPED.sub("", _URL.sub(link, text))
    text = _MATHS.sub(_maths, _LANGUAGE.sub("", text))
    text = _TYPED_TAG.sub(lambda m: f"<{m[1]}{m[2]}>{(m[3] or '') if m[1] else ''}", text)
    text = _COMMANDS.sub(_command, text)
    if "%" in text:
        raise Unprintable("LaTeX leaves out what follows a percent sign", "write a percent sign as \\%")
    text = re.sub(r"(?<=\{)\\(\w+)\s*", lambda m: _MARKS.get(_SWITCHES[m[1]], "") if m[1] in _SWITCHES else m[0], text)
    text = re.sub(
        r"\\(\w+)\s*\{", lambda m: "{" + _MARKS.get(_WITH_ARGUMENT[m[1]], "") if m[1] in _WITH_ARGUMENT else m[0], text
    )
    if _CODED.search(text):
        text = _unicode(text)
    text = re.sub(r"\\([`'^~\"=.]|[dbcktruvHhGU](?![A-Za-z]))\s*(?:\{([^\W\d_]{1,2})\}|([^\W\d_]))", _accent, text)
    text = re.sub(r"`(.*?)'(?!\w)", r"‘\1’", re.sub(r"(?<=[\w}])`", "’", text)).replace("`", "‘")
    if left := re.search(r"\\(?:[A-Za-z]+|.|$)", text):
        message = f"'{left[0]}' is a command that is not read here"
        if left[0][1:] in _WITH_ARGUMENT or left[0][1:] in _SWITCHES:
            message = f"what '{left[0]}' applies to is not in braces"
        raise Unprintable(message, "write the character itself, or emphasis as \\emph{word}")
    if left := re.search(r"[$^]", text):
        raise Unprintable(f"a '{left[0]}' has no partner", "write maths as $x^2$, and a dollar sign as \\$")
    return _untagged(_unescaped(re.sub(r"\{([<>&;]|</?\w+/?>)\}", r"\1", text)))


def _unicode(text: str) -> str:
    try:
        return codecs.lookup("ulatex").decode(text)[0]  # type: ignore[arg-type]  # from text to text
    except ValueError:
        raise Unprintable("a backslash has nothing after it", "remove it") from None


def _command(match: re.Match) -> str:
    kept, as_is, accent, space, nothing, word = match.groups()
    if kept or accent:
        return _KEPT[kept or accent]
    if as_is or space:
        return as_is or ("\u2009" if space == "," else " ")
    if nothing or word is None:
        return "" if nothing else " "
    return _CHARACTERS.get(word, match[0])


def _accent(match: re.Match) -> str:
    letters = (match[2] or match[3]).replace("ı", "i").replace("ȷ", "j")
    return unicodedata.normalize("NFC", letters[0] + _ACCENTS[match[1]] + letters[1:])


def _untagged(text: str) -> str:
    """Return text with the tags of publishers as groups."""

    def group(match: re.Match) -> str:
        kind = _TAGS.get(match[1].lower())
        return match[0] if kind is None else f"{{{_MARKS.get(kind, '')}{match[2]}}}" if kind else match[2]

    text = _BREAK.sub(" ", text)
    while (found := _PAIR.sub(group, text)) != text:
        text = found
    if left := _LEFT_TAG.search(text):
        remedy = "write emphasis as \\emph{word}, or leave the tag out"
        raise Unprintable(f"the tag '{left[0]}' would be printed", remedy)
    # A title is printed in lower case, but not a formula such as CO₂.
    return _FORMULA.sub(lambda m: f"{{{m[0]}}}" if re.search("[A-Z]", m[0]) else m[0], text)


def _maths(match: re.Match) -> str:
    """Return maths as text with groups, protected from lower case."""
    formula = next(found for found in match.groups() if found is not None)
    if formula in ("<", ">"):  # what reference managers write for these characters
        return formula
    after = match.string[match.end() : match.end() + 1]
    uneven = after.isdigit() or formula[:1].isspace() != formula[-1:].isspace()
    uneven |= formula[:1].isspace() and re.search(r"\w\s+\w", formula) is not None
    if uneven and not re.search(r"[\\_^=]", formula):
        raise Unprintable(f"'{match[0]}' is maths, though it looks like sums of money", "write a dollar sign as \\$")
    text = _formula(formula.strip())
    return text if not text or text[0] == "{" else f"{{{text}}}"


def _formula(formula: str) -> str:
    """Return a simple formula as text with groups; raise :class:`Unprintable` for another."""
    pieces, rest = [], formula
    token = re.compile(rf"\\([A-Za-z]+|.)|([_^])\s*(?:{_GROUP}|(\\[A-Za-z]+|[^\s\\{{}}]))|{_GROUP}|([^\\{{}}_^$&#%~])")
    while rest:
        found = token.match(rest)
        if not found:
            raise Unprintable(f"the formula '{formula}' is not simple enough", "write it in words or in Unicode")
        word, script, braced, single, group, char = found.groups()
        rest = rest[found.end() :]
        if script:
            inner = _formula(braced if braced is not None else single)
            pieces.append(f"{{{_MARKS['sup' if script == '^' else 'sub']}{inner}}}" if inner not in "′°" else inner)
        elif group is not None:
            pieces.append(_formula(group))
        elif char:
            pieces.append({"-": "−", "'": "′", "`": "‘", "*": "∗"}.get(char, char))
        elif re.fullmatch(r"(?:math|text|operatorname|mbox|boldsymbol|bm)\w*", word):
            continue  # the letters of its argument follow
        elif word in ("bar", "hat", "tilde", "overline", "vec") and (
            over := re.match(r"\{?\s*(\\[A-Za-z]+|\w)\s*\}?", rest)
        ):
            mark = {"bar": "\u0304", "overline": "\u0304", "hat": "\u0302", "tilde": "\u0303", "vec": "\u20d7"}[word]
            pieces.append(unicodedata.normalize("NFC", _formula(over[1]) + mark))
            rest = rest[over.end() :]
        else:
            pieces.append(_symbol(word, formula))
    return "".join(pieces)


@cache
def _symbol(word: str, formula: str) -> str:
    if word in _SPACES:
        return _SPACES[word]
    if word in "%$&#_{}":
        return word.translate(_KEEP)
    found = _SYMBOLS.get(word) or _unicode(f"$\\{word}$")
    if "\\" not in found:
        return found.strip("$")
    try:
        size = "CAPITAL" if word[0].isupper() else "SMALL"
        return unicodedata.lookup(f"GREEK {size} LETTER {word.upper()}")
    except KeyError:
        message = f"'\\{word}' in the formula '{formula}' is not read here"
        raise Unprintable(message, "write the formula in words or in Unicode") from None


def _parsed(text: str, links: list[tuple[str, str]]) -> Text:
    stack: list[list] = [[]]
    for piece in re.split(rf"([{{}}]|{_LINK}.)", text):
        if piece == "{":
            if len(stack) > _DEEPEST:
                raise Unprintable("braces are nested too deeply", "remove some of them")
            stack.append([])
        elif piece == "}":
            if len(stack) == 1:
                raise Unprintable("a closing brace has no partner", "close every brace")
            stack[-2].append(_group(stack.pop()))
        elif piece.startswith(_LINK):
            target, words = links[ord(piece[1]) - 0xE000]
            stack[-1].append(HRef(target, Protected(words) if words == target else rich(words)))
        elif piece:
            stack[-1].append(piece)
    if len(stack) > 1:
        raise Unprintable("an opening brace has no partner", "close every brace")
    return Text(*(String(part.translate(_RESTORE)) if isinstance(part, str) else part for part in stack[0]))


def _group(parts: list) -> Protected | Tag | String:
    """Return what stood in braces: protected from changes of case, and marked up as its mark says."""
    kind = ""
    if parts and isinstance(parts[0], str) and parts[0][0] in _MARKS.values():
        kind, parts[0] = _KINDS[ord(parts[0][0]) - 0xFDE0], parts[0][1:]
    inner = Protected(*(String(p.translate(_RESTORE)) if isinstance(p, str) else p for p in parts if p != ""))
    if kind == "quoted":
        return Protected("“", inner, "”")
    if kind in ("sup", "sub"):
        table = _SUPERSCRIPT if kind == "sup" else _SUBSCRIPT
        if all(ord(char) in table for char in str(inner)):
            return Protected(str(inner).translate(table))
    return Tag(kind, inner) if kind else inner
