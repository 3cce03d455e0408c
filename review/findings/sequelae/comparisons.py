"""Differences of printed estimates: those an abstract states in words, and every pair of outcomes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from restated.estimate import contrasts
from restated_book.register import Register
from review.findings.numbers import ends, selection, value
from review.findings.sequelae.estimates import CONVENTION, OUTCOMES, PATTERN, REVIEWS, se_box


class Comparison(NamedTuple):
    """Two printed estimates to compare."""

    id: str  # of the statement in the register
    name: str
    first: str
    second: str
    stronger: bool  # stated: the first is stronger


def stated() -> tuple[Comparison, ...]:
    """Return the comparisons that abstracts state in words, from ``data/selections/stated-comparisons.csv``."""
    rows = selection("stated-comparisons").to_dict("records")
    return tuple(
        Comparison(r["register_id"], r["name"], r["first"], r["second"], r["statement"] == "stronger") for r in rows
    )


def differences(
    register: Register, pairs: Iterable[Comparison], *, rho: float = 0.0, convention: float = CONVENTION
) -> pd.DataFrame:
    """Test differences of printed estimates, correlated by `rho`, over the range rounding leaves open.

    The gap is the distance between the two 85 % intervals, negative where they overlap; `convention` is the level of
    intervals without a printed level.
    """
    rows = []
    for pair in pairs:
        a, b = register.number(pair.first), register.number(pair.second)
        boxes = a.interval, b.interval, se_box(a, convention=convention), se_box(b, convention=convention)
        z = contrasts.z_difference(*boxes, rho=rho)
        (low_a, high_a), (low_b, high_b) = (
            contrasts.interval(d, se, level=0.85) for d, se in zip(boxes[:2], boxes[2:], strict=True)
        )
        gap = max((low_a[0] - high_b[1], low_a[1] - high_b[0]), (low_b[0] - high_a[1], low_b[1] - high_a[0]))
        difference = (value(a.value) - value(b.value), a.low - b.high, a.high - b.low)
        rows.append((pair.id, pair.name, pair.stronger, *difference, *z, *contrasts.two_sided_p(z), *gap))
    columns = ["id", "name", "stronger", "difference", *ends("difference", "z", "p", "gap")]
    return pd.DataFrame(rows, columns=columns)


def every_pair() -> list[Comparison]:
    """Return the twelve pairs of outcomes within each pattern; the larger printed order of the reviews comes first."""
    pairs = []
    for named in zip(*([f"{key}-{p}-d" for p in patterns] for key, patterns in REVIEWS.values())):
        for i, j in ((0, 1), (0, 2), (1, 2)):
            pattern = PATTERN[named[i].split("-")[1]]
            name = f"{pattern}: {OUTCOMES[i]} v {OUTCOMES[j]}"
            pairs.append(Comparison("", name, named[i], named[j], False))
    return pairs


def dependence(register: Register, grid: Sequence[float], levels: Sequence[float] = (CONVENTION,)) -> pd.DataFrame:
    """Return :func:`differences` (name as ``comparison``) one by one, over levels of unprinted levels and ``rho``."""
    parts = [
        differences(register, [pair], rho=float(rho), convention=level).assign(level=level, rho=float(rho))
        for pair in stated()
        for level in levels
        for rho in grid
    ]
    return pd.concat(parts, ignore_index=True).rename(columns={"name": "comparison"})
