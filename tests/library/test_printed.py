from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.printed import decimal_mark, legible, parse, parse_number
from tests.printing import contains, interval

quick = settings(deadline=None, derandomize=True, max_examples=100)
numbers = st.decimals(min_value=-1_000_000, max_value=1_000_000, allow_nan=False, allow_infinity=False, places=9)


@pytest.mark.parametrize(
    ("text", "exact", "kind", "low", "high", "value", "decimals"),
    [
        (".31", False, "rounded", ".305", ".315", ".31", 2),
        ("5.20", False, "rounded", "5.195", "5.205", "5.20", 2),
        ("5.2", False, "rounded", "5.15", "5.25", "5.2", 1),
        ("-.21", False, "rounded", "-.215", "-.205", "-.21", 2),
        ("\u2212.21", False, "rounded", "-.215", "-.205", "-.21", 2),
        ("\u20130.21", False, "rounded", "-.215", "-.205", "-.21", 2),
        ("= .91", False, "rounded", ".905", ".915", ".91", 2),
        ("62.6%", False, "rounded", "62.55", "62.65", "62.6", 1),
        ("62.6 %", False, "rounded", "62.55", "62.65", "62.6", 1),
        ("4,819", True, "exact", "4819", "4819", "4819", 0),
        ("0,001", False, "rounded", ".0005", ".0015", ".001", 3),
        ("-0,311", False, "rounded", "-.3115", "-.3105", "-.311", 3),
        ("< 0,001", False, "below", None, ".001", None, 3),
        ("12,5", False, "rounded", "12.45", "12.55", "12.5", 1),
        ("1234,567", False, "rounded", "1234.5665", "1234.5675", "1234.567", 3),
        ("1,234,567", False, "rounded", "1234566.5", "1234567.5", "1234567", 0),
        ("1.234.567", False, "rounded", "1234566.5", "1234567.5", "1234567", 0),
        ("1.234,5", False, "rounded", "1234.45", "1234.55", "1234.5", 1),
        ("1 234,5", False, "rounded", "1234.45", "1234.55", "1234.5", 1),
        ("1\u2019234", False, "rounded", "1233.5", "1234.5", "1234", 0),
        ("1.250", False, "rounded", "1.2495", "1.2505", "1.250", 3),
        ("1.250", True, "exact", "1250", "1250", "1250", 0),
        ("0\u00b731", False, "rounded", ".305", ".315", ".31", 2),
        ("1,250 to 2,5", False, "range", "1.2495", "2.55", None, 3),
        ("10\u207b\u00b3", False, "rounded", ".0005", ".0015", ".001", 3),
        ("1.2 \u00d7 10\u207b\u00b3", False, "rounded", ".00115", ".00125", ".0012", 4),
        ("1,2\u00b710\u207b\u00b3", False, "rounded", ".00115", ".00125", ".0012", 4),
        ("1.2E\u22123", False, "rounded", ".00115", ".00125", ".0012", 4),
        ("1.2e\u20133", False, "rounded", ".00115", ".00125", ".0012", 4),
        ("1.2e3", False, "rounded", "1150", "1250", "1200", -2),
        ("\uff1c\uff10\uff0c\uff10\uff10\uff11", False, "below", None, ".001", None, 3),
        ("\u0660\u066b\u0660\u0661", False, "rounded", ".005", ".015", ".01", 2),
        ("286 493", True, "exact", "286493", "286493", "286493", 0),
        ("286\u2009493", True, "exact", "286493", "286493", "286493", 0),
        ("2,987.82", False, "rounded", "2987.815", "2987.825", "2987.82", 2),
        ("<.001", False, "below", None, ".001", None, 3),
        ("< 0.001", False, "below", None, ".001", None, 3),
        ("up to 45", False, "below", None, "45", None, 0),
        ("less than one fifth", False, "below", None, ".2", None, None),
        ("> .05", False, "above", ".05", None, None, 2),
        ("more than 1,000", True, "above", "1000", None, None, 0),
        ("More than 16", True, "above", "16", None, None, 0),
        ("about 40", False, "about", "35", "45", "40", 0),
        ("~7000", False, "about", "6500", "7500", "7000", 0),
        ("\u223c36", False, "about", "35.5", "36.5", "36", 0),
        ("about .40", False, "about", ".395", ".405", ".40", 2),
        ("0.46 to 0.59", False, "range", ".455", ".595", None, 2),
        ("0.06~0.25", False, "range", ".055", ".255", None, 2),
        ("12\u201318", True, "range", "12", "18", None, 0),
        ("-.04 to .26", False, "range", "-.045", ".265", None, 2),
        ("Eighty-five", True, "exact", "85", "85", "85", None),
        ("forty four", False, "exact", "44", "44", "44", None),
        ("twice", False, "exact", "2", "2", "2", None),
        ("Half", False, "about", ".45", ".55", ".5", None),
        ("17/40", False, "exact", ".425", ".425", ".425", None),
        ("0", False, "rounded", "-.5", ".5", "0", 0),
    ],
)
def test_forms_of_print(text, exact, kind, low, high, value, decimals):
    printed = parse(text, exact=exact)
    expected = [None if x is None else Decimal(x) for x in (low, high, value)]
    assert [printed.low, printed.high, printed.value] == expected
    assert (printed.text, printed.kind, printed.decimals) == (text, kind, decimals)


