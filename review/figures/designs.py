"""Look of a design: line of an arrow and mark of an estimate, distinct without colour."""

from typing import NamedTuple

from restated.plots.marks import DASHES, SOLID, Dash, Mark


class Design(NamedTuple):
    """Line and mark of one kind of evidence."""

    short: str  # words under the label of an arrow
    width: float  # points
    dash: Dash
    double: bool  # drawn as two thin lines
    mark: Mark


NONE = "none pooled"
DESIGNS: dict[str, Design] = {
    "pooled correlations": Design("pooled r", 2.2, SOLID, False, Mark("o", True, "accent")),
    "pooled group comparisons": Design("groups", 2.2, DASHES, False, Mark("s", False, "accent")),
    "pooled surveys and cohorts": Design("survey", 2.2, (0, (7, 2, 1.2, 2)), False, Mark("D", True, "second")),
    "one sample, one time": Design("one sample", 1.2, (0, (3, 2.4)), False, Mark("^", False, "second")),
    "followed over time": Design("followed", 1.2, (0, (7, 2, 1, 2, 1, 2)), False, Mark("v", True, "third")),
    "twins or families": Design("twins", 3.6, SOLID, True, Mark("X", True, "third")),
    "trial": Design("trial", 1.2, SOLID, False, Mark("P", True, "second")),
    "product of links": Design("product", 1.2, SOLID, False, Mark("*", True, "warn")),
    NONE: Design(NONE, 0.8, (0, (1, 2.6)), False, Mark("", False, "muted")),
}
