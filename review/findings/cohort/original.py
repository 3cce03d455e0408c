"""The licensed data of a reader who holds them: read with clear messages, analysed, shown as aggregates only.

The table ``data/originals/cohort-children.csv`` is described by ``data/schemas/cohort-children.json``. Nothing returned
by the functions that make tables and figures holds a row, an id or a value of a child, and nothing about fewer than
:data:`SMALLEST_CELL` children.
"""

import os
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated_book import flow, paths, studies, watch
from restated_book.sources import dictionary
from restated_book.status import SUPPLIED
from review.findings.cohort import model, statements
from review.findings.cohort.design import CELLS, CLASSES, GRADES, TIMES, cell_covariates
from review.findings.cohort.runs import LEAST_IN_CELL

NAME = "cohort-children"
#: Nothing is shown about fewer children, a chosen bound: with ten, no value is that of a child known to be in the cell.
SMALLEST_CELL = 10
#: High risk is the upper part of the risk index whose share is nearest to this, as in the simulated cohorts.
HIGH_RISK = 0.25
#: Intercept and slope need three grades in some children; fewer grades with ratings cannot carry the model.
LEAST_GRADES = 3
#: Residual percentiles rest on a hundredth of the ratings each: with fewer ratings they would be about too few of them.
LEAST_RATINGS = 100 * SMALLEST_CELL
_CLASS = {"A": "avoidant", "B": "secure", "C": "resistant", "D": "disorganized"}
_RATINGS = ("ext_k", *(f"ext_g{g}" for g in range(1, 7)))
_WITHHELD = f"withheld: about fewer than {SMALLEST_CELL} children"
_NO_PART = 1e-9  #: A weight below this share of the largest is rounding: the cell takes no part in a contrast


@dataclass(frozen=True)
class Original:
    """The analysable children of an original table; no ids."""

    children: pd.DataFrame  # attachment, sex, risk
    y: np.ndarray  # (children, 7), in SDs of grade 3 within classes
    rows: int
    unclassified: int
    high_risk: float  # share at high risk

    @property
    def counts(self) -> np.ndarray:
        """Number of children in each of the sixteen cells, shape (16,)."""
        cells = list(zip(self.children["attachment"], self.children["sex"], self.children["risk"], strict=True))
        return np.array([cells.count(cell) for cell in CELLS])

    @property
    def small(self) -> np.ndarray:
        """Cells about which nothing is shown, bool, shape (16,)."""
        return self.counts < SMALLEST_CELL

    @property
    def cells(self) -> pd.DataFrame:
        """Covariates of the sixteen cells."""
        return cell_covariates(self.high_risk)


def file():
    """Return the path of the original table."""
    return paths.ORIGINALS / f"{NAME}.csv"


def columns() -> pd.DataFrame:
    """Return the columns of the table, for the reader who makes it: ``Column, Holds, Rule``."""
    rows = []
    for f in dictionary.schema(NAME).fields:
        rules = ["required" if f.constraints.get("required") else "may be empty"]
        if "enum" in f.constraints:
            rules.append("one of " + ", ".join(f.constraints["enum"]))
        if "maximum" in f.constraints:
            rules.append(f"{f.constraints['minimum']} to {f.constraints['maximum']}")
        if f.constraints.get("unique"):
            rules.append("each once")
        rows.append((f.name, f.description, "; ".join(rules)))
    return pd.DataFrame(rows, columns=["Column", "Holds", "Rule"])


def load() -> Original | None:
    """Read the original table if there is one.

    It is refused where a column, cell or code does not fit the schema, or the children do not carry the model: one sex,
    an empty cell, one value of risk, too few grades.
    """
    path = file()
    watch.file(path)
    if not os.path.lexists(path):
        return None
    flow.loaded(NAME, SUPPLIED)
    rows = dictionary.validate(path, dictionary.schema(NAME), studies.marks())
    table = pd.DataFrame([cells for _, cells in rows])
    if table.empty:
        raise RestatedError("the table has a header and no rows", file=path, remedy="Add its rows or remove the file.")

    def refuse(message: str, field: str, remedy: str) -> None:
        raise RestatedError(message, file=path, field=field, remedy=remedy)

    ratings = table[list(_RATINGS)].astype(float).to_numpy()
    known = table["attachment"].notna() & table["risk"].notna() & np.isfinite(ratings).any(axis=1)
    used, y = table[known], ratings[known]
    if len(set(used["sex"])) < 2:
        message = "the children with a class, a risk and a rating are all of one sex"
        refuse(message, "sex", "The model compares girls and boys.")
    graded = np.isfinite(y).any(axis=0)
    if graded.sum() < LEAST_GRADES:
        empty = _RATINGS[int(np.argmin(graded))]
        refuse(f"only {graded.sum()} grades have ratings", empty, f"At least {LEAST_GRADES} are needed.")
    risk = used["risk"].astype(float).to_numpy()
    if len(np.unique(risk)) < 2:
        refuse("all children have the same risk", "risk", "Give the index before it was cut.")
    values = np.unique(risk)[1:]  # from the lowest value on, everybody would be at high risk
    high = risk >= values[np.argmin(np.abs((risk[:, None] >= values).mean(axis=0) - HIGH_RISK))]
    children = used[["attachment", "sex"]].replace({"attachment": _CLASS}).reset_index(drop=True)
    children["risk"] = np.where(high, "high", "lower")
    unclassified = int(table["attachment"].isna().sum())
    found = Original(children, _standardised(children, y, path), len(table), unclassified, float(high.mean()))
    twice = replace(found, children=children[np.isfinite(y).sum(axis=1) >= 2]).counts
    if twice.min() < LEAST_IN_CELL:
        few = f"fewer than {LEAST_IN_CELL} {statements.cell_name(int(np.argmin(twice)))} have two ratings"
        refuse(few, "attachment", "Each of the sixteen cells of class, sex and risk needs them.")
    return found


