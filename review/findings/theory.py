"""The causal story of mentalizing: published estimates on one scale, the chain of links, classes of the Adult Attachment Interview.

Everything here is arithmetic on printed numbers. Correlations that stand for a comparison of two groups assume groups of equal size; an
odds ratio becomes a standardised difference by the logistic rule (:mod:`restated.estimate.effects`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.errors import RestatedError
from restated.estimate import path
from restated.estimate.effects import d_to_r, fisher_z_variance, odds_ratio_to_d
from restated.reconstruct.counts import counts
from restated_book.register import PublishedNumber, Register

#: How a printed statistic becomes a correlation; the second argument is the share of one of two groups. A share of variance
#: explained by one predictor is the square of its correlation.
TO_R: dict[str, Callable] = {
    "r": lambda x, _: x,
    "path": lambda x, _: x,
    "d": lambda x, share: d_to_r(x, proportion=share),
    "OR": lambda x, share: d_to_r(odds_ratio_to_d(x), proportion=share),
    "proportion": lambda x, _: np.sqrt(x),
}
#: Statistics that are an association of two variables.
ASSOCIATIONS = ("r", "d", "OR", "proportion")
#: The scale on which two estimates of one kind are compared: that on which their intervals are symmetrical.
COMPARED_ON: dict[str, Callable] = {"r": np.arctanh, "d": lambda x: x, "OR": np.log}
#: Level taken where a source does not state that of its interval, in percent: the customary one.
USUAL_LEVEL = 95.0
#: Draws of every simulation of this chapter: the Monte Carlo error of a limit is then below .001.
DRAWS = 100_000
SEED = 2002  # the year of the book
#: Classes of the interview in the order in which they are drawn.
CLASSES = ("secure", "dismissing", "preoccupied", "unresolved")


class Link(NamedTuple):
    """A printed number as the strength of a link: a correlation without its sign."""

    value: float
    box: tuple[float, float]  # what the printed digits stand for
    interval: tuple[float, float]  # printed interval; nan where none was printed
    se_z: float  # on the scale of Fisher's z; nan where nothing tells it
    precision: str  # where the standard error comes from


def link(number: PublishedNumber, *, n: float | None = None, share: float = 0.5) -> Link:
    """A printed number on the scale of r, without its sign.

    Parameters
    ----------
    number : PublishedNumber
        Its statistic must be one of :data:`TO_R`.
    n : float, optional
        People behind it, used for the standard error where no interval was printed: 1 / sqrt(n - 3), that of one sample without
        heterogeneity, and so too small for a pooled value.
    share : float
        Share of the patients where two groups were compared; half by convention.

    Raises
    ------
    RestatedError
        If the number is unverified, no number at all, or of another kind.
    """
    if number.grade == "U":
        raise RestatedError(f"'{number.id}' is unverified and carries no conclusion")
    if number.statistic not in TO_R or not number.is_number:
        raise RestatedError(f"'{number.id}' cannot be put on the scale of a correlation")
    to_r, sign = TO_R[number.statistic], -1.0 if number.value.value < 0 else 1.0

    def ends(low, high) -> tuple[float, float]:
        a, b = (sign * float(to_r(float(x), share)) for x in (low, high))
        return min(a, b), max(a, b)

    value = sign * float(to_r(float(number.value.value), share))
    box = ends(number.low, number.high)
    if number.ci_low is not None and number.ci_high is not None:
        interval = ends(number.ci_low.value, number.ci_high.value)
        level = float(number.ci_level) if number.ci_level else USUAL_LEVEL
        se = float(np.diff(np.arctanh(interval))[0] / (2 * norm.ppf(0.5 + level / 200)))
        return Link(
            value, box, interval, se, "printed interval" if number.ci_level else "printed interval, level taken as 95 %"
        )
    if n:
        return Link(value, box, (np.nan, np.nan), float(np.sqrt(fisher_z_variance(n))), "n alone: too narrow")
    return Link(value, box, (np.nan, np.nan), np.nan, "not known")


class Chain(NamedTuple):
    """A product of links and what it is compared with, all on the scale of r."""

    links: tuple[str, ...]  # register ids
    n: tuple[float | None, ...]  # people behind each link, where no interval was printed


def chain_table(register: Register, chains: Mapping[str, Chain], *, level: float = 0.95) -> pd.DataFrame:
    """Products of links, with what rounding, the printed intervals and sampling leave open.

    Parameters
    ----------
    register : Register
    chains : mapping of str to Chain
    level : float
        Of the delta-method and the Monte Carlo interval.

    Returns
    -------
    pandas.DataFrame
        One row per chain: ``chain, links, product``; ``box_low, box_high`` over the rounding of the print; ``ends_low, ends_high`` with
        every link at the same end of its interval (nan where a link has none); ``delta_low, delta_high``; ``low, high`` by Monte
        Carlo; ``precision`` (what the weakest standard error rests on).
    """
    out = []
    for name, chain in chains.items():
        parts = [link(register.number(i), n=n) for i, n in zip(chain.links, chain.n, strict=True)]
        box = path.over_box(_product, *(p.box for p in parts))
        ends = np.prod([p.interval for p in parts], axis=0)
        sampled = path.chain_interval(
            [p.value for p in parts], [p.se_z for p in parts], level=level, draws=DRAWS, seed=SEED
        )
        words = list(dict.fromkeys(p.precision for p in parts))
        out.append(
            (
                name,
                len(parts),
                sampled.estimate,
                box.low,
                box.high,
                ends[0],
                ends[1],
                sampled.delta_low,
                sampled.delta_high,
                sampled.simulated_low,
                sampled.simulated_high,
                "; ".join(words),
            )
        )
    return pd.DataFrame(
        out,
        columns=[
            "chain",
            "links",
            "product",
            "box_low",
            "box_high",
            "ends_low",
            "ends_high",
            "delta_low",
            "delta_high",
            "low",
            "high",
            "precision",
        ],
    )


def _product(*links):
    return np.prod(np.broadcast_arrays(*links), axis=0)


def mediation_table(
    register: Register,
    first: str,
    seconds: Mapping[str, str],
    observed: Mapping[str, str],
    *,
    level: float = 0.95,
    share: float = 0.5,
) -> pd.DataFrame:
    """How much of an observed association a mediator can carry, for every pairing of a second link with an observed association.

    Parameters
    ----------
    register : Register
    first : str
        Id of the link from cause to mediator.
    seconds, observed : mapping of str to str
        Name to id: links from mediator to outcome; associations of cause and outcome.
    level : float
        Of the Monte Carlo interval.
    share : float
        Share of patients at which group comparisons become correlations.

    Returns
    -------
    pandas.DataFrame
        ``second, against, product, observed``; ``share`` of the product in the observed association, ``share_box_low,
        share_box_high`` over rounding, ``share_low, share_high`` by Monte Carlo (nan where the interval of the observed association
        includes zero: no ratio is then bounded); ``indirect, indirect_share, direct`` of the regression
        of the outcome on cause and mediator; ``possible`` (whether three variables can have these correlations).

    Notes
    -----
    The share has a second reading. If the mediator carried everything and were measured with random error and reliability rho, the
    observed association would be r_xm r_my / rho: the share is the reliability at which complete mediation fits (Hoyle & Kenny, 1999,
    in Hoyle (ed.), Statistical strategies for small sample research, 195-222).
    """
    a = link(register.number(first))
    out = []
    for second, second_id in seconds.items():
        b = link(register.number(second_id), share=share)
        products = path.chain_draws([a.value, b.value], [a.se_z, b.se_z], draws=DRAWS, seed=SEED)
        for against, observed_id in observed.items():
            c = link(register.number(observed_id), share=share)
            # Another seed: the association comes from other samples than the links.
            totals = (
                path.chain_draws([c.value], [c.se_z], draws=DRAWS, seed=SEED + 1) if np.isfinite(c.se_z) else c.value
            )
            tail = (1 - level) / 2
            bounded = not c.interval[0] <= 0 <= c.interval[1]
            low, high = np.quantile(products / totals, [tail, 1 - tail]) if bounded else (np.nan, np.nan)
            box = path.over_box(lambda x, y, z: x * y / z, a.box, b.box, c.box)
            possible = bool(path.feasible(a.value, c.value, b.value))
            p = path.two_predictor(a.value, c.value, b.value) if possible else None
            out.append(
                (
                    second,
                    against,
                    a.value * b.value,
                    c.value,
                    a.value * b.value / c.value,
                    box.low,
                    box.high,
                    float(low),
                    float(high),
                    *((float(p.indirect), float(p.share), float(p.direct)) if p else (np.nan,) * 3),
                    possible,
                )
            )
    return pd.DataFrame(
        out,
        columns=[
            "second",
            "against",
            "product",
            "observed",
            "share",
            "share_box_low",
            "share_box_high",
            "share_low",
            "share_high",
            "indirect",
            "indirect_share",
            "direct",
            "possible",
        ],
    )


def edge_rows(edges: pd.DataFrame, register: Register, arrows: Iterable[str], names: Mapping[str, str]) -> pd.DataFrame:
    """Estimates of the named arrows on the scale of r, as the figure of estimates reads them.

    Parameters
    ----------
    edges : pandas.DataFrame
        The study table ``theory-edges``.
    register : Register
    arrows : iterable of str
        In the order in which they are shown.
    names : mapping of str to str
        Arrow to the heading of its group.

    Returns
    -------
    pandas.DataFrame
        ``group, label, printed, n, y, low, high, design``; rows without a number, or of a kind that is no association (a share of
        variance, a path with another variable held constant), are left out.
    """
    out = []
    for arrow in arrows:
        for row in edges[edges["edge"] == arrow].itertuples():
            number = register.number(row.register_id)
            if number.statistic not in ASSOCIATIONS or number.grade == "U":
                continue
            one = link(number)
            size = f"{int(row.n):,}" if not np.isnan(row.n) and row.scope == "estimate" else ""
            out.append(
                (names[arrow], row.label, printed_text(number), size, one.value, *one.interval, row.design_class)
            )
    return pd.DataFrame(out, columns=["group", "label", "printed", "n", "y", "low", "high", "design"])


def rows_as(
    edges: pd.DataFrame, register: Register, row_ids: Iterable[str], convert: Mapping[str, Callable]
) -> pd.DataFrame:
    """Named rows on a scale of one's choice, as the figure of estimates reads them.

    Parameters
    ----------
    edges : pandas.DataFrame
        The study table ``theory-edges``.
    register : Register
    row_ids : iterable of str
    convert : mapping of str to callable
        Statistic to the function that puts it on the scale of analysis.

    Returns
    -------
    pandas.DataFrame
        ``label, printed, y, low, high, design``.
    """
    rows, out = edges.set_index("row_id"), []
    for i in row_ids:
        number = register.number(rows.loc[i, "register_id"])
        if number.grade == "U":
            raise RestatedError(f"'{number.id}' is unverified and is not drawn among verified numbers")
        y, low, high = (
            np.nan if x is None else float(convert[number.statistic](float(x.value)))
            for x in (number.value, number.ci_low, number.ci_high)
        )
        out.append((rows.loc[i, "label"], printed_text(number), y, low, high, rows.loc[i, "design_class"]))
    return pd.DataFrame(out, columns=["label", "printed", "y", "low", "high", "design"])


def implied_and_observed(
    chains: pd.DataFrame, register: Register, observed: Mapping[str, str], edges: pd.DataFrame
) -> pd.DataFrame:
    """Products of links above observed associations, on the scale of r, as the figure of estimates reads them."""
    designs = edges.drop_duplicates("register_id").set_index("register_id")["design_class"]
    rows = [
        ("implied by the links", c.chain, c.product, c.low, c.high, "product of links") for c in chains.itertuples()
    ]
    for name, i in observed.items():
        one = link(register.number(i))
        rows.append(("observed: trauma and borderline disorder", name, one.value, *one.interval, designs[i]))
    return pd.DataFrame(rows, columns=["group", "label", "y", "low", "high", "design"])


_SYMBOLS = {"proportion": "r²", "a2": "a²", "e2": "e²", "path": "β", "percent": ""}


def printed_text(number: PublishedNumber) -> str:
    """Statistic and value as printed: 'd 1.68', 'a² 46 %'."""
    if not number.is_number:
        return ""
    symbol = _SYMBOLS.get(number.statistic, number.statistic)
    percent = " %" if number.unit.startswith("percent") else ""
    return f"{symbol} {number.value.text}{percent}".strip().replace("-", "−")


def drawn_arrows(graph: pd.DataFrame, register: Register) -> pd.DataFrame:
    """The arrows as the graph figure reads them; paths of several arrows are not drawn.

    Returns
    -------
    pandas.DataFrame
        ``edge, from, to, sign, estimate, design``.
    """
    rows = graph[graph["kind"].isin(["arrow", "rival cause"])]
    return pd.DataFrame(
        {
            "edge": rows["row_id"],
            "from": rows["from_box"],
            "to": rows["to_box"],
            "sign": rows["sign"].str.replace("-", "−"),
            "estimate": [best_text(best, register) for best in rows["best"]],
            "design": rows["design"],
        }
    ).reset_index(drop=True)


def boxes(graph: pd.DataFrame) -> dict[str, str]:
    """Every box with its kind: boxes that only another explanation names are rival causes."""
    kinds = {}
    for row in graph.itertuples():
        rival = row.kind == "rival cause"
        for box, mine in ((row.from_box, "rival cause" if rival else "theory"), (row.to_box, "theory")):
            kinds[box] = "theory" if kinds.get(box) == "theory" else mine
    return kinds


def best_text(best, register: Register) -> str:
    """The estimates that stand for an arrow: 'd 0.36 to 1.68'; empty where no number was seen."""
    if not isinstance(best, str) or not best:
        return ""
    numbers = [register.number(i.strip()) for i in best.split(";")]
    first = printed_text(numbers[0])
    return f"{first} to {numbers[-1].value.text}" if len(numbers) > 1 else first


def evidence_table(graph: pd.DataFrame, edges: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Every arrow and path with its best evidence: design, k, N, interval, weak point, rating."""
    by_id = edges.drop_duplicates("register_id").set_index("register_id")
    out = []
    for row in graph.itertuples():
        best = [i.strip() for i in row.best.split(";")] if isinstance(row.best, str) and row.best else []
        rows = [by_id.loc[i] for i in best]
        numbers = [register.number(i) for i in best]
        intervals = [
            f"{n.ci_low.text} to {n.ci_high.text}".replace("-", "−") if n.ci_low else "not printed"
            for n in numbers
            if n.is_number
        ]
        out.append(
            {
                "Arrow": row.row_id,
                "From → to (sign)": f"{row.from_box} → {row.to_box} ({row.sign.replace('-', '−')})",
                "Best evidence seen": "; ".join(filter(None, (printed_text(n) for n in numbers)))
                or ("no number" if best else "none"),
                "Interval": "; ".join(dict.fromkeys(intervals)) or "–",
                "k": "; ".join(dict.fromkeys(_size(r, "k") for r in rows)) or "–",
                "N": "; ".join(dict.fromkeys(_size(r, "n") for r in rows)) or "–",
                "Design": row.design,
                "Source": "; ".join(dict.fromkeys(n.study for n in numbers)) or "–",
                "Weak point": row.weak_point,
                "Support (our rating)": row.support,
            }
        )
    return pd.DataFrame(out)


