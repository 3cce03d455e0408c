"""Numbers and sentences for figures: one formatting on the axis, in text columns and in the alt text."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Protocol

import numpy as np
from matplotlib.axis import Axis
from numpy.typing import NDArray

from restated.errors import RestatedError
from restated.printed import legible

ALT_MIN, ALT_MAX = 20, 400  #: Bounds of an alternative text. Shorter says nothing, longer belongs in the data table.
MORE = "; and more."  #: End of a list in an alternative text that has no room for all of it
MINUS = "−"
_WHOLE_STEPS = tuple(m * 10**e for e in range(7) for m in (1, 2, 5))
_TICK_DIGITS = 8  #: Most digits of a tick; every step is coarser
_TICK_ERROR = 1e-10  #: Arithmetic error of a tick, far below the finest step


def number(x: float | None, decimals: int = 2, *, leading_zero: bool = True) -> str:
    """Number as printed: true minus, no negative zero, and .31 instead of 0.31 for bounded statistics."""
    if x is None or np.isnan(x):
        raise RestatedError("a missing value cannot be written as a number")
    if np.isinf(x):
        return "∞" if x > 0 else MINUS + "∞"
    text = str(abs(Decimal(repr(float(x)))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN))
    sign = MINUS if x < 0 and float(text) else ""
    return sign + (text[1:] if not leading_zero and text.startswith("0.") else text)


def count(n: float | None) -> str:
    """Whole number with thousands separated: 4819 -> 4,819; empty for a missing one."""
    return "" if n is None or np.isnan(n) else f"{round(n):,}"


def alt_text(*sentences: str) -> str:
    """Alternative text from sentences in order of importance; those that no longer fit are left out."""
    text = ""
    for sentence in filter(None, sentences):
        sentence = legible(" ".join(sentence.split()))
        if sentence[-1] not in ".!?":
            sentence += "."
        longer = f"{text} {sentence}".strip()
        if len(longer) > ALT_MAX:  # of a list the first items stay
            end = longer.rfind("; ", len(text), ALT_MAX - len(MORE))
            longer = longer[:end] + MORE if end > 0 else text
        text = longer
    if len(text) < ALT_MIN:
        problem = f"the alternative text '{text}' is not between {ALT_MIN} and {ALT_MAX} characters"
        raise RestatedError(problem, remedy="Say what is shown, the main values and the conclusion")
    return text


def plural(n: int, one: str) -> str:
    """'1 study', '16 studies', '3 boxes'."""
    many = re.sub(r"(?<=[^aeiou])y$", "ie", one) + ("es" if one.endswith(("x", "s", "ch", "sh")) else "s")
    return f"{n:,} {one if n == 1 else many}"


class Estimate(Protocol):
    """Estimate and confidence interval on the scale of analysis."""

    @property
    def estimate(self) -> float: ...
    @property
    def ci_low(self) -> float: ...
    @property
    def ci_high(self) -> float: ...


@dataclass(frozen=True)
class Scale:
    """Conversion between the scale of analysis and the scale of the axis.

    `symbol` is the quantity on the axis: r, kappa, d, odds ratio. `back` leads from the analysis scale to the axis
    scale and `forward` the other way; both increase. `null` is the value of no effect on the axis scale, `decimals` the
    digits shown; without `leading_zero` .31 is written, as for statistics up to one. `steps` are candidate distances
    between ticks, on the axis scale; if empty, ticks are ratios (.1, .2, .5, 1, ...).
    """

    symbol: str
    back: Callable[[Any], Any] = lambda x: x
    forward: Callable[[Any], Any] = lambda x: x
    null: float = 0.0
    decimals: int = 2
    leading_zero: bool = True
    steps: Sequence[float] = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, *_WHOLE_STEPS)

    @property
    def origin(self) -> float:
        """Value of no effect on the scale of analysis."""
        return float(self.forward(self.null))

    def includes(self, fit: Estimate) -> str:
        """The interval of a result and the value of no effect: "includes 0" or "excludes 0"."""
        verb = "includes" if fit.ci_low <= self.origin <= fit.ci_high else "excludes"
        return f"{verb} {number(self.null, 0)}"

    def write(self, x: float) -> str:
        """A value of the analysis scale, written on the axis scale."""
        return number(float(self.back(x)), self.decimals, leading_zero=self.leading_zero)

    def write_interval(self, low: float, high: float) -> str:
        """An interval of the analysis scale: [.25, .37]."""
        return f"[{self.write(low)}, {self.write(high)}]"

    def write_result(self, fit: Estimate) -> str:
        """Estimate and interval: .31 [.25, .37]."""
        return f"{self.write(fit.estimate)} {self.write_interval(fit.ci_low, fit.ci_high)}"

    def tick_labels(self, values: Collection[float]) -> list[str]:
        """Ticks, given on the axis scale, all with as many digits as the longest needs; 0 stays 0."""
        exact = (all(abs(round(v, d) - v) <= _TICK_ERROR for v in values) for d in range(_TICK_DIGITS))
        digits = next((d for d, shown in enumerate(exact) if shown), _TICK_DIGITS)
        if not self.steps:  # ratio ticks span magnitudes: .1, 1, 10
            return [number(v, 0 if float(v).is_integer() else digits) for v in values]
        return ["0" if abs(v) < _TICK_ERROR else number(v, digits, leading_zero=self.leading_zero) for v in values]

    def ticks(self, low: float, high: float, *, most: int = 8) -> NDArray[np.float64]:
        """Round axis values between two analysis-scale limits, at most `most` of them."""
        low, high = float(self.back(low)), float(self.back(high))
        if not self.steps:
            candidates = np.array([m * 10.0**e for e in range(-4, 5) for m in (1, 2, 5)])
            inside = candidates[(candidates >= low) & (candidates <= high)]
            return inside if len(inside) <= most else inside[np.isclose(np.log10(inside) % 1, 0)]
        for step in self.steps:
            first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
            if last - first + 1 <= most:
                return np.arange(first, last + 1) * step
        return np.linspace(low, high, 5)


PLAIN = Scale("")  #: Numbers as they are


def plain_ticks(axis: Axis, low: float, high: float, *, most: int = 8, scale: Scale = PLAIN) -> None:
    """Set round ticks of `scale` on a matplotlib axis, none outside the limits, which are on the scale of analysis."""
    ticks = scale.ticks(low, high, most=most)
    axis.set_ticks(scale.forward(ticks), labels=scale.tick_labels(ticks))


#: Fisher's z inside, r on the axis (Fisher, 1921): variances are equal inside, readers think in r.
FISHER_Z = Scale("r", back=np.tanh, forward=np.arctanh, leading_zero=False)
CORRELATION = Scale("r", leading_zero=False)  #: Correlations or kappas analysed as they are
DIFFERENCE = Scale("d")  #: Standardised mean differences
HEDGES_G = Scale("g")
#: Log ratios inside, ratios on the axis.
RISK_RATIO = Scale("risk ratio", back=np.exp, forward=np.log, null=1.0, steps=())
ODDS_RATIO = Scale("odds ratio", back=np.exp, forward=np.log, null=1.0, steps=())
COUNTS = Scale("count", back=np.exp, forward=np.log, null=1.0, decimals=0, steps=())  #: Counts over several magnitudes
