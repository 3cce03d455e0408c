"""Ledger rows of the simulation, made from the stored results."""

from collections.abc import Mapping
from functools import partial

import pandas as pd

from restated_book import paths
from review.findings.cohort import statements, stored
from review.findings.cohort.effects import Effects
from review.findings.cohort.runs import VARIATIONS
from review.findings.cohort.tables import COMPARED

#: Below this share a percentage is shown with two decimals.
FINE = 0.01
MONTE_CARLO = {"interval": "95 % Monte Carlo interval (Wilson)", "unit": " %"}
EXTRA = {"020": 0.2, "050": 0.5, "080": 0.8}  #: Extra growth of the scenarios, by the ending of their names


def share_records(found: pd.DataFrame, scenarios: Mapping[str, Effects], *only: str) -> list[dict]:
    """Return the shares of cohorts of the base design that meet each rule, or `only` some, in each scenario."""
    words = {key: f"{key}, {claim}" for key, (claim, _) in statements.STATEMENTS.items()}
    words |= {key: text for key, (text, _) in statements.EVENTS.items()}
    rows = []
    for r in found.to_dict("records"):
        scenario, event = r["scenario"], r["event"]
        if scenario in scenarios and event in (only or words):
            quantity = f"simulated cohorts that show {words[event]}; true: {scenarios[scenario].label}"
            rows.append(_share(f"cohort-{event.lower()}-{scenario}", quantity, r))
    return rows


def _share(id: str, quantity: str, row: Mapping) -> dict:
    """Return a share with its Monte Carlo interval in percent."""
    ends = {"value": 100 * row["share"], "low": 100 * row["low"], "high": 100 * row["high"]}
    return {"id": id, **ends, "quantity": quantity, "digits": 2 if row["share"] < FINE else 0}


def number_records(table: pd.DataFrame) -> list[dict]:
    """Return everything else the chapter reports in numbers."""
    plain = [dict(zip(("id", "value", "digits", "quantity"), row, strict=True)) for row in _precision(table)]
    return [*plain, *_sizes(table), *_errors(table), *_varied(table)]


def _precision(table: pd.DataFrame) -> list[tuple[str, float, int, str]]:
    """Return detectable differences, standard errors, biases and the children needed: id, value, digits, quantity."""
    pick, found = partial(stored.pick, table), "found with 80 % power"
    main, *_, four_way = (f"se {order}" for order in statements.BY_ORDER)
    se, se_complete = pick(four_way), pick(four_way, variation="complete")
    least = [stored.detectable(x) for x in (pick(main), se, pick("se change of the cell"))]
    bias = -pick("mean level"), -pick("mean level", variation="complete")
    against = f"smallest difference in change, disorganized versus secure children, {found}"
    of_cell = f"smallest change of disorganized boys at high risk {found}"
    rows = [
        ("cohort-cohorts", int(table["cohorts"].max()), 0, "simulated cohorts of the base design"),
        ("cohort-detectable-main", least[0], 2, against),
        ("cohort-detectable-four-way", least[1], 2, f"smallest four-way difference in change {found}"),
        ("cohort-detectable-cell", least[2], 2, of_cell),
        ("cohort-se-four-way", se, 2, "standard error of the four-way term in simulated cohorts"),
        ("cohort-se-four-way-complete", se_complete, 2, "standard error of the four-way term, complete cases only"),
        ("cohort-bias-likelihood", bias[0], 3, "average level understated by maximum likelihood, SD of ratings"),
        ("cohort-bias-complete", bias[1], 3, "average level understated by complete cases, SD of ratings"),
    ]
    for key in ("020", "050"):
        needed = round(stored.children_for_power(se, EXTRA[key]), -2)
        words = f"classified children for 80 % power at a four-way difference of {EXTRA[key]:g}, to hundreds"
        rows.append((f"cohort-needed-{key}", needed, 0, words))
    return rows


def _sizes(table: pd.DataFrame) -> list[dict]:
    """Return the sizes of the decisive cell."""
    central = {"interval": "central 95 % of simulated cohorts", "digits": 0}
    rows = []
    for id, (name, words) in paths.tables(__file__).items():
        variation = "first-edition" if id.endswith("edition") else "base"
        picked = (stored.pick(table, f"{name} {part}", variation=variation) for part in ("mean", "q0.025", "q0.975"))
        value, low, high = picked
        quantity = f"disorganized boys at high risk in a simulated cohort, {words}"
        rows.append({"id": id, "value": value, "low": low, "high": high, "quantity": quantity} | central)
    return rows


def _errors(table: pd.DataFrame) -> list[dict]:
    """Return overstatement and wrong signs of significant four-way terms."""
    rows = []
    for key, extra in EXTRA.items():
        size, sign = (stored.pick(table, name, f"extra-{key}") for name in ("exaggeration", "sign error"))
        of = f"among significant four-way terms, true extra growth {extra:g}"
        overstated, wrong = f"factor by which the size is overstated {of}", f"wrong sign {of}"
        percent = {"value": 100 * sign, "digits": 1, "unit": " %"}
        rows.append({"id": f"cohort-exaggeration-{key}", "value": size, "digits": 1, "quantity": overstated})
        rows.append({"id": f"cohort-sign-error-{key}", **percent, "quantity": wrong})
    return rows


def _varied(table: pd.DataFrame) -> list[dict]:
    """Return shares under variations of the design."""

    def share(id: str, words: str, key: str, scenario: str, event: str) -> dict:
        found = stored.shares(table, variation=key)
        row = found[(found["scenario"] == scenario) & (found["event"] == event)].to_dict("records")[0]
        return _share(id, f"{words}; {VARIATIONS[key].label}", row) | MONTE_CARLO

    whole = "simulated cohorts that show the whole pattern at an extra growth of .5"
    false = "significant four-way terms where nothing is true"
    rows = [share(f"cohort-whole-{key}", whole, key, COMPARED, "whole") for key in VARIATIONS if key != "base"]
    c7 = ("first-edition", "falling", "rising", "leaving")
    c6 = ("leaving-disorganized", "leaving-others")
    for event, key in (*(("C7", key) for key in c7), *(("C6", key) for key in c6), ("C4", "floor"), ("C4", "leaving")):
        words = f"simulated cohorts that meet {event} where only average effects are true"
        rows.append(share(f"cohort-{event.lower()}-main-{key}", words, key, "main", event))
    for key in ("autocorrelated", "skewed"):
        rows.append(share(f"cohort-false-{key}", false, key, "nothing", "four-way found") | {"digits": 1})
    return rows
