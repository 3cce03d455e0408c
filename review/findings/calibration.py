"""Tables and numbers of the chapter on calibration, from the stored rows."""

import math

import numpy as np
import pandas as pd

from restated.calibrate import cases, score
from restated_book import calibration

#: Strengths in the order of the chapter, with their words for readers.
STRENGTHS = {
    "as printed": "as printed",
    "usual": "usual practice",
    score.LEARNED: "usual, learned elsewhere",
    "wide": "wide",
}
#: Uses whose truths are those of the print as far as anyone knows, and all.
COVER, ALL = ("cover",), cases.USES


def percent(row: pd.Series) -> tuple[float, float, float]:
    """Return a share with its exact interval, in percent."""
    return 100 * row["share"], 100 * row["low"], 100 * row["high"]


def overall(rows: pd.DataFrame, strength: str, *, uses=COVER, printed: str | None = None) -> pd.Series:
    """Return the coverage at one strength; of printed or unprinted truths only, where asked."""
    chosen = rows if printed is None else rows[rows["printed"] == printed]
    return score.coverage(chosen[chosen["strength"] == strength], uses=uses).iloc[0]


def by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage and middle width by kind and strength, all kinds together last."""
    table = pd.concat(
        [score.coverage(rows, ("kind", "strength")), score.coverage(rows).assign(kind="all kinds")], ignore_index=True
    )
    kinds = {kind: i for i, kind in enumerate((*cases.KINDS, "all kinds"))}
    order = {strength: i for i, strength in enumerate(STRENGTHS)}
    places = table["kind"].map(kinds) * len(order) + table["strength"].map(order)
    return table.iloc[np.argsort(places.to_numpy(), kind="stable")].reset_index(drop=True)


def chart(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the figure: as printed and learned elsewhere, by kind."""
    shown = table[table["strength"].isin(["as printed", score.LEARNED])]
    numbers = {one: 100 * shown[of] for one, of in (("value", "share"), ("low", "low"), ("high", "high"))}
    held = shown["inside"].astype(str) + "/" + shown["truths"].astype(str)
    made = {
        "Kind": shown["kind"],
        "Set": shown["strength"].map({"as printed": "printed", score.LEARNED: "usual"}),
        "Held": held,
    }
    return pd.DataFrame({**made, **numbers, "open": shown["strength"] == "as printed"}).reset_index(drop=True)


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage with its interval, and the middle relative width, for readers."""
    text = [f"{s:.0f} ({a:.0f} to {b:.0f})" for s, a, b in map(percent, (row for _, row in table.iterrows()))]
    return pd.DataFrame(
        {
            "Kind": table["kind"],
            "Set": table["strength"].map(STRENGTHS),
            "Papers": table["papers"],
            "Truths": table["truths"],
            "In the set, %": text,
            "Middle width": [f"{width:.2g}" for width in table["width"]],
        }
    )


def _ends(row) -> str:
    if row["inside"] == score.NOT_SUPPORTED:
        return score.NOT_SUPPORTED
    if row["size"] == 0:
        return "empty"
    ends = ["any" if math.isnan(x) else f"{x:.4g}" for x in (row["low"], row["high"])]
    many = f" ({row['size']:.0f})" if row["size"] > 0 else ""
    words = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    return ("a table" if words == "any" and many else words) + many


def truths(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each truth: the strings given, its value, its sets, and the first set that holds it.

    The cause says why none of the lesser sets does.
    """
    given = {case.id: case.printed for case in cases.load(calibration.CASES)}
    made = []
    for (case, truth), own in rows.groupby(["case", "truth"]):
        at = {row["strength"]: row for _, row in own.iterrows()}
        inside = [words for name, words in STRENGTHS.items() if at[name]["inside"] == score.YES]
        none = score.NOT_SUPPORTED if at["usual"]["inside"] == score.NOT_SUPPORTED else "in no set"
        made.append(
            {
                "Case": case,
                "Quantity": truth,
                "Printed": given[str(case)].get(str(truth), "–"),
                "Truth": at["usual"]["value"],
                "As printed": _ends(at["as printed"]),
                "Usual": _ends(at["usual"]),
                "Held": inside[0] if inside else none,
                "Cause": at["usual"]["cause"] or at["as printed"]["cause"] or "",
                "use": at["usual"]["use"],
            }
        )
    return pd.DataFrame(made)
