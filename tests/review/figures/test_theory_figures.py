"""Graph, and estimates side by side."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.style import colour
from restated.plots.words import ODDS_RATIO
from review.figures.families import APART, cases
from review.figures.graph import graph
from review.figures.unpooled import DESIGNS, NONE, unpooled
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import graph_arrows, graph_boxes, side_by_side, two_panels


def test_the_line_of_an_arrow_says_its_design():
    arrows = graph_arrows()
    fig = graph(graph_boxes(), arrows).fig
    for edge, design in zip(arrows["edge"], arrows["design"], strict=True):
        lines = by_gid(fig, f"arrow-{edge}")
        style = DESIGNS[design]
        assert len(lines) == 1 + style.double
        assert lines[0].get_linewidth() == style.width
        assert (lines[0].get_linestyle() not in ("-", "solid")) == (style.dash != "-")


def test_an_arrow_without_a_pooled_estimate_is_the_thinnest_and_every_design_looks_different():
    assert DESIGNS[NONE].width < min(d.width for name, d in DESIGNS.items() if name != NONE)
    lines = [(d.width, str(d.dash), d.double) for name, d in DESIGNS.items() if name not in ("product of links",)]
    assert len(set(lines)) == len(lines)
    marks = [d.mark[:2] for name, d in DESIGNS.items() if name != NONE]
    assert len(set(marks)) == len(marks)


def test_arrowheads_are_neutral():
    arrows = graph_arrows()
    fig = graph(graph_boxes(), arrows).fig
    heads = [a for a in fig.artists if type(a).__name__ == "Polygon"]
    assert len(heads) == len(arrows)
    allowed = [colour("ink"), colour("muted")]
    from matplotlib.colors import to_hex

    assert {to_hex(h.get_facecolor()) for h in heads} <= set(allowed)


def test_every_arrow_is_labelled_and_stands_in_the_table():
    arrows = graph_arrows()
    drawn = graph(graph_boxes(), arrows)
    shown = texts(drawn.fig)
    assert "G1 (+) r .30" in shown and "G3 (−)" in shown
    assert drawn.data["edge"].tolist() == arrows["edge"].tolist()
    assert drawn.data.loc[2, "estimate"] == "–"
    assert "not that it is causal" in drawn.alt and f"{NONE} 1" in drawn.alt


def test_rival_causes_have_a_broken_outline():
    fig = graph(graph_boxes(), graph_arrows()).fig
    boxes = [a for a in fig.artists if type(a).__name__ == "FancyBboxPatch"]
    broken = [b for b in boxes if b.get_linestyle() not in ("-", "solid")]
    assert (len(boxes), len(broken)) == (4, 1)


@pytest.mark.parametrize(
    ("boxes", "change", "message"),
    [
        ({}, lambda t: t.drop(columns="sign"), "no column 'sign'"),
        ({}, lambda t: t.assign(design="hearsay"), "unknown design 'hearsay'"),
        ({"extra": "villain"}, lambda t: t, "unknown kind of box 'villain'"),
        ({"a name much too long for the little box it has": "theory"}, lambda t: t, "does not fit its box"),
    ],
)
def test_graphs_that_cannot_be_drawn(boxes, change, message):
    with pytest.raises(RestatedError, match=message):
        graph(graph_boxes() | boxes, change(graph_arrows()))


def test_estimates_are_drawn_where_they_are_and_never_pooled():
    table = side_by_side()
    drawn = unpooled(table, says="Two kinds of evidence")
    assert np.allclose(drawn.data["r"], table["y"])
    assert "no CI" in texts(drawn.fig)
    assert "not pooled" in drawn.alt
    marks = [line for line in drawn.fig.axes[0].lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    assert any(line.get_xdata()[0] == pytest.approx(0.3) for line in marks)


def test_estimates_on_a_ratio_scale():
    table = (
        side_by_side()
        .drop(columns="group")
        .assign(y=np.log([13.9, 2.6, 1.0]), low=np.log([11.1, 1.2, 0.5]), high=np.log([17.4, 5.3, 2.0]))
    )
    drawn = unpooled(table, says="Odds ratios by design", scale=ODDS_RATIO)
    assert drawn.data["odds ratio"].tolist() == pytest.approx([13.9, 2.6, 1.0])
    assert "13.90" in drawn.alt


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="design"), "no column 'design'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(design=NONE), "unknown design 'none pooled'"),
        (lambda t: t.assign(y=np.nan), "a value is missing"),
        (lambda t: t.assign(group=["a", "b", "a"]), "not together"),
    ],
)
def test_bad_estimates_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        unpooled(change(side_by_side()), says="Two kinds of evidence")


def test_every_case_has_a_mark_and_cases_of_one_place_stand_apart():
    ax = cases(two_panels(), x="hours", y="marks", says="Hours and marks").fig.axes[0]
    shown = sorted((x, y) for line in ax.lines if line.get_marker() != "None" for x, y in zip(*line.get_data()))
    assert np.array(shown) == pytest.approx(np.array([(1 - APART / 2, 2), (1 + APART / 2, 2), (3, 4)]))
    (line,) = [line for line in ax.lines if line.get_marker() == "None"]
    assert np.transpose(line.get_data()) == pytest.approx(np.array([(1, 2), (3, 4)]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"panel": list("aabbcc")}, "3 panels"),
        ({"group": list("aabbcc")}, "3 groups"),
        ({"x": 1.0}, "have one x, so there is no line"),
    ],
)
def test_cases_that_cannot_be_drawn(change, message):
    with pytest.raises(RestatedError, match=message):
        cases(two_panels().assign(**change), x="hours", y="marks", says="Hours and marks")
