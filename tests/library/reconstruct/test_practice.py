from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.reconstruct.practice import ELEMENTS, STRENGTHS, admitted

decimals = st.decimals(-500, 500, places=2, allow_nan=False).map(str)
prints = decimals | st.integers(0, 9999).map(str) | decimals.map("<{}".format) | decimals.map("more than {}".format)


def encloses(outer, inner):
    return (outer[0] is None or (inner[0] is not None and outer[0] <= inner[0])) and (
        outer[1] is None or (inner[1] is not None and outer[1] >= inner[1])
    )


@given(prints, st.booleans(), st.sets(st.sampled_from(sorted(ELEMENTS))), st.sets(st.sampled_from(sorted(ELEMENTS))))
def test_more_elements_never_allow_less(text, count, some, more):
    assert encloses(admitted(text, some | more, count=count), admitted(text, some, count=count))


@given(prints, st.booleans())
def test_strengths_are_nested(text, count):
    plain, usual, wide = (admitted(text, elements, count=count) for elements in STRENGTHS.values())
    assert encloses(usual, plain) and encloses(wide, usual)


@given(st.decimals(-500, 500, places=5, allow_nan=False))
def test_a_number_that_is_cut_off_is_admitted_under_usual_practice(value):
    cut = Fraction(int(value * 100), 100)
    low, high = admitted(f"{float(cut):.2f}", STRENGTHS["usual"])
    assert low <= Fraction(value) <= high


def test_what_each_element_does():
    assert admitted("20.6%") == (Fraction("20.55"), Fraction("20.65"))
    assert admitted("20.6%", ["truncation"]) == (Fraction("20.55"), Fraction("20.69999999"))
    assert admitted("20.6%", ["last digit"]) == (Fraction("20.45"), Fraction("20.75"))
    assert admitted("3,476", count=True) == (3476, 3476)
    assert admitted("3,476", ["missing"], count=True) == (3406, 3546)
    assert admitted("19", ["missing"], count=True) == (17, 21)
    assert admitted("<.05", ["truncation", "last digit"]) == (None, Fraction("0.06"))


def test_unknown_elements_and_words_are_refused():
    with pytest.raises(RestatedError, match="element 'magic' is unknown"):
        admitted("1", ["magic"])
    with pytest.raises(RestatedError, match="not a number"):
        admitted("many")
