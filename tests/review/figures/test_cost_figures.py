"""Figures of the service-cost chapter: what is drawn is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures import denominators, regions, summed
from tests.review.figures.samples import cost_path, detected, drawn, limit_bands, limit_curves, percents, share_rows

ARMS = {"a": "first arm", "b": "second arm"}
SEEN = ("seen elsewhere", (1.0, 1.3))
SHOWN = {"marks": {}, "ratios": ("unverified", []), "region": SEEN, "top": 3}
WINDOWS = ["before", "treatment", "follow-up"]


def texts(name):
    return [t.get_text() for t in drawn(name).fig.findobj(lambda a: hasattr(a, "get_text"))]


def test_unverified_amounts_are_marked_in_the_picture_and_said():
    assert "recalled, not verified" in texts("summed costs")
    assert "Recalled, not verified." in drawn("summed costs").alt
    plain = summed.summed(cost_path(), arms=ARMS, windows=WINDOWS, crossings=[])
    assert "ecalled" not in plain.alt and "The lines do not cross" in plain.alt


def test_crossings_are_named():
    assert "The lines cross at month 24" in drawn("summed costs").alt


def test_denominators_say_which_arm_fits():
    assert drawn("denominators").data["attainable with the arm"].tolist() == ["yes", "no"]
    assert "1 fit the arm" in drawn("denominators").alt


def test_lines_of_a_plane_lie_where_p_is_the_level():
    tests, ratio = ["only"], 0.5
    figure = regions.planes(
        lambda test, r, a, b: np.hypot(a, b) / 20, tests, [ratio], arms=("x", "y"), region=SEEN, top=3.0
    ).fig
    (line,) = [x for x in figure.axes[0].lines if len(x.get_xdata()) > 10]
    assert np.hypot(line.get_xdata(), line.get_ydata()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("limits", lambda ax: [p.get_bbox().intervaly for p in ax.patches]),
        ("planes", lambda ax: [c.get_datalim(ax.transData).intervaly for c in ax.collections]),
        ("share planes", lambda ax: [(min(x.get_ydata()), max(x.get_ydata())) for x in ax.lines]),
    ],
)
def test_the_spread_elsewhere_is_drawn_in_every_panel_and_said(name, spans):
    assert "seen elsewhere" in texts(name) and "seen elsewhere: 1.00 to 1.30" in drawn(name).alt
    for ax in drawn(name).fig.axes:
        assert any(span == pytest.approx((1.0, 1.3)) for span in spans(ax))


def test_cells_without_data_are_hatched_not_shaded():
    hatched = [p for ax in drawn("share planes").fig.axes for p in ax.patches if p.get_hatch()]
    assert len(hatched) == 2  # both tests of the shape with zeros


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: summed.summed(cost_path().drop(columns="a"), arms=ARMS, windows=WINDOWS, crossings=[]),
            "no column 'a'",
        ),
        (
            lambda: summed.summed(cost_path(), arms=ARMS, windows=["one"], crossings=[]),
            "4 months bound 3 windows, not 1",
        ),
        (lambda: denominators.denominators(percents().drop(columns="arm"), largest=22), "no column 'arm'"),
        (lambda: denominators.denominators(percents(), largest=20), "larger than the denominators"),
        (lambda: regions.limits(limit_curves().drop(columns="cv"), limit_bands(), **SHOWN), "no column 'cv'"),
        (
            lambda: regions.limits(limit_curves(), limit_bands().assign(test=["a", "b", "c", "d"] * 2), **SHOWN),
            "3 curves and 2 bands can be distinguished",
        ),
        (lambda: regions.planes(lambda *a: 1, [], [0.5], arms=("a", "b"), region=SEEN, top=3), "nothing to draw"),
        (
            lambda: regions.share_planes(share_rows().assign(share=1.5), arms=("a", "b"), ratio=0.5, region=SEEN),
            "outside 0 to 1",
        ),
        (lambda: regions.detection(detected().assign(cv=1.0)), "two values of SD/mean are drawn, not 1"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
