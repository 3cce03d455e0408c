"""Test statistics against p, and Q against I².

References
----------
Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I²).
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from restated.audit.comparison import Comparison, box, compare, compare_p, overlap, p_interval, span
from restated.printed import Printed, parse
from restated.reconstruct.pvalues import SIGNED, p_of_statistic

#: The conventional level at which readers decide; the detail names two p on different sides of it.
ALPHA = 0.05

_DF = re.compile(r"df\s*=\s*(\d+(?:\.\d+)?)(?:\s*,\s*(\d+(?:\.\d+)?))?")

_ONE_DF = re.compile(r"df\s*=\s*(\d+(?:[.,]\d+)*)")


def statistic_against_p(kind: str, statistic: Printed, df: Sequence[float], p: Printed) -> Comparison:
    """Check if a printed p (two-sided) follows from the test statistic; kinds are those of `p_of_statistic`.

    Digits of p cut off, or a one-sided p, are mentioned where only they would fit.
    """
    low, high = p_of_statistic(kind, statistic, df)
    found = compare_p(p, low, high, f"the statistic implies p = {span(low, high)}")
    if found.fits:
        return found
    text, printed = found.detail, p_interval(p)
    if p.kind == "rounded" and overlap((low, high), p_interval(p.cut_off())):
        text += "; the print would fit if its digits were cut off instead of rounded"
    one_sided = kind in SIGNED or (kind in ("chi2", "Q", "F") and df[0] == 1)
    if one_sided and overlap((low / 2, high / 2), printed):
        text += f"; half of it, as in a one-sided test, is {span(low / 2, high / 2)} and would fit"
    if (low > ALPHA and printed[1] <= ALPHA) or (high < ALPHA and printed[0] >= ALPHA):
        text += "; the two lie on different sides of .05"
    return replace(found, detail=text)


def i2_of_q(q: Printed, df: int, i2: Printed) -> Comparison:
    """Check if a printed I² (percent) follows from Q and its degrees of freedom: max(0, (Q - df) / Q)."""
    low, high = (100 * _share_above(x, df) for x in box(q))
    text = f"Q and its {df} degrees of freedom imply I² = {span(low, high)} %"
    return compare(i2, [(low, high)], 0, 100, text)


def _share_above(q: float, df: int) -> float:
    if math.isinf(q):
        return float(q > 0)
    return max(0.0, (q - df) / q) if q > 0 else 0.0


def parse_df(text: str, count: int | None = None) -> tuple[float, ...]:
    """Return the degrees of freedom in words such as 'chi-square, df = 9' or 'F, df = 2, 57'; empty without any.

    Where there is a `count` of 1, a comma parts decimals or thousands; `parse` raises a RestatedError if it is unclear.
    """
    if count == 1:
        one = _ONE_DF.search(text)
        return (float(parse(one[1]).value or 0),) if one else ()
    match = _DF.search(text)
    return tuple(float(d) for d in match.groups() if d is not None) if match else ()
