"""Names by role: one row a name (a place, a study), one column a role, each role with its own shape."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from restated.errors import RestatedError
from restated.plots.marks import Mark, dots, limited
from restated.plots.rows import MARGIN
from restated.plots.style import BASE, POINTS, Drawn, canvas, colour, drawing, on_canvas, require, text_width
from restated.plots.words import alt_text, plural
from review.figures.tables import parts

#: Inches; the width fits a narrow screen without scrolling.
WIDTH = 4.35
ROW = 1.5 * BASE / POINTS
#: Marks of the columns, in their order.
MARKS = (
    Mark("o", True, "accent"),
    Mark("s", True, "second"),
    Mark("^", False, "accent"),
    Mark("D", False, "second"),
    Mark("v", True, "third"),
    Mark("P", False, "warn"),
)
#: Rows under the places: the number of names, and the total the source prints.
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
    """Draw a matrix of places and roles, with the number of names and the printed total below.

    `table`: `place`, `part` (heading, contiguous) and `role`, a row for every role of a place; places keep their order.
    `roles` are the columns, in order, `totals` the printed totals by role; without them the picture ends with the
    number of names. `name` and `part` describe a row and its heading. Raises `RestatedError` if a column is
    missing, there are too many roles, or a role of the table or of a total has no column.
    """
    require(table, "place", "part", "role")
    limited(len(roles), len(MARKS), "roles", "role")
    if stray := {*table["role"], *(totals or ())} - set(roles):
        raise RestatedError(f"role '{min(stray)}' has no column", field="role", remedy="Name it in roles")
    plan: list[tuple[str, list[str] | None]] = []
    for heading, rows in parts(table, "part").items():
        plan.append((heading, None))
        for place, own in parts(rows, "place").items():
            plan.append((place, [role for role in roles if role in set(own["role"])]))
    listed = {role: table.loc[table["role"] == role, "place"].nunique() for role in roles}
    foot = [(LISTED, {role: str(n) for role, n in listed.items()})] + ([] if totals is None else [(PRINTED, totals)])
    head = ROW * (len(roles) + 1.8)  # the key, and the marks as headings
    fig, ax = canvas(WIDTH, head + ROW * (len(plan) + len(foot) + 0.4) + 2 * MARGIN)
    left = max(text_width(title, BASE) for title, mine in plan if mine is not None) + 0.1
    step = (WIDTH - left - 2 * MARGIN) / len(roles)
    columns = {role: (MARGIN + left + (j + 0.5) * step, mark) for j, (role, mark) in enumerate(zip(roles, MARKS))}

    def rule(y: float, role: str, width: float) -> None:
        ax.plot([MARGIN, WIDTH - MARGIN], [y, y], color=colour(role), linewidth=width, zorder=1)

    for j, (role, (x, mark)) in enumerate(columns.items()):
        y = MARGIN + (j + 0.5) * ROW
        _dot(ax, MARGIN + 0.1, y, mark)
        on_canvas(ax, MARGIN + 0.3, y, role)
        _dot(ax, x, MARGIN + head - 0.6 * ROW, mark)
    top = MARGIN + head
    for i, (title, mine) in enumerate(plan):
        y = top + (i + 0.5) * ROW
        rule(y - ROW / 2, "grid", 0.8)
        on_canvas(ax, MARGIN, y, title, fontweight="bold" if mine is None else "normal")
        for role in mine or ():
            _dot(ax, columns[role][0], y, columns[role][1])
    top += ROW * len(plan)
    rule(top, "muted", 1.0)
    for i, (title, cells) in enumerate(foot):
        y = top + (i + 0.7) * ROW
        on_canvas(ax, MARGIN, y, title, fontweight="bold")
        for role, (x, _) in columns.items():
            weight = "bold" if role in (totals or ()) else "normal"
            on_canvas(ax, x, y, cells.get(role, "–"), ha="center", fontweight=weight)
    counts = [
        f"{role}: {n} listed" + (f", {totals[role]} printed as total" if totals and role in totals else "")
        for role, n in listed.items()
    ]
    alt = alt_text(f"{plural(table['place'].nunique(), name)} by role. " + "; ".join(counts))
    data = [
        {name: row, part: heading, **{role: "listed" if role in set(mine["role"]) else "–" for role in roles}}
        for (heading, row), mine in table.groupby(["part", "place"], sort=False)
    ] + [{name: title, part: "", **{role: cells.get(role, "–") for role in roles}} for title, cells in foot]
    return Drawn(fig, alt, pd.DataFrame(data))


def _dot(ax: Axes, x: float, y: float, mark: Mark) -> None:
    dots(ax, [x], [y], mark, size=7.5, zorder=3, clip_on=True)
