from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import meta
from restated.printed import parse
from restated_book import register
from review.findings import sequelae


@pytest.fixture(scope="module")
def numbers():
    return register.load()


def number(like, **fields):
    return dataclasses.replace(like, **fields)


def test_twelve_estimates_in_three_groups_with_k_and_n(numbers):
    table = sequelae.estimates.printed_estimates(numbers)
    assert len(table) == 12 and table["group"].nunique() == 3 and list(table["id"]) == sequelae.estimates.ids()
    assert table["strong"].tolist() == [True, False, False, False] * 3
    first = table.iloc[0]
    assert (first["value"], first["low"], first["high"], first["k"], first["n"]) == (0.39, 0.32, 0.47, "80", "4,441")
    assert table.set_index("id").loc["groh2012-avoidance-d", "k"] == "–"
    assert (table["grade"] != "U").all()


def test_precision_holds_the_plain_calculation(numbers):
    row = sequelae.estimates.precision(numbers, ["fearon2010-insecurity-d"]).iloc[0]
    se = (0.40 - 0.23) / 2 / 1.959964
    assert row["se_low"] < se < row["se_high"] and row["z_low"] < 0.31 / se < row["z_high"]
    assert row["centred"] and row["in_words"] == "significant"
    off = sequelae.estimates.precision(numbers, ["groh2017b-avoidant-d"]).iloc[0]
    assert not off["centred"] and off["middle_low"] == pytest.approx(0.08)
    with pytest.raises(RestatedError, match="without an interval"):
        sequelae.estimates.precision(numbers, ["fearon2010-boys-d"])


def test_a_level_that_was_printed_is_not_varied(numbers):
    printed, unprinted = numbers["fearon2010-insecurity-d"], numbers["groh2012-insecurity-d"]
    assert sequelae.estimates.se_box(printed, convention=0.85) == sequelae.estimates.se_box(printed)
    assert sequelae.estimates.se_box(unprinted, convention=0.85)[0] > sequelae.estimates.se_box(unprinted)[0]


def test_the_gap_between_85_percent_intervals(numbers):
    tests = sequelae.comparisons.differences(numbers, sequelae.comparisons.stated()).set_index("id")
    # By hand from the printed digits: 0.31 - 1.4395 * 0.0434 and 0.15 + 1.4395 * 0.0485.
    by_hand = (0.31 - 1.4395 * 0.0434) - (0.15 + 1.4395 * 0.0485)
    row = tests.loc["groh2012-insecurity-ext-vs-int"]
    assert row["gap_low"] < by_hand < row["gap_high"]
    assert tests.loc["groh2014-peers-vs-externalizing", "gap_high"] < 0
    turned = sequelae.comparisons.Comparison("x", "x", "groh2012-insecurity-d", "fearon2010-insecurity-d", False)
    other = sequelae.comparisons.differences(numbers, [turned]).iloc[0]
    assert (other["gap_low"], other["gap_high"]) == pytest.approx((row["gap_low"], row["gap_high"]))
    assert (other["z_low"], other["z_high"]) == pytest.approx((-row["z_high"], -row["z_low"]))


def test_dependence_starts_at_the_independent_test_and_keeps_the_order(numbers):
    swept = sequelae.comparisons.dependence(numbers, [0.0, 0.4])
    assert list(dict.fromkeys(swept["comparison"])) == [pair.name for pair in sequelae.comparisons.stated()]
    start = swept[swept["rho"] == 0]
    assert start["z_low"].to_numpy() == pytest.approx(
        sequelae.comparisons.differences(numbers, sequelae.comparisons.stated())["z_low"].to_numpy()
    )


def test_levels_and_overlap_are_varied_together(numbers):
    swept = sequelae.comparisons.dependence(numbers, [0.0, 0.8], (0.85, 0.95))
    assert len(swept) == 4 * 2 * 2
    for pair in sequelae.comparisons.stated():
        part = swept[swept["comparison"] == pair.name].set_index(["level", "rho"])
        (alone,) = sequelae.comparisons.differences(numbers, [pair], rho=0.8, convention=0.85).itertuples()
        assert (part.loc[(0.85, 0.8), ["p_low", "p_high"]]).tolist() == pytest.approx([alone.p_low, alone.p_high])
        # A lower level of the printed intervals means larger errors, and overlap smaller ones.
        assert part.loc[(0.85, 0.0), "z_low"] < part.loc[(0.95, 0.0), "z_low"] < part.loc[(0.95, 0.8), "z_low"]
    lower, usual = (
        sequelae.spread.heterogeneity(numbers, sequelae.estimates.HEADLINES, draws=20, seed=1, convention=level)
        for level in (0.85, 0.95)
    )
    wider = lower["tau_high"] > usual["tau_high"]
    assert wider.tolist() == [not numbers[i].ci_level for i in lower["id"]]


def test_every_pair_is_within_one_pattern():
    pairs = sequelae.comparisons.every_pair()
    assert len({pair.name for pair in pairs}) == 12
    for pair in pairs:
        patterns = [sequelae.estimates.PATTERN[id.split("-")[1]] for id in (pair.first, pair.second)]
        assert patterns[0] == patterns[1] and pair.first.split("-")[0] != pair.second.split("-")[0]


def test_signs_of_intervals_that_are_known(numbers):
    """The same reasoning on limits whose sign was printed: it must not refuse the printed one."""
    lost = sequelae.recovered.signs(numbers).set_index("id")
    assert lost["minus"].all() and not lost["plus"].any()
    for id in ("fearon2010-resistance-d", "groh2012-disorganization-d", "fearon2010-avoidance-d"):
        low, high = sequelae.recovered.lower_limit(numbers[id])
        assert low <= float(numbers[id].ci_low.high) and high >= float(numbers[id].ci_low.low)


