"""Published estimates of one quantity over the years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plural

WIDTH, HEIGHT = 9.0, 4.6  # inches
#: Marker, colour and line style of the first, second and third series: shapes first.
SERIES = (("o", "accent", "-"), ("s", "second", (0, (5, 2))), ("^", "third", (0, (1, 1.5))))
#: Distance of estimates of one year, as a share of all years: a mark is as wide.
BESIDE = 0.018
NONE_PRINTED = "no interval printed"


@drawing
def over_time(
    table: pd.DataFrame,
    *,
    scale: Scale = CORRELATION,
    axis: str | None = None,
    window: tuple[float, float, str] | None = None,
    joined: bool = True,
) -> Drawn:
    """Estimates by year of publication, with printed intervals where any were printed.

    Parameters
    ----------
    table : DataFrame
        `label`, `year`, `value`; optional `low`, `high` (printed interval; missing means none was printed),
        `text` (digits as printed), `series` (at most three).
    scale : Scale
        How numbers are written; values are in axis units.
    axis : str, optional
        Title of the vertical axis.
    window : (first year, last year, words), optional
        Years to mark, both included.
    joined : bool
        Join the estimates of a series; not for estimates of different kinds.

    Raises
    ------
    RestatedError
        If a column is missing, a value is not finite or there are more than three series.
    """
    require(table, "label", "year", "value")
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    table = table.reset_index(drop=True)
    for name, default in (("low", np.nan), ("high", np.nan), ("text", None), ("series", "")):
        if name not in table:
            table[name] = default
    year, value, low, high = (table[name].to_numpy(float) for name in ("year", "value", "low", "high"))
    if not np.isfinite(np.array([year, value])).all():
        raise RestatedError("a year or a value is missing", row=int(np.argmin(np.isfinite(year + value))) + 1)
    names = list(dict.fromkeys(table["series"].astype(str)))
    if len(names) > len(SERIES):
        raise RestatedError(f"{len(names)} series cannot be told apart", field="series", remedy="Give at most three")
    digits = [
        text if isinstance(text, str) and text else scale.write(float(scale.forward(v)))
        for text, v in zip(table["text"], value, strict=True)
    ]
    has = np.isfinite(low) & np.isfinite(high)
    words = [
        f"{label}: {d} [{scale.write(float(scale.forward(a)))}, {scale.write(float(scale.forward(b)))}]"
        if h
        else f"{label}: {d}"
        for label, d, a, b, h in zip(table["label"], digits, low, high, has, strict=True)
    ]
    fig = new_figure(WIDTH, HEIGHT)
    room = max(text_width(word, BASE) for word in words) + 0.42
    if room > WIDTH - 4.0:
        raise RestatedError("a label is too long to stand beside the plot", field="label", remedy="Shorten it")
    key = len(names) > 1 or not has.all()
    ax = axes_in_inches(fig, 0.7, 0.62, WIDTH - 0.7 - room, HEIGHT - 0.75 - (0.3 if key else 0.0))
    ends = np.concatenate([value, low[has], high[has], [scale.null]])
    pad = 0.06 * (ends.max() - ends.min())
    ax.set_ylim(ends.min() - pad * (ends.min() < scale.null), ends.max() + pad)
    across = max(year.max() - year.min(), 1)
    at = year + _beside(year, across)
    ax.set_xlim(year.min() - 0.05 * across, year.max() + 0.05 * across)
    if window:
        _window(ax, *window)
    for i, name in enumerate(names):
        marker, role, dash = SERIES[i]
        here = np.flatnonzero((table["series"].astype(str) == name).to_numpy())
        here = here[np.argsort(year[here], kind="stable")]
        if joined and (len(names) > 1 or name):
            ax.plot(at[here], value[here], color=colour(role), linewidth=1.2, linestyle=dash, zorder=2)
        for j in here:
            if has[j]:
                ax.plot([at[j]] * 2, [low[j], high[j]], color=colour(role), linewidth=1.6, zorder=2.5)
            ax.plot(
                [at[j]],
                [value[j]],
                linestyle="none",
                marker=marker,
                markersize=7,
                zorder=3,
                markeredgewidth=1.5,
                markeredgecolor=colour(role),
                markerfacecolor=colour(role if has[j] else "page"),
                clip_on=False,
            )
    styles = [SERIES[names.index(str(name))][:2] for name in table["series"]]
    _labels(ax, at, value, words, styles, has)
    ticks = scale.ticks(*ax.get_ylim())
    ax.set_yticks(ticks, scale.tick_labels(ticks))
    marks = Scale("", steps=(1, 2, 5, 10, 20, 50)).ticks(*ax.get_xlim(), most=8)
    ax.set_xticks(marks, [str(int(t)) for t in marks])
    ax.set_xlabel("year of publication")
    ax.set_ylabel(axis or scale.symbol)
    if key:
        _key(fig, ax, names, not has.all(), bool(has.any()), joined)
    data = pd.DataFrame(
        {
            "estimate": table["label"].astype(str),
            "series": table["series"].astype(str),
            "year": year.astype(int).astype(str),
            scale.symbol: value,
            "lower": low,
            "upper": high,
            "interval": np.where(has, "printed", NONE_PRINTED),
        }
    )
    if names == [""]:
        data = data.drop(columns="series")
    order = np.argsort(year, kind="stable")
    high_at, low_at = int(value.argmax()), int(value.argmin())
    listed = "; ".join(f"{int(year[j])}, {words[j]}" for j in order)
    return Drawn(
        fig,
        alt_text(
            f"{plural(len(table), 'published estimate')} of {axis or scale.symbol}, "
            f"{int(year.min())} to {int(year.max())}: from {digits[high_at]} ({table['label'][high_at]}) "
            f"to {digits[low_at]} ({table['label'][low_at]})",
            listed if len(listed) < 260 else "",
            f"{int((~has).sum())} have {NONE_PRINTED}" if (~has).any() else "",
            f"Marked: {window[0]:g} to {window[1]:g}, {window[2]}" if window else "",
        ),
        data,
    )


def _beside(year: np.ndarray, across: float) -> np.ndarray:
    """Shifts that put estimates of one year side by side, in years."""
    shift = np.zeros(len(year))
    for same in (np.flatnonzero(year == y) for y in np.unique(year)):
        shift[same] = BESIDE * across * (np.arange(len(same)) - (len(same) - 1) / 2)
    return shift


def _window(ax, first: float, last: float, words: str) -> None:
    """Years that a statement names, each year as wide as it is long."""
    ax.axvspan(
        first - 0.5,
        last + 0.5,
        facecolor=colour("band2"),
        edgecolor=colour("second"),
        linewidth=0.9,
        zorder=0,
        gid="window",
    )
    low, high = ax.get_ylim()
    ax.text(first - 0.7, low + 0.03 * (high - low), words, fontsize=BASE, color=colour("ink"), ha="right", va="bottom")


def _labels(ax, year, value, words, styles, has) -> None:
    """Label of each point in the right margin at its height, kept apart, joined to it by a thin line."""
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    width, height = ax.figure.get_size_inches()
    unit = (high - low) / (ax.get_position().height * height)
    per_inch = (right - left) / (ax.get_position().width * width)
    gap = 0.21 * unit
    order = np.lexsort((-np.asarray(year), value))
    at = [float(value[j]) for j in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + gap)
    # What left the plot at the top comes back down; the order is kept.
    at[-1] = min(at[-1], high)
    for i in reversed(range(len(at) - 1)):
        at[i] = min(at[i], at[i + 1] - gap)
    for j, place in zip(order, at, strict=True):
        ax.plot(
            [year[j], right, right + 0.12 * per_inch],
            [value[j], place, place],
            color=colour("grid"),
            linewidth=0.8,
            zorder=1,
            clip_on=False,
        )
        marker, role = styles[j]
        ax.plot(
            [right + 0.19 * per_inch],
            [place],
            linestyle="none",
            marker=marker,
            markersize=5,
            markeredgewidth=1.2,
            markeredgecolor=colour(role),
            markerfacecolor=colour(role if has[j] else "page"),
            clip_on=False,
        )
        ax.text(
            right + 0.28 * per_inch,
            place,
            words[j],
            fontsize=BASE,
            color=colour("ink"),
            va="center_baseline",
            clip_on=False,
        )


def _key(fig, ax, names, hollow: bool, filled: bool, joined: bool) -> None:
    width, height = fig.get_size_inches()
    x, y = ax.get_position().x0 * width + 0.05, height - 0.18
    inches = fig.dpi_scale_trans

    def entry(text: str, marker: str, role: str, face: str, dash=None) -> None:
        nonlocal x
        if dash is not None:
            ax.plot(
                [x, x + 0.36],
                [y, y],
                color=colour(role),
                linewidth=1.2,
                linestyle=dash,
                transform=inches,
                clip_on=False,
            )
        ax.plot(
            [x + 0.18],
            [y],
            linestyle="none",
            marker=marker,
            markersize=6.5,
            markeredgewidth=1.4,
            transform=inches,
            markeredgecolor=colour(role),
            markerfacecolor=colour(face),
            clip_on=False,
        )
        fig.text(x + 0.46, y, text, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
        x += 0.46 + text_width(text, BASE) + 0.25

    if len(names) > 1:
        for (marker, role, dash), name in zip(SERIES, names, strict=False):
            entry(name, marker, role, "page", dash if joined else None)
    if hollow:
        entry("hollow: " + NONE_PRINTED, "o", "muted", "page")
    if filled and hollow and len(names) == 1:
        entry("filled: interval printed", "o", "muted", "muted")
