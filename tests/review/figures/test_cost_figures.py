"""Figures of the service-cost chapter: what is drawn is what was given."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from review.figures import services
from tests.review.figures.samples import cost_path, drawn, limit_bands, limit_curves, percents

ARMS = {"a": "first arm", "b": "second arm"}
SEEN = ("seen elsewhere", (1.0, 1.3))
SHOWN = {"marks": {}, "ratios": ("unverified", []), "region": SEEN, "top": 3}
WINDOWS = ["before", "treatment", "follow-up"]


def texts(name):
    return [t.get_text() for t in drawn(name).fig.findobj(lambda a: hasattr(a, "get_text"))]


def test_unverified_amounts_are_marked_in_the_picture_and_said():
    assert "recalled, not verified" in texts("summed costs")
    assert "Recalled, not verified." in drawn("summed costs").alt
    plain = services.summed(cost_path(), arms=ARMS, windows=WINDOWS, crossings=[])
    assert "ecalled" not in plain.alt and "The lines do not cross" in plain.alt


def test_crossings_are_named():
    assert "The lines cross at month 24" in drawn("summed costs").alt


def test_denominators_say_which_arm_fits():
    assert drawn("denominators").data["attainable with the arm"].tolist() == ["yes", "no"]
    assert "1 fit the arm" in drawn("denominators").alt


def test_the_spread_elsewhere_is_drawn_and_said():
    assert "seen elsewhere" in texts("limits") and "seen elsewhere: 1.00 to 1.30" in drawn("limits").alt
    for ax in drawn("limits").fig.axes:
        assert any(p.get_bbox().intervaly == pytest.approx((1.0, 1.3)) for p in ax.patches)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: services.summed(cost_path().drop(columns="a"), arms=ARMS, windows=WINDOWS, crossings=[]),
            "no column 'a'",
        ),
        (
            lambda: services.summed(cost_path(), arms=ARMS, windows=["one"], crossings=[]),
            "4 months bound 3 windows, not 1",
        ),
        (lambda: services.denominators(percents().drop(columns="arm"), largest=22), "no column 'arm'"),
        (lambda: services.denominators(percents(), largest=20), "larger than the denominators"),
        (lambda: services.limits(limit_curves().drop(columns="cv"), limit_bands(), **SHOWN), "no column 'cv'"),
        (
            lambda: services.limits(limit_curves(), limit_bands().assign(test=["a", "b", "c", "d"] * 2), **SHOWN),
            "3 curves and 2 bands can be distinguished",
        ),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
