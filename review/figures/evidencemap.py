"""Claims as ribbons: from where they stand, through the source they name, to the chapter that looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.rows import HALF_DIGIT, MARGIN
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import alt_text, plural
from restated_book.claims import VERDICTS

#: Shape, filling and colour of a verdict on a claim.
CLAIM_MARKS = {
    "supported": ("o", True, "accent"),
    "consistent": ("o", False, "accent"),
    "inconsistent": ("D", False, "warn"),
    "contradicted": ("X", True, "warn"),
    "not-publicly-checkable": ("s", False, "muted"),
}
#: How many of four circles are filled for each certainty; a chapter with any other word has none.
CERTAINTY_CIRCLES = {"high": 4, "moderate": 3, "low": 2, "very low": 1}
CIRCLES = 4
#: Fill and edge of the ribbons at a source, by its independence; the heading over the source says it in words.
RIBBONS = {"own research": ("band", "ramp3"), "not independent": ("band2", "second")}
OTHER_RIBBONS = ("zone3", "muted")

UNIT = 0.046  # inches of height for one claim
LEFT, MIDDLE, RIGHT = 1.34, 1.86, 1.62  # inches of the boxes
SPACE = 0.9  # inches between two columns of boxes
LINE = 1.25 * BASE / POINTS  # inches between two lines of text
PAD = 0.07  # inches between a box and its text
BETWEEN = 0.06  # least inches between boxes
HEADING = 0.27  # inches for the heading of a group
MARKS_AT, MARK_STEP, MARKS_IN_ROW = 0.74, 0.115, 9  # inches, inches, number
MARK_ROW = 0.135  # inches
#: Ribbons of fewer claims are too thin for their number.
NUMBERED = 3
KEY = 1.7 * BASE / POINTS


@dataclass
class _Box:
    """A box and where its ribbons end, inches from the top."""

    name: str
    lines: list[str]
    claims: int
    ribbons: int  # claims times ends on the busier side
    group: str = ""
    need: float = 0.0
    top: float = 0.0
    ends: dict[str, float] = field(default_factory=dict)

    @property
    def height(self) -> float:
        return max(self.need, UNIT * self.ribbons)


@drawing
def evidence_map(links: pd.DataFrame, references: pd.DataFrame, chapters: pd.DataFrame) -> Drawn:
    """Three columns of boxes joined by ribbons as wide as the number of claims.

    Parameters
    ----------
    links : DataFrame
        One row per `claim`, `section`, `reference` and `chapter`, with the `verdict` on the claim. A claim with two sources or
        chapters has a row for each.
    references : DataFrame
        `reference` and its `independence`, which heads a group of sources.
    chapters : DataFrame
        `chapter`, `title` and `certainty`, in words.

    Notes
    -----
    Groups of sources stand in the order with the fewest crossings of ribbons, weighted by claims, of all their orders; sources of
    a group, sections and chapters in the order of the mean place of what they are joined to.

    Raises
    ------
    RestatedError
        If a column is missing, a reference or chapter is unknown, or a verdict is unknown.
    """
    require(links, "claim", "section", "reference", "chapter", "verdict")
    require(references, "reference", "independence")
    require(chapters, "chapter", "title", "certainty")
    for column, known in (
        ("reference", references["reference"]),
        ("chapter", chapters["chapter"]),
        ("verdict", list(CLAIM_MARKS)),
    ):
        unknown = sorted(set(links[column]) - set(known))
        if unknown:
            raise RestatedError(f"unknown {column} '{unknown[0]}'", field=column)
    first, second = (
        links.groupby(pair, sort=True)["claim"].nunique()
        for pair in (["section", "reference"], ["reference", "chapter"])
    )
    group = references.set_index("reference")["independence"]
    about = chapters.set_index("chapter")
    sections, middle, last = _order(first, second, group)

    def boxes(names: Sequence[str], column: str, words, sides: Sequence[pd.Series]) -> dict[str, _Box]:
        counted = links.groupby(column)["claim"].nunique()
        busier = {name: max(int(side.groupby(level=column).sum()[name]) for side in sides) for name in names}
        return {name: _Box(name, words(name), int(counted[name]), busier[name]) for name in names}

    lefts = boxes(sections, "section", lambda name: wrap_to(name, LEFT - 2 * PAD - 0.25, BASE), [first])
    middles = boxes(middle, "reference", lambda name: [name], [first, second])
    rights = boxes(last, "chapter", lambda name: wrap_to(about["title"][name], RIGHT - 2 * PAD - 0.25, BASE), [second])
    for box in lefts.values():
        box.need = len(box.lines) * LINE + 2 * PAD
    for box in middles.values():
        box.group = group[box.name]
        box.need = max(LINE, -(-box.claims // MARKS_IN_ROW) * MARK_ROW) + PAD
    for box in rights.values():
        box.need = (len(box.lines) + 1) * LINE + 2 * PAD
    columns = (lefts, middles, rights)
    tall = max(map(_least, columns))
    # Bold type is about a tenth wider than what wrap_to measures.
    heads = [
        wrap_to(text, width / 1.1, BASE)
        for text, width in (
            ("Section of the case study", LEFT),
            ("Source named, by independence", MIDDLE),
            ("Chapter, and certainty of its finding", RIGHT),
        )
    ]
    top = MARGIN + max(map(len, heads)) * LINE + 0.12
    for column in columns:
        _place(column, top, tall)
    xs = (MARGIN, MARGIN + LEFT + SPACE, MARGIN + LEFT + MIDDLE + 2 * SPACE)
    widths = (LEFT, MIDDLE, RIGHT)
    width = xs[2] + RIGHT + MARGIN
    key = [v for v in CLAIM_MARKS if (links["verdict"] == v).any()]
    height = top + tall + 0.16 + KEY * (2 + -(-len(key) // 3)) + MARGIN
    fig = new_figure(width, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    for x, lines in zip(xs, heads, strict=True):
        for i, line in enumerate(lines):
            _write(ax, x, MARGIN + (i + 0.5) * LINE, line, fontweight="bold")
    tones = {name: RIBBONS.get(group[name], OTHER_RIBBONS) for name in middle}
    _ribbons(ax, first, lefts, middles, xs[0] + LEFT, xs[1], tones, source=1)
    _ribbons(ax, second, middles, rights, xs[1] + MIDDLE, xs[2], tones, source=0)
    for x, w, column in zip(xs, widths, columns, strict=True):
        for box in column.values():
            ax.add_patch(
                Rectangle(
                    (x, box.top),
                    w,
                    box.height,
                    facecolor=colour("page"),
                    edgecolor=colour("muted"),
                    linewidth=1.0,
                    zorder=3,
                    gid="box",
                )
            )
    for box in lefts.values():
        _title(ax, xs[0], LEFT, box, box.top + box.height / 2 - (len(box.lines) - 1) / 2 * LINE)
    seen = ""
    for box in middles.values():
        if box.group != seen:
            seen = box.group
            _write(ax, xs[1], box.top - HEADING / 2 + 0.02, seen, color=colour("muted"))
        _title(ax, xs[1], MARKS_AT - 0.02, box, box.top + box.height / 2)
    _marks(ax, xs[1] + MARKS_AT, middles, links.drop_duplicates(["claim", "reference"]))
    for box in rights.values():
        y = box.top + box.height / 2 - len(box.lines) / 2 * LINE
        _title(ax, xs[2], RIGHT, box, y)
        _certainty(ax, xs[2] + PAD, y + len(box.lines) * LINE, about["certainty"][box.name])
    _key(ax, top + tall + 0.16, key)
    return Drawn(fig, _alt(links, group, about), _data(links, group, about))


def _order(first: pd.Series, second: pd.Series, group: pd.Series) -> tuple[list[str], list[str], list[str]]:
    """Sections, sources and chapters in an order with few crossings."""
    at = {name: i for i, name in enumerate(sorted(first.index.get_level_values("section").unique()))}
    names = _by_mean(first, "reference", "section", at)
    best: tuple[int, list[list[str]]] | None = None
    for order in permutations(sorted({group[name] for name in names})):
        middle = [name for one in order for name in names if group[name] == one]
        place = {name: i for i, name in enumerate(middle)}
        left, right = _by_mean(first, "section", "reference", place), _by_mean(second, "chapter", "reference", place)
        total = _crossings(first, left, middle) + _crossings(second, middle, right)
        if best is None or total < best[0]:
            best = (total, [left, middle, right])
    return tuple(best[1])


def _by_mean(pairs: pd.Series, level: str, other: str, place: dict[str, int]) -> list[str]:
    """Names of a level in the order of the mean place of what they are joined to, weighted by claims."""
    names, ends = (pairs.index.get_level_values(name) for name in (level, other))
    sums: dict[str, list[float]] = {}
    for name, end, n in zip(names, ends, pairs, strict=True):
        total = sums.setdefault(name, [0.0, 0.0])
        total[0] += place[end] * n
        total[1] += n
    return sorted(sums, key=lambda name: (sums[name][0] / sums[name][1], name))


def _crossings(pairs: pd.Series, starts: list[str], ends: list[str]) -> int:
    """Pairs of claims whose ribbons cross."""
    from_, to, n = (
        np.array(part)
        for part in zip(*[(starts.index(a), ends.index(b), int(k)) for (a, b), k in pairs.items()], strict=True)
    )
    across = np.subtract.outer(from_, from_) * np.subtract.outer(to, to) < 0
    return int((np.outer(n, n) * across).sum() // 2)


def _headed(column: dict[str, _Box]) -> list[float]:
    """Inches above each box that its group's heading takes."""
    before = [None, *[box.group for box in column.values()]]
    return [
        HEADING if box.group and box.group != last else 0.0 for box, last in zip(column.values(), before, strict=False)
    ]


