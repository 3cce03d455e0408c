"""Numbers that follow from other printed numbers by a formula, over all values that would print the same.

Each formula is monotone in every argument while the sign of its result holds: the corners of a rounding box span its
range. Variants that are not printed (a correction, a transformation, a test) are one set.

References: Hedges (1981), Journal of Educational Statistics 6, 107-128 (g). Sánchez-Meca, Marín-Martínez &
Chacón-Moscoso (2003), Psychological Methods 8, 448-467 (d from two shares). Altman (1991), Practical statistics for
medical research, chapter 9 (t from means and SDs, risk ratio). Wright (1934), Annals of Mathematical Statistics 5,
161-215 (indirect path).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import stats

from restated.arguments import check_level, check_option, check_whole
from restated.audit.comparison import Comparison, box, compare, compare_p, overlap, p_interval, share_refused, span
from restated.audit.scores import largest_sd
from restated.errors import RestatedError
from restated.estimate.contrasts import absolute
from restated.estimate.costs import t_test_from_moments
from restated.printed import Printed
from restated.reconstruct.tables import quantities, two_by_two

#: Least and greatest share of all cases in one of two groups, where only their total is known.
SMALLEST_GROUP, LARGEST_GROUP = 0.25, 0.75
GROUP_SIZES = (5, 60)  #: Sizes that are tried for each of two groups where neither they nor their total is known
_PAIRS = list(product(GROUP_SIZES, GROUP_SIZES))
KAPPA_DIGITS = 9  #: Decimals by which kappas of different tables differ: far below a printed digit
#: Logistic density in standard deviations, and Cox's divisor of the log odds ratio.
_LOGIT, _COX = math.sqrt(3) / math.pi, 1 / 1.65


class Formula(NamedTuple):
    """A rule by which one number follows from others.

    ``values`` takes the numbers of one corner and yields a result for each variant; ``signed`` is False where sources
    differ in which direction is positive.
    """

    parts: int
    values: Callable[..., Iterable[float]]
    signed: bool = True


def _pooled(sd1: float, sd2: float, n1: float, n2: float) -> float:
    return math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))


def _d_of_means(m1: float, sd1: float, m2: float, sd2: float, n1: float, n2: float) -> Iterable[float]:
    d = (m1 - m2) / _pooled(sd1, sd2, n1, n2)
    yield d
    yield d * (1 - 3 / (4 * (n1 + n2 - 2) - 1))  # Hedges' correction
    yield (m1 - m2) / math.sqrt((sd1**2 + sd2**2) / 2)


def _t_of_means(m1: float, sd1: float, m2: float, sd2: float, n1: float, n2: float) -> Iterable[float]:
    yield (m1 - m2) / (_pooled(sd1, sd2, n1, n2) * math.sqrt(1 / n1 + 1 / n2))
    yield (m1 - m2) / math.sqrt(sd1**2 / n1 + sd2**2 / n2)


def _d_of_percents(first: float, second: float) -> Iterable[float]:
    p, q = (min(max(x / 100, 1e-9), 1 - 1e-9) for x in (first, second))
    logit = math.log(p / (1 - p)) - math.log(q / (1 - q))
    yield from (logit * _LOGIT, logit * _COX, float(stats.norm.ppf(p) - stats.norm.ppf(q)))
    yield 2 * (math.asin(math.sqrt(p)) - math.asin(math.sqrt(q)))


def _log_rr(a: float, n1: float, c: float, n2: float, always: bool = False) -> Iterable[float]:
    plus = 0.5 if always or not (a and c) else 0.0
    yield math.log((a + plus) / (n1 + plus)) - math.log((c + plus) / (n2 + plus))


def _se_log_rr(a: float, n1: float, c: float, n2: float) -> Iterable[float]:
    plus = 0 if a and c else 0.5
    yield math.sqrt(1 / (a + plus) - 1 / (n1 + plus) + 1 / (c + plus) - 1 / (n2 + plus))


#: One number in two places; averages, shares and differences; links with their path or the variance they explain
#: (Wright); d, g and t of means and SDs, t also without group sizes (Hedges; Altman); d of two percentages
#: (Sánchez-Meca et al.); log risk ratio of two counts and its error (Altman), with ½ added to empty cells or to all.
FORMULAS: dict[str, Formula] = {
    "same": Formula(1, lambda x: [x]),
    "ratio": Formula(2, lambda a, b: [a / b] if b else []),
    "share": Formula(2, lambda a, b: [100 * a / b]),
    "difference-ratio": Formula(4, lambda a, b, c, d: [(a - b) / (c - d) if c > d else math.nan]),  # may be equal
    "r2": Formula(1, lambda r: [r**2]),
    "sd-se": Formula(2, lambda sd, n: [sd / math.sqrt(n)]),
    "product": Formula(2, lambda a, b: [a * b]),
    "indirect": Formula(3, lambda first, path, r: [first * path, first * r]),
    "paths-variance": Formula(4, lambda path1, r1, path2, r2: [100 * (path1 * r1 + path2 * r2)]),
    "average-change": Formula(3, lambda before, after, n: [(before - after) / n]),
    "means-d": Formula(6, _d_of_means, signed=False),
    "means-t": Formula(6, _t_of_means, signed=False),
    "means-t-any": Formula(
        4, lambda a, s, b, u: (t for n, m in _PAIRS for t in _t_of_means(a, s, b, u, n, m)), signed=False
    ),
    "percents-d": Formula(2, _d_of_percents, signed=False),
    "counts-logrr": Formula(4, _log_rr, signed=False),
    "counts-logrr-half": Formula(4, lambda a, n1, c, n2: _log_rr(a, n1, c, n2, always=True), signed=False),
    "counts-logrr-se": Formula(4, _se_log_rr),
}


def follows(name: str, parts: Sequence[Printed], whole: Printed) -> Comparison:
    """Check if a printed number follows from others by one of :data:`FORMULAS`.

    Power counts the prints from 0 to twice the recomputed number in size. Raises RestatedError where the number of
    parts does not fit or the formula has no value.
    """
    check_option("formula", name, FORMULAS)
    formula = FORMULAS[name]
    if len(parts) != formula.parts:
        raise RestatedError(f"'{name}' needs {formula.parts} numbers, not {len(parts)}")
    corners = product(*(sorted(set(box(part))) for part in parts))
    try:
        found = [value for corner in corners for value in formula.values(*corner)]
    except (ValueError, ZeroDivisionError, OverflowError):
        found = []  # no degrees of freedom, no spread, a negative count
    if not found or not all(map(math.isfinite, found)):
        raise RestatedError(f"'{name}' has no value for these numbers")
    low, high = min(found), max(found)
    allowed = [(low, high)] if formula.signed else [(low, high), (-high, -low)]
    reach = 2 * max(abs(low), abs(high)) or 1.0
    start, end = 0 if formula.signed and low >= 0 else -reach, 0 if formula.signed and high <= 0 else reach
    return compare(whole, allowed, start, end, f"the others imply {span(low, high)}")


def p_of_difference(d: Printed, p: Printed, n: int, groups: tuple[int, int] | None = None) -> Comparison:
    """Check if a printed p (two-sided) follows from a standardised difference: t = d √(n1 n2 / n), n − 2 df.

    Without the sizes of the two groups, either may hold a quarter to three quarters of the `n` cases.
    """
    check_whole(3, n=n)
    if groups is not None and (sum(groups) != n or min(groups) < 1):
        raise RestatedError(f"groups of {groups[0]} and {groups[1]} do not make {n}", field="groups")
    shares = [g / n for g in groups[:1]] if groups else [SMALLEST_GROUP, 0.5, LARGEST_GROUP]
    t = [size * math.sqrt(share * (1 - share) * n) for size in absolute(box(d)) for share in shares]
    low, high = (float(2 * stats.t.sf(x, n - 2)) for x in (max(t), min(t)))
    return compare_p(p, low, high, f"the difference and n = {n} give p = {span(low, high)}")


def p_of_counts(counts: Sequence[int], p: Printed, others: Sequence[Sequence[int]] = ()) -> Comparison:
    """Check if a printed p follows from (a, n1, c, n2), events and sizes of two groups, or from `others` of the same.

    The tests are Fisher's exact one and chi-squared with and without Yates' correction, two-sided.
    """
    tests: list[tuple[str, float]] = []
    for table in (counts, *others):
        if len(table) != 4 or not (0 <= table[0] <= table[1] > 0 and 0 <= table[2] <= table[3] > 0):
            raise RestatedError("events and sizes of two groups are four counts, events within sizes", field="counts")
        a, n1, c, n2 = table
        cells, of = [[a, n1 - a], [c, n2 - c]], f" of {a} of {n1} and {c} of {n2}" if others else ""
        tests.append((f"Fisher's test{of}", float(stats.fisher_exact(np.array(cells)).pvalue)))
        for name, yates in (("chi-squared", False), ("Yates' correction", True)) if 0 < a + c < n1 + n2 else ():
            tests.append((name + of, float(stats.chi2_contingency(cells, correction=yates).pvalue)))
    # Each test is a value of its own; what lies between two of them is the p of none.
    values = [(value, value) for _, value in tests]
    start, end = p_interval(p)
    fitting = [test for test in tests if overlap((test[1], test[1]), (start, end))]
    text = "; ".join(f"{name} gives p = {span(value, value)}" for name, value in (others and fitting) or tests)
    power = share_refused(p, 0, 1, values) if p.kind in ("rounded", "about") else 1 - (end - start)
    return Comparison(bool(fitting), min(values)[0], max(values)[0], power, text)


def kappa_of_agreement(percent: Printed, kappa: Printed, n: int | None = None, categories: int = 2) -> Comparison:
    """Check if a table of agreement has the printed percentage of agreement and the printed kappa.

    All two-way tables of `n` cases are tried; without n, or with more `categories`, the extremes of kappa over all
    tables are the limits: with agreement a, chance agreement is at most (1 + a²) / 2 and at least
    1 / categories - (1 - a)² / 2. Power is the share of kappas from −1 to 1 that are refused. Source: Cohen (1960).
    """
    check_whole(2, categories=categories)
    if n is None or categories > 2:
        least, most = (min(1.0, max(0.0, x / 100)) for x in box(percent))
        if 1 - least > 2 / categories:
            raise RestatedError(f"the limits of kappa are not known for an agreement of {percent.text}")
        chance = 1 / categories - (1 - most) ** 2 / 2
        low, high = (least - 1) / (least + 1), (most - chance) / (1 - chance)
        return compare(kappa, [(low, high)], -1, 1, f"tables with this agreement have a kappa of {span(low, high)}")
    check_whole(1, n=n)
    kappas = quantities(two_by_two(n, agreement=box(percent)).tables)["kappa"]
    found = np.unique(kappas[~np.isnan(kappas)].round(KAPPA_DIGITS)).tolist()  # undefined with chance agreement 1
    if not found:
        return Comparison(False, math.nan, math.nan, 1.0, f"no count of {n} rounds to the percentage")
    text = f"tables with this agreement have a kappa from {span(found[0], found[-1])}"
    return compare(kappa, [(value, value) for value in found], -1, 1, text)


def p_of_kappa(kappa: Printed, p: Printed, n: int, part: bool = False) -> Comparison:
    """Check if a printed p (two-sided) follows from kappa of a two-way table with equal margins: z = kappa √n.

    With `part` the table holds a quarter to three quarters of the n cases. Source: Cohen (1960).
    """
    check_whole(1, n=n)
    shares = (SMALLEST_GROUP, LARGEST_GROUP) if part else (1.0,)
    z = [size * math.sqrt(share * n) for size in absolute(box(kappa)) for share in shares]
    low, high = (float(2 * stats.norm.sf(x)) for x in (max(z), min(z)))
    return compare_p(p, low, high, f"kappa gives p = {span(low, high)}")


def largest_p(first: float, n1: int, second: float, n2: int, low: float, high: float) -> float:
    """Return the p value (Welch) of two means of values on a scale if both SDs are as large as they can be."""
    sds = largest_sd(first, n1, low, high), largest_sd(second, n2, low, high)
    return t_test_from_moments(first, sds[0], n1, second, sds[1], n2).p if any(sds) else float(first == second)


def means_on_scale(first: Printed, second: Printed, n: int, low: float, high: float) -> Comparison:
    """Bound the p of two means on a scale, a quarter to three quarters of `n` cases in each group; the power is 0."""
    means = [[min(max(x, low), high) for x in box(mean)] for mean in (first, second)]
    sizes = range(max(2, math.ceil(SMALLEST_GROUP * n)), min(n - 2, math.floor(LARGEST_GROUP * n)) + 1)
    most = max((largest_p(a, m, b, n - m, low, high) for m in sizes for a, b in product(*means)), default=1.0)
    fits = all(overlap(box(mean), (low, high)) for mean in (first, second))
    return Comparison(fits, 0.0, most, 0.0, f"whatever the SDs, p of the difference is at most {span(most, most)}")


def centre(first: Printed, second: Printed, low: Printed, high: Printed) -> Comparison:
    """Check if the difference of two printed means is the middle of its interval; power is over its values."""
    (a, b), (c, d) = box(first), box(second)
    difference = a - d, b - c
    (l1, l2), (h1, h2) = box(low), box(high)
    middle = (l1 + h1) / 2, (l2 + h2) / 2
    width = (h2 - l1) or math.inf
    power, fits = 1 - (difference[1] - difference[0] + middle[1] - middle[0]) / width, overlap(difference, middle)
    text = f"the means differ by {span(*difference)}; the middle of the interval is {span(*middle)}"
    text += "" if fits else "; an interval from resampling need not be centred"
    return Comparison(fits, *middle, max(0.0, power), text)


def within(value: Printed, low: Printed, high: Printed, cases: int = 1) -> Comparison:
    """Check if a mean, or a total of `cases`, lies between what the least and the greatest value allow.

    Both values are among those that a total adds up. Nothing says which other values were possible: power counts the
    numbers that differ from the printed one in one digit.
    """
    check_whole(1, cases=cases)
    least, most = box(low)[0], box(high)[1]
    ends = (least, most) if cases == 1 else ((cases - 1) * least + box(high)[0], (cases - 1) * most + box(low)[1])
    if not 0 <= ends[1] - ends[0] < math.inf:
        raise RestatedError("the least and the greatest value make no range", field="low, high")
    _, digits, exponent = (value.value or Decimal(0)).as_tuple()
    places = [10.0 ** (int(exponent) + i) for i in range(len(digits))]
    slips = [(new - old) * ten for old, ten in zip(reversed(digits), places) for new in range(10) if new != old]
    own = box(value)
    refused = [not overlap((own[0] + slip, own[1] + slip), ends) for slip in slips]
    power = sum(refused) / len(refused)
    return Comparison(overlap(own, ends), *ends, power, f"the range is {span(*ends)}")


def floor(scale: str, low: Printed, high: Printed, n: int, k: int, level: float = 0.95, i2: float = 0.0) -> Comparison:
    """Check if the interval of a pooled effect is at least as wide as sampling, and its I² if known, make it.

    With all `n` cases in one sample, the standard error is at least 1 / √(n − 3 k) for a correlation (Fisher's z) and
    2 / √n for a standardised difference (Borenstein et al. 2009, chapters 4 and 6). Random effects with `i2` (0 to 1)
    divide it by √(1 - I²) or less, as equal samples make the least of it (Higgins & Thompson 2002). Power is over
    half-widths from 0 to twice the printed one.
    """
    check_option("scale", scale, ("r", "d"))
    check_level(level)
    check_whole(1, n=n)
    ends = [box(low)[0], box(high)[1]]
    if not 0 <= ends[1] - ends[0] < math.inf:
        raise RestatedError("the interval has no two ends", field="low, high")
    weights = float(n - 3 * k) if scale == "r" else n / 4
    if scale == "r":
        ends = [math.atanh(max(-1 + 1e-9, min(1 - 1e-9, x))) for x in ends]
    least = 1 / math.sqrt(weights * (1 - i2)) if weights > 0 else 0.0
    se = (ends[1] - ends[0]) / (2 * float(stats.norm.ppf(0.5 + level / 2)))
    made = "sampling and I² make" if i2 else "sampling alone makes"
    text = f"the interval has an SE of at most {span(se, se)}; {made} {span(least, least)}"
    return Comparison(se >= least, least, math.inf, min(1.0, least / (2 * se)) if se else 1.0, text)
