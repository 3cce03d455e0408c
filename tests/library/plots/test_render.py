"""Files of figures: size, colours, and the minifier, which may change nothing a reader sees."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.plots import minify, render, style
from restated.plots.forest import forest
from tests.library.plots.samples import drawn, fit, picture, studies
from tests.library.plots.svgshapes import points


def test_size_attributes_follow_the_figure():
    fig = drawn("forest").fig
    width, height = fig.get_size_inches()
    root = ET.fromstring(picture("forest"))
    assert float(root.get("width")) == round(width * style.PX_PER_INCH) <= 720
    assert float(root.get("height")) == round(height * style.PX_PER_INCH)
    assert root.get("viewBox").split()[2:] == [minify.short(width * 72), minify.short(height * 72)]


def test_large_forest_stays_small():
    table = studies(66).assign(study=[f"Surname{i}, Other & Third (comparison {i})" for i in range(66)])
    text = render.svg(forest(table, fit(k=66)).fig)
    assert len(text.encode()) <= 150_000 and len(gzip.compress(text.encode())) <= 18_000


def test_a_colour_without_a_role_is_refused():
    fig = style.new_figure(2, 1)
    fig.text(0.5, 0.5, "x", color="#abcdef")
    with pytest.raises(RestatedError, match="#abcdef"):
        render.svg(fig)


def test_png_is_a_repeatable_png():
    one, two = (render.png(drawn("funnel").fig, dpi=40) for _ in range(2))
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
    coarse = [tuple(round(x / minify.GLYPH_UNITS) for x in point) for point in points(d)]
    assert points(minify._path(d, relative=True)) == coarse


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=2, max_size=12))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_rounded_paths_move_no_point_visibly(at):
    d = "M {!r} {!r} ".format(*at[0]) + " ".join("L {!r} {!r}".format(*p) for p in at[1:])
    after = points(minify._path(d, relative=False))
    assert np.abs(np.array(after) - np.array(at)).max() <= 0.5 * 10**-minify.DECIMALS + 1e-9


def test_an_unknown_path_command_is_refused():
    with pytest.raises(RestatedError, match="'A' is not handled"):
        minify._path("M 0 0 A 1 1 0 0 0 1 1", relative=False)


def test_letters_count_on():
    assert [minify._letters(i) for i in (0, 25, 26, 51, 52, 701, 702)] == ["a", "z", "aa", "az", "ba", "zz", "aaa"]
