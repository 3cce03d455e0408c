"""One target under atheris, in its own process, which the fuzzer ends. Started by :mod:`tests.builder.fuzz`."""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["restated", "restated_book", "pybtex", "yaml"]):
    from tests.builder.fuzz import targets

from restated.errors import RestatedError

name, *flags = sys.argv[1:]


def once(data: bytes) -> None:
    with suppress(RestatedError):
        targets.TARGETS[name](data)


atheris.Setup([sys.argv[0], *flags], once)
atheris.Fuzz()
