"""Ledger rows of the simulation, made from the stored results."""

from collections.abc import Mapping

import pandas as pd

from review.findings.cohort import statements, stored
from review.findings.cohort.effects import Effects
from review.findings.cohort.runs import VARIATIONS
from review.findings.cohort.tables import COMPARED

#: Below this share a percentage is shown with two decimals.
FINE = 0.01
MONTE_CARLO = {"interval": "95 % Monte Carlo interval (Wilson)", "unit": " %"}


def share_records(found: pd.DataFrame, scenarios: Mapping[str, Effects]) -> list[dict]:
    """Return the shares of cohorts of the base design that meet each rule in each scenario."""
    words = {s.key: f"{s.key}, {s.claim}" for s in statements.STATEMENTS}
    words |= {key: text for key, (text, _) in statements.EVENTS.items()}
    rows = []
    for r in found.to_dict("records"):
        scenario, event = r["scenario"], r["event"]
        if scenario in scenarios and event in words:
            quantity = f"simulated cohorts that show {words[event]}; true: {scenarios[scenario].label}"
            rows.append(_share(f"cohort-{event.lower()}-{scenario}", quantity, r))
    return rows


def number_records(table: pd.DataFrame) -> list[dict]:
    """Return everything else the chapter reports in numbers."""
    rows = [*_precision(table), *_children(table), *_errors(table), *_varied(table)]
    return [{"interval": "set"} | row if "low" in row else row for row in rows]


def _share(id: str, quantity: str, row: Mapping) -> dict:
    """Return a share with its Monte Carlo interval in percent."""
    ends = {"value": 100 * row["share"], "low": 100 * row["low"], "high": 100 * row["high"]}
    return {"id": id, **ends, "quantity": quantity, "digits": 2 if row["share"] < FINE else 0}


def _precision(table: pd.DataFrame) -> list[dict]:
    """Return sizes of the decisive cell, detectable differences, standard errors and biases."""

    def pick(quantity: str, variation: str = "base") -> float:
        return stored.pick(table, quantity, variation=variation)

    main, *_, four_way = (f"se {order}" for order in statements.BY_ORDER)
    cohorts, of_design = int(table["cohorts"].max()), "simulated cohorts of the base design"
    rows = [{"id": "cohort-cohorts", "value": cohorts, "digits": 0, "quantity": of_design}]
    for id, name, words in (
        ("cohort-cell-size", "cell", "classified"),
        ("cohort-cell-rated", "cell-rated", "with three or more ratings"),
    ):
        ends = {"value": pick(f"{name} mean"), "low": pick(f"{name} q0.025"), "high": pick(f"{name} q0.975")}
        quantity = f"disorganized boys at high risk in a simulated cohort, {words}"
        central = {"interval": "central 95 % of simulated cohorts", "digits": 0}
        rows.append({"id": id, **ends, **central, "quantity": quantity})
    for id, value, quantity in (
        (
            "cohort-detectable-main",
            stored.detectable(pick(main)),
            "smallest difference in change, disorganized against secure children, found with 80 % power",
        ),
        (
            "cohort-detectable-four-way",
            stored.detectable(pick(four_way)),
            "smallest four-way difference in change found with 80 % power",
        ),
        (
            "cohort-detectable-cell",
            stored.detectable(pick("se change of the cell")),
            "smallest change of disorganized boys at high risk found with 80 % power",
        ),
        ("cohort-se-four-way", pick(four_way), "standard error of the four-way term in simulated cohorts"),
        (
            "cohort-se-four-way-complete",
            pick(four_way, "complete"),
            "standard error of the four-way term, complete cases only",
        ),
    ):
        rows.append({"id": id, "value": value, "quantity": quantity})
    for id, variation, by in (
        ("cohort-bias-likelihood", "base", "maximum likelihood"),
        ("cohort-bias-complete", "complete", "complete cases"),
    ):
        quantity = f"average level understated by {by}, SD of ratings"
        rows.append({"id": id, "value": -pick("mean level", variation), "digits": 3, "quantity": quantity})
    return rows


def _children(table: pd.DataFrame) -> list[dict]:
    """Return the children a study needs for a four-way difference."""
    children = stored.children_classified()
    se = stored.pick(table, f"se {list(statements.BY_ORDER)[-1]}")
    rows = []
    for id, extra in (("cohort-needed-020", 0.2), ("cohort-needed-050", 0.5)):
        quantity = f"classified children for 80 % power at a four-way difference of {extra:g}, to hundreds"
        value = round(stored.children_for_power(se, extra, children), -2)
        rows.append({"id": id, "value": value, "digits": 0, "quantity": quantity})
    return rows


def _errors(table: pd.DataFrame) -> list[dict]:
    """Return overstatement and wrong signs of significant four-way terms."""
    rows = []
    for scenario, extra in (("extra-020", 0.2), ("extra-050", 0.5), ("extra-080", 0.8)):
        size, sign = (stored.pick(table, name, scenario) for name in ("exaggeration", "sign error"))
        key, of = scenario[-3:], f"among significant four-way terms, true extra growth {extra:g}"
        overstated, wrong = f"factor by which the size is overstated {of}", f"wrong sign {of}"
        rows.append({"id": f"cohort-exaggeration-{key}", "value": size, "digits": 1, "quantity": overstated})
        percent = {"value": 100 * sign, "digits": 1, "unit": " %"}
        rows.append({"id": f"cohort-sign-error-{key}", **percent, "quantity": wrong})
    return rows


def _varied(table: pd.DataFrame) -> list[dict]:
    """Return shares under variations of the design."""
    rows = []
    for key, variation in VARIATIONS.items():
        if key != "base":
            quantity = f"simulated cohorts that show the whole pattern at an extra growth of .5; {variation.label}"
            rows.append(_share(f"cohort-whole-{key}", quantity, _row(table, key, COMPARED, "whole")) | MONTE_CARLO)
    for key in ("autocorrelated", "skewed"):
        quantity = f"significant four-way terms where nothing is true; {VARIATIONS[key].label}"
        share = _share(f"cohort-false-{key}", quantity, _row(table, key, "nothing", "four-way found"))
        rows.append(share | MONTE_CARLO | {"digits": 1})
    return rows


def _row(table: pd.DataFrame, variation: str, scenario: str, event: str) -> dict:
    """Return one row of the shares of a variation."""
    found = stored.shares(table, variation=variation)
    return found[(found["scenario"] == scenario) & (found["event"] == event)].to_dict("records")[0]
