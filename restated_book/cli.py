"""The command line. A command is loaded when it runs: none waits for the packages of another."""

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from restated.errors import RestatedError
from restated_book import paths
from restated_book.faults import of_system


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a port number between 0 and 65535")
    return int(text)


#: Types of arguments by their names in ``cli.toml``, which lists the commands.
_TYPES: dict[str, Callable[[str], Any]] = {"path": Path, "port": _port}


def _function(name: str) -> Callable[..., Any]:
    return pkgutil.resolve_name(f"restated_book.{name}")


def _run(of: Mapping[str, Any], args: argparse.Namespace) -> Any:
    call = _function(of["call"])
    return call(**{name: getattr(args, name) for name in of["takes"]}) if "takes" in of else call(args)


def _parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; the options of ``add`` and ``init`` are there where the `command` is that one."""
    parser = argparse.ArgumentParser(prog="restated", description="Build and look at the book.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, of in paths.tables(__file__).items():
        one = commands.add_parser(name, help=of["help"], description=of.get("description", of["help"]))
        one.set_defaults(run=partial(_run, of))
        for option, how in of.get("options", {}).items():
            one.add_argument(option, **how | ({"type": _TYPES[how["type"]]} if "type" in how else {}))
        if name == command and "more" in of:
            _function(of["more"])(one)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code. A fault is one message on standard error, without a traceback."""
    given = sys.argv[1:] if argv is None else argv
    args = _parser(next((word for word in given if not word.startswith("-")), None)).parse_args(given)
    try:
        if (words := args.run(args)) is not None:
            print(words, flush=True)
    except BrokenPipeError:  # whoever reads the output has read enough; Python would complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (RestatedError, OSError) as error:
        if args.debug:
            raise
        print(f"error: {error if isinstance(error, RestatedError) else of_system(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the last good book, if there is one, is untouched", file=sys.stderr)
        return 130
    return 0
