"""What must hold for every figure."""

from __future__ import annotations

import re

import matplotlib as mpl
import pandas as pd
import pytest

from restated.figures import render
from restated.figures.style import BASE, POINTS
from restated.figures.words import ALT_MAX, ALT_MIN

from .samples import FIGURES, drawn, pictures

#: Bytes of one theme: a chapter shows about twenty figures and must stay small.
LARGEST = 60_000


@pytest.mark.parametrize("name", FIGURES)
def test_alternative_text_is_a_sentence_with_the_main_number(name):
    alt = drawn(name).alt
    assert ALT_MIN <= len(alt) <= ALT_MAX
    assert FIGURES[name][1] in alt
    assert (alt[0].isupper() or alt[0].isdigit()) and alt.endswith(".")
    assert "nan" not in alt and "None" not in alt


@pytest.mark.parametrize("name", FIGURES)
def test_data_can_stand_beside_the_figure(name):
    data = drawn(name).data
    assert isinstance(data, pd.DataFrame) and len(data)
    assert all(str(column).strip() for column in data.columns) and data.columns.is_unique
    assert data.iloc[:, 0].notna().all(), "the first column holds the row headings"


@pytest.mark.parametrize("name", FIGURES)
def test_two_drawings_are_the_same_bytes(name):
    first = pictures(name)["light"]
    # A caller's own settings, and an earlier rendering, leave no trace.
    with mpl.rc_context(
        {"font.family": "monospace", "lines.linewidth": 9, "svg.hashsalt": "x", "axes.grid": True}
    ):
        assert render.svg(FIGURES[name][0]().fig) == first


@pytest.mark.parametrize("name", FIGURES)
def test_themes_differ_in_colours_only(name):
    light, dark = pictures(name)["light"], pictures(name)["dark"]
    assert light != dark
    colourless = re.compile(r"#[0-9a-f]{6}\b")
    assert colourless.sub("#", light) == colourless.sub("#", dark)
    assert len(light.encode()) <= LARGEST


@pytest.mark.parametrize("name", FIGURES)
def test_every_text_is_large_enough_inside_and_free(name):
    fig = drawn(name).fig
    renderer = fig.canvas.get_renderer()
    fig.draw(renderer)
    found = fig.findobj(lambda a: hasattr(a, "get_text") and a.get_visible() and a.get_text().strip() != "")
    boxes = [(text, text.get_window_extent(renderer)) for text in found]
    assert boxes
    # Boxes include room for letters that hang down and one pixel of smoothing: only a real overlap counts.
    slack = 2.0 * fig.dpi / POINTS
    for i, (one, a) in enumerate(boxes):
        assert one.get_fontsize() >= BASE, one.get_text()
        assert a.x0 >= -1 and a.y0 >= -1 and a.x1 <= fig.bbox.x1 + 1 and a.y1 <= fig.bbox.y1 + 1, (
            one.get_text()
        )
        for other, b in boxes[i + 1 :]:
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= slack or down <= 2 * slack, f"{one.get_text()} | {other.get_text()}"
