"""What attachment predicts: printed pooled differences, their precision, and what they allow.

Everything here rests on printed numbers. Intervals of the two reviews that print no level are read as 95 % intervals, the
convention of the series; `level` arguments let that be varied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from restated.audit.intervals import centred
from restated.errors import RestatedError
from restated.estimate import contrasts, individuals
from restated.estimate.effects import d_to_r, r_to_d
from restated.reconstruct import studysets, totals
from restated_book.ledger import in_digits
from review.findings.transmission import printed_over_time

#: The three reviews, in the order of their outcomes on the page, with the printed id of each pattern.
REVIEWS = {
    "Peers: less social competence": ("groh2014", ("security", "avoidance", "resistance", "disorganization")),
    "Externalizing: more problems": ("fearon2010", ("insecurity", "avoidance", "resistance", "disorganization")),
    "Internalizing: more symptoms": ("groh2012", ("insecurity", "avoidance", "resistance", "disorganization")),
}
#: The insecure groups as rows name them; security is the same contrast as insecurity, read from the other side.
PATTERN = {
    "security": "insecure",
    "insecurity": "insecure",
    "avoidance": "avoidant",
    "resistance": "resistant",
    "disorganization": "disorganized",
}
HEADLINES = ("groh2014-security-d", "fearon2010-insecurity-d", "groh2012-insecurity-d")
OUTCOMES = ("peers", "externalizing", "internalizing")

#: Level of an interval whose level was not printed: the convention of the series.
CONVENTION = 0.95
#: Smallest sample in the sets of sizes: an assumption, below the smallest samples of the neighbouring study tables.
MIN_N = 10
#: Spread of sample sizes called ordinary: standard deviation of the logarithm. At the larger value the largest sample has
#: 350 to 600 of the children of these reviews, as the largest cohorts do.
SPREADS = (0.7, 1.0)


class Stated(NamedTuple):
    """A comparison that an abstract states in words."""

    id: str  # of the statement in the register
    name: str
    first: str
    second: str
    stronger: bool


STATED = (
    Stated(
        "groh2014-peers-vs-internalizing",
        "security: peers against internalizing",
        "groh2014-security-d",
        "groh2012-insecurity-d",
        True,
    ),
    Stated(
        "groh2014-peers-vs-externalizing",
        "security: peers against externalizing",
        "groh2014-security-d",
        "fearon2010-insecurity-d",
        False,
    ),
    Stated(
        "groh2012-insecurity-ext-vs-int",
        "insecurity: externalizing against internalizing",
        "fearon2010-insecurity-d",
        "groh2012-insecurity-d",
        True,
    ),
    Stated(
        "groh2012-disorganization-ext-vs-int",
        "disorganization: externalizing against internalizing",
        "fearon2010-disorganization-d",
        "groh2012-disorganization-d",
        True,
    ),
)

#: Error of sums of numbers with two decimals; far below a digit of print.
SLACK = 1e-12

_SAID = re.compile(r"significance printed in words: ([^;]+)")


def ids() -> list[str]:
    """Printed ids of the twelve estimates, review by review."""
    return [f"{key}-{pattern}-d" for key, patterns in REVIEWS.values() for pattern in patterns]


def printed_estimates(numbers) -> pd.DataFrame:
    """The twelve printed estimates as the figure reads them.

    Parameters
    ----------
    numbers : restated_book.register.Register

    Returns
    -------
    pandas.DataFrame
        ``group, label, value, low, high, strong, k, n, grade, id``.
    """
    rows = []
    for group, (key, patterns) in REVIEWS.items():
        for i, pattern in enumerate(patterns):
            n = numbers.number(f"{key}-{pattern}-d")
            total = f"{int(n.n):,}" if n.n else "–"
            rows.append((group, PATTERN[pattern], *_printed(n), i == 0, n.k or "–", total, n.grade, n.id))
    return pd.DataFrame(rows, columns=["group", "label", "value", "low", "high", "strong", "k", "n", "grade", "id"])


def written(low: Sequence[float], high: Sequence[float], digits: int) -> list[str]:
    """Ranges for a table cell: "3.52 to 4.30", one number where both ends show the same digits, "< 0.0001" for less."""

    def one(x: float) -> str:
        return f"< {10.0**-digits:.{digits}f}" if 0 < x < 0.5 * 10.0**-digits else in_digits(x, digits)

    return [one(a) if one(a) == one(b) else f"{one(a)} to {one(b)}" for a, b in zip(low, high, strict=True)]


def _printed(n) -> tuple[float, float, float]:
    return tuple(np.nan if x is None else float(x.value) for x in (n.value, n.ci_low, n.ci_high))


def level_of(n, convention: float = CONVENTION) -> float:
    """Confidence level of a printed interval, or the convention where none was printed."""
    return float(n.ci_level) / 100 if n.ci_level else convention


def se_box(n, *, convention: float = CONVENTION) -> tuple[float, float]:
    """Standard errors a printed interval stands for.

    Raises
    ------
    RestatedError
        If no interval was printed.
    """
    if n.ci_low is None or n.ci_high is None:
        raise RestatedError(f"'{n.id}' was printed without an interval", remedy="Leave it out, and say so")
    ends = [(float(x.low), float(x.high)) for x in (n.ci_low, n.ci_high)]
    return contrasts.standard_error(*ends, level=level_of(n, convention))


def precision(numbers, which: Sequence[str]) -> pd.DataFrame:
    """Standard error, z and p that printed intervals imply over the rounding box, and whether the estimate is central.

    Returns
    -------
    pandas.DataFrame
        ``id, d, se_low, se_high, z_low, z_high, p_low, p_high, middle_low, middle_high, centred, said``; `said` is the
        significance the source prints in words.
    """
    rows = []
    for n in (numbers.number(i) for i in which):
        se = se_box(n)
        z = contrasts.z_difference(n.interval, (0.0, 0.0), se, (1e-12, 1e-12))
        middle = centred(n.value, n.ci_low, n.ci_high, ["plain"])
        said = _SAID.search(n.note)
        rows.append(
            (
                n.id,
                n.value.text,
                *se,
                *z,
                *contrasts.two_sided_p(z),
                middle.low,
                middle.high,
                middle.fits,
                said.group(1).strip() if said else "",
            )
        )
    names = [
        "id",
        "d",
        "se_low",
        "se_high",
        "z_low",
        "z_high",
        "p_low",
        "p_high",
        "middle_low",
        "middle_high",
        "centred",
        "said",
    ]
    return pd.DataFrame(rows, columns=names)


def tested(numbers, pairs, *, rho: float = 0.0, convention: float = CONVENTION) -> pd.DataFrame:
    """Differences of printed estimates, with the range rounding leaves open.

    Parameters
    ----------
    numbers : restated_book.register.Register
    pairs : iterable of Stated
    rho : float
        Correlation of the two estimates.
    convention : float
        Level of intervals without a printed level.

    Returns
    -------
    pandas.DataFrame
        ``id, name, stronger, difference, difference_low, difference_high, z_low, z_high, p_low, p_high, gap_low,
        gap_high``; the gap is the distance between the two 85 % intervals, negative where they overlap.
    """
    rows = []
    for pair in pairs:
        a, b = numbers.number(pair.first), numbers.number(pair.second)
        boxes = a.interval, b.interval, se_box(a, convention=convention), se_box(b, convention=convention)
        z = contrasts.z_difference(*boxes, rho=rho)
        ends = [contrasts.interval(d, se, level=0.85) for d, se in zip(boxes[:2], boxes[2:], strict=True)]
        above = ends[0][0][0] - ends[1][1][1], ends[0][0][1] - ends[1][1][0]
        below = ends[1][0][0] - ends[0][1][1], ends[1][0][1] - ends[0][1][0]
        gap = max(above, below)
        middle = float(a.value.value) - float(b.value.value)
        rows.append(
            (
                pair.id,
                pair.name,
                pair.stronger,
                middle,
                a.low - b.high,
                a.high - b.low,
                *z,
                *contrasts.two_sided_p(z),
                *gap,
            )
        )
    names = [
        "id",
        "name",
        "stronger",
        "difference",
        "difference_low",
        "difference_high",
        "z_low",
        "z_high",
        "p_low",
        "p_high",
        "gap_low",
        "gap_high",
    ]
    return pd.DataFrame(rows, columns=names)


def every_pair() -> list[Stated]:
    """The twelve pairs of outcomes within each pattern; the larger printed order of the reviews comes first."""
    names = list(REVIEWS.values())
    pairs = []
    for p in range(4):
        for i, j in ((0, 1), (0, 2), (1, 2)):
            first, second = (f"{names[x][0]}-{names[x][1][p]}-d" for x in (i, j))
            pairs.append(
                Stated("", f"{PATTERN[names[i][1][p]]}: {OUTCOMES[i]} against {OUTCOMES[j]}", first, second, False)
            )
    return pairs


def dependence(numbers, grid: Sequence[float]) -> pd.DataFrame:
    """z of each stated difference as the two estimates are allowed to correlate: ``comparison, rho, z_low, z_high``."""
    parts = [tested(numbers, STATED, rho=float(rho)).assign(rho=float(rho)) for rho in grid]
    table = pd.concat(parts, ignore_index=True).rename(columns={"name": "comparison"})
    order = {pair.name: i for i, pair in enumerate(STATED)}
    table = table.sort_values("comparison", key=lambda s: s.map(order), kind="stable", ignore_index=True)
    return table[["comparison", "rho", "z_low", "z_high"]]


def rho_needed(numbers, pair: Stated, grid: Sequence[float]) -> tuple[float, float]:
    """Correlation from which a difference is significant at 5 %: for some of the box, and for all of it."""
    a, b = numbers.number(pair.first), numbers.number(pair.second)
    critical = float(stats.norm.ppf(0.975))
    return contrasts.least_rho(a.interval, b.interval, se_box(a), se_box(b), critical=critical, grid=grid)


#: Lower limits of two 85 % intervals as the excerpt shows them, without the sign that may have stood before them. They are
#: no printed numbers of the register: which sign they had is a question, answered by arithmetic.
SIGN_LOST = {"fearon2010-resistance-externalizing-85": "0.01", "fearon2010-resistance-aggression-85": "0.10"}
BESIDE_TABLE_5 = (
    "fearon2010-avoidance-externalizing-85",
    "fearon2010-avoidance-aggression-85",
    "fearon2010-resistance-externalizing-85",
    "fearon2010-resistance-aggression-85",
    "fearon2010-disorganization-externalizing-85",
)


def lower_limit(n) -> tuple[float, float]:
    """Lower limit of a symmetrical interval from its estimate and upper limit, over the rounding box."""
    upper = float(n.ci_high.low), float(n.ci_high.high)
    return 2 * n.low - upper[1], 2 * n.high - upper[0]


def signs(numbers) -> pd.DataFrame:
    """Which sign the digits with a lost sign can have had, if the interval is symmetrical.

    Returns
    -------
    pandas.DataFrame
        ``id, shown, low, high, minus, plus``: the digits, the limit that symmetry implies, and whether the digits agree
        with it under either sign. A limit must also not exceed its estimate.
    """
    rows = []
    for id, shown in SIGN_LOST.items():
        n = numbers.number(id)
        low, high = lower_limit(n)
        half = 0.5 * 10.0 ** -len(shown.partition(".")[2])

        def agrees(value, low=low, high=high, half=half, most=n.high) -> bool:
            # Boxes that only touch share one point: a rounding tie at all of the numbers at once.
            return low + SLACK < value + half and value - half < high - SLACK and value - half < most

        rows.append((id, shown, low, high, agrees(-float(shown)), agrees(float(shown))))
    return pd.DataFrame(rows, columns=["id", "shown", "low", "high", "minus", "plus"])


def at_other_level(n, level: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Boxes of the two ends of a printed interval at another confidence level, around the printed estimate."""
    return contrasts.interval(n.interval, se_box(n), level=level)


