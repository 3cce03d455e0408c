"""Sets and checks on the command line, with the arguments of :mod:`restated.api`. Needs the library alone."""

import argparse
import inspect
import json
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from restated import api
from restated.arguments import check_option
from restated.errors import RestatedError

OUTPUTS = ("table", "csv", "json")
SHOWN = 20  #: Rows that a table shows; the other outputs hold all of them


def made(args: argparse.Namespace) -> str:
    """Make the set of a kind from its options, and return it in words and rows."""
    check_option("set", args.kind, api.SETS)
    call: Callable[..., Any] = api.SETS[args.kind]
    given, output = _options(args.given, call)
    needed = {name for name, of in inspect.signature(call).parameters.items() if of.default is of.empty}
    if missing := sorted(needed - set(given) - {"printed", "options", "more"}):
        raise RestatedError(f"a set of the kind '{args.kind}' needs {', '.join(f'--{name}' for name in missing)}")
    found = call(**given)
    if output == "csv":
        return found.frame.to_csv(index=False).rstrip("\n")
    if output == "json":
        rows = json.loads(found.frame.to_json(orient="records"))
        return json.dumps({"message": found.message, "basis": found.basis, "rows": rows}, ensure_ascii=False)
    more = f"\n… and {len(found.frame) - SHOWN:,} more rows; --output csv shows all" if len(found.frame) > SHOWN else ""
    return f"{found.summary()}\n\n{found.frame.head(SHOWN).to_string(index=False)}{more}"


def checked(args: argparse.Namespace) -> str:
    """Run the check of a kind on its options, and return what it found; without a kind, check the book."""
    if not args.kind:
        return pkgutil.resolve_name("restated_book.commands:check")()
    check_option("check", args.kind, api.CHECKS)
    given, output = _options(args.given, api.CHECKS[args.kind])
    found = api.check(args.kind, **given)
    words = found.message.partition(":")[0]
    if output == "json":
        return json.dumps({"result": words, **asdict(found)}, ensure_ascii=False)
    if output == "csv":
        return f"result,low,high,power\n{words},{found.low:g},{found.high:g},{found.power:g}"
    power = "it could not have failed" if found.power <= 0 else f"it would have refused {found.power:.0%} of values"
    return f"{found.message} ({power})"


def _options(words: Sequence[str], call: Callable[..., Any]) -> tuple[dict[str, Any], str]:
    """Read ``--name value`` and ``--name=value``; return the arguments of a call, and the output."""
    words, given = list(words), {}
    while words:
        name, equals, value = words.pop(0).partition("=")
        if not name.startswith("--") or (not equals and not words):
            raise RestatedError(f"'{name}' has no value, or is none", remedy="Give options as --name value")
        given[name[2:].replace("-", "_")] = value if equals else words.pop(0)
    if "format" in given:
        raise RestatedError("unknown option 'format'", remedy=f"Use --output with one of {', '.join(OUTPUTS)}")
    output = given.pop("output", OUTPUTS[0])
    check_option("output", output, OUTPUTS)
    parameters = inspect.signature(call).parameters
    free = any(of.kind is of.VAR_KEYWORD for of in parameters.values())
    for name in given:
        if not free:
            check_option("option", name, [*parameters, "output"])
    return given, output
