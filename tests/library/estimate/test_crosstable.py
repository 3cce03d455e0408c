from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from restated.errors import RestatedError
from restated.estimate import agreement, crosstable
from tests.reference import CLOSED_FORM, FITTED_COUNTS, load

TABLES = {case["name"]: case for case in load("crosstable")["tables"]}
tables = pytest.mark.parametrize("case", TABLES.values(), ids=TABLES)
quick = settings(deadline=None, derandomize=True, max_examples=40)
square = arrays(int, (4, 4), elements=st.integers(1, 60))


@tables
def test_residuals_match_those_of_chisq_test(case):
    found = crosstable.adjusted_residuals(case["table"])
    np.testing.assert_allclose(found, case["residuals"], rtol=CLOSED_FORM, atol=1e-12)


@tables
@pytest.mark.parametrize("model", crosstable.MODELS)
def test_loglinear_models_match_glm(case, model):
    found, expected = crosstable.loglinear(case["table"], model), case["models"][model]
    assert found.df == expected["df"]
    assert found.deviance == pytest.approx(expected["deviance"], rel=FITTED_COUNTS)
    np.testing.assert_allclose(found.fitted, expected["fitted"], rtol=FITTED_COUNTS)
    if model == "independence":
        assert found.deviance == pytest.approx(case["loglm_independence"], rel=CLOSED_FORM)


@tables
def test_kappa_and_its_variance_match_vcd(case):
    assert agreement.kappa_square(case["table"]) == pytest.approx(case["kappa"], rel=CLOSED_FORM)
    assert np.sqrt(agreement.kappa_variance(case["table"])) == pytest.approx(case["kappa_se"], rel=CLOSED_FORM)


@quick
@given(square)
def test_each_model_keeps_what_it_frees(counts):
    independence, quasi, symmetric = (crosstable.loglinear(counts, model) for model in crosstable.MODELS)
    for fit in (independence, quasi, symmetric):
        np.testing.assert_allclose(fit.fitted.sum(axis=0), counts.sum(axis=0), rtol=1e-5)
        np.testing.assert_allclose(fit.fitted.sum(axis=1), counts.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(np.diag(quasi.fitted), np.diag(counts), rtol=1e-5)
    np.testing.assert_allclose(symmetric.fitted + symmetric.fitted.T, counts + counts.T, rtol=1e-5)
    assert independence.deviance >= quasi.deviance - 1e-8 and quasi.deviance >= symmetric.deviance - 1e-8


def test_percentiles_of_resampled_tables_are_near_the_large_sample_interval():
    counts = np.array(TABLES["dyads"]["table"])
    drawn = crosstable.resampled(counts, draws=20_000, seed=1)
    assert (drawn.sum(axis=(1, 2)) == counts.sum()).all()
    half = 1.959964 * np.sqrt(agreement.kappa_variance(counts))
    middle = agreement.kappa_square(counts)
    found = np.quantile(agreement.kappa_square(drawn), [0.025, 0.975])
    assert tuple(found) == pytest.approx((middle - half, middle + half), abs=0.003)
    assert (drawn == crosstable.resampled(counts, draws=20_000, seed=1)).all()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([1, 2], "shape"),
        ([[1, -2], [3, 4]], "negative"),
        ([[1, 0], [3, 0]], "empty"),
        ([[1, np.nan], [3, 4]], "finite"),
        ("abc", "not numbers"),
    ],
)
def test_what_is_not_a_table_is_refused(table, message):
    with pytest.raises(RestatedError, match=message):
        crosstable.adjusted_residuals(table)


def test_models_of_square_tables_need_one():
    oblong = [[1, 2, 3], [4, 5, 7]]
    assert crosstable.loglinear(oblong, "independence").df == 2
    for model in ("quasi-symmetry", "saturated"):
        with pytest.raises(RestatedError, match="not a model"):
            crosstable.loglinear(oblong, model)