def heterogeneity(numbers, which: Sequence[str], *, draws: int, seed: int) -> pd.DataFrame:
    """Spread of true effects that a printed interval, k and N imply, though no study size was printed.

    The model is assumed: inverse-variance weights, a Wald interval, variances c / n. The range over *all* sizes and all
    group shares is exact (:mod:`restated.reconstruct.totals`); the ordinary range rests on drawn sizes (`SPREADS`), two
    groups of one size, and the middle of the rounding box.

    Returns
    -------
    pandas.DataFrame
        One row per estimate: ``id, k, n, sampling_se`` (smallest sampling error of N children), ``se_low, se_high``
        (printed), ``share_alone`` (largest share of the smaller group at which sampling error alone explains the interval),
        ``tau_highest`` (any sizes, any shares), ``tau_low, tau_high`` (ordinary sizes), ``inner_low, inner_high`` and
        ``pi_low, pi_high`` (95 % prediction limits at these two, t with k - 2 degrees of freedom).
    """
    rows = []
    for n in (numbers.number(i) for i in which):
        k, total = int(n.k), int(n.n)
        se = se_box(n)
        value = float(n.value.value)
        c = totals.variance_factor(0.5, value)
        highest = totals.tau2_range_from_se(k, total, se, c=totals.variance_factor(), min_n=MIN_N).high
        middle = sum(se) / 2
        tau2 = np.array([totals.tau2_from_se(s, c, middle) for s in _sizes(k, total, draws, seed)])
        low, high = np.nanmin(tau2), np.nanmax(tau2)
        share_alone = (1 - np.sqrt(max(0.0, 1 - 4 / (se[0] ** 2 * total)))) / 2
        inner, outer = (stats.t.ppf(0.975, k - 2) * np.sqrt(x + middle**2) for x in (low, high))
        rows.append(
            (
                n.id,
                k,
                total,
                np.sqrt(4 / total),
                *se,
                share_alone,
                np.sqrt(highest),
                np.sqrt(low),
                np.sqrt(high),
                value - inner,
                value + inner,
                value - outer,
                value + outer,
            )
        )
    names = [
        "id",
        "k",
        "n",
        "sampling_se",
        "se_low",
        "se_high",
        "share_alone",
        "tau_highest",
        "tau_low",
        "tau_high",
        "inner_low",
        "inner_high",
        "pi_low",
        "pi_high",
    ]
    return pd.DataFrame(rows, columns=names)