@pytest.mark.parametrize("text", ["", "  ", "positive", "**", "n.s.", "3/0", "-", ".", "table 3"])
def test_text_is_no_number(text):
    printed = parse(text)
    assert (printed.kind, printed.low, printed.high, printed.value) == ("text", None, None, None)
    assert not contains(printed, 0)


NEAR_NUMBERS = ["4.819.2", "1 2345", "12,34,567", "0 123", "0,123.456", "1'23", "1,2,3", "(5.2)", "95%%", "5."]
NEAR_NUMBERS += ["1.25\u00b2", "12\u2460", "12\u2083", "\u00bd", "1.2\u00d710-3", "1.2\u00d7103", "1e999", "\u00ad.21"]


@pytest.mark.parametrize("text", NEAR_NUMBERS)
def test_digits_and_signs_that_are_no_number_are_refused(text):
    with pytest.raises(RestatedError, match="is not a number"):
        parse(text)


@pytest.mark.parametrize("text", ["1,250", "< 1,250", "about 1,250", "1,250 to 2,375", "-1,250 %", "1,250e-3"])
def test_a_comma_that_can_part_decimals_or_thousands_is_refused_with_both_readings(text):
    with pytest.raises(RestatedError, match=r"1\.250 or 1250\. Write the one that is meant\."):
        parse(text)
    assert parse(text, decimal=",") != parse(text, decimal=".")


def test_a_mark_is_said_to_part_decimals_or_thousands():
    assert parse("1,250", decimal=",").value == Decimal("1.250")
    assert parse("1,250", decimal=".").value == parse("1.250", decimal=",").value == Decimal(1250)
    assert parse("0.5", decimal=",").value == Decimal(".5")
    with pytest.raises(RestatedError, match="unknown decimal mark ';'"):
        parse("1,250", decimal=";")


@pytest.mark.parametrize(
    ("texts", "mark"),
    [(("1,250", "0,1"), ","), (("1,250", ".1"), "."), (("1,250", "12"), None), (("0,1", ".1"), None), (("**",), None)],
)
def test_a_decimal_mark_is_shown_by_numbers_that_can_only_have_it(texts, mark):
    assert decimal_mark(*texts) == mark


#: Marks before decimals and between thousands, by style; digits of scripts and dress.
STYLES = [
    (".", ","),
    (",", "."),
    (".", " "),
    (",", " "),
    (",", "\u202f"),
    (".", "'"),
    (",", "\u2019"),
    (".", ""),
    (",", ""),
]
STYLES += [("\u00b7", ""), ("\u00b7", "\u2009"), ("\u066b", "\u066c"), ("\uff0c", "\uff0e"), ("\uff0e", "\uff0c")]
ZEROS = ["0", "\uff10", "\u0660", "\u06f0", "\u0966"]


