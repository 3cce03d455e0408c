"""Claims as ribbons: from their section, through the source they name, to the chapter that checks them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, permutations, product
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import ArrayLike

from restated.plots import marks
from restated.plots.marks import Fill, dots
from restated.plots.rows import MARGIN
from restated.plots.style import BASE, POINTS, Drawn, canvas, colour, drawing, narrow, on_canvas, wrap_to
from restated.plots.words import alt_text, plural
from restated_book.claims import VERDICTS
from review.figures.pieces import LINE
from review.figures.tables import checked, known

CLAIM_MARKS = marks.of("claims", __file__)  #: Mark of a verdict on a claim
#: Number of filled circles, of four, for each certainty; a chapter with any other word has none.
CERTAINTY_CIRCLES = {"high": 4, "moderate": 3, "low": 2, "very low": 1}
#: Ribbons at a source by its independence; the heading over the source repeats it in words.
RIBBONS = {"own research": Fill("band", "ramp3", width=0.5), "not independent": Fill("band2", "second", width=0.5)}
OTHER_RIBBONS = Fill("zone3", "muted", width=0.5)
BOX = Fill("page", width=1.0)
_write = partial(on_canvas, zorder=4)
UNIT = 0.046  # inches of height for one claim
PAD, BETWEEN, HEADING = 0.07, 0.06, 0.27  # inches: from a box to its text, between boxes, for a group's heading
MARKS_AT, MARK_STEP, MARK_ROW = 0.74, 0.115, 0.135  # inches
NUMBERED = 3  # ribbons of fewer claims are too thin for their number
KEY = 1.7 * BASE / POINTS
HEADINGS = ("Section of the case study", "Source named, by independence", "Chapter, and certainty of its finding")
PAIRS = (["section", "reference"], ["reference", "chapter"])


class _Sizes(NamedTuple):
    """Inches: widths of columns, the space between them, left edges of columns of the key; marks in a row of a box."""

    left: float
    middle: float
    right: float
    space: float
    key: tuple[float, ...]
    marks: int

    @property
    def columns(self) -> tuple[tuple[float, float, str], ...]:
        """Left edge, width and heading of each column."""
        second = MARGIN + self.left + self.space
        edges = (MARGIN, second, second + self.middle + self.space)
        return tuple(zip(edges, self[:3], HEADINGS, strict=True))


def _sizes() -> _Sizes:
    wide, slim = (1.34, 1.86, 1.62, 0.9, (0.0, 1.55, 3.0), 9), (1.34, 1.28, 1.3, 0.2, (0.0, 1.55), 4)
    return _Sizes(*(slim if narrow() else wide))


@dataclass
class _Box:
    """A box; lengths in inches from the top."""

    name: str
    lines: list[str]
    claims: int
    height: float
    group: str
    top: float = 0.0

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


Column = dict[str, _Box]


@drawing
def evidence_map(links: pd.DataFrame, references: pd.DataFrame, chapters: pd.DataFrame) -> Drawn:
    """Draw three columns of boxes joined by ribbons as wide as the number of claims.

    `links` has a row per `claim`, `section`, `reference` and `chapter`, with the `verdict` on the claim: several for a
    claim with several sources or chapters. `references`: `reference`, `independence` (heads a group of sources).
    `chapters`: `chapter`, `title`, `certainty` (in words).

    Groups of sources are in the order with the fewest crossings of ribbons, weighted by claims, of all their orders;
    sources of a group, sections and chapters in the order of the mean place of what they are joined to.
    """
    links = checked(links, "claim", "section", "reference", "chapter", "verdict")
    known(links, "reference", references["reference"].tolist())
    known(links, "chapter", chapters["chapter"].tolist())
    known(links, "verdict", CLAIM_MARKS)
    group = references.set_index("reference")["independence"]
    about = chapters.set_index("chapter")[["title", "certainty"]]
    links = links.assign(independence=links["reference"].map(group)).join(about, on="chapter")
    first, second = (links.groupby(pair)["claim"].nunique() for pair in PAIRS)
    sizes = _sizes()
    sections, sources, named = columns = _columns(links, first, second, group, about["title"])
    tall = max(map(_least, columns))
    # Bold type is about a tenth wider than wrap_to measures.
    heads = [wrap_to(text, width / 1.1, BASE) for _, width, text in sizes.columns]
    top = MARGIN + max(map(len, heads)) * LINE + 0.12
    key = [v for v in CLAIM_MARKS if (links["verdict"] == v).any()]
    bottom = top + tall + 0.16
    foot = KEY * (2 + -(-len(key) // len(_sizes().key))) + MARGIN
    fig, ax = canvas(sizes.columns[2][0] + sizes.right + MARGIN, bottom + foot)
    for column, (x, _, _), lines in zip(columns, sizes.columns, heads):
        # The boxes begin at the top, and are spread over the height of the tallest column.
        gap, at = BETWEEN + (tall - _least(column)) / max(len(column) - 1, 1), top
        for box, heading in zip(column.values(), _headings(column)):
            box.top = at + heading
            at = box.top + box.height + gap
        for i, line in enumerate(lines):
            _write(ax, x, MARGIN + (i + 0.5) * LINE, line, fontweight="bold")
    x0, x1, x2 = (x for x, _, _ in sizes.columns)
    _ribbons(ax, first, (sections, sources), (x0 + sizes.left, x1), source=1)
    _ribbons(ax, second, (sources, named), (x1 + sizes.middle, x2), source=0)
    for column, (x, width, _) in zip(columns, sizes.columns):
        for box in column.values():
            ax.add_patch(Rectangle((x, box.top), width, box.height, zorder=3, gid="box", **BOX.style()))
    for box in sections.values():
        _title(ax, x0, sizes.left, box, box.middle - (len(box.lines) - 1) / 2 * LINE)
    for box, heading in zip(sources.values(), _headings(sources)):
        if heading:
            _write(ax, x1, box.top - HEADING / 2 + 0.02, box.group, color=colour("muted"))
        _title(ax, x1, MARKS_AT - 0.02, box, box.middle)
    _marks(ax, x1 + MARKS_AT, sources, links.drop_duplicates(["claim", "reference"]))
    for box in named.values():
        y = box.middle - len(box.lines) / 2 * LINE
        _title(ax, x2, sizes.right, box, y)
        _certainty(ax, x2 + PAD, y + len(box.lines) * LINE, about["certainty"][box.name])
    _key(ax, bottom, key)
    keys = ["section", "reference", "independence", "chapter", "title", "certainty"]
    data = links.groupby(keys, dropna=False)["claim"].nunique().reset_index().drop(columns="chapter")
    names = ["section", "source", "independence of the source", "chapter", "certainty", "claims"]
    return Drawn(fig, _alt(links), data.set_axis(names, axis=1))


def _columns(
    links: pd.DataFrame, first: pd.Series, second: pd.Series, group: pd.Series, titles: pd.Series
) -> tuple[Column, Column, Column]:
    """Boxes of sections, sources and chapters, in their order."""

    def boxes(column: str, names: Sequence[str], width: float, least: Callable, *sides: pd.Series) -> Column:
        counted, made = links.groupby(column)["claim"].nunique(), {}
        for name in names:
            words = titles.get(name, name).replace("-", "- ") if narrow() else titles.get(name, name)
            lines, claims = wrap_to(words, width - 2 * PAD - 0.25, BASE), int(counted[name])
            busier = max(int(side.groupby(level=column).sum()[name]) for side in sides)
            made[name] = _Box(name, lines, claims, max(least(len(lines), claims), UNIT * busier), group.get(name, ""))
        return made

    def marked(_: int, claims: int) -> float:
        return max(LINE, -(-claims // _sizes().marks) * MARK_ROW) + PAD

    sections, sources, chapters = _order(first, second, group)
    left = boxes("section", sections, _sizes().left, lambda lines, _: lines * LINE + 2 * PAD, first)
    right = boxes("chapter", chapters, _sizes().right, lambda lines, _: (lines + 1) * LINE + 2 * PAD, second)
    return left, boxes("reference", sources, np.inf, marked, first, second), right


def _order(first: pd.Series, second: pd.Series, group: pd.Series) -> tuple[list[str], list[str], list[str]]:
    """Sections, sources and chapters in an order with few crossings."""
    left, right = (pairs.unstack(fill_value=0) for pairs in (first, second))
    claims, more, groups = left.to_numpy(), right.to_numpy(), group[left.columns].to_numpy()
    names = _by_mean(claims.T)

    def order(of: Sequence[str]) -> tuple[list[int], list[int], list[int]]:
        middle = [i for one in of for i in names if groups[i] == one]
        return _by_mean(claims[:, middle]), middle, _by_mean(more[middle].T)

    def crossings(of: tuple[list[int], list[int], list[int]]) -> int:
        return _crossings(claims[np.ix_(*of[:2])]) + _crossings(more[np.ix_(*of[1:])])

    ends, middle, others = min(map(order, permutations(sorted(set(groups)))), key=crossings)
    return list(left.index[ends]), list(left.columns[middle]), list(right.columns[others])


def _by_mean(claims: np.ndarray) -> list[int]:
    """Rows in the order of the mean place of the columns they are joined to, weighted by claims."""
    return np.argsort(claims @ np.arange(claims.shape[1]) / claims.sum(axis=1), kind="stable").tolist()


def _crossings(claims: np.ndarray) -> int:
    """Number of pairs of claims whose ribbons cross: one starts later and ends earlier."""
    later = claims[::-1].cumsum(axis=0)[::-1] - claims
    return int((claims * (later.cumsum(axis=1) - later)).sum())


def _headings(column: Column) -> list[float]:
    """Inches above each box that its group's heading takes."""
    return [HEADING * (one != last) for last, one in pairwise(["", *[box.group for box in column.values()]])]