def _size(row, name: str) -> str:
    whole = " in the whole review" if str(row["scope"]).startswith("whole") else ""
    if name == "n" and np.isnan(row["n"]) and not np.isnan(row["n_group1"]):
        return f"{int(row['n_group1']):,} and {int(row['n_group2']):,}{whole}"
    if np.isnan(row[name]):
        return "not printed" if name == "n" or row["design_class"].startswith("pooled") else "one sample"
    unit = f" {row['k_unit']}" if name == "k" and isinstance(row["k_unit"], str) and row["k_unit"] else ""
    return f"{int(row[name]):,}{unit}{whole}"


class Contrast(NamedTuple):
    """Difference of two estimates on the scale of comparison (log for odds ratios, Fisher's z for correlations)."""

    difference: float
    low: float
    high: float
    p: float  # two-sided


def contrast(first: PublishedNumber, second: PublishedNumber, *, level: float = 0.95) -> Contrast:
    """Difference of two printed estimates of one kind, taken as independent (Altman & Bland, 2003, BMJ 326, 219).

    Samples that share studies make the estimates correlate; a positive correlation would make the true interval narrower.

    Raises
    ------
    RestatedError
        If the two are of different kinds or one has no interval.
    """
    if first.statistic != second.statistic or first.statistic not in COMPARED_ON:
        raise RestatedError(
            f"'{first.id}' and '{second.id}' cannot be compared", remedy="Give two odds ratios, two d or two r"
        )
    values, errors = zip(*(_value_and_error(n) for n in (first, second)), strict=True)
    difference, se = values[0] - values[1], float(np.hypot(*errors))
    half = norm.ppf(0.5 + level / 2) * se
    return Contrast(
        float(difference), float(difference - half), float(difference + half), float(2 * norm.sf(abs(difference) / se))
    )


