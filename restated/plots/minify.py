"""Matplotlib's SVG with the same picture in a fraction of the size."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from restated.errors import RestatedError

DECIMALS = 2  #: Decimals kept of a coordinate: a hundredth of a point is far below a device pixel
#: Units of an outline merged into one: of 64 units to a hundredth of the type size, the error is at most 0.004 pt.
GLYPH_UNITS = 4
#: Decimals kept of a glyph's place on its line, in hundredths of the type size: the error is at most 0.05 pt.
GLYPH_DECIMALS = 0
#: A colour within a style attribute.
PAINT = re.compile(r"(fill|stroke):(#[0-9a-f]{6})\b")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
#: Metadata, namespaces and the space between elements.
_NOISE = re.compile(r'<metadata>.*?</metadata>|\sxmlns(:\w+)?="[^"]*"|(?<=>)\s+(?=<)', re.DOTALL)
#: A path command with its numbers; the letter e is part of a number.
_COMMAND = re.compile(r"([A-DF-Za-df-z])([^A-DF-Za-df-z]*)")
#: An id that an attribute refers to; a colour is none.
_TARGET = re.compile(r"(?<=^#)(?![0-9a-f]{6}$)[^)]+|(?<=url\(#)[^)]+")
#: Style properties that matplotlib writes although they are the defaults of SVG.
_DEFAULTS = {("stroke-linecap", "butt"), ("stroke-dashoffset", "0")}


def minify(raw: str) -> ET.Element:
    """Root of the small SVG, without attributes of its own."""
    root = ET.fromstring(_NOISE.sub("", raw).replace("xlink:", ""))
    root.attrib.clear()
    for use in root.iter("use"):
        use.set("href", use.attrib.pop("href"))
    _gather_definitions(root)
    _drop_empty_marks(root)
    _shorten_ids(root)
    for element in root.iter():
        _shorten(element)
    _bleach_marks(root)
    _flatten(root)
    _group(root)
    return root


def short(number: float, decimals: int = DECIMALS) -> str:
    """Number in the fewest characters: 0.50 -> .5, 3.00 -> 3, -0.00 -> 0."""
    text = f"{number:z.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _joined(numbers: Iterable[str]) -> str:
    return " ".join(numbers).replace(" -", "-")


def _gather_definitions(root: ET.Element) -> None:
    """Move all glyphs, markers, hatches and clips to one place at the top, and drop style rules."""
    definitions = ET.Element("defs")
    for parent in list(root.iter()):
        for child in parent.findall("defs"):
            definitions.extend(inner for inner in child if inner.tag != "style")
            parent.remove(child)
    root.insert(0, definitions)


def _drop_empty_marks(root: ET.Element) -> None:
    """Remove shapes that paint nothing: invisible patches and spaces."""
    blank = {f"#{path.get('id')}" for path in root.iter("path") if path.get("id") and not path.get("d")}
    for parent in list(root.iter()):
        for child in list(parent):
            unseen = child.tag == "path" and child.get("style") == "fill: none"
            if unseen or {child.get("href"), f"#{child.get('id')}"} & blank:
                parent.remove(child)


def _shorten_ids(root: ET.Element) -> None:
    """Keep only ids that something refers to, renamed a, b, c, ... in order of frequency."""
    values = (value for element in root.iter() for value in element.attrib.values())
    uses = Counter(target for value in values for target in _TARGET.findall(value))
    names = {target: _letters(i) for i, target in enumerate(sorted(uses, key=lambda target: (-uses[target], target)))}
    for element in root.iter():
        for name, value in element.items():
            element.set(name, names.get(value, "") if name == "id" else _TARGET.sub(lambda m: names[m[0]], value))
        if element.get("id") == "":
            del element.attrib["id"]


def _letters(i: int) -> str:
    """0 -> a, 25 -> z, 26 -> aa, ..."""
    above, rest = divmod(i, 26)
    return (_letters(above - 1) if above else "") + chr(ord("a") + rest)


def _shorten(element: ET.Element) -> None:
    glyph = element.get("transform", "").startswith("scale")
    for name, value in element.items():
        if name == "d":
            element.set(name, _path(value, relative=glyph))
        elif name == "style":
            element.set(name, _style(value))
        elif name in ("x", "y", "width", "height"):
            element.set(name, short(float(value)))
        elif name == "transform" and element.tag == "use":
            del element.attrib[name]
            shifts = zip("xy", (short(float(x), GLYPH_DECIMALS) for x in _NUMBER.findall(value)), strict=True)
            element.attrib |= {axis: shift for axis, shift in shifts if shift != "0"}
        elif name == "transform":
            element.set(name, _transform(value, GLYPH_UNITS if glyph else 1))


def _path(d: str, *, relative: bool) -> str:
    """Path data in fewer characters; `relative` for outlines of glyphs, in coarser units and not rounded again."""
    out, last, x0, y0, start = "", "", 0.0, 0.0, (0.0, 0.0)
    for command, inside in _COMMAND.findall(d.replace("z", "Z")):
        if command not in "MLQCZ":
            raise RestatedError(f"path command '{command}' is not handled")
        if command == "Z":
            out, last, (x0, y0) = out + "z", "", start
            continue
        numbers = [float(number) for number in inside.split()]
        if relative:
            numbers = [round(number / GLYPH_UNITS) for number in numbers]
        x1, y1 = numbers[-2:]
        if command == "M":
            start = (x1, y1)
        if relative and command == "L" and y1 == y0:
            command, numbers = "h", [x1 - x0]
        elif relative and command == "L" and x1 == x0:
            command, numbers = "v", [y1 - y0]
        elif relative:
            # The first move of a glyph is the same in relative and absolute coordinates.
            command, numbers = command.lower(), [x - (y0 if i % 2 else x0) for i, x in enumerate(numbers)]
        body = _joined(map(short, numbers))
        out += _joined(["", body]) if command == last and command not in "Mm" else command + body
        x0, y0, last = x1, y1, command
    return out


def _style(text: str) -> str:
    kept = []
    for name, value in (part.split(": ") for part in text.split("; ")):
        if name in ("stroke-width", "stroke-dasharray"):
            value = _NUMBER.sub(lambda match: short(float(match[0])), value)
        if (name, value) not in _DEFAULTS:
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _transform(text: str, factor: int) -> str:
    """Transform with rounded shifts; scale factors, multiplied by `factor`, keep their digits."""
    calls = []
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        times, digits = (factor, 6) if name == "scale" else (1, DECIMALS)
        calls.append(f"{name}({_joined(short(float(number) * times, digits) for number in inside.split())})")
    return " ".join(calls)


def _bleach_marks(root: ET.Element) -> None:
    """Leave colours of marks to the places of their use, since rules do not reach into the copies a reference makes."""
    for mark in root.iter("path"):
        if mark.get("id") and (style := mark.attrib.pop("style", "")):
            rest = ";".join(part for part in style.split(";") if not PAINT.match(part))
            mark.attrib |= {"style": rest} if rest else {}


def _flatten(element: ET.Element) -> None:
    """Take the contents out of groups and definitions that add nothing."""
    children: list[ET.Element] = []
    for child in element:
        _flatten(child)
        if child.tag == "g" and not child.attrib and element.tag != "defs":
            children += child
        elif len(child) or child.tag not in ("g", "defs"):
            children.append(child)
    element[:] = children


def _group(element: ET.Element) -> None:
    """Give neighbours that have a style in common, in any depth, one group; definitions are left alone."""
    children: list[ET.Element] = []
    for style, neighbours in groupby(element, key=lambda child: child.get("style")):
        run = list(neighbours)
        if style and len(run) > 1 and element.tag != "defs":
            group = ET.Element("g", style=style)
            for child in run:
                del child.attrib["style"]
            group.extend(run)
            _flatten(group)
            children.append(group)
        else:
            for child in run:
                _group(child)
            children += run
    element[:] = children
