from __future__ import annotations

import pytest

from restated.errors import RestatedError
from review.figures.people import per_hundred
from review.findings import people
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import per_hundred_rows


def test_a_hundred_people_are_drawn_and_the_marked_ones_are_the_count():
    drawn = per_hundred(per_hundred_rows())
    marked = [len(line.get_xdata()) for line in by_gid(drawn.fig, "marked")]
    others = [len(line.get_xdata()) for line in by_gid(drawn.fig, "others")]
    assert [a + b for a, b in zip(marked, others, strict=True)] == [100] * 4
    table = per_hundred_rows()
    assert marked == [round(x) for row in table.itertuples() for x in (row.first, row.second)]
    assert "8 (1 to 79)" in texts(drawn.fig)
    assert "8 (1 to 79) of 100 treated" in drawn.alt


@pytest.mark.parametrize(
    ("change", "message"),
    [(lambda t: t.drop(columns="what"), "no column 'what'"), (lambda t: t.assign(first=101.0), "not of 100")],
)
def test_bad_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        per_hundred(change(per_hundred_rows()))


def test_counts_follow_the_effect_and_its_interval():
    found = people.counted(people.of_ratio(0.36), (0.22, 0.02, 2.2))
    assert found["first"] == pytest.approx(7.92)
    assert (found["first_low"], found["first_high"]) == pytest.approx((0.72, 79.2))
    assert found["second"] == found["second_low"] == found["second_high"] == pytest.approx(36)


def test_no_effect_is_the_same_count_in_both_groups():
    for shares, nothing in (
        (people.of_classes(0.5, 0.6), 0.0),
        (people.of_halves, 0.0),
        (people.of_difference(0.4), 0.0),
        (people.of_ratio(0.2), 1.0),
    ):
        first, second = shares(nothing)
        assert first == pytest.approx(second)


def test_a_risk_is_at_most_one():
    assert people.of_ratio(0.6)(3.0) == (1.0, 0.6)
