from __future__ import annotations

import numpy as np
import pytest

from restated_book import register, studies
from review.findings.theory import families
from tests.reference import CLOSED_FORM, assert_matches, load

R = load("correlations")["paths"]


@pytest.fixture(scope="module")
def rows():
    return studies.load("ismair-families", originals=False)


@pytest.fixture(scope="module")
def paths(rows):
    return families.paths(rows)


def test_lavaan_agrees_on_the_paths(paths):
    #: lavaan's own search ends at a relative change of 1e-12 of the likelihood, that is about 1e-6 of a path.
    search = 1e-5
    assert_matches(paths["beta"].iloc[:4], R["beta"], search, "beta")
    assert_matches(paths["b"].iloc[:4], R["b"], search, "b")


def test_the_printed_paths_are_reproduced(paths):
    printed = register.load()
    for row, id in (("father", "path-father"), ("mother", "path-mother"), ("indirect, father", "ind-father")):
        assert f"{paths.loc[row, 'beta']:.2f}" == printed[f"ismair2025-{id}"].value.text
    #: p rests on a bootstrap of the authors and one of ours.
    assert paths.loc["mother", "p"] == pytest.approx(0.339, abs=0.02)
    assert paths.loc["indirect, father", "p"] == pytest.approx(0.084, abs=0.01)


def test_an_indirect_path_is_the_product_of_its_steps(rows):
    data = np.stack([[rows[f"{p}_{s}"] for p in families.PARENTS] for s in families.STEPS]).transpose(2, 0, 1)
    beta, b = families.fitted(data.astype(float))
    swapped, _ = families.fitted(data[..., ::-1].astype(float))
    assert swapped == pytest.approx(beta[[1, 0, 3, 2, 5, 4]], abs=1e-6)  # fathers and mothers are treated alike
    wider, _ = families.fitted(data * np.array([1.0, 2.0, 3.0, 0.5])[:, None])
    assert wider == pytest.approx(beta, abs=1e-6)  # a standardized path has no unit
    assert b[4] / b[0] == pytest.approx(b[5] / b[1])  # both parents share the steps before


def test_psych_agrees_on_holding_security_constant(rows):
    reference = {case["case"]: case["partial"] for case in load("correlations")["single"]}
    for parent, case in (("father", "fP fS fA"), ("mother", "mP mS mA")):
        found, low, high = families.given_security(rows, parent)
        assert_matches(found, reference[case], CLOSED_FORM, case)
        assert np.arctanh([low, high]) == pytest.approx(np.arctanh(found) + np.array([-1, 1]) * 1.95996398 / 6)


def test_the_difference_of_parents_is_that_of_one_matrix(rows):
    reference = {case["case"]: case["p"] for case in load("correlations")["differences"]}
    assert_matches(families.difference(rows).p, reference["fP fS mP mS"], CLOSED_FORM, "RF at six months")
    assert_matches(families.difference(rows, "rf_aai").p, reference["fR fS mR mS"], CLOSED_FORM, "RF in pregnancy")


def test_resamples_without_a_model_are_left_out(rows):
    few = rows.drop(columns="row_id").iloc[:25].copy()
    few["mother_aai_secure"] = [0.0, *[1.0] * 24]  # absent from more than a third of all resamples
    assert np.isfinite(families.paths(few).to_numpy()).all()
