"""Funnel plots with contours of significance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DASHES, DOTS, SHORT_DASHES, SOLID, Fill, Line, Mark, dots
from restated.plots.style import Drawn, axes_in_inches, colour, drawing, figure_of, new_figure
from restated.plots.words import FISHER_Z, Scale, alt_text, crosses, number, plural

#: Two-sided p at the edges of the zones, with the fill inside each edge and the line style of the edge
#: itself.
EDGES = ((0.10, "zone1", "-"), (0.05, "zone2", (0, (5, 2))), (0.01, "zone3", (0, (1, 1.5))))
WIDTH, HEIGHT = 7.4, 4.6  # inches
KEY = 2.0  # inches at the right for the key
STUDY, IMPUTED = Mark("o", True, "accent"), Mark("D", False, "second")
POOLED, WITH_IMPUTED = Line("accent", width=1.3), Line("second", SHORT_DASHES, 1.3)


@drawing
def funnel(
    y,
    se,
    fit,
    *,
    labels=None,
    filled_y=(),
    filled_se=(),
    filled_fit=None,
    transform: Scale = FISHER_Z,
    axis: str | None = None,
) -> Drawn:
    """Contour-enhanced funnel plot.

    Parameters
    ----------
    y, se : array_like, shape (k,)
        Effects and standard errors on the scale of analysis.
    fit : object
        Result with estimate, ci_low, ci_high.
    labels : sequence, optional
        Names of the studies, for the data table.
    filled_y, filled_se : array_like
        Studies imputed by trim and fill: hollow diamonds.
    filled_fit : object, optional
        Result with the imputed studies; its estimate is a second line.
    transform : Scale
        From the scale of analysis to the axis.
    axis : str, optional
        Title of the horizontal axis; default the symbol of the scale.

    Raises
    ------
    RestatedError
        If the arrays differ in length or hold something that is not a finite number.

    References
    ----------
    Peters, J. L., et al. (2008). Contour-enhanced meta-analysis funnel plots help distinguish publication
    bias from other causes of asymmetry. Journal of Clinical Epidemiology, 61, 991-996.
    """
    y, se = _pair(y, se, "y")
    filled_y, filled_se = _pair(filled_y, filled_se, "filled_y", empty=True)
    if labels is None:
        labels = [str(i + 1) for i in range(len(y))]
    if len(labels) != len(y):
        raise RestatedError(f"{len(y)} effects but {len(labels)} labels", field="labels")
    null = float(transform.forward(transform.null))
    deepest = 1.06 * max(se.max(), filled_se.max(initial=0))
    every = np.concatenate([y, filled_y, [fit.estimate]])
    reach = 1.06 * max(np.abs(every - null).max(), norm.isf(EDGES[-1][0] / 2) * deepest)
    low, high = null - reach, null + reach

    fig = new_figure(WIDTH, HEIGHT)
    ax = axes_in_inches(fig, 0.75, 0.62, WIDTH - 0.75 - KEY, HEIGHT - 0.75)
    ax.set_xlim(low, high)
    ax.set_ylim(deepest, 0)
    outer = [(low, 0), (high, 0), (high, deepest), (low, deepest)]
    ax.add_patch(Polygon(outer, closed=True, facecolor=colour(EDGES[-1][1]), linewidth=0, zorder=0))
    for i in reversed(range(len(EDGES))):
        p, _, dash = EDGES[i]
        half = norm.isf(p / 2) * deepest
        fill = colour("page" if i == 0 else EDGES[i - 1][1])
        triangle = [(null, 0), (null - half, deepest), (null + half, deepest)]
        ax.add_patch(Polygon(triangle, closed=True, facecolor=fill, linewidth=0, zorder=0.1 * (len(EDGES) - i)))
        ax.plot(
            [null - half, null, null + half],
            [deepest, 0, deepest],
            color=colour("muted"),
            linewidth=0.7,
            linestyle=dash,
            zorder=0.5,
        )
    ax.plot([fit.estimate] * 2, [0, deepest], color=colour("accent"), linewidth=1.3, zorder=1.5, gid="estimate")
    if filled_fit is not None and len(filled_y):
        ax.plot(
            [filled_fit.estimate] * 2,
            [0, deepest],
            color=colour("second"),
            linewidth=1.3,
            linestyle=(0, (4, 2)),
            zorder=1.5,
        )
    ax.plot(
        y,
        se,
        linestyle="none",
        marker="o",
        markersize=5,
        color=colour("accent"),
        markeredgecolor=colour("page"),
        markeredgewidth=0.6,
        zorder=3,
        gid="studies",
    )
    if len(filled_y):
        ax.plot(
            filled_y,
            filled_se,
            linestyle="none",
            marker="D",
            markersize=5,
            markerfacecolor=colour("page"),
            markeredgecolor=colour("second"),
            markeredgewidth=1.2,
            zorder=3,
            gid="imputed",
        )
    ticks = transform.ticks(low, high)
    ax.set_xticks(transform.forward(ticks), transform.tick_labels(ticks))
    depths = Scale("").ticks(0, deepest, most=6)
    ax.set_yticks(depths, Scale("", leading_zero=transform.leading_zero).tick_labels(depths))
    ax.set_xlabel(axis or transform.symbol)
    ax.set_ylabel("standard error" + (" (of Fisher z)" if transform is FISHER_Z else ""))
    _draw_key(ax, fit, filled_fit, len(filled_y), transform)

    data = pd.DataFrame(
        {
            "study": [*map(str, labels), *[f"imputed {i + 1}" for i in range(len(filled_y))]],
            transform.symbol: transform.back(np.concatenate([y, filled_y])),
            "standard error": np.concatenate([se, filled_se]),
            "drawn as": ["filled circle"] * len(y) + ["hollow diamond"] * len(filled_y),
        }
    )
    p = 2 * norm.sf(np.abs(y - null) / se)
    significant = int((p < 0.05).sum())
    return Drawn(
        fig,
        alt_text(
            f"Funnel plot of {plural(len(y), 'study', 'studies')}: {transform.symbol} against its standard "
            f"error, with zones of p below .10, .05 and .01",
            f"Pooled {transform.symbol} {transform.write_result(fit)}; "
            f"{significant} of {len(y)} studies lie at p < .05",
            _filled_words(len(filled_y), filled_fit, transform),
        ),
        data,
    )


def _pair(y, se, name: str, *, empty: bool = False) -> tuple[np.ndarray, np.ndarray]:
    y, se = np.asarray(y, float), np.asarray(se, float)
    if y.ndim != 1 or y.shape != se.shape or not (empty or len(y)):
        raise RestatedError(
            f"effects have shape {y.shape} and standard errors {se.shape}",
            field=name,
            remedy="Give one standard error for each effect",
        )
    if not np.isfinite(y).all() or not np.isfinite(se).all() or (se <= 0).any():
        raise RestatedError(
            "an effect or a standard error is missing, infinite or not positive",
            field=name,
            remedy="Leave the study out, and say so",
        )
    return y, se


def _filled_words(filled: int, filled_fit, scale: Scale) -> str:
    if filled_fit is None:
        return ""
    if not filled:
        return "Trim and fill imputes no study"
    side = crosses(filled_fit.ci_low, filled_fit.ci_high, float(scale.forward(scale.null)))
    return (
        f"Trim and fill imputes {plural(filled, 'study', 'studies')}; with them "
        f"{scale.write_result(filled_fit)}, which {side} {number(scale.null, 0)}"
    )


def _draw_key(ax: Axes, fit: Any, filled_fit: Any, filled: int, scale: Scale) -> None:
    """Key at the right: zones by fill and edge, marks by shape, lines by style."""
    fig = figure_of(ax)
    zones = Key(fig, WIDTH - KEY + 0.15, HEIGHT - 0.32, tall=0.15, step=0.245)
    names = ("p > .10", ".05 < p < .10", ".01 < p < .05", "p < .01")
    for name, fill in zip(names, ("page", *(fill for _, fill, _ in EDGES)), strict=True):
        zones.add(name, Fill(fill, width=0.7), width=0.32, space=0.1)
        zones.newline()
    key = Key(ax, zones.x, zones.y - 0.1, mark=(5, 1.0), step=0.245)
    entries: list[tuple[str, Mark | Line]] = [("study", STUDY)]
    if filled:
        entries.append(("imputed study", IMPUTED))
    entries.append((f"pooled, {scale.write(fit.estimate)}", POOLED))
    if filled_fit is not None and filled:
        entries.append((f"with imputed, {scale.write(filled_fit.estimate)}", WITH_IMPUTED))
    for words, sample in entries:
        key.mark = (5, 1.2 if sample is IMPUTED else 1.0)
        key.add(words, sample, width=0.32, space=0.1)
        key.newline()
