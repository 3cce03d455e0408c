"""Headline effects as counts of 100 people, by one method for each kind of effect.

A correlation of two classes gives two shares of people in the second class, one for each first class. A correlation of
two continuous measures is read as two classes cut at the middle of each. A mean difference gives the shares in the
worst tenth. A risk ratio multiplies the risk of the control group. Ends of an interval go through the same formula.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from restated.estimate import individuals
from restated.estimate.agreement import bivariate_normal

HUNDRED = 100
Effect = tuple[float, float, float]  #: Middle, lowest and highest value of an effect
WORST = 0.1  #: The share of all children that is called the worst


def of_classes(first: float, second: float) -> Callable[[float], tuple[float, float]]:
    """Return the shares in the second class, of the first class and of the others, as a function of phi."""
    return lambda phi: individuals.shares_given(phi, first, second)


def of_halves(r: float) -> tuple[float, float]:
    """Return the shares above the middle of one measure, of those above and of those below the middle of the other."""
    above = 2 * float(bivariate_normal(0.0, 0.0, r))
    return above, 1 - above


def of_difference(base: float) -> Callable[[float], tuple[float, float]]:
    """Return the shares in the worst tenth, of the worse and of the better group, as a function of d."""

    def shares(d: float) -> tuple[float, float]:
        found = individuals.outermost(d, base=base, share=WORST)
        return found.higher, found.lower

    return shares


def of_ratio(risk: float) -> Callable[[float], tuple[float, float]]:
    """Return the risks with and without treatment as a function of the risk ratio; a risk is at most 1."""
    return lambda ratio: (min(1.0, ratio * risk), risk)


def counted(shares: Callable[[float], tuple[float, float]], effect: Effect) -> dict[str, float]:
    """Return counts of 100 in the ``first`` and ``second`` group, with ``_low`` and ``_high`` over the interval."""
    middle, *ends = (HUNDRED * np.array(shares(x)) for x in effect)
    found: dict[str, float] = {}
    for i, name in enumerate(("first", "second")):
        found |= {name: middle[i], f"{name}_low": min(e[i] for e in ends), f"{name}_high": max(e[i] for e in ends)}
    return found


def table(rows: Iterable[tuple[str, str, str, Callable[[float], tuple[float, float]], Effect]]) -> pd.DataFrame:
    """Return one row an effect: ``label``, ``of`` (the two groups), ``what`` is counted, and the counts."""
    return pd.DataFrame(
        [
            {"label": label, "of": of, "what": what, **counted(shares, effect)}
            for label, of, what, shares, effect in rows
        ]
    )
