"""Matplotlib's SVG with the same picture in a fraction of the size."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import groupby

from restated.errors import RestatedError

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

#: Decimals kept of a coordinate: a hundredth of a point is far below a device pixel.
DECIMALS = 2
#: Units of an outline merged into one: of 64 units to a hundredth of the type size, the error is at most 0.004 pt.
GLYPH_UNITS = 4
#: Decimals kept of a glyph's place on its line, in hundredths of the type size: the error is at most 0.05 pt.
GLYPH_DECIMALS = 0

#: A colour within a style attribute.
PAINT = re.compile(r"(fill|stroke):(#[0-9a-f]{6})\b")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:[eE][-+]?\d+)?")
#: Place and size of a line of text.
_LINE = re.compile(r"translate\(([-.\d]+?) ?(-?[.\d]+)\) scale\(([.\d]+)-\3\)")
#: Numbers after each path command.
_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
#: Style properties that matplotlib writes although they are the defaults of SVG.
_DEFAULTS = {
    "stroke-linecap": "butt",
    "opacity": "1",
    "stroke-dashoffset": "0",
    "stroke-opacity": "1",
    "fill-opacity": "1",
}


def minify(raw: str) -> ET.Element:
    """Root of the small SVG, its own attributes as in `raw`."""
    root = ET.fromstring(raw)
    for element in root.iter():
        element.tag = element.tag.replace(f"{{{SVG}}}", "")
        if f"{{{XLINK}}}href" in element.attrib:
            element.set("href", element.attrib.pop(f"{{{XLINK}}}href"))
        element.tail = None
        if element.tag != "style":
            element.text = None
    for metadata in root.findall("metadata"):
        root.remove(metadata)
    definitions = _gather_definitions(root)
    _share_words(root, definitions)
    _drop_empty_marks(root)
    _shorten_ids(root)
    glyphs = {id(path) for path in root.iter("path") if path.get("transform", "").startswith("scale")}
    for element in root.iter():
        _shorten(element, glyph=id(element) in glyphs)
    _paint_uses(root)
    _flatten(root)
    _share_styles(root)
    _share_scales(root)
    return root


def short(number: float, decimals: int = DECIMALS) -> str:
    """Number in the fewest characters: 0.50 -> .5, 3.00 -> 3, -0.00 -> 0."""
    text = f"{number:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _joined(numbers: Iterable[str]) -> str:
    """Numbers with a separator only where reading needs one."""
    out = ""
    for number in numbers:
        out += number if not out or number.startswith("-") else " " + number
    return out


def _shorten(element: ET.Element, *, glyph: bool) -> None:
    """Rewrite the attributes of one element in fewer characters."""
    for name, value in list(element.attrib.items()):
        if name == "d":
            element.set("d", _path(value, relative=glyph))
        elif name in ("x", "y", "width", "height") and element.tag != "svg":
            element.set(name, short(float(value)))
        elif name == "style":
            if style := _style(value):
                element.set("style", style)
            else:
                del element.attrib["style"]
        elif name == "transform" and glyph:
            (scale,) = (float(number) for number in _NUMBER.findall(value))
            element.set("transform", f"scale({short(scale * GLYPH_UNITS, 6)})")
        elif name == "transform":
            _compact_transform(element, value)


def _path(d: str, *, relative: bool) -> str:
    """Path data in fewer characters; `relative` for outlines of glyphs, in coarser units and not rounded again."""
    out: list[str] = []
    tokens = _TOKEN.findall(d)
    at, x0, y0, start = 0, 0.0, 0.0, (0.0, 0.0)
    last = ""
    while at < len(tokens):
        command = tokens[at].upper()
        at += 1
        if command not in _ARITY:
            raise RestatedError(f"path command '{command}' is not handled")
        values = [float(token) for token in tokens[at : at + _ARITY[command]]]
        at += _ARITY[command]
        if relative:
            values = [round(value / GLYPH_UNITS) for value in values]
        if command == "Z":
            out.append("z")
            x0, y0 = start
            last = ""
            continue
        x1, y1 = values[-2:]
        if command == "M":
            start = (x1, y1)
        if not relative:
            letter = command
            numbers = [short(value) for value in values]
        elif command == "L" and y1 == y0:
            letter, numbers = "h", [short(x1 - x0)]
        elif command == "L" and x1 == x0:
            letter, numbers = "v", [short(y1 - y0)]
        else:
            letter = command.lower()
            numbers = [short(value - (y0 if i % 2 else x0)) for i, value in enumerate(values)]
        x0, y0 = x1, y1
        body = _joined(numbers)
        if letter == last and letter not in "Mm":
            out.append(body if body.startswith("-") else " " + body)
        else:
            out.append(letter + body)
        last = letter
    # The first move of a glyph is the same in relative and absolute coordinates.
    return "".join(out)


def _style(text: str) -> str:
    """Style attribute without defaults and spare characters."""
    kept = []
    for declaration in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if _DEFAULTS.get(name) == value:
            continue
        if name in ("stroke-width", "stroke-miterlimit", "stroke-dasharray"):
            value = _NUMBER.sub(lambda match: short(float(match.group())), value).replace(", ", ",")
        kept.append(f"{name}:{value}")
    return ";".join(kept)


def _compact_transform(element: ET.Element, text: str) -> None:
    """Turn the shift of a glyph into x and y, and round other transforms."""
    shift = re.fullmatch(r"translate\(\s*(\S+?)[ ,]+(\S+?)\s*\)", text)
    if element.tag != "use" or not shift or "x" in element.attrib or "y" in element.attrib:
        element.set("transform", _transform(text))
        return
    del element.attrib["transform"]
    for name, number in zip(("x", "y"), shift.groups(), strict=True):
        value = short(float(number), GLYPH_DECIMALS)
        if value != "0":
            element.set(name, value)


def _transform(text: str) -> str:
    """Transform with rounded shifts; scale factors keep their digits."""
    calls = []
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        digits = DECIMALS if name in ("translate", "rotate") else 6
        calls.append(f"{name}({_joined(short(float(number), digits) for number in _NUMBER.findall(inside))})")
    return " ".join(calls)


def _drop_empty_marks(root: ET.Element) -> None:
    """Remove shapes that paint nothing: invisible patches and spaces."""
    blank = {path.get("id") for path in root.iter("path") if not path.get("d", "").strip()}
    for parent in list(root.iter()):
        for child in list(parent):
            style = child.get("style", "").replace(" ", "").rstrip(";")
            spaces = child.tag == "use" and child.get("href", "")[1:] in blank
            unseen = child.tag == "path" and parent.tag != "clipPath" and not child.get("id") and style == "fill:none"
            if spaces or unseen or (child.tag == "path" and child.get("id") in blank):
                parent.remove(child)


def _shorten_ids(root: ET.Element) -> None:
    """Keep only ids that something refers to, renamed a, b, c, ... in order of frequency."""
    uses: dict[str, int] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            for target in re.findall(r"url\(#([^)]+)\)", value) + ([value[1:]] if name == "href" else []):
                uses[target] = uses.get(target, 0) + 1
    order = sorted(uses, key=lambda target: (-uses[target], target))
    names = {target: _letters(i) for i, target in enumerate(order)}
    for element in root.iter():
        if element.get("id") is not None and element.get("id") not in names:
            del element.attrib["id"]
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, names[value])
            elif name == "href":
                element.set(name, "#" + names[value[1:]])
            elif "url(#" in value:
                element.set(name, re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names[m.group(1)]})", value))


def _letters(i: int) -> str:
    """0 -> a, 25 -> z, 26 -> aa, ..."""
    above, rest = divmod(i, 26)
    return (_letters(above - 1) if above else "") + chr(ord("a") + rest)


def _gather_definitions(root: ET.Element) -> ET.Element:
    """Move all glyphs, markers, hatches and clips to one place at the top, and drop style rules."""
    everything = ET.Element("defs")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "defs":
                everything.extend(inner for inner in child if inner.tag != "style")
                parent.remove(child)
    root.insert(0, everything)
    return everything


def _share_words(root: ET.Element, definitions: ET.Element) -> None:
    """Draw recurring words (years, interval ends, labels) once, and refer to them."""
    blank = {f"#{path.get('id')}" for path in definitions if path.tag == "path" and not path.get("d", "").strip()}
    places: dict[tuple[tuple[str, str], ...], list[tuple[ET.Element, list[ET.Element], float]]] = {}
    for group in list(root.iter("g")):
        if "scale" not in group.get("transform", "") or any(glyph.tag != "use" for glyph in group):
            continue
        shifts = [(glyph, *_glyph_shift(glyph)) for glyph in group]
        if any(y for _, _, y in shifts):
            continue
        for spaces, run in groupby(shifts, key=lambda shift: shift[0].get("href") in blank):
            glyphs, at = zip(*((glyph, x) for glyph, x, _ in run), strict=True)
            word = tuple(
                (glyph.get("href", ""), short(x - at[0], GLYPH_DECIMALS)) for glyph, x in zip(glyphs, at, strict=True)
            )
            if not spaces and len(word) > 1:
                places.setdefault(word, []).append((group, list(glyphs), at[0]))
    for number, (word, found) in enumerate(places.items()):
        # A reference costs about as much as one glyph; the definition costs the glyphs and half of one as a wrapper.
        if len(found) * len(word) <= len(word) + 0.5 + len(found):
            continue
        name = f"word{number}"
        shared = ET.SubElement(definitions, "g", id=name)
        for href, shift in word:
            ET.SubElement(shared, "use", {"href": href} if shift == "0" else {"href": href, "x": shift})
        for group, drawn, start in found:
            place = list(group).index(drawn[0])
            for glyph in drawn:
                group.remove(glyph)
            group.insert(place, ET.Element("use", {"href": f"#{name}", "transform": f"translate({start} 0)"}))


def _glyph_shift(glyph: ET.Element) -> tuple[float, float]:
    """Place of a glyph on its line, in hundredths of the type size."""
    numbers = [float(number) for number in _NUMBER.findall(glyph.get("transform", ""))]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0.0, 0.0)


def _share_styles(element: ET.Element) -> None:
    """Give neighbours of one style a common group with it; only inherited properties are moved."""
    children: list[ET.Element] = []
    for style, neighbours in groupby(element, key=lambda child: child.get("style")):
        run = list(neighbours)
        if element.tag != "defs" and style and len(run) > 1 and "opacity" not in style:
            group = ET.Element("g", style=style)
            for child in run:
                del child.attrib["style"]
            group.extend(run)
            _flatten(group)
            children.append(group)
        else:
            for child in run:
                _share_styles(child)
            children.extend(run)
    element[:] = children


def _line_scale(element: ET.Element) -> str | None:
    """Scale of a line of text, if the element is one."""
    line = _LINE.fullmatch(element.get("transform", ""))
    return line.group(3) if line and element.tag == "g" and set(element.attrib) == {"transform"} else None


def _share_scales(element: ET.Element) -> None:
    """Give neighbouring lines of text in one size a common group with the scale."""
    children: list[ET.Element] = []
    for scale, neighbours in groupby(element, key=_line_scale):
        run = list(neighbours)
        if scale is None or len(run) < 2:
            for child in run:
                _share_scales(child)
            children.extend(run)
            continue
        group = ET.Element("g", transform=f"scale({scale}-{scale})")
        for line in run:
            (place,) = _LINE.findall(line.get("transform", ""))
            x, y = short(float(place[0]) / float(scale), 0), short(-float(place[1]) / float(scale), 0)
            if len(line) == 1 and line[0].tag == "use" and not {"x", "y"} & set(line[0].attrib):
                line[0].set("x", x)
                line[0].set("y", y)
                group.append(line[0])
            else:
                line.set("transform", f"translate({_joined([x, y])})")
                group.append(line)
        children.append(group)
    element[:] = children


def _paint_uses(root: ET.Element) -> None:
    """Move colours of marks to the places of their use, since rules do not reach into the copies a reference makes."""
    marks = {path.get("id"): path for path in root.iter("path") if path.get("id") and PAINT.search(_declared(path))}
    for use in root.iter("use"):
        if mark := marks.get(use.get("href", "")[1:]):
            colours = {kind: f"{kind}:{code}" for kind, code in PAINT.findall(_declared(mark))}
            own = [part for part in _declared(use).split(";") if part and part.partition(":")[0] not in colours]
            use.set("style", ";".join([*own, *colours.values()]))
    for mark in marks.values():
        mark.set("style", ";".join(part for part in _declared(mark).split(";") if not PAINT.fullmatch(part)))
        if not mark.get("style"):
            del mark.attrib["style"]


def _declared(element: ET.Element) -> str:
    return element.get("style", "")


def _flatten(element: ET.Element) -> None:
    """Take the contents out of groups and definitions that add nothing."""
    for child in list(element):
        _flatten(child)
    children: list[ET.Element] = []
    for child in element:
        if child.tag in ("g", "defs") and not len(child):
            continue
        if child.tag == "g" and not child.attrib and element.tag != "defs":
            children.extend(child)
        else:
            children.append(child)
    element[:] = children
