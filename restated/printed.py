"""Printed numbers, and the values that their digits allow.

``5.20`` is not ``5.2``: the trailing zero carries the precision that every comparison rests on. A printed number
therefore stays a string; this module reads from it the closed interval of values that would have been printed so. No
value passes through a binary float on the way.
"""

from __future__ import annotations

import math
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from restated.arguments import check_option
from restated.errors import RestatedError
from restated.words import tables

FRACTION_DIGITS = 28  #: Digits kept for a printed fraction that does not end (17/60); both ends are rounded outwards
#: Most digits of a printed number. More never occur in print, and Python reads thousands of them slowly or not at all.
MOST_DIGITS = 28
AS_PRINTED = "Write it as published, for example .31, 12.5 or <.001"  #: What to do about a number that cannot be read
_UNITS = re.findall(r"\w+", "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen")
_UNITS += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_UNITS)}
_WORDS |= {ten: 20 + 10 * i for i, ten in enumerate(_TENS)}
_WORDS |= {f"{ten}-{_UNITS[u]}": _WORDS[ten] + u for ten in _TENS for u in range(1, 10)}
_WORDS |= {"once": 1, "twice": 2, "none": 0}
#: Fractions in words, read as the digits they stand for: "half" is as precise as ".5".
_FRACTIONS = {"half": ".5", "one half": ".5", "a quarter": ".25", "one quarter": ".25", "three quarters": ".75"}
_FRACTIONS |= {"one fifth": ".2", "two fifths": ".4", "three fifths": ".6", "four fifths": ".8"}
_ALIKE = tables(__file__)  #: Marks by what they mean in a number
_TRANSLATE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII
_TRANSLATE |= {ord(c): plain for plain, others in _ALIKE.items() for c in others}
_RAISED = str.maketrans("\u207a\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "+-0123456789")
_RAISED_RUN = re.compile(f"[{''.join(map(chr, _RAISED))}]+")
#: Marks that can separate the decimals, as `parse` is given them. A dot at mid-height can be nothing else.
DECIMAL_MARKS = (".", ",")
_DOT = "\u00b7"
# The shape of a number; `_digits` decides what its marks mean.
_NUMERAL = rf"[.,{_DOT}]?\d+(?:[ .,'{_DOT}]\d+)*"
_TIMES = rf"\s?(?:e|[\u00d7x*{_DOT}]\s?10\s?\^)"
_POWER = r"(?:[-\u2013][12]?\d{1,2}|\+?\d{1,2})"  # what a float can hold
_NUMBER = rf"(?:[-+\u2013]?\s?(?:10\^{_POWER}|{_NUMERAL}(?:{_TIMES}{_POWER})?))"
_PARTS = re.compile(rf"([-+\u2013]?)\s?(?:10\^({_POWER})|({_NUMERAL})(?:{_TIMES}({_POWER}))?)", re.ASCII)
_PERCENT = r"(?:\s?%|\s?percent|\s?per cent)?"
_PLAIN = re.compile(rf"=?\s*({_NUMBER}){_PERCENT}", re.ASCII)
_RATIO = re.compile(r"(\d+)\s?/\s?(\d+)", re.ASCII)
_RANGE = re.compile(rf"({_NUMBER}){_PERCENT}\s*(?:to|~|;|-|\u2013)\s*({_NUMBER}){_PERCENT}", re.ASCII)
_FLAT_POWER = re.compile(rf"{_DOT}10\s?[-\u2013]\d\d?$", re.ASCII)  #: As copied from a PDF: the 10⁻⁴ of 3·10⁻⁴ as 10-4
_BELOW = re.compile(r"(?:<=|<|\u2264|less than|fewer than|below|under|up to|at most)\s*(.+)")
_ABOVE = re.compile(r"(?:>=|>|\u2265|more than|over|above|at least)\s*(.+)")
_ABOUT = re.compile(r"(?:~|ca\.|about|approximately|approx\.|around|nearly|almost)\s*(.+)")

# What `legible` changes; whole numbers from 1900 to 2099 may be years.
_HYPHEN = re.compile(r"(?<![\w.,)\u2212\u2013-])-(?=\.?\d)")
_SAME_ENDS = re.compile(r"(?<!< )(?<![\w.,\u2212\u2013])(\u2212?[\d.,]*\d)(?: %)? to \1(?![.,]?\d)")
_THOUSANDS = re.compile(r"(?<![\w.,/\u2013-])(?!(?:19|20)\d\d\b)\d{4,}(?![\w/\u2013-])")


@dataclass(frozen=True)
class Printed:
    """A printed number and the closed interval its digits stand for.

    `low` and `high` are its ends: half-up and half-even rounding are both covered, hence both belong to it; None where
    the print sets no end. `value` is the number itself, None for words, bounds and ranges. `kind` is ``exact`` (a
    count), ``rounded``, ``truncated``, ``below``, ``above``, ``range``, ``about`` or ``text``. `decimals` are those
    printed, negative for a number such as 1.2e5; None where no digits are printed.
    """

    text: str
    low: Decimal | None
    high: Decimal | None
    value: Decimal | None
    kind: str
    decimals: int | None

    @property
    def is_number(self) -> bool:
        """True if the print sets at least one end."""
        return self.kind != "text"

    def cut_off(self) -> Printed:
        """Read the print as digits that were cut off instead of rounded: ``.04`` is then .04 to .05.

        The interval reaches from the digits away from zero by one unit of the last digit, its far end included although
        only values below it are printed so. Zero is reached from both sides. Raises a RestatedError if the print is not
        a number with its digits.
        """
        if self.kind not in ("rounded", "truncated") or self.value is None or self.decimals is None:
            raise RestatedError(f"'{self.text}' has no digits that could have been cut off")
        unit = Decimal((0, (1,), -self.decimals))
        with localcontext(Context(prec=len(self.text) + 10)):
            low = self.value if self.value > 0 else self.value - unit
            high = self.value if self.value < 0 else self.value + unit
        return replace(self, low=low, high=high, kind="truncated")


def _clean(text: str) -> str:
    """One spelling of every mark, digit and sign that looks alike; raised digits follow a ``^``."""
    text = _RAISED_RUN.sub(lambda run: "^" + run[0].translate(_RAISED), text).translate(_TRANSLATE).strip().casefold()
    return "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text)


def is_plain(text: str) -> bool:
    """Return whether a text is one number in digits, with a bound or without."""
    clean = _clean(text)
    bound = _BELOW.fullmatch(clean) or _ABOVE.fullmatch(clean)
    return bool(_PLAIN.fullmatch(bound[1] if bound else clean))


def _digits(numeral: str, mark: str) -> str | None:
    """Digits and point of a numeral with decimals behind `mark` and threes between thousands; None if it has others."""
    mark = _DOT if _DOT in numeral else mark
    whole, found, decimals = numeral.partition(mark)
    apart = next((c for c in whole if not c.isdigit()), "")
    if apart and not re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(apart)}\d{{3}})+", whole):
        return None
    return None if found and not decimals.isdigit() else whole.replace(apart, "") + (f".{decimals}" if found else "")