def _value_and_error(number: PublishedNumber) -> tuple[float, float]:
    if number.ci_low is None or number.ci_high is None:
        raise RestatedError(f"'{number.id}' has no printed interval")
    to = COMPARED_ON[number.statistic]
    value, low, high = (float(to(float(x.value))) for x in (number.value, number.ci_low, number.ci_high))
    level = float(number.ci_level) if number.ci_level else USUAL_LEVEL
    return value, (high - low) / (2 * norm.ppf(0.5 + level / 200))


def exposure_shares(odds_ratio: float, among_controls: Sequence[float]) -> pd.DataFrame:
    """What an odds ratio of exposure means in shares: share of cases exposed and ratio of the two shares.

    Parameters
    ----------
    odds_ratio : float
    among_controls : sequence of float
        Assumed shares of controls exposed, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``controls, cases, ratio``.
    """
    p = np.asarray(among_controls, float)
    if ((p <= 0) | (p >= 1)).any():
        raise RestatedError("a share of exposed controls must lie between 0 and 1", field="among_controls")
    odds = odds_ratio * p / (1 - p)
    cases = odds / (1 + odds)
    return pd.DataFrame({"controls": p, "cases": cases, "ratio": cases / p})


def genetic_correlation_ceiling(a2_cause, a2_outcome):
    """Largest correlation that shared additive genes alone can make: sqrt(a2_cause a2_outcome), at a genetic correlation of 1.

    Falconer & Mackay (1996), Introduction to quantitative genetics, 4th ed., equation 19.1.
    """
    return np.sqrt(np.asarray(a2_cause, float) * np.asarray(a2_outcome, float))[()]


