"""Numbers of the review of 2010 that its excerpt shows in part: lost signs and a row that was cut off."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from restated import words
from restated.errors import RestatedError
from restated_book.register import PublishedNumber, Register
from review.findings.numbers import rounding
from review.findings.sequelae.estimates import se_box

#: Lower limits of two 85 % intervals in the excerpt, without a possible sign, which arithmetic answers: not printed.
SIGN_LOST = {"fearon2010-resistance-externalizing-85": "0.01", "fearon2010-resistance-aggression-85": "0.10"}
#: Estimates with 85 % intervals next to Table 5.
NEXT_TO_TABLE_5: list[str] = words.tables(__file__)["next_to_table_5"]
SLACK = 1e-12  #: Error of sums of numbers with two decimals; far below a digit of print
#: Points a side of the grid over the rounding box of the recovered row; finer changes the third decimal at most.
GRID = 201


def lower_limit(n: PublishedNumber) -> tuple[float, float]:
    """Return the lower limit of a symmetrical interval from its estimate and upper limit, over the rounding box."""
    if n.ci_high is None:
        raise RestatedError(f"'{n.id}' was printed without an upper limit")
    low, high = rounding(n.ci_high, "ci_high")
    return 2 * n.low - high, 2 * n.high - low


def signs(register: Register) -> pd.DataFrame:
    """Test both signs of the digits with a lost sign, if the interval is symmetrical.

    ``low, high`` are of the limit that symmetry implies; ``minus`` and ``plus`` are True where the digits agree with it
    under that sign. A limit must also not exceed its estimate.
    """
    rows = []
    for id, shown in SIGN_LOST.items():
        n = register.number(id)
        low, high = lower_limit(n)
        half = 0.5 * 10.0 ** -len(shown.partition(".")[2])
        # Boxes that only touch share one point: a rounding tie at all of the numbers at once.
        minus, plus = (
            low + SLACK < x + half and x - half < high - SLACK and x - half < n.high
            for x in (-float(shown), float(shown))
        )
        rows.append((id, shown, low, high, minus, plus))
    return pd.DataFrame(rows, columns=["id", "shown", "low", "high", "minus", "plus"])


class CutOff(NamedTuple):
    """A row that was cut off, recovered from the total and the other row; each range lower end first."""

    contrast_q: tuple[float, float]  # Q of the contrast that the two printed rows imply without the printed one
    value: tuple[float, float]  # estimate and 95 % limits of the row, given the printed contrast as well
    low: tuple[float, float]
    high: tuple[float, float]


def cut_off_row(total: PublishedNumber, part: PublishedNumber, contrast: PublishedNumber) -> CutOff:
    """Recover the other part of a total, if the total is the precision-weighted mean of two parts.

    With precisions W and w of total and known part, the other has w' = W - w and d' = (d W - d_part w) / w', and the
    contrast is Q = (d' - d_part)^2 / (1/w + 1/w') = (d - d_part)^2 W w / w'. This is exact if both parts share one
    tau2, and an approximation otherwise. Boxes without such values are refused.
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
    implied_gap = np.sqrt(q / factor)
    fits = (implied_gap >= gap[0]) & (implied_gap <= gap[1])
    if not fits.any():
        raise RestatedError(f"no values agree with the printed contrast '{contrast.id}'")
    distance = np.sqrt(q * (1 / known + 1 / other))[fits]
    se = np.broadcast_to(1 / np.sqrt(other), fits.shape)[fits]
    quantile = stats.norm.ppf(0.975)
    low, high = distance - quantile * se, distance + quantile * se
    return CutOff(implied, *((float(part.low + x.min()), float(part.high + x.max())) for x in (distance, low, high)))
