"""Tables and numbers of the chapter on calibration, from the stored rows."""

import math
from typing import Any

import numpy as np
import pandas as pd

from restated.calibrate import cases, score
from restated.reconstruct import practice, statements
from restated.reconstruct.compatible import RECONSTRUCTORS, Found, merged
from restated_book import calibration, paths, studies
from restated_book.register import Register

#: Strengths in the order of the chapter, with their words for readers.
STRENGTHS = {name: name for name in ("as printed", "usual", score.LEARNED, "wide")}
STRENGTHS |= {"usual": "usual practice", score.LEARNED: "usual, learned elsewhere"}
LARGE = 1_000  #: Numbers from which no decimals are shown
#: Sets that chapters rest on: where, of what, how they are built, and the quantity that is shown.
_HEADLINES = paths.tables(__file__)["headlines"]
COVER, ALL = ("cover",), cases.USES  #: Uses whose truths are those of the print as far as anyone knows, and all


def percent(row: pd.Series) -> tuple[float, float, float]:
    """Return a share with its exact interval, in percent."""
    return 100 * row["share"], 100 * row["low"], 100 * row["high"]


def overall(rows: pd.DataFrame, strength: str, *, uses=COVER, printed: str | None = None) -> pd.Series:
    """Return the coverage at one strength; of printed or unprinted truths only, where asked."""
    chosen = alike(rows if printed is None else rows[rows["printed"] == printed])
    return score.coverage(chosen[chosen["strength"] == strength], uses=uses).iloc[0]


def alike(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows without the widths of truths that lack one at any strength: middle widths are of the same truths."""
    every = rows["width"].notna().groupby([rows["case"], rows["truth"]]).transform("all")
    return rows.assign(width=rows["width"].where(every))


def by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage and middle width by kind and strength, all kinds together last."""
    rows = alike(rows)
    table = pd.concat([score.coverage(rows, ("kind", "strength")), score.coverage(rows).assign(kind="all kinds")])
    order = [*cases.KINDS, "all kinds", *STRENGTHS].index
    return table.sort_values(["kind", "strength"], key=lambda words: words.map(order), ignore_index=True)


def _ends(row) -> str:
    if row["inside"] == score.NOT_SUPPORTED:
        return score.NOT_SUPPORTED
    if row["size"] == 0:
        return "empty"
    ends = [("any" if math.isnan(x) else f"{x:,.0f}" if abs(x) >= LARGE else f"{x:.4g}") for x in row[["low", "high"]]]
    many = f" ({row['size']:.0f})" if row["size"] > 0 else ""
    words = ends[0] if ends[0] == ends[1] else " to ".join(ends)
    return ("a table" if words == "any" and many else words) + many


def truths(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each truth: strings given, value, sets, the first that holds it (bracketed if not scored), causes."""
    given = {case.id: case.printed for case in cases.load(calibration.CASES)}
    counted = set(score.scored(rows)[["case", "truth"]].itertuples(index=False, name=None))
    made = []
    for (case, truth), own in rows.groupby(["case", "truth"]):
        at = {row["strength"]: row for _, row in own.iterrows()}
        inside = [words for name, words in STRENGTHS.items() if at[name]["inside"] == score.YES]
        none = {score.NO: "in no set", score.YES: ""}.get(at["usual"]["inside"], at["usual"]["inside"])
        cause = at["usual"]["cause"] or at["as printed"]["cause"] or ""
        held, counts = inside[0] if inside else none, (case, truth) in counted
        sets = _ends(at["as printed"]), _ends(at["usual"]), held if counts else f"({held})"
        value, number = at["usual"]["value"], pd.to_numeric(at["usual"]["value"], errors="coerce")
        value = f"{number:.5g}" if abs(number) < LARGE else value  # a table, a word and a large number stay
        first = case, statements.words(str(truth)), given[str(case)].get(str(truth), "–"), value
        made.append((*first, *sets, cause, counts, at["usual"]["kind"]))
    names = ["Case", "Quantity", "Published", "Truth", "As printed", "Usual", "Held", "Cause", "scored", "kind"]
    return pd.DataFrame(made, columns=names)


def headlines(register: Register) -> list[dict[str, Any]]:
    """Return the sets that chapters rest on, with their numbers from the register and the study tables."""
    twins = studies.load("twin-pairs", originals=False).set_index("row_id")

    def text(place: str) -> str:
        id, _, part = place.partition(" ")
        number = twins.loc[id, part] if id in twins.index else getattr(register.number(id), part or "value")
        return f"{number:g}" if isinstance(number, float) else str(getattr(number, "text", number))

    return [{**own, "printed": {name: text(place) for name, place in own["printed"].items()}} for own in _HEADLINES]


def at_strengths(sets: list[dict[str, Any]]) -> pd.DataFrame:
    """Return members and range of each headline set at the three strengths, as words for readers."""
    rows = []
    for own in sets:
        cells, parts, printed = {}, list[Found](), own["printed"]
        for strength, elements in practice.STRENGTHS.items():
            kept = elements - {"missing"} if own.get("sizes_hold") else elements
            parts.append(RECONSTRUCTORS[own["reconstructor"]].run(printed, own.get("options", {}), kept))
            values = merged(parts).sets[own["values"]]
            if own["values"] == "u":  # either arm may have the higher costs
                pairs = int(printed["n1"]) * int(printed["n2"])
                values = np.maximum(values, pairs - values) / pairs
            words = " to ".join(dict.fromkeys(f"{end(values):.2g}" for end in (np.min, np.max)))
            cells[STRENGTHS[strength].capitalize()] = f"{words} ({parts[-1].size:,.0f})"
        given = ", ".join(f"{statements.words(name)} {text}" for name, text in printed.items())
        rows.append(
            {"Set": own["what"], "Chapter": own["chapter"], "Published": given, "Quantity": own["quantity"]} | cells
        )
    return pd.DataFrame(rows)
