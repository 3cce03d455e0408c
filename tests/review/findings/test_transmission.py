from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import path
from restated.reconstruct import tables
from restated_book import register
from review.findings import transmission


@pytest.fixture(scope="module")
def foster():
    return tables.two_by_two(50, agreement="72", kappa=".43")


def test_plausible_tables_have_both_margins_inside(foster):
    kept = foster.tables[transmission.plausible(foster)]
    low, high = (50 * x for x in transmission.PLAUSIBLE_SECURE)
    for margin in (kept[:, 0] + kept[:, 1], kept[:, 0] + kept[:, 2]):
        assert margin.min() >= low and margin.max() <= high
    left = foster.tables[~transmission.plausible(foster)]
    outside = [(m < low) | (m > high) for m in (left[:, 0] + left[:, 1], left[:, 0] + left[:, 2])]
    assert np.logical_or(*outside).all()


def test_ranges_over_plausible_tables_lie_inside_those_over_all(foster):
    ranges = transmission.table_ranges(foster).set_index(["statistic", "margins"])
    assert ranges.loc[("phi", "all"), "tables"] == len(foster)
    for name in ("phi", "odds ratio", "tetrachoric r"):
        inner, outer = ranges.loc[(name, "plausible")], ranges.loc[(name, "all")]
        assert outer["lowest"] <= inner["lowest"] <= inner["highest"] <= outer["highest"]


def test_path_table_agrees_with_the_formula_and_its_box_holds_the_middle():
    found = transmission.indirect_paths({"x": ((0.245, 0.255), (0.295, 0.305), (0.245, 0.255))})
    middle = path.two_predictor(0.25, 0.30, 0.25)
    by_name = found.set_index("quantity")
    assert by_name.loc["indirect effect (regression)", "value"] == pytest.approx(float(middle.indirect))
    assert by_name.loc["product as a share of the association", "value"] == pytest.approx(0.0625 / 0.3)
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()


def test_r_from_d():
    assert transmission.r_interval_from_d(1.06, 1.06)[0] == pytest.approx(1.06 / np.sqrt(1.06**2 + 4))


def test_more_heterogeneity_widens_both_intervals_around_the_same_pooled_value():
    sweep = transmission.heterogeneity_sweep(95, 4819, ".31", [0.0, 0.01, 0.05], draws=50, seed=3)
    assert sweep["r_low"].min() >= 0.305 - 1e-9 and sweep["r_high"].max() <= 0.315 + 1e-9
    for low, high in (("ci_low_mid", "ci_high_mid"), ("pi_low_mid", "pi_high_mid")):
        assert (sweep[high] - sweep[low]).is_monotonic_increasing
    none = sweep.iloc[0]
    assert none["i2_high"] == pytest.approx(0, abs=1e-9)
    assert none["pi_high_mid"] == pytest.approx(none["ci_high_mid"], abs=0.005)


def test_an_endless_range_is_written_in_words(foster):
    ranges = transmission.table_ranges(foster).assign(classification="foster")
    shown = transmission.readable_ranges(ranges).set_index(["Statistic", "Margins"])
    assert shown.loc[("odds ratio", "all"), "Highest"] == "no upper limit"
    assert shown.loc[("phi", "all"), "Lowest"] == "0.425"


def test_path_panels_have_printed_and_restated_paths():
    paths = transmission.indirect_paths({"x": ((0.245, 0.255), (0.295, 0.305), (0.245, 0.255))})
    panels = transmission.path_panels(paths, "x", {"direct": (".24", 0.24)}, {"direct": "direct effect of the cause"})
    printed, restated = panels.iloc[0], panels.iloc[1]
    assert (printed["panel"], printed["text"], printed["value"]) == ("as printed", ".24", 0.24)
    assert restated["low"] < restated["value"] < restated["high"]


def test_no_unverified_number_is_drawn_over_time():
    numbers = register.load()
    over = transmission.printed_over_time(numbers, {"a": ("verhage2016-secure-r", "madigan2024-fathers-r")})
    assert list(over["year"]) == [2016, 2024] and list(over["text"]) == [".31", ".21"]
    assert np.isnan(over.loc[0, "low"]) and over.loc[1, "low"] == 0.14
    with pytest.raises(RestatedError, match=r"verhage2018-secure-r.*unverified"):
        transmission.printed_over_time(numbers, {"a": ("verhage2018-secure-r",)})


def test_sweep_curves_are_on_the_scale_of_analysis():
    sweep = transmission.heterogeneity_sweep(20, 1000, ".31", [0.0, 0.02], draws=20, seed=3)
    curves = transmission.sweep_curves(sweep)
    assert np.tanh(curves["ci_low"]).to_numpy() == pytest.approx(sweep["ci_low_mid"].to_numpy())
