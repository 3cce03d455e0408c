"""Samples of patients and the reports on each."""

import pandas as pd

#: Order in which kinds of comparators are shown.
KINDS = ("usual care", "structured or other active treatment", "MBT in another dose or setting")


def families(reports: pd.DataFrame) -> pd.DataFrame:
    """Return one row per sample: ``family`` and ``reports``, the number of reports on it."""
    return reports.groupby("family", sort=False).size().rename("reports").reset_index()


def map_rows(reports: pd.DataFrame) -> pd.DataFrame:
    """Return the reports for the map of trials: by kind of comparator, then by year of the first report."""
    first = reports.set_index("row_id").loc[reports["family"]].reset_index()
    rows = pd.DataFrame(
        {
            "family": reports["family"],
            "report": reports["study"],
            "label": first["study"].to_numpy(),
            "population": first["population"].to_numpy(),
            "group": "against " + first["comparator_kind"].to_numpy(),
            "n": reports["n"],
            "year": reports["year"],
            "relation": reports["relation"],
            "developer": reports["developer_author"],
            "order": [KINDS.index(kind) for kind in first["comparator_kind"]],
            "start": first["year"].to_numpy(),
            "own": (reports["row_id"] != reports["family"]).to_numpy(),
        }
    )
    rows = rows.sort_values(["order", "start", "family", "own", "year"], kind="stable")
    return rows.drop(columns=["order", "start", "own"]).reset_index(drop=True)