def prediction(n, tau: float) -> tuple[float, float]:
    """95 % prediction limits of a printed estimate at a spread of true effects, t with k - 2 degrees of freedom.

    The standard error is the smallest that the printed interval stands for: the limits are the narrowest.
    """
    value = float(n.value.value)
    spread = stats.t.ppf(0.975, int(n.k) - 2) * np.sqrt(tau**2 + se_box(n)[0] ** 2)
    return float(value - spread), float(value + spread)


def _sizes(k: int, total: int, draws: int, seed: int, min_n: int = MIN_N) -> np.ndarray:
    """Drawn sizes of both ordinary spreads, shape (2 draws, k)."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [studysets.sizes(k, total, min_n=min_n, size_shape=spread, draws=draws, rng=rng) for spread in SPREADS]
    )


class FromQ(NamedTuple):
    """What a printed Q says.

    Attributes
    ----------
    i2 : (float, float)
        I² from Q, (Q - k + 1) / Q, in percent.
    p : (float, float)
        p of Q, chi-square with k - 1 degrees of freedom.
    tau_least : float
        Least DerSimonian-Laird tau, over all sizes and group shares.
    tau_most : float
        Greatest tau that the printed interval allows, over all sizes and group shares.
    """

    i2: tuple[float, float]
    p: tuple[float, float]
    tau_least: float
    tau_most: float


def from_q(q, estimate) -> FromQ:
    """Heterogeneity from a printed Q and the printed interval beside it.

    Parameters
    ----------
    q, estimate : restated_book.register.PublishedNumber
        Both with k and N of the set.
    """
    k, total = int(q.k), int(q.n)
    i2 = tuple(100 * max(0.0, (x - k + 1) / x) for x in q.interval)
    p = float(stats.chi2.sf(q.high, k - 1)), float(stats.chi2.sf(q.low, k - 1))
    c = totals.variance_factor()
    least = totals.tau2_range_from_q(k, total, q.interval, c=c, min_n=MIN_N).low
    most = totals.tau2_range_from_se(k, total, se_box(estimate), c=c, min_n=MIN_N).high
    return FromQ(i2, p, float(np.sqrt(least)), float(np.sqrt(most)))


def q_against_interval(q, estimate, shares: Sequence[float], *, draws: int, seed: int) -> pd.DataFrame:
    """Does the printed Q lead to the printed interval? The standard error it implies, by the share of the smaller group.

    Returns
    -------
    pandas.DataFrame
        ``share, se_equal`` (sizes as equal as can be: the least), ``se_low, se_high`` (drawn ordinary sizes), ``printed_low,
        printed_high`` and ``fits``, which sizes lead to the printed interval.
    """
    k, total = int(q.k), int(q.n)
    printed = se_box(estimate)
    equal, _ = totals.extreme_sizes(k, total, min_n=MIN_N)
    drawn = _sizes(k, total, draws, seed)
    rows = []
    for share in shares:
        c = totals.variance_factor(share, float(estimate.value.value))
        least = float(totals.se_from_q(equal, c, q.low))
        ses = totals.se_from_q(drawn, c, float(q.value.value))
        low, high = float(ses.min()), float(ses.max())
        fits = (
            "none"
            if least > printed[1]
            else "more unequal than ordinary"
            if high < printed[0]
            else "more equal than ordinary"
            if low > printed[1]
            else "ordinary"
        )
        rows.append((share, least, low, high, *printed, fits))
    return pd.DataFrame(rows, columns=["share", "se_equal", "se_low", "se_high", "printed_low", "printed_high", "fits"])


class CutOff(NamedTuple):
    """A row that was cut off, recovered from the total and the other row.

    Attributes
    ----------
    contrast_q : (float, float)
        Q of the contrast that the two printed rows imply, without using the printed one.
    value, low, high : (float, float)
        Estimate and 95 % limits of the row cut off, given the printed contrast as well.
    """

    contrast_q: tuple[float, float]
    value: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]


#: Points a side of the grid on which the recovered row is looked for; finer changes its ends in the third decimal at most.
GRID = 201


def cut_off_row(total, part, contrast) -> CutOff:
    """The other part of a total, if the total is the precision-weighted mean of two parts.

    With precisions W and w of total and known part, the other has w' = W - w and d' = (d W - d_part w) / w', and the
    contrast is Q = (d' - d_part)^2 / (1/w + 1/w') = (d - d_part)^2 W w / w'. This is exact if both parts share one tau2,
    and an approximation otherwise.

    Parameters
    ----------
    total, part, contrast : restated_book.register.PublishedNumber

    Raises
    ------
    RestatedError
        If no values inside the rounding boxes agree with the printed contrast.
    """
    (t0, t1), (p0, p1) = se_box(total), se_box(part)
    st, sp = np.meshgrid(np.linspace(t0, t1, GRID), np.linspace(p0, p1, GRID))
    whole, known = 1 / st**2, 1 / sp**2
    other = whole - known
    if (other <= 0).any():
        raise RestatedError(f"'{total.id}' is not more precise than its part '{part.id}'")
    gap = total.low - part.high, total.high - part.low
    if gap[0] <= 0:
        raise RestatedError(f"'{total.id}' and '{part.id}' may be equal: the other row has no bound")
    factor = whole * known / other
    implied = float(gap[0] ** 2 * factor.min()), float(gap[1] ** 2 * factor.max())
    q = np.linspace(contrast.low, contrast.high, 3)[:, None, None]
    needed = np.sqrt(q / factor)
    fits = (needed >= gap[0]) & (needed <= gap[1])
    if not fits.any():
        raise RestatedError(f"no values agree with the printed contrast '{contrast.id}'")
    distance = np.sqrt(q * (1 / known + 1 / other))[fits]
    se = np.broadcast_to(1 / np.sqrt(other), fits.shape)[fits]
    quantile = stats.norm.ppf(0.975)
    low, high = distance - quantile * se, distance + quantile * se
    return CutOff(implied, *((float(part.low + x.min()), float(part.high + x.max())) for x in (distance, low, high)))


def r_box(n) -> tuple[float, float]:
    """Correlations (two groups of one size) a printed d stands for."""
    return float(d_to_r(n.low)), float(d_to_r(n.high))


def d_box(low: float, high: float) -> tuple[float, float]:
    """Differences (two groups of one size) a box of correlations stands for."""
    return float(r_to_d(low)), float(r_to_d(high))


def over_time_rows(numbers, series: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Printed estimates by year on the scale of r, differences converted for two groups of one size.

    An id that ends in ``-adjusted`` is labelled so. Columns as :func:`review.findings.transmission.printed_over_time`.
    """
    rows = printed_over_time(numbers, series)
    for i, id in enumerate(id for members in series.values() for id in members):
        if id.endswith("-adjusted"):
            rows.loc[i, "label"] += ", adjusted"
        if numbers.number(id).statistic == "d":
            for name in ("value", "low", "high"):
                rows.loc[i, name] = d_to_r(rows.loc[i, name])
    return rows.drop(columns="text")


def for_people(effects: dict[str, tuple[float, float, float]], *, base: float, share: float = 0.1) -> pd.DataFrame:
    """What mean differences mean for children, under normal distributions of one spread.

    Parameters
    ----------
    effects : dict
        Name to (d, lower limit, upper limit).
    base : float
        Share of insecure children.
    share : float
        The outermost share of all children.

    Returns
    -------
    pandas.DataFrame
        ``label, d, overlap, superiority, risk_lower, risk_higher, ratio, share_higher`` and, for the limits of d,
        ``<name>_at_low`` and ``<name>_at_high`` of the last four.
    """
    rows = []
    for label, ends in effects.items():
        at = [individuals.outermost(d, base=base, share=share) for d in ends]
        row = {
            "label": label,
            "d": ends[0],
            "overlap": individuals.overlap(ends[0]),
            "superiority": individuals.superiority(ends[0]),
        }
        for suffix, risks in zip(("", "_at_low", "_at_high"), at, strict=True):
            row |= {
                f"risk_lower{suffix}": risks.lower,
                f"risk_higher{suffix}": risks.higher,
                f"ratio{suffix}": risks.ratio,
                f"share_higher{suffix}": risks.share_higher,
            }
        rows.append(row)
    return pd.DataFrame(rows)
