"""Tables and numbers of the chapter on calibration, from the stored rows."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from restated.arguments import Floats
from restated.calibrate import cases, score
from restated.errors import RestatedError
from restated.estimate.agreement import phi
from restated.reconstruct import practice
from restated.reconstruct.compatible import RECONSTRUCTORS, Found, merged
from restated_book import calibration, paths, studies
from restated_book.register import Register
from restated_book.sources import dictionary
from review.findings.trials import selfharm

#: Strengths in the order of the chapter, with their words for readers.
STRENGTHS = {
    "as printed": "as printed",
    "usual": "usual practice",
    score.LEARNED: "usual, learned elsewhere",
    "wide": "wide",
}
#: Cases beyond which a headline set is not widened by a few more.
MANY = 500
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


def peers() -> pd.DataFrame:
    """Return coverage, middle width and seconds of other programs and of this one, on the same cases."""
    rows = dictionary.validate(paths.DATA / "calibration" / "peers.csv", dictionary.load()["calibration-peers"])
    made = []
    for (kind, tool), own in pd.DataFrame([cells for _, cells in rows]).groupby(["kind", "tool"], sort=False):
        held = f"{(own['inside'] == 'yes').sum()} of {len(own)}"
        measured = not (own["inside"] == "not measured").any()
        made.append(
            {
                "Program": f"{tool} ({own['version'].iloc[0]})",
                "Statements": kind,
                "Truth held": held if measured else "not measured",
                "Middle width": f"{own['width'].median():.2g}" if measured else "–",
                "Seconds": f"{own['seconds'].sum():.2g}" if measured else "–",
            }
        )
    return pd.DataFrame(made)


class Headline(NamedTuple):
    """A set that a chapter rests on: where, of what, how it is built, and the quantity that is shown."""

    chapter: str
    what: str
    reconstructor: str
    printed: dict[str, str]
    quantity: str
    of: Callable[[Found], Floats]
    options: dict[str, str]
    sizes_hold: bool  # sizes are part of the design, or so large that a few cases more give millions of tables


def headlines(register: Register) -> list[Headline]:
    """Return the sets that chapters rest on, with their numbers from the register and the study tables."""
    found = []
    for key, what in (("vanijzendoorn1995-twoway", "661 parents and children"), ("dozier2001", "foster dyads")):
        agreement, kappa = register.number(f"{key}-agreement"), register.number(f"{key}-kappa")
        printed = {"n": str(int(agreement.n)), "agreement": agreement.value.text, "kappa": kappa.value.text}
        large = int(agreement.n) > MANY
        found.append(Headline("Attachment across generations", what, "two by two", printed, "phi", _phi, {}, large))
    twins = studies.load("twin-pairs", originals=False).set_index("row_id")
    for zygosity, words in (("mz", "identical twins"), ("dz", "fraternal twins")):
        row = twins.loc[f"oconnor2001-{zygosity}"]
        printed = {"pairs": str(int(row["n_pairs"])), "agreement": row["agreement"]}
        discordant = "discordant pairs", _of("discordant")
        found.append(Headline("Genes, homes and attachment", words, "twin table", printed, *discordant, {}, False))
    arms = [str(register.number(f"bateman2003-n-{arm}").value.text) for arm in ("partial-hospital", "general-care")]
    printed = {"n1": arms[0], "n2": arms[1], "z": register.number("bateman2003-medication-z").value.text}
    pairs = int(arms[0]) * int(arms[1])
    higher = "probability of a higher cost", lambda f: np.maximum(f.sets["u"], pairs - f.sets["u"]) / pairs
    found.append(Headline("Health-service costs", "cost of medication", "ranks", printed, *higher, {}, True))
    for at, id in selfharm.ROWS.items():
        number = register.number(id)
        ends = {"risk_ratio": number.value, "ci_low": number.ci_low, "ci_high": number.ci_high}
        if None in ends.values():
            raise RestatedError(f"'{id}' has no printed interval")
        printed = {"n": str(int(number.n))} | {name: end.text for name, end in ends.items()}
        given = printed, "odds ratio", _of("odds_ratio"), {"measure": "risk_ratio"}, False
        found.append(Headline("The trials of MBT", f"self-harm, {at} months", "two arms", *given))
    return found


def _of(name: str) -> Callable[[Found], Floats]:
    return lambda found: np.asarray(found.sets[name], float)


def _phi(found: Found) -> Floats:
    return np.asarray(phi(found.sets["table"]))


def at_strengths(sets: list[Headline]) -> pd.DataFrame:
    """Return members and range of each headline set at the three strengths, as words for readers."""
    rows = []
    for own in sets:
        cells, parts = {}, list[Found]()
        for strength, elements in practice.STRENGTHS.items():
            kept = elements - {"missing"} if own.sizes_hold else elements
            parts.append(RECONSTRUCTORS[own.reconstructor].run(own.printed, own.options, kept))
            values = own.of(merged(parts))
            low, high = (f"{end(values):.2g}" for end in (np.min, np.max))
            words = low if low == high else f"{low} to {high}"
            cells[STRENGTHS[strength].capitalize()] = f"{words} ({parts[-1].size:,.0f})"
        given = ", ".join(f"{name} {text}" for name, text in own.printed.items())
        rows.append({"Set": own.what, "Chapter": own.chapter, "Published": given, "Quantity": own.quantity} | cells)
    return pd.DataFrame(rows)