def _least(column: dict[str, _Box]) -> float:
    return sum(box.height for box in column.values()) + sum(_headed(column)) + BETWEEN * (len(column) - 1)


def _place(column: dict[str, _Box], top: float, tall: float) -> None:
    """Boxes from the top, spread over the height of the tallest column."""
    gap = BETWEEN + (tall - _least(column)) / max(len(column) - 1, 1)
    y = top
    for box, heading in zip(column.values(), _headed(column), strict=True):
        box.top = y + heading
        y = box.top + box.height + gap


def _ribbons(
    ax, pairs: pd.Series, starts: dict[str, _Box], ends: dict[str, _Box], x0: float, x1: float, tones, *, source: int
) -> None:
    """Ribbons of one side, each end as wide as its claims, in the order of the boxes at the other end; numbered away from the source."""
    order = [(a, b) for a in starts for b in ends if (a, b) in pairs.index]
    at: dict[tuple[str, str], list[float]] = {pair: [0.0, 0.0] for pair in order}
    for side, column in ((0, starts), (1, ends)):
        for box in column.values():
            mine = sorted(
                (pair for pair in order if pair[side] == box.name),
                key=lambda pair: list((ends, starts)[side]).index(pair[1 - side]),
            )
            y = box.top + (box.height - UNIT * sum(int(pairs[pair]) for pair in mine)) / 2
            for pair in mine:
                at[pair][side] = y
                y += UNIT * int(pairs[pair])
    bend = (x0 + x1) / 2
    for pair in order:
        claims = int(pairs[pair])
        (y0, y1), wide = at[pair], UNIT * claims
        points = [
            (x0, y0),
            (bend, y0),
            (bend, y1),
            (x1, y1),
            (x1, y1 + wide),
            (bend, y1 + wide),
            (bend, y0 + wide),
            (x0, y0 + wide),
            (x0, y0),
        ]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        fill, edge = tones[pair[source]]
        ax.add_patch(
            PathPatch(
                Path(points, codes),
                facecolor=colour(fill),
                edgecolor=colour(edge),
                linewidth=0.5,
                zorder=1,
                gid=f"ribbon:{pair[0]}:{pair[1]}",
            )
        )
        if claims >= NUMBERED:
            x, y = (x0 + 0.06, y0) if source else (x1 - 0.06, y1)
            _write(ax, x, y + wide / 2, str(claims), ha="left" if source else "right", zorder=4)