def _least(column: Column) -> float:
    return sum(box.height for box in column.values()) + sum(_headings(column)) + BETWEEN * (len(column) - 1)


def _ribbons(ax: Axes, pairs: pd.Series, sides: tuple[Column, Column], x: tuple[float, float], *, source: int) -> None:
    """Ribbons of the side `source`, each end as wide as its claims, in the order of the boxes at the other end."""
    order = [pair for pair in product(sides[0], sides[1]) if pair in pairs.index]
    at: dict[tuple[str, str], list[float]] = {pair: [] for pair in order}
    for side, column in enumerate(sides):
        others = list(sides[1 - side])
        for box in column.values():
            mine = sorted((p for p in order if p[side] == box.name), key=lambda p: others.index(p[1 - side]))
            y = box.top + (box.height - UNIT * sum(int(pairs[pair]) for pair in mine)) / 2
            for pair in mine:
                at[pair].append(y)
                y += UNIT * int(pairs[pair])
    (x0, x1), bend = x, sum(x) / 2
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for pair, (y0, y1) in at.items():
        claims = int(pairs[pair])
        wide, fill = UNIT * claims, RIBBONS.get(sides[source][pair[source]].group, OTHER_RIBBONS)
        there = [(x0, y0), (bend, y0), (bend, y1), (x1, y1)]
        back = [(x1, y1 + wide), (bend, y1 + wide), (bend, y0 + wide), (x0, y0 + wide), (x0, y0)]
        ax.add_patch(PathPatch(Path(there + back, codes), zorder=1, gid=":".join(("ribbon", *pair)), **fill.style()))
        if claims >= NUMBERED:
            place, y, align = (x0 + 0.06, y0, "left") if source else (x1 - 0.06, y1, "right")
            _write(ax, place, y + wide / 2, str(claims), ha=align)


