"""A made-up table in the form of the licensed one, for tests only: its ids can be searched for in the built files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from restated_book import register
from review.findings.cohort import design, effects, model

CODES = {"avoidant": "A", "secure": "B", "resistant": "C", "disorganized": "D"}
RATINGS = ("ext_k", *(f"ext_g{g}" for g in range(1, 7)))
#: Part of every id.
MARK = "zzchild"


def children(seed: int = 3) -> pd.DataFrame:
    """Return children like those of the illustrative cohort with a large extra growth, some without a class."""
    numbers = register.load()
    standard = design.Design.standard()
    drawn, _, made = model.illustration(numbers, effects.scenarios(numbers)["extra-080"], standard, seed=seed)
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "child_id": [f"{MARK}{1000 + 7 * i}" for i in range(len(drawn))],
            "attachment": drawn["attachment"].map(CODES),
            "sex": drawn["sex"],
            "risk": design.high_risk_index(drawn["risk"].to_numpy(), standard.high_risk, rng).round(2),
        }
    )
    for j, name in enumerate(RATINGS):
        table[name] = np.round(50 + 9 * made[:, j], 1).clip(0, 100)
    table.loc[:20, "attachment"] = None
    return table


def write(folder: Path, table: pd.DataFrame) -> Path:
    """Write the table in the place of an original."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "cohort-children.csv"
    table.to_csv(file, index=False)
    return file
