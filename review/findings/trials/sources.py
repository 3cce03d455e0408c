"""Samples of patients and the reports on each; numbers as printed, reviews and guidelines in columns for readers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.printed import Printed
from restated_book.register import PublishedNumber, Register
from restated_book.sources import bibliography

#: Words for the directions in which abstracts report a result.
DIRECTIONS = {"negative": "in words: lower", "positive": "in words: higher", "null": "in words: no difference"}

#: Order in which kinds of comparators are shown.
KINDS = ("usual care", "structured or other active treatment", "MBT in another dose or setting")


def families(reports: pd.DataFrame) -> pd.DataFrame:
    """Return one row per sample: ``family`` and ``reports``, the number of reports on it."""
    return reports.groupby("family", sort=False).size().rename("reports").reset_index()


def map_rows(reports: pd.DataFrame) -> pd.DataFrame:
    """Return the reports for the map of trials: by kind of comparator, then by year of the first report."""
    first = reports.set_index("row_id").loc[reports["family"]].reset_index()
    names = {"study": "report", "developer_author": "developer"}
    rows = reports[["family", *names, "n", "year", "relation"]].rename(columns=names).reset_index(drop=True)
    rows = rows.assign(label=first["study"], population=first["population"])
    rows["group"] = "versus " + first["comparator_kind"]
    kind, own = first["comparator_kind"].map(KINDS.index), (reports["row_id"] != reports["family"]).to_numpy()
    order = rows[["family", "year"]].assign(kind=kind, start=first["year"], own=own)
    order = order.sort_values(["kind", "start", "family", "own", "year"], kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


def printed_rows(register: Register, ids: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Return printed numbers and directions by outcome, with their patients; unverified numbers are labelled so."""
    works = bibliography.load()
    out = []
    for outcome, names in ids.items():
        for n in (register.number(i) for i in names):
            text = written(n) if n.is_number else DIRECTIONS[n.value.text]
            value = f"unverified: {text}" if n.grade == "U" else text
            out.append((outcome, n.quantity, n.population, value, works.short(n.source_key), n.grade))
    return pd.DataFrame(out, columns=["About", "Quantity", "Patients and comparison", "Published", "Source", "Grade"])


def over_time(register: Register, ids: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return printed effects by outcome and time for `review.figures.unpooled`, one trial with a mark of its own."""
    rows = []
    for outcome, times in ids.items():
        for time, n in ((time, register.number(id)) for time, id in times.items()):
            design = "trial" if n.k == "1" else "pooled group comparisons"
            rows.append((outcome, time, *(float(x.text) for x in with_interval(n)), design, f"{int(n.n):,} in {n.k}"))
    return pd.DataFrame(rows, columns=["group", "label", "y", "low", "high", "design", "n"])


def guideline_rows(guidelines: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of guidelines, by year, in columns for readers; an unverified text is labelled so."""
    rows = guidelines.sort_values("year", na_position="last", kind="stable")
    years = ["year not obtained" if np.isnan(y) else f"{y:.0f}" for y in rows["year"]]
    unseen = rows["grade"] == "U"
    return pd.DataFrame(
        {
            "Text": [f"{g} ({y}): {k}" for g, y, k in zip(rows["guideline"], years, rows["kind"], strict=True)],
            "Issued by": rows["body"],
            "Says about MBT": rows["says"].where(~unseen, "unverified: " + rows["says"]),
            "Caution": rows["note"],
            "Grade": rows["grade"],
        }
    )


def with_interval(n: PublishedNumber) -> tuple[Printed, Printed, Printed]:
    """Return a number and the ends of its interval; refuse one that was printed without."""
    if n.ci_low is None or n.ci_high is None:
        raise RestatedError(f"'{n.id}' was printed without an interval")
    return n.value, n.ci_low, n.ci_high


def written(n: PublishedNumber) -> str:
    """Return a number as printed, with its unit sign and its interval."""
    ci = f" ({n.ci_low.text} to {n.ci_high.text})" if n.ci_low is not None and n.ci_high is not None else ""
    return n.value.text + (" %" if n.statistic == "percent" else "") + ci