def _readings(numeral: str) -> dict[str, str]:
    """Digits and point of a numeral, by the decimal mark with which it can be read."""
    found = {mark: _digits(numeral, mark) for mark in DECIMAL_MARKS}
    return {mark: digits for mark, digits in found.items() if digits is not None}


def decimal_mark(*texts: str) -> str | None:
    """Return the decimal mark that printed numbers give away, one of `DECIMAL_MARKS`.

    ``0,31`` and ``1.234.567`` can only have a decimal comma; ``.31`` and ``1,234.5`` only a point. None if no number
    gives it away, as ``1,250`` or ``12``, or if they differ.
    """
    numbers = (match[3] for text in texts for match in _PARTS.finditer(_clean(text)) if match[3])
    found = {next(iter(one)) for one in map(_readings, numbers) if len(one) == 1}
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class _Reader:
    """The reading of one printed text, with all that is known of its marks."""

    text: str
    exact: bool
    decimal: str | None

    def value(self, number: str) -> tuple[Decimal, int]:
        """Value and printed decimals of a number such as ``-.21`` or ``4,819``; raise RestatedError if it has none."""
        sign, power_alone, numeral, power = _PARTS.fullmatch(number).groups()  # type: ignore[union-attr]
        digits = "1" if numeral is None else self._chosen(numeral)
        value = Decimal(f"{sign}{digits}e{power_alone or power or 0}".replace("\u2013", "-"))
        return value, -int(value.as_tuple().exponent)

    def _chosen(self, numeral: str) -> str:
        readings = _readings(numeral)
        if len(set(readings.values())) == 1:
            return next(iter(readings.values()))
        if not readings:
            remedy = "Thousands are groups of three digits; decimals follow one comma or point"
            raise RestatedError(f"'{self.text}' is not a number", remedy=remedy)
        if self.exact:
            return next(digits for digits in readings.values() if "." not in digits)
        mark = self.decimal or decimal_mark(self.text) or ("." if "." in numeral else None)
        if mark is None:
            shown = " or ".join(sorted(readings.values()))
            problem = f"the comma of '{self.text}' can separate decimals or thousands: {shown}"
            raise RestatedError(problem, remedy="Write the one that is meant")
        return readings[mark]

    def rounding(self, number: str, *, whole_zeros_count: bool = True) -> tuple[Decimal, Decimal, Decimal, int]:
        """Value, low, high, decimals: half a unit of the last digit on either side."""
        value, decimals = self.value(number)
        last = -decimals
        if not whole_zeros_count and decimals == 0 and value != 0:
            digits = str(abs(value))
            last = len(digits) - len(digits.rstrip("0"))
        half = Decimal((0, (5,), last - 1))
        with localcontext(Context(prec=len(number) + 10)):
            return value, value - half, value + half, decimals

    def bound(self, rest: str) -> tuple[Decimal, int | None] | None:
        """Value and printed decimals of what follows a word such as "below"; None if that is a word."""
        if number := _PLAIN.fullmatch(rest):
            return self.value(number[1])
        digits = _words(rest)
        return (Decimal(digits), None) if digits else None


