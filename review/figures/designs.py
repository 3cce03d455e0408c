"""How a design looks: the line of an arrow and the mark of an estimate. Shape first, so that no colour is needed."""

from __future__ import annotations

from typing import NamedTuple


class Design(NamedTuple):
    """Line and mark of one kind of evidence."""

    short: str  # words under the label of an arrow
    width: float  # points
    dash: object  # matplotlib line style
    double: bool  # drawn as two thin lines
    marker: str
    filled: bool
    role: str


NONE = "none pooled"
DESIGNS: dict[str, Design] = {
    "pooled correlations": Design("pooled r", 2.2, "-", False, "o", True, "accent"),
    "pooled group comparisons": Design("groups", 2.2, (0, (5, 2)), False, "s", False, "accent"),
    "pooled surveys and cohorts": Design("survey", 2.2, (0, (7, 2, 1.2, 2)), False, "D", True, "second"),
    "one sample, one time": Design("one sample", 1.2, (0, (3, 2.4)), False, "^", False, "second"),
    "followed over time": Design("followed", 1.2, (0, (7, 2, 1, 2, 1, 2)), False, "v", True, "third"),
    "twins or families": Design("twins", 3.6, "-", True, "X", True, "third"),
    "trial": Design("trial", 1.2, "-", False, "P", True, "second"),
    "product of links": Design("product", 1.2, "-", False, "*", True, "warn"),
    NONE: Design(NONE, 0.8, (0, (1, 2.6)), False, "", False, "muted"),
}
