"""Power of a twin design by its division into identical and fraternal pairs, with Monte Carlo error."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from restated.plots.legend import Key
from restated.plots.marks import SHORT_DASHES, Line, series
from restated.plots.style import Drawn, axes_in_inches, colour, drawing, narrow, new_figure, panel_title, width
from restated.plots.words import alt_text, number
from review.figures.pieces import label
from review.figures.tables import checked, distinct, parts

WANTED = 0.80  # power that studies usually plan for
LEFT, GAP, HEIGHT = 0.75, 0.35, 3.5  # inches
#: Distance of the series of one panel, as a share of the range of `x`, so that error bars do not hide each other.
APART = 0.024


@drawing
def power_by_split(table: pd.DataFrame) -> Drawn:
    """Draw power by division, a panel per true effect, a line per measurement, with 95 % intervals of the simulation.

    `table`: `panel`, `series` (at most four), `mz_share` (a proportion), `power`, `low`, `high`.
    """
    table = checked(table, "panel", "series", finite=("mz_share", "power", "low", "high"))
    panels, looks = parts(table, "panel"), series(distinct(table, "series"), field="series")
    across = 1 if narrow() else len(panels)
    side = width() - LEFT - 0.16 if narrow() else 3.75 if len(panels) > 1 else 6.0
    down, step, below = len(panels) // across, HEIGHT + 1.0, 0.8 * narrow()
    fig = new_figure(LEFT + across * side + (across - 1) * GAP + 0.15, below + down * step + 0.35)
    marks, percents = np.unique(table["mz_share"]), np.linspace(0, 1, 6)
    reach = np.ptp(marks) or 1
    pad = 0.09 * reach
    limits, wanted = (marks[0] - pad, marks[-1] + pad), Line("muted", SHORT_DASHES, 0.9).style()
    words = []
    for i, (panel, part) in enumerate(panels.items()):
        line, place = divmod(i, across)
        ax = axes_in_inches(fig, LEFT + place * (side + GAP), below + 0.95 + (down - 1 - line) * step, side, HEIGHT)
        ax.set(xlim=limits, ylim=(0, 1), xlabel="identical pairs, percent of all")
        ax.set_ylabel("" if place else "power, percent")
        ax.plot(limits, [WANTED] * 2, zorder=1, **wanted)
        label(ax, marks[0] - 0.8 * pad, WANTED + 0.015, "usually wanted: 80 %", color=colour("muted"), va="bottom")
        panel_title(ax, panel, 1.0 + 0.09 / HEIGHT)
        for j, (name, look) in enumerate(looks.items()):
            mine = part[part["series"].astype(str) == name].sort_values("mz_share")
            at = mine["mz_share"].to_numpy(float) + APART * (j - (len(looks) - 1) / 2) * reach
            ax.vlines(at, mine["low"], mine["high"], color=colour(look.role), linewidth=1.4, zorder=2)
            ax.plot(at, mine["power"], zorder=3, gid="power", **look.line().style(), **look.mark.style())
        ax.set_xticks(marks, [f"{100 * m:.0f}" for m in marks])
        ax.set_yticks(percents, ["" if place else f"{100 * t:.0f}" for t in percents])
        powers = {name: 100 * own["power"] for name, own in parts(part, "series").items()}
        listed = [f"{name} {number(power.min(), 0)} to {number(power.max(), 0)}" for name, power in powers.items()]
        words.append(f"{panel}: " + ", ".join(listed))
    key = Key(fig, 0.1 if narrow() else LEFT, below + 0.2)
    for name, look in looks.items():
        # Each series is one line with a mark in its middle.
        style = look.line().style() | look.mark.style() | {"markevery": [1], "transform": fig.dpi_scale_trans}
        fig.add_artist(Line2D([key.x, key.x + 0.18, key.x + 0.36], [key.y] * 3, **style))
        key.add(name, width=0.36, space=0.09, gap=0.35)
    most = table["power"].max()
    alt = alt_text(
        f"Simulated power, percent. {'. '.join(words)}",
        f"The highest is {number(100 * most, 0)}, {'below' if most < WANTED else 'not below'} 80",
    )
    data = table[["panel", "series", "mz_share", "power", "low", "high"]]
    return Drawn(fig, alt, data.rename(columns={"mz_share": "identical pairs", "low": "lower", "high": "upper"}))