def _words(text: str) -> str | None:
    """Digits for a number in words, or None."""
    word = re.sub(r"\s+", " ", text)
    number = _WORDS.get(word.replace(" ", "-"))
    return _FRACTIONS.get(word) or (None if number is None else str(number))


def parse(text: str, *, exact: bool = False, decimal: str | None = None) -> Printed:
    """Read a printed number.

    `text`: as printed. Understood: missing leading zero, typographic minus, percent sign, number words up to
    ninety-nine, "half" and the like, "20/40", bounds ("<.001", "more than 16", "up to 45"), "about 40", ranges ("0.46
    to 0.59"), powers ("1.2e-3", "1.2 × 10⁻³"), digits of any script. Decimals follow a point, comma or dot at
    mid-height; between thousands is a comma, point, space or apostrophe. Anything else becomes kind ``text`` with empty
    ends. `exact`: the number is a count or a year: its digits stand for themselves and not for a rounding interval, and
    a mark before three digits separates thousands. `decimal` (".", "," or None): mark before decimals. Without it, a
    point is before decimals ("1.250"), and a comma before three digits ("1,250") is refused unless another number of
    `text` shows what it is.

    Raises RestatedError if `text` is not a string (a float has lost its trailing zeros), a range runs downwards, a
    comma can separate decimals or thousands, or digits and signs are in no order that numbers have. Bounds are closed,
    as "up to" is. "About" is read to the last digit that is not a zero of a whole number: about 40 is 35 to 45, about
    36 is 35.5 to 36.5.
    """
    if not isinstance(text, str):
        problem = f"a printed number must be a string, not {type(text).__name__} {text!r}"
        raise RestatedError(problem, remedy="Keep the digits as printed: '5.20' and 5.2 are not the same.")
    if decimal is not None:
        check_option("decimal mark", decimal, DECIMAL_MARKS, field="decimal")
    clean = _clean(text)
    if re.search(rf"[0-9](?:[ .,'{_DOT}]?[0-9]){{{MOST_DIGITS}}}", clean):
        raise RestatedError(f"'{text}' has more than {MOST_DIGITS} digits", remedy="Give the number as it is printed")
    read = _Reader(text, exact, decimal)
    if match := _PLAIN.fullmatch(clean):
        value, low, high, decimals = read.rounding(match[1])
        if exact:
            return Printed(text, value, value, value, "exact", decimals)
        return Printed(text, low, high, value, "rounded", decimals)
    if match := _RATIO.fullmatch(clean):
        return _ratio(text, int(match[1]), int(match[2]))
    if (match := _RANGE.fullmatch(clean)) and not _FLAT_POWER.search(clean):
        first, low, _, decimals = read.rounding(match[1])
        last, _, high, more = read.rounding(match[2])
        if first > last:
            raise RestatedError(f"the printed range '{text}' runs downwards", remedy="Print the lower end first.")
        return Printed(text, first if exact else low, last if exact else high, None, "range", max(decimals, more))
    if digits := _words(clean):
        if "." in digits:
            value, low, high, _ = read.rounding(digits)
            return Printed(text, low, high, value, "about", None)
        value = Decimal(digits)
        return Printed(text, value, value, value, "exact", None)
    if (match := _BELOW.fullmatch(clean)) and (bound := read.bound(match[1])):
        return Printed(text, None, bound[0], None, "below", bound[1])
    if (match := _ABOVE.fullmatch(clean)) and (bound := read.bound(match[1])):
        return Printed(text, bound[0], None, None, "above", bound[1])
    if match := _ABOUT.fullmatch(clean):
        number = _PLAIN.fullmatch(match[1])
        if digits := number[1] if number else _words(match[1]):
            value, low, high, decimals = read.rounding(digits, whole_zeros_count=False)
            return Printed(text, low, high, value, "about", decimals if number else None)
    rest = re.sub(r"(?<=[\d\s])[ex](?=[-+\d\s^])", "", clean)
    if any(c.isnumeric() for c in rest) and not any(c.isalpha() for c in rest):  # digits and signs without a word
        raise RestatedError(f"'{text}' is not a number", remedy=AS_PRINTED)
    return Printed(text, None, None, None, "text", None)


