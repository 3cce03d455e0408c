"""Tables of twin pairs that printed concordances determine, and resemblance on several scales."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import pairs as resemblance
from restated.reconstruct.twintables import TwinTables, twin_tables
from review.findings.numbers import ends
from review.findings.transmission import PLAUSIBLE_SECURE

SLACK = 1e-12  #: A ratio computed in floating point may miss the end of a rounding interval by its last bits
_SCALES = {"agreement": resemblance.agreement, "score": resemblance.double_entry, "liability": resemblance.liability}


def groups(rows: pd.DataFrame) -> dict[str, TwinTables]:
    """Return the tables of every row that determines some, by row id; counts of a reader count before percentages."""
    found = {}
    for row in rows.dropna(subset="n_pairs").to_dict("records"):
        if not np.isnan(row["both"]):
            printed: dict[str, Any] = {name: int(row[name]) for name in ("both", "discordant", "neither")}
        elif isinstance(row["agreement"], str):
            printed = {"agreement": row["agreement"]}
        else:
            continue
        found[row["row_id"]] = tables = twin_tables(int(row["n_pairs"]), **printed)
        if tables.empty:
            raise RestatedError(f"{row['row_id']}: {tables.message}")
    return found


def by_zygosity(sets: dict[str, TwinTables]) -> dict[str, tuple[TwinTables, TwinTables]]:
    """Return the sets for identical and fraternal twins by study key, where both are determined."""
    keys = [name.removesuffix("-mz") for name in sets if name.endswith("-mz")]
    return {key: (sets[f"{key}-mz"], sets[f"{key}-dz"]) for key in keys if f"{key}-dz" in sets}


def within(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Mark values from `low` to `high`, both ends included up to floating-point error; bool."""
    return (low - SLACK <= values) & (values <= high + SLACK)


def plausible(tables: np.ndarray) -> np.ndarray:
    """Mark tables, shape (m, 3), with a secure share inside `PLAUSIBLE_SECURE` (an assumption)."""
    return within(resemblance.affected(tables), *PLAUSIBLE_SECURE)


def _determined(rows: pd.DataFrame, sets: dict[str, TwinTables]) -> list[dict]:
    """Return the rows of the study table that have a set, in the order of the sets."""
    return rows.set_index("row_id").loc[list(sets)].reset_index().to_dict("records")


def counts_of_pairs(rows: pd.DataFrame, sets: dict[str, TwinTables]) -> pd.DataFrame:
    """Return the lowest and highest number of concordant and discordant pairs of every group."""
    out = []
    for row in _determined(rows, sets):
        discordant = sets[row["row_id"]].tables[:, 1]
        pairs, low, high = int(row["n_pairs"]), int(discordant.min()), int(discordant.max())
        percent = row["agreement"] if isinstance(row["agreement"], str) else ""
        named = (row["row_id"], row["study"], row["year"], row["group"])
        out.append((*named, pairs, percent, pairs - high, pairs - low, low, high))
    names = ["row_id", "study", "year", "group", "pairs", "percent", *ends("concordant", "discordant")]
    return pd.DataFrame(out, columns=names)


def scales(rows: pd.DataFrame, sets: dict[str, TwinTables]) -> pd.DataFrame:
    """Return lowest and highest resemblance on three scales over the ``kept``, plausible ones of all ``tables``."""
    out = []
    for row in _determined(rows, sets):
        tables = sets[row["row_id"]].tables
        kept = tables[plausible(tables)]
        line = {name: row[name] for name in ("row_id", "study", "year", "group")}
        line |= {"tables": len(tables), "kept": len(kept)}
        for name, function in _SCALES.items():
            values = function(kept)
            line |= {f"{name}_low": values.min(initial=np.inf), f"{name}_high": values.max(initial=-np.inf)}
        out.append(line)
    return pd.DataFrame(out).replace([np.inf, -np.inf], np.nan)


def definitions(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the tables that fit each printed concordance by definition."""
    out = [
        (row["row_id"], name, len(twin_tables(int(row["n_pairs"]), **{name: row["agreement"]})))
        for row in rows.dropna(subset=["n_pairs", "agreement"]).to_dict("records")
        for name in ("agreement", "pairwise", "probandwise")
    ]
    return pd.DataFrame(out, columns=["row_id", "definition", "tables"])


def concordance_difference(mz: TwinTables, dz: TwinTables) -> tuple[float, float]:
    """Test two determined concordances: two-sided p of Pearson's chi-squared (uncorrected) and of Fisher's test."""
    counts = []
    for tables in (mz, dz):
        discordant = np.unique(tables.tables[:, 1])
        if len(discordant) != 1:
            raise RestatedError("the number of discordant pairs is not determined")
        counts.append((tables.pairs - int(discordant[0]), int(discordant[0])))
    chi2 = stats.chi2_contingency(counts, correction=False)
    return float(chi2.pvalue), float(stats.fisher_exact(np.array(counts)).pvalue)
