"""Funnel plots with contours of significance."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DASHES, DOTS, SHORT_DASHES, SOLID, Fill, Line, Mark, dots
from restated.plots.style import Drawn, colour, drawing, figure_of, framed, narrow, width
from restated.plots.words import FISHER_Z, Estimate, Scale, alt_text, plain_ticks, plural

#: Two-sided p at the edges of the zones, the fill outside each edge and the dashes of the edge.
EDGES = ((0.10, "zone1", SOLID), (0.05, "zone2", DASHES), (0.01, "zone3", DOTS))
WIDTH, HEIGHT = 7.4, 4.6  # inches
KEY = 2.0  # inches at the right for the key
STUDY, IMPUTED = Mark("o", True, "accent"), Mark("D", False, "second")
POOLED, WITH_IMPUTED = Line("accent", width=1.3), Line("second", SHORT_DASHES, 1.3)
Pair: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]  #: Effects and standard errors


@drawing
def funnel(
    y: ArrayLike,
    se: ArrayLike,
    fit: Estimate,
    *,
    labels: Iterable[Any] | None = None,
    filled_y: ArrayLike = (),
    filled_se: ArrayLike = (),
    filled_fit: Estimate | None = None,
    transform: Scale = FISHER_Z,
) -> Drawn:
    """Contour-enhanced funnel plot.

    `y`, `se`, shape (k,): effects and standard errors on the scale of analysis. `labels`: names of the studies, for the
    data table. `filled_y`, `filled_se`: studies imputed by trim and fill: hollow diamonds. `filled_fit`: result with
    the imputed studies; its estimate is a second line. Raises RestatedError if the arrays differ in length or hold a
    value that is not a finite number.

    References
    ----------
    Peters, J. L., et al. (2008). Contour-enhanced meta-analysis funnel plots help distinguish publication bias from
    other causes of asymmetry. Journal of Clinical Epidemiology, 61, 991-996.
    """
    y, se = _pair(y, se, "y")
    filled_y, filled_se = _pair(filled_y, filled_se, "filled_y", empty=True)
    names = [str(i + 1) for i in range(len(y))] if labels is None else [str(label) for label in labels]
    if len(names) != len(y):
        raise RestatedError(f"{len(y)} effects but {len(names)} labels", field="labels")
    null = transform.origin
    deepest = 1.06 * max(se.max(), filled_se.max(initial=0))
    every = np.concatenate([y, filled_y, [fit.estimate]])
    reach = 1.06 * max(np.abs(every - null).max(), norm.isf(EDGES[-1][0] / 2) * deepest)
    whole, foot, side = min(WIDTH, width()), *((2.3, 0.15) if narrow() else (0.62, KEY))
    fig, ax = framed(whole, HEIGHT - 0.62 + foot, 0.75, foot, whole - 0.75 - side, HEIGHT - 0.75)
    ax.set(xlim=(null - reach, null + reach), ylim=(deepest, 0), xlabel=transform.symbol)
    _draw_zones(ax, null)
    ax.plot([fit.estimate] * 2, [0, deepest], zorder=1.5, gid="estimate", **POOLED.style())
    if filled_fit is not None and len(filled_y):
        ax.plot([filled_fit.estimate] * 2, [0, deepest], zorder=1.5, **WITH_IMPUTED.style())
    dots(ax, y, se, STUDY, size=5, edge=0.6, zorder=3, gid="studies", clip_on=True, markeredgecolor=colour("page"))
    if len(filled_y):
        dots(ax, filled_y, filled_se, IMPUTED, size=5, edge=1.2, zorder=3, gid="imputed", clip_on=True)
    plain_ticks(ax.xaxis, null - reach, null + reach, scale=transform)
    plain_ticks(ax.yaxis, 0, deepest, most=6, scale=Scale("", leading_zero=transform.leading_zero))
    ax.set_ylabel("standard error" + (" (of Fisher z)" if transform is FISHER_Z else ""))
    _draw_key(ax, fit, filled_fit, len(filled_y), transform)
    data = pd.DataFrame({"study": [*names, *[f"imputed {i + 1}" for i in range(len(filled_y))]]})
    data[transform.symbol] = transform.back(np.concatenate([y, filled_y]))
    data["standard error"] = np.concatenate([se, filled_se])
    data["drawn as"] = ["filled circle"] * len(y) + ["hollow diamond"] * len(filled_y)
    significant = int((2 * norm.sf(np.abs(y - null) / se) < 0.05).sum())
    alt = alt_text(
        f"Funnel plot of {plural(len(y), 'study')}: {transform.symbol} by its standard error, with "
        "zones of p below .10, .05 and .01",
        f"Pooled {transform.symbol} {transform.write_result(fit)}; {significant} of {len(y)} studies lie at p < .05",
        _filled_words(len(filled_y), filled_fit, transform),
    )
    return Drawn(fig, alt, data)


def _draw_zones(ax: Axes, null: float) -> None:
    """Zones of significance from the outermost inwards, each with its edge."""
    (low, high), (deepest, _) = ax.get_xlim(), ax.get_ylim()
    outer = [(low, 0), (high, 0), (high, deepest), (low, deepest)]
    ax.add_patch(Polygon(outer, facecolor=colour(EDGES[-1][1]), linewidth=0, zorder=0))
    for i, (p, _, dash) in reversed(list(enumerate(EDGES))):
        half = norm.isf(p / 2) * deepest
        left, right = null - half, null + half
        fill = colour("page" if i == 0 else EDGES[i - 1][1])
        corners = [(null, 0), (left, deepest), (right, deepest)]
        ax.add_patch(Polygon(corners, facecolor=fill, linewidth=0, zorder=0.1 * (len(EDGES) - i)))
        ax.plot([left, null, right], [deepest, 0, deepest], zorder=0.5, **Line("muted", dash, 0.7).style())


def _pair(y: ArrayLike, se: ArrayLike, name: str, *, empty: bool = False) -> Pair:
    y, se = np.asarray(y, float), np.asarray(se, float)
    if y.ndim != 1 or y.shape != se.shape or not (empty or len(y)):
        problem = f"effects have shape {y.shape} and standard errors {se.shape}"
        raise RestatedError(problem, field=name, remedy="Give one standard error for each effect")
    if not np.isfinite([y, se]).all() or (se <= 0).any():
        problem = "an effect or a standard error is missing, infinite or not positive"
        raise RestatedError(problem, field=name, remedy="Leave the study out, and say so")
    return y, se


def _filled_words(filled: int, filled_fit: Estimate | None, scale: Scale) -> str:
    if filled_fit is None:
        return ""
    if not filled:
        return "Trim and fill imputes no study"
    result = f"{scale.write_result(filled_fit)}, which {scale.includes(filled_fit)}"
    return f"Trim and fill imputes {plural(filled, 'study')}; with them {result}"


def _draw_key(ax: Axes, fit: Estimate, filled_fit: Estimate | None, filled: int, scale: Scale) -> None:
    """Key at the right: zones by fill and edge, marks by shape, lines by style."""
    x, y = (0.1, 1.5) if narrow() else (WIDTH - KEY + 0.15, HEIGHT - 0.32)
    zones = Key(figure_of(ax), x, y, tall=0.15, step=0.245)
    names = ("p > .10", ".05 < p < .10", ".01 < p < .05", "p < .01")
    looks = zip(names, ("page", *(fill for _, fill, _ in EDGES)), [*(dash for *_, dash in EDGES), SOLID], strict=True)
    for name, fill, dash in looks:
        zones.add(name, Fill(fill, width=0.9, dash=dash), width=0.32, space=0.1)
        if not narrow():
            zones.newline()
    if narrow():
        zones.newline()
    key = Key(ax, zones.x, zones.y - 0.1, step=0.245)
    entries: list[tuple[str, Mark | Line]] = [("study", STUDY), (f"pooled, {scale.write(fit.estimate)}", POOLED)]
    if filled:
        entries.insert(1, ("imputed study", IMPUTED))
        if filled_fit is not None:
            entries.append((f"with imputed, {scale.write(filled_fit.estimate)}", WITH_IMPUTED))
    for words, sample in entries:
        key.mark = (5, 1.2 if sample is IMPUTED else 1.0)
        key.add(words, sample, width=0.32, space=0.1)
        if not narrow():
            key.newline()
