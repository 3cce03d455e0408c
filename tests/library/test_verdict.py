"""The rules of restated.verdict, as properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated import verdict
from restated.errors import RestatedError

quick = settings(deadline=None, derandomize=True, max_examples=200)
numbers = st.floats(-1e6, 1e6, allow_nan=False)
ordered = st.tuples(numbers, numbers).map(sorted)


def assign(printed_interval, **restated):
    low, high = printed_interval
    return verdict.assign(grade="P", printed=(low + high) / 2, printed_low=low, printed_high=high, **restated)


@quick
@given(ordered, ordered)
def test_a_set_gets_the_verdict_its_overlap_demands(printed, restated):
    got = assign(printed, restated_low=restated[0], restated_high=restated[1])
    slack = verdict.ROUNDOFF * max(1.0, *map(abs, printed + restated))
    inside = printed[0] <= restated[0] and restated[1] <= printed[1]
    apart = restated[0] > printed[1] + slack or restated[1] < printed[0] - slack
    if inside:
        assert got in ("identical", "within-rounding")
    elif apart:
        assert got == "differs"
    else:
        assert got in ("compatible", "within-rounding", "identical")


@quick
@given(ordered, numbers)
def test_widening_the_set_never_turns_agreement_into_difference(printed, value):
    narrow = assign(printed, restated_low=value, restated_high=value)
    wide = assign(printed, restated_low=value - 1, restated_high=value + 1)
    if narrow != "differs":
        assert wide != "differs"


@quick
@given(ordered, numbers)
def test_a_point_is_never_merely_compatible(printed, value):
    assert assign(printed, restated=value) in ("identical", "within-rounding", "differs")


@quick
@given(st.sampled_from([None, *verdict.GRADES]), ordered, numbers)
def test_nothing_saves_a_number_computed_from_recalled_ones(grade, printed, value):
    low, high = printed if grade else (None, None)
    got = verdict.assign(grade=grade, printed=low, printed_low=low, printed_high=high, restated=value, recalled=True)
    assert got == "unverified"


@quick
@given(numbers, numbers)
def test_nothing_saves_an_unverified_number(printed, value):
    got = verdict.assign(grade="U", printed=printed, printed_low=printed, printed_high=printed, restated=value)
    assert got == "unverified"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "new"),
        ({"restated": 3.0}, "new"),
        ({"grade": "P", "printed": 0.31, "printed_low": 0.305, "printed_high": 0.315}, "not-recomputable"),
        ({"grade": "P", "restated": 1.0}, "not-recomputable"),  # words were printed, no number
        ({"grade": "P", "printed": 95, "printed_low": 95, "printed_high": 95, "restated": 95.0}, "identical"),
        ({"grade": "P", "printed": 95, "printed_low": 95, "printed_high": 95, "restated": 96.0}, "differs"),
        (
            {"grade": "S", "printed": 0.31, "printed_low": 0.305, "printed_high": 0.315, "restated": 0.305},
            "within-rounding",
        ),
        ({"grade": "P", "printed": 0.31, "printed_low": 0.305, "printed_high": 0.315, "restated": 0.3151}, "differs"),
        ({"grade": "P", "printed_low": None, "printed_high": 0.001, "restated": 2e-5}, "within-rounding"),
        ({"grade": "P", "printed_low": None, "printed_high": 0.001, "restated": 0.002}, "differs"),
        (
            {
                "grade": "P",
                "printed": 0.5,
                "printed_low": 0.45,
                "printed_high": 0.55,
                "restated_low": 0.54,
                "restated_high": 0.9,
            },
            "compatible",
        ),
    ],
)
def test_each_rule_on_an_example(arguments, expected):
    assert verdict.assign(**arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"grade": "X"},
        {"grade": "P", "restated": math.nan},
        {"grade": "P", "printed_low": 2, "printed_high": 1},
        {"grade": "P", "restated_low": 2.0, "restated_high": 1.0},
        {"grade": "P", "restated_low": math.nan, "restated_high": 1.0},
    ],
)
def test_bad_input_is_refused(arguments):
    with pytest.raises(RestatedError):
        verdict.assign(**arguments)


def test_every_verdict_has_words():
    assert set(verdict.SHORT) == set(verdict.VERDICTS)
