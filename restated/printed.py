"""Printed numbers, and the values that their digits allow.

``5.20`` is not ``5.2``: the trailing zero carries the precision that every comparison rests on. A printed number
therefore stays a string; this module reads from it the closed interval of values that would have been printed so. No
value passes through a binary float on the way.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path

from restated.errors import RestatedError

#: Digits kept for a printed fraction that does not end (17/60); both ends are rounded outwards.
FRACTION_DIGITS = 28

#: Most digits of a printed number. More never occur in print, and Python reads thousands of them slowly or not at all.
MOST_DIGITS = 28

_UNITS = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
)
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: number for number, word in enumerate(_UNITS)}
_WORDS |= {ten: 20 + 10 * i for i, ten in enumerate(_TENS)}
_WORDS |= {f"{ten}-{_UNITS[u]}": _WORDS[ten] + u for ten in _TENS for u in range(1, 10)}
_WORDS |= {"once": 1, "twice": 2, "none": 0}

#: Fractions in words, read as the digits they stand for: "half" is as precise as ".5".
_FRACTIONS = {"half": ".5", "one half": ".5", "a quarter": ".25", "one quarter": ".25", "three quarters": ".75"}
_FRACTIONS |= {"one fifth": ".2", "two fifths": ".4", "three fifths": ".6", "four fifths": ".8"}

_SPACES = "\u00a0\u2007\u2008\u2009\u200a\u202f"  # no-break, figure, punctuation, thin, hair, narrow no-break
_MINUSES = "\u2212\u2010\u2011\u2012\ufe63\uff0d"  # typographic minus, hyphens, dash, small, full-width
_TILDES = "\u223c\u2248\u02dc\uff5e"  # similar to, almost equal, small tilde, full-width tilde
_TRANSLATE = {ord(c): " " for c in _SPACES} | {ord(c): "-" for c in _MINUSES} | {ord(c): "~" for c in _TILDES}
_TRANSLATE[ord("\u2014")] = "\u2013"  # both dashes: a minus before a number, "to" between two

# Thousands marks: comma or space, always in groups of three.
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)"
_NUMBER = rf"(?:[-+\u2013]?\s?(?:{_DIGITS}(?:\.\d+)?|\.\d+))"
_PERCENT = r"(?:\s?%|\s?percent|\s?per cent)?"
_PLAIN = re.compile(rf"=?\s*({_NUMBER}){_PERCENT}", re.ASCII)
_RATIO = re.compile(r"(\d+)\s?/\s?(\d+)", re.ASCII)
_RANGE = re.compile(rf"({_NUMBER}){_PERCENT}\s*(?:to|~|;|-|\u2013)\s*({_NUMBER}){_PERCENT}", re.ASCII)
_BELOW = re.compile(r"(?:<=|<|\u2264|less than|fewer than|below|under|up to|at most)\s*(.+)")
_ABOVE = re.compile(r"(?:>=|>|\u2265|more than|over|above|at least)\s*(.+)")
_ABOUT = re.compile(r"(?:~|ca\.|about|approximately|approx\.|around|nearly|almost)\s*(.+)")


@dataclass(frozen=True)
class Printed:
    """A printed number and the closed interval its digits stand for.

    Attributes
    ----------
    text : str
        Exactly as printed.
    low, high : Decimal or None
        Ends of the closed interval. Half-up and half-even rounding are both covered, hence both ends belong to it. None
        where the print sets no end.
    value : Decimal or None
        The number itself; None for words and for bounds and ranges.
    kind : str
        ``exact`` (a count), ``rounded``, ``truncated``, ``below``, ``above``, ``range``, ``about`` or ``text``.
    decimals : int or None
        Printed decimals; None where no digits are printed.
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


def _decimal(number: str) -> tuple[Decimal, int]:
    """Value and printed decimals of a bare number such as ``-.21`` or ``4,819``."""
    digits = "".join(number.split()).replace(",", "").replace("\u2013", "-")
    return Decimal(digits), len(digits.partition(".")[2])


def _rounding(number: str, *, whole_zeros_count: bool = True) -> tuple[Decimal, Decimal, Decimal, int]:
    """Value, low, high, decimals: half a unit of the last digit on either side."""
    value, decimals = _decimal(number)
    last = -decimals
    if not whole_zeros_count and decimals == 0 and value != 0:
        digits = str(abs(value))
        last = len(digits) - len(digits.rstrip("0"))
    half = Decimal((0, (5,), last - 1))
    with localcontext(Context(prec=len(number) + 10)):
        return value, value - half, value + half, decimals


def _words(text: str) -> str | None:
    """Digits for a number in words, or None."""
    word = re.sub(r"\s+", " ", text)
    number = _WORDS.get(word.replace(" ", "-"))
    return _FRACTIONS.get(word) or (None if number is None else str(number))


