"""Names by role: one row a name (a place, a study), one column a role, each role with its own shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import HALF_DIGIT, MARGIN
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width
from restated.plots.words import alt_text, plural

#: Inches; the width fits a narrow screen without scrolling.
WIDTH = 4.35
ROW = 1.5 * BASE / POINTS
#: Shape, filling and colour of the columns, in their order.
MARKS = (
    ("o", True, "accent"),
    ("s", True, "second"),
    ("^", False, "accent"),
    ("D", False, "second"),
    ("v", True, "third"),
    ("P", False, "warn"),
)
#: Rows under the places: how many names there are, and the total the source prints.
LISTED, PRINTED = "names listed", "total printed"


@drawing
def place_matrix(
    table: pd.DataFrame,
    *,
    roles: Sequence[str],
    totals: Mapping[str, str] | None = None,
    name: str = "place",
    part: str = "part of the world",
) -> Drawn:
    """Matrix of places and roles with the number of names below, beside the total that is printed.

    Parameters
    ----------
    table : DataFrame
        `place`, `part` (heading, contiguous) and `role`, a row for every role of a place; places keep their order.
    roles : sequence of str
        The columns, in order.
    totals : mapping of str to str, optional
        Printed total by role, where there is one; without it the picture ends with the number of names.
    name, part : str
        What a row is, and what its heading is, for words and data.

    Raises
    ------
    RestatedError
        If a column is missing, there are too many roles, or a role of the table or of a total is no column.
    """
    require(table, "place", "part", "role")
    if not 1 <= len(roles) <= len(MARKS):
        raise RestatedError(
            f"{len(roles)} roles cannot be told apart", field="role", remedy=f"Give one to {len(MARKS)}"
        )
    if stray := {*table["role"], *(totals or ())} - set(roles):
        raise RestatedError(f"'{min(stray)}' is no column", field="role", remedy="Name it in roles")
    plan = []
    for heading, rows in table.groupby("part", sort=False):
        plan += [(heading, None), *((place, set(mine["role"])) for place, mine in rows.groupby("place", sort=False))]
    head = ROW * (len(roles) + 1.8)  # the key, and the marks as headings
    height = head + ROW * (len(plan) + (1.4 if totals is None else 2.4)) + 2 * MARGIN
    fig = new_figure(WIDTH, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    left = (
        max(text_width(title, BASE, "bold" if mine is None else "normal") for title, mine in plan if mine is not None)
        + 0.1
    )
    step = (WIDTH - left - 2 * MARGIN) / len(roles)
    at = {role: MARGIN + left + (j + 0.5) * step for j, role in enumerate(roles)}
    marks = dict(zip(roles, MARKS, strict=False))
    listed = {role: table.loc[table["role"] == role, "place"].nunique() for role in roles}

    foot = [(LISTED, {r: str(n) for r, n in listed.items()})] + ([] if totals is None else [(PRINTED, totals)])

    def words(x, y, text, *, align="left", weight="normal"):
        ax.text(
            x,
            y + HALF_DIGIT * BASE / POINTS,
            text,
            fontsize=BASE,
            fontweight=weight,
            color=colour("ink"),
            ha=align,
            va="baseline",
        )

    for j, role in enumerate(roles):
        _mark(ax, MARGIN + 0.1, MARGIN + (j + 0.5) * ROW, marks[role])
        words(MARGIN + 0.3, MARGIN + (j + 0.5) * ROW, role)
        _mark(ax, at[role], MARGIN + head - 0.6 * ROW, marks[role])
    top = MARGIN + head
    for i, (title, mine) in enumerate(plan):
        y = top + (i + 0.5) * ROW
        ax.plot([MARGIN, WIDTH - MARGIN], [y - ROW / 2] * 2, color=colour("grid"), linewidth=0.8, zorder=1)
        words(MARGIN, y, title, weight="bold" if mine is None else "normal")
        for role in mine or ():
            _mark(ax, at[role], y, marks[role])
    top += ROW * len(plan)
    ax.plot([MARGIN, WIDTH - MARGIN], [top, top], color=colour("muted"), linewidth=1.0, zorder=1)
    for i, (title, cells) in enumerate(foot):
        y = top + (i + 0.7) * ROW
        words(MARGIN, y, title, weight="bold")
        for role in roles:
            words(
                at[role], y, cells.get(role, "–"), align="center", weight="bold" if role in (totals or ()) else "normal"
            )
    return Drawn(
        fig,
        alt_text(
            f"{plural(table['place'].nunique(), name)} by role. "
            + "; ".join(
                f"{role}: {n} listed" + (f", {totals[role]} printed as total" if role in (totals or ()) else "")
                for role, n in listed.items()
            )
        ),
        pd.DataFrame(
            [
                {name: row, part: heading, **{role: "listed" if role in set(mine["role"]) else "–" for role in roles}}
                for (heading, row), mine in table.groupby(["part", "place"], sort=False)
            ]
            + [{name: title, part: "", **{role: cells.get(role, "–") for role in roles}} for title, cells in foot]
        ),
    )


def _mark(ax, x: float, y: float, style: tuple[str, bool, str]) -> None:
    marker, filled, role = style
    ax.plot(
        [x],
        [y],
        linestyle="none",
        marker=marker,
        markersize=7.5,
        markeredgewidth=1.4,
        markeredgecolor=colour(role),
        markerfacecolor=colour(role if filled else "page"),
        zorder=3,
    )
