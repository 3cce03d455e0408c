"""Printed estimates side by side, never pooled: one row each, with the mark of its design."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, require, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plural
from review.figures.designs import DESIGNS, NONE

KEY_WIDTH = 8.6  # inches: the key goes on in a new line beyond
NEEDED = ("label", "y", "low", "high", "design")


@drawing
def unpooled(
    table: pd.DataFrame,
    *,
    says: str,
    scale: Scale = CORRELATION,
    axis: str | None = None,
    limits: tuple[float, float] | None = None,
    column: str = "Estimate",
    heading: str = "",
    missing: str = "no CI",
) -> Drawn:
    """Rows of estimates that are shown together and not averaged.

    Parameters
    ----------
    table : DataFrame
        `label`; `y`, `low`, `high` on the scale of analysis (low and high missing where there is no interval); `design` (a key of
        `designs.DESIGNS`); optional `group` (contiguous, headed), `printed` (the number as printed, a column of its own) and `n`
        (words).
    says : str
        First sentence of the alternative text: what is shown and what follows.
    scale : Scale
    axis : str, optional
        Title of the axis; default the symbol of the scale.
    limits : (float, float), optional
        Of the axis, in axis units; intervals beyond are cut and end in an arrow.
    column : str
        Heading of the labels.
    heading : str
        Heading of the estimates; default the symbol of the scale.
    missing : str
        Words for a row without an interval.

    Raises
    ------
    RestatedError
        If a column is missing, the table is empty, a design is unknown or a group is split.
    """
    require(table, *NEEDED)
    if len(table) == 0:
        raise RestatedError("there is no estimate to draw")
    unknown = sorted(set(table["design"]) - (set(DESIGNS) - {NONE}))
    if unknown:
        raise RestatedError(f"no mark for the design '{unknown[0]}'", field="design")
    table = table.reset_index(drop=True)
    y, low, high = (table[name].to_numpy(float) for name in ("y", "low", "high"))
    if not np.isfinite(y).all():
        raise RestatedError("an estimate is missing", row=int(np.argmin(np.isfinite(y))) + 1, field="y")
    groups = table["group"].astype(str).tolist() if "group" in table else [""] * len(table)
    if sum(a != b for a, b in zip(groups, groups[1:], strict=False)) + 1 != len(set(groups)):
        raise RestatedError("rows of one group are not together", field="group", remedy="Sort the table by group")
    plan: list[tuple[str, int]] = []
    for i, group in enumerate(groups):
        if group and (i == 0 or group != groups[i - 1]):
            plan.append((group, -1))
        plan.append(("", i))
    at = np.array([row for row, (_, i) in enumerate(plan) if i >= 0])
    headings = frozenset(row for row, (_, i) in enumerate(plan) if i < 0)

    def cells(name: str) -> list[str]:
        return ["" if i < 0 or pd.isna(table[name][i]) else str(table[name][i]) for _, i in plan]

    def numbers(values) -> list[float]:
        return [np.nan if i < 0 else values[i] for _, i in plan]

    labels = [group or str(table["label"][i]) for group, i in plan]
    left = [Column(column, labels, free=headings)]
    for name, title in (("printed", "Printed"), ("n", "n")):
        if name in table:
            left.append(Column(title, cells(name), align="right"))
    finite = np.concatenate([y, low[np.isfinite(low)], high[np.isfinite(high)], [float(scale.forward(scale.null))]])
    box = tuple(float(scale.forward(x)) for x in limits) if limits else layout.padded(finite.min(), finite.max())
    used = [name for name in DESIGNS if name in set(table["design"])]
    per_line = _key_plan(used)
    chart = layout.row_chart(
        left,
        layout.interval_columns(
            heading or scale.symbol, scale, numbers(y), numbers(low), numbers(high), missing=missing
        ),
        limits=box,
        scale=scale,
        axis=axis or scale.symbol,
        strong=headings,
        foot_lines=len(per_line),
    )
    null = float(scale.forward(scale.null))
    if box[0] < null < box[1]:
        layout.reference_line(chart, null, role="ink")
    layout.whiskers(chart, at, low, high, role="ink", width=1.3)
    for i, row in enumerate(at):
        if box[0] <= y[i] <= box[1]:
            chart.ax.plot([y[i]], [row], linestyle="none", zorder=4, clip_on=False, **_mark(table["design"][i]))
    _key(chart, per_line)
    data = pd.DataFrame({"estimate": table["label"].astype(str)})
    if any(groups):
        data["group"] = groups
    for name in ("printed", "n"):
        if name in table:
            data[name] = table[name]
    for name, values in ((scale.symbol, y), ("lower", low), ("upper", high)):
        data[name] = scale.back(values)
    data["design"] = table["design"]
    written = [f"{label}: {scale.write(value)}" for label, value in zip(table["label"], y, strict=True)]
    top, bottom = written[int(y.argmax())], written[int(y.argmin())]
    return Drawn(
        chart.fig,
        alt_text(says, f"{plural(len(table), 'estimate')}, not pooled; largest, {top}; smallest, {bottom}"),
        data,
    )


def _mark(design: str) -> dict:
    style = DESIGNS[design]
    return dict(
        marker=style.marker,
        markersize=7,
        markerfacecolor=colour(style.role if style.filled else "page"),
        markeredgecolor=colour(style.role),
        markeredgewidth=1.3,
    )


def _key_plan(used: list[str]) -> list[list[tuple[str, float]]]:
    """Lines of the key: names with their places in inches."""
    lines: list[list[tuple[str, float]]] = [[]]
    x = 0.0
    for name in used:
        need = text_width(name, BASE) + 0.45
        if lines[-1] and x + need > KEY_WIDTH:
            lines.append([])
            x = 0.0
        lines[-1].append((name, x))
        x += need
    return lines


def _key(chart, lines: list[list[tuple[str, float]]]) -> None:
    for i, line in enumerate(lines):
        for name, x in line:
            base = chart.below(layout.MARGIN + x + 0.24, name, line=i).get_position()[1]
            chart.ax.plot(
                [layout.MARGIN + x + 0.1],
                [base + layout.HALF_DIGIT * chart.size / POINTS],
                linestyle="none",
                clip_on=False,
                transform=chart.fig.dpi_scale_trans,
                **_mark(name),
            )
