"""Pictures say what they are, and stay the pictures they were."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image

from restated.plots import render, style
from restated_book.export import pictures
from tests.builder.export.samples import FIGURE, PAGE
from tests.library.plots.samples import drawn


def test_a_png_says_what_it_shows_its_status_citation_and_licence():
    fig = drawn("funnel").fig
    plain = render.png(fig)
    told = pictures.described_png(plain, PAGE, FIGURE)
    picture = Image.open(io.BytesIO(told))
    picture.load()  # checks every chunk
    assert picture.text["Title"] == FIGURE["caption"] and picture.text["Description"] == FIGURE["alt"]
    assert picture.text["Status"] == "moment-matched" and "[Figure]" in picture.text["Source"]
    assert "CC BY 4.0" in picture.text["Copyright"]
    assert np.array_equal(np.asarray(picture), np.asarray(Image.open(io.BytesIO(plain))))
    # The size on paper is the size as drawn.
    inches = [pixels / dots for pixels, dots in zip(picture.size, picture.info["dpi"], strict=True)]
    assert np.allclose(inches, fig.get_size_inches(), atol=0.01)
    assert round(picture.info["dpi"][0]) == 300


def test_a_png_is_white_and_has_the_colours_of_the_book():
    picture = np.asarray(Image.open(io.BytesIO(render.png(drawn("forest").fig))).convert("RGB")).astype(int)
    assert (picture[0, 0] == 255).all() and (picture[-1, -1] == 255).all()
    accent = [int(style.colour("accent")[i : i + 2], 16) for i in (1, 3, 5)]
    assert (np.abs(picture - accent).max(axis=2) <= 1).sum() > 1000


def test_an_svg_says_the_same_and_stays_well_formed():
    plain = render.svg(drawn("funnel").fig)
    told = pictures.described_svg(plain.encode(), PAGE, FIGURE).decode()
    root = ET.fromstring(told)
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names[:3] == ["title", "desc", "metadata"]
    assert root[0].text == FIGURE["caption"] and root[1].text == FIGURE["alt"]
    words = " ".join(root[2].itertext())
    assert "Status: moment-matched" in words and "[Figure]" in words and "CC BY 4.0" in words
    assert root.attrib == ET.fromstring(plain).attrib and len(root) == len(ET.fromstring(plain)) + 3
