from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.flow import flow
from tests.library.plots.samples import drawn, reports, texts


def test_a_number_that_was_not_printed_is_not_drawn_as_zero():
    assert "not printed" in texts(drawn("flow").fig) and "0" not in texts(drawn("flow").fig)
    assert drawn("flow").data.loc[2, "arms"] == "recalled, not verified"
    assert "Later: 20 and 17, together 37 (arms not verified)" in drawn("flow").alt


@pytest.mark.parametrize(
    ("table", "arms", "message"),
    [
        (reports().drop(columns="total"), ("a", "b"), "no column 'total'"),
        (reports().head(0), ("a", "b"), "no rows"),
        (reports(), ("an arm with a very long name indeed", "b"), "too long"),
    ],
)
def test_bad_input_is_refused_with_a_reason(table, arms, message):
    with pytest.raises(RestatedError, match=message):
        flow(table, arms=arms)
