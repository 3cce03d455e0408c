from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import agreement, individuals
from restated.estimate.individuals import outermost, overlap, superiority
from tests.reference import CLOSED_FORM, assert_matches, load

modest = settings(deadline=None, derandomize=True, max_examples=60)


@pytest.mark.parametrize("case", load("individuals")["cases"], ids=lambda c: f"{c['d']}-{c['base']}-{c['share']}")
def test_base_r_agrees(case):
    risks = outermost(case["d"], base=case["base"], share=case["share"])
    for name in ("threshold", "lower", "higher"):
        assert_matches(getattr(risks, name), case[name], CLOSED_FORM, (name, case))
    assert_matches(overlap(case["d"]), case["overlap"], CLOSED_FORM, case)
    assert_matches(superiority(case["d"]), case["superiority"], CLOSED_FORM, case)


@modest
@given(st.floats(-3, 3), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_the_two_groups_make_up_the_whole(d, base, share):
    risks = outermost(d, base=base, share=share)
    assert base * risks.higher + (1 - base) * risks.lower == pytest.approx(share, abs=1e-12)
    assert risks.share_higher == pytest.approx(base * risks.higher / share)
    assert (risks.ratio > 1) == (d > 0) or abs(d) < 1e-9


@modest
@given(st.floats(0, 4), st.floats(0, 4))
def test_more_distance_means_less_overlap_and_surer_pairs(a, b):
    low, high = sorted((a, b))
    assert overlap(low) >= overlap(high) and superiority(low) <= superiority(high)
    assert overlap(-high) == overlap(high) and superiority(-high) == pytest.approx(1 - superiority(high))


def test_pairs_and_risks_by_simulation():
    rng = np.random.default_rng(5)
    size, d, base = 400_000, 0.31, 0.484
    secure, insecure = rng.normal(size=size), rng.normal(d, size=size)
    assert (insecure > secure).mean() == pytest.approx(superiority(d), abs=0.004)
    group = rng.random(size) < base
    value = rng.normal(size=size) + d * group
    worst = value > np.quantile(value, 0.9)
    risks = outermost(d, base=base)
    assert worst[group].mean() == pytest.approx(risks.higher, abs=0.004)
    assert worst[~group].mean() == pytest.approx(risks.lower, abs=0.004)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"d": 0.3, "base": 0.0}, "a share of 0.0"),
        ({"d": 0.3, "base": 0.5, "share": 1.0}, "a share of 1.0"),
        ({"d": np.nan, "base": 0.5}, "difference is not a number from"),
    ],
)
def test_impossible_shares_are_named(options, message):
    with pytest.raises(RestatedError, match=message):
        outermost(**options)


@pytest.mark.parametrize(
    ("phi", "first", "second"), [(0.31, 0.5, 0.52), (-0.1, 0.2, 0.7), (0.0, 0.3, 0.3), (1.0, 0.4, 0.4)]
)
def test_shares_given_a_class_give_the_correlation_back(phi, first, second):
    among, others = individuals.shares_given(phi, first, second)
    table = 1e6 * np.array([first * among, first * (1 - among), (1 - first) * others, (1 - first) * (1 - others)])
    assert agreement.phi(table) == pytest.approx(phi)
    assert first * among + (1 - first) * others == pytest.approx(second)


@pytest.mark.parametrize(("given", "message"), [((0.9, 0.1, 0.9), "no table"), ((0.1, 0.0, 0.5), "between 0 and 1")])
def test_shares_that_no_table_has_are_refused(given, message):
    with pytest.raises(RestatedError, match=message):
        individuals.shares_given(*given)
