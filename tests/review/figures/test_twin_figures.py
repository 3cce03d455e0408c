from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures import twins
from tests.review.figures.samples import life, pair_groups, powers, twin_share_rows


@pytest.mark.parametrize(
    ("draw", "sample", "column"),
    [
        (twins.pair_bars, pair_groups, "concordant_low"),
        (twins.share_ranges, twin_share_rows, "ci_lowest"),
        (twins.shares_by_age, life, "scale"),
        (twins.power_by_split, powers, "series"),
    ],
)
def test_a_missing_column_is_named_and_an_empty_table_refused(draw, sample, column):
    with pytest.raises(RestatedError, match=f"no column '{column}'"):
        draw(sample().drop(columns=column))
    with pytest.raises(RestatedError, match="no rows"):
        draw(sample().iloc[:0])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: twins.pair_bars(pair_groups().assign(concordant_high=200)), "not between 0 and the pairs"),
        (lambda: twins.share_ranges(twin_share_rows().assign(ci_highest=0.1)), "outside its interval"),
        (lambda: twins.shares_by_age(life().assign(c2=0.9)), "add up to more than 1"),
        (
            lambda: twins.shares_by_age(life().assign(words="", a2=np.nan, c2=np.nan, e2=np.nan)),
            "neither a share nor words",
        ),
        (lambda: twins.power_by_split(powers().assign(power=np.nan)), "a value is missing"),
        (
            lambda: twins.power_by_split(powers().assign(series=[f"s{i}" for i in range(12)])),
            "12 series cannot be distinguished",
        ),
    ],
)
def test_bad_values_are_refused_in_words(draw, message):
    with pytest.raises(RestatedError, match=message):
        draw()


def test_groups_below_chance_are_said_in_words():
    assert "Below 50 %: First 1998 DZ" in twins.pair_bars(pair_groups()).alt


def test_a_restated_row_says_so_in_the_picture_and_in_its_data():
    drawn = twins.shares_by_age(life())
    assert drawn.data["measure"].tolist()[-1] == "score, recomputed"
    words = [t.get_text() for t in drawn.fig.findobj(lambda a: hasattr(a, "get_text"))]
    assert "score, recomputed" in words and "rest not published" in words


def test_power_that_reaches_what_is_wanted_is_not_called_below():
    assert "not below 80" in twins.power_by_split(powers().assign(power=0.9)).alt
    assert ", below 80" in twins.power_by_split(powers()).alt
