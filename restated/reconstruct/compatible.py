"""One way into every reconstruction: printed strings by role and elements of practice in, sets of quantities out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import reduce
from inspect import signature
from itertools import accumulate, product
from math import ceil, comb, floor, inf, isfinite, isnan, nan, prod, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from restated.arguments import Floats, Ints, check_option, is_whole
from restated.errors import RestatedError
from restated.intervals import scaled
from restated.printed import float_ends, parse
from restated.reconstruct import armtables, statements, tables, twintables
from restated.reconstruct.practice import STRENGTHS, admitted
from restated.reconstruct.pvalues import statistic_of_p
from restated.reconstruct.ranks import exact_p, tie_factor
from restated.reconstruct.relations import ANY, SLACK, Box, Interval, holds, hull, loosened
from restated.reconstruct.scores import score_samples, targets
from restated.reconstruct.scoresums import attainable
from restated.reconstruct.squares import diagonals
from restated.words import tables as tables_of

Printed: TypeAlias = Mapping[str, Any]  #: Printed strings by role; margins are lists
Words: TypeAlias = Mapping[str, Any]
LISTS = ("rows", "columns")  #: Roles that are lists of texts: the margins of a table
_TABLES = tables_of(__file__)  #: What roles are, and which totals limit a count
_COUNTS, _FIXED, _TOTALS, _PROPORTIONS = (
    _TABLES[name].split() for name in ("counts", "fixed", "totals", "proportions")
)
APART = 0.1  #: Part of the natural limits: values of a set that are further apart exclude what is between them
#: Totals, and tables or other values, that are tried for one set, and tables that are kept: some seconds, some 100 MB.
MOST_TOTALS, LOOKED_AT, MOST_TABLES = 10_000, 20_000_000, 1_000_000
COUNTED = 500  #: Cases times steps of the scale up to which samples are counted, not only found to exist
MOST_SUMS = 10_000  #: Sums of scores that are looked at
BIGGEST_SQUARE = 1_000_000  #: Cases up to which sums of a diagonal are listed
#: Pairs up to which an exact p is usual, and how far its U is from that of the test for large samples, in small groups.
EXACT, FROM_EXACT = 400, 1.0
EXACT_BELOW = 50  #: Size of a group from which R does not compute an exact p of ranks without ties
BIGGEST_Z = 40.0  #: A z beyond any that a p above 0 gives


def is_count(role: str) -> bool:
    """Return whether the number of a role is a count, such as ``n1`` or ``n_total``, unlike ``row1_share``."""
    return statements.stem(role) in _COUNTS and not role.endswith(("_share", "_percent"))


def digits(value: Any) -> tuple[Any, float]:
    """Return a true value, and half a unit of its last digit: a text may keep the zeros that a number loses."""
    try:
        exact = Decimal(value if isinstance(value, str) else repr(value))
    except InvalidOperation:  # a word, or a table
        return value, 0.0
    return (float(exact), 0.5 * 10.0 ** int(exact.as_tuple().exponent)) if not is_whole(value) else (value, 0.0)


def _many(found: Any) -> bool:
    """True for a set of tables."""
    return not isinstance(found, list) and found.ndim > 1


@dataclass(frozen=True)
class Found:
    """The data that can be behind printed numbers.

    `sets` (mapping): By quantity all its values, shape (m,) (of tables (m, cells)), or a list of intervals whose union
    it may be in. `size` (float): Members of the set; nan where it is a range. `words` (str): Which readings fit, or
    where nothing does, which printed numbers conflict.
    """

    sets: Mapping[str, Any]
    size: float
    words: str

    def holds(self, name: str, value: Any) -> bool | None:
        """Return whether a value is in the set; None if the set says nothing about this quantity."""
        if name == "possible":
            return bool(value) is (self.size != 0)
        found = self.sets.get(name)
        if self.size == 0:
            return False
        value, slack = digits(value)
        if found is None or isinstance(value, str) or np.shape(value) != np.shape(found[0] if _many(found) else 0.0):
            return None
        if isinstance(found, list):
            return any(holds((low - slack, high + slack), value) for low, high in found)
        return bool(np.isclose(found, value, rtol=1e-9, atol=slack).reshape(len(found), -1).all(axis=1).any())

    def range(self, name: str) -> tuple[float, float]:
        """Return the lowest and highest value of a quantity; nan where there is none, or for a table."""
        found = self.sets.get(name)
        if found is None or not len(found) or _many(found):
            return nan, nan
        if isinstance(found, list):
            return hull(found)
        defined = found[~np.isnan(found)]
        return (float(defined.min()), float(defined.max())) if len(defined) else (nan, nan)

    def unbounded(self, name: str) -> bool:
        """Return True if a quantity may be in a range that lacks an end, or be anything between its natural limits.

        Those of a count are 0 and the number of cases. A table may be any if all that have its totals are in the set.
        """
        if self.size == 0 or name not in self.sets:
            return False
        if "table" in self.sets and name not in _TOTALS and self._all_tables():
            return True
        if _many(found := self.sets[name]):
            return False
        (low, high), (least, most), step = self.range(name), statements.natural(name), SLACK
        if wholes := _TABLES["wholes"].get(name):
            least, most, step = 0.0, prod(self.range(whole)[1] for whole in wholes), 1.0
        elif not isinstance(found, list):
            step = APART * (most - least)
        elif not (isfinite(low) and isfinite(high)):
            return True
        ends = np.asarray(found, dtype=float).reshape(len(found), -1)
        lows, highs = np.sort(ends[~np.isnan(ends).any(axis=1)], axis=0).T[[0, -1]]
        return low <= least and high >= most and not (lows[1:] - step > highs[:-1]).any()

    def _all_tables(self) -> bool:
        """True if the set has all tables with its totals."""
        cells = self.sets["table"]
        if "events1" in self.sets:
            every = float(np.prod(np.unique(cells[:, [1, 3]], axis=0) + 1.0, axis=1).sum())
        else:
            last = cells.shape[1] - 1
            every = sum(comb(int(n) + last, last) for n in np.unique(cells.sum(axis=1)))
        return len(cells) >= every and len(np.unique(cells, axis=0)) >= every


def boxes(printed: Printed, elements: Collection[str] = (), relations: Any = ()) -> Box:
    """Return the intervals of printed numbers; those of proportions and correlations in percent divided by 100."""
    box = {}
    for name, text in printed.items():
        less = set(elements) - {"missing"} if name in _FIXED else elements
        ends = admitted(text, less, count=is_count(name))
        whole = name in ("estimate", "ci_low", "ci_high") and statements.is_share(printed)
        share = "%" in text and (whole or statements.stem(name) in _PROPORTIONS)
        box[name] = float_ends(*(scaled(ends, Fraction(1, 100)) if share else ends))
    if "divisor" in elements:
        for name in [name for name in box if statements.stem(name) in ("sd", "var")]:
            n = next((box[x][0] for x in (name.replace("sd", "n").replace("var", "n"), "pairs", "n") if x in box), inf)
            factor = (n / (n - 1)) ** (0.5 if name.startswith("sd") else 1) if 1 < n < inf else 1
            box[name] = box[name][0] / factor, box[name][1] * factor
    if relations and "derived" in elements:
        return loosened(box, statements.DOMAINS, relations, statements.FAMILIES, [*filter(is_count, box)])
    return box


def _statement(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    found, conflicts = statements.ranges(boxes(printed, elements), options, elements)
    names = {name for box in found.values() for name in box}
    sets = {name: [box.get(name, ANY) for box in found.values()] for name in names}
    left = " or ".join(dict.fromkeys(map(statements.words, conflicts)))
    return Found(sets, nan if found else 0, "; ".join(found) or f"they leave no value for {left}")


def _arrays(function: Callable[..., Mapping[str, Floats]]) -> Callable[..., Found]:
    def run(printed: Printed, options: Words, elements: Collection[str]) -> Found:
        found = function(boxes(printed, elements, statements.UNSIGNED), options, elements)
        size = len(found["table"])
        return Found(found, size, f"{size} tables fit")

    return run


def _totals(*ranges: Interval) -> list[tuple[int, ...]]:
    """Return all whole numbers of 1 or more in intervals, crossed; refuse more than `MOST_TOTALS`."""
    spans = []
    for low, high in ranges:
        if not (isfinite(high) and high - low < MOST_TOTALS):
            raise RestatedError("a total has no end, or too many values")
        spans.append(range(max(1, ceil(low)), floor(high) + 1))
        if not spans[-1]:
            raise RestatedError("a total is below 1")
    if prod(map(len, spans)) > MOST_TOTALS:
        raise RestatedError(f"more than {MOST_TOTALS} combinations of totals are too many to look at")
    return list(product(*spans))


def _of_tables(rows: Ints, tests: Collection[str]) -> Mapping[str, Floats]:
    a, b, c, d = rows.T.astype(float)
    with np.errstate(all="ignore"):
        p = np.array([armtables.p_of_test(test, np.array([a, a + b, c, c + d])) for test in tests])
    return tables.quantities(rows) | {"p": p}


def _tables(function: Callable[..., Any], examined: Any, quantities: Any, size: str) -> Callable[..., Found]:
    """Wrap a search for one total and printed numbers by name; those it does not take are compared afterwards."""

    def run(printed: Printed, options: Words, elements: Collection[str]) -> Found:
        ends = {name: admitted(text, elements, count=is_count(name)) for name, text in printed.items()}
        if size not in ends:
            raise RestatedError(f"the total ({size}) is not printed")
        totals = [n for (n,) in _totals(float_ends(*ends.pop(size)))]
        share = [n for n in ("sensitivity", "specificity", "kappa") if "%" in printed.get(n, "")]
        ends = {name: scaled(e, Fraction(1, 100)) if name in share else e for name, e in ends.items()}
        given = {name: e for name, e in ends.items() if name in signature(function).parameters}
        if any(n > LOOKED_AT for n in accumulate(examined(total, given) for total in totals)):
            raise RestatedError(f"more than {LOOKED_AT} tables to look at are too many")
        found = []
        for total in totals:
            found.append(function(total, **given))
            if sum(map(len, found)) > MOST_TABLES:
                raise RestatedError(f"more than {MOST_TABLES} tables fit, too many to list")
        rows = np.concatenate([one.tables for one in found])
        tests = [options["test"]] if "test" in options and "tests" not in elements else list(armtables.TESTS)
        sets = {name: np.atleast_2d(values) for name, values in quantities(rows, tests).items()}
        left = ends.keys() - given.keys()
        rest = [armtables.within(sets[name], float_ends(*ends[name])).any(axis=0) for name in left]
        fits = np.all([np.full(len(rows), True), *rest], axis=0)
        sets = {name: values[:, fits].ravel() for name, values in sets.items()}
        given_too = ", ".join(map(statements.words, sorted(left)))
        words = f"{fits.sum()} of {len(rows)} tables also give {given_too}" if left else found[0].message
        return Found(sets | {"table": rows[fits]}, int(fits.sum()), words)

    return run


def _square(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    box = boxes({name: text for name, text in printed.items() if name not in LISTS}, elements)
    if set(LISTS) <= printed.keys():
        rows, columns = ([int(parse(x, exact=True).value or 0) for x in printed[name]] for name in LISTS)
        n = sum(rows)
        if n > BIGGEST_SQUARE:
            raise RestatedError(f"{n} cases are more than the {BIGGEST_SQUARE} the search can hold")
        sums = diagonals(rows, columns, kappa=box.get("kappa"), agreement=box.get("agreement"))
        if not len(sums):
            return Found({}, 0, "no table fits the margins and the printed agreement or kappa")
        agreement, chance = sums / n, sum(a * b for a, b in zip(rows, columns, strict=True)) / n**2
        kappas = (agreement - chance) / (1 - chance) if chance < 1 else agreement * nan
        sets = {"agreement": 100 * agreement, "kappa": kappas, "n": np.array([n])}
        return Found(sets, nan, f"{len(sums)} sums of the diagonal fit")
    if "kappa" not in box or "k" not in options:
        raise RestatedError("neither margins nor kappa with the number of categories (option k) are printed")
    # Chance agreement is at least the sum of the squared diagonal shares, and so at least agreement squared over k.
    kappa, k = max(0.0, box["kappa"][0]), options["k"]
    root = sqrt(max(0.0, 1 - 4 * kappa * (1 - kappa) / k))
    least = max(0.0, (1 - root) * k / (2 * (1 - kappa))) if kappa < 1 else 1.0
    ranges = {"agreement": [(100 * least, 100.0)]} | {n: [e] for n, e in box.items()}
    return Found(ranges, nan, "margins are not printed")


def _scores(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    """Samples of whole steps: their sums, and their squares about the mean."""
    box, step = boxes(printed, set(elements) - {"divisor"}), float(options.get("step", 1))
    if not {"n", "mean"} <= box.keys():
        raise RestatedError("mean and n are not both printed")
    mean, sd, total = box["mean"], box.get("sd"), nan
    sums, squares, sds = [], [], []
    sizes = [n for (n,) in _totals(box["n"])]
    if sum(sizes) * (mean[1] - mean[0]) / step > MOST_SUMS:
        raise RestatedError(f"more than {MOST_SUMS} sums of scores are too many to look at")
    for n in sizes:
        for ddof in (1, 0) if "divisor" in elements else (options.get("ddof", 1),):
            first, last = ceil(mean[0] * n / step - 1e-9), floor(mean[1] * n / step + 1e-9)
            fits = last >= first
            if fits and sd is not None and {"low", "high"} <= box.keys() and n > 1:
                steps, spread = ((ends[0] / step, ends[1] / step) for ends in (mean, sd))
                low, high = (round(box[name][0] / step) for name in ("low", "high"))
                wanted = targets(steps, spread, n, low, high, ddof)
                fits = bool(len(wanted.sums)) and attainable(wanted)
                if fits and n * (high - low) <= COUNTED:
                    more = score_samples(steps, spread, n, low, high, ddof=ddof, limit=0, draws=1).total
                    total = more if isnan(total) else total + more
            if fits:
                sums += [step * s for s in range(first, last + 1)]
                low_sd, high_sd = sd or (0.0, inf)
                most = _most_squares(n, mean[0] * n, mean[1] * n, box)
                squares.append((max(low_sd, 0.0) ** 2 * (n - ddof), min(high_sd**2 * (n - ddof), max(most, 0.0))))
                # The printed SD, and the usual one of these data.
                usual = sqrt((n - ddof) / (n - 1)) if n > 1 else 1.0
                sds += [(low_sd, high_sd), (low_sd * usual, high_sd * usual)]
    if not sums:
        return Found({}, 0, "no sample of whole steps has this mean and SD")
    sets = {"sum": np.array(sums), "ss": squares, "sd": sds, "mean": [mean], "n": [box["n"]]}
    return Found(sets, total, "samples exist")


def _most_squares(n: int, least: float, most: float, box: Mapping[str, Interval]) -> float:
    """Return the largest sum of squares about the mean of n scores with a sum in a range: they are at the ends."""
    (low, _), (_, high) = box.get("low", ANY), box.get("high", ANY)
    if isfinite(low) and isfinite(high):
        return max(
            (high * n - s) * (s - low * n) / n for s in (least, most, min(max((low + high) * n / 2, least), most))
        )
    away = most - low * n if isfinite(low) else high * n - least  # one score holds all that is above, or below
    return away**2 * (n - 1) / n


def _ranks(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    box = boxes(printed, elements)
    if not {"n1", "n2"} <= box.keys() or not {"z", "p"} & box.keys():
        raise RestatedError("both group sizes, and z or p, are not all printed")
    low, high = box.get("z", ANY)
    zs = {"z": [(max(low, -high, 0.0), max(-low, high))] if "z" in box else [], "p": list[Interval]()}
    for side in ((1, 2) if "tests" in elements else (1,)) if "p" in box else ():
        if side * box["p"][0] <= 1:
            zs["p"].append(statistic_of_p("z", (side * box["p"][0], min(1.0, side * box["p"][1]))))
    kept, totals = [np.empty(0)], _totals(box["n1"], box["n2"])
    if sum(m * n for m, n in totals) > LOOKED_AT:
        raise RestatedError(f"more than {LOOKED_AT} values of U are too many to look at")
    for m, n in totals:
        found: dict[str, list[Floats]] = {name: [np.empty(0)] for name in zs if name in box}
        exact = FROM_EXACT if "p" in box and "tests" in elements and m * n <= EXACT else 0.0
        if "p" in box and "tests" in elements and max(m, n) < EXACT_BELOW:
            p, (low, high) = exact_p(m, n)[:, None] / [1, 2], box["p"]  # two-sided or one-sided
            fits = (p >= low * (1 - SLACK)) & (p <= high * (1 + SLACK))
            found["p"].append(np.flatnonzero(fits.any(axis=1)).astype(float))
        least = float(tie_factor([m + n - 1, 1])) if options.get("ties", True) else 1.0
        sd = sqrt(m * n * (m + n + 1) / 12)
        for name, (low, high) in ((name, ends) for name, each in zs.items() for ends in each):
            # Ties shrink the deviation from the mean; the continuity correction hides up to one half of it.
            low, high = low * sd * sqrt(least), min(high, BIGGEST_Z) * sd + 0.5 + exact
            away = np.arange(ceil(2 * max(low - exact, 0.0) - 1e-9), floor(2 * min(high, m * n / 2) + 1e-9) + 1) / 2
            found[name] += [m * n / 2 + away, m * n / 2 - away]
        kept.append(reduce(np.intersect1d, map(np.concatenate, found.values())))
    values = np.unique(np.concatenate(kept))
    sets = {"u": values, **{name: [ends] for name, ends in box.items()}}
    return Found(sets, len(values), f"{len(values)} values of U fit")


class Reconstructor(NamedTuple):
    """A way to build a set, and its options with the words each may have (none: any value)."""

    run: Callable[[Printed, Words, Collection[str]], Found]
    options: Mapping[str, Collection[Any]]


_STATEMENT = dict(scale=statements.SCALES, test=statements.TESTS, measure=("smd",), level=(), predictors=(), times=())
_EVENTS = {"test": armtables.TESTS, "measure": armtables.MEASURES, "level": ()}
_two_by_two = _tables(tables.two_by_two, tables.examined, _of_tables, "n")
_twins = _tables(twintables.twin_tables, twintables.examined, lambda rows, _: twintables.quantities(rows), "pairs")
#: By the name a case gives.
RECONSTRUCTORS: Mapping[str, Reconstructor] = {
    "statement": Reconstructor(_statement, _STATEMENT | {"standardized": (True, False)}),
    "two arms": Reconstructor(_arrays(armtables.two_arms), _EVENTS),
    "shares": Reconstructor(_arrays(armtables.shares), {"per": ()}),
    "two by two": Reconstructor(_two_by_two, {"test": armtables.TESTS}),
    "twin table": Reconstructor(_twins, {}),
    "square table": Reconstructor(_square, {"k": ()}),
    "scores": Reconstructor(_scores, {"step": (), "ddof": (0, 1)}),
    "ranks": Reconstructor(_ranks, {"ties": (True, False)}),
}


def at(name: str, printed: Printed, options: Words, strength: str) -> Found:
    """Return the set at a strength of practice; it holds the sets of the lesser strengths.

    Raises a RestatedError with the reason why these numbers allow no reconstruction, or for an unknown name.
    """
    check_option("reconstructor", name, RECONSTRUCTORS)
    check_option("strength", strength, order := list(STRENGTHS))
    for role, text in printed.items():
        if role not in LISTS and not isinstance(text, str):
            remedy = "Keep the digits as printed, in quotes: '5.20'"
            raise RestatedError(f"{text!r} is not a text", field=role, remedy=remedy)
    run = RECONSTRUCTORS[name].run
    return merged([run(printed, options, STRENGTHS[one]) for one in order[: order.index(strength) + 1]])


def merged(parts: Sequence[Found]) -> Found:
    """Return the union of sets; its words and size are those of the last."""
    found = [part for part in parts if part.size != 0]
    if not found:
        return parts[-1]
    sets: dict[str, Any] = {}
    for part in found:
        for name, own in part.sets.items():
            old = sets.get(name)
            # Values are intervals without width.
            if old is not None and isinstance(old, list) is not isinstance(own, list):
                old, own = (one if isinstance(one, list) else [(v, v) for v in np.unique(one)] for one in (old, own))
            sets[name] = own if old is None else [*old, *own] if isinstance(own, list) else np.concatenate([old, own])
    return Found(sets, found[-1].size, found[-1].words)
