"""What must hold for every figure."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from restated.figures import render
from restated.figures.style import BASE, COMPACT
from restated.figures.words import ALT_MAX, ALT_MIN

from .samples import FIGURES, drawn

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
    again = FIGURES[name][0]()
    assert render.svg(again.fig) == render.svg(drawn(name).fig) == render.svg(drawn(name).fig)


@pytest.mark.parametrize("name", FIGURES)
def test_themes_differ_in_colours_only(name):
    light, dark = (render.svg(drawn(name).fig, theme) for theme in ("light", "dark"))
    assert light != dark
    colourless = re.compile(r"#[0-9a-f]{6}\b")
    assert colourless.sub("#", light) == colourless.sub("#", dark)
    assert len(light.encode()) <= LARGEST


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_small_and_none_leaves_the_picture(name):
    fig = drawn(name).fig
    renderer = fig.canvas.get_renderer()
    fig.draw(renderer)
    box = fig.bbox
    texts = [t for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_visible() and t.get_text().strip()]
    assert texts
    for text in texts:
        assert text.get_fontsize() >= (COMPACT if len(drawn(name).data) > 32 else BASE), text.get_text()
        extent = text.get_window_extent(renderer)
        assert extent.x0 >= box.x0 - 1 and extent.x1 <= box.x1 + 1, text.get_text()
        assert extent.y0 >= box.y0 - 1 and extent.y1 <= box.y1 + 1, text.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_texts_overlap(name):
    fig = drawn(name).fig
    renderer = fig.canvas.get_renderer()
    fig.draw(renderer)
    texts = [t for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_visible() and t.get_text().strip()]
    # Boxes include room for letters that hang down: only a real overlap of more than two points counts.
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts]
    slack = 2.0 * fig.dpi / 72
    for i, (one, a) in enumerate(boxes):
        for other, b in boxes[i + 1:]:
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= slack or down <= 2 * slack, f"'{one}' overlaps '{other}'"
