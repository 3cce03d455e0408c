"""Judgements in a grid (risk of bias, certainty): a shape and a word in each cell, and open cells that say so."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots.rows import HALF_DIGIT, MARGIN, shortened
from restated.plots.style import BASE, POINTS, WIDE, Drawn, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import alt_text, plural

#: Shape, filling and colour of a judgement; the word stands beside it.
JUDGEMENT_MARKS = {
    "low": ("o", True, "third"),
    "some concerns": ("^", False, "second"),
    "unclear": ("^", False, "second"),
    "high": ("X", True, "warn"),
    "not seen": None,
    "not serious": ("o", True, "third"),
    "serious": ("X", True, "warn"),
    "cannot judge": None,
}
#: The judgements that count against a row.
AGAINST = ("high", "serious")
#: Shorter words for cells.
SHORT = {"some concerns": "some"}
ROW = 1.9 * BASE / POINTS  # inches
LINE = 1.25 * BASE / POINTS
#: Inches from the left of a cell to its mark, and to its word.
MARK_AT, WORD_AT = 0.14, 0.26


@drawing
def judgement_grid(table: pd.DataFrame, *, label: str, columns: Sequence[str], group: str | None = None) -> Drawn:
    """Grid of judgements.

    Parameters
    ----------
    table : DataFrame
        One row each: `label`, optionally `group` (contiguous, headed), and `columns` with one of `JUDGEMENT_MARKS`, or
        "" where the column does not apply.
    label : str
        Column of row headings.
    columns : sequence of str
        Columns of judgements; their names are the headings.
    group : str, optional
        Column of group headings.

    Raises
    ------
    RestatedError
        If a column is missing or a judgement is unknown.
    """
    require(table, label, *columns, *([group] if group else []))
    found = pd.unique(table[list(columns)].to_numpy().ravel())
    unknown = sorted(set(found) - set(JUDGEMENT_MARKS) - {""})
    if unknown:
        raise RestatedError(f"unknown judgement '{unknown[0]}'", remedy="Use one of " + ", ".join(JUDGEMENT_MARKS))
    plan: list[tuple[str, int | None]] = []
    for i in range(len(table)):
        if group and (i == 0 or table[group].iat[i] != table[group].iat[i - 1]):
            plan.append((table[group].iat[i], None))
        plan.append((str(table[label].iat[i]), i))
    least = WORD_AT + max(text_width(SHORT.get(j, j), BASE) for j in found if j) + 0.08
    free = max(text_width(text, BASE) for text, i in plan if i is not None) + 0.12
    left = max(min(free, WIDE - 2 * MARGIN - least * len(columns)), 1.2)
    cell = max(least, (WIDE - 2 * MARGIN - left) / len(columns))
    # Bold type is about a tenth wider than what wrap_to measures.
    heads = [wrap_to(str(name), (cell - 0.2) / 1.1, BASE) for name in columns]
    lines = max(len(words) for words in heads)
    head = lines * LINE + 0.12
    width, height = left + cell * len(columns) + 2 * MARGIN, head + ROW * len(plan) + 2 * MARGIN
    fig = new_figure(width, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    text = dict(fontsize=BASE, color=colour("ink"), va="baseline", ha="left")
    drop = HALF_DIGIT * BASE / POINTS
    for j, words in enumerate(heads):
        for line, word in enumerate(words):
            y = MARGIN + (lines - len(words) + line + 0.8) * LINE
            ax.text(MARGIN + left + j * cell + 0.06, y, word, **text, fontweight="bold")
    for row, (name, i) in enumerate(plan):
        top = MARGIN + head + row * ROW
        middle = top + ROW / 2
        ax.plot([MARGIN, width - MARGIN], [top, top], color=colour("grid"), linewidth=0.8, zorder=1)
        if i is None:
            ax.text(MARGIN, middle + drop, name, **text, fontweight="bold")
            continue
        ax.text(MARGIN, middle + drop, shortened(name, left - 0.08, BASE), **text)
        for j, column in enumerate(columns):
            judgement = table[column].iat[i]
            if judgement:
                _cell(ax, MARGIN + left + j * cell, top, cell, judgement, drop)
    counts = {j: int((table[list(columns)] == j).to_numpy().sum()) for j in JUDGEMENT_MARKS}
    tally = ", ".join(f"{n} {j}" for j, n in counts.items() if n)
    against = [j for j in AGAINST if counts[j]]
    worst = table[table[list(columns)].isin(against).any(axis=1)]
    return Drawn(
        fig,
        alt_text(
            f"Grid of judgements for {plural(len(table), 'row')} and {plural(len(columns), 'domain')}: {tally}",
            f"At least one judgement of {' or '.join(against)} in {plural(len(worst), 'row')}: "
            + ", ".join(worst[label].astype(str))
            if against
            else "",
        ),
        table[[label, *([group] if group else []), *columns]].replace("", "does not apply").reset_index(drop=True),
    )


def _cell(ax, x: float, top: float, width: float, judgement: str, drop: float) -> None:
    middle = top + ROW / 2
    style = JUDGEMENT_MARKS[judgement]
    if style is None:  # open cells are hatched, so that nothing looks like a favourable judgement
        ax.add_patch(
            Rectangle(
                (x + 0.03, top + 0.03),
                width - 0.06,
                ROW - 0.06,
                facecolor="none",
                edgecolor=colour("zone2"),
                hatch="////",
                linewidth=0.8,
                zorder=0.5,
                gid="not-seen",
            )
        )
        ax.text(
            x + width / 2,
            middle + drop,
            SHORT.get(judgement, judgement),
            fontsize=BASE,
            color=colour("ink"),
            va="baseline",
            ha="center",
            bbox=dict(facecolor=colour("page"), edgecolor="none", pad=0.8),
        )
        return
    marker, filled, role = style
    ax.plot(
        [x + MARK_AT],
        [middle],
        linestyle="none",
        marker=marker,
        markersize=8,
        markeredgewidth=1.5,
        markeredgecolor=colour(role),
        markerfacecolor=colour(role if filled else "page"),
        zorder=3,
        gid=f"judged-{judgement}",
    )
    word = SHORT.get(judgement, judgement)
    ax.text(x + WORD_AT, middle + drop, word, fontsize=BASE, color=colour("ink"), va="baseline", ha="left")