def _standardised(children: pd.DataFrame, y: np.ndarray, path) -> np.ndarray:
    """Return ratings around their grand mean in SDs of the middle grade rated, within classes."""
    graded = np.flatnonzero(np.isfinite(y).sum(axis=0) > len(CLASSES) + 1)
    if not len(graded):
        raise RestatedError("no grade has enough ratings for a standard deviation", file=path, field=_RATINGS[0])
    middle = graded[np.argmin(np.abs(graded - len(GRADES) // 2))]
    values = pd.Series(y[:, middle])
    within = values - values.groupby(children["attachment"].to_numpy()).transform("mean")
    n, classes = within.count(), children.loc[values.notna().to_numpy(), "attachment"].nunique()
    sd = float(np.sqrt((within**2).sum() / (n - classes)))
    if not sd > 0:
        place = {"file": path, "field": _RATINGS[middle], "remedy": "Check the scores."}
        raise RestatedError("all ratings within a class are the same", **place)
    return (y - np.nanmean(y)) / sd


# --- aggregates that may be shown -------------------------------------------------------------------------------------


def cells(original: Original) -> pd.DataFrame:
    """Count children by cell; small cells are withheld, and a second one where a total would reveal a single one."""
    counts, hidden = original.counts, original.small
    if hidden.sum() == 1:
        hidden[np.argmin(np.where(hidden, counts.max() + 1, counts))] = True
    shown = [_WITHHELD if hide else f"{n:,}" for n, hide in zip(counts, hidden, strict=True)]
    return pd.DataFrame(CELLS, columns=["Attachment", "Sex", "Risk"]).assign(Children=shown)


def overview(original: Original) -> pd.DataFrame:
    """Count children in the file and in the analysis, rounded to tens so that no small cell can be derived."""

    def about(n: int) -> str:
        return f"about {10 * round(n / 10):,}"

    rows = {
        "rows of the file": about(original.rows),
        "without an attachment class": about(original.unclassified),
        "in the analysis": about(len(original.children)),
        "share at high risk": f"{original.high_risk:.0%}".replace("%", " %"),
    }
    return pd.DataFrame({"What": list(rows), "Value": list(rows.values())})


def analyse(original: Original):
    """Fit the full model to the original ratings: a :class:`restated.estimate.growth.GrowthBatch`."""
    return model.fit(original.children, original.y, TIMES, high_risk=original.high_risk)


def contrasts(original: Original, fit) -> pd.DataFrame:
    """Return the contrasts of the abstract's statements; those about a small cell are withheld."""
    full, small = np.column_stack([np.ones(len(CELLS)), original.cells]), original.small
    rows: list[tuple[str, ...]] = []
    for name, weights in model.contrast_weights(original.cells).items():
        by_cell = np.abs(np.linalg.solve(full.T, weights.reshape(-1, 2)))
        takes_part = (by_cell > _NO_PART * by_cell.max()).any(axis=1)
        if (small & takes_part).any():
            rows.append((name, _WITHHELD, "", ""))
            continue
        interval = model.wald(fit.fixed[0], fit.fixed_covariance[0], weights)
        rows.append((name, *(f"{x:.2f}".replace("-", "−") for x in interval)))
    return pd.DataFrame(rows, columns=["Quantity", "Estimate (SD)", "Lower", "Upper"])


def rule_results(original: Original, fit) -> pd.DataFrame:
    """Apply the rules of the simulation to the ratings; results are withheld where a small cell takes part."""
    classes = {cell[0] for cell, small in zip(CELLS, original.small, strict=True) if small}
    found = statements.evaluate(fit.fixed, fit.fixed_covariance, statements.cell_row(original.cells))
    needs = {"C2": {"secure", "avoidant"}} | {key: set(CLASSES) for key in ("whole", "strict", "any-class", "any-term")}

    def result(key: str) -> str:
        if needs.get(key, {"secure", "disorganized"}) & classes:
            return _WITHHELD
        return "yes" if found[key][0] else "no"

    return statements.rules().assign(Met=[result(key) for key in (*statements.KEYS, *statements.EVENTS)])


def trajectories(original: Original, fit) -> pd.DataFrame:
    """Return the expected ratings over time of the cells that are large enough."""
    lines = model.trajectories(fit.fixed[0], fit.fixed_covariance[0], original.cells)
    return lines[np.repeat(~original.small, len(TIMES))].reset_index(drop=True)


def checks(original: Original, fit) -> dict[str, pd.DataFrame] | None:
    """Return variances, correlations and residual percentiles, or None where there are too few ratings to show them."""
    if np.isfinite(original.y).sum() < LEAST_RATINGS or (np.isfinite(original.y).sum(axis=0) < SMALLEST_CELL).any():
        return None
    return model.checks(original.children, original.y, TIMES, fit, high_risk=original.high_risk)
