"""The command line: ``restated init | build | check | set | add | todo | where | ensembles | calibrate | …``.

A command is named by its function, and loaded when it runs: none waits for the packages of another.
"""

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from restated.errors import RestatedError
from restated_book.faults import of_system


def _calls(name: str, *takes: str) -> Callable[[argparse.Namespace], Any]:
    """Return a call of the function ``module:function`` with the arguments it takes."""
    return lambda args: pkgutil.resolve_name(f"restated_book.{name}")(**{key: getattr(args, key) for key in takes})


def _port(text: str) -> int:
    """Parse the number of a port; 0 takes any free one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a port number between 0 and 65535")
    return int(text)


def _check(args: argparse.Namespace) -> str:
    """Check printed numbers of a kind, or without one the book."""
    name = "numbers:checked" if args.kind else "commands:check"
    return pkgutil.resolve_name(f"restated_book.{name}")(*[args] * bool(args.kind))


def _parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line; each command has under ``run`` a function of its arguments.

    The options of ``add`` and ``init`` are there where the `command` is that one.
    """
    parser = argparse.ArgumentParser(prog="restated", description="Build and look at the book.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], Any], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help)
        command.set_defaults(run=run)
        return command

    build = add("build", _calls("build.start:build", "pdf", "word"), "build the book into _build/html")
    build.add_argument(
        "--pdf", action="store_true", help="also print the book and each chapter as PDF (needs Chromium)"
    )
    build.add_argument("--word", action="store_true", help="also write each chapter as a Word file (needs pandoc)")
    numbers = add("check", _check, "check register, bibliography and data, or with a kind some printed numbers")
    sets = add(
        "set", lambda args: pkgutil.resolve_name("restated_book.numbers:made")(args), "list data that fit numbers"
    )
    numbers.add_argument("kind", nargs="?", help="kind of numbers, such as t, grim or percent")
    sets.add_argument("kind", help="kind of set, such as table, count or score")
    for one in (numbers, sets):
        one.add_argument("given", nargs=argparse.REMAINDER, help="numbers as printed: --name value, and --output csv")
    help = "add a number, a finding, a study table, a work or a chapter"
    addition = add("add", lambda args: pkgutil.resolve_name("restated_book.add:add")(args), help)
    if command == "add":
        pkgutil.resolve_name("restated_book.add:options")(addition)
    add("doctor", _calls("doctor:doctor"), "report what is missing to build the book")
    help = "begin a book with one worked example of each kind"
    beginning = add("init", lambda args: pkgutil.resolve_name("restated_book.begin:init")(args), help)
    if command == "init":
        pkgutil.resolve_name("restated_book.begin:options")(beginning)
    add("ensembles", _calls("commands:ensembles"), "compute the stored results over simulated cohorts")
    help = "score sets built from printed numbers against known truths"
    calibrate = add("calibrate", _calls("calibrate:run", "folder", "out", "without_seconds"), help)
    calibrate.add_argument("folder", metavar="CASES", type=Path, help="a folder of cases (data/calibration/README.md)")
    calibrate.add_argument("--out", type=Path, required=True, help="file for the results, .csv or .json")
    calibrate.add_argument("--without-seconds", action="store_true", help="leave out what differs from run to run")
    help = "write .zenodo.json and codemeta.json from CITATION.cff"
    add("deposit", _calls("commands:deposit"), help)
    help = "list what is still to be verified, or explain how to settle one entry"
    add("todo", _calls("commands:todo", "id"), help).add_argument("id", nargs="?", help="an id of the list")
    help = "show the cell and the functions behind a number, and the files its chapter read"
    add("where", _calls("where:last", "id"), help).add_argument("id", help="an id of the ledger")
    add("rerun", _calls("build.rerun:rerun"), "run an unpacked chapter again and compare its numbers")
    add("lab", _calls("build.lab:lab"), "open JupyterLab on the notebooks, with kernels as the build has them")
    help = "freeze the last build as an edition that later ones are compared with"
    add("edition", _calls("publish:edition", "version"), help).add_argument("version", help="that of CITATION.cff")
    changed = add(
        "diff", _calls("editions:diff", "first", "second", "output"), "list what changed between two editions"
    )
    changed.add_argument("first", help="a version")
    changed.add_argument("second", nargs="?", default="now", help="a later one; now is the last build")
    changed.add_argument("--output", choices=("table", "csv", "json"), default="table")
    add("publish", _calls("publish:publish"), "lay out this book and its earlier editions for a server")
    serve = add("serve", _calls("commands:serve", "port"), "serve the built book on 127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
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
