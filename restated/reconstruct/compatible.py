"""One way into every reconstruction: printed strings by role and elements of practice in, sets of quantities out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import ceil, floor, inf, isnan, nan, sqrt
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from restated.arguments import Floats
from restated.errors import RestatedError
from restated.intervals import scaled
from restated.printed import float_ends
from restated.reconstruct import armtables, statements
from restated.reconstruct.practice import STRENGTHS, admitted
from restated.reconstruct.pvalues import statistic_of_p
from restated.reconstruct.ranks import tie_factor
from restated.reconstruct.relations import ANY, Box, holds, hull, loosened
from restated.reconstruct.scores import score_samples, targets
from restated.reconstruct.scoresums import attainable
from restated.reconstruct.squares import diagonals
from restated.reconstruct.tables import two_by_two
from restated.reconstruct.twintables import twin_tables

#: Printed strings by role; margins are lists.
Printed: TypeAlias = Mapping[str, Any]
Words: TypeAlias = Mapping[str, Any]
#: Roles whose digits stand for themselves, by what is before digits and groups, and those no missing case changes.
_COUNTS = frozenset((
    "n", "k", "events", "pairs", "whole", "total", "row", "col", "rows", "columns", "df", "low", "high", "exposure",
    "both", "discordant", "neither", "cases", "persons", "deaths", "trials", "infections",
))  # fmt: skip
_FIXED = ("low", "high", "exposure")
#: Cases times steps of the scale up to which samples are counted, not only found to exist.
COUNTED = 500
#: A z beyond any that a p above 0 gives.
BIGGEST_Z = 40.0
#: Roles in proportions, which may be printed in percent.
_PROPORTIONS = ("p", "r", "R2", "proportion", "h2", "kappa")


def is_count(role: str) -> bool:
    """Return whether the number of a role is a count, such as ``n1``, ``n_total`` or ``events``."""
    return statements.stem(role) in _COUNTS


def _many(found: Any) -> bool:
    """True for a set of tables."""
    return not isinstance(found, list) and found.ndim > 1


@dataclass(frozen=True)
class Found:
    """The data that can be behind printed numbers.

    `sets`: by quantity all its values, shape (m,) (of tables (m, cells)), or a list of intervals whose union it may be
    in. `size`: members, nan for a range. `words`: the readings that fit, or the numbers that conflict.
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
        if found is None or isinstance(value, str) or np.shape(value) != np.shape(found[0] if _many(found) else 0.0):
            return None
        # A truth is known to the digits that are stored.
        slack = float(10.0 ** int(Decimal(repr(value)).as_tuple().exponent)) if isinstance(value, float) else 0.0
        if isinstance(found, list):
            return any(holds((low - slack, high + slack), value) for low, high in found)
        return bool(np.isclose(found, value, rtol=1e-9, atol=slack).reshape(len(found), -1).all(axis=1).any())

    def range(self, name: str) -> tuple[float, float]:
        """Return the lowest and highest value of a quantity; nan where there is none, or for a table."""
        found = self.sets.get(name)
        if found is None or not len(found) or _many(found):
            return nan, nan
        return hull(found) if isinstance(found, list) else (float(np.nanmin(found)), float(np.nanmax(found)))


def _box(printed: Printed, elements: Collection[str], relations: Any = ()) -> Box:
    """Intervals of all printed numbers."""
    box = {}
    for name, text in printed.items():
        less = set(elements) - {"missing"} if name in _FIXED else elements
        ends = admitted(text, less, count=is_count(name))
        whole = name in ("estimate", "ci_low", "ci_high") and "proportion" in printed
        share = "%" in text and (whole or statements.stem(name) in _PROPORTIONS)
        box[name] = float_ends(*(scaled(ends, Fraction(1, 100)) if share else ends))
    if "divisor" in elements:
        for name in [name for name in box if statements.stem(name) in ("sd", "var")]:
            n = next((box[x][0] for x in (name.replace("sd", "n").replace("var", "n"), "pairs", "n") if x in box), inf)
            factor = (n / (n - 1)) ** (0.5 if name.startswith("sd") else 1) if 1 < n < inf else 1
            box[name] = box[name][0] / factor, box[name][1] * factor
    derived = relations and "derived" in elements
    return loosened(box, statements.DOMAINS, relations, statements.FAMILIES) if derived else box


