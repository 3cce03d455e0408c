"""Chance that a study reports a change in one small group of its members, given the true change.

Each member's change has the same standard deviation s. The change of the m members of the group is estimated with the
error s / sqrt(m), its difference from the change of the n - m others with s sqrt(1 / m + 1 / (n - m)). The others do
not change on average. The pattern is that both are significant, two-sided, in the expected direction; their correlation
is the ratio of the two errors.

References: Cohen (1988), Statistical power analysis, 2nd ed., chapter 2 (power of a normal test).
"""

import math
from typing import NamedTuple

from scipy.special import ndtr, ndtri

from restated.arguments import check_finite, check_numbers, check_whole
from restated.errors import RestatedError
from restated.estimate.agreement import bivariate_normal

#: Two-sided level of the tests, and the power that makes a change detectable.
ALPHA, POWER = 0.05, 0.8
CRITICAL = float(ndtri(1 - ALPHA / 2))


class Pattern(NamedTuple):
    """Chances (0 to 1) of a significant change, of the whole pattern, and of it in at least one of several groups."""

    change: float
    pattern: float
    by_luck: float


def sd_of_change(detectable: float, group: float) -> float:
    """Return the SD of a member's change, from the smallest change a `group` of that size shows with 80 % power.

    Values that are not above 0 raise a RestatedError.
    """
    check_numbers(detectable=detectable, group=group)
    if not (0 < detectable < math.inf and 0 < group < math.inf):
        raise RestatedError("a detectable change and the size of a group are above 0", field="detectable, group")
    return detectable / (CRITICAL + float(ndtri(POWER))) * math.sqrt(group)


def chance(change: float, group: int, n: int, sd: float, *, groups: int = 1) -> Pattern:
    """Return the chances that a study of `n` members finds a `change` in a `group`.

    `change` (float): True average change of the group, in the units of `sd`; the others do not change. `group`, `n`
    (int): Members of the group and of the study; at least one member is outside. `sd` (float): Standard deviation of a
    member's change. `groups` (int): Groups of this size that are looked at. ``by_luck`` is the chance that at least one
    shows the pattern if nothing changes in any, taking them as independent.

    Raises a RestatedError if a size is not whole or does not fit, or `sd` is not above 0.
    """
    check_whole(1, group=group, n=n, groups=groups)
    check_finite(change=change, sd=sd)
    if group >= n:
        raise RestatedError(f"a group of {group} is not smaller than the study of {n}", field="group")
    if sd <= 0:
        raise RestatedError("the standard deviation is not above 0", field="sd")
    own, difference = sd / math.sqrt(group), sd * math.sqrt(1 / group + 1 / (n - group))

    def both(true: float) -> float:
        return float(bivariate_normal(true / own - CRITICAL, true / difference - CRITICAL, own / difference))

    return Pattern(float(ndtr(change / own - CRITICAL)), both(change), -math.expm1(groups * math.log1p(-both(0.0))))
