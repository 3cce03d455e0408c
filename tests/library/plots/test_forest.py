from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots.forest import forest
from restated.plots.rows import places
from restated.plots.words import CORRELATION, FISHER_Z, ODDS_RATIO
from tests.library.plots.samples import by_gid, fit, studies, texts


@pytest.fixture(scope="module")
def table():
    return studies()


def test_square_areas_are_proportional_to_weights(table):
    result = fit(weights=[1, 2, 3, 4, 5, 6, 7, 8])
    (squares,) = by_gid(forest(table, result).fig, "squares")
    assert np.allclose(squares.get_sizes() / squares.get_sizes()[0], result.weights)
    assert np.allclose(squares.get_offsets()[:, 0], table["y"])
    assert np.all(np.diff(squares.get_offsets()[:, 1]) == 1)


def test_diamonds_end_at_the_confidence_limits(table):
    first, other = fit(0.2, 0.08), fit(0.3, 0.12)
    fig = forest(table, first, second=("Other", other)).fig
    for gid, result in (("diamond", first), ("diamond-second", other)):
        (diamond,) = by_gid(fig, gid)
        corners = diamond.get_xy()[:4]
        assert corners[:, 0].tolist() == [result.ci_low, result.estimate, result.ci_high, result.estimate]
        assert corners[0, 1] == corners[2, 1] == corners[[1, 3], 1].mean()


def test_prediction_interval_is_a_bar_in_a_row_of_its_own(table):
    result = fit(pi=0.25)
    fig = forest(table, result).fig
    (bar,) = by_gid(fig, "prediction")
    (diamond,) = by_gid(fig, "diamond")
    assert bar.get_x() == pytest.approx(result.pi_low)
    assert bar.get_x() + bar.get_width() == pytest.approx(result.pi_high)
    assert bar.get_y() > diamond.get_xy()[:, 1].max()


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_without_prediction_interval_there_is_no_bar(table, missing):
    result = fit()
    result.pi_low = result.pi_high = missing
    drawn = forest(table, result)
    assert not by_gid(drawn.fig, "prediction")
    assert "prediction" not in drawn.alt and "bar" not in set(drawn.data["drawn as"])


def test_arrows_stand_only_where_intervals_are_cut(table):
    limits = (-0.5, 0.4)
    table = table.assign(y=np.linspace(-0.6, 0.6, 8), se=0.1)
    fig = forest(table, fit(pi=0.1), limits=limits).fig
    margin = norm.ppf(0.975) * table["se"]
    box = FISHER_Z.forward(np.array(limits))
    low = np.flatnonzero(table["y"] - margin < box[0])
    high = np.flatnonzero(table["y"] + margin > box[1])
    assert len(low) and len(high) and len(low) < len(table) and len(high) < len(table)
    for gid, rows, edge in (("arrows-low", low, box[0]), ("arrows-high", high, box[1])):
        points = np.concatenate([np.column_stack(line.get_data()) for line in by_gid(fig, gid)])
        assert sorted(points[:, 1]) == rows.tolist()
        assert np.allclose(points[:, 0], edge)
    whisker_ends = np.array([s[:, 0] for s in by_gid(fig, "whiskers")[0].get_segments()])
    assert whisker_ends.min() >= box[0] - 1e-12 and whisker_ends.max() <= box[1] + 1e-12


def test_no_arrows_when_everything_fits(table):
    fig = forest(table, fit(), limits=(-0.95, 0.95)).fig
    assert not by_gid(fig, "arrows-low") and not by_gid(fig, "arrows-high")


def test_a_square_beyond_the_limits_is_not_drawn_at_the_edge(table):
    fig = forest(table.assign(y=[2.0, *table["y"][1:]]), fit(), limits=(-0.5, 0.5)).fig
    assert len(by_gid(fig, "squares")[0].get_sizes()) == (table["y"][1:].abs() < np.arctanh(0.5)).sum()


def test_axis_is_linear_in_z_and_labelled_in_r(table):
    ax = forest(table, fit(), limits=(-0.9, 0.9)).fig.axes[0]
    labels = [float(t.get_text().replace("−", "-")) for t in ax.get_xticklabels()]
    assert np.allclose(np.tanh(ax.get_xticks()), labels)


def test_text_columns_show_the_back_transformed_numbers(table):
    result = fit(np.arctanh(0.5), 0.1)
    shown = texts(forest(table, result).fig)
    assert ".50" in shown
    assert f"[{FISHER_Z.write(result.ci_low)}," in shown and f"{FISHER_Z.write(result.ci_high)}]" in shown
    assert "r [95\u00a0% CI]" in shown and "Weight %" in shown and "100" in shown


