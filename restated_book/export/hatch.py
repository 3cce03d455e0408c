"""Draw hatched areas as plain lines: Chromium prints an area filled with a pattern as a coarse bitmap."""

import math
import re
import xml.etree.ElementTree as ET

from restated.plots.minify import short

SVG = "{http://www.w3.org/2000/svg}"
_FILL = re.compile(r"(?<![\w-])fill:url\(#([^)]+)\)")
_LINE = re.compile(r"M(-?[\d.]+)[ ,]+(-?[\d.]+)\s*L\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def _tile(pattern: ET.Element) -> tuple[float, float, list[tuple[float, ...]], str, str] | None:
    """Return width, height, lines, style and ground of a pattern of straight lines; None for any other."""
    path, ground = pattern.find(f"{SVG}path"), pattern.find(f"{SVG}rect")
    drawn = "" if path is None else path.get("d", "")
    if path is None or set(re.sub(r"[\d.\s,-]", "", drawn)) != {"M", "L"}:
        return None
    lines = [tuple(map(float, found)) for found in _LINE.findall(drawn)]
    width, height = (float(pattern.attrib[side]) for side in ("width", "height"))
    return width, height, lines, path.get("style", ""), "none" if ground is None else ground.attrib["fill"]


def _lines(shape: str, tile) -> str:
    """Return the lines of a pattern near a shape in absolute coordinates, as the data of one path."""
    numbers = [float(x) for x in _NUMBER.findall(shape)]
    left, right, top, bottom = min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])
    if left == right or top == bottom:
        return ""
    width, height, lines, _, _ = tile
    drawn: dict[str, None] = {}  # the lines of neighbouring tiles overlap: once is enough
    for i in range(math.floor(left / width), math.floor(right / width) + 1):
        for j in range(math.floor(top / height), math.floor(bottom / height) + 1):
            for x1, y1, x2, y2 in lines:
                a, b, c, d = x1 + i * width, y1 + j * height, x2 + i * width, y2 + j * height
                if max(a, c) >= left and min(a, c) <= right and max(b, d) >= top and min(b, d) <= bottom:
                    drawn[f"M{short(a)} {short(b)}L{short(c)} {short(d)}"] = None
    return "".join(drawn)


def drawn_out(svg: str) -> str:
    """Return `svg`, of :mod:`restated.plots.render`, with areas hatched by straight lines drawn as lines, clipped."""
    ET.register_namespace("", SVG[1:-1])
    root = ET.fromstring(svg)
    tiles = {p.get("id"): tile for p in root.iter(f"{SVG}pattern") if (tile := _tile(p)) is not None}
    definitions = root.find(f"{SVG}defs")
    count = 0

    def walk(parent: ET.Element, inherited: str | None) -> None:
        nonlocal count
        for child in list(parent):
            style = child.get("style", "")
            named = _FILL.search(style)
            fill = named[1] if named else None if "fill:" in style else inherited
            if child.tag == f"{SVG}g":
                walk(child, fill)
                continue
            if child.tag != f"{SVG}path" or fill not in tiles:
                continue
            shape, (_, _, _, style_of_lines, ground) = child.get("d", ""), tiles[fill]
            if (lines := _lines(shape, tiles[fill])) and definitions is not None:
                clip = ET.SubElement(definitions, f"{SVG}clipPath", id=f"hatch-{count}")
                ET.SubElement(clip, f"{SVG}path", d=shape)
                count += 1
                outer = child.get("clip-path")
                around = ET.Element(f"{SVG}g", {"clip-path": outer} if outer else {})
                ET.SubElement(around, f"{SVG}path", {"d": shape, "style": f"fill:{ground};stroke:none"})
                clipped = {"d": lines, "style": style_of_lines, "clip-path": f"url(#{clip.attrib['id']})"}
                ET.SubElement(around, f"{SVG}path", clipped)
                parent.insert(list(parent).index(child), around)
            child.set("style", (_FILL.sub("fill:none", style) if named else f"fill:none;{style}").rstrip(";"))

    walk(root, None)
    return ET.tostring(root, encoding="unicode")