def _title(ax: Axes, x: float, width: float, box: _Box, first: float) -> None:
    """Lines of a box, with its number of claims next to the first."""
    for i, line in enumerate(box.lines):
        _write(ax, x + PAD, first + i * LINE, line)
    _write(ax, x + width - PAD, first, str(box.claims), ha="right", fontweight="bold")


def _marks(ax: Axes, x: float, boxes: Column, claims: pd.DataFrame) -> None:
    """One mark per claim, in rows in the box of its source, sorted by verdict."""
    at: dict[str, list[tuple[float, float]]] = {verdict: [] for verdict in CLAIM_MARKS}
    for name, box in boxes.items():
        here = sorted(claims.loc[claims["reference"] == name, "verdict"], key=list(CLAIM_MARKS).index)
        rows = -(-len(here) // _sizes().marks)
        for i, verdict in enumerate(here):
            row, place = divmod(i, _sizes().marks)
            at[verdict].append((x + (place + 0.5) * MARK_STEP, box.middle + (row - (rows - 1) / 2) * MARK_ROW))
    for verdict in filter(at.get, CLAIM_MARKS):
        x_of, y_of = zip(*at[verdict])
        _mark(ax, x_of, y_of, verdict, 5, gid=f"claim-{verdict}")


def _mark(ax: Axes, x: ArrayLike, y: ArrayLike, verdict: str, size: float, gid: str | None = None) -> None:
    mark = CLAIM_MARKS[verdict]
    size *= 0.8 if mark.shape in "Ds" else 1.0  # squares look larger than circles
    dots(ax, x, y, mark, size=size, edge=1.1, gid=gid, clip_on=True)


def _certainty(ax: Axes, x: float, middle: float, word: str) -> None:
    """Four circles, as many filled as the certainty has steps, and the word."""
    if word not in CERTAINTY_CIRCLES:
        _write(ax, x, middle, word, color=colour("muted"))
        return
    number, at = CERTAINTY_CIRCLES[word], [x + 0.05 + 0.13 * i for i in range(4)]
    for circles, filled, gid in ((at[:number], True, "certainty-ink"), (at[number:], False, "certainty-page")):
        dots(ax, circles, [middle] * len(circles), marks.Mark("o", filled, "ink"), edge=1.1, gid=gid, clip_on=True)
    _write(ax, x + 0.13 * len(at) + 0.06, middle, word)


def _key(ax: Axes, top: float, verdicts: list[str]) -> None:
    """Key of the marks and of the widths."""
    tone, y = colour("muted"), top + 1.5 * KEY
    _write(ax, MARGIN, top + KEY / 2, "One mark is one claim, by its verdict:", color=tone)
    for i, verdict in enumerate(verdicts):
        row, place = divmod(i, len(_sizes().key))
        x = MARGIN + _sizes().key[place]
        _mark(ax, [x + 0.06], [y + row * KEY], verdict, 6)
        _write(ax, x + 0.18, y + row * KEY, verdict.replace("-", " "), color=tone)
    y += KEY * -(-len(verdicts) // len(_sizes().key))
    ax.add_patch(Rectangle((MARGIN, y - 5 * UNIT / 2), 0.3, 5 * UNIT, **OTHER_RIBBONS.style()))
    _write(ax, MARGIN + 0.4, y, f"5 claims; fewer than {NUMBERED}: no number", color=tone)


def _alt(links: pd.DataFrame) -> str:
    def tally(column: str) -> str:
        counted = links.groupby(column, sort=False)["claim"].nunique().sort_values(ascending=False, kind="stable")
        return ", ".join(f"{word} {n}" for word, n in counted.items())

    verdicts = links.drop_duplicates("claim")["verdict"].value_counts()
    claims, sections, sources, chapters = links[["claim", "section", "reference", "chapter"]].nunique()
    return alt_text(
        f"Map of {plural(claims, 'claim')}: from {plural(sections, 'section')} through "
        f"{plural(sources, 'box')} of sources to {plural(chapters, 'chapter')}",
        f"Claims by independence of the source: {tally('independence')}",
        f"By certainty of the chapter: {tally('certainty')}",
        "Verdicts: " + ", ".join(f"{v.replace('-', ' ')} {verdicts[v]}" for v in VERDICTS if v in verdicts),
    )
