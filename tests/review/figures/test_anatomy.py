"""Callouts on figures, number lines with the verdict of the rule, and the lists beside the pictures."""

from __future__ import annotations

import re

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.forest import forest
from restated.plots.words import CORRELATION
from restated_book import paths, register, studies
from review.figures import anatomy
from review.figures.anatomy import Callout, annotate, number_lines, shape_at, text_at, two_intervals
from review.findings import reading
from tests.library.plots import samples as general
from tests.review.figures import samples

PAGE = paths.NOTEBOOKS / "how-to-read.md"
#: Parts of each picture of the page, in the order of the pictures.
LISTS = {
    "number-line": anatomy.NUMBER_LINE,
    "verdict-lines": anatomy.VERDICT_LINES,
    "forest-parts": anatomy.FOREST,
    "two-intervals": anatomy.INTERVALS,
    "set-parts": anatomy.SET,
}


def by_gid(fig, gid):
    return fig.findobj(lambda artist: artist.get_gid() == gid)


def list_after(id: str) -> list[tuple[str, str]]:
    """Number and first bold words, or words before a comma or colon, of the list after the picture of that id."""
    text = PAGE.read_text(encoding="utf-8")
    rest = text[text.index(f'id="{id}"') :]
    rest = rest[rest.index("```\n") + 4 :]
    items = re.search(r"(?:^\d\. .*\n(?:   .*\n)*)+", rest, re.M)[0]
    return re.findall(r"^(\d)\. \*\*(.+?)\*\*", items, re.M)


@pytest.mark.parametrize("id", LISTS)
def test_the_list_beside_a_picture_has_its_numbers_and_names(id):
    listed = list_after(id)
    assert [number for number, _ in listed] == [str(i + 1) for i in range(len(LISTS[id]))]
    assert [name.rstrip(".") for _, name in listed] == [callout.name for callout in LISTS[id]]


@pytest.mark.parametrize(
    "name", ["parts of a number line", "parts of number lines", "two intervals", "parts of a forest", "parts of a set"]
)
def test_callouts_are_numbered_from_one(name):
    drawn = samples.drawn(name)
    shown = [text.get_text() for text in by_gid(drawn.fig, "callout")]
    assert shown == [str(i + 1) for i in range(len(shown))] and len(shown) > 2
    assert f"Picture with {len(shown)} numbered parts" in drawn.alt


def test_a_callout_points_at_its_part():
    base = forest(general.studies(6), general.fit(k=6))
    rows, top = base.data, 0.35
    drawn = annotate(base, [Callout("A square", shape_at("squares", 2), (0.3, 0.0))], top=top)
    (leader,) = by_gid(drawn.fig, "leader")
    drawn.fig.canvas.draw()
    ax = drawn.fig.axes[0]
    x, y = ax.transData.inverted().transform(np.array([leader.get_xdata()[0], leader.get_ydata()[0]]) * drawn.fig.dpi)
    assert np.tanh(x) == pytest.approx(rows["r"][2]) and y == pytest.approx(2)


def test_room_above_moves_nothing_else():
    plain, lifted = (forest(general.studies(4), general.fit(k=4)) for _ in range(2))
    annotate(lifted, [Callout("Study", text_at("Study", y=1.0), (0.0, 0.14))], top=0.4)
    heights = [fig.get_size_inches()[1] for fig in (plain.fig, lifted.fig)]
    assert heights[1] - heights[0] == pytest.approx(0.4)
    inches = [
        ax.get_position().bounds[i] * h
        for h, fig in zip(heights, (plain.fig, lifted.fig), strict=True)
        for ax in fig.axes
        for i in (1, 3)
    ]
    assert inches[:2] == pytest.approx(inches[2:])


def test_a_part_that_is_not_there_is_refused():
    with pytest.raises(RestatedError, match="no shape 'hexagon'"):
        annotate(number_lines(samples.compared()), [Callout("Nothing", shape_at("hexagon"), (0, 0))])
    with pytest.raises(RestatedError, match="no text 'nowhere'"):
        annotate(number_lines(samples.compared()), [Callout("Nothing", text_at("nowhere"), (0, 0))])


def test_the_verdict_is_that_of_the_rule():
    assert number_lines(samples.compared()).data["verdict"].tolist() == [
        "identical",
        "within rounding",
        "compatible",
        "differs",
    ]
    moved = samples.compared().assign(restated=[1356, 0.1261, np.nan, 0.1349], low=[np.nan, np.nan, 0.126, np.nan])
    assert number_lines(moved).data["verdict"].tolist() == ["differs", "differs", "differs", "within rounding"]
    unseen = samples.compared().assign(grade="U")
    assert set(number_lines(unseen).data["verdict"]) == {"unverified"}


def test_the_box_is_what_the_digits_stand_for():
    drawn = number_lines(samples.compared())
    (box,) = by_gid(drawn.fig, "printed-1")
    assert (box.get_x(), box.get_x() + box.get_width()) == pytest.approx((0.115, 0.125))
    (line,) = by_gid(drawn.fig, "set-2")
    assert list(line.get_xdata()) == [0.079, 0.158]


def test_the_examples_of_the_page_show_all_four_comparisons():
    examples = reading.verdict_examples(studies.load("paternal-sensitivity"), register.load())
    assert number_lines(examples).data["verdict"].tolist() == [c.name.lower() for c in anatomy.VERDICT_LINES]
    assert examples["printed"].tolist()[reading.ROUNDED] == ".12"
    for row in examples.to_dict("records"):  # everything lies on its line
        shown = [
            row[name] for name in ("printed_low", "printed_high", "restated", "low", "high") if np.isfinite(row[name])
        ]
        assert row["from"] < min(shown) and max(shown) < row["to"]


def test_every_estimate_is_a_dot_and_the_intervals_are_those_of_the_fit():
    values, fit = samples.average_of_many()
    drawn = two_intervals(values, fit, scale=CORRELATION, axis="r")
    (dots,) = by_gid(drawn.fig, "estimates")
    places = dots.get_xydata()
    assert len(places) == len(values) == len({tuple(np.round(p, 6)) for p in places}), "no dot hides another"
    step = np.diff(np.unique(np.round(np.sort(places[:, 0]), 9))).min()
    assert np.abs(np.sort(places[:, 0]) - np.sort(values)).max() <= step / 2 + 1e-9
    (bar,) = by_gid(drawn.fig, "prediction")
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx((fit.pi_low, fit.pi_high))
    (diamond,) = by_gid(drawn.fig, "diamond")
    assert diamond.get_xy()[:, 0].min() == pytest.approx(fit.ci_low) and diamond.get_xy()[:, 0].max() == pytest.approx(
        fit.ci_high
    )
    with pytest.raises(RestatedError, match="not finite"):
        two_intervals([0.1, np.inf], fit, scale=CORRELATION, axis="r")
