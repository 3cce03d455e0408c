from __future__ import annotations

import math

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.reconstruct.compatible import RECONSTRUCTORS, at, is_count
from restated.reconstruct.practice import STRENGTHS

CASES = {
    "statement": ({"estimate": "0.56", "ci_low": "0.43", "ci_high": "0.68", "z": "8.76", "k": "23", "I2": "20%"}, {}),
    "two arms": ({"n1_max": "48", "n2_max": "58", "percent1": "6.3%", "percent2": "20.6%", "p": "0.049"}, {}),
    "shares": ({"n": "2571", "a / a+b+c": "51%", "b / a+b+c": "9%", "c / b+c": "81%"}, {}),
    "two by two": ({"n": "46", "agreement": "75%", "kappa": "0.5"}, {}),
    "square table": ({"rows": ["10", "20"], "columns": ["12", "18"], "kappa": "0.5"}, {}),
    "twin table": ({"pairs": "60", "pairwise": "62%", "prevalence": "30%"}, {}),
    "scores": ({"n": "20", "mean": "2.20", "sd": "1.32", "low": "1", "high": "5"}, {}),
    "ranks": ({"n1": "12", "n2": "12", "p": "0.0147"}, {}),
}


@pytest.mark.parametrize("name", RECONSTRUCTORS)
def test_sets_of_the_strengths_are_nested(name):
    printed, options = CASES[name]
    plain, usual, wide = (at(name, printed, options, strength) for strength in STRENGTHS)
    assert wide.size != 0
    for less, more in ((plain, usual), (usual, wide)):
        for quantity in less.sets.keys() if less.size != 0 else ():
            low, high = less.range(quantity)
            least, most = more.range(quantity)
            assert math.isnan(low) or (least <= low + 1e-9 and most >= high - 1e-9), quantity


def test_the_set_of_a_truncated_percentage_is_empty_as_printed_only():
    printed, options = CASES["two arms"]
    assert at("two arms", printed, options, "as printed").size == 0
    usual = at("two arms", printed, options, "usual")
    assert usual.holds("table", [3, 48, 12, 58]) and usual.holds("n1", 48) and not usual.holds("n1", 49)
    assert usual.holds("percent2", 20.69) is True and usual.holds("nothing", 1) is None


def test_scores_agree_with_the_known_number_of_samples():
    # CLOSURE (scrutipy 0.1.12): nine samples
    found = RECONSTRUCTORS["scores"].run(*CASES["scores"], ())
    assert found.size == 9 and found.holds("sum", 44) and not found.holds("sum", 45)
    impossible = RECONSTRUCTORS["scores"].run({"n": "21", "mean": "3.07"}, {}, STRENGTHS["wide"] - {"missing"})
    assert impossible.size == 0 and impossible.holds("possible", False) and not impossible.holds("possible", True)


def test_a_divisor_of_n_is_usual_practice():
    printed = {"n": "10", "mean": "0.75", "sd": "1.70"}
    squares = 28.805
    assert not RECONSTRUCTORS["scores"].run(printed, {"step": 0.1}, ()).holds("ss", squares)
    assert RECONSTRUCTORS["scores"].run(printed, {"step": 0.1}, ["divisor"]).holds("ss", squares)


def test_kappa_without_margins_bounds_agreement():
    found = RECONSTRUCTORS["square table"].run({"kappa": "0.208"}, {"k": 4}, ())
    low, high = found.range("agreement")
    rng, tables = np.random.default_rng(0), 0
    for _ in range(4000):
        x = rng.dirichlet(np.ones(16) * rng.uniform(0.05, 1)).reshape(4, 4)
        po, pe = x.trace(), x.sum(0) @ x.sum(1)
        if 0.2 < (po - pe) / (1 - pe) < 0.216:
            tables += 1
            assert low - 1 <= 100 * po <= high
    assert tables > 20 and 20 < low < 23