def _write(ax, x: float, middle: float, text: str, **style) -> None:
    style = dict(fontsize=BASE, color=colour("ink"), va="baseline", ha="left", zorder=4) | style
    ax.text(x, middle + HALF_DIGIT * BASE / POINTS, text, **style)


def _title(ax, x: float, width: float, box: _Box, first: float) -> None:
    """Lines of a box, with its number of claims beside the first."""
    for i, line in enumerate(box.lines):
        _write(ax, x + PAD, first + i * LINE, line)
    _write(ax, x + width - PAD, first, str(box.claims), ha="right", fontweight="bold")


def _marks(ax, x: float, boxes: dict[str, _Box], claims: pd.DataFrame) -> None:
    """One mark per claim, in rows in the box of its source, sorted by verdict."""
    places: dict[str, list[tuple[float, float]]] = {verdict: [] for verdict in CLAIM_MARKS}
    for name, box in boxes.items():
        here = sorted(claims.loc[claims["reference"] == name, "verdict"], key=list(CLAIM_MARKS).index)
        rows = -(-len(here) // MARKS_IN_ROW)
        for i, verdict in enumerate(here):
            row, place = divmod(i, MARKS_IN_ROW)
            places[verdict].append(
                (x + (place + 0.5) * MARK_STEP, box.top + box.height / 2 + (row - (rows - 1) / 2) * MARK_ROW)
            )
    for verdict, points in places.items():
        if points:
            _mark(ax, *zip(*points, strict=True), verdict, 5, gid=f"claim-{verdict}")


def _mark(ax, x, y, verdict: str, size: float, gid: str | None = None) -> None:
    marker, filled, role = CLAIM_MARKS[verdict]
    smaller = 0.8 if marker in "Ds" else 1.0  # squares look larger than circles
    ax.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=smaller * size,
        markeredgewidth=1.1,
        markeredgecolor=colour(role),
        markerfacecolor=colour(role if filled else "page"),
        zorder=4,
        gid=gid,
    )


