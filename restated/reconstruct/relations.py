"""Ranges of quantities that are tied by formulas: interval constraint propagation (Benhamou & Granvilliers, 2006).

A box gives each quantity an interval. A relation computes one quantity from others by a function that is monotone in
each of them (on either side of zero), so its range over the box is found at the corners. Cutting every interval down to
what the relations leave, again and again, gives ranges that hold every compatible set of values; they can be wider than
the exact ones, never narrower.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache
from itertools import product
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy import special, stats

Interval: TypeAlias = tuple[float, float]  #: Lowest and highest value; infinite for an open end
Box: TypeAlias = dict[str, Interval]
#: Rounds of narrowing: chains of formulas here are a few links long, and stopping early only leaves ranges wider.
ROUNDS = 12
#: Relative slack for rounding errors when intervals are intersected: far below the last digit of any print.
SLACK = 1e-9
LEAST_GAIN = 1e-6  #: Gain below which an end is not moved, as a share of the width
CURVED = 2.5  #: How many times more all of the rounding moves an end than half of it, at most: formulas are curved
TINY = 1e-300  #: Smallest p whose statistic is computed
ANY: Interval = (-math.inf, math.inf)


class Relation(NamedTuple):
    """`target` = `function` (`sources`); the function takes and returns arrays."""

    target: str
    sources: tuple[str, ...]
    function: Callable[..., Any]


_FUNCTIONS: dict[str, Any] = {
    name: getattr(np, name) for name in ("sqrt", "exp", "abs", "sign", "minimum", "maximum", "where")
}
_FUNCTIONS |= {f"{of}_{end}": getattr(getattr(stats, of), end) for of in ("t", "f", "chi2") for end in ("sf", "isf")}
# That of SciPy is infinite for p below 1e-16.
_FUNCTIONS |= {"f_isf": lambda p, df1, df2: df2 / df1 * (1 / special.betaincinv(df2 / 2, df1 / 2, p) - 1)}
_FUNCTIONS |= {"z_sf": lambda z, _: stats.norm.sf(z), "z_isf": lambda p, _: stats.norm.isf(p)}
# p, and where it is too small for a float also the smallest one: its statistic is then not infinite.
_FUNCTIONS |= {"visible": lambda p: np.append(np.minimum(1, p), np.clip(p, TINY, 1))}
_FUNCTIONS |= {"pi": math.pi, "__builtins__": {}}


@cache
def formulas(text: str) -> tuple[Relation, ...]:
    """Read formulas such as ``se = sd / sqrt(n); sd = se * sqrt(n)``, written in the code of this package."""
    found = []
    for one in filter(str.strip, text.replace("\n", ";").split(";")):
        target, _, expression = (part.strip() for part in one.partition("="))
        code = compile(expression, "<formula>", "eval")
        names = tuple(name for name in code.co_names if name not in _FUNCTIONS)

        def function(*values: Any, code: CodeType = code, names: tuple[str, ...] = names) -> Any:
            return eval(code, _FUNCTIONS, dict(zip(names, values, strict=True)))

        found.append(Relation(target, names, function))
    return tuple(found)


def functions(texts: Mapping[str, str], arguments: str) -> dict[str, Callable[..., Any]]:
    """Return functions of arguments such as ``"a, b"`` by name, written as expressions in a table of this package."""
    return {name: eval(f"lambda {arguments}: ({text})", {"np": np}) for name, text in texts.items()}


class Empty(Exception):
    """No value is left for a quantity, named by the argument."""


def holds(interval: Interval, value: float) -> bool:
    """Return whether a value is inside an interval, up to `SLACK` of it: a tiny p is held to its digits too."""
    slack = SLACK * abs(value)
    return interval[0] - slack <= value <= interval[1] + slack


def meet(first: Interval, second: Interval) -> Interval | None:
    """Return what two intervals share, None if they are apart by more than `SLACK`."""
    low, high = max(first[0], second[0]), min(first[1], second[1])
    if low <= high:
        return low, high
    return (high, low) if low - high <= SLACK * max(1.0, abs(low)) else None


def hull(intervals: Iterable[Interval]) -> Interval:
    """Return the smallest interval around all."""
    lows, highs = zip(*intervals, strict=True)
    return min(lows), max(highs)


def image(relation: Relation, box: Mapping[str, Interval]) -> Interval:
    """Return the range of the target over the box; unbounded where a source is, or the function is not defined."""
    ends = [box.get(name, ANY) for name in relation.sources]
    if any(end == ANY for end in ends):
        return ANY
    points = [{low, high, 0.0} if low < 0 < high else {low, high} for low, high in ends]
    with np.errstate(all="ignore"):
        values = np.asarray(relation.function(*np.array(list(product(*points)), dtype=float).T), dtype=float)
    return ANY if np.isnan(values).any() else (float(values.min()), float(values.max()))


def narrow(box: Mapping[str, Interval], relations: Collection[Relation]) -> Box:
    """Cut a box down to what the relations leave; raise `Empty` with the quantity for which nothing is left."""
    found = dict(box)
    for _ in range(ROUNDS):
        moved = False
        for relation in relations:
            old = found.get(relation.target, ANY)
            new = meet(old, image(relation, found))
            if new is None:
                raise Empty(relation.target)
            gain, width = max(new[0] - old[0], old[1] - new[1]), new[1] - new[0]
            if new != old and (math.isinf(width) or gain > LEAST_GAIN * width):
                found[relation.target], moved = new, True
        if not moved:
            break
    return found


def loosened(
    box: Mapping[str, Interval],
    domains: Mapping[str, Interval],
    relations: Collection[Relation],
    families: Collection[Collection[str]],
    counts: Collection[str] = (),
) -> Box:
    """Widen printed numbers that authors compute from others by what the rounding of those others moves.

    Authors compute only members of a family, from numbers outside it where these suffice. What else the others leave
    open, such as the sign behind a two-sided p, widens nothing, and `counts` are not rounded. A number that the others
    contradict keeps its interval. `domains` are the natural limits of quantities.
    """
    found = dict(box)
    for name, own in box.items():
        mine = [family for family in families if name in family]
        for left_out in (*mine, (name,)) if mine else ():
            rest = {other: ends for other, ends in box.items() if other not in left_out}
            implied = _implied(name, domains, rest, relations)
            if implied is None or meet(own, implied) is None:
                break
            # Half of the rounding moves about half as much. Without any, digits would often not fit each other.
            rounded = {other: ends for other, ends in rest.items() if other not in counts and math.isfinite(sum(ends))}
            less = {other: ((3 * a + b) / 4, (a + 3 * b) / 4) for other, (a, b) in rounded.items()}
            if exact := _implied(name, domains, rest | less, relations):
                with np.errstate(invalid="ignore"):  # two infinite ends
                    moves = CURVED * np.subtract(implied, exact)
                low, high = np.add(own, np.where(np.isfinite(moves), moves, 0.0)).tolist()
                found[name] = hull((own, meet(implied, (low, high)) or own))
            if found[name] != own:
                break
    return found


def _implied(
    name: str, domains: Mapping[str, Interval], box: Mapping[str, Interval], relations: Collection[Relation]
) -> Interval | None:
    """Return the range of a number that others imply; None if they contradict each other."""
    with suppress(Empty):
        return narrow({**domains, **box}, relations).get(name, ANY)
    return None