def test_data_equal_the_inputs(table):
    result = fit()
    data = forest(table, result, transform=CORRELATION).data
    rows = data[data["drawn as"] == "square"]
    assert rows["row"].tolist() == table["study"].tolist()
    assert np.allclose(rows["r"], table["y"]) and rows["n"].tolist() == table["n"].tolist()
    assert np.allclose(rows["upper"] - rows["lower"], 2 * norm.ppf(0.975) * table["se"])
    assert rows["weight %"].sum() == pytest.approx(100)
    pooled = data[data["drawn as"] == "diamond"].iloc[0]
    assert (pooled["r"], pooled["lower"], pooled["upper"]) == (result.estimate, result.ci_low, result.ci_high)
    bar = data[data["drawn as"] == "bar"].iloc[0]
    assert (bar["lower"], bar["upper"]) == (result.pi_low, result.pi_high)


def test_a_row_that_cannot_be_pooled_stays_visible(table):
    y = table["y"].to_numpy().copy()
    y[3] = np.inf
    drawn = forest(table.assign(y=y), fit(k=7))
    assert "1.00, left out" in texts(drawn.fig)
    assert len(by_gid(drawn.fig, "squares")[0].get_sizes()) == 7
    assert drawn.data["drawn as"].tolist().count("left out") == 1 and "1 row left out" in drawn.alt


def test_odds_ratios_are_drawn_on_a_ratio_axis(table):
    drawn = forest(table, fit(), transform=ODDS_RATIO, left="lower", right="higher")
    assert "interval [1.13, 1.32], which excludes 1" in drawn.alt
    assert drawn.data["odds ratio"].dropna().gt(0).all()


def test_both_directions_are_labelled_on_their_side_of_the_null_line(table):
    drawn = forest(table, fit(), left="fewer", right="more")
    drawn.fig.canvas.draw()
    ax = drawn.fig.axes[0]
    null = ax.transData.transform((0, 0))[0]
    found = {t.get_text(): t.get_window_extent() for t in drawn.fig.texts}
    assert found["← fewer"].x1 < null < found["more →"].x0


def test_many_rows_are_compact_with_a_second_axis():
    tall = forest(studies(60), fit(k=60))
    ax = tall.fig.axes[0]
    sizes = {t.get_fontsize() for t in tall.fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_text().strip()}
    assert min(sizes) == 9 and ax.xaxis.get_tick_params()["labeltop"]
    assert tall.fig.get_size_inches()[1] < 60 * 0.25


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="se"), "no column 'se'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(se=-t["se"]), "not positive"),
        (lambda t: t.iloc[:5], "5 rows can be drawn"),
    ],
)
def test_bad_input_is_named(table, change, message):
    with pytest.raises(RestatedError, match=message):
        forest(change(table), fit())


def test_labels_that_do_not_fit_are_refused(table):
    with pytest.raises(RestatedError, match="does not fit"):
        forest(table, fit(), right="more " * 30)


def test_input_table_is_left_alone(table):
    before = table.copy()
    forest(table, fit())
    pd.testing.assert_frame_equal(table, before)


def test_long_summary_labels_stay_left_of_the_plot(table):
    drawn = forest(table, fit(), fit_label="Random effects (restricted maximum likelihood, Knapp–Hartung)")
    drawn.fig.canvas.draw()
    (label,) = [t for t in drawn.fig.axes[0].texts if t.get_text().startswith("Random effects")]
    assert label.get_window_extent().x1 <= drawn.fig.axes[0].get_window_extent().x0
    assert drawn.fig.get_size_inches()[0] <= 9 + 1e-9


def test_long_row_labels_are_cut_and_whole_in_the_data(table):
    names = ["A very long name of a study with many authors and a comparison " + str(i) for i in range(8)]
    drawn = forest(table.assign(study=names), fit())
    cut = [t.get_text() for t in drawn.fig.axes[0].texts if t.get_text().endswith("…")]
    assert len(cut) == 8 and drawn.data["row"].tolist()[:8] == names


def test_places_are_those_of_the_labels(table):
    fig = forest(table, fit()).fig
    rows, first, last = places(fig)
    fig.draw_without_rendering()
    for i, label in enumerate(table["study"]):
        (text,) = fig.findobj(lambda a, label=label: hasattr(a, "get_text") and a.get_text() == label)
        box = text.get_window_extent()
        middle = 1 - (box.y0 + box.y1) / 2 / fig.bbox.height
        assert first + i * (last - first) / rows < middle < first + (i + 1) * (last - first) / rows


def test_a_figure_without_rows_has_no_places():
    from matplotlib.figure import Figure

    fig = Figure()
    fig.add_subplot()
    assert places(fig) is None


def test_a_percent_sign_follows_its_number_on_narrow_screens(table):
    shown = " ".join(texts(forest(table, fit()).narrow().fig))
    assert " %" in shown and "Weight %" not in shown
