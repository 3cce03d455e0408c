"""Marks, lines and fills: one vocabulary for plots and their keys, and one order in which series take them."""

from collections.abc import Collection
from typing import Any, NamedTuple, TypeAlias

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from restated.errors import RestatedError
from restated.plots.style import colour
from restated.words import tables

#: Line style as matplotlib takes it: a name, or an offset with the lengths of strokes and gaps in line widths.
Dash: TypeAlias = str | tuple[float, tuple[float, ...]]
SOLID: Dash = "-"
DASHES: Dash = (0, (5, 2))
SHORT_DASHES: Dash = (0, (4, 2))
DOTS: Dash = (0, (1, 1.5))
DASH_DOTS: Dash = "-."
GUIDE: Dash = (0, (2, 2))  #: Dashes of lines for comparison, which are not data
DOTTED_GUIDE: Dash = (0, (1, 2))
SIZE, EDGE = 6.5, 1.4  #: Size and edge width of a mark in points


class Mark(NamedTuple):
    """Shape, filling and colour role of a mark; a mark that is not filled shows the page inside."""

    shape: str
    filled: bool
    role: str

    def style(self, size: float = SIZE, edge: float = EDGE) -> dict[str, Any]:
        """Arguments of a matplotlib line; `size` and `edge` in points."""
        tone = colour(self.role)
        return {
            "marker": self.shape,
            "markersize": size,
            "markeredgewidth": edge,
            "markeredgecolor": tone,
            "markerfacecolor": tone if self.filled else colour("page"),
        }


def of(kind: str, module: str = __file__) -> dict[str, Any]:
    """Return the marks of a kind of things by their words, from the table of a `module`; None for no mark."""
    return {word: Mark(*mark) if mark else None for word, mark in tables(module)[kind].items()}


class Line(NamedTuple):
    """Colour role, dashes and width in points of a line."""

    role: str
    dash: Dash = SOLID
    width: float = 1.2

    def style(self) -> dict[str, Any]:
        """Arguments of a matplotlib line."""
        return {"color": colour(self.role), "linestyle": self.dash, "linewidth": self.width}


class Fill(NamedTuple):
    """Colour roles of face and edge ("none" for none), hatch, edge width in points, and dashes of the edge."""

    face: str
    edge: str = "muted"
    hatch: str | None = None
    width: float = 0.9
    dash: Dash | None = None

    def style(self) -> dict[str, Any]:
        """Arguments of a matplotlib patch, bar or filled area."""
        face, edge = ("none" if role == "none" else colour(role) for role in (self.face, self.edge))
        style = {"facecolor": face, "edgecolor": edge, "hatch": self.hatch, "linewidth": self.width}
        return style if self.dash is None else style | {"linestyle": self.dash}


class Series(NamedTuple):
    """Mark and dashes of one series among several."""

    mark: Mark
    dash: Dash

    @property
    def role(self) -> str:
        """Colour role of mark and line."""
        return self.mark.role

    def line(self, width: float = 1.2) -> Line:
        """Line of the series, `width` in points."""
        return Line(self.role, self.dash, width)


#: Series in the order in which a figure takes them. Shape and dashes distinguish them without colour.
SERIES = (
    Series(Mark("o", True, "accent"), SOLID),
    Series(Mark("s", False, "second"), DASHES),
    Series(Mark("^", True, "third"), DOTS),
    Series(Mark("D", False, "ink"), DASH_DOTS),
)


def limited(count: int, most: int, what: str, field: str | None = None) -> None:
    """Refuse more series, classes or events than a figure has marks or fills for, and none."""
    if not 1 <= count <= most:
        raise RestatedError(f"{count} {what} cannot be distinguished", field=field, remedy=f"Give between 1 and {most}")


def series(
    names: Collection[str], *, what: str = "series", field: str | None = None, most: int = len(SERIES)
) -> dict[str, Series]:
    """Mark and dashes of each name, in the order of `SERIES`; too many names, and none, are refused."""
    limited(len(names), most, what, field)
    return dict(zip(names, SERIES, strict=False))


def dots(
    ax: Axes,
    x: ArrayLike,
    y: ArrayLike,
    mark: Mark,
    *,
    size: float = SIZE,
    edge: float = EDGE,
    zorder: float = 4,
    gid: str | None = None,
    **style: Any,
) -> None:
    """Draw marks without a line through them; they may reach beyond the axes."""
    style = {"linestyle": "none", "clip_on": False, "zorder": zorder, "gid": gid, **mark.style(size, edge)} | style
    ax.plot(x, y, **style)
