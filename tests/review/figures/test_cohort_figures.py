"""Shares, power curves, trajectories and counts: what is drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures import cohort, trajectories
from tests.review.figures import samples

EVENTS = {"C7": ("rise", "C7"), "whole": ("pattern", "whole")}


def shares(table):
    return cohort.shares(table, EVENTS, heading="True", axis="percent")


@pytest.mark.parametrize(("share", "text"), [(0, "0"), (0.0003, "<0.1"), (0.0042, "0.4"), (0.424, "42"), (1, "100")])
def test_percents_are_written_as_finely_as_they_need(share, text):
    assert cohort.percent(share) == text


def test_each_share_is_drawn_at_its_place_with_its_interval():
    drawn = shares(samples.simulated_shares())
    marks = [line for line in drawn.fig.axes[0].lines if line.get_marker() in "os" and len(line.get_xdata()) == 2]
    points = [float(x) for line in marks for x in line.get_xdata()]
    assert set(np.round([0.4, 0.03, 55, 42], 6)) <= set(np.round(points, 6))
    assert list(drawn.data["percent"]) == pytest.approx([0.4, 0.03, 55, 42])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="low"), "no column 'low'"),
        (lambda t: t.iloc[1:], "a share is missing"),
        (lambda t: t.assign(share=1.2), "not between 0 and 1"),
    ],
)
def test_shares_that_are_no_shares_are_refused(change, message):
    with pytest.raises(RestatedError, match=message):
        shares(change(samples.simulated_shares()))


def test_too_many_events_cannot_be_told_apart():
    with pytest.raises(RestatedError, match="5 events"):
        cohort.shares(samples.simulated_shares(), dict.fromkeys("abcde", ("x", "x")), heading="True", axis="percent")


def test_trajectories_need_their_columns_and_names_of_all_grades():
    with pytest.raises(RestatedError, match="no column 'high'"):
        trajectories.groups(samples.school_lines().drop(columns="high"), grades=samples.GRADES, axis="y")
    with pytest.raises(RestatedError, match="7 times but 3 names"):
        trajectories.groups(samples.school_lines(), grades=("K", "1", "2"), axis="y")


def test_all_intervals_are_in_the_data_though_only_two_classes_have_bands():
    data = trajectories.groups(samples.school_lines(), grades=samples.GRADES, axis="y").data
    assert data.groupby("attachment")[["low", "high"]].count().to_numpy().min() == 28


def test_children_without_a_rating_in_a_grade_are_drawn_with_the_others():
    table = samples.school_children()
    table.loc[3, "rating"] = np.nan
    data = trajectories.individuals(table, grades=samples.GRADES, axis="y").data
    assert len(data) == 16 and data.isna().to_numpy().sum() == 1


def test_parts_of_a_class_bar_begin_with_the_disorganized_and_fill_it():
    drawn = cohort.class_bars(samples.class_shares())
    bars = drawn.fig.axes[0].patches
    first = [bar for bar in bars if bar.get_gid() == "disorganized" or bar.get_x() == 0]
    assert [round(bar.get_width(), 6) for bar in first][:3] == [20, 15, 10]
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert sum(np.isclose(ends, 100)) == 3
    assert drawn.data["n"].isna().tolist() == [True, False, False]
    with pytest.raises(RestatedError, match="do not add up"):
        cohort.class_bars(samples.class_shares().assign(secure=0.9))


def test_a_rule_between_groups_is_above_the_words_of_its_row_on_narrow_screens():
    table = samples.simulated_shares()
    drawn = cohort.shares(table, EVENTS, heading="True", axis="percent", groups=(1,)).narrow()
    ax = drawn.fig.axes[0]
    (rule,) = (float(line.get_ydata()[0]) for line in ax.lines if line.get_zorder() == 0)
    upper, lower = (ax.transData.transform((0, y))[1] for y in (rule, 0.5))
    assert upper - lower > 10
