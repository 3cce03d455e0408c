from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.plots import words

SCALES = [words.FISHER_Z, words.CORRELATION, words.DIFFERENCE, words.ODDS_RATIO]


@pytest.mark.parametrize(
    "value, decimals, zero, text",
    [
        (0.314, 2, False, ".31"),
        (-0.314, 2, False, "−.31"),
        (-0.001, 2, False, ".00"),
        (0.5, 0, True, "0"),
        (1.0, 2, False, "1.00"),
        (12.345, 1, True, "12.3"),
        (0.125, 2, True, "0.12"),
        (float("inf"), 2, True, "∞"),
    ],
)
def test_number_is_written_as_print_does(value, decimals, zero, text):
    assert words.number(value, decimals, leading_zero=zero) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_a_written_number_is_within_half_a_unit(x, decimals):
    text = words.number(x, decimals)
    assert abs(float(text.replace("−", "-")) - x) <= 0.5 * 10**-decimals * (1 + 1e-9) + 1e-9
    assert "-" not in text and not text.startswith("−0." + "0" * decimals + "!")


def test_a_missing_number_is_not_written():
    with pytest.raises(RestatedError, match="missing value"):
        words.number(float("nan"))
    assert words.count(float("nan")) == ""
    assert words.count(4819) == "4,819"


@given(st.sampled_from(SCALES), st.floats(-2, 1.9), st.floats(0.05, 2))
@settings(deadline=None, derandomize=True, max_examples=100)
def test_ticks_lie_inside_and_their_labels_say_where(scale, low, width):
    high = low + width
    ticks = scale.ticks(low, high)
    assert np.all((scale.forward(ticks) >= low - 1e-7) & (scale.forward(ticks) <= high + 1e-7))
    read = [float(label.replace("−", "-").replace(",", "")) for label in scale.tick_labels(ticks)]
    assert np.allclose(read, ticks, atol=1e-7)


@pytest.mark.parametrize("scale", SCALES)
def test_scales_go_there_and_back(scale):
    x = np.linspace(-1.5, 1.5, 7)
    assert np.allclose(scale.forward(scale.back(x)), x)
    assert np.all(np.diff(scale.back(x)) > 0)


def test_ticks_have_equal_digits():
    assert words.CORRELATION.tick_labels([0, 0.25, 0.5]) == ["0", ".25", ".50"]
    assert words.CORRELATION.tick_labels([-0.5, 0, 1]) == ["−.5", "0", "1.0"]
    assert words.ODDS_RATIO.tick_labels([0.5, 1, 10]) == ["0.5", "1", "10"]


def test_result_is_back_transformed():
    class Fit:
        estimate, ci_low, ci_high = np.arctanh([0.31, 0.25, 0.37])

    assert words.FISHER_Z.write_result(Fit) == ".31 [.25, .37]"


def test_alternative_text_keeps_the_first_sentences():
    long = "x" * 200
    text = words.alt_text("First sentence here", long, long, "Last")
    assert text == f"First sentence here. {long}. Last."
    assert len(text) <= words.ALT_MAX


def test_a_list_too_long_for_an_alternative_text_keeps_its_first_items():
    listed = "Shares: " + "; ".join(f"setting number {i}: {i}" for i in range(40))
    text = words.alt_text(listed, "y" * 50)
    assert text.startswith("Shares: setting number 0: 0; setting number 1: 1")
    assert text.endswith(words.MORE) and len(text) <= words.ALT_MAX
    assert f"{text.removesuffix(words.MORE)}; " in listed


@pytest.mark.parametrize("sentences", [("short",), ("y" * 500,)])
def test_alternative_text_out_of_bounds_is_refused(sentences):
    with pytest.raises(RestatedError, match="alternative text"):
        words.alt_text(*sentences)


def test_plural():
    assert [words.plural(n, "study") for n in (1, 1600)] == ["1 study", "1,600 studies"]
    assert [words.plural(2, one) for one in ("day", "box", "branch")] == ["2 days", "2 boxes", "2 branches"]


@pytest.mark.parametrize(
    "scale, low, high, says",
    [
        (words.FISHER_Z, -0.1, 0.1, "includes 0"),
        (words.FISHER_Z, 0.01, 0.1, "excludes 0"),
        (words.ODDS_RATIO, -0.7, 0.7, "includes 1"),
    ],
)
def test_an_interval_includes_no_effect_or_excludes_it(scale, low, high, says):
    assert scale.includes(SimpleNamespace(ci_low=low, ci_high=high)) == says
