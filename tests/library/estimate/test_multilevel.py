"""Three-level and correlated-and-hierarchical models, against metafor and clubSandwich."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import multilevel
from tests.reference import SEARCH, assert_matches, load

REFERENCE = load("robust")


@pytest.mark.parametrize("case", REFERENCE["multilevel"], ids=lambda c: f"{c['data']}-{c['rho']}")
def test_variances_and_robust_tests_match_metafor_with_clubsandwich(case):
    data = REFERENCE["data"][case["data"]]
    found = multilevel.fit(data["y"], data["v"], data["cluster"], rho=case["rho"])
    for field in ("estimate", "model_se", "between", "within", "weights", "se", "df", "ci_low", "ci_high", "p"):
        assert_matches(getattr(found, field), case[field], SEARCH, (field, case["call"]))
    assert found.tau2 == found.between + found.within and 0 < found.i2 < 100


def test_variances_that_are_there_are_found():
    """Known truth: 120 clusters of three, variances .04 between and .02 within, sampling errors correlated .6."""
    rng = np.random.default_rng(8)
    cluster, v = np.repeat(np.arange(120), 3), np.full(360, 0.02)
    shared, own = (np.sqrt(share * 0.02) for share in (0.6, 0.4))
    y = 0.3 + (rng.normal(0, np.sqrt(0.04 + shared**2), 120))[cluster] + rng.normal(0, np.sqrt(0.02 + own**2), 360)
    found = multilevel.fit(y, v, cluster, rho=0.6)
    assert abs(found.estimate - 0.3) < 4 * found.se
    assert found.between == pytest.approx(0.04, abs=0.015) and found.within == pytest.approx(0.02, abs=0.006)


@pytest.mark.parametrize(
    ("cluster", "rho", "message"),
    [
        ([1, 1, 2, 2], 1.0, "is not in"),
        ([1, 2, 3, 4], 0.5, "no cluster has two effects"),
        ([1, 1, 1, 1], 0.5, "all effects are of one cluster"),
        ([1, 1, 2], 0.5, "4 effects but cluster labels"),
    ],
)
def test_what_cannot_be_pooled_is_refused(cluster, rho, message):
    with pytest.raises(RestatedError, match=message):
        multilevel.fit([0.1, 0.2, 0.3, 0.1], [0.01, 0.02, 0.01, 0.02], cluster, rho=rho)


def test_a_correlation_that_is_no_number_is_refused():
    with pytest.raises(RestatedError, match="field 'rho': 'x' is not a number"):
        multilevel.fit([0.1, 0.2, 0.3], [0.1] * 3, list("aab"), rho="x")