def _statement(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    found, conflict = statements.ranges(_box(printed, elements), options, elements)
    names = {name for box in found.values() for name in box}
    sets = {name: [box.get(name, ANY) for box in found.values()] for name in names}
    return Found(sets, nan if found else 0, "; ".join(found) or f"{conflict} conflicts with the other numbers")


def _arrays(function: Callable[..., Mapping[str, Floats]]) -> Callable[..., Found]:
    def run(printed: Printed, options: Words, elements: Collection[str]) -> Found:
        found = function(_box(printed, elements, statements.COMPARISONS), options, elements)
        size = len(found["table"])
        return Found(found, size, f"{size} tables fit")

    return run


def _tables(function: Callable[..., Any], columns: tuple[str, ...], size: str) -> Callable[..., Found]:
    """Wrap a search that takes one total, and printed numbers by name."""

    def run(printed: Printed, options: Words, elements: Collection[str]) -> Found:
        ends = {name: admitted(text, elements, count=is_count(name)) for name, text in printed.items()}
        if size not in ends:
            raise RestatedError(f"the total ({size}) is not printed")
        low, high = ends.pop(size)
        share = [n for n in ("sensitivity", "specificity") if "%" in printed.get(n, "")]
        given = {name: scaled(e, Fraction(1, 100)) if name in share else e for name, e in ends.items()}
        found = [function(total, **given) for total in range(ceil(low or 0), floor(high or 0) + 1)]
        rows = np.concatenate([one.tables for one in found])
        return Found(dict(zip(columns, rows.T, strict=True)) | {"table": rows}, len(rows), found[0].message)

    return run


def _square(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    ends = {name: admitted(text, elements) for name, text in printed.items() if name in ("kappa", "agreement")}
    if "rows" in printed:
        rows, columns = ([int(text.replace(",", "")) for text in printed[name]] for name in ("rows", "columns"))
        sums = diagonals(rows, columns, kappa=ends.get("kappa"), agreement=ends.get("agreement"))
        if not len(sums):
            return Found({}, 0, "no table fits the margins and the printed agreement or kappa")
        agreement, chance = sums / sum(rows), float(np.dot(rows, columns)) / sum(rows) ** 2
        beyond = (agreement - chance) / (1 - chance) if chance < 1 else np.full(len(sums), nan)
        return Found({"agreement": 100 * agreement, "kappa": beyond}, nan, f"{len(sums)} sums of the diagonal fit")
    if "kappa" not in ends or "k" not in options:
        raise RestatedError("neither margins nor kappa with the number of categories (option k) are printed")
    # Chance agreement is at least the sum of the squared diagonal shares, and so at least agreement squared over k.
    kappa, k = float(ends["kappa"][0] or 0), options["k"]
    root = sqrt(max(0.0, 1 - 4 * kappa * (1 - kappa) / k))
    least = max(0.0, (1 - root) * k / (2 * (1 - kappa))) if kappa < 1 else 1.0
    sets: dict[str, Any] = {name: [ends] for name, ends in _box(printed, elements).items()}
    return Found({"agreement": [(100 * least, 100.0)]} | sets, nan, "margins are not printed")


def _scores(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    """Samples of whole steps: their sums, and their squares about the mean."""
    box, step = _box(printed, set(elements) - {"divisor"}), float(options.get("step", 1))
    if not {"n", "mean"} <= box.keys():
        raise RestatedError("mean and n are not both printed")
    mean, sd, total = box["mean"], box.get("sd"), nan
    sums, squares, sds = [], [], []
    for n in range(ceil(box["n"][0]), floor(box["n"][1]) + 1):
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
                squares.append((max(low_sd, 0.0) ** 2 * (n - ddof), high_sd**2 * (n - ddof)))
                # The printed SD, and the usual one of these data.
                usual = sqrt((n - ddof) / (n - 1)) if n > 1 else 1.0
                sds += [(low_sd, high_sd), (low_sd * usual, high_sd * usual)]
    if not sums:
        return Found({}, 0, "no sample of whole steps has this mean and SD")
    sets = {"sum": np.array(sums), "ss": squares, "sd": sds, "mean": [mean], "n": [box["n"]]}
    return Found(sets, total, "samples exist")


def _ranks(printed: Printed, options: Words, elements: Collection[str]) -> Found:
    box = _box(printed, elements)
    if not {"n1", "n2"} <= box.keys() or not {"z", "p"} & box.keys():
        raise RestatedError("both group sizes, and z or p, are not all printed")
    zs = [tuple(map(abs, box["z"]))] if "z" in box else []
    for side in ((1, 2) if "tests" in elements else (1,)) if "p" in box else ():
        zs.append(statistic_of_p("z", (side * box["p"][0], min(1.0, side * box["p"][1]))))
    found = []
    for m, n in product(*(range(max(1, ceil(low)), floor(high) + 1) for low, high in (box["n1"], box["n2"]))):
        least = float(tie_factor([m + n - 1, 1])) if options.get("ties", True) else 1.0
        sd = sqrt(m * n * (m + n + 1) / 12)
        for low, high in zs:
            # Ties shrink the deviation from the mean; the continuity correction hides up to one half of it.
            low, high = min(low, high) * sd * sqrt(least), min(max(low, high), BIGGEST_Z) * sd + 0.5
            away = np.arange(ceil(2 * low - 1e-9), floor(2 * min(high, m * n / 2) + 1e-9) + 1) / 2
            found += [m * n / 2 + away, m * n / 2 - away]
    values = np.unique(np.concatenate(found)) if found else np.empty(0)
    sets = {"u": values, **{name: [ends] for name, ends in box.items()}}
    return Found(sets, len(values), f"{len(values)} values of U fit")


class Reconstructor(NamedTuple):
    """A way to build a set, and its options with the words each may have (none: any value)."""

    run: Callable[[Printed, Words, Collection[str]], Found]
    options: Mapping[str, Collection[Any]]


_ESTIMATE = {"scale": statements.SCALES, "test": statements.TESTS, "measure": ("smd",)}
#: By the name a case gives.
RECONSTRUCTORS: Mapping[str, Reconstructor] = {
    "statement": Reconstructor(_statement, {**_ESTIMATE, "level": (), "predictors": (), "times": ()}),
    "two arms": Reconstructor(
        _arrays(armtables.two_arms), {"test": armtables.TESTS, "measure": armtables.MEASURES, "level": ()}
    ),
    "shares": Reconstructor(_arrays(armtables.shares), {"per": ()}),
    "two by two": Reconstructor(_tables(two_by_two, ("a", "b", "c", "d"), "n"), {}),
    "twin table": Reconstructor(_tables(twin_tables, ("both", "discordant", "neither"), "pairs"), {}),
    "square table": Reconstructor(_square, {"k": (), "draws": ()}),  # all sums are found: `draws` has no effect
    "scores": Reconstructor(_scores, {"step": (), "ddof": (0, 1)}),
    "ranks": Reconstructor(_ranks, {"ties": (True, False)}),
}


def at(name: str, printed: Printed, options: Words, strength: str) -> Found:
    """Return the set at a strength of practice; it holds the sets of the lesser strengths.

    Raises a RestatedError with the reason why these numbers allow no reconstruction.
    """
    order = list(STRENGTHS)
    run = RECONSTRUCTORS[name].run
    parts = [run(printed, options, STRENGTHS[one]) for one in order[: order.index(strength) + 1]]
    return merged(parts)


def merged(parts: Sequence[Found]) -> Found:
    """Return the union of sets; its words and size are those of the last."""
    found = [part for part in parts if part.size != 0]
    if not found:
        return parts[-1]
    sets: dict[str, Any] = {}
    for part in found:
        for name, own in part.sets.items():
            old = sets.get(name)
            sets[name] = own if old is None else [*old, *own] if isinstance(own, list) else np.concatenate([old, own])
    return Found(sets, found[-1].size, found[-1].words)