def test_u_of_unequal_groups_is_found_from_either_side():
    found = RECONSTRUCTORS["ranks"].run({"n1": "12", "n2": "12", "p": "0.0147"}, {}, ())
    assert found.holds("u", 102) and found.holds("u", 42) and not found.holds("u", 72)


def test_a_share_and_its_interval_may_be_in_percent():
    printed = {"n": "280", "events": "123", "proportion": "44%", "ci_low": "38%", "ci_high": "50%"}
    found = RECONSTRUCTORS["statement"].run(printed, {}, ())
    assert found.holds("proportion", 123 / 280) and found.holds("events", 123)


def test_large_sets_take_no_time():
    found = RECONSTRUCTORS["ranks"].run({"n1": "240", "n2": "217", "p": ".04"}, {}, STRENGTHS["wide"])
    assert found.size > 10_000
    scores = {"n": "400", "mean": "23.4", "sd": "11.1", "low": "0", "high": "60"}
    assert RECONSTRUCTORS["scores"].run(scores, {}, STRENGTHS["wide"]).holds("sum", 9360)


def test_counts_are_known_by_their_role():
    assert all(map(is_count, ("n", "n1", "n1_max", "n_total", "events2", "k", "pairs", "rows", "low")))
    assert not any(map(is_count, ("mean1", "ci_low", "p", "sd", "percent1", "r", "I2", "R2")))
    assert not any(map(is_count, ("row1_share", "col1_share", "row_percent", "col2_percent")))


def test_a_share_of_a_margin_is_rounded_like_any_percentage():
    printed = {"n": "55", "row1_share": "51%", "kappa": ".38"}
    assert at("two by two", printed, {}, "as printed").holds("table", [18, 10, 7, 20])


def test_one_number_of_both_groups_narrows_what_is_looked_at():
    # 17,000 pairs of events and size in each group: crossed, they would be too many.
    printed = {"n": "189", "events": "59", "odds_ratio": "2.02", "ci_low": "1.08", "ci_high": "3.78"}
    found = at("two arms", printed, {"measure": "odds_ratio"}, "as printed")
    assert found.holds("table", [30, 74, 29, 115]) and not found.holds("table", [30, 75, 29, 115])


def test_a_difference_of_two_groups_has_no_sign():
    printed = {"n1": "24", "n2": "20", "percent1": "66.6%", "percent2": "80.0%", "difference": "13.4"}
    assert at("two arms", printed, {}, "usual").holds("events1", 16)


def test_an_exact_p_of_small_groups_is_usual_practice():
    printed = {"n1": "12", "n2": "12", "p": ".67"}  # wilcox.test(x, y)$p.value for U = 80 without ties: 0.6707
    assert at("ranks", printed, {}, "usual").holds("u", 80)


def test_z_and_p_of_ranks_must_fit_each_other():
    printed = {"n1": "12", "n2": "12", "z": "2.0", "p": ".9"}
    assert all(at("ranks", printed, {}, strength).size == 0 for strength in STRENGTHS)
    both, alone = (at("ranks", printed | {"p": ".046", "z": z}, {}, "as printed") for z in ("2.3", "<9"))
    assert 0 < both.size < alone.size


@pytest.mark.parametrize("p", ["0.99", "<.001"])
def test_a_p_that_no_test_gives_empties_the_set_of_two_groups(p):
    printed = {"n1": "295", "events1": "4", "n2": "307", "events2": "7", "p": p}
    assert at("two arms", printed, {"test": "fisher"}, "usual").size == 0


