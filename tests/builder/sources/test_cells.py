"""No cell of a CSV file is a formula."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from restated_book.sources import cells


@given(st.text(st.characters(codec="utf-8"), max_size=20))
@settings(derandomize=True, deadline=None)
def test_no_text_starts_a_formula_unless_it_is_a_number(text):
    cell = cells.guarded(text)
    assert cell.removeprefix("'") == text.removeprefix("'")
    if cell.startswith(tuple("=+-@\t\r")):
        float(cell)


def test_a_number_keeps_its_sign_and_a_formula_is_a_text():
    assert [cells.guarded(text) for text in ("-.21", "+4", "-3e5", "=1+1", "@x", "-x", "−.21")] == [
        "-.21",
        "+4",
        "-3e5",
        "'=1+1",
        "'@x",
        "'-x",
        "−.21",
    ]