def class_counts(row: pd.Series) -> np.ndarray:
    """All sets of four whole counts that round to the printed percentages of a group and add up to its size.

    Parameters
    ----------
    row : pandas.Series
        Of ``aai-distributions``, with `n` and a printed percentage for every class.

    Returns
    -------
    ndarray of int, shape (sets, 4)
        In the order of :data:`CLASSES`.

    Raises
    ------
    RestatedError
        If the size or a percentage is missing.
    """
    if np.isnan(row["n"]) or not all(isinstance(row[c], str) and row[c] for c in CLASSES):
        raise RestatedError(f"'{row['row_id']}' has no size or not all percentages", remedy="Counts need both")
    n = int(row["n"])
    each = [counts(row[c], n).counts.tolist() for c in CLASSES]
    return np.array([c for c in product(*each) if sum(c) == n], dtype=int).reshape(-1, len(CLASSES))


def three_way_bounds(cells: Sequence[int]) -> pd.DataFrame:
    """Share each of three classes can have once the unresolved are sorted into them, whichever way.

    Parameters
    ----------
    cells : sequence of int
        Counts in the order of :data:`CLASSES`.

    Returns
    -------
    pandas.DataFrame
        ``class, count, lowest, highest``, shares in percent.
    """
    *three, unresolved = (int(c) for c in cells)
    n = sum(three) + unresolved
    return pd.DataFrame(
        [(name, c, 100 * c / n, 100 * (c + unresolved) / n) for name, c in zip(CLASSES[:3], three, strict=True)],
        columns=["class", "count", "lowest", "highest"],
    )