@pytest.mark.parametrize(
    ("name", "printed", "options", "truths"),
    [
        ("two by two", {"n": "20"}, {}, "agreement kappa phi row1_share row_percent sensitivity a row1 p table"),
        ("two arms", {"n1": "20", "n2": "30"}, {}, "percent1 events2 events odds_ratio table"),
        ("twin table", {"pairs": "20"}, {}, "agreement prevalence pairwise probandwise both table"),
        ("square table", {"kappa": ".00"}, {"k": 3}, "agreement"),
        ("ranks", {"n1": "6", "n2": "6", "p": ">.001"}, {}, "u"),
        ("statement", {"h2": "0 to 1"}, {}, "h2"),
    ],
)
def test_a_set_of_everything_excludes_nothing(name, printed, options, truths):
    found = at(name, printed, options, "as printed")
    assert [truth for truth in truths.split() if not found.unbounded(truth)] == []


def test_a_set_with_a_gap_excludes_what_is_in_it():
    # A small p excludes what is in the middle, from either side.
    assert not at("ranks", {"n1": "69", "n2": "77", "p": "<.001"}, {}, "as printed").unbounded("u")
    arms = at("two arms", {"n1": "20", "n2": "30", "p": ".04"}, {}, "as printed")
    assert not arms.unbounded("table") and not arms.unbounded("n1")
    # One table of the set has an empty cell, and an infinite odds ratio.
    table = at("two by two", {"n": "297", "agreement": "77%", "kappa": ".55"}, {}, "as printed")
    assert not table.unbounded("odds_ratio")


def test_a_truth_is_known_to_half_a_unit_of_its_last_digit():
    found = at("statement", {"F": "5.42", "df1": "2", "df2": "69"}, {}, "usual")
    assert found.holds("p", 0.0065) and not found.holds("p", 0.1) and not found.holds("R2", 0.2)
    # A text keeps the zeros that a number loses.
    assert found.holds("R2", "0.136") and not found.holds("R2", "0.140") and found.holds("R2", "much") is None


def test_digits_that_were_cut_off_stay_below_the_next_ones():
    found = at("scores", {"n": "10", "mean": "3", "low": "1", "high": "5"}, {}, "usual")
    assert found.range("sum") == (25, 39)


@pytest.mark.parametrize("ends", [{"low": "1", "high": "5"}, {"low": "0"}, {"high": "9"}])
def test_a_mean_and_one_end_of_the_scale_bound_the_squares(ends):
    found = at("scores", {"n": "20", "mean": "2.20"} | ends, {}, "as printed")
    low, high = int(ends.get("low", -200)), int(ends.get("high", 200))
    scores = [low] * 20
    for i in range(20):  # as far from the mean as the scale lets them be
        scores[i] = min(high, low + 44 - sum(scores))
        if sum(scores) == 44:
            break
    most = float(np.var([*scores]) * 20)
    assert found.range("ss")[0] == 0 and (most - 1 < found.range("ss")[1] or "low" not in ends)
    assert not found.unbounded("ss")


@pytest.mark.parametrize(
    "name, printed, message",
    [
        ("scores", {"mean": "2.2"}, "mean and n"),
        ("ranks", {"n1": "12"}, "both group sizes"),
        ("square table", {"kappa": ".2"}, "neither margins"),
        ("two by two", {"kappa": ".2"}, "the total"),
    ],
)
def test_too_little_is_refused_with_a_reason(name, printed, message):
    with pytest.raises(RestatedError, match=message):
        RECONSTRUCTORS[name].run(printed, {}, ())


def test_a_set_says_nothing_of_a_truth_of_another_form():
    found = at("two arms", {"n1": "20", "n2": "20", "percent1": "15%", "percent2": "5%"}, {}, "as printed")
    assert found.holds("table", [3, 20, 1, 20]) is True
    assert found.holds("table", [3, 20]) is None and found.holds("events1", "big") is None


def test_a_printed_sd_with_divisor_n_gives_the_usual_sd_too():
    found = at("scores", {"n": "10", "mean": "2.5", "sd": "1.50", "low": "0", "high": "6"}, {}, "usual")
    assert found.holds("sd", 1.5) and found.holds("sd", 1.5 * (10 / 9) ** 0.5)


