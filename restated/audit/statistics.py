"""Test statistics against p, and Q against I².

References
----------
Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I²).
"""

import re
from collections.abc import Sequence

from restated.audit.comparison import Comparison, box, overlap, p_interval, p_power, share_refused, span
from restated.printed import Printed
from restated.reconstruct.pvalues import p_of_statistic

#: The conventional level at which readers decide; the detail names two p on different sides of it.
ALPHA = 0.05

_DF = re.compile(r"df\s*=\s*(\d+(?:\.\d+)?)(?:\s*,\s*(\d+(?:\.\d+)?))?")


def statistic_against_p(kind: str, statistic: Printed, df: Sequence[float], p: Printed) -> Comparison:
    """Check if a printed p follows from the printed test statistic.

    Parameters
    ----------
    kind : str
        As for `restated.reconstruct.pvalues.p_of_statistic`.
    statistic : Printed
    df : sequence of float
    p : Printed

    Returns
    -------
    Comparison
        `low`, `high`: the two-sided p. Digits of p cut off, or a one-sided p, are mentioned where only they would fit.
    """
    low, high = p_of_statistic(kind, box(statistic), df)
    printed = p_interval(p)
    fits = overlap((low, high), printed)
    text = f"the statistic implies p = {span(low, high)}"
    if not fits:
        if p.kind == "rounded" and overlap((low, high), p_interval(p.cut_off())):
            text += "; the print would fit if its digits were cut off instead of rounded"
        one_sided = kind in ("z", "t") or (kind in ("chi2", "Q", "F") and df[0] == 1)
        if one_sided and overlap((low / 2, high / 2), printed):
            text += f"; half of it, as in a one-sided test, is {span(low / 2, high / 2)} and would fit"
        if (low > ALPHA and printed[1] <= ALPHA) or (high < ALPHA and printed[0] >= ALPHA):
            text += "; the two lie on different sides of .05"
    return Comparison(fits, low, high, p_power(p, low, high), text)


def i2_of_q(q: Printed, df: int, i2: Printed) -> Comparison:
    """Check if a printed I² (percent) follows from Q and its degrees of freedom: max(0, (Q - df) / Q)."""
    low, high = (100 * max(0.0, (x - df) / x) if x > 0 else 0.0 for x in box(q))
    return Comparison(
        overlap((low, high), box(i2)),
        low,
        high,
        share_refused(i2, 0, 100, [(low, high)]),
        f"Q and its {df} degrees of freedom imply I² = {span(low, high)} %",
    )


def parse_df(text: str) -> tuple[float, ...]:
    """Return the degrees of freedom in words such as 'chi-square, df = 9' or 'F, df = 2, 57'; empty without any."""
    match = _DF.search(text)
    return tuple(float(d) for d in match.groups() if d is not None) if match else ()
