"""From a drawn figure to bytes: small, deterministic SVG for the light and the dark theme, and PNG."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from itertools import groupby

from matplotlib.figure import Figure
from PIL import Image

from restated.errors import RestatedError
from restated.plots import DARK
from restated.plots.style import POINTS, PX_PER_INCH, ROLES, look

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

#: Decimals kept of a coordinate: a hundredth of a point is far below a device pixel.
DECIMALS = 2
#: Units of an outline that become one: of 64 units to a hundredth of the type size, the error is at most 0.004 pt.
GLYPH_UNITS = 4
#: Decimals kept of a glyph's place on its line, in hundredths of the type size: the error is at most 0.05 pt.
GLYPH_DECIMALS = 0

#: Dots per inch journals ask for in line drawings with text.
PRINT_DPI = 300
#: Colours kept in a PNG. Fewer move the colours of the book visibly, more save nothing but shades at edges.
PNG_COLOURS = 32
#: Effort of packing, up to 9: two steps more would take half as long again to save a thirtieth.
PNG_EFFORT = 5
#: Values of a palette from here on are white: its colours are means, and the ground has to be white in print.
NEARLY_WHITE = 254

_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
#: A colour as it stands in a style attribute.
_PAINT = re.compile(r"(fill|stroke):(#[0-9a-f]{6})\b")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
_TOKEN = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:[eE][-+]?\d+)?")
#: How many numbers each path command takes.
_ARITY = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
#: Style properties matplotlib writes although they say what SVG says by default.
_DEFAULTS = {
    "stroke-linecap": "butt",
    "opacity": "1",
    "stroke-dashoffset": "0",
    "stroke-opacity": "1",
    "fill-opacity": "1",
}


def svg(fig: Figure) -> str:
    """Figure as SVG text in the light colours, and in the dark ones where its address ends in ``#dark``.

    One file serves both themes: with that address the root is the target, and rules for ``:target`` change the colours. What
    knows no style rules shows the light ones.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Drawn with the colours of `style.ROLES` and no others.

    Raises
    ------
    RestatedError
        If the figure contains a colour that has no role.
    """
    return _minified(_raw(fig), fig)


def _dark_rules(text: str) -> str:
    """Style rules that give everything painted in `text` its dark colour."""
    dark = {tone.light: tone.dark for tone in ROLES.values()}
    painted = sorted(set(_PAINT.findall(text)))
    strangers = sorted(set(_HEX.findall(text)) - set(dark))
    if strangers:
        raise RestatedError(
            f"the figure uses colours without a role: {', '.join(strangers)}", remedy="Take colours from style.colour()"
        )
    return "".join(f':target [style*="{kind}:{code}"]{{{kind}:{dark[code]}!important}}' for kind, code in painted)


def png(fig: Figure, dpi: int = PRINT_DPI) -> bytes:
    """Figure as PNG bytes: light colours on white, in its own size on paper, with few colours and so in few bytes."""
    buffer = io.BytesIO()
    with look():
        fig.savefig(buffer, format="rgba", dpi=dpi, facecolor="white")
    size = width, height = tuple(int(side * dpi) for side in fig.get_size_inches())
    # The image is opaque: what is drawn lies on white.
    picture = Image.frombytes("RGB", size, buffer.getbuffer(), "raw", "RGBX")
    # A quarter of the dots has all colours there are; each dot then gets the nearest of those kept.
    few = picture.resize((width // 2, height // 2), Image.Resampling.NEAREST).quantize(
        PNG_COLOURS, method=Image.Quantize.FASTOCTREE
    )
    few = picture.quantize(palette=few, dither=Image.Dither.NONE)
    few.putpalette([255 if value >= NEARLY_WHITE else value for value in few.getpalette()])
    out = io.BytesIO()
    few.save(out, "png", dpi=(dpi, dpi), compress_level=PNG_EFFORT)
    return out.getvalue()


def _raw(fig: Figure) -> str:
    """Matplotlib's own SVG, without dates or version."""
    buffer = io.StringIO()
    with look():
        fig.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _short(number: float, decimals: int = DECIMALS) -> str:
    """Number in the fewest characters: 0.50 -> .5, 3.00 -> 3, -0.00 -> 0."""
    text = f"{number:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _joined(numbers: list[str]) -> str:
    """Numbers with a separator only where reading needs one."""
    out = ""
    for number in numbers:
        out += number if not out or number.startswith("-") else " " + number
    return out