@quick
@given(
    numbers | st.decimals(1, 9, places=9),
    st.integers(0, 6),
    st.sampled_from(STYLES),
    st.sampled_from(ZEROS),
    st.booleans(),
    st.sampled_from([None, *",."]),
)
def test_a_number_in_any_style_comes_back_or_is_refused(x, places, style, zero, bare, said):
    x = x.quantize(Decimal((0, (1,), -places)))
    plain = f"{x:,f}".replace("0.", ".", 1) if bare and 0 < abs(x) < 1 else f"{x:,f}"
    text = plain.translate(str.maketrans({".": style[0], ",": style[1], "-": "\u2212"}))
    text = text.translate({ord("0") + i: chr(ord(zero) + i) for i in range(10)})
    point = {"\uff0c": ",", "\uff0e": "."}.get(style[0], style[0])
    if abs(x) >= 1 and (lone := re.fullmatch(r"\D?\d{1,3}([.,\uff0c\uff0e])\d{3}", text)):
        if said is None and lone[1] in ",\uff0c":
            with pytest.raises(RestatedError, match="can separate decimals or thousands"):
                parse(text)
        said = point
    found = parse(text, decimal=said)
    assert (found.value, found.decimals) == (x, places)


@pytest.mark.parametrize("text", ["", "n.s.", "12,5,"])
def test_a_required_number_names_its_place(text):
    with pytest.raises(RestatedError) as caught:
        parse_number(text, file="numbers.csv", row=7, field="value")
    message = str(caught.value)
    assert "numbers.csv, row 7, field 'value'" in message
    assert "Write it as published" in message
    with pytest.raises(RestatedError):
        interval(text)


def test_a_downward_range_is_refused_with_its_place():
    with pytest.raises(RestatedError, match="runs downwards"):
        parse("0.59 to 0.46")
    with pytest.raises(RestatedError, match=r"row 3.*runs downwards.*lower end first"):
        parse_number("0.59 to 0.46", row=3)


def test_a_float_is_refused():
    with pytest.raises(RestatedError, match="must be a string"):
        parse(5.2)


def test_interval_is_open_ended_where_the_print_is():
    assert interval("<.001") == (float("-inf"), 0.001)
    assert interval("> 50") == (50.0, float("inf"))
    assert interval("4,819", exact=True) == (4819.0, 4819.0)


@pytest.mark.parametrize("x", [0.305, 0.315, Decimal(".305"), Decimal(".315"), Fraction(63, 200), np.float64(0.31)])
def test_contains_both_ends(x):
    assert contains(parse(".31"), x)


@pytest.mark.parametrize("x", [0.3049999, 0.3150001, Decimal(".3049999999999999999"), float("nan"), float("inf"), 1])
def test_contains_nothing_beyond(x):
    assert not contains(parse(".31"), x)


