"""Attachment classes of the cohort, as other teams code them from published papers.

Three subsets were printed: children seen at 15 and at 36 months, and children still in the study at 18 years. None is
the whole cohort, and their children overlap: they are compared and never added.
"""

import numpy as np
import pandas as pd

from restated.estimate import agreement
from restated.estimate.proportions import wilson
from restated_book import paths, studies
from restated_book.register import Register
from review.findings import numbers
from review.findings.cohort import statements

_TABLES = paths.tables(__file__)
NAMES: dict[str, str] = _TABLES["names"]  #: The letters of the table in its order, in words
#: Subsets: name in the table, age in months, label.
SUBSETS = {(table, int(age)): of for table, ages in _TABLES["subsets"].items() for age, of in ages.items()}


def counts(age: int, subset: str) -> dict[str, int]:
    """Return the children of a subset by class, in words."""
    table = studies.load("seccyd-classes", originals=False)
    own = table[(table["kind"] == "total") & (table["table_id"] == subset) & (table["age_months"] == age)]
    found = own.set_index("class_at_age")["children"]
    return {name: int(found[letter]) for letter, name in NAMES.items()}


def ranges(age: int, subset: str) -> dict[str, tuple[float, float]]:
    """Return the ranges of a design with these shares: disorganized, and secure and avoidant among all others."""
    found = counts(age, subset)
    total = sum(found.values())
    of = {"disorganized": total} | dict.fromkeys(("secure", "avoidant"), total - found["disorganized"])
    return {f"share_{name}": (found[name] / n,) * 2 for name, n in of.items()}


def transitions() -> np.ndarray:
    """Return the children by class at 15 (rows) and at 36 months (columns), shape (4, 4), in the order of `NAMES`."""
    table = studies.load("seccyd-classes", originals=False)
    cells = table[table["kind"] == "cell"].pivot(index="class_at_age", columns="later_class", values="children")
    return cells.loc[list(NAMES), list(NAMES)].to_numpy(int)


def share(count: int, n: int) -> tuple[float, float, float]:
    """Return a share in percent with Wilson's 95 % interval."""
    low, high = wilson(count, n)
    return 100 * count / n, 100 * float(low), 100 * float(high)


def kappa(table: np.ndarray) -> tuple[float, float, float]:
    """Return Cohen's kappa with its 95 % interval from the large-sample variance of Fleiss, Cohen and Everitt."""
    value, half = agreement.kappa_square(table), statements.CRITICAL * np.sqrt(agreement.kappa_variance(table))
    return float(value), float(value - half), float(value + half)


def pictured(register: Register) -> pd.DataFrame:
    """Return ``label, n`` and the shares of the classes: of the subsets, and at 36 months by class at 15 months."""
    names = list(NAMES.values())
    rows = [(label, *counts(age, subset).values()) for (subset, age), label in SUBSETS.items()]
    rows += [(f"at 36 months: {name} at 15", *own) for name, own in zip(names, transitions().tolist(), strict=True)]
    table = pd.DataFrame(rows, columns=["label", *names])
    n = table[names].sum(axis=1)
    table = table.assign(n=n, **table[names].div(n, axis=0))
    world = {name: numbers.value(register[f"madigan2023-{name}"].value) / 100 for name in names}
    return pd.concat([pd.DataFrame([{"label": "worldwide"} | world]), table], ignore_index=True)
