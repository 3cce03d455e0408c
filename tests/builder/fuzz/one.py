"""One target under atheris, in a process of its own: the fuzzer ends the process when it is done. Started by :mod:`tests.fuzz`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["restated", "restated_book", "pybtex", "yaml"]):
    from tests.builder.fuzz import targets

from restated.errors import RestatedError

name, *flags = sys.argv[1:]


def once(data: bytes) -> None:
    try:
        targets.TARGETS[name](data)
    except RestatedError:
        pass


atheris.Setup([sys.argv[0], *flags], once)
atheris.Fuzz()
