"""Tables and ledger rows of the chapter."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from restated.errors import RestatedError
from restated_book import paths, register, studies
from restated_book.recording import Ledger
from review.findings.cohort import design, effects, model, records, runs, stored, tables

NUMBERS = register.load()
TABLE = stored.load(NUMBERS)
SCENARIOS = effects.scenarios(NUMBERS)


def test_the_counts_in_circulation_are_all_there_and_none_is_unverified():
    found = tables.counts_in_circulation(NUMBERS)
    assert {"1,364", "1195", "1,153", "1,152", "1,140", "1,139", "more than 1,000", "918"} <= set(found["Children"])
    of_rows = found.set_index("Paper")["Children"]
    assert of_rows["NICHD 2001"] == "1,060" and set(of_rows["Groh et al. 2014"]) == {"819", "795"}
    assert list(found.loc[found["open"], "Children"]) == ["more than 1,000"]
    assert found["high"].is_monotonic_decreasing
    recalled = dict(NUMBERS) | {"fearon2004-n-children": replace(NUMBERS["fearon2004-n-children"], grade="U")}
    with pytest.raises(RestatedError, match=r"fearon2004-n-children.*unverified"):
        tables.counts_in_circulation(recalled)


def test_every_ledger_row_of_the_simulation_is_assumed_and_can_be_recorded():
    book = Ledger("externalizing-growth", "cohort", NUMBERS)
    for row in records.share_records(stored.shares(TABLE), SCENARIOS):
        book.record(basis="assumed", interval="95 % Monte Carlo interval (Wilson)", unit=" %", **row)
    for row in records.share_records(stored.shares(TABLE), effects.two_way(NUMBERS), "whole"):
        book.record(basis="assumed", interval="95 % Monte Carlo interval (Wilson)", unit=" %", **row)
    for row in records.number_records(TABLE):
        book.record(basis="assumed", **row)
    rows = book.entries()
    assert {r["status"] for r in rows} == {"assumed"} and {r["verdict"] for r in rows} == {"new"}
    assert all(r["restated_low"] <= r["restated"] <= r["restated_high"] for r in rows if r["restated_low"] is not None)
    text = (paths.NOTEBOOKS / "externalizing-growth.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\{(?:restated|interval)\}`(cohort-[a-z0-9-]+)`", text))
    above = {f"cohort-{name}-above-secure" for name in ("avoidant", "disorganized")} | {"cohort-risk-alpha"}
    elsewhere = ("cohort-class-", "cohort-information-", "cohort-inequalities-")
    assert {id for id in named - {r["id"] for r in rows} if not id.startswith(elsewhere)} <= above


def test_every_share_has_its_monte_carlo_error():
    table = tables.power_by_statement(stored.shares(TABLE), SCENARIOS)
    assert table.shape == (11, 8)
    assert table.iloc[:, 1:].map(lambda cell: bool(re.fullmatch(r"\d+\.\d \(\d\.\d\)", cell))).all().all()


def test_interactions_cost_more_children_the_higher_their_order():
    table = tables.cost_of_interactions(TABLE)
    se = table["Standard error"].to_numpy()
    assert (np.diff(se) > 0).all() and 4 < se[-1] / se[0] < 5.5
    needed = table["Children for .5"].str.replace(",", "").astype(int)
    assert needed.iloc[-1] / needed.iloc[0] == pytest.approx((se[-1] / se[0]) ** 2, rel=0.05)


def test_significant_estimates_overstate_small_effects_most():
    table = tables.errors_of_sign_and_size(TABLE)
    assert (np.diff(table["Overstated, times"]) < 0).all() and table["Overstated, times"].iloc[-1] >= 1
    assert (np.diff(table["Significant, %"]) > 0).all()


def test_assumptions_are_shown_with_their_source_or_none():
    shown = tables.assumptions_shown(NUMBERS).set_index("Assumption")
    assert len(shown) == len(design.assumptions())
    assert shown.loc["Children with an attachment class", "Range"] == "1,139 to 1,153"
    assert shown.loc["Share of children at high risk", "Leans on"] == "–"
    assert shown.loc["Share of disorganized children", ["Status", "First edition"]].tolist() == [
        "printed",
        "0.18 to 0.29",
    ]
    assert (shown["First edition"] == "the same").sum() == len(shown) - len(runs.FIRST_EDITION)


def test_the_pattern_by_who_differs_is_that_of_the_stored_table():
    found = tables.by_growers(stored.shares(TABLE))
    assert (found["Four-way term"] == "yes").tolist() == [True] + [False] * 5
    assert found.loc[0, "0.5"] == f"{100 * stored.pick(TABLE, 'whole', 'extra-050'):.1f}"
    assert found.iloc[-1]["0.8"] == f"{100 * stored.pick(TABLE, 'whole', 'apart-080'):.1f}"


def test_consistency_is_the_alpha_of_the_correlation_matrix():
    matrix = np.array([[1, 0.34, 0.45], [0.34, 1, 0.25], [0.45, 0.25, 1]])
    alpha = 3 / 2 * (1 - np.trace(matrix) / matrix.sum())
    value, low, high = tables.consistency(studies.load("seccyd-risk"))
    assert value == pytest.approx(alpha) and low < value < high
    off = matrix + 0.005 * (1 - np.eye(3))
    assert high == pytest.approx(3 / 2 * (1 - 3 / off.sum()))


def test_every_route_gives_the_truth_back_where_every_rating_is_there():
    base, middle = design.Design.standard(), design.Design.standard().middle()
    children, complete, made = model.illustration(NUMBERS, SCENARIOS["extra-050"], base, seed=4)
    truth = effects.coefficients(
        effects.cell_lines(
            SCENARIOS["extra-050"],
            effects.shares(NUMBERS),
            trend=middle["trend"],
            boys=middle["level_boys"],
            risk=middle["level_risk"],
        ),
        base,
    )
    fit = model.fit(children, complete, design.TIMES, high_risk=base.high_risk)
    np.testing.assert_allclose(fit.fixed[0], truth, atol=1e-9)
    np.testing.assert_allclose(fit.random_covariance[0], design.random_covariance(middle), atol=0.02)
    lost = model.fit(children, made, design.TIMES, high_risk=base.high_risk)
    assert (np.abs(lost.fixed[0] - truth) < 4 * lost.fixed_se[0]).all() and (lost.fixed_se[0] > fit.fixed_se[0]).all()
    lines = model.trajectories(fit.fixed[0], fit.fixed_covariance[0], base.cells)
    means = np.array([complete[children["cell"] == c].mean(axis=0) for c in range(16)])
    np.testing.assert_allclose(lines["estimate"].to_numpy().reshape(16, 7), means, atol=1e-9)


def test_checks_see_a_model_that_does_not_fit():
    base = design.Design.standard()
    children, complete, _ = model.illustration(NUMBERS, SCENARIOS["main"], base, seed=4)
    fit = model.fit(children, complete, design.TIMES, high_risk=base.high_risk)
    good = model.checks(children, complete, design.TIMES, fit, high_risk=base.high_risk)
    assert np.abs(good["spread"]["observed"] - good["spread"]["implied"]).max() < 0.02
    assert np.abs(good["residuals"]["observed"] - good["residuals"]["normal"]).max() < 0.15
    skewed = np.exp(complete)
    fit = model.fit(children, skewed, design.TIMES, high_risk=base.high_risk)
    bad = model.checks(children, skewed, design.TIMES, fit, high_risk=base.high_risk)
    assert bad["residuals"]["observed"].iloc[-1] > bad["residuals"]["normal"].iloc[-1] + 0.5
    wider = complete * np.linspace(0.5, 1.5, 7)
    fit = model.fit(children, wider, design.TIMES, high_risk=base.high_risk)
    bad = model.checks(children, wider, design.TIMES, fit, high_risk=base.high_risk)
    assert np.abs(bad["correlation"]["observed"] - bad["correlation"]["implied"]).max() > 0.02
