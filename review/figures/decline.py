"""Published estimates of one quantity over the years."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import Fill, Line, Mark, Series, dots, series
from restated.plots.spread import spread
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, per_inch, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plain_ticks, plural
from review.figures.pieces import label
from review.figures.tables import checked, distinct

WIDTH, HEIGHT = 9.0, 4.6  # inches
LEFT = 0.7
#: Distance of estimates of one year, as a share of all years: the width of a mark.
STEP = 0.018
NONE_PRINTED = "no interval printed"
YEARS = Scale("", steps=(1, 2, 5, 10, 20, 50))


@dataclass(frozen=True)
class _Estimates:
    """Columns of the table, one entry per estimate."""

    labels: list[str]
    series: list[str]
    year: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    digits: list[str]

    @property
    def has(self) -> np.ndarray:
        """True where an interval was printed."""
        return np.isfinite(self.low) & np.isfinite(self.high)


@drawing
def over_time(
    table: pd.DataFrame,
    *,
    scale: Scale = CORRELATION,
    axis: str | None = None,
    window: tuple[float, float, str] | None = None,
    joined: bool = True,
) -> Drawn:
    """Draw estimates by year of publication, with printed intervals.

    `table`: `label`, `year`, `value`; optional `low`, `high` (printed interval; missing means none was printed), `text`
    (digits as printed), `series` (at most three). Values are in axis units, and `scale` formats them; `axis` is the
    title of the vertical axis, `window` the first and last year to mark with the words for them. `joined` joins the
    estimates of a series: not for estimates of different kinds. Raises `RestatedError` if a column is missing, a value
    is not finite, there are more than three series or a label is too long.
    """
    table = checked(table, "label", finite=("year", "value"))
    for name, default in (("low", np.nan), ("high", np.nan), ("text", None), ("series", "")):
        if name not in table:
            table[name] = default
    looks = series(distinct(table, "series"), most=3, field="series")
    found = _read(table, scale)
    has, year = found.has, found.year
    words = [f"{label}: {digits}" for label, digits in zip(found.labels, found.digits, strict=True)]
    for i in np.flatnonzero(has):
        words[i] += f" [{_write(scale, found.low[i])}, {_write(scale, found.high[i])}]"
    room = max(text_width(word, BASE) for word in words) + 0.42
    if room > WIDTH - 4.0:
        raise RestatedError("a label is too long for the margin", field="label", remedy="Shorten it")
    key = len(looks) > 1 or not has.all()
    fig = new_figure(WIDTH, HEIGHT)
    ax = axes_in_inches(fig, LEFT, 0.62, WIDTH - LEFT - room, HEIGHT - 0.75 - (0.3 if key else 0.0))
    ends = np.concatenate([found.value, found.low[has], found.high[has], [scale.null]])
    pad = 0.06 * (ends.max() - ends.min())
    ax.set_ylim(ends.min() - pad * (ends.min() < scale.null), ends.max() + pad)
    across = max(year.max() - year.min(), 1)
    ax.set_xlim(year.min() - 0.05 * across, year.max() + 0.05 * across)
    if window:
        _window(ax, *window)
    at = year + _shifts(year, across)
    _points(ax, found, at, looks, joined=joined)
    _labels(ax, found, at, words, looks)
    plain_ticks(ax.yaxis, *ax.get_ylim(), scale=scale)
    marks = YEARS.ticks(*ax.get_xlim(), most=8)
    ax.set_xticks(marks, [str(int(t)) for t in marks])
    ax.set(xlabel="year of publication", ylabel=axis or scale.symbol)
    if key:
        _key(ax, looks, has, joined=joined)
    return Drawn(fig, _alt(found, words, axis or scale.symbol, window), _data(found, scale))


def _read(table: pd.DataFrame, scale: Scale) -> _Estimates:
    year, value, low, high = (table[name].to_numpy(float) for name in ("year", "value", "low", "high"))
    digits = [
        text if isinstance(text, str) and text else _write(scale, v)
        for text, v in zip(table["text"], value, strict=True)
    ]
    labels, names = (table[name].astype(str).tolist() for name in ("label", "series"))
    return _Estimates(labels, names, year, value, low, high, digits)


def _write(scale: Scale, value: float) -> str:
    """A value in axis units."""
    return scale.write(float(scale.forward(value)))


def _shifts(year: np.ndarray, across: float) -> np.ndarray:
    """Shifts that put estimates of one year side by side, in years."""
    shift = np.zeros(len(year))
    for same in (np.flatnonzero(year == y) for y in np.unique(year)):
        shift[same] = STEP * across * (np.arange(len(same)) - (len(same) - 1) / 2)
    return shift


def _window(ax: Axes, first: float, last: float, words: str) -> None:
    """Band over the years of a statement."""
    ax.axvspan(first - 0.5, last + 0.5, zorder=0, gid="window", **Fill("band2", "second").style())
    low, high = ax.get_ylim()
    label(ax, first - 0.7, low + 0.03 * (high - low), words, ha="right", va="bottom")


def _points(ax: Axes, found: _Estimates, at: np.ndarray, looks: dict[str, Series], *, joined: bool) -> None:
    """Marks, hollow where no interval was printed, with intervals and the lines of series."""
    for name, look in looks.items():
        here = np.array([i for i, own in enumerate(found.series) if own == name])
        here = here[np.argsort(found.year[here], kind="stable")]
        if joined and (len(looks) > 1 or name):
            ax.plot(at[here], found.value[here], zorder=2, **look.line().style())
        for i in here:
            if found.has[i]:
                ax.plot([at[i]] * 2, [found.low[i], found.high[i]], color=colour(look.role), linewidth=1.6, zorder=2.5)
            dots(ax, [at[i]], [found.value[i]], _mark(look, found.has[i]), size=7, edge=1.5, zorder=3)


def _mark(look: Series, filled: bool) -> Mark:
    return look.mark._replace(filled=bool(filled))


def _labels(ax: Axes, found: _Estimates, at: np.ndarray, words: list[str], looks: dict[str, Series]) -> None:
    """Label of each point in the right margin at its height, kept apart, joined to it by a thin line."""
    across, up = per_inch(ax)
    right = ax.get_xlim()[1]
    order = np.lexsort((-at, found.value))
    places = spread(found.value[order].tolist(), 0.21 * up, high=ax.get_ylim()[1])
    line = Line("grid", width=0.8).style()
    for i, place in zip(order, places, strict=True):
        ax.plot([at[i], right, right + 0.12 * across], [found.value[i], place, place], zorder=1, clip_on=False, **line)
        mark = _mark(looks[found.series[i]], found.has[i])
        dots(ax, [right + 0.19 * across], [place], mark, size=5, edge=1.2, zorder=2)
        label(ax, right + 0.28 * across, place, words[i], clip_on=False)


def _key(ax: Axes, looks: dict[str, Series], has: np.ndarray, *, joined: bool) -> None:
    key = Key(ax, LEFT + 0.05, HEIGHT - 0.18, mark=(6.5, 1.4))
    if len(looks) > 1:
        for name, look in looks.items():
            samples: list[Line | Mark] = [look.line()] if joined else []
            key.add(name, *samples, _mark(look, False), space=0.1, gap=0.25)
    if not has.all():
        key.add("hollow: " + NONE_PRINTED, Mark("o", False, "muted"), space=0.1, gap=0.25)
        if has.any() and len(looks) == 1:
            key.add("filled: interval printed", Mark("o", True, "muted"), space=0.1, gap=0.25)


def _data(found: _Estimates, scale: Scale) -> pd.DataFrame:
    data = pd.DataFrame(
        {
            "estimate": found.labels,
            "series": found.series,
            "year": found.year.astype(int).astype(str),
            scale.symbol: found.value,
            "lower": found.low,
            "upper": found.high,
            "interval": np.where(found.has, "printed", NONE_PRINTED),
        }
    )
    return data if any(found.series) else data.drop(columns="series")


def _alt(found: _Estimates, words: list[str], axis: str, window: tuple[float, float, str] | None) -> str:
    year, top, bottom = found.year, int(found.value.argmax()), int(found.value.argmin())
    listed = "; ".join(f"{int(year[i])}, {words[i]}" for i in np.argsort(year, kind="stable"))
    without = int((~found.has).sum())
    return alt_text(
        f"{plural(len(year), 'published estimate')} of {axis}, {int(year.min())} to {int(year.max())}: "
        f"from {found.digits[top]} ({found.labels[top]}) to {found.digits[bottom]} ({found.labels[bottom]})",
        listed if len(listed) < 260 else "",
        f"{without} have {NONE_PRINTED}" if without else "",
        f"Marked: {window[0]:g} to {window[1]:g}, {window[2]}" if window else "",
    )
