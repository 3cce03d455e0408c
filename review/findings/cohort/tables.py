"""Tables of the chapter, made from the register and the stored results."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated_book.register import PublishedNumber, Register
from restated_book.sources import bibliography
from review.findings import numbers
from review.findings.cohort import effects, statements, stored
from review.findings.cohort.design import CLASSES, TIMES, assumptions
from review.findings.cohort.effects import Effects
from review.findings.cohort.runs import FIRST_EDITION, VARIATIONS

SHOWN = (0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5)  #: True values of the table of errors of sign and size
COMPARED = "extra-050"  #: Scenario in which designs are compared


def counts_in_circulation(register: Mapping[str, PublishedNumber]) -> pd.DataFrame:
    """Return the printed counts of children of ``data/selections/cohort-counts.csv``, the largest first.

    All must be verified. The count of a row about something else is its n; a lower bound (``open``) counts as its end.
    """
    rows = []
    for r in numbers.selection("cohort-counts").to_dict("records"):
        number = numbers.verified(register[r["register_id"]])
        bound = not np.isfinite(number.high)
        n, text = number.low if bound else numbers.value(number.value), number.value.text
        if number.n and float(number.n) != n:
            n, text = float(number.n), f"{int(number.n):,}"
        rows.append((r["label"], r["counted"], n, text, bound))
    found = pd.DataFrame(rows, columns=["Paper", "Counted", "high", "Children", "open"])
    return found.sort_values(["high", "open"], ascending=[False, True], kind="stable", ignore_index=True)


def assumptions_shown(register: Register) -> pd.DataFrame:
    """Return the assumptions for readers: range as text now and in the first edition, source in words."""
    works = bibliography.load()
    rows = []
    for r in assumptions().to_dict("records"):
        before = _span(*FIRST_EDITION[r["name"]]) if r["name"] in FIRST_EDITION else "the same"
        keys = [] if pd.isna(r["source_key"]) else r["source_key"].split(";")
        sources = "; ".join(works.short(key) for key in keys) or "–"
        rows.append((r["label"], _span(r["low"], r["high"]), r["unit"], r["status"], before, sources, r["why"]))
    return pd.DataFrame(rows, columns=["Assumption", "Range", "Unit", "Status", "First edition", "Leans on", "Why"])


def _span(low: float, high: float) -> str:
    return (f"{low:,g}" if low == high else f"{low:,g} to {high:,g}").replace("-", "−")


def subsample(children: pd.DataFrame, y: np.ndarray, *, per_class: int, seed: int) -> pd.DataFrame:
    """Return some simulated children of each class with at least one rating: ``child, attachment, time, rating``."""
    rng = np.random.default_rng(seed)
    rated = np.isfinite(y).any(axis=1)
    rows = []
    for name in CLASSES:
        here = np.flatnonzero((children["attachment"] == name).to_numpy() & rated)
        for child in np.sort(rng.choice(here, size=min(per_class, len(here)), replace=False)):
            rows += [(int(child), name, float(t), float(v)) for t, v in zip(TIMES, y[child], strict=True)]
    return pd.DataFrame(rows, columns=["child", "attachment", "time", "rating"])


def power_by_statement(found: pd.DataFrame, scenarios: Mapping[str, Effects]) -> pd.DataFrame:
    """Return the percentage of cohorts (Monte Carlo standard error) by rule and scenario."""
    events = [*statements.KEYS, *statements.EVENTS]
    columns = {"Rule": events}
    for key, scenario in scenarios.items():
        here = found[found["scenario"] == key].set_index("event").loc[events]
        share, n = here["share"], here["cohorts"]
        cells = zip(100 * share, 100 * np.sqrt(share * (1 - share) / n), strict=True)
        columns[scenario.label[:1].upper() + scenario.label[1:]] = [f"{p:.1f} ({se:.1f})" for p, se in cells]
    return pd.DataFrame(columns)


def cost_of_interactions(table: pd.DataFrame) -> pd.DataFrame:
    """Return standard error, detectable difference and children for 80 % power, by order of interaction."""

    rows = []
    for order in statements.BY_ORDER:
        se = stored.pick(table, f"se {order}")
        sizes = [f"{round(stored.children_for_power(se, value), -1):,}" for value in (0.5, 0.2)]
        rows.append((order, se, stored.detectable(se), *sizes))
    columns = ["Difference in change", "Standard error", "Found with 80 % power", "Children for .5", "Children for .2"]
    return pd.DataFrame(rows, columns=columns)


def errors_of_sign_and_size(table: pd.DataFrame) -> pd.DataFrame:
    """Return power, wrong signs and overstatement of the four-way term at some true values."""
    grid = table[(table["scenario"] == "grid") & (table["variation"] == "base") & table["extra"].round(1).isin(SHOWN)]
    wide = grid.pivot(index="extra", columns="quantity", values="value").reset_index()
    shown = {"True growth": wide["extra"], "Significant, %": 100 * wide["four-way found"]}
    shown |= {"Of these, wrong sign, %": 100 * wide["sign error"], "Overstated, times": wide["exaggeration"]}
    return pd.DataFrame(shown)


def variations(table: pd.DataFrame) -> pd.DataFrame:
    """Return shares by design with a medium extra growth: ``row, event, share, low, high, cohorts``."""
    parts = [stored.shares(table, variation=key).assign(row=v.label) for key, v in VARIATIONS.items()]
    return pd.concat([part[part["scenario"] == COMPARED] for part in parts], ignore_index=True)


def by_growers(found: pd.DataFrame) -> pd.DataFrame:
    """Return the percentage of cohorts with the whole pattern, by who truly differs and by how much."""
    whole = found[found["event"] == "whole"].set_index("scenario")["share"]
    sizes = {f"{x:g}": f"{round(100 * x):03d}" for x in effects.EXTRA}
    rows = []
    for who, (words, _) in effects.GROWERS.items():
        keys = (f"{'extra' if who == 'cell' else who}-{end}" for end in sizes.values())
        rows.append((words, "yes" if who == "cell" else "no", *(f"{100 * whole[key]:.1f}" for key in keys)))
    return pd.DataFrame(rows, columns=["Who differs", "Four-way term", *sizes])


def consistency(risk: pd.DataFrame) -> tuple[float, float, float]:
    """Return Spearman-Brown's alpha k r / (1 + (k - 1) r) of three risk components, and its rounding range."""
    parts = ["Family income disadvantage", "Family transitions", "Neigh. socioeconomic disadvantage"]
    r = risk.loc[risk["variable_1"].isin(parts) & risk["variable_2"].isin(parts), "r"]
    ends = np.array([0, -0.005, 0.005]) + r.mean()  # correlations with two decimals
    value, low, high = len(parts) * ends / (1 + (len(parts) - 1) * ends)
    return value, low, high
