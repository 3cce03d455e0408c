"""Conditions that every figure meets, for the tests of all figures of the library and of the review."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd

from restated.plots import DARK, render, style
from restated.plots.style import BASE, POINTS
from restated.plots.words import ALT_MAX, ALT_MIN
from tests.library.plots.samples import Gallery
from tests.library.plots.svgshapes import comparable, shapes

#: Bytes of one: a chapter shows about twenty figures and must stay small.
LARGEST = 60_000
#: Points; glyph places are rounded to 0.05 pt, and outlines, too.
MOVED = 0.06


def alternative_text_is_a_sentence_with_the_main_number(gallery: Gallery, name: str) -> None:
    alt = gallery.drawn(name).alt
    assert ALT_MIN <= len(alt) <= ALT_MAX
    assert gallery.figures[name][1] in alt
    assert (alt[0].isupper() or alt[0].isdigit()) and alt.endswith(".")
    assert "nan" not in alt and "None" not in alt


def data_have_row_headings_and_named_columns(gallery: Gallery, name: str) -> None:
    data = gallery.drawn(name).data
    assert isinstance(data, pd.DataFrame) and len(data)
    assert all(str(column).strip() for column in data.columns) and data.columns.is_unique
    assert data.iloc[:, 0].notna().all(), "the first column holds the row headings"


def two_drawings_are_the_same_bytes(gallery: Gallery, name: str) -> None:
    first = gallery.picture(name)
    # A caller's own settings, and an earlier rendering, leave no trace.
    with mpl.rc_context({"font.family": "monospace", "lines.linewidth": 9, "svg.hashsalt": "x", "axes.grid": True}):
        assert render.svg(gallery.figures[name][0]().fig) == first


def every_colour_has_a_rule_for_the_dark_theme_that_reaches_it(gallery: Gallery, name: str) -> None:
    text = gallery.picture(name)
    rules, painted = (
        re.search("<style>(.*?)</style>", text)[1],
        text.replace("<style>", "</style>").split("</style>")[2],
    )
    found = set(re.findall(r"(fill|stroke):(#[0-9a-f]{6})\b", painted))
    made = re.findall(r':target \[style\*="(fill|stroke):(#[0-9a-f]{6})"\]\{(\w+):(#[0-9a-f]{6})!important\}', rules)
    assert found and {(kind, code) for kind, code, *_ in made} == found
    assert {(code, dark) for _, code, _, dark in made} <= {(tone.light, tone.dark) for tone in style.ROLES.values()}
    assert all(kind == sets for kind, _, sets, _ in made)
    # No rule reaches into the copies that a reference makes.
    assert not re.search(r'<path id="[^>]*style="[^"]*#[0-9a-f]{6}', painted)
    assert len(text.encode()) <= LARGEST


def every_text_is_large_enough_inside_and_free(gallery: Gallery, name: str) -> None:
    texts_are_large_enough_inside_and_free(gallery.drawn(name).fig)


def the_narrow_drawing_fits_a_telephone(gallery: Gallery, name: str) -> None:
    """It is as wide as the screen, its texts are as large as on a wide one, and it shows the same numbers."""
    wide, small = gallery.drawn(name), gallery.drawn(name).narrow()
    assert small.fig.get_figwidth() <= style.NARROW + 1e-6
    assert small.alt == wide.alt and small.data.equals(wide.data)
    texts_are_large_enough_inside_and_free(small.fig)
    top, height = render._drawn(small.fig)
    assert top > -0.1 and top + height < small.fig.get_figheight() + 0.1, "what is outside is not drawn"


def texts_are_large_enough_inside_and_free(fig) -> None:
    renderer = fig.canvas.get_renderer()
    fig.draw(renderer)
    found = fig.findobj(lambda a: hasattr(a, "get_text") and a.get_visible() and a.get_text().strip() != "")
    boxes = [(text, text.get_window_extent(renderer)) for text in found]
    assert boxes
    # Boxes include room for letters that hang down and one pixel of smoothing: only a real overlap counts.
    slack = 2.0 * fig.dpi / POINTS
    for i, (one, a) in enumerate(boxes):
        assert one.get_fontsize() >= BASE, one.get_text()
        assert a.x0 >= -1 and a.y0 >= -1 and a.x1 <= fig.bbox.x1 + 1 and a.y1 <= fig.bbox.y1 + 1, one.get_text()
        for other, b in boxes[i + 1 :]:
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= slack or down <= 2 * slack, f"{one.get_text()} | {other.get_text()}"


def minified_picture_is_the_same_picture(gallery: Gallery, name: str) -> None:
    before, after = shapes(render._raw(gallery.drawn(name).fig)), shapes(gallery.picture(name))
    assert len(before) == len(after) > 20
    for (look, at), (other_look, other_at) in zip(before, after, strict=True):
        assert comparable(look) == comparable(other_look)
        assert at.shape == other_at.shape
        assert np.abs(at - other_at).max() <= MOVED


def references_are_complete_and_nothing_foreign_is_left(gallery: Gallery, name: str) -> None:
    text = gallery.picture(name)
    root = ET.fromstring(text)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    wanted = set(re.findall(r'href="#([^"]+)"', text)) | set(re.findall(r"url\(#([^)]+)\)", text))
    assert len(ids) == len(set(ids)) and set(ids) == wanted | {DARK}
    for word in ("metadata", "<!--", "DOCTYPE", "xlink", "matplotlib", "<text", "font-family", "http:"):
        assert word not in text.replace("http://www.w3.org/2000/svg", ""), word


ALL = [
    alternative_text_is_a_sentence_with_the_main_number,
    data_have_row_headings_and_named_columns,
    two_drawings_are_the_same_bytes,
    every_colour_has_a_rule_for_the_dark_theme_that_reaches_it,
    every_text_is_large_enough_inside_and_free,
    the_narrow_drawing_fits_a_telephone,
    minified_picture_is_the_same_picture,
    references_are_complete_and_nothing_foreign_is_left,
]
