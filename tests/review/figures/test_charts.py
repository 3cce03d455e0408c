"""Path diagram, estimates over time and map of classes."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures.decline import over_time
from review.figures.mediation import path_diagram
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import estimates, paths

NODES = ("Cause", "Mediator", "Outcome")


def test_path_diagram_shows_each_coefficient_and_what_is_not_printed():
    drawn = path_diagram(paths(), NODES)
    shown = texts(drawn.fig)
    for text in ("Published", "Restated", ".27", ".19", "[.180, .200]", "not published", *NODES):
        assert text in shown
    assert "indirect (a × b): .06 [.055, .063]" in shown
    assert "direct not published" in drawn.alt and "b .19 [.180, .200]" in drawn.alt
    assert np.allclose(drawn.data["value"].dropna(), paths()["value"].dropna().astype(float))
    arrows = [a for a in drawn.fig.artists if type(a).__name__ == "FancyArrowPatch"]
    assert [arrow.get_linestyle() != "-" and arrow.get_linestyle() != "solid" for arrow in arrows].count(True) == 1


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.assign(edge=["c", *t["edge"][1:]]), "unknown edge 'c'"),
        (lambda t: t.iloc[1:], "has no edge 'a'"),
        (lambda t: t.drop(columns="value"), "no column 'value'"),
        (lambda t: t.assign(panel="One"), "occurs twice"),
    ],
)
def test_bad_paths_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        path_diagram(change(paths()), NODES)


def test_path_diagram_needs_three_nodes_that_fit():
    with pytest.raises(RestatedError, match="three nodes, not 2"):
        path_diagram(paths(), NODES[:2])
    with pytest.raises(RestatedError, match="does not fit its box"):
        path_diagram(paths(), ("a very long name " * 6, "Mediator", "Outcome"))


def test_estimates_without_interval_are_hollow_and_said_so():
    drawn = over_time(estimates())
    assert drawn.data["interval"].tolist() == ["no interval published", "no interval published", "published"]
    assert "hollow: no interval published" in texts(drawn.fig)
    assert "Third 2024: .25 [.22, .28]" in texts(drawn.fig) and "First 1995: .47" in texts(drawn.fig)
    assert "2 have no interval published" in drawn.alt
    assert drawn.data["r"].tolist() == estimates()["value"].tolist()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="year"), "no column 'year'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(value=np.nan), "row 1: a value is missing"),
        (lambda t: t.assign(label="long label " * 20), "too long"),
    ],
)
def test_bad_estimates_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        over_time(change(estimates()))


def test_more_than_three_series_are_refused():
    table = estimates().loc[[0, 1, 2, 0]].assign(series=list("abcd"))
    with pytest.raises(RestatedError, match="4 series"):
        over_time(table)


def test_estimates_that_all_have_intervals_need_no_word_about_it():
    drawn = over_time(estimates().assign(low=0.1, high=0.6, series=""))
    assert "no interval" not in drawn.alt and not any("hollow" in text for text in texts(drawn.fig))
    assert "series" not in drawn.data


def test_years_can_be_marked_and_estimates_left_apart():
    drawn = over_time(estimates(), window=(2012, 2014, "dates of a claim"), joined=False)
    (band,) = by_gid(drawn.fig, "window")
    assert (band.get_x(), band.get_x() + band.get_width()) == (2011.5, 2014.5)
    assert "Marked: 2012 to 2014, dates of a claim" in drawn.alt
    lines = [line for line in drawn.fig.axes[0].lines if line.get_linestyle() != "None" and len(line.get_xdata()) == 2]
    assert not any(list(line.get_ydata()) == [0.47, 0.31] for line in lines)


def test_estimates_of_one_year_stand_side_by_side():
    table = estimates().assign(year=2016)
    drawn = over_time(table)
    at = sorted(
        {round(float(line.get_xdata()[0]), 6) for line in drawn.fig.axes[0].lines if line.get_markersize() == 7}
    )
    assert len(at) == 3 and sum(at) / 3 == pytest.approx(2016)
    assert drawn.data["year"].tolist() == ["2016"] * 3