def test_heterogeneity_gives_back_the_printed_interval(numbers):
    table = sequelae.spread.heterogeneity(numbers, sequelae.estimates.HEADLINES, draws=20, seed=1)
    assert (table["tau_low"] <= table["tau_high"]).all() and (table["tau_high"] <= table["tau_highest"]).all()
    assert (table["pi_low"] <= table["inner_low"]).all() and (table["inner_high"] <= table["pi_high"]).all()
    for row in table.itertuples():
        # At this share of the smaller group sampling error alone is the smallest printed standard error.
        p = row.share_alone
        assert np.sqrt(1 / (p * (1 - p)) / row.n) == pytest.approx(row.se_low)
    # Equal sizes reach the largest spread: its Wald standard error is the largest printed one.
    k, n, tau2 = table.loc[0, "k"], table.loc[0, "n"], table.loc[0, "tau_highest"] ** 2
    assert np.sqrt((4 * k / n + tau2) / k) == pytest.approx(table.loc[0, "se_high"], rel=1e-3)


def test_prediction_limits_are_those_of_the_pooling(numbers):
    n = numbers["fearon2010-disorganization-d"]
    low, high = sequelae.spread.prediction(n, 0.27)
    rng = np.random.default_rng(3)
    fit = meta.fit(rng.normal(0.34, 0.3, int(n.k)), np.full(int(n.k), 0.03), method="DL")
    half = (fit.pi_high - fit.pi_low) / 2 / np.sqrt(fit.tau2 + fit.se**2)
    assert (high - low) / 2 == pytest.approx(half * np.sqrt(0.27**2 + sequelae.estimates.se_box(n)[0] ** 2))
    assert (low + high) / 2 == pytest.approx(0.34)


def test_q_and_interval_bound_the_spread_from_both_sides(numbers):
    q, d = numbers["fearon2010-disorganization-q"], numbers["fearon2010-disorganization-d"]
    found = sequelae.spread.from_q(q, d)
    assert found.i2[0] == pytest.approx(66.9, abs=0.05) and found.p[1] < 1e-6
    assert 0 < found.tau_least < found.tau_most
    table = sequelae.spread.q_against_interval(q, d, [0.05, 0.2, 0.5], draws=20, seed=1)
    assert table["fits"].tolist() == ["none", "ordinary", "more unequal than ordinary"]
    assert (table["se_equal"] <= table["se_low"]).all()


def test_the_row_cut_off_is_found_where_it_is_known(numbers):
    """A total made of two known rows: the reconstruction must contain the row that was left out."""
    part, other = (0.30, 0.09), (0.47, 0.17)
    precision = [1 / s**2 for _, s in (part, other)]
    total = (part[0] * precision[0] + other[0] * precision[1]) / sum(precision), sum(precision) ** -0.5
    q = (other[0] - part[0]) ** 2 / (part[1] ** 2 + other[1] ** 2)
    like = numbers["fearon2010-disorganization-d"]

    def row(d, se):
        return number(
            like, value=parse(f"{d:.2f}"), ci_low=parse(f"{d - 1.96 * se:.2f}"), ci_high=parse(f"{d + 1.96 * se:.2f}")
        )

    contrast = number(numbers["fearon2010-disorganization-contrast-q"], value=parse(f"{q:.2f}"))
    found = sequelae.recovered.cut_off_row(row(*total), row(*part), contrast)
    assert found.contrast_q[0] <= q <= found.contrast_q[1]
    for (low, high), truth in ((found.value, 0.47), (found.low, 0.47 - 1.96 * 0.17), (found.high, 0.47 + 1.96 * 0.17)):
        assert low <= truth <= high
    with pytest.raises(RestatedError, match="no values agree"):
        sequelae.recovered.cut_off_row(row(*total), row(*part), number(contrast, value=parse("9.00")))
    with pytest.raises(RestatedError, match="not more precise than its part"):
        sequelae.recovered.cut_off_row(row(*part), row(*total), contrast)
    with pytest.raises(RestatedError, match="may be equal"):
        sequelae.recovered.cut_off_row(row(0.30, total[1]), row(*part), contrast)


def test_printed_differences_become_correlations_over_time(numbers):
    rows = sequelae.people.over_time_rows(
        numbers, {"a": ("groh2014-security-d", "pallini2014-r"), "b": ("madigan2013-insecure-d-adjusted",)}
    )
    assert rows.loc[0, "value"] == pytest.approx(0.39 / np.sqrt(0.39**2 + 4))
    assert rows.loc[1, "value"] == 0.19 and np.isnan(rows.loc[1, "low"])
    assert (
        rows.loc[2, "label"].endswith(", adjusted") and rows.loc[2, "low"] < rows.loc[2, "value"] < rows.loc[2, "high"]
    )


def test_people_at_the_limits_of_d_lie_around_the_estimate():
    table = sequelae.people.for_people({"x": (0.31, 0.23, 0.40)}, base=0.484)
    row = table.iloc[0]
    assert row["risk_higher_at_low"] < row["risk_higher"] < row["risk_higher_at_high"]
    assert row["risk_lower_at_high"] < row["risk_lower"] < row["risk_lower_at_low"]
    assert 0.484 * row["risk_higher"] + 0.516 * row["risk_lower"] == pytest.approx(0.1)


def test_ranges_in_table_cells():
    assert sequelae.estimates.range_texts([0.01731, 1e-9, 1e-9, 0.0], [0.0189, 2e-9, 0.5, 0.0], 3) == [
        "0.017 to 0.019",
        "< 0.001",
        "< 0.001 to 0.500",
        "0.000",
    ]
