"""True effects of a simulated cohort, as expected ratings of its sixteen cells.

The metric d is a difference of means in SDs of one grade's ratings within a class. The printed values contrast a class
with all other children; the means that have these contrasts follow from the class shares p: with the grand mean at 0,
class c is at (1 - p_c) d_c, and the secure class where the weighted sum is 0.

Extra growth is in the same unit: by grade 6, the children who grow have risen by that much more since kindergarten than
every other child. In kindergarten they differ by the main effects, and by the levels of :data:`GROWERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from restated.errors import RestatedError
from restated_book import paths
from review.findings.cohort.design import CELLS, CLASSES, RISKS, SEXES, Design

PRINTED: dict[str, str] = paths.tables(__file__)  #: Register ids of the contrasts of one class with all others
SHARES = {name: f"madigan2023-{name}" for name in CLASSES}  #: Register ids of the class shares
#: Extra growth of the decisive cell in the scenarios with an interaction: small, medium and large by Cohen's words.
EXTRA = (0.2, 0.5, 0.8)
#: Sizes of the scenarios without a four-way term: these, and one between small and medium.
TWO_WAY = (0.2, 0.3, 0.5, 0.8)
#: Who among disorganized children differs, in words and as level in kindergarten and extra growth by sex and risk, in
#: multiples of the size of a scenario; levels are centred at the usual shares, so that the main effects stay as pooled.
GROWERS: Mapping[str, tuple[str, Callable[[bool, bool], tuple[float, float]]]] = {
    "cell": ("disorganized boys at high risk grow", lambda boy, high: (0, boy and high)),
    "boys": ("all disorganized boys grow", lambda boy, high: (0, boy)),
    "risk": ("all disorganized at high risk grow", lambda boy, high: (0, high)),
    "sum": ("growth half by sex, half by risk", lambda boy, high: (0, (boy + high) / 2)),
    "all": ("all disorganized grow", lambda boy, high: (0, 1)),
    "apart": ("all disorganized grow; sex, risk in level", lambda boy, high: (boy - 0.5 + high - 0.25, 1)),
}


@dataclass(frozen=True)
class Effects:
    """True effects: contrasts of each insecure class with all other children, and an extra growth of some."""

    label: str
    contrasts: Mapping[str, float]
    extra: float = 0.0
    growers: str = "cell"

    def with_extra(self, extra: float, label: str | None = None, growers: str = "cell") -> Effects:
        """Return the same main effects with another extra growth."""
        return replace(self, extra=extra, growers=growers, label=label or f"{self.label}, extra growth {extra:g}")


def scenarios(register) -> dict[str, Effects]:
    """Return the scenarios by key: nothing, printed main effects at three places, and these with an interaction."""

    def at(part: str) -> dict[str, float]:
        found = {name: getattr(register[id], part) for name, id in PRINTED.items()}
        for name, number in found.items():
            if number is None:
                raise RestatedError(f"'{PRINTED[name]}' has no printed interval", field=part)
        return {name: float(number.value) for name, number in found.items()}

    middle = Effects("main effects as pooled", at("value"))
    found = {
        "nothing": Effects("nothing", dict.fromkeys(PRINTED, 0.0)),
        "main-low": Effects("main effects, lower ends", at("ci_low")),
        "main": middle,
        "main-high": Effects("main effects, upper ends", at("ci_high")),
    }
    return found | {
        f"extra-{round(100 * x):03d}": middle.with_extra(x, f"main effects + growth of {x:g}") for x in EXTRA
    }


def two_way(register) -> dict[str, Effects]:
    """Return scenarios without a four-way term by key: pooled main effects, and growth of more than one cell."""
    main = scenarios(register)["main"]
    return {
        f"{who}-{round(100 * x):03d}": main.with_extra(x, f"{words}, {x:g}", who)
        for who, (words, _) in list(GROWERS.items())[1:]
        for x in TWO_WAY
    }


def shares(register) -> dict[str, float]:
    """Return the printed worldwide class shares."""
    return {name: float(register[id].value.value) / 100 for name, id in SHARES.items()}


def class_levels(contrasts: Mapping[str, float], class_shares: Mapping[str, float]) -> dict[str, float]:
    """Return the class means, with a grand mean of 0, that have these contrasts of one class with all others."""
    levels = {name: (1 - class_shares[name]) * d for name, d in contrasts.items()}
    total = sum(class_shares[name] * level for name, level in levels.items())
    return {"secure": -total / class_shares["secure"]} | levels


def cell_lines(
    effects: Effects,
    class_shares: Mapping[str, float],
    *,
    trend: float = 0.0,
    trend_boys: float = 0.0,
    boys: float = 0.0,
    risk: float = 0.0,
) -> np.ndarray:
    """Return the expected rating at mid-course and the expected change of each cell, shape (16, 2).

    The change is `trend` on average over the sexes, and boys change by `trend_boys` more than girls; at mid-course
    `boys` are above girls and high `risk` is above lower risk.
    """
    levels = class_levels(effects.contrasts, class_shares)
    at = np.array([levels[a] + boys * (s == SEXES[1]) + risk * (r == RISKS[1]) for a, s, r in CELLS])
    lines = np.column_stack([at, [trend + trend_boys * ((s == SEXES[1]) - 0.5) for _, s, _ in CELLS]])
    grows = GROWERS[effects.growers][1]
    part = [grows(s == SEXES[1], r == RISKS[1]) if a == "disorganized" else (0, 0) for a, s, r in CELLS]
    return lines + effects.extra * np.array(part) @ [[1, 0], [0.5, 1]]  # time runs from -1/2 to 1/2


def coefficients(lines: np.ndarray, design: Design) -> np.ndarray:
    """Return the coefficients of the analysis model for these lines of cells, shape (32,), in the order of the fit."""
    return np.linalg.solve(np.column_stack([np.ones(len(CELLS)), design.cells]), lines).ravel()