def _certainty(ax, x: float, middle: float, word: str) -> None:
    """Four circles, as many filled as the certainty has steps, and the word."""
    filled = CERTAINTY_CIRCLES.get(word)
    if filled is None:
        _write(ax, x, middle, word, color=colour("muted"))
        return
    at = [x + 0.05 + 0.13 * i for i in range(CIRCLES)]
    for circles, fill in ((at[:filled], "ink"), (at[filled:], "page")):
        ax.plot(
            circles,
            [middle] * len(circles),
            linestyle="none",
            marker="o",
            markersize=6.5,
            markeredgewidth=1.1,
            markeredgecolor=colour("ink"),
            markerfacecolor=colour(fill),
            zorder=4,
            gid=f"certainty-{fill}",
        )
    _write(ax, x + 0.13 * CIRCLES + 0.06, middle, word)


def _key(ax, top: float, verdicts: list[str]) -> None:
    """What the marks and the widths mean."""
    _write(ax, MARGIN, top + KEY / 2, "One mark is one claim, by its verdict:", color=colour("muted"))
    y, place = top + 1.5 * KEY, 0
    for verdict in verdicts:
        x = MARGIN + (0.0, 1.55, 3.0)[place]
        _mark(ax, [x + 0.06], [y], verdict, 6)
        _write(ax, x + 0.18, y, verdict.replace("-", " "), color=colour("muted"))
        place += 1
        if place == 3:
            y, place = y + KEY, 0
    y += KEY if place else 0.0
    ax.add_patch(
        Rectangle(
            (MARGIN, y - 5 * UNIT / 2),
            0.3,
            5 * UNIT,
            facecolor=colour(OTHER_RIBBONS[0]),
            edgecolor=colour(OTHER_RIBBONS[1]),
            linewidth=0.5,
        )
    )
    _write(ax, MARGIN + 0.4, y, f"5 claims; ribbons of fewer than {NUMBERED} carry no number", color=colour("muted"))


def _data(links: pd.DataFrame, group: pd.Series, about: pd.DataFrame) -> pd.DataFrame:
    table = links.groupby(["section", "reference", "chapter"])["claim"].nunique().rename("claims").reset_index()
    return pd.DataFrame(
        {
            "section": table["section"],
            "source": table["reference"],
            "independence of the source": table["reference"].map(group),
            "chapter": table["chapter"].map(about["title"]),
            "certainty": table["chapter"].map(about["certainty"]),
            "claims": table["claims"],
        }
    )


def _alt(links: pd.DataFrame, group: pd.Series, about: pd.DataFrame) -> str:
    def tally(words: pd.Series) -> str:
        counted = (
            links.assign(word=words)
            .groupby("word", sort=False)["claim"]
            .nunique()
            .sort_values(ascending=False, kind="stable")
        )
        return ", ".join(f"{word} {n}" for word, n in counted.items())

    verdicts = links.drop_duplicates("claim")["verdict"].value_counts()
    return alt_text(
        f"Map of {plural(links['claim'].nunique(), 'claim')}: from {plural(links['section'].nunique(), 'section')} through "
        f"{plural(links['reference'].nunique(), 'box', 'boxes')} of sources to {plural(links['chapter'].nunique(), 'chapter')}",
        f"Claims by independence of the source: {tally(links['reference'].map(group))}",
        f"By certainty of the chapter: {tally(links['chapter'].map(about['certainty']))}",
        "Verdicts: " + ", ".join(f"{v.replace('-', ' ')} {verdicts[v]}" for v in VERDICTS if v in verdicts),
    )