def _path(d: str, *, relative: bool) -> str:
    """Path data rewritten compactly; `relative` for the outlines of glyphs, in coarser units, where nothing more is rounded."""
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
            numbers = [_short(value) for value in values]
        elif command == "L" and y1 == y0:
            letter, numbers = "h", [_short(x1 - x0)]
        elif command == "L" and x1 == x0:
            letter, numbers = "v", [_short(y1 - y0)]
        else:
            letter = command.lower()
            numbers = [_short(value - (y0 if i % 2 else x0)) for i, value in enumerate(values)]
        x0, y0 = x1, y1
        body = _joined(numbers)
        if letter == last and letter not in "Mm":
            out.append(body if body.startswith("-") else " " + body)
        else:
            out.append(letter + body)
        last = letter
    # A move first makes relative and absolute the same, so glyphs begin with a plain M.
    return "".join(out)


def _style(text: str) -> str:
    """Style attribute without defaults and spare characters."""
    kept = []
    for declaration in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if _DEFAULTS.get(name) == value:
            continue
        if name in ("stroke-width", "stroke-miterlimit", "stroke-dasharray"):
            value = _NUMBER.sub(lambda match: _short(float(match.group())), value).replace(", ", ",")
        kept.append(f"{name}:{value}")
    return ";".join(kept)


def _transform(text: str, decimals: int = DECIMALS) -> str:
    """Transform with rounded shifts; scale factors keep their digits."""

    def call(match: re.Match) -> str:
        name, inside = match.groups()
        digits = decimals if name in ("translate", "rotate") else 6
        numbers = [_short(float(number), digits) for number in _NUMBER.findall(inside)]
        return f"{name}({_joined(numbers)})"

    return " ".join(call(match) for match in re.finditer(r"(\w+)\(([^)]*)\)", text))


def _minified(raw: str, fig: Figure) -> str:
    """Matplotlib's SVG with the same picture in a fraction of the size."""
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
    _gather_definitions(root)
    _share_words(root)
    _drop_empty_marks(root)
    _shorten_ids(root)
    glyphs = {id(path) for path in root.iter("path") if path.get("transform", "").startswith("scale")}
    for element in root.iter():
        if "d" in element.attrib:
            element.set("d", _path(element.get("d"), relative=id(element) in glyphs))
        for name in ("x", "y", "width", "height"):
            if name in element.attrib and element.tag != "svg":
                element.set(name, _short(float(element.get(name))))
        if "style" in element.attrib:
            style = _style(element.get("style"))
            element.set("style", style) if style else element.attrib.pop("style")
        if id(element) in glyphs:
            (scale,) = (float(number) for number in _NUMBER.findall(element.get("transform")))
            element.set("transform", f"scale({_short(scale * GLYPH_UNITS, 6)})")
        elif "transform" in element.attrib:
            _compact_transform(element)
    _paint_uses(root)
    _flatten(root)
    _share_styles(root)
    _share_scales(root)
    width, height = (side * POINTS for side in fig.get_size_inches())
    root.attrib.clear()
    root.set("xmlns", SVG)
    root.set("id", DARK)
    root.set("width", _short(width / POINTS * PX_PER_INCH, 0))
    root.set("height", _short(height / POINTS * PX_PER_INCH, 0))
    root.set("viewBox", f"0 0 {_short(width)} {_short(height)}")
    # What matplotlib says in a style rule.
    root.set("stroke-linejoin", "round")
    rules = ET.Element("style")
    rules.text = _dark_rules(ET.tostring(root, encoding="unicode"))
    root.insert(0, rules)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>") + "\n"


