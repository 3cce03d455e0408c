"""The decision rules: order of terms, single and joint tests against closed forms, and their level."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from restated.estimate import growth
from restated.reconstruct.ensemble import generator
from review.findings.cohort import statements
from review.findings.cohort.design import TIMES, Design
from review.findings.cohort.statements import indices

STANDARD = Design.standard()
CELL = statements.cell_row(STANDARD.cells)
ALL = {*statements.KEYS, *statements.EVENTS}


def met(fixed, covariance=None):
    covariance = np.eye(32) if covariance is None else covariance
    return {k: bool(v[0]) for k, v in statements.evaluate(np.array(fixed, float)[None], covariance[None], CELL).items()}


def with_terms(**terms):
    fixed = np.zeros(32)
    for name, value in terms.items():
        fixed[indices(name.replace("_", "×").replace("×time", ":time"))[0]] = value
    return fixed


def test_terms_are_in_the_order_of_the_fit():
    cohort = STANDARD.draw(generator(3, 0))
    assert growth.fit_batch([cohort.y], TIMES, STANDARD.covariates).names == statements.term_names()


def test_nothing_is_met_at_zero_and_one_level_effect_meets_its_statement_only():
    assert not any(met(np.zeros(32)).values())
    assert {k for k, v in met(with_terms(avoidant=1.97)).items() if v} == {"C2"}
    assert not met(with_terms(avoidant=-5))["C2"]
    assert {k for k, v in met(with_terms(disorganized=1.97)).items() if v} == {"C3"}


def test_joint_tests_use_the_covariance_between_terms():
    at = indices("disorganized×risk", "disorganized×risk:time", "disorganized×boy×risk", statements.FOUR_WAY)
    rng = np.random.default_rng(1)
    root = rng.normal(size=(32, 32))
    covariance = root @ root.T + np.eye(32)
    for scale in np.linspace(0.5, 6, 12):
        fixed = np.zeros(32)
        fixed[at] = scale * rng.normal(size=4)
        wald = fixed[at] @ np.linalg.inv(covariance[np.ix_(at, at)]) @ fixed[at]
        assert met(fixed, covariance)["C4"] == (stats.chi2.sf(wald, 4) < statements.LEVEL)


def test_the_cell_statement_is_about_the_sum_of_its_terms():
    spread = np.sqrt(CELL @ CELL)
    for z in (1.9, 2.0):
        assert met(z * CELL / spread)["C7"] == (z > 1.96)


def test_whole_and_strict_need_all_their_parts():
    strong = with_terms(avoidant=9, disorganized=9, disorganized_boy_risk_time=30, time=1)
    found = met(strong)
    assert found["whole"] and found["strict"] and found["any-class"] and found["any-term"]
    assert not met(strong - with_terms(avoidant=9))["whole"]


def test_every_rule_is_in_words():
    table = statements.rules()
    assert set(table["Name"]) == ALL and table.notna().all().all() and (table["Met if"].str.len() > 15).all()


def test_rules_keep_their_level_when_nothing_is_true():
    rng = np.random.default_rng(5)
    root = np.linalg.cholesky(np.eye(32) + 0.4)
    draws = 20_000
    fixed = rng.standard_normal((draws, 32)) @ root.T
    covariance = np.broadcast_to(root @ root.T, (draws, 32, 32))
    share = {k: v.mean() for k, v in statements.evaluate(fixed, covariance, CELL).items()}
    for key, level in {
        "C2": 0.025,
        "C3": 0.025,
        "C4": 0.05,
        "C5": 0.05,
        "C6": 0.05,
        "C7": 0.025,
        "four-way": 0.025,
    }.items():
        assert share[key] == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / draws)), key
    assert share["any-class"] < 3 * 0.05 and share["whole"] < 0.001