def _ratio(text: str, numerator: int, denominator: int) -> Printed:
    """A fraction of two counts, ``20/40``: exact up to the digits a Decimal keeps."""
    if denominator == 0:
        return Printed(text, None, None, None, "text", None)
    top, bottom = Decimal(numerator), Decimal(denominator)
    digits = max(FRACTION_DIGITS, len(text))
    low = Context(prec=digits, rounding=ROUND_FLOOR).divide(top, bottom)
    high = Context(prec=digits, rounding=ROUND_CEILING).divide(top, bottom)
    return Printed(text, low, high, low, "exact", None)


def parse_number(text: str, *, exact: bool = False, decimal: str | None = None, **place: Any) -> Printed:
    """Read a printed number as `parse` does; a RestatedError names its `place`: `file`, `row` and `field`."""
    try:
        printed = parse(text, exact=exact, decimal=decimal)
    except RestatedError as error:
        raise RestatedError(error.message, remedy=error.remedy, **place) from None
    if not printed.is_number:
        shown = f"'{text}' is not a number" if text.strip() else "the number is missing"
        raise RestatedError(shown, remedy=AS_PRINTED, **place)
    return printed


def legible(text: str) -> str:
    """Return a text with true minus signs, commas between thousands, and one number for a range of two alike."""
    text = _SAME_ENDS.sub(r"\1", _HYPHEN.sub("\u2212", text))
    return _THOUSANDS.sub(lambda found: f"{int(found[0]):,}", text)


def show(x: float, digits: int = 4) -> str:
    """Format a recomputed number for a sentence: four significant digits, or all before the point; a real minus."""
    return f"{x:,.0f}".replace("-", "−") if abs(x) >= 10**digits else f"{x:,.{digits}g}".replace("-", "−")


def readings(text: str, **more: Any) -> dict[str, Printed]:
    """Return what a number can be, by its decimal mark: none, one or two; `more` is as for :func:`parse_number`."""
    found = {}
    for mark in DECIMAL_MARKS:
        with suppress(RestatedError):
            found[mark] = parse_number(text, decimal=mark, **more)
    return found


def float_ends(low: Decimal | Fraction | None, high: Decimal | Fraction | None) -> tuple[float, float]:
    """Return the ends of an interval as floats, infinite where there is no bound."""
    return -math.inf if low is None else float(low), math.inf if high is None else float(high)