def test_square_tables_have_their_kappa():
    printed = {"kappa": ".42", "rows": ["30", "25", "20"], "columns": ["28", "24", "23"]}
    assert at("square table", printed, {}, "as printed").holds("kappa", 0.4161)


def test_tau2_and_standard_error_give_the_prediction_interval():
    printed = {"k": "12", "estimate": "0.31", "ci_low": "0.18", "ci_high": "0.44", "tau2": "0.0288"}
    found = at("statement", printed, {}, "as printed")
    low = 0.313 - 2.228 * (0.0288 + 0.0668**2) ** 0.5
    assert found.holds("pi_low", round(low, 3)) and not found.holds("pi_low", 0.1)


def test_u_of_an_exact_p_is_found_in_groups_below_fifty():
    # R computes an exact p there without ties: wilcox.test of 27 and 34 values with U = 472.
    printed = {"n1": "27", "n2": "34", "p": "0.857"}
    usual = RECONSTRUCTORS["ranks"].run(printed, {"ties": False}, STRENGTHS["usual"])
    assert usual.holds("u", 472.0) and usual.holds("u", 27 * 34 - 472.0)
    assert not RECONSTRUCTORS["ranks"].run(printed, {"ties": False}, ()).holds("u", 472.0)


def test_f_of_a_regression_is_finite_where_its_p_is_tiny():
    # R² .40 with 3 and 158 degrees of freedom: F is 35.1, and its p about 1e-17.
    found = RECONSTRUCTORS["statement"].run({"R2": "0.40", "n": "162", "df1": "3"}, {"predictors": 3}, ())
    low, high = found.range("F")
    assert low == pytest.approx(0.395 * 158 / 3 / 0.605, rel=1e-6)
    assert high == pytest.approx(0.405 * 158 / 3 / 0.595, rel=1e-6)


@pytest.mark.filterwarnings("error")
def test_an_interval_that_may_have_no_width_gives_ranges_without_a_warning():
    printed = {"k": "30", "estimate": "0.3", "ci_low": "0.3", "ci_high": "0.3", "I2": "20%"}
    found = RECONSTRUCTORS["statement"].run(printed, {"scale": "correlation"}, STRENGTHS["usual"])
    assert found.size != 0 and not np.isnan(found.range("tau")).any()


def test_q_below_its_degrees_of_freedom_fits_and_follows_from_its_p():
    # Ten homogeneous studies: Q 5.33, whose p is .805 (chi-squared with 9 degrees of freedom), and I² of 0.
    pooled = {"k": "10", "estimate": "0.77", "ci_low": "0.64", "ci_high": "0.92"}
    for known in ({"Q": "5.33"}, {"Q": "5.33", "I2": "0%"}, {"p_q": "0.805"}, {"I2": "0%", "p_q": "0.805"}):
        found = RECONSTRUCTORS["statement"].run(pooled | known, {"scale": "ratio"}, ())
        assert found.holds("Q", 5.33) and found.holds("tau2", 0.0), known
        low, high = found.range("Q")
        assert high - low < 0.05
    unequal = RECONSTRUCTORS["statement"].run(pooled | {"Q": "15.0", "I2": "0%"}, {"scale": "ratio"}, ())
    assert unequal.size == 0


@pytest.mark.parametrize(
    ("name", "printed", "strength", "message"),
    [
        ("two_by_two", {"n": "20"}, "as printed", "unknown reconstructor 'two_by_two'"),
        ("two by two", {"n": "20"}, "published", "unknown strength 'published'"),
        ("two by two", {"n": 20}, "as printed", "20 is not a text"),
        ("statement", {"mean": 5.2}, "as printed", "5.2 is not a text"),
        ("shares", {"n": "91", "a/n": "62.6"}, "as printed", "'n' is the name of a part and of another number"),
    ],
)
def test_what_no_reconstruction_knows_is_refused_by_name(name, printed, strength, message):
    with pytest.raises(RestatedError, match=message):
        at(name, printed, {}, strength)
