"""Types of arguments and results, and the checks that several modules make of their arguments."""

from collections.abc import Iterable
from contextlib import suppress
from numbers import Real
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError

Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.integer[Any]]
Bools: TypeAlias = NDArray[np.bool_]
#: A float where every argument is a single number, otherwise an array of their broadcast shape.
FloatOrArray: TypeAlias = Any


def floats(values: ArrayLike, field: str | None = None, *, problem: str = "values are not numbers") -> Floats:
    """Return `values` as floats, nan where masked; raise a RestatedError with `problem`, in `field`, if not numbers."""
    with suppress(TypeError, ValueError):
        found = np.asarray(values)
        if found.dtype.kind in "bifuOUS" and not (found.dtype.kind in "OUS" and "_" in str(found.tolist())):
            made = np.asarray(values, dtype=float)
            return np.where(np.ma.getmaskarray(values), np.nan, made) if np.ma.isMA(values) else made
    raise RestatedError(problem, field=field, remedy="Give numbers, with a decimal point")


def check_finite(**values: ArrayLike) -> None:
    """Raise a RestatedError, with the name as field, if a value is missing or infinite."""
    for field, value in values.items():
        if not np.isfinite(floats(value, field)).all():
            raise RestatedError("a value is missing or not finite", field=field)


def check_numbers(**values: object) -> None:
    """Raise a RestatedError, with the name as field, if a value is not a single real number; it may be nan."""
    for field, value in values.items():
        if not isinstance(value, Real):
            raise RestatedError(f"{value!r} is not a number", field=field)


def check_sizes(least: int, **sizes: ArrayLike) -> None:
    """Raise a RestatedError, with the name as field, if a sample size is infinite, missing or below `least`."""
    for field, size in sizes.items():
        number = floats(size, field)
        if not (np.isfinite(number) & (number >= least)).all():
            raise RestatedError(f"the size {number} is not a number of at least {least}", field=field)


def check_whole(least: int, /, **sizes: object) -> None:
    """Raise a RestatedError, with the name as field, unless a size is a whole number of at least `least`."""
    for field, size in sizes.items():
        if not is_whole(size) or size < least:
            raise RestatedError(f"the size {size!r} is not a whole number of at least {least}", field=field)


def is_whole(value: object) -> TypeGuard[int | np.integer[Any]]:
    """Return True for an integer of Python or numpy that is not a truth value."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def check_level(level: float) -> None:
    """Raise a RestatedError unless a confidence level is between 0 and 1."""
    if not (isinstance(level, Real) and 0 < level < 1):
        raise RestatedError(f"the level {level!r} is not between 0 and 1", field="level")


def check_option(name: str, value: object, allowed: Iterable[str], *, field: str | None = None) -> None:
    """Raise a RestatedError unless `value` is one of the `allowed` ones; `name` names it in the message."""
    options = tuple(allowed)
    if not isinstance(value, str) or value not in options:
        raise RestatedError(f"unknown {name} {value!r}", field=field, remedy=f"Use one of {', '.join(options)}")
