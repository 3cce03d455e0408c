"""The step selection model, against metafor, against a known truth, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import meta, selection
from tests.reference import SEARCH, assert_matches, load


@pytest.mark.parametrize("case", load("meta")["selection"], ids=lambda c: f"{c['data']}-{c['step']}")
def test_the_step_model_matches_metafor(case):
    found = selection.fit(case["y"], case["v"], step=case["step"])
    for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "weight", "weight_se", "selection_p"):
        assert_matches(getattr(found, field), case[field], SEARCH, (field, case["call"]))


def test_selection_that_is_there_is_found_and_undone():
    """Known truth: mean .2, tau .1; of effects that are not significant one in five is published."""
    rng = np.random.default_rng(3)
    v = 1 / rng.integers(20, 150, 4000)
    y = rng.normal(0.2, np.sqrt(v + 0.01))
    seen = (y > 1.96 * np.sqrt(v)) | (rng.random(4000) < 0.2)
    found = selection.fit(y[seen], v[seen])
    assert abs(found.estimate - 0.2) < 4 * found.se < meta.fit(y[seen], v[seen]).estimate - 0.2
    assert abs(found.weight - 0.2) < 4 * found.weight_se and found.selection_p < 1e-6


def test_without_heterogeneity_tau2_stays_at_its_bound():
    rng = np.random.default_rng(5)
    v = np.full(60, 0.02)
    y = 0.25 + 0.3 * (rng.normal(0, np.sqrt(v)))
    found = selection.fit(y, v)
    assert found.tau2 == 0 and 0 < found.se < 0.1


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        ([0.1, 0.0, 0.2], {}, "all effects are on one side of the step"),
        ([2.0, 3.0, 2.5], {}, "all effects are on one side of the step"),
        ([0.1, 0.5, 0.2], {"step": 0}, "0"),
        ([0.1, np.nan, 0.2], {}, "missing or not finite"),
    ],
)
def test_what_cannot_be_estimated_is_refused(y, options, message):
    with pytest.raises(RestatedError, match=message):
        selection.fit(y, [0.04, 0.05, 0.06], **options)
