"""Tables of events in two groups whose sizes may be unprinted, and counts of the parts of an unprinted total.

Two groups: every (events, size) pair that gives a printed percentage is crossed with those of the other group, and the
printed comparison (p, ratio, difference, interval) decides. Parts: every count of each part is tried.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import gammaln

from restated.arguments import Bools, Floats
from restated.errors import RestatedError
from restated.reconstruct.enumeration import ragged_ranges
from restated.reconstruct.practice import of_another_test
from restated.reconstruct.relations import ANY, SLACK, Interval, functions
from restated.words import tables

#: Tables looked at, and those held at once: some seconds, some hundred MB.
MAX_CANDIDATES, MAX_TABLES = 20_000_000, 2_000_000
#: Tables, and tables times events, up to which Fisher's test is computed; beyond, Pearson's speaks for it.
MAX_EXACT, MAX_TERMS = 20_000, 5_000_000
BIGGEST = 2.0**53  #: Counts up to which floats hold every whole number
TESTS = {"fisher": 0.0, "pearson": 0.0, "yates": 1.0}
MEASURES = ("difference", "risk_ratio", "odds_ratio")
#: Statistics of events a, c in groups of m, n.
_STATISTICS: Mapping[str, Callable[..., Floats]] = functions(tables(__file__)["statistics"], "a, m, c, n")
#: Exact limits of a count (Garwood 1936).
_POISSON: Mapping[str, Callable[[Floats], Floats]] = {
    "ci_low": lambda x: np.asarray(stats.chi2.ppf(0.025, 2 * x) / 2),
    "ci_high": lambda x: np.asarray(stats.chi2.ppf(0.975, 2 * x + 2) / 2),
}


def _fisher(table: Floats) -> Floats:
    """Two-sided p: tables with the same margins that are at most as likely (Fisher 1935)."""
    a, m, c, n = table[:, :, None]
    x = np.arange(np.max(np.minimum(a + c, m), initial=0) + 1)
    log = -gammaln(x + 1) - gammaln(m - x + 1) - gammaln(a + c - x + 1) - gammaln(n - a - c + x + 1)
    log = np.where((x <= np.minimum(a + c, m)) & (x >= a + c - n), log, -np.inf)
    likely = np.exp(log - log.max(axis=1, keepdims=True))
    own = np.take_along_axis(likely, a.astype(int), axis=1)
    return np.asarray(np.where(likely <= own * (1 + SLACK), likely, 0).sum(axis=1) / likely.sum(axis=1))


def p_of_test(test: str, table: Floats) -> Floats:
    """Return the two-sided p of one of `TESTS` for tables of events and sizes, shape (4, m)."""
    a, m, c, n = table
    if test == "fisher" and len(a) <= MAX_EXACT and len(a) * np.max(np.minimum(a + c, m), initial=0) <= MAX_TERMS:
        return _fisher(table)
    total, events = m + n, a + c
    deviation = np.maximum(np.abs(a * (n - c) - c * (m - a)) - TESTS[test] * total / 2, 0)
    return np.asarray(stats.chi2.sf(total * deviation**2 / (m * n * events * (total - events)), 1))


def _wald(measure: str, table: Floats, quantile: float) -> dict[str, Floats]:
    """Ends of the Wald interval, of ratios on the log scale (Woolf 1955; Katz et al. 1978)."""
    a, m, c, n = table
    if measure == "difference":
        middle, se = 100 * (a / m - c / n), 100 * np.sqrt(a * (m - a) / m**3 + c * (n - c) / n**3)
        return {"ci_low": middle - quantile * se, "ci_high": middle + quantile * se}
    rest = 1 / (m - a) + 1 / (n - c) if measure == "odds_ratio" else -1 / m - 1 / n
    se, ratio = np.sqrt(1 / a + 1 / c + rest), _STATISTICS[measure](*table)
    return {"ci_low": ratio * np.exp(-quantile * se), "ci_high": ratio * np.exp(quantile * se)}


def within(values: Floats, interval: Interval) -> Bools:
    """Return which values are in a closed interval, up to `SLACK`."""
    slack = SLACK * np.maximum(1, np.abs(values))
    return (values >= interval[0] - slack) & (values <= interval[1] + slack)


def _counts(low: Floats, high: Floats) -> tuple[Floats, Any]:
    """All whole numbers in each interval in sequence, and how many each has."""
    if np.any(high > BIGGEST):
        remedy = "Compare n, n1, n2 and their limits with the paper"
        raise RestatedError(f"{np.max(high):g} cases are too many to count", field="n", remedy=remedy)
    first = np.ceil(low - SLACK)
    length = np.maximum(np.floor(high + SLACK) - first + 1, 0)
    if length.sum() > MAX_TABLES:
        raise RestatedError(f"{length.sum():.0f} tables to look at are too many", remedy="Give a size or a share")
    length = length.astype(np.int64)
    return ragged_ranges(first.astype(np.int64), length).astype(float), length


def _arm(box: Mapping[str, Interval], which: str, most: float) -> Floats:
    """Pairs (events, size) that fit what is printed of one group, shape (2, pairs)."""
    low, high = box.get(f"n{which}", (1.0, min(most, box.get(f"n{which}_max", ANY)[1])))
    if not np.isfinite(high):
        raise RestatedError(f"no limit of the size of group {which} is printed")
    (s, t), (e, f) = box.get(f"percent{which}", (0.0, 100.0)), box.get(f"events{which}", (0.0, np.inf))
    f = min(f, box.get("events", ANY)[1])
    n, _ = _counts(np.array([max(1.0, low)]), np.array([high]))
    events, length = _counts(np.maximum(s * n / 100, e), np.minimum(np.minimum(t * n / 100, f), n))
    return np.vstack([events, np.repeat(n, length)])


def _pairs(first: Floats, second: Floats, box: Mapping[str, Interval], whole: Interval) -> Iterator[Floats]:
    """Tables of a first and a second group, in blocks: for each first group the second ones that one number allows."""
    (a, m), (c, n) = first, second
    windows = [(n, whole[0] - m, whole[1] - m)]
    with np.errstate(all="ignore"):
        if "events" in box:
            windows.append((c, box["events"][0] - a, box["events"][1] - a))
        if "difference" in box:
            most = box["difference"][1] / 100
            windows.append((c / n, a / m - most, a / m + most))
        for name, one, other in (("risk_ratio", a / m, c / n), ("odds_ratio", a / (m - a), c / (n - c))):
            if box.get(name, ANY)[0] > 0:
                windows.append((other, np.nan_to_num(one / box[name][1], posinf=np.inf), one / box[name][0]))
    best, order, start, length = np.inf, np.empty(0, int), np.empty(0, int), np.empty(0, int)
    for key, low, high in windows:
        by = np.argsort(key, kind="stable")
        begin = np.searchsorted(key[by], low - SLACK * np.maximum(1, np.abs(low)))
        many = np.searchsorted(key[by], high + SLACK * np.maximum(1, np.abs(high)), "right") - begin
        if many.sum() < best:
            best, order, start, length = many.sum(), by, begin, many
    if best > MAX_CANDIDATES:
        raise RestatedError(f"more than {MAX_CANDIDATES} tables to look at", remedy="Give the size of a group")
    blocks = np.cumsum(length) // MAX_TABLES
    for own in (blocks == block for block in np.unique(blocks)):
        of_second = order[ragged_ranges(start[own], length[own])]
        yield np.vstack([np.repeat(first[:, own], length[own], axis=1), second[:, of_second]])


def two_arms(box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]) -> dict[str, Floats]:
    """Return the statistics of every table of two groups that fits, by role, each of shape (tables,).

    Raises a RestatedError if a group has no limit or there are too many tables.
    """
    whole = box.get("n", ANY)
    if "share" in box and "whole" in box:  # a subgroup: a percentage of a number of cases
        whole = box["share"][0] * box["whole"][0] / 100, box["share"][1] * box["whole"][1] / 100
    first, second = (_arm(box, which, whole[1] - 1) for which in "12")
    tests: list[str] = [options["test"]] if "test" in options else list(TESTS)
    sides: tuple[float, ...] = (1.0,)
    if "tests" in elements:
        tests, sides = list(TESTS), (1.0, 0.5)
    quantile = float(stats.norm.isf((1 - options.get("level", 95) / 100) / 2))
    kept = list[Floats]()
    with np.errstate(all="ignore"):
        for table in _pairs(first, second, box, whole):
            table = table[:, within(table[1] + table[3], whole)]
            for name in box.keys() & _STATISTICS.keys() - {"percent1", "percent2"}:
                table = table[:, within(_STATISTICS[name](*table), box[name])]
            for end in box.keys() & {"ci_low", "ci_high"} if "measure" in options else ():
                table = table[:, within(_wald(options["measure"], table, quantile)[end], box[end])]
            kept.append(table)
            if sum(one.shape[1] for one in kept) > MAX_TABLES:
                raise RestatedError(f"more than {MAX_TABLES} tables fit", remedy="Give the size of a group")
        table = np.concatenate([np.empty((4, 0)), *kept], axis=1)
        p = np.array([side * p for test in tests for p in [p_of_test(test, table)] for side in sides])
        if "p" in box:
            fits = within(p, box["p"]).any(axis=0)
            fits = fits if fits.any() or "tests" not in elements else within(p, of_another_test(box["p"])).any(axis=0)
            table, p = table[:, fits], p[:, fits]
        found = {name: statistic(*table) for name, statistic in _STATISTICS.items()}
    found |= dict(zip(("events1", "n1", "events2", "n2"), table, strict=True))
    return found | {"p": p.ravel(), "table": table.T}


def shares(box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]) -> dict[str, Floats]:
    """Return the counts of all parts of a total that give printed shares, by letter, and the total ``n``.

    Shares are printed in percent under names such as ``a+b / a+b+c``. The total is ``n``, or follows from a ``rate``
    (events in `per` units of ``exposure``, an option), with an exact Poisson interval ``ci_low`` to ``ci_high``.
    """
    parts = {name: [part.split("+") for part in name.replace(" ", "").split("/")] for name in box if "/" in name}
    letters = sorted({letter for both in parts.values() for part in both for letter in part})
    per, (t, u) = options.get("per", 1), box.get("exposure", (1.0, 1.0))
    rate = box.get("rate", ANY)
    low, high = box.get("n", (rate[0] * t / per, rate[1] * u / per))
    if twice := next((letter for letter in letters if letter in ("n", "rate", "exposure", *_POISSON)), None):
        raise RestatedError(f"'{twice}' is the name of a part and of another number", remedy="Name parts by a, b, c")
    if not letters or not np.isfinite(high):
        raise RestatedError("neither shares with a total nor a rate with its exposure are printed")
    n, _ = _counts(np.array([low]), np.array([high]))
    for end, limit in _POISSON.items():
        n = n[within(limit(n) * 2 * per / (t + u), box.get(end, ANY))]
    table = {"n": n}
    for letter in letters[:-1]:
        alone = [box[name] for name in parts if parts[name] == [[letter], letters]]
        own = alone[0] if alone else (0.0, 100.0)
        values, length = _counts(own[0] * table["n"] / 100, own[1] * table["n"] / 100)
        table = {name: np.repeat(column, length) for name, column in table.items()} | {letter: values}
    table[letters[-1]] = np.asarray(table["n"] - sum(table[letter] for letter in letters[:-1]))
    with np.errstate(all="ignore"):
        for name, (above, below) in parts.items():
            table[name] = np.asarray(100 * sum(table[x] for x in above) / sum(table[x] for x in below))
        fits = np.all([table[letters[-1]] >= 0, *(within(table[name], box[name]) for name in parts)], axis=0)
    table = {name: column[fits] for name, column in table.items()}
    n = table["n"]
    found = {"rate": n, **{end: limit(n) for end, limit in _POISSON.items()}}
    found = {name: np.concatenate([values * per / t, values * per / u]) for name, values in found.items()}
    return table | found | {"table": np.column_stack([table[letter] for letter in letters])}
