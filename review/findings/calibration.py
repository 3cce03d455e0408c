"""Tables and numbers of the chapter on calibration, from the stored rows."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from restated.arguments import Floats
from restated.calibrate import cases, score
from restated.reconstruct import practice, statements
from restated.reconstruct.compatible import RECONSTRUCTORS, Found, merged
from restated_book import calibration, paths, studies
from restated_book.register import Register
from restated_book.sources import dictionary
from review.findings.trials import selfharm
from review.findings.trials.sources import with_interval

#: Strengths in the order of the chapter, with their words for readers.
STRENGTHS = {name: name for name in ("as printed", "usual", score.LEARNED, "wide")}
STRENGTHS |= {"usual": "usual practice", score.LEARNED: "usual, learned elsewhere"}
LARGE = 1_000  #: Numbers from which no decimals are shown
MANY = 500  #: Cases beyond which a headline set is not widened by a few more
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


def emptied(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many statements with a scored truth have an empty set, by strength: their data exist all the same."""
    own = score.scored(rows)
    empty = own[own["size"] == 0].groupby("strength")["case"].nunique()
    table = own.groupby("strength")["case"].nunique().reindex(list(STRENGTHS)).to_frame("Statements")
    table = table.assign(Empty=empty).fillna(0).astype(int)
    return table.rename(index=STRENGTHS).rename_axis("Set").reset_index()


def by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage and middle width by kind and strength, all kinds together last."""
    rows = alike(rows)
    table = pd.concat([score.coverage(rows, ("kind", "strength")), score.coverage(rows).assign(kind="all kinds")])
    order = [*cases.KINDS, "all kinds", *STRENGTHS].index
    return table.sort_values(["kind", "strength"], key=lambda words: words.map(order), ignore_index=True)


def chart(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the figure: as printed and learned elsewhere, by kind."""
    shown = table[table["strength"].isin(["as printed", score.LEARNED])].reset_index(drop=True)
    numbers = {one: 100 * shown[of] for one, of in (("value", "share"), ("low", "low"), ("high", "high"))}
    held = shown["inside"].astype(str) + "/" + shown["truths"].astype(str)
    made = {"Kind": shown["kind"], "Set": shown["strength"], "Held": held}
    return pd.DataFrame({**made, **numbers, "open": shown["strength"] == "as printed"})


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage with its interval, and the middle relative width, for readers."""
    held = ["{:.0f} ({:.0f} to {:.0f})".format(*percent(row)) for _, row in table.iterrows()]
    shown = table.assign(
        strength=table["strength"].map(STRENGTHS), width=table["width"].map("{:.2g}".format), held=held
    )
    shown = shown[["kind", "strength", "papers", "truths", "held", "width"]]
    return shown.set_axis(["Kind", "Set", "Papers", "Truths", "In the set, %", "Middle width"], axis=1)


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
    """Return each truth: strings given, value, sets, the first set that holds it, and why none of the lesser does."""
    given = {case.id: case.printed for case in cases.load(calibration.CASES)}
    counted = set(score.scored(rows)[["case", "truth"]].itertuples(index=False, name=None))
    made = []
    for (case, truth), own in rows.groupby(["case", "truth"]):
        at = {row["strength"]: row for _, row in own.iterrows()}
        inside = [words for name, words in STRENGTHS.items() if at[name]["inside"] == score.YES]
        none = {score.NO: "in no set", score.YES: ""}.get(at["usual"]["inside"], at["usual"]["inside"])
        cause = at["usual"]["cause"] or at["as printed"]["cause"] or ""
        sets = _ends(at["as printed"]), _ends(at["usual"]), inside[0] if inside else none
        first = case, statements.words(str(truth)), given[str(case)].get(str(truth), "–"), at["usual"]["value"]
        made.append((*first, *sets, cause, (case, truth) in counted, at["usual"]["kind"]))
    names = ["Case", "Quantity", "Published", "Truth", "As printed", "Usual", "Held", "Cause", "scored", "kind"]
    return pd.DataFrame(made, columns=names)


def of_kinds(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the rows of `truths` for readers by kind; what is not scored has its first set in brackets."""
    held = table["Held"].where(table["scored"], "(" + table["Held"] + ")")
    shown = table.assign(Held=held).drop(columns=["Cause", "scored"])
    return [(kind, own.drop(columns="kind")) for kind in cases.KINDS if len(own := shown[shown["kind"] == kind])]


def given_back(rows: pd.DataFrame) -> int:
    """Return how many values would be scored if a set could not only give them back."""
    own = rows[(rows["printed"] == score.GIVEN) & rows["use"].isin(COVER) & (rows["inside"] != score.NOT_SUPPORTED)]
    return len(own[["case", "truth"]].drop_duplicates())


