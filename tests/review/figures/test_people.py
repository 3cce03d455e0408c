from __future__ import annotations

import pytest

from restated.errors import RestatedError
from review.figures.people import hundreds
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import people_rows

WORDS = {"lower": "secure", "higher": "insecure", "outermost": "in the worst tenth"}


def test_a_hundred_children_are_drawn_and_the_marked_ones_are_the_risk():
    drawn = hundreds(people_rows(), **WORDS)
    marked = [len(line.get_xdata()) for line in by_gid(drawn.fig, "marked")]
    others = [len(line.get_xdata()) for line in by_gid(drawn.fig, "others")]
    assert marked == [7, 13, 0, 100]
    assert [a + b for a, b in zip(marked, others, strict=True)] == [100] * 4
    kinds = {by_gid(drawn.fig, gid)[0].get_marker() for gid in ("marked", "others")}
    assert len(kinds) == 2, "shapes differ, not colours alone"
    assert "12.8 in the worst tenth" in texts(drawn.fig)
    assert drawn.data.iloc[0, 3:].tolist() == pytest.approx([7.4, 12.8])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="overlap"), "no column 'overlap'"),
        (lambda t: t.iloc[:0], "no row to draw"),
        (lambda t: t.assign(risk_higher=12.8), "not between 0 and 1"),
    ],
)
def test_bad_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        hundreds(change(people_rows()), **WORDS)
