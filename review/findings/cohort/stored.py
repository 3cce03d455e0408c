"""Stored results over simulated cohorts: computed once, refused when anything they depend on has changed.

``make ensembles`` computes them (some minutes on two cores: too long for every build) and writes a small table with a
fingerprint of code, assumptions and printed numbers. Reading it compares the fingerprint, and the chapter computes the
first cohorts again with the libraries that are there (:func:`first_cohorts`): other versions need no other table.
"""

import hashlib
import math
from functools import partial
from pathlib import Path

import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate.proportions import wilson
from restated_book import code, paths, register
from restated_book.sources import dictionary
from review.findings.cohort import effects, statements
from review.findings.cohort.design import Design
from review.findings.cohort.runs import AGAIN, COLUMNS, VARIATIONS, run

FILE = paths.DATA / "ensembles" / "cohort.csv"
#: Modules the stored table is computed with.
CODE = (
    *(f"review.findings.cohort.{name}" for name in ("design", "classes", "effects", "statements", "runs")),
    *(f"restated.{name}" for name in ("estimate.growth", "estimate.growth_likelihood", "reconstruct.ensemble")),
)
COHORTS = 10_000  #: Cohorts of the base design: the standard error of a share is then at most 0.5 percentage points
VARIATION_COHORTS = 1_000  #: Cohorts of each variation: at most 1.6 percentage points
#: Two runs of the same cohorts differ by the order of sums only.
SAME = 1e-6
REMEDY = "Run `make ensembles` (some minutes)."


def fingerprint(numbers: register.Register) -> str:
    """Hash what the stored table depends on: code without its comments, assumptions, printed effect sizes."""
    digest = hashlib.sha256()
    for module in CODE:
        digest.update(code.meaning(module).encode())
    for name in ("cohort-assumptions", "seccyd-classes"):
        digest.update((paths.STUDIES / f"{name}.csv").read_bytes())
    for id in (*effects.PRINTED.values(), *effects.SHARES.values()):
        number = numbers[id]
        parts = (number.value, number.ci_low, number.ci_high)
        digest.update("|".join(str(x.text) if x else "" for x in parts).encode())
    return digest.hexdigest()[:16]


def main() -> str:
    """Compute and store all variations, or go on from ``_build/ensembles``; return a summary (`restated ensembles`)."""
    numbers = register.load()
    for id in effects.PRINTED.values():
        numbers.number(id)  # refuses a register without it
    inputs, progress = fingerprint(numbers), partial(print, flush=True)
    tables = []
    for key, variation in VARIATIONS.items():
        progress(f"{key}: {variation.label}")
        keep = paths.BUILD / "ensembles" / f"cohort-{inputs}" / key
        cohorts = COHORTS if key == "base" else VARIATION_COHORTS
        tables.append(run(key, numbers, cohorts=cohorts, workers=-1, keep=keep, progress=progress))
    table = pd.concat(tables, ignore_index=True).assign(inputs=inputs)
    store(table)
    return f"{len(table)} rows written"


def store(table: pd.DataFrame, file: Path = FILE) -> None:
    """Write the table; values with ten digits, so that it is the same on every machine."""
    file.parent.mkdir(parents=True, exist_ok=True)
    table[[*COLUMNS, "inputs"]].to_csv(file, index=False, float_format="%.10g", lineterminator="\n")


def load(register, file: Path = FILE) -> pd.DataFrame:
    """Read the stored table; refuse one computed from other inputs than those there are now."""
    rows = dictionary.validate(file, dictionary.load()["cohort-ensembles"])
    table = pd.DataFrame([cells for _, cells in rows])
    now = fingerprint(register)
    for number, cells in rows:
        if cells["inputs"] != now:
            stale = "the simulated cohorts were computed from other code, assumptions or printed numbers"
            raise RestatedError(stale, file=file, row=number, field="inputs", remedy=REMEDY)
    return table


def first_cohorts(register, table: pd.DataFrame) -> float:
    """Return how far the first cohorts, computed again, are from the stored mean; refuse more than rounding."""
    again, stored = (pick(t, f"first {AGAIN} four-way") for t in (run("base", register, cohorts=AGAIN), table))
    if not abs(again - stored) <= SAME:
        message = f"the first {AGAIN} cohorts give {again:.6f}, the stored table has {stored:.6f}"
        raise RestatedError(message, file=FILE, remedy=REMEDY)
    return abs(again - stored)


def pick(table: pd.DataFrame, quantity: str, scenario: str = "any", *, variation: str = "base") -> float:
    """Return one value of the table; there must be exactly one."""
    here = (table["variation"] == variation) & (table["scenario"] == scenario) & (table["quantity"] == quantity)
    if here.sum() != 1:
        raise RestatedError(f"{here.sum()} rows for '{quantity}', scenario '{scenario}', variation '{variation}'")
    return float(table.loc[here, "value"].iloc[0])


def shares(table: pd.DataFrame, *, variation: str = "base") -> pd.DataFrame:
    """Return the shares of cohorts that meet each event, with Wilson's 95 % Monte Carlo interval."""
    events = (*statements.KEYS, *statements.EVENTS, "four-way found")
    found = table[(table["variation"] == variation) & table["quantity"].isin(events)]
    cohorts = found["cohorts"].to_numpy(float)
    low, high = wilson(found["value"].to_numpy() * cohorts, cohorts)
    named = found[["scenario", "extra", "quantity", "value"]].rename(columns={"quantity": "event", "value": "share"})
    return named.assign(low=low, high=high, cohorts=found["cohorts"]).reset_index(drop=True)


def detectable(se: float) -> float:
    """Return the smallest true value that a two-sided test at 5 % finds with a power of 80 %."""
    return se * (statements.CRITICAL + float(stats.norm.ppf(0.8)))


def children_for_power(se: float, value: float) -> int:
    """Return the children for that power at a true `value`, if the middle of the assumed numbers gives `se`."""
    return math.ceil(Design.standard().middle()["classified"] * (detectable(se) / value) ** 2)
