"""Judgements in a grid (risk of bias, certainty): a shape and a word in each cell, and open cells marked as such."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots import marks, style
from restated.plots.marks import Fill, dots
from restated.plots.rows import MARGIN, shortened, under_headings
from restated.plots.style import BASE, EM, NARROW, WIDE, Drawn, canvas, colour, drawing, on_canvas, text_width, wrap_to
from restated.plots.words import alt_text, plural

JUDGEMENT_MARKS = marks.of("judgements")  #: Mark of each judgement, drawn next to the word; open judgements have none
AGAINST = ("high", "serious")  #: The judgements that count against a row
SHORT = {"some concerns": "some"}  #: Shorter words for cells
#: Inches: height of a row and of a line, and from the left edge of a cell to its mark and to its word.
ROW, LINE, MARK_AT, WORD_AT = 1.9 * EM, 1.25 * EM, 0.14, 0.26
CELL, HEAD = 0.42, 1.5  #: Inches on narrow screens: widest cell, and longest line of an upright heading


@drawing
def judgement_grid(table: pd.DataFrame, *, label: str, columns: Sequence[str], group: str | None = None) -> Drawn:
    """Grid of judgements.

    `table`: one row each: `label`, optionally `group` (contiguous, headed), and `columns` with one of
    `JUDGEMENT_MARKS`, or "" where the column does not apply. `label`, `group`: columns of row headings and, optionally,
    of group headings. `columns`: columns of judgements; their names are the headings. Raises RestatedError if a column
    is missing, a judgement is unknown or the rows of a group are not together.
    """
    kept = [label, *([group] if group else []), *columns]
    table = style.require(table, *kept)[kept]
    judged = table[list(columns)]
    found = pd.unique(judged.to_numpy().ravel())
    unknown = sorted(set(found) - set(JUDGEMENT_MARKS) - {""})
    if unknown:
        raise RestatedError(f"unknown judgement '{unknown[0]}'", remedy="Use one of " + ", ".join(JUDGEMENT_MARKS))
    least = WORD_AT + max(text_width(SHORT.get(j, j), BASE) for j in found if j) + 0.08
    names = table[label].astype(str).tolist()
    at, headings = under_headings(table[group].astype(str).tolist()) if group else (np.arange(len(table)), {})
    if style.narrow():
        fig = _narrow(names, headings, judged)
        return Drawn(fig, _alt(table, judged, label, columns), table.replace("", "does not apply"))
    free = max(text_width(name, BASE) for name in names) + 0.12
    left = max(min(free, WIDE - 2 * MARGIN - least * len(columns)), 1.2)
    cell = max(least, (WIDE - 2 * MARGIN - left) / len(columns))
    # Bold type is about a tenth wider than what wrap_to measures.
    heads = [wrap_to(str(name), (cell - 0.2) / 1.1, BASE) for name in columns]
    lines = max(len(words) for words in heads)
    top = MARGIN + lines * LINE + 0.12
    rows = len(at) + len(headings)
    fig, ax = canvas(left + cell * len(columns) + 2 * MARGIN, top + ROW * rows + MARGIN)
    for j, words in enumerate(heads):
        for line, word in enumerate(words):
            y = MARGIN + (lines - len(words) + line + 0.8) * LINE
            ax.text(MARGIN + left + j * cell + 0.06, y, word, fontsize=BASE, color=colour("ink"), fontweight="bold")
    items = iter(zip(names, judged.itertuples(index=False), strict=True))
    for row in range(rows):
        y = top + row * ROW
        ax.plot([MARGIN, ax.get_xlim()[1] - MARGIN], [y, y], color=colour("grid"), linewidth=0.8, zorder=1)
        if row in headings:
            on_canvas(ax, MARGIN, y + ROW / 2, headings[row], fontweight="bold")
            continue
        name, judgements = next(items)
        on_canvas(ax, MARGIN, y + ROW / 2, shortened(name, left - 0.08, BASE))
        for j, judgement in enumerate(judgements):
            if judgement:
                _cell(ax, MARGIN + left + j * cell, y, cell, judgement)
    return Drawn(fig, _alt(table, judged, label, columns), table.replace("", "does not apply"))


def _narrow(names: Sequence[str], headings: dict[int, str], judged: pd.DataFrame) -> Figure:
    """Grid for a narrow screen: marks only, under upright headings, with a key of their words."""
    cell = min(CELL, (NARROW - 2 * MARGIN - 1.4) / judged.shape[1])
    left = NARROW - MARGIN - cell * judged.shape[1]
    heads = [wrap_to(str(name), HEAD, BASE)[:2] for name in judged.columns]
    top = MARGIN + 0.1 + max(text_width(line, BASE) for lines in heads for line in lines)
    lines = [wrap_to(name, left - 2 * MARGIN, BASE) for name in names]
    deep = max(map(len, lines)) * LINE + 0.08
    words = [word for word in JUDGEMENT_MARKS if (judged == word).to_numpy().any()]
    fig, ax = canvas(NARROW, top + deep * (len(names) + len(headings)) + LINE * (len(words) + 1))
    for j, parts in enumerate(heads):
        x = left + (j + 0.5) * cell
        look: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom", "fontsize": BASE}
        ax.text(x, top - 0.08, "\n".join(parts), color=colour("ink"), **look)
    items = iter(zip(lines, judged.itertuples(index=False), strict=True))
    for row in range(len(names) + len(headings)):
        y = top + row * deep
        ax.plot([MARGIN, NARROW - MARGIN], [y, y], color=colour("grid"), linewidth=0.8, zorder=1)
        if row in headings:
            on_canvas(ax, MARGIN, y + deep / 2, headings[row], fontweight="bold")
            continue
        own, judgements = next(items)
        for i, line in enumerate(own):
            on_canvas(ax, MARGIN, y + deep / 2 + (i - (len(own) - 1) / 2) * LINE, line)
        for j, judgement in enumerate(judgements):
            if judgement:
                _mark(ax, left + j * cell, y, (cell, deep), judgement)
    for i, word in enumerate(words):
        y = top + deep * (len(names) + len(headings)) + LINE * (i + 0.4)
        _mark(ax, MARGIN, y - 0.02, (0.3, LINE), word)
        on_canvas(ax, MARGIN + 0.4, y + LINE / 2, word)
    return fig


def _alt(table: pd.DataFrame, judged: pd.DataFrame, label: str, columns: Sequence[str]) -> str:
    counts = {j: int((judged == j).to_numpy().sum()) for j in JUDGEMENT_MARKS}
    tally = ", ".join(f"{n} {j}" for j, n in counts.items() if n)
    against = [j for j in AGAINST if counts[j]]
    worst = table.loc[judged.isin(against).any(axis=1), label].astype(str)
    return alt_text(
        f"Grid of judgements for {plural(len(table), 'row')} and {plural(len(columns), 'domain')}: {tally}",
        f"At least one judgement of {' or '.join(against)} in {plural(len(worst), 'row')}: {', '.join(worst)}"
        if against
        else "",
    )


def _mark(ax: Axes, x: float, y: float, size: tuple[float, float], judgement: str) -> None:
    """Mark of a judgement in the middle of its cell; a cell that is open is hatched."""
    (across, deep), mark = size, JUDGEMENT_MARKS[judgement]
    if mark is None:
        style = Fill("none", "zone2", "////", 0.8).style()
        ax.add_patch(Rectangle((x + 0.03, y + 0.03), across - 0.06, deep - 0.06, zorder=0.5, **style))
    else:
        dots(ax, [x + across / 2], [y + deep / 2], mark, size=8, edge=1.5, zorder=3, clip_on=True)


def _cell(ax: Axes, x: float, top: float, width: float, judgement: str) -> None:
    middle = top + ROW / 2
    word, mark = SHORT.get(judgement, judgement), JUDGEMENT_MARKS[judgement]
    if mark is None:  # hatched, lest an open cell look like a favourable judgement
        style = Fill("none", "zone2", "////", 0.8).style()
        box = Rectangle((x + 0.03, top + 0.03), width - 0.06, ROW - 0.06, zorder=0.5, gid="not-seen", **style)
        ax.add_patch(box)
        ground = {"facecolor": colour("page"), "edgecolor": "none", "pad": 0.8}
        on_canvas(ax, x + width / 2, middle, word, ha="center", bbox=ground)
        return
    dots(ax, [x + MARK_AT], [middle], mark, size=8, edge=1.5, zorder=3, gid=f"judged-{judgement}", clip_on=True)
    on_canvas(ax, x + WORD_AT, middle, word)
