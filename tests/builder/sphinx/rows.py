"""Ledger rows for the tests of the site, in the shape the build writes them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from restated_book import entries, ledger

HOSTILE = "</td></table><script>alert(1)</script><img src=x onerror=\"alert('1')\"> & \u2028"


def row(id: str = "study-r", **fields) -> dict:
    """A printed number nobody restated, unless `fields` say otherwise."""
    base = {
        "id": id,
        "finding": "stability",
        "source_key": "verhage2016",
        "quantity": "correlation",
        "published": ".31",
        "published_low": 0.305,
        "published_high": 0.315,
        "grade": "P",
        "restated": None,
        "restated_low": None,
        "restated_high": None,
        "basis": "",
        "by_construction": False,
        "verdict": "not-recomputable",
        "reason": "the data were not available",
        "page": "",
        "published_text": ".31",
        "restated_text": "",
        "interval_text": "",
        "interval_kind": "",
        "study": "Verhage et al. 2016",
        "locator": "abstract",
        "ci_text": "",
        "status": "printed",
    }
    return base | fields


def restated(id: str = "study-r-again", **fields) -> dict:
    """A recomputed number that agrees with what was printed."""
    base = {
        "restated": 0.312,
        "restated_text": "0.31",
        "restated_low": 0.28,
        "restated_high": 0.34,
        "interval_text": "0.28 to 0.34",
        "interval_kind": "set",
        "basis": "open-data",
        "verdict": "within-rounding",
        "reason": "",
        "page": "notebooks/chapter.html",
        "status": "observed, open data",
    }
    return row(id, **(base | fields))


NEW = {
    "published": "",
    "published_text": "",
    "grade": "",
    "source_key": "",
    "study": "",
    "locator": "",
    "verdict": "new",
}


def everything() -> list[dict]:
    """One row of each kind the site has to show."""
    return [
        row("seen-first-hand"),
        row("seen-second-hand", grade="S", ci_text="95 % CI .27 to .35"),
        row("not-seen", grade="U", verdict="unverified"),
        restated("agrees"),
        restated("disagrees", verdict="differs", restated_text="0.39", by_construction=True),
        restated("counted", **NEW, restated_text="12", interval_text="", basis="enumerated", status="enumerated"),
        row(
            "hostile", **dict.fromkeys(("quantity", "study", "locator", "published_text", "reason", "finding"), HOSTILE)
        ),
    ]


def kinds(rows: list[dict]) -> Counter:
    """How many `rows` there are of each kind."""
    return Counter(map(entries.kind, rows))


def written(path: Path, rows: list[dict]) -> Path:
    """The file of `rows`, as the build leaves it."""
    with ledger.lines(path) as add:
        for each in rows:
            add(each)
    return path
