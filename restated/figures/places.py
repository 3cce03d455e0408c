"""Named places by role: one row a place, one column a role, each role with its own shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from restated.errors import RestatedError

from .rows import HALF_DIGIT, MARGIN
from .style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width
from .words import alt_text, plural

#: Inches; the width fits a narrow screen without scrolling.
WIDTH = 4.35
ROW = 1.5 * BASE / POINTS
#: Shape, filling and colour of the columns, in their order.
MARKS = (("o", True, "accent"), ("s", True, "second"), ("^", False, "accent"), ("D", False, "second"), ("v", True, "third"),
         ("P", False, "warn"))
#: Rows under the places: how many names there are, and the total the source prints.
LISTED, PRINTED = "names listed", "total printed"


@drawing
def place_matrix(table: pd.DataFrame, *, roles: Sequence[str], totals: Mapping[str, str]) -> Drawn:
    """Matrix of places and roles with the number of names below, beside the total that is printed.

    Parameters
    ----------
    table : DataFrame
        `place`, `part` (heading, contiguous) and `role`, a row for every role of a place; places keep their order.
    roles : sequence of str
        The columns, in order.
    totals : mapping of str to str
        Printed total by role, where there is one.

    Raises
    ------
    RestatedError
        If a column is missing, there are too many roles, or a role of the table or of a total is no column.
    """
    require(table, "place", "part", "role")
    if not 1 <= len(roles) <= len(MARKS):
        raise RestatedError(f"{len(roles)} roles cannot be told apart", field="role", remedy=f"Give one to {len(MARKS)}")
    if stray := {*table["role"], *totals} - set(roles):
        raise RestatedError(f"'{min(stray)}' is no column", field="role", remedy="Name it in roles")
    plan = []
    for part, rows in table.groupby("part", sort=False):
        plan += [(part, None), *((place, set(mine["role"])) for place, mine in rows.groupby("place", sort=False))]
    head = ROW * (len(roles) + 1.8)  # the key, and the marks as headings
    height = head + ROW * (len(plan) + 2.4) + 2 * MARGIN
    fig = new_figure(WIDTH, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    left = max(text_width(name, BASE, "bold" if mine is None else "normal") for name, mine in plan) + 0.1
    step = (WIDTH - left - 2 * MARGIN) / len(roles)
    at = {role: MARGIN + left + (j + 0.5) * step for j, role in enumerate(roles)}
    marks = dict(zip(roles, MARKS, strict=False))
    listed = {role: table.loc[table["role"] == role, "place"].nunique() for role in roles}

    def words(x, y, text, *, align="left", weight="normal"):
        ax.text(x, y + HALF_DIGIT * BASE / POINTS, text, fontsize=BASE, fontweight=weight, color=colour("ink"), ha=align, va="baseline")

    for j, role in enumerate(roles):
        _mark(ax, MARGIN + 0.1, MARGIN + (j + 0.5) * ROW, marks[role])
        words(MARGIN + 0.3, MARGIN + (j + 0.5) * ROW, role)
        _mark(ax, at[role], MARGIN + head - 0.6 * ROW, marks[role])
    top = MARGIN + head
    for i, (name, mine) in enumerate(plan):
        y = top + (i + 0.5) * ROW
        ax.plot([MARGIN, WIDTH - MARGIN], [y - ROW / 2] * 2, color=colour("grid"), linewidth=0.8, zorder=1)
        words(MARGIN, y, name, weight="bold" if mine is None else "normal")
        for role in mine or ():
            _mark(ax, at[role], y, marks[role])
    top += ROW * len(plan)
    ax.plot([MARGIN, WIDTH - MARGIN], [top, top], color=colour("muted"), linewidth=1.0, zorder=1)
    for i, (name, cells) in enumerate(((LISTED, {r: str(n) for r, n in listed.items()}), (PRINTED, totals))):
        y = top + (i + 0.7) * ROW
        words(MARGIN, y, name, weight="bold")
        for role in roles:
            words(at[role], y, cells.get(role, "–"), align="center", weight="bold" if role in totals else "normal")
    return Drawn(
        fig,
        alt_text(
            f"{plural(table['place'].nunique(), 'named place')} by role. "
            + "; ".join(f"{role}: {n} listed" + (f", {totals[role]} printed as total" if role in totals else "") for role, n in listed.items()),
        ),
        pd.DataFrame(
            [{"place": name, "part of the world": part, **{role: "listed" if role in set(mine["role"]) else "–" for role in roles}}
             for (part, name), mine in table.groupby(["part", "place"], sort=False)]
            + [{"place": LISTED, "part of the world": "", **{role: str(n) for role, n in listed.items()}},
               {"place": PRINTED, "part of the world": "", **{role: totals.get(role, "–") for role in roles}}]),
    )


def _mark(ax, x: float, y: float, style: tuple[str, bool, str]) -> None:
    marker, filled, role = style
    ax.plot([x], [y], linestyle="none", marker=marker, markersize=7.5, markeredgewidth=1.4, markeredgecolor=colour(role),
            markerfacecolor=colour(role if filled else "page"), zorder=3)  # fmt: skip
