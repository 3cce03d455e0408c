"""A reader of SVG, independent of the minifier: every painted shape with its style and points."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np

INHERITED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-miterlimit")


def points(d: str) -> list[tuple[float, float]]:
    """All points of path data, absolute, read one token at a time (h, v, relative and implicit commands)."""
    tokens = re.findall(r"[A-Za-z]|-?(?:\d+\.\d*|\.\d+|\d+)(?:e-?\d+)?", d)
    out, command, x, y, at, start = [], "", 0.0, 0.0, 0, (0.0, 0.0)
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        kind = command.upper()
        if kind == "Z":
            x, y = start
            continue
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6}[kind]
        values = [float(token) for token in tokens[at : at + size]]
        at += size
        if kind in "HV":
            if kind == "H":
                x = values[0] + (x if command.islower() else 0)
            else:
                y = values[0] + (y if command.islower() else 0)
            out.append((x, y))
        else:
            dx, dy = (x, y) if command.islower() else (0.0, 0.0)
            out += [(values[i] + dx, values[i + 1] + dy) for i in range(0, size, 2)]
            x, y = out[-1]
        if kind == "M":
            start = (x, y)
            command = "l" if command == "m" else "L"
    return out


def matrix(text: str) -> np.ndarray:
    out = np.eye(3)
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text or ""):
        v = [float(n) for n in re.findall(r"-?(?:\d+\.\d*|\.\d+|\d+)(?:e-?\d+)?", inside)]
        m = np.eye(3)
        if name == "translate":
            m[0, 2], m[1, 2] = v[0], v[1] if len(v) > 1 else 0
        elif name == "scale":
            m[0, 0], m[1, 1] = v[0], v[-1]
        elif name == "rotate":
            a = np.radians(v[0])
            m[:2, :2] = [[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]
        else:
            raise AssertionError(f"transform {name}")
        out = out @ m
    return out


def shapes(svg: str) -> list[tuple[dict, np.ndarray]]:
    """Every painted shape with its resolved style and absolute points; references are followed."""
    root = ET.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    known = {e.get("id"): e for e in root.iter() if e.get("id")}
    found = []

    def walk(element, place, look):
        look = dict(look)
        for part in element.get("style", "").split(";"):
            name, _, value = part.partition(":")
            if name.strip() in INHERITED:
                look[name.strip()] = value.strip()
        place = place @ matrix(element.get("transform"))
        if element.tag == "use":
            shift = np.eye(3)
            shift[0, 2], shift[1, 2] = float(element.get("x", 0)), float(element.get("y", 0))
            walk(known[element.get("href")[1:]], place @ shift, look)
        elif element.tag == "path":
            d = points(element.get("d", ""))
            if d and not (look.get("fill") == "none" and "stroke" not in look):
                found.append((look, (place @ np.column_stack([d, np.ones(len(d))]).T)[:2].T))
        elif element.tag in ("svg", "g"):
            for child in element:
                walk(child, place, look)

    walk(root, np.eye(3), {})
    return found


def comparable(look: dict) -> tuple:
    """Style without the defaults of SVG, numbers rounded."""

    def plain(text):
        if text.startswith("url("):
            return "url"
        return (
            re.sub(r"\d*\.?\d+", lambda m: f"{float(m.group()):.2f}", text).replace(" ", "") if text[0] != "#" else text
        )

    defaults = {"stroke-linecap": "butt", "stroke-width": "1.00"}
    return tuple(sorted((k, plain(v)) for k, v in look.items() if defaults.get(k) != plain(v)))
