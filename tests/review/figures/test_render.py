"""The minifier may change nothing a reader sees: its output is compared with matplotlib's own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.plots import render, style
from restated.plots.forest import forest
from tests.review.figures.samples import FIGURES, drawn, fit, picture, studies

#: Points; glyph places are rounded to 0.05 pt, twice where words are shared.
MOVED = 0.16
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
    """Style without what SVG says by default, numbers rounded."""

    def plain(text):
        if text.startswith("url("):
            return "url"
        return (
            re.sub(r"\d*\.?\d+", lambda m: f"{float(m.group()):.2f}", text).replace(" ", "") if text[0] != "#" else text
        )

    defaults = {"stroke-linecap": "butt", "stroke-width": "1.00"}
    return tuple(sorted((k, plain(v)) for k, v in look.items() if defaults.get(k) != plain(v)))


@pytest.mark.parametrize("name", FIGURES)
def test_minified_picture_is_the_same_picture(name):
    before, after = shapes(render._raw(drawn(name).fig)), shapes(picture(name))
    assert len(before) == len(after) > 20

    for (look, at), (other_look, other_at) in zip(before, after, strict=True):
        assert comparable(look) == comparable(other_look)
        assert at.shape == other_at.shape
        assert np.abs(at - other_at).max() <= MOVED


@pytest.mark.parametrize("name", FIGURES)
def test_references_are_complete_and_nothing_foreign_is_left(name):
    text = picture(name)
    root = ET.fromstring(text)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    wanted = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert len(ids) == len(set(ids)) and set(ids) == wanted | {render.DARK}
    for word in ("metadata", "<!--", "DOCTYPE", "xlink", "matplotlib", "<text", "font-family", "http:"):
        assert word not in text.replace("http://www.w3.org/2000/svg", ""), word


def test_size_attributes_follow_the_figure():
    fig = drawn("forest").fig
    width, height = fig.get_size_inches()
    root = ET.fromstring(picture("forest"))
    assert float(root.get("width")) == round(width * style.PX_PER_INCH) <= 720
    assert float(root.get("height")) == round(height * style.PX_PER_INCH)
    assert root.get("viewBox").split()[2:] == [render._short(width * 72), render._short(height * 72)]


def test_large_forest_stays_small():
    table = studies(66).assign(study=[f"Surname{i}, Other & Third (comparison {i})" for i in range(66)])
    text = render.svg(forest(table, fit(k=66)).fig)
    assert len(text.encode()) <= 120_000


def test_a_colour_without_a_role_is_refused():
    fig = style.new_figure(2, 1)
    fig.text(0.5, 0.5, "x", color="#abcdef")
    with pytest.raises(RestatedError, match="#abcdef"):
        render.svg(fig)


def test_png_is_a_repeatable_png():
    one, two = (render.png(drawn("path").fig, dpi=40) for _ in range(2))
    assert one == two and one.startswith(b"\x89PNG")


@given(
    st.lists(
        st.tuples(st.sampled_from("MLQC"), st.lists(st.integers(-999, 9999), min_size=6, max_size=6)),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_relative_glyph_paths_keep_every_point(commands):
    size = {"M": 2, "L": 2, "Q": 4, "C": 6}
    d = "M 3 4 " + " ".join(f"{c} {' '.join(map(str, v[: size[c]]))}" for c, v in commands) + " Z"
    coarse = [tuple(round(x / render.GLYPH_UNITS) for x in point) for point in points(d)]
    assert points(render._path(d, relative=True)) == coarse


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=12))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_rounded_paths_move_no_point_visibly(at):
    d = "M {!r} {!r} ".format(*at[0]) + " ".join("L {!r} {!r}".format(*p) for p in at[1:])
    after = points(render._path(d, relative=False))
    assert np.abs(np.array(after) - np.array(at)).max() <= 0.5 * 10**-render.DECIMALS + 1e-9


def test_an_unknown_path_command_is_refused():
    with pytest.raises(RestatedError, match="'A' is not handled"):
        render._path("M 0 0 A 1 1 0 0 0 1 1", relative=False)


def test_letters_count_on():
    assert [render._letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["a", "z", "aa", "az", "ba", "zz", "aaa"]
