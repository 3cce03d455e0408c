"""How the test of a difference between two pooled estimates depends on the correlation between them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import Scale, alt_text, number

WIDTH = 9.0  # inches
PANEL = 1.75  # inches, height of one panel
#: Inches left of, between, above and below panels.
LEFT, BETWEEN, ABOVE, BELOW = 0.62, 0.72, 0.55, 0.62
ACROSS = 2
#: Inches between lines of panels, for the tick labels.
BETWEEN_LINES = 0.3
#: Share of a panel's width a title may take when measured in normal weight: bold letters are up to a seventh wider.
BOLD = 0.87
PLAIN = Scale("", leading_zero=False)


@drawing
def over_correlation(table: pd.DataFrame, *, critical: float) -> Drawn:
    """One panel a comparison: z over the correlation of the two estimates, with the band that rounding leaves open.

    Parameters
    ----------
    table : DataFrame
        Long: `comparison` (at least one), `rho` (increasing within each), `z_low`, `z_high`.
    critical : float
        Value of z drawn as the limit of significance.

    Raises
    ------
    RestatedError
        If a column is missing, a comparison has fewer than two correlations, or a value is not finite.
    """
    require(table, "comparison", "rho", "z_low", "z_high")
    if not np.isfinite(table[["rho", "z_low", "z_high"]].to_numpy(float)).all():
        raise RestatedError("a value is missing or not finite", remedy="Drop the row, and say so")
    parts = {str(name): part for name, part in table.groupby("comparison", sort=False)}
    if not parts or any(len(part) < 2 or (np.diff(part["rho"]) <= 0).any() for part in parts.values()):
        raise RestatedError("correlations must increase within each comparison, over at least two rows", field="rho")
    down = -(-len(parts) // ACROSS)
    width = (WIDTH - LEFT - 0.15 - (ACROSS - 1) * BETWEEN) / ACROSS
    height = down * (PANEL + ABOVE) + BELOW + (down - 1) * BETWEEN_LINES
    fig = new_figure(WIDTH, height)
    top = max(table["z_high"].max(), critical) * 1.08
    bottom = min(0.0, table["z_low"].min() * 1.05)
    words = []
    for i, (name, part) in enumerate(parts.items()):
        line, place = divmod(i, ACROSS)
        y = height - (line + 1) * (PANEL + ABOVE) - line * BETWEEN_LINES
        ax = axes_in_inches(fig, LEFT + place * (width + BETWEEN), y, width, PANEL)
        rho, low, high = (part[c].to_numpy(float) for c in ("rho", "z_low", "z_high"))
        ax.set_xlim(rho[0], rho[-1])
        ax.set_ylim(bottom, top)
        ax.fill_between(
            rho, low, high, facecolor=colour("band"), edgecolor=colour("accent"), linewidth=1.1, zorder=2, gid="band"
        )
        ax.plot(
            [rho[0], rho[-1]],
            [critical] * 2,
            color=colour("second"),
            linewidth=1.3,
            linestyle=(0, (5, 2)),
            zorder=3,
            gid="critical",
        )
        ticks = PLAIN.ticks(rho[0], rho[-1], most=6)
        ax.set_xticks(ticks, PLAIN.tick_labels(ticks))
        marks = Scale("", steps=(1, 2, 5)).ticks(bottom, top, most=7)
        ax.set_yticks(marks, [number(m, 0) for m in marks])
        if place == 0:
            ax.set_ylabel("z of the difference")
        if line == down - 1 or i + ACROSS >= len(parts):
            ax.set_xlabel("correlation of the two estimates")
        for j, text in enumerate(reversed(wrap_to(name, BOLD * width, BASE))):
            fig.text(
                LEFT + place * (width + BETWEEN),
                y + PANEL + 0.1 + 0.19 * j,
                text,
                fontsize=BASE,
                fontweight="bold",
                color=colour("ink"),
                va="baseline",
                transform=fig.dpi_scale_trans,
            )
        if i == 0:
            ax.text(
                rho[-1],
                critical - 0.04 * top,
                f"z = {number(critical, 2)}",
                fontsize=BASE,
                color=colour("ink"),
                ha="right",
                va="top",
                zorder=5,
            )
        words.append(
            f"{name}: z {number(low[0], 1)} to {number(high[0], 1)} at 0, "
            f"{number(low[-1], 1)} to {number(high[-1], 1)} at {number(rho[-1], 1, leading_zero=False)}"
        )
    data = pd.DataFrame(
        {
            "comparison": table["comparison"].astype(str),
            "correlation of the estimates": table["rho"].to_numpy(float),
            "z, lowest": table["z_low"].to_numpy(float),
            "z, highest": table["z_high"].to_numpy(float),
        }
    )
    return Drawn(fig, alt_text("The z of a difference grows with the correlation of the two estimates", *words), data)