def parse(text: str, *, exact: bool = False) -> Printed:
    """Read a printed number.

    Parameters
    ----------
    text : str
        As printed. Understood: missing leading zero, typographic minus, comma or thin space as thousands mark, percent
        sign, number words up to ninety-nine, "half" and the like, "20/40", bounds ("<.001", "more than 16", "up to
        45"), "about 40", ranges ("0.46 to 0.59"). Anything else becomes kind ``text`` with empty ends.
    exact : bool
        The number is a count or a year: its digits stand for themselves and not for a rounding interval.

    Raises
    ------
    RestatedError
        If `text` is not a string (a float has already lost its trailing zeros) or a range runs downwards.

    Notes
    -----
    Bounds are closed, as "up to" is, and the difference from "<" has no width. "About" is read to the last digit that
    is not a zero of a whole number: about 40 is 35 to 45, about 36 is 35.5 to 36.5.
    """
    if not isinstance(text, str):
        raise RestatedError(
            f"a printed number must be a string, not {type(text).__name__} {text!r}",
            remedy="Keep the digits as printed: '5.20' and 5.2 are not the same.",
        )
    if re.search(rf"[0-9](?:[ ,.]?[0-9]){{{MOST_DIGITS}}}", text):
        raise RestatedError(f"'{text}' has more than {MOST_DIGITS} digits", remedy="Give the number as it is printed.")
    clean = text.translate(_TRANSLATE).strip().casefold()
    if match := _PLAIN.fullmatch(clean):
        value, low, high, decimals = _rounding(match[1])
        if exact:
            return Printed(text, value, value, value, "exact", decimals)
        return Printed(text, low, high, value, "rounded", decimals)
    if match := _RATIO.fullmatch(clean):
        return _ratio(text, int(match[1]), int(match[2]))
    if match := _RANGE.fullmatch(clean):
        first, low, _, decimals = _rounding(match[1])
        last, _, high, more = _rounding(match[2])
        if first > last:
            raise RestatedError(f"the printed range '{text}' runs downwards", remedy="Print the lower end first.")
        return Printed(text, first if exact else low, last if exact else high, None, "range", max(decimals, more))
    if digits := _words(clean):
        if "." in digits:
            value, low, high, _ = _rounding(digits)
            return Printed(text, low, high, value, "about", None)
        value = Decimal(digits)
        return Printed(text, value, value, value, "exact", None)
    if (match := _BELOW.fullmatch(clean)) and (bound := _bound(match[1])):
        return Printed(text, None, bound[0], None, "below", bound[1])
    if (match := _ABOVE.fullmatch(clean)) and (bound := _bound(match[1])):
        return Printed(text, bound[0], None, None, "above", bound[1])
    if match := _ABOUT.fullmatch(clean):
        number = _PLAIN.fullmatch(match[1])
        if digits := number[1] if number else _words(match[1]):
            value, low, high, decimals = _rounding(digits, whole_zeros_count=False)
            return Printed(text, low, high, value, "about", decimals if number else None)
    return Printed(text, None, None, None, "text", None)


def _bound(rest: str) -> tuple[Decimal, int | None] | None:
    if number := _PLAIN.fullmatch(rest):
        return _decimal(number[1])
    digits = _words(rest)
    return (Decimal(digits), None) if digits else None


def _ratio(text: str, numerator: int, denominator: int) -> Printed:
    """A fraction of two counts, ``20/40``: exact up to the digits a Decimal keeps."""
    if denominator == 0:
        return Printed(text, None, None, None, "text", None)
    top, bottom = Decimal(numerator), Decimal(denominator)
    digits = max(FRACTION_DIGITS, len(text))
    low = Context(prec=digits, rounding=ROUND_FLOOR).divide(top, bottom)
    high = Context(prec=digits, rounding=ROUND_CEILING).divide(top, bottom)
    return Printed(text, low, high, low, "exact", None)


def parse_number(
    text: str,
    *,
    exact: bool = False,
    file: Path | str | None = None,
    row: int | str | None = None,
    field: str | None = None,
) -> Printed:
    """Read a printed number as `parse` does; raise a RestatedError that names its place if `text` is not one."""
    try:
        printed = parse(text, exact=exact)
    except RestatedError as error:
        raise RestatedError(error.message, file=file, row=row, field=field, remedy=error.remedy) from None
    if not printed.is_number:
        shown = f"'{text}' is not a number" if text.strip() else "the number is missing"
        remedy = "Write it as printed, for example .31, 4,819 or <.001."
        raise RestatedError(shown, file=file, row=row, field=field, remedy=remedy)
    return printed


def float_ends(low: Decimal | Fraction | None, high: Decimal | Fraction | None) -> tuple[float, float]:
    """Return the ends of an interval as floats, infinite where there is no bound."""
    return -math.inf if low is None else float(low), math.inf if high is None else float(high)
