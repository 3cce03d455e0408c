"""Pictures about the book itself: speed, growth of cost, outcomes of checks."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures.cost import growth_of_cost, speed
from review.figures.tallies import outcome_bars
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import costs, outcome_counts, ratios

PANELS = {"draws": "draws", "cases": "cases"}


def test_speed_says_each_ratio_and_what_was_asked_for():
    drawn = speed(ratios())
    assert {"267 ×", "53 ×", "1,284 ×", "150 ×", "100 ×"} <= set(texts(drawn.fig))
    assert "2 of 2 ratios that were asked for are reached" in drawn.alt
    assert "1 of 2" in speed(ratios().assign(ratio=[100.0, 53.0, 1284.0])).alt


def test_cost_draws_every_point_in_its_panel():
    drawn = growth_of_cost(costs(), PANELS)
    lines = [line for ax in drawn.fig.axes for line in ax.get_lines() if len(line.get_xdata()) == 4]
    assert len(drawn.fig.axes) == 2 and len(lines) == 2
    assert np.allclose(10 ** np.concatenate([line.get_ydata() for line in lines]), costs()["seconds"])
    assert {"10", "20", "50", ".001", "1"} <= set(texts(drawn.fig))
    together = growth_of_cost(costs(), {"draws": "size", "cases": "size"})
    assert len(together.fig.axes) == 1
    (one, other) = [line for line in together.fig.axes[0].get_lines() if len(line.get_xdata()) == 4]
    assert one.get_marker() != other.get_marker() and one.get_linestyle() != other.get_linestyle()


def test_outcomes_add_up_and_empty_checks_are_left_out():
    drawn = outcome_bars(outcome_counts(), ["fine", "off", "idle"])
    widths = [sum(bar.get_width() for bar in by_gid(drawn.fig, f"part-{j}")) for j in range(3)]
    assert widths == [50, 3, 12]
    assert "never used" not in texts(drawn.fig) and len(drawn.data) == 2
    assert by_gid(drawn.fig, "part-2")[0].get_hatch()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: speed(ratios().drop(columns="bar")), "no column 'bar'"),
        (lambda: speed(ratios().assign(ratio=[1.0, np.nan, 2.0])), "ratio above 0"),
        (lambda: growth_of_cost(costs().drop(columns="size"), PANELS), "no column 'size'"),
        (lambda: growth_of_cost(costs().assign(seconds=0.0), PANELS), "above 0"),
        (lambda: growth_of_cost(costs(), {"draws": "draws"}), "no panel shows the axis cases"),
        (
            lambda: growth_of_cost(costs().assign(work=list("abcdefgh")), PANELS | {"cases": "draws"}),
            "more than 4 lines",
        ),
        (lambda: outcome_bars(outcome_counts(), ["fine", "lost"]), "no column 'lost'"),
        (lambda: outcome_bars(outcome_counts(), ["fine", "off", "idle", "fine"]), "at most 3 parts"),
        (lambda: outcome_bars(outcome_counts().assign(fine=-1), ["fine"]), "not be negative"),
        (lambda: outcome_bars(outcome_counts().assign(fine=0), ["fine"]), "some must be above 0"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
