from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.inter_rater import cohens_kappa

from restated.errors import RestatedError
from restated.estimate import path
from restated.reconstruct import tables
from restated_book import register, studies
from review.findings import transmission
from tests.reference import CLOSED_FORM, load


@pytest.fixture(scope="module")
def foster():
    return tables.two_by_two(50, agreement="72", kappa=".43")


@pytest.fixture(scope="module")
def dyads():
    return transmission.dyad_counts(studies.load("transmission-table", originals=False))


def test_the_table_is_in_the_order_of_the_classes(dyads):
    assert dyads.sum(axis=1).tolist() == [108, 274, 48, 118] and dyads.sum(axis=0).tolist() == [116, 287, 28, 117]
    numbers = register.load()
    for i, caregiver in enumerate(transmission.CLASSES):
        for j, child in enumerate(transmission.CLASSES.values()):
            id = f"vanijzendoorn1995-4x4-{caregiver}-{child.replace('organized', 'organised')}"
            assert dyads[i, j] == int(numbers[id].value.value)


def test_measures_of_the_dyads_match_r_and_the_facts(dyads):
    found = transmission.dyad_measures(dyads)
    (reference,) = (case for case in load("crosstable")["tables"] if case["name"] == "dyads")
    assert dyads.tolist() == reference["table"]
    four = found.loc[("kappa", "four")]
    assert four["value"] == pytest.approx(reference["kappa"], rel=CLOSED_FORM)
    assert four["high"] - four["low"] == pytest.approx(2 * 1.959963984540054 * reference["kappa_se"], rel=CLOSED_FORM)
    assert found.loc[("agreement", "four"), "value"] == 344 / 548
    first, second = np.repeat([1, 1, 0, 0], [62, 56, 55, 375]), np.repeat([1, 0, 1, 0], [62, 56, 55, 375])
    assert found.loc[("phi", "unresolved"), "value"] == pytest.approx(np.corrcoef(first, second)[0, 1])
    for low, high in (("low", "high"), ("resampled_low", "resampled_high")):
        inside = found[[low, "value", high]].dropna()
        assert (inside[low] < inside["value"]).all() and (inside["value"] < inside[high]).all()
    # Each class has a kappa that is at most its phi: the two are equal where the margins are.
    kappa, phi = found.loc["kappa", "value"].drop("four"), found.loc["phi", "value"]
    assert (kappa <= phi[kappa.index] + 1e-12).all()


@pytest.mark.parametrize(
    ("name", "counts"), [("autonomous", [[210, 64], [77, 197]]), ("unresolved", [[62, 56], [55, 375]])]
)
def test_one_class_against_the_rest_matches_statsmodels(dyads, name, counts):
    found = transmission.dyad_measures(dyads)
    kappa, measured = cohens_kappa(counts), found.loc[("kappa", name)]
    assert measured[["value", "low", "high"]].tolist() == pytest.approx(
        [kappa.kappa, kappa.kappa_low, kappa.kappa_upp], rel=CLOSED_FORM
    )
    chi2 = chi2_contingency(counts, correction=False).statistic
    assert found.loc[("phi", name), "value"] == pytest.approx(np.sqrt(chi2 / np.sum(counts)), rel=CLOSED_FORM)


def test_a_reader_sees_each_count_with_its_residual(dyads):
    cells = transmission.dyad_cells(dyads)
    assert cells.loc[3, "Disorganized"] == "62 (9.3)" and cells.loc[1, "Avoidant"] == "29 (−6.1)"
    assert cells["Caregivers"].sum() == 548


def test_error_of_measurement_lowers_what_can_be_seen():
    # Simulation of the model: true scores correlate .6, reliabilities are .25 and .64.
    child, parent, true = 0.25, 0.64, 0.6
    rng = np.random.default_rng(4)
    truth = rng.multivariate_normal([0, 0], [[1, true], [true, 1]], size=400_000)
    seen = truth * np.sqrt([child, parent]) + rng.normal(size=truth.shape) * np.sqrt([1 - child, 1 - parent])
    r = np.corrcoef(seen.T)[0, 1]
    found = transmission.attenuation((r, r), {"change": (child, child)}, {"retest": (parent, parent)}).iloc[0]
    assert found["ceiling_low"] == found["ceiling_high"] == pytest.approx(0.4)
    assert found["low"] == pytest.approx(true, abs=0.01)  # 400,000 pairs: standard error .004


def test_ranges_of_reliability_turn_round():
    wide = transmission.attenuation((0.305, 0.315), {"a": (0.2, 0.3)}, {"none": (1, 1), "some": (0.6, 0.7)})
    assert (wide["ceiling_low"] < wide["ceiling_high"]).all() and (wide["low"] < wide["high"]).all()
    assert wide.loc[0, "low"] == pytest.approx(0.305 / np.sqrt(0.3))
    assert wide.loc[1, "high"] == pytest.approx(0.315 / np.sqrt(0.2 * 0.6))


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


def test_path_panels_have_printed_and_restated_paths():
    paths = transmission.indirect_paths({"x": ((0.245, 0.255), (0.295, 0.305), (0.245, 0.255))})
    panels = transmission.path_panels(paths, "x", {"direct": (".24", 0.24)}, {"direct": "direct effect of the cause"})
    printed, restated = panels.iloc[0], panels.iloc[1]
    assert (printed["panel"], printed["text"], printed["value"]) == ("as published", ".24", 0.24)
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
