"""The one look of every figure: colours by role, which `render.svg` pairs with dark ones, type sizes, small helpers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache, wraps
from typing import Any, NamedTuple, ParamSpec, cast

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from restated.errors import RestatedError
from restated.words import tables


class Tone(NamedTuple):
    """One colour in the two themes."""

    light: str
    dark: str


_TABLES = tables(__file__)
ROLES = {role: Tone(*tones) for role, tones in _TABLES["roles"].items()}  #: Colours by their meaning
RAMP = ("ramp1", "ramp2", "ramp3", "ramp4", "ramp5")
#: Pixels of a figure inch on the page. Nine inches then fill a text column of 720 px, and ten points are 11.1 px.
PX_PER_INCH = 80
WIDE = 9.0  # inches: the text column
NARROW = 4.45  # inches: the text column of a telephone whose screen is 390 px wide
BASE = 10.0  # points: no text of a standard figure is smaller
COMPACT = 9.0  # points: text of figures with many rows
POINTS = 72.0  # points in an inch
EM = BASE / POINTS  # inches: type size of standard figures
#: Drop from the middle of a row to the base line of its text, in type sizes: half the height of a digit.
HALF_DIGIT = 0.36
FONT = "DejaVu Sans"  # ships with matplotlib, so every machine draws the same glyphs
RC: dict[Any, Any] = {"font.family": [FONT], "font.size": BASE, **_TABLES["settings"]}
P = ParamSpec("P")


@dataclass(frozen=True)
class Drawn:
    """A figure in light colours with its two equivalents.

    `alt` says subject, main values and conclusion in 20 to 400 characters; `data` has the numbers in the picture, on
    the scale of the axis; `narrow` draws the same for a narrow screen.
    """

    fig: Figure
    alt: str
    data: pd.DataFrame
    narrow: "Callable[[], Drawn] | None" = field(default=None, repr=False, compare=False)


def require(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Give the table a plain index; refuse one without rows or without one of `columns`."""
    for name in columns:
        if name not in table:
            raise RestatedError(f"the table has no column '{name}'", field=name)
    if len(table) == 0:
        raise RestatedError("the table has no rows: there is nothing to draw", remedy="Say so in words")
    return table.reset_index(drop=True)


def colour(role: str) -> str:
    """Light hex code of a role; a role that does not exist is refused."""
    if role not in ROLES:
        raise RestatedError(f"'{role}' is not a colour role", remedy="Use one of " + ", ".join(ROLES))
    return ROLES[role].light


@contextmanager
def look() -> Iterator[None]:
    """Matplotlib defaults plus the settings of the book, whatever the caller has set."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


#: Whether the figure that is being drawn is for a narrow screen; None while none is.
_NARROW: ContextVar[bool | None] = ContextVar("narrow", default=None)


def narrow() -> bool:
    """Return True while a figure for a narrow screen is being drawn."""
    return bool(_NARROW.get())


def width() -> float:
    """Inches that the figure that is being drawn may take."""
    return NARROW if narrow() else WIDE


def _wrapped(drawn: Drawn) -> Drawn:
    """Break titles of horizontal axes that are wider than the figure, and move those that reach beyond it."""
    inches = drawn.fig.get_figwidth()
    for ax in drawn.fig.axes:
        lines, box = wrap_to(ax.get_xlabel(), inches - 0.1, BASE), ax.get_position()
        half = max((text_width(line, BASE) for line in lines), default=0.0) / 2 + 0.04
        if lines and "\n" not in ax.get_xlabel():
            middle = min(max((box.x0 + box.x1) / 2 * inches, half), inches - half)
            ax.set_xlabel("\n".join(lines), x=(middle / inches - box.x0) / box.width)
    return drawn


def drawing(function: Callable[P, Drawn]) -> Callable[P, Drawn]:
    """Make a figure look the same whatever matplotlib settings the caller has made, and able to be drawn narrow."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Drawn:
        def draw(narrow: bool) -> Drawn:
            token = _NARROW.set(narrow)
            try:
                with look():
                    made = function(*args, **kwargs)
                    return _wrapped(made) if narrow else made
            finally:
                _NARROW.reset(token)

        within = _NARROW.get()
        return draw(within) if within is not None else replace(draw(False), narrow=lambda: draw(True))

    return drawn


def new_figure(width: float, height: float) -> Figure:
    """Empty transparent figure of `width` by `height` inches, free of pyplot's global state."""
    fig = Figure(figsize=(width, height), dpi=100, facecolor="none", edgecolor="none")
    FigureCanvasAgg(fig)
    return fig


def axes_in_inches(fig: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes placed in inches from the lower left corner, dressed by `dress`."""
    w, h = fig.get_size_inches()
    ax = fig.add_axes((left / w, bottom / h, width / w, height / h))
    dress(ax)
    return ax


def framed(width: float, height: float, *place: float) -> tuple[Figure, Axes]:
    """Figure of `width` by `height` inches with one plot, placed as by `axes_in_inches`."""
    fig = new_figure(width, height)
    return fig, axes_in_inches(fig, *place)


def dress(ax: Axes) -> None:
    """Quiet axes: ink-coloured text, a line at the left and below, nothing else."""
    ax.patch.set_visible(False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=colour("muted"), linewidth=0.8)
    ax.tick_params(colors=colour("ink"), color=colour("muted"), labelsize=BASE, length=3.5, width=0.8)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=colour("ink"), fontsize=BASE)


def figure_of(ax: Axes) -> Figure:
    """Figure that axes belong to."""
    return cast(Figure, ax.figure)


def write(fig: Figure, x: float, y: float, text: str, **style: Any) -> Text:
    """Text at a place in inches from the lower left corner of the figure, centred on the height of its letters."""
    look: dict[str, Any] = {"fontsize": BASE, "color": colour("ink"), "va": "center_baseline"} | style
    return fig.text(x, y, text, transform=fig.dpi_scale_trans, **look)


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Figure with invisible axes over all of it, in inches from the upper left corner, counted downwards."""
    fig = new_figure(width, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    return fig, ax


def on_canvas(ax: Axes, x: float, middle: float, text: str, **style: Any) -> Text:
    """Text on a `canvas`, its digits centred on `middle`."""
    look: dict[str, Any] = {"fontsize": BASE, "color": colour("ink"), "va": "baseline", "ha": "left"} | style
    return ax.text(x, middle + HALF_DIGIT * BASE / POINTS, text, **look)


def ground() -> dict[str, Any]:
    """Page behind a text, where lines would run through its letters."""
    return {"facecolor": colour("page"), "edgecolor": "none", "pad": 0.6}


def panel_title(ax: Axes, text: str, y: float = 1.03) -> None:
    """Bold title over the left edge of a panel; `y` in heights of the axes."""
    tone = colour("ink")
    ax.text(0, y, text, transform=ax.transAxes, fontsize=BASE, fontweight="bold", color=tone, va="bottom")


def per_inch(ax: Axes) -> tuple[float, float]:
    """Units of the horizontal and of the vertical axis in an inch of the figure."""
    box, (width, height) = ax.get_position(), figure_of(ax).get_size_inches()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    return (right - left) / (box.width * width), (high - low) / (box.height * height)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width of `text` in inches at `size` points."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return width / POINTS


def wrap_to(text: str, inches: float, size: float) -> list[str]:
    """Break `text` at spaces into lines no wider than `inches` (one word may be wider)."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > inches:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line] if line else lines
