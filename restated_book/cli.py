"""The command line: ``restated build | check | add | todo | where | ensembles | calibrate | …``."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from restated.errors import RestatedError
from restated_book import add as additions
from restated_book import calibration, config, paths, todo, where
from restated_book.build import book, checks, lab, rerun
from restated_book.chapters import saving
from restated_book.cite import deposit
from restated_book.faults import of_system
from restated_book.sources import files


def _check() -> str:
    numbers, pages = checks.check()
    for page in (f"{page}.md" for page in pages if page.startswith("notebooks/")):
        if change := saving.rewritten(paths.ROOT / page):
            print(f"note: {page}, {change}. Save it there once, or write it so.")
    return f"{len(numbers)} printed numbers, {len(pages)} pages: no fault found"


def _ensembles() -> str:
    compute = config.load().commands.get("ensembles")
    if compute is None:
        refuse = files.refuser(paths.ROOT / config.NAME)
        refuse("this book stores no ensembles", "name the function that computes them", field="commands.ensembles")
    return config.function(compute)()


def _todo(id: str | None) -> str:
    tasks = todo.last()
    if id:
        found = next((task for task in tasks if task.id == id), None)
        if found is None:
            remedy = "run `restated todo` for the list"
            raise RestatedError(f"no entry with the id '{id}' is to be verified", remedy=remedy)
        return todo.recipe(found)
    lines = []
    for kind, words in todo.KINDS.items():
        listed = [task for task in tasks if task.kind == kind]
        lines.append(f"{len(listed):,} x {kind}: {words}")
        if kind in todo.TO_DO:
            lines.append("\n".join(f"  {t.id:48} {t.open} -> {t.file}:{t.line}" for t in listed))
    return "\n".join([*lines, "Run `restated todo <id>` for what to open and what to type."])


def _port(text: str) -> int:
    """Parse the number of a port; 0 takes any free one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a port number between 0 and 65535")
    return int(text)


def _serve(port: int) -> None:
    html = paths.BUILD / "html"
    if not (html / "index.html").is_file():
        raise RestatedError("there is no built book yet", remedy="run `make book` first")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=html))
    except OSError as error:
        message = f"port {port} cannot be used: {error.strerror}"
        raise RestatedError(message, remedy="choose another --port") from None
    print(f"Serving the book on http://127.0.0.1:{server.server_port}/ (end with Ctrl-C)", flush=True)
    server.serve_forever()


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; each command has under ``run`` a function of its arguments."""
    parser = argparse.ArgumentParser(prog="restated", description="Build and look at the book.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], Any], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help)
        command.set_defaults(run=run)
        return command

    build = add("build", lambda args: book.build(pdf=args.pdf), "build the book into _build/html")
    build.add_argument(
        "--pdf", action="store_true", help="also print the book and each chapter as PDF (needs Chromium)"
    )
    add("check", lambda args: _check(), "check register, bibliography and data only")
    additions.options(add("add", additions.add, "add a number, a finding, a study table or a work"))
    add("ensembles", lambda args: _ensembles(), "compute the stored results over simulated cohorts")
    help = "score sets built from printed numbers against known truths"
    calibrate = add("calibrate", lambda a: calibration.run(a.cases, a.out, seconds=not a.without_seconds), help)
    calibrate.add_argument("cases", type=Path, help="a folder of cases (data/calibration/README.md)")
    calibrate.add_argument("--out", type=Path, required=True, help="file for the results, .csv or .json")
    calibrate.add_argument("--without-seconds", action="store_true", help="leave out what differs from run to run")
    written = "written from CITATION.cff and pyproject.toml: "
    help = "write .zenodo.json and codemeta.json from CITATION.cff"
    add("deposit", lambda args: written + ", ".join(deposit.write()), help)
    help = "list what is still to be verified, or explain how to settle one entry"
    add("todo", lambda args: _todo(args.id), help).add_argument("id", nargs="?", help="an id of the list")
    help = "show the cell and the functions behind a number, and the files its chapter read"
    add("where", lambda args: where.last(args.id), help).add_argument("id", help="an id of the ledger")
    add("rerun", lambda args: rerun.rerun(), "run an unpacked chapter again and compare its numbers")
    add("lab", lambda args: lab.lab(), "open JupyterLab on the notebooks, with kernels as the build has them")
    serve = add("serve", lambda args: _serve(args.port), "serve the built book on 127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code. A fault is one message on standard error, without a traceback."""
    args = _parser().parse_args(argv)
    try:
        if (words := args.run(args)) is not None:
            print(words)
    except (RestatedError, OSError) as error:
        if args.debug:
            raise
        print(f"error: {error if isinstance(error, RestatedError) else of_system(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the last good book, if there is one, is untouched", file=sys.stderr)
        return 130
    return 0
