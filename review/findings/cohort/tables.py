"""Tables and ledger rows of the chapter, made from the register and the stored results."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated_book.sources import bibliography
from review.findings.cohort import statements, stored
from review.findings.cohort.design import CLASSES, TIMES, assumptions
from review.findings.cohort.effects import Effects
from review.findings.cohort.runs import VARIATIONS

#: Counts of the cohort in circulation: register id, the paper in words, and what was counted.
COUNTS = (
    ("fearon2011-n-children", "Fearon & Belsky 2011", "analysed, by the abstract"),
    ("wang2013-n-children", "Wang et al. 2013", "externalizing, ages 4 to 12"),
    ("fanti2010-n-children", "Fanti & Henrich 2010", "mother reports"),
    ("campbell2006-n-children", "Campbell et al. 2006", "mother-rated aggression"),
    ("nichd1997-n-infants", "NICHD 1997", "Strange Situation"),
    ("crockett2018-n-children", "Crockett et al. 2018", "teacher ratings, K to 6"),
    ("oconnor2012-n-dyads", "O'Connor et al. 2012", "attachment at 36 months"),
    ("fraley2003-n-children", "Fraley & Spieker 2003", "Strange Situation"),
    ("nichd2006-n-children", "NICHD 2006", "attachment and parenting"),
    ("fearon2004-n-children", "Fearon & Belsky 2004", "attachment and attention"),
)
#: Below this share a percentage is shown with two decimals.
FINE = 0.01
#: True values of the table of errors of sign and size.
SHOWN = (0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5)
#: Scenario in which designs are compared.
COMPARED = "extra-050"


def counts_in_circulation(register) -> pd.DataFrame:
    """Printed counts of children: ``label, what, n, text, bound``; a lower bound counts as its end.

    Raises
    ------
    RestatedError
        If a count is unverified.
    """
    rows = []
    for id, label, what in COUNTS:
        number = register[id]
        if number.grade == "U":
            raise RestatedError(f"'{id}' is unverified and cannot be drawn")
        bound = not np.isfinite(number.high)
        rows.append((label, what, number.low if bound else float(number.value.value), number.value.text, bound))
    return pd.DataFrame(rows, columns=["label", "what", "n", "text", "bound"])


def assumptions_shown(register) -> pd.DataFrame:
    """The assumptions as a reader meets them: range as text, source in words."""
    works = bibliography.load()
    table = assumptions()
    rows = []
    for r in table.itertuples(index=False):
        span = f"{r.low:,g}" if r.low == r.high else f"{r.low:,g} to {r.high:,g}"
        keys = [] if pd.isna(r.source_key) else r.source_key.split(";")
        rows.append(
            (r.label, span.replace("-", "−"), r.unit, r.status, "; ".join(works.short(k) for k in keys) or "–", r.why)
        )
    return pd.DataFrame(rows, columns=["Assumption", "Range", "Unit", "Status", "Leans on", "Why"])


def subsample(children: pd.DataFrame, y: np.ndarray, *, per_class: int, seed: int) -> pd.DataFrame:
    """Some simulated children of each class with at least one rating: ``child, attachment, time, rating``."""
    rng = np.random.default_rng(seed)
    rated = np.isfinite(y).any(axis=1)
    rows = []
    for name in CLASSES:
        here = np.flatnonzero((children["attachment"] == name).to_numpy() & rated)
        for child in np.sort(rng.choice(here, size=min(per_class, len(here)), replace=False)):
            rows += [(int(child), name, float(t), float(v)) for t, v in zip(TIMES, y[child], strict=True)]
    return pd.DataFrame(rows, columns=["child", "attachment", "time", "rating"])


def _share(id: str, quantity: str, share: float, low: float, high: float) -> dict:
    return {
        "id": id,
        "value": 100 * share,
        "low": 100 * low,
        "high": 100 * high,
        "quantity": quantity,
        "digits": 2 if share < FINE else 0,
    }


def share_records(found: pd.DataFrame, scenarios: Mapping[str, Effects]) -> list[dict]:
    """Ledger rows of the shares of cohorts of the base design that meet each rule in each scenario."""
    words = {s.key: f"{s.key}, {s.claim}" for s in statements.STATEMENTS} | {
        k: w for k, (w, _) in statements.EVENTS.items()
    }
    rows = []
    for r in found.itertuples(index=False):
        if r.scenario in scenarios and r.event in words:
            quantity = f"simulated cohorts that show {words[r.event]}; true: {scenarios[r.scenario].label}"
            rows.append(_share(f"cohort-{r.event.lower()}-{r.scenario}", quantity, r.share, r.low, r.high))
    return rows


def number_records(table: pd.DataFrame) -> list[dict]:
    """Ledger rows of everything else the chapter says in numbers."""

    def pick(quantity, scenario="any", **more):
        return stored.pick(table, quantity, scenario, **more)

    children = float(assumptions().set_index("name").loc["classified", ["low", "high"]].mean())
    orders = list(statements.BY_ORDER)
    se = {order: pick(f"se {order}") for order in orders}
    rows = [
        {
            "id": "cohort-cohorts",
            "value": int(table["cohorts"].max()),
            "digits": 0,
            "quantity": "simulated cohorts of the base design",
        }
    ]
    for id, name, words in (
        ("cell-size", "cell", "classified"),
        ("cell-rated", "cell-rated", "with three or more ratings"),
    ):
        rows.append(
            {
                "id": f"cohort-{id}",
                "value": pick(f"{name} mean"),
                "low": pick(f"{name} q0.025"),
                "high": pick(f"{name} q0.975"),
                "interval": "central 95 % of simulated cohorts",
                "digits": 0,
                "quantity": f"disorganized boys at high risk in a simulated cohort, {words}",
            }
        )
    rows += [
        {
            "id": "cohort-detectable-main",
            "value": stored.detectable(se[orders[0]]),
            "quantity": "smallest difference in change, disorganized against secure children, found with 80 % power",
        },
        {
            "id": "cohort-detectable-four-way",
            "value": stored.detectable(se[orders[-1]]),
            "quantity": "smallest four-way difference in change found with 80 % power",
        },
        {
            "id": "cohort-detectable-cell",
            "value": stored.detectable(pick("se change of the cell")),
            "quantity": "smallest change of disorganized boys at high risk found with 80 % power",
        },
        {
            "id": "cohort-se-four-way",
            "value": se[orders[-1]],
            "quantity": "standard error of the four-way term in simulated cohorts",
        },
        {
            "id": "cohort-se-four-way-complete",
            "value": pick(f"se {orders[-1]}", variation="complete"),
            "quantity": "standard error of the four-way term, complete cases only",
        },
        {
            "id": "cohort-bias-likelihood",
            "value": -pick("mean level"),
            "digits": 3,
            "quantity": "average level understated by maximum likelihood, SD of ratings",
        },
        {
            "id": "cohort-bias-complete",
            "value": -pick("mean level", variation="complete"),
            "digits": 3,
            "quantity": "average level understated by complete cases, SD of ratings",
        },
    ]
    for extra in (0.2, 0.5):
        needed = round(stored.children_needed(se[orders[-1]], extra, children), -2)
        rows.append(
            {
                "id": f"cohort-needed-{round(100 * extra):03d}",
                "value": needed,
                "digits": 0,
                "quantity": f"classified children for 80 % power at a four-way difference of {extra:g}, to hundreds",
            }
        )
    for scenario, extra in (("extra-020", 0.2), ("extra-050", 0.5), ("extra-080", 0.8)):
        of = f"among significant four-way terms, true extra growth {extra:g}"
        rows.append(
            {
                "id": f"cohort-exaggeration-{scenario[-3:]}",
                "value": pick("exaggeration", scenario),
                "digits": 1,
                "quantity": f"factor by which the size is overstated {of}",
            }
        )
        rows.append(
            {
                "id": f"cohort-sign-error-{scenario[-3:]}",
                "value": 100 * pick("sign error", scenario),
                "digits": 1,
                "unit": " %",
                "quantity": f"wrong sign {of}",
            }
        )
    for variation in VARIATIONS:
        if variation != "base":
            share = _row(stored.shares(table, variation=variation), COMPARED, "whole")
            quantity = (
                f"simulated cohorts that show the whole pattern at an extra growth of .5; {VARIATIONS[variation].label}"
            )
            rows.append(
                _share(f"cohort-whole-{variation}", quantity, *share)
                | {"interval": "95 % Monte Carlo interval (Wilson)", "unit": " %"}
            )
    for variation in ("autocorrelated", "skewed"):
        share = _row(stored.shares(table, variation=variation), "nothing", "four-way found")
        rows.append(
            _share(
                f"cohort-false-{variation}",
                f"significant four-way terms where nothing is true; {VARIATIONS[variation].label}",
                *share,
            )
            | {"interval": "95 % Monte Carlo interval (Wilson)", "unit": " %", "digits": 1}
        )
    return [{"interval": "set"} | row if "low" in row else row for row in rows]


def _row(found: pd.DataFrame, scenario: str, event: str) -> tuple[float, float, float]:
    row = found[(found["scenario"] == scenario) & (found["event"] == event)].iloc[0]
    return float(row["share"]), float(row["low"]), float(row["high"])


def power_by_statement(found: pd.DataFrame, scenarios: Mapping[str, Effects]) -> pd.DataFrame:
    """Percent of cohorts (Monte Carlo standard error) by rule and scenario."""
    columns = {"Rule": [*statements.KEYS, *statements.EVENTS]}
    for key, scenario in scenarios.items():
        here = found[found["scenario"] == key].set_index("event")
        cells = []
        for event in columns["Rule"]:
            share, n = here.loc[event, ["share", "cohorts"]]
            cells.append(f"{100 * share:.1f} ({100 * np.sqrt(share * (1 - share) / n):.1f})")
        columns[scenario.label[:1].upper() + scenario.label[1:]] = cells
    return pd.DataFrame(columns)


def cost_of_interactions(table: pd.DataFrame) -> pd.DataFrame:
    """Standard error, detectable difference and children needed, by order of interaction."""
    children = float(assumptions().set_index("name").loc["classified", ["low", "high"]].mean())
    rows = []
    for order in statements.BY_ORDER:
        se = stored.pick(table, f"se {order}")
        needed = [f"{round(stored.children_needed(se, value, children), -1):,}" for value in (0.5, 0.2)]
        rows.append((order, se, stored.detectable(se), *needed))
    columns = ["Difference in change", "Standard error", "Found with 80 % power", "Children for .5", "Children for .2"]
    return pd.DataFrame(rows, columns=columns)


def errors_of_sign_and_size(table: pd.DataFrame) -> pd.DataFrame:
    """Power, wrong signs and overstatement of the four-way term at some true values."""
    grid = table[(table["scenario"] == "grid") & (table["variation"] == "base") & table["extra"].round(1).isin(SHOWN)]
    wide = grid.pivot(index="extra", columns="quantity", values="value").reset_index()
    return pd.DataFrame(
        {
            "True growth": wide["extra"],
            "Significant, %": 100 * wide["four-way found"],
            "Of these, wrong sign, %": 100 * wide["sign error"],
            "Overstated, times": wide["exaggeration"],
        }
    )


def variations(table: pd.DataFrame) -> pd.DataFrame:
    """Shares under each variation of the design with a medium extra growth: ``row, event, share, low, high, cohorts``."""
    parts = []
    for key, variation in VARIATIONS.items():
        found = stored.shares(table, variation=key)
        parts.append(found[found["scenario"] == COMPARED].assign(row=variation.label))
    return pd.concat(parts, ignore_index=True)