def learned_misses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the statements whose scored values sets under the practice of the other papers miss, and the causes."""
    own = score.scored(rows[rows["strength"] == score.LEARNED])
    missed = own[own["inside"] == score.NO].assign(truth=own["truth"].map(statements.words))
    table = missed.groupby(["case", "cause"], sort=False)["truth"].agg(["size", ", ".join]).reset_index()
    return table[["case", "size", "join", "cause"]].set_axis(["Case", "Values", "Quantities", "Cause"], axis=1)


def peers() -> pd.DataFrame:
    """Return coverage, middle width and seconds of other programs and of this one, on the same cases."""
    rows = dictionary.validate(paths.DATA / "calibration" / "peers.csv", dictionary.load()["calibration-peers"])
    made = []
    for (kind, tool), own in pd.DataFrame([cells for _, cells in rows]).groupby(["kind", "tool"], sort=False):
        held = f"{(own['inside'] == score.YES).sum()} of {len(own)}"
        cells = [held, f"{own['width'].median():.2g}", f"{own['seconds'].astype(float).sum():,.1f}"]
        if (own["inside"] == "not measured").any():
            cells = ["not measured", "–", "–"]
        made.append((f"{tool} ({own['version'].iloc[0]})", kind, *cells))
    return pd.DataFrame(made, columns=["Program", "Statements", "Truth held", "Middle width", "Seconds"])


class Headline(NamedTuple):
    """A set that a chapter rests on: where, of what, how it is built, and the quantity that is shown."""

    chapter: str
    what: str
    reconstructor: str
    printed: dict[str, str]
    quantity: str
    of: Callable[[Found], Floats]
    options: dict[str, str] | None = None
    sizes_hold: bool = False  # sizes are part of the design, or so large that a few cases more give millions of tables


def headlines(register: Register) -> list[Headline]:
    """Return the sets that chapters rest on, with their numbers from the register and the study tables."""
    found = []
    for key, what in (("vanijzendoorn1995-twoway", "parents and children"), ("dozier2001", "foster dyads")):
        agreement, kappa = register.number(f"{key}-agreement"), register.number(f"{key}-kappa")
        printed = {"n": str(int(agreement.n)), "agreement": agreement.value.text, "kappa": kappa.value.text}
        how: tuple[Any, ...] = "two by two", printed, "phi", lambda f: f.sets["phi"], None, int(agreement.n) > MANY
        found.append(Headline("Attachment across generations", what, *how))
    twins = studies.load("twin-pairs", originals=False).set_index("row_id")
    for zygosity, words in (("mz", "identical twins"), ("dz", "fraternal twins")):
        row: dict[Any, Any] = twins.loc[f"oconnor2001-{zygosity}"].to_dict()
        printed = {"pairs": str(int(row["n_pairs"])), "agreement": str(row["agreement"])}
        how = "twin table", printed, "discordant pairs", lambda f: f.sets["discordant"]
        found.append(Headline("Genes, homes and attachment", words, *how))
    arms = [register.number(f"bateman2003-n-{arm}").value.text for arm in ("partial-hospital", "general-care")]
    printed = {"n1": arms[0], "n2": arms[1], "z": register.number("bateman2003-medication-z").value.text}
    pairs = int(arms[0]) * int(arms[1])
    higher = "probability of a higher cost", lambda f: np.maximum(f.sets["u"], pairs - f.sets["u"]) / pairs
    found.append(Headline("Health-service costs", "cost of medication", "ranks", printed, *higher, None, True))
    for at, id in selfharm.ROWS.items():
        number = register.number(id)
        ratio, low, high = (end.text for end in with_interval(number))
        printed = {"n": str(int(number.n)), "risk_ratio": ratio, "ci_low": low, "ci_high": high}
        how = "two arms", printed, "odds ratio", lambda f: f.sets["odds_ratio"], {"measure": "risk_ratio"}
        found.append(Headline("The trials of MBT", f"self-harm, {at} months", *how))
    return found


def at_strengths(sets: list[Headline]) -> pd.DataFrame:
    """Return members and range of each headline set at the three strengths, as words for readers."""
    rows = []
    for own in sets:
        cells, parts = {}, list[Found]()
        for strength, elements in practice.STRENGTHS.items():
            kept = elements - {"missing"} if own.sizes_hold else elements
            parts.append(RECONSTRUCTORS[own.reconstructor].run(own.printed, own.options or {}, kept))
            values = own.of(merged(parts))
            words = " to ".join(dict.fromkeys(f"{end(values):.2g}" for end in (np.min, np.max)))
            cells[STRENGTHS[strength].capitalize()] = f"{words} ({parts[-1].size:,.0f})"
        given = ", ".join(f"{statements.words(name)} {text}" for name, text in own.printed.items())
        rows.append({"Set": own.what, "Chapter": own.chapter, "Published": given, "Quantity": own.quantity} | cells)
    return pd.DataFrame(rows)
