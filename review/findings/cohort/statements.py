"""The statements of the abstract as decision rules, fixed before any cohort is drawn, and the rules a fit meets.

Every test is a Wald test at the level :data:`LEVEL`, two-sided where one coefficient is tested. The abstract does not
name its tests; where a rule had to be chosen, it is the one easier to meet.
"""

from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

from restated_book import paths
from review.findings.cohort.design import CELLS, CLASSES, DECISIVE

#: Level of every test: the convention of the field; the abstract prints none.
LEVEL = 0.05
CRITICAL = float(stats.norm.ppf(1 - LEVEL / 2))
INSECURE = CLASSES[1:]
_TABLES = paths.tables(__file__)
#: The statements by their number in the table of claims, and further events counted with them: in words, and the rule.
STATEMENTS, EVENTS = _TABLES["statements"], _TABLES["events"]
KEYS = tuple(STATEMENTS)
FOUR_WAY = "disorganized×boy×risk:time"
#: Contrasts of change by order of interaction, each a difference of the one before; and terms that are tested together.
BY_ORDER, _JOINT = _TABLES["by_order"], _TABLES["joint"]


def rules() -> pd.DataFrame:
    """Return the rules as a table: ``Name, In words, Met if``."""
    rows = [(key, *words) for key, words in (STATEMENTS | EVENTS).items()]
    return pd.DataFrame(rows, columns=["Name", "In words", "Met if"])


@cache
def term_names() -> tuple[str, ...]:
    """Return the names of the coefficients in the order of the fit; `:time` marks those of change."""
    covariates = ["", "avoidant", "resistant", "disorganized", "boy", "risk", "boy×risk"]
    covariates += [f"{name}×{by}" for by in ("boy", "risk", "boy×risk") for name in INSECURE]
    return tuple(name for c in covariates for name in (c or "intercept", f"{c}:time" if c else "time"))


def indices(*names: str) -> list[int]:
    """Return the positions of coefficients by name."""
    order = term_names()
    return [order.index(name) for name in names]


def interactions(attachment: str) -> list[str]:
    """Return the seven interactions of one class with sex, risk and time."""
    pairs = [f"{attachment}×{by}{t}" for by in ("boy", "risk", "boy×risk") for t in ("", ":time")]
    return [f"{attachment}:time", *pairs]


def cell_row(cells: pd.DataFrame) -> np.ndarray:
    """Return the weights of the coefficients in the decisive cell's change, shape (32,); `cells` as in `Design`."""
    return np.kron(np.concatenate([[1.0], cells.iloc[DECISIVE]]), [0.0, 1.0])


def evaluate(fixed: np.ndarray, covariance: np.ndarray, cell_change: np.ndarray) -> dict[str, np.ndarray]:
    """Apply the rules of all statements and events, the keys of the result, to fits; each is bool, shape (fits,)."""
    z = fixed / np.sqrt(np.einsum("bii->bi", covariance))
    met = {"C2": z[:, indices("avoidant")[0]] > CRITICAL, "C3": z[:, indices("disorganized")[0]] > CRITICAL}
    for key, names in _JOINT.items():
        at = indices(*names)
        part = fixed[:, at]
        weight = np.linalg.solve(covariance[:, at][:, :, at], part[..., None])[..., 0]
        met[key] = np.einsum("bi,bi->b", part, weight) > stats.chi2.ppf(1 - LEVEL, len(at))
    change = fixed @ cell_change
    met["C7"] = change > CRITICAL * np.sqrt(np.einsum("i,bij,j->b", cell_change, covariance, cell_change))
    met["whole"] = np.all([met[key] for key in KEYS], axis=0)
    met["four-way"] = z[:, indices(FOUR_WAY)[0]] > CRITICAL
    met["strict"] = met["whole"] & met["four-way"]
    met["any-class"] = (np.abs(z[:, indices(*(f"{name}×boy×risk:time" for name in INSECURE))]) > CRITICAL).any(axis=1)
    every = [term for name in INSECURE for term in interactions(name)]
    met["any-term"] = (np.abs(z[:, indices(*every)]) > CRITICAL).any(axis=1)
    return met


def cell_name(cell: int = DECISIVE) -> str:
    """Return a cell in words."""
    attachment, sex, risk = CELLS[cell]
    return f"{attachment} {sex}s at {risk} risk"