def _compact_transform(element: ET.Element) -> None:
    """A shift of a glyph becomes x; other transforms are rounded."""
    text = element.get("transform")
    shift = re.fullmatch(r"translate\(\s*(\S+?)[ ,]+(\S+?)\s*\)", text)
    if element.tag == "use" and shift and "x" not in element.attrib and "y" not in element.attrib:
        del element.attrib["transform"]
        for name, number in zip(("x", "y"), shift.groups(), strict=True):
            value = _short(float(number), GLYPH_DECIMALS)
            if value != "0":
                element.set(name, value)
        return
    element.set("transform", _transform(text))


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
    text = ""
    i += 1
    while i:
        i, rest = divmod(i - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def _gather_definitions(root: ET.Element) -> None:
    """All glyphs, markers, hatches and clips in one place at the top; style rules go."""
    everything = ET.Element("defs")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "defs":
                everything.extend(inner for inner in child if inner.tag != "style")
                parent.remove(child)
    root.insert(0, everything)


def _share_words(root: ET.Element) -> None:
    """Words that occur again (years, interval ends, labels) are drawn once and referred to."""
    definitions = root.find("defs")
    blank = {"#" + path.get("id") for path in definitions if path.tag == "path" and not path.get("d", "").strip()}
    places: dict[tuple, list[tuple[ET.Element, list[ET.Element], float]]] = {}
    for group in list(root.iter("g")):
        glyphs = list(group)
        if "scale" not in group.get("transform", "") or any(glyph.tag != "use" for glyph in glyphs):
            continue
        shifts = [_glyph_shift(glyph) for glyph in glyphs]
        if any(y for _, y in shifts):
            continue
        for spaces, run in groupby(zip(glyphs, shifts, strict=True), key=lambda pair: pair[0].get("href") in blank):
            run = list(run)
            start = run[0][1][0]
            word = tuple((glyph.get("href"), _short(x - start, GLYPH_DECIMALS)) for glyph, (x, _) in run)
            if not spaces and len(word) > 1:
                places.setdefault(word, []).append((group, [glyph for glyph, _ in run], start))
    for number, (word, found) in enumerate(places.items()):
        # A reference costs about as much as one glyph; the definition costs the glyphs and a wrapper of half
        # of one.
        if len(found) * len(word) <= len(word) + 0.5 + len(found):
            continue
        name = f"word{number}"
        shared = ET.SubElement(definitions, "g", id=name)
        for href, x in word:
            ET.SubElement(shared, "use", {"href": href} if x == "0" else {"href": href, "x": x})
        for group, glyphs, start in found:
            at = list(group).index(glyphs[0])
            for glyph in glyphs:
                group.remove(glyph)
            group.insert(at, ET.Element("use", {"href": f"#{name}", "transform": f"translate({start} 0)"}))


def _glyph_shift(glyph: ET.Element) -> tuple[float, float]:
    """Place of a glyph on its line, in hundredths of the type size."""
    numbers = [float(number) for number in _NUMBER.findall(glyph.get("transform", ""))]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0.0, 0.0)


def _share_styles(element: ET.Element) -> None:
    """Neighbours of one style get it from a common group; only inherited properties are ever moved."""
    children: list[ET.Element] = []
    for style, run in groupby(element, key=lambda child: child.get("style")):
        run = list(run)
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


_LINE = re.compile(r"translate\(([-.\d]+?) ?(-?[.\d]+)\) scale\(([.\d]+)-\3\)")


def _share_scales(element: ET.Element) -> None:
    """Neighbouring lines of text in one size get the scaling from a common group, keeping their place."""

    def scale_of(child: ET.Element) -> str | None:
        line = _LINE.fullmatch(child.get("transform", ""))
        return line.group(3) if line and child.tag == "g" and set(child.attrib) == {"transform"} else None

    children: list[ET.Element] = []
    for scale, run in groupby(element, key=scale_of):
        run = list(run)
        if scale is None or len(run) < 2:
            for child in run:
                _share_scales(child)
            children.extend(run)
            continue
        group = ET.Element("g", transform=f"scale({scale}-{scale})")
        for line in run:
            x, y, _ = _LINE.fullmatch(line.get("transform")).groups()
            x, y = _short(float(x) / float(scale), 0), _short(-float(y) / float(scale), 0)
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
    """Colours of marks go to the places where they are used: no rule reaches into the copies that a reference makes."""
    marks = {
        mark.get("id"): mark for mark in root.iter("path") if mark.get("id") and _PAINT.search(mark.get("style", ""))
    }
    for use in root.iter("use"):
        if mark := marks.get(use.get("href")[1:]):
            colours = {kind: f"{kind}:{code}" for kind, code in _PAINT.findall(mark.get("style"))}
            own = [part for part in use.get("style", "").split(";") if part and part.partition(":")[0] not in colours]
            use.set("style", ";".join([*own, *colours.values()]))
    for mark in marks.values():
        mark.set("style", ";".join(part for part in mark.get("style").split(";") if not _PAINT.fullmatch(part)))
        if not mark.get("style"):
            del mark.attrib["style"]


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
