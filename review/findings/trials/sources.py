"""Numbers as printed, reviews and guidelines, in columns for readers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated_book.register import PublishedNumber, Register
from restated_book.sources import bibliography

#: Words for the directions in which abstracts report a result.
DIRECTIONS = {"negative": "in words: lower", "positive": "in words: higher", "null": "in words: no difference"}


def printed_rows(register: Register, ids: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Return printed numbers and directions by outcome, with their patients; unverified numbers are labelled so."""
    works = bibliography.load()
    out = []
    for outcome, names in ids.items():
        for n in (register.number(i) for i in names):
            text = _printed(n) if n.is_number else DIRECTIONS[n.value.text]
            value = f"unverified: {text}" if n.grade == "U" else text
            out.append((outcome, n.quantity, n.population, value, works.short(n.source_key), n.grade))
    return pd.DataFrame(out, columns=["About", "Quantity", "Patients and comparison", "Printed", "Source", "Grade"])


def review_rows(reviews: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return the statements of reviews, with the number as printed and its interval, in columns for readers."""
    works = bibliography.load()
    numbers = [register.number(id) for id in reviews["published"]]
    return pd.DataFrame(
        {
            "Review": [works.short(key) for key in reviews["source_key"]],
            "Comparison": reviews["comparison"],
            "About": reviews["outcome"],
            "Printed": [_printed(n) if n.is_number else "in words" for n in numbers],
            "Says": reviews["says"],
            "Cannot carry": reviews["limits"],
            "Grade": reviews["grade"],
        }
    )


def guideline_rows(guidelines: pd.DataFrame) -> pd.DataFrame:
    """Return the statements of guidelines, by year, in columns for readers; an unverified text is labelled so."""
    rows = guidelines.sort_values("year", na_position="last", kind="stable")
    years = ["year not seen" if np.isnan(y) else f"{y:.0f}" for y in rows["year"]]
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


def _printed(n: PublishedNumber) -> str:
    """Return a number as printed, with its unit sign and its interval."""
    ci = f" ({n.ci_low.text} to {n.ci_high.text})" if n.ci_low is not None and n.ci_high is not None else ""
    return n.value.text + (" %" if n.statistic == "percent" else "") + ci