def distribution_bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups whose classes were printed, as the figure of stacked bars reads them.

    Counts stand in the segments where the print determines them, percentages otherwise. Unresolved coded on top of three classes
    is said beside the bar: it overlaps them.
    """
    out = []
    for _, row in rows.iterrows():
        given = {c: row[c] for c in CLASSES if isinstance(row[c], str) and row[c]}
        group = f"{row['group']}: {row['study']}"
        if row["scheme"] == "four-way" and len(given) == len(CLASSES):
            sets = class_counts(row)
            if len(sets) == 1:
                cells = dict(zip(CLASSES, sets[0], strict=True))
                out.append(
                    {
                        "group": group,
                        "note": f"exact counts, n = {int(row['n'])}",
                        **{c: 100 * k / row["n"] for c, k in cells.items()},
                        **{f"{c} text": str(k) for c, k in cells.items()},
                    }
                )
        elif row["scheme"] == "three-way, unresolved on top" and len(given) == len(CLASSES):
            out.append(
                {
                    "group": group,
                    "note": f"{given['unresolved']} % unresolved on top",
                    **{c: float(given[c]) if c != "unresolved" else np.nan for c in CLASSES},
                    **{f"{c} text": f"{given[c]} %" if c != "unresolved" else "" for c in CLASSES},
                }
            )
    return pd.DataFrame(out)


def sample_to_see(r: float, *, power: float = 0.80, alpha: float = 0.05) -> int:
    """People one sample needs to find a correlation with the given power, by Fisher's z, two-sided (Cohen, 1988, chapter 3)."""
    return int(np.ceil(((norm.ppf(1 - alpha / 2) + norm.ppf(power)) / np.arctanh(abs(r))) ** 2 + 3))


def power_to_see(r: float, n: int, *, alpha: float = 0.05) -> float:
    """Power of one sample of `n` to find a correlation, by Fisher's z, two-sided."""
    shift, critical = np.arctanh(abs(r)) * np.sqrt(n - 3), norm.ppf(1 - alpha / 2)
    return float(norm.sf(critical - shift) + norm.cdf(-critical - shift))