@quick
@given(numbers, st.integers(0, 7), st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_round_trip_over_both_rounding_rules(x, places, rule):
    text = str(x.quantize(Decimal((0, (1,), -places)), rounding=rule))
    text = f"{Decimal(text):f}"
    printed = parse(text)
    assert contains(printed, x)
    assert contains(printed, float(x))
    assert printed.decimals == places
    assert printed.high - printed.low == Decimal((0, (1,), -places))


@quick
@given(numbers, st.integers(0, 7))
def test_digits_cut_off_hold_the_number_they_were_cut_from(x, places):
    text = f"{x.quantize(Decimal((0, (1,), -places)), rounding=ROUND_DOWN):f}"
    cut = parse(text).cut_off()
    assert contains(cut, x) and cut.kind == "truncated" and cut.text == text
    width = Decimal((0, (1,), -places))
    assert cut.high - cut.low == (2 * width if cut.value == 0 else width)


@pytest.mark.parametrize("text", ["<.001", "about 40", "half", "none", "20/40", "none seen"])
def test_only_digits_can_be_cut_off(text):
    with pytest.raises(RestatedError, match="no digits"):
        parse(text).cut_off()


@quick
@given(numbers, st.integers(0, 7))
def test_dress_does_not_change_the_number(x, places):
    plain = f"{x:.{places}f}"
    bare = parse(plain)
    grouped = f"{Decimal(plain):,f}"
    dressed = [plain.replace("-", "\u2212"), plain + "%", f" {plain} ", grouped.replace(",", "\u2009")]
    if abs(Decimal(plain)) < 1:
        dressed.append(plain.replace("0.", ".", 1))
    for text in dressed:
        printed = parse(text)
        assert (printed.low, printed.high, printed.value, printed.decimals) == (
            bare.low,
            bare.high,
            bare.value,
            bare.decimals,
        )


@quick
@given(numbers, st.integers(0, 6))
def test_contains_agrees_with_rounding_by_hand(x, places):
    """Oracle: x belongs to the print exactly if one of the two rules prints it so, or it is a tie."""
    unit = Decimal((0, (1,), -places))
    printed = parse("0." + "0" * places if places else "0")
    near = {x.quantize(unit, rounding=rule) for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    tie = abs(x) == unit / 2
    assert contains(printed, x) == (tie or near == {Decimal(0)})


@quick
@given(numbers, numbers)
def test_range_covers_its_two_ends(a, b):
    low, high = sorted((a, b))
    printed = parse(f"{low:.3f} to {high:.3f}")
    assert contains(printed, low) and contains(printed, high) and contains(printed, (low + high) / 2)


@quick
@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_fraction_of_counts_encloses_the_exact_ratio(a, b):
    assert contains(parse(f"{a}/{b}"), Fraction(a, b))


@quick
@given(st.text(max_size=20))
def test_any_string_parses_or_is_refused_clearly(text):
    try:
        printed = parse(text)
    except RestatedError as error:
        assert any(words in str(error) for words in ("runs downwards", "is not a number", "decimals or thousands"))
    else:
        assert printed.text == text
        assert printed.is_number == (printed.low is not None or printed.high is not None)


WORDS = {7: "seven", 19: "nineteen", 20: "twenty", 21: "twenty-one", 44: "forty-four", 99: "ninety-nine"}


@pytest.mark.parametrize(("number", "word"), WORDS.items())
def test_number_words(number, word):
    assert parse(word.upper()).value == number


@pytest.mark.parametrize("text", ["9" * 29, "1/" + "3" * 5000, ".5 to ." + "6" * 29, "1,000" * 20])
def test_no_printed_number_has_more_digits_than_are_kept(text):
    with pytest.raises(RestatedError, match=r"has more than 28 digits. Give the number as it is printed"):
        parse(text)
    assert parse("9" * 28, exact=True).value == Decimal("9" * 28)


def test_a_sign_may_be_parted_from_its_number_by_any_blank():
    assert parse("-\n.5").value == parse("-\t.5").value == Decimal("-.5")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("SMD -0.39 (-0.61 to -0.17), n = 1568", "SMD −0.39 (−0.61 to −0.17), n = 1,568"),
        ("0 to 0 % of 29000", "0 % of 29,000"),
        ("−1 to 1, 1.5 to 1.55, < 0.0001 to 0.0001", "−1 to 1, 1.5 to 1.55, < 0.0001 to 0.0001"),
        ("4 to 4 %, .25 to .25", "4 %, .25"),
        ("2012-2014, pages 1769–1782, doi 10.1177/00131644, id-2008 and x-1", None),
        ("14749.5 to 14750.5 in 1995", "14,749.5 to 14,750.5 in 1995"),
    ],
)
def test_texts_are_shown_with_minus_signs_and_commas_and_without_ranges_of_one_number(text, shown):
    assert legible(text) == (text if shown is None else shown)
    assert legible(legible(text)) == legible(text)


@pytest.mark.parametrize("text", ["3\u00b710\u22124", "3\u00b710-4", "2,5\u22c510\u201312", "1\u00b710 -3"])
def test_a_power_whose_exponent_is_not_raised_is_no_range(text):
    """Copied from a PDF, 3·10⁻⁴ is 3·10−4, which must not be 3.10 to 4."""
    with pytest.raises(RestatedError, match="is not a number"):
        parse(text)
    assert parse("3\u00b710\u20134\u00b720").kind == "range"
