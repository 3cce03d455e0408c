"""Heterogeneity sweep, path diagram, verdict strip, agreement check and estimates over time."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.sweep import heterogeneity
from restated.plots.verdicts import MARKS, verdict_strip
from restated.plots.words import CORRELATION
from restated.verdict import VERDICTS
from review.figures.agreement import differences
from review.figures.decline import over_time
from review.figures.mediation import path_diagram
from tests.review.figures.samples import checks, estimates, paths, spread, verdict_rows

NODES = ("Cause", "Mediator", "Outcome")


def by_gid(fig, gid):
    return fig.findobj(lambda artist: artist.get_gid() == gid)


def texts(fig) -> list[str]:
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_text().strip()]


def test_sweep_draws_the_bands_it_is_given():
    table = spread()
    drawn = heterogeneity(table, transform=CORRELATION, printed=(".32", 0.315, 0.325))
    for gid, kind in (("confidence", "ci"), ("prediction", "pi")):
        (band,) = by_gid(drawn.fig, gid)
        edges = band.get_paths()[0].vertices
        assert {round(v, 9) for v in edges[:, 1]} == {
            round(v, 9) for v in (*table[f"{kind}_low"], *table[f"{kind}_high"])
        }
    assert by_gid(drawn.fig, "prediction")[0].get_hatch() and not by_gid(drawn.fig, "confidence")[0].get_hatch()
    assert np.allclose(drawn.data["prediction lower"], table["pi_low"]) and len(drawn.data) == len(table)
    assert "pooled r,\nprinted .32" in texts(drawn.fig)


def test_sweep_says_where_the_prediction_interval_reaches_zero():
    table = spread()
    first = table.loc[table["pi_low"] <= 0, "tau"].iloc[0]
    assert f"includes 0 from τ = {first:.2f} on" in heterogeneity(table, transform=CORRELATION).alt
    assert "excludes 0 throughout" in heterogeneity(table.assign(pi_low=0.1), transform=CORRELATION).alt


def test_sweep_keeps_a_printed_value_apart_from_another_estimate():
    assert "printed .21" in texts(heterogeneity(spread(), printed=(".21", 0.205, 0.215)).fig)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="pi_low"), "no column 'pi_low'"),
        (lambda t: t.iloc[::-1], "must increase"),
        (lambda t: t.assign(ci_low=np.nan), "missing or not finite"),
    ],
)
def test_bad_sweeps_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        heterogeneity(change(spread()))


def test_path_diagram_shows_each_coefficient_and_what_is_not_printed():
    drawn = path_diagram(paths(), NODES)
    shown = texts(drawn.fig)
    for text in ("Printed", "Restated", ".27", ".19", "[.180, .200]", "not printed", *NODES):
        assert text in shown
    assert "indirect (a × b): .06 [.055, .063]" in shown
    assert "direct not printed" in drawn.alt and "b .19 [.180, .200]" in drawn.alt
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


def test_verdict_strip_draws_printed_intervals_and_verdict_words():
    table = verdict_rows()
    drawn = verdict_strip(table)
    for i in (0, 1, 2):
        (bar,) = by_gid(drawn.fig, f"printed-{i}")
        assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx(
            (table["published_low"][i], table["published_high"][i])
        )
    assert not by_gid(drawn.fig, "printed-3")
    assert all(verdict in texts(drawn.fig) for verdict in table["verdict"])
    assert "1 within-rounding, 1 differs, 1 not-recomputable, 1 new" in drawn.alt
    assert drawn.data["verdict"].tolist() == table["verdict"].tolist()


def test_every_verdict_has_a_mark_of_its_own_kind():
    assert set(MARKS) == set(VERDICTS)
    agreeing = {"identical", "within-rounding"}
    looks = {verdict: mark[:2] for verdict, mark in MARKS.items() if verdict not in agreeing}
    assert len(set(looks.values())) == len(looks), "shapes differ, not colours alone"


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.assign(verdict="wrong"), "unknown verdict 'wrong'"),
        (lambda t: t.drop(columns="restated"), "no column 'restated'"),
        (lambda t: t.iloc[:0], "no row"),
    ],
)
def test_bad_verdict_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        verdict_strip(change(verdict_rows()))


def test_differences_separate_agreement_from_disagreement():
    drawn = differences(checks())
    (agree,), (differ,) = by_gid(drawn.fig, "agree"), by_gid(drawn.fig, "differ")
    # The second value lies on the end of its rounding interval and agrees.
    assert np.allclose(agree.get_xdata(), [0.1, 0.3]) and np.allclose(differ.get_xdata(), [0.5])
    assert np.allclose(differ.get_ydata(), [-0.07])
    assert agree.get_marker() != differ.get_marker()
    assert drawn.data["within rounding"].tolist() == [True, True, False]
    assert "2 agree within rounding, 1 differ" in drawn.alt and "Three" in texts(drawn.fig)


def test_differences_that_all_agree_need_no_second_mark():
    drawn = differences(checks().iloc[:2])
    assert "All differences stay within rounding" in drawn.alt
    assert "outside rounding" not in texts(drawn.fig)


def test_tiny_differences_are_counted_in_powers_of_ten():
    table = checks().assign(
        recomputed=[0.1000004, 0.3, 0.4999998],
        low=[0.0999995, 0.2999995, 0.4999995],
        high=[0.1000005, 0.3000005, 0.5000005],
    )
    assert "recomputed − printed, in 10⁻⁶" in texts(differences(table).fig)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="high"), "no column 'high'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(recomputed=[0.1, np.nan, 0.2]), "row 2: a value is missing"),
    ],
)
def test_bad_checks_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        differences(change(checks()))


def test_estimates_without_interval_are_hollow_and_said_so():
    drawn = over_time(estimates())
    assert drawn.data["interval"].tolist() == ["no interval printed", "no interval printed", "printed"]
    assert "hollow: no interval printed" in texts(drawn.fig)
    assert "Third 2024: .25 [.22, .28]" in texts(drawn.fig) and "First 1995: .47" in texts(drawn.fig)
    assert "2 have no interval printed" in drawn.alt
    assert drawn.data["r"].tolist() == estimates()["value"].tolist()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="year"), "no column 'year'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(value=np.nan), "row 1: a year or a value is missing"),
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
