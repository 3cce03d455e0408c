from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate.contrasts import interval, least_rho, standard_error, two_sided_p, z_difference
from tests.printing import interval as digits
from tests.reference import CLOSED_FORM, assert_matches, load

modest = settings(deadline=None, derandomize=True, max_examples=60)
PEERS = (0.385, 0.395), (0.305, 0.315), (0.0357, 0.0408), (0.0408, 0.0459)


@pytest.mark.parametrize("case", load("contrasts")["cases"], ids=lambda c: f"{c['data']}-{c['rho']}")
def test_metafor_agrees(case):
    points = [(case[name],) * 2 for name in ("d1", "d2", "s1", "s2")]
    z = z_difference(*points, rho=case["rho"])
    assert z[0] == z[1]
    assert_matches(z[0], case["z"], CLOSED_FORM, case)
    assert_matches(two_sided_p(z)[0], case["p"], CLOSED_FORM, case)


def box(low, high):
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(lambda ends: tuple(sorted(ends)))


@modest
@given(box(-1, 1), box(-1, 1), box(0.02, 0.2), box(0.02, 0.2), st.floats(-1, 0.95))
def test_the_range_of_z_is_that_of_a_fine_grid(first, second, se_first, se_second, rho):
    low, high = z_difference(first, second, se_first, se_second, rho=rho)
    axes = [np.linspace(*ends, 41) for ends in (se_first, se_second)]
    s1, s2 = np.meshgrid(*axes)
    spread = np.sqrt(s1**2 + s2**2 - 2 * rho * s1 * s2)
    z = np.concatenate([((a - b) / spread).ravel() for a in first for b in second])
    assert low <= z.min() + 1e-9 and z.max() <= high + 1e-9
    # A grid of 41 points misses the least spread by little: its steps are a fortieth of each box.
    assert z.max() >= high - 0.02 * max(1, abs(high)) and z.min() <= low + 0.02 * max(1, abs(low))


@modest
@given(st.floats(-0.5, 1), st.floats(0.02, 0.3), st.sampled_from([0.85, 0.95]))
def test_the_standard_error_behind_a_printed_interval_is_in_its_range(middle, se, level):
    ends = interval((middle, middle), (se, se), level=level)
    low, high = (digits(f"{end[0]:.2f}") for end in ends)
    found = standard_error(low, high, level=level)
    assert found[0] - 1e-9 <= se <= found[1] + 1e-9


def test_known_standard_error_and_level():
    assert standard_error((0.315, 0.325), (0.465, 0.475), level=0.95) == pytest.approx(
        (0.14 / 3.919928, 0.16 / 3.919928), rel=1e-6
    )
    assert standard_error((0, 0), (0, 0.01), level=0.95)[0] == 0.0


def test_p_over_a_range_that_holds_zero_reaches_one():
    assert two_sided_p((-1.0, 2.0)) == pytest.approx((0.0455003, 1.0), rel=1e-5)
    assert two_sided_p((-3.0, -1.959964)) == pytest.approx((0.0026998, 0.05), rel=1e-4)


def test_shared_samples_make_a_difference_surer():
    spans = [z_difference(*PEERS, rho=rho) for rho in (0, 0.3, 0.6, 0.8)]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(spans))


def test_the_least_correlation_is_where_z_passes():
    grid = np.round(np.arange(0, 1, 0.01), 2)
    some, every = least_rho(*PEERS, critical=1.96, grid=grid)
    assert 0 < some < every < 1
    assert z_difference(*PEERS, rho=some)[1] >= 1.96 > z_difference(*PEERS, rho=some - 0.01)[1]
    assert z_difference(*PEERS, rho=every)[0] >= 1.96 > z_difference(*PEERS, rho=every - 0.01)[0]
    assert least_rho((0, 0), (0, 0), *PEERS[2:], critical=1.96, grid=grid) == (math.inf, math.inf)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: z_difference(*PEERS, rho=1.0), "correlation of 1.0"),
        (lambda: z_difference((0.4, 0.3), *PEERS[1:]), "runs downwards"),
        (lambda: two_sided_p((0.0, math.nan)), "lacks an end"),
        (lambda: z_difference(*PEERS[:3], (0.0, 0.1)), "not positive"),
        (lambda: standard_error((0.5, 0.5), (0.1, 0.1), level=0.95), "no width"),
        (lambda: standard_error((0.1, 0.1), (0.5, 0.5), level=95), "not between 0 and 1"),
    ],
)
def test_bad_boxes_are_named(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_a_grid_of_words_is_refused():
    with pytest.raises(RestatedError, match="field 'grid'"):
        least_rho((0.1, 0.2), (0.3, 0.4), (0.1, 0.1), (0.1, 0.1), critical=1.96, grid="abc")
