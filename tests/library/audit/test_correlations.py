"""Correlations of real samples belong together; impossible ones are refused; d, r and twin components follow
their rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.audit import correlations
from restated.errors import RestatedError
from restated.estimate.effects import r_to_d
from restated.printed import parse
from tests.library.audit.honest import all_prints, modest, printed, roundings


@modest
@given(st.integers(0, 10_000), st.integers(4, 60), st.integers(1, 3), roundings)
def test_correlations_of_one_sample_belong_together(seed, n, decimals, rounding):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 3))
    r = np.corrcoef(data, rowvar=False)
    numbers = [printed(r[i, j], decimals, rounding) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert correlations.third(*numbers).fits


def smallest_eigenvalue(a, b, c):
    return np.linalg.eigvalsh([[1, a, b], [a, 1, c], [b, c, 1]])[0]


@pytest.mark.parametrize(("first", "second"), [(".26", ".34"), (".90", ".95"), ("-.80", ".70"), ("1.0", ".5")])
def test_range_and_power_by_brute_force(first, second):
    a, b = parse(first), parse(second)
    found = correlations.third(a, b, parse(".00"))
    grid_a, grid_b = (np.linspace(max(-1, float(r.low)), min(1, float(r.high)), 41) for r in (a, b))
    spans = [(x * y - w, x * y + w) for x in grid_a for y in grid_b for w in [np.sqrt((1 - x**2) * (1 - y**2))]]
    assert found.low == pytest.approx(min(s[0] for s in spans), abs=2e-3)
    assert found.high == pytest.approx(max(s[1] for s in spans), abs=2e-3)
    universe = all_prints(-1, 1, 2)
    accepted = sum(correlations.third(a, b, p).fits for p in universe)
    assert found.power == pytest.approx(1 - accepted / len(universe))
    for p in universe:
        inside = any(
            smallest_eigenvalue(x, y, z) >= 0
            for x in grid_a[::20]
            for y in grid_b[::20]
            for z in np.linspace(float(p.low), float(p.high), 3)
            if abs(z) <= 1
        )
        if inside:
            assert correlations.third(a, b, p).fits


def test_impossible_correlations_are_refused():
    assert not correlations.third(parse(".90"), parse(".90"), parse(".10")).fits
    assert smallest_eigenvalue(0.9, 0.9, 0.1) < 0


@modest
@given(st.floats(-0.9, 0.9), st.integers(2, 3), st.booleans(), roundings)
def test_one_effect_on_two_scales_fits(r, decimals, other_sign, rounding):
    d = printed(float(r_to_d(r)) * (-1 if other_sign else 1), decimals, rounding)
    assert correlations.r_of_d(d, printed(r, decimals, rounding)).fits


def test_d_r_power_by_brute_force_and_a_violation():
    found = correlations.r_of_d(parse(".37"), parse(".18"))
    accepted = sum(correlations.r_of_d(parse(".37"), p).fits for p in all_prints(-1, 1, 2))
    assert found.fits
    assert found.power == pytest.approx(1 - accepted / 201)
    assert not correlations.r_of_d(parse(".37"), parse(".25")).fits


@modest
@given(st.floats(0, 0.9), st.floats(0, 1), st.integers(1, 3), st.sampled_from([1, 100]), roundings)
def test_components_behind_two_correlations_fit(total, share, decimals, scale, rounding):
    a2, c2 = total * share, total * (1 - share)
    mz, dz = printed(a2 + c2, decimals, rounding), printed(a2 / 2 + c2, decimals, rounding)
    places = max(0, decimals - (2 if scale == 100 else 0))
    for name, value in (("a2", a2), ("c2", c2), ("e2", 1 - a2 - c2)):
        assert correlations.falconer(mz, dz, name, printed(scale * value, places, rounding), scale).fits


@modest
@given(st.floats(0, 0.9), st.floats(-0.2, 0.9), st.floats(0, 1), roundings)
def test_components_of_a_model_at_its_bound_fit(m, d, weight, rounding):
    """Where c2 (a2) would be negative, the two-component model fits a value between what either correlation
    implies."""
    mz, dz = printed(m, 2, rounding), printed(d, 2, rounding)
    if m > 2 * d:
        a2 = min(1, max(0, weight * m + (1 - weight) * 2 * d))
        values = {"a2": a2, "c2": 0.0, "e2": 1 - a2}
    elif d > m:
        c2 = weight * m + (1 - weight) * d
        values = {"a2": 0.0, "c2": c2, "e2": 1 - c2}
    else:
        values = {"a2": 2 * (m - d), "c2": 2 * d - m, "e2": 1 - m}
    for name, value in values.items():
        assert correlations.falconer(mz, dz, name, printed(value, 2, rounding), 1).fits


def test_falconer_known_cases_and_power():
    mz, dz = parse(".48"), parse(".38")
    found = correlations.falconer(mz, dz, "a2", parse(".14"), 1)
    assert (found.fits, found.low, found.high) == (False, pytest.approx(0.18), pytest.approx(0.22))
    accepted = sum(correlations.falconer(mz, dz, "a2", p, 1).fits for p in all_prints(0, 1, 2))
    assert found.power == pytest.approx(1 - accepted / 101)
    with pytest.raises(RestatedError, match="Use one of a2, c2, e2"):
        correlations.falconer(mz, dz, "d2", parse(".14"), 1)
