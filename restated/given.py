"""Arguments of the public calls: each is read by its name, or refused in one sentence that names it.

The pages that check numbers in a browser (``explore.js``) read and refuse the same texts with the same words.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints

from numpy.typing import ArrayLike

from restated.arguments import check_option, is_whole
from restated.errors import RestatedError
from restated.intervals import LIMITS, closed_interval, printed_text
from restated.printed import AS_PRINTED, Printed, decimal_mark, is_plain, parse, parse_number, readings

P = ParamSpec("P")
R = TypeVar("R")
BOUNDS = ("p", "t", "z", "F", "chi2", "Q", "r")  #: Printed numbers of checks that may be a bound, "< .001"
#: The least that whole numbers can be; 1 for those not listed.
LEAST = dict.fromkeys(("count", "a", "c", "zeros", "seed", "limit", "ddof"), 0.0)
LEAST |= {"low": -math.inf, "high": -math.inf}
WHOLE = ("n", "n1", "n2", "items", "count", "a", "c")  #: Whole numbers that checks take
#: The lowest and highest value of numbers, by name.
RANGES = {**LIMITS, "pooled": (-1.0, 1.0), "level": (0.0, 100.0)}
RANGES |= dict.fromkeys(("factor", "q", "size_shape"), (0.0, math.inf))
#: Counts that are parts of a total, with its name.
PARTS = dict(row1="n", col1="n", both="pairs", discordant="pairs", neither="pairs", count="n", a="n1", c="n2")
PERCENT_SIGN = re.compile("[%％٪]|per ?cent", re.IGNORECASE)  #: What a proportion or a count is not printed with
MOST, MOST_ITEMS = 1_000_000_000, 1_000  #: The most that whole numbers can be: more than any study has


def comma_of(given: Mapping[str, Any]) -> str | None:
    """Return the decimal comma if printed numbers of a call give it away; those of degrees of freedom are between two.

    Next to it, 1,250 has decimals, and the point of 1.250 is doubtful.
    """
    texts = (text for name, text in given.items() if name != "df" and isinstance(text, str))
    return "," if decimal_mark(*texts) == "," else None


def _doubt(name: str, text: str, decimal: str | None) -> None:
    """Refuse a number with a point before three digits next to numbers with a decimal comma."""
    shown = {f"{one.value:f}" for one in readings(text).values() if one.value is not None} if decimal else set()
    if len(shown) > 1 and "," not in text:
        problem = f"the point of '{text}' can separate decimals or thousands: {' or '.join(sorted(shown))}"
        raise RestatedError(problem, field=name, remedy="Write the one that is meant")


def digits(name: str, value: object, *, exact: bool = False, decimal: str | None = None) -> Printed:
    """Read a number that is printed in digits, with a bound or without; no words, ranges or fractions."""
    if not is_plain(str(value)):
        raise RestatedError(f"'{value}' is not a number", field=name, remedy=AS_PRINTED)
    _doubt(name, str(value), decimal)
    try:
        return parse(str(value), exact=exact, decimal=decimal)
    except RestatedError as error:
        raise RestatedError(error.message, field=name, remedy=error.remedy) from None


def whole(name: str, value: object, limit: int | None = None) -> int:
    """Read a whole number, such as 60, "60" or "1,364"; the `limit` is what can be tried in seconds."""
    least, most = LEAST.get(name, 1), MOST
    try:
        counted = is_whole(value) or (isinstance(value, str) and not PERCENT_SIGN.search(value))
        found = digits(name, value, exact=True).value if counted else None
    except RestatedError:
        found = None
    if found is None or found % 1 or found < least:
        words = "" if math.isinf(least) else f" of at least {least}"
        raise RestatedError(f"'{value}' is not a whole number{words}", field=name)
    if found <= most and limit is not None:
        most = limit
    if found > most:
        raise RestatedError(f"'{value}' is more than can be tried ({most})", field=name)
    return int(found)


def number(name: str, value: Any, decimal: str | None = None) -> float:
    """Read a finite number, or one printed in digits."""
    read = digits(name, value, decimal=decimal).value if isinstance(value, str) else value
    if not isinstance(read, Real | Decimal) or isinstance(read, bool) or not math.isfinite(read):
        raise RestatedError(f"{value!r} is not a finite number", field=name)
    within(name, value, read, read)
    return float(read)


def printed(name: str, value: Any, total: object = None, decimal: str | None = None) -> Any:
    """Return a constraint, or refuse one that cannot be read or lies outside what a number of this name can be."""
    if decimal and isinstance(value, str):
        _doubt(name, value, decimal)
        value = parse_number(value, decimal=decimal, field=name)
    low, high = closed_interval(value, name)
    read = parse(value) if isinstance(value, str) else value
    exact = read.value if isinstance(read, Printed) else None
    ends = RANGES.get(name, (-math.inf, math.inf))
    if name in ("sensitivity", "specificity") and "%" in printed_text(value):
        ends = 0, 100
    if is_whole(total):
        ends = 0, int(total)
    within(name, printed_text(value) or value, low if exact is None else exact, high if exact is None else exact, ends)
    return value


def within(name: str, value: object, low: Any, high: Any, ends: tuple[float, float] | None = None) -> None:
    """Refuse a value whose interval from `low` to `high` (None for no end) is outside what it can be."""
    least, most = ends or RANGES.get(name, (-math.inf, math.inf))
    if most == 1 and PERCENT_SIGN.search(str(value)):
        raise RestatedError(f"'{value}' is in percent", field=name, remedy="Write it as a proportion")
    if (low is not None and low > most) or (high is not None and high < least):
        words = f"of at least {least}" if math.isinf(most) else f"from {least} to {most}".replace("-", "\u2212")
        raise RestatedError(f"'{value}' is not a number {words}", field=name)


def of_check(name: str, value: Any, limit: int | None = None, decimal: str | None = None) -> Any:
    """Read what a check takes under a name: a whole number, degrees of freedom, or a number as printed."""
    if name == "scale":
        return value
    if name == "level":
        return number(name, value)
    if name == "df":
        found = [digits(name, x) for x in (value if isinstance(value, tuple | list) else str(value).split(","))]
        return [float(_valued(name, one.text, one)) + 0.0 for one in found]  # no negative zero
    if name in WHOLE:
        return whole(name, value, {"items": MOST_ITEMS, "n": limit, "n1": limit, "n2": limit}.get(name))
    if isinstance(value, float):
        raise RestatedError(f"the digits published for {value!r} are unknown", field=name, remedy="Give it as text")
    read = digits(name, value, exact=is_whole(value), decimal=decimal)
    if name not in BOUNDS:
        _valued(name, value, read)
    within(name, value, *((read.low, read.high) if read.value is None else (read.value, read.value)))
    return read


def _valued(name: str, value: object, read: Printed) -> Decimal:
    """Refuse a bound."""
    if read.value is None:
        raise RestatedError(f"'{value}' is not a number", field=name, remedy=AS_PRINTED)
    return read.value


def named(of: str, given: Mapping[str, Any], parameters: Mapping[str, inspect.Parameter], what: str) -> None:
    """Refuse an unknown name of an argument, or a missing argument."""
    for name in given:
        check_option(what, name, parameters)
    needed = [name for name, one in parameters.items() if one.default is one.empty and name not in given]
    if needed:
        raise RestatedError(f"{of} needs {', '.join(needed)}", remedy=f"It takes {', '.join(parameters)}")


def reading(inner: Callable[..., Any] | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Read all arguments of a public call before it runs; `inner` has the options that the call passes on."""

    def decorate(call: Callable[P, R]) -> Callable[P, R]:
        own, hints = inspect.signature(call).parameters, get_type_hints(call)
        free = next((name for name, one in own.items() if one.kind is one.VAR_KEYWORD), "")
        parameters = {name: one for name, one in own.items() if name != free}
        first = [name for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
        if inner is not None:
            more = inspect.signature(inner).parameters.items()
            parameters |= {name: one for name, one in more if one.kind is one.KEYWORD_ONLY and name not in own}
            hints = get_type_hints(inner) | hints

        @wraps(call)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if len(args) > len(first):
                raise RestatedError(f"{call.__name__} takes {len(first)} values without a name, not {len(args)}")
            given: dict[str, Any] = dict(zip(first, args, strict=False)) | kwargs
            named(call.__name__, given, parameters, "published number" if free == "printed" else "argument")
            read: dict[str, Any] = {}
            comma = comma_of(given)
            for name, value in given.items():
                read[name] = _typed(name, value, hints[name], read.get(PARTS.get(name, "")), comma)
            return call(**read)  # type: ignore[call-arg]

        return run

    return decorate


def _typed(name: str, value: Any, hint: Any, total: object, decimal: str | None) -> Any:
    """Read a value by the type of its parameter."""
    kinds = get_args(hint) or (hint,)
    if hint == ArrayLike or (value is None and type(None) in kinds):  # arrays are read by the call
        return value
    if Printed in kinds:
        return printed(name, value, total, decimal)
    if int in kinds:
        several = isinstance(value, Iterable) and not isinstance(value, str | bytes) and len(kinds) > 1
        return [whole(name, one) for one in value] if several else whole(name, value)
    return number(name, value, decimal) if float in kinds else value
