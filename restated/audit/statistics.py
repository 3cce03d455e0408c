"""Test statistics against p, and Q against I².

References: Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I²).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from restated.audit.comparison import Comparison, box, compare, compare_p, overlap, p_interval, span
from restated.errors import RestatedError
from restated.printed import Printed, parse
from restated.reconstruct.pvalues import SIGNED, p_of_statistic

ALPHA = 0.05  #: The conventional level at which readers decide; the detail names two p on different sides of it
#: Degrees of freedom, named or in brackets behind the name of a statistic, up to the next word.
_DF = re.compile(
    r"(?:\bd\.?f\.?1?(?:\s*=\s*|\s+)|^(?:[tfrqx]|chi[\w-]*|\u03c7)[\u00b22]?\s?\()([^a-z()<>]*)", re.IGNORECASE
)
_SECOND = re.compile(r"[,;]?\s*\bd\.?f\.?2\s*=?\s*", re.IGNORECASE)


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
        text += "; the published number would fit if its digits were cut off instead of rounded"
    one_sided = kind in SIGNED or (kind in ("chi2", "Q", "F") and df[0] == 1)
    if one_sided and overlap((low / 2, high / 2), printed):
        text += f"; half of it, as in a one-sided test, is {span(low / 2, high / 2)} and would fit"
    if (low > ALPHA and printed[1] <= ALPHA) or (high < ALPHA and printed[0] >= ALPHA):
        text += "; the two lie on different sides of .05"
    return replace(found, detail=text)


def i2_of_q(q: Printed, df: int, i2: Printed) -> Comparison:
    """Check if a printed I² (percent) follows from Q and its degrees of freedom: max(0, (Q - df) / Q)."""
    if df < 1:
        raise RestatedError("Q of fewer than two studies has no degrees of freedom", field="df")
    low, high = (100 * (max(0.0, 1 - df / x) if x > 0 else 0.0) for x in box(q))
    text = f"Q and its {df} degrees of freedom imply I² = {span(low, high)} %"
    return compare(i2, [(low, high)], 0, 100, text)


def parse_df(text: str, count: int) -> tuple[float, ...]:
    """Return the degrees of freedom in words such as 'chi-square, df = 9', 'F(2, 57)' or 'F, df1 = 2, df2 = 57'.

    Empty where the text names fewer than `count`; RestatedError if it names more, or one that is not positive or clear.
    """
    found = _DF.search(_SECOND.sub("; ", text)) if count else None
    if found is None:
        return ()
    given = found[1].strip(" ,;=-")
    parts = re.split(r"\s*;\s*|,\s+", given)
    if len(parts) < count:
        parts = given.split(",")
    if not given or len(parts) < count:
        return ()
    numbers = tuple(float(parse(part).value or 0) for part in parts)
    if len(numbers) != count or min(numbers) <= 0:
        needed = "1 degree" if count == 1 else f"{count} degrees"
        raise RestatedError(f"'{text}' does not give {needed} of freedom", remedy="Write them as df = 28 or df = 2, 57")
    return numbers
