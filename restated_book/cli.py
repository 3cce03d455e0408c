"""The command line: ``restated build | check | todo | where | ensembles | deposit | rerun | serve``."""

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from restated.errors import RestatedError
from restated_book import config, paths, todo, where
from restated_book.build import book, checks, rerun
from restated_book.cite import deposit
from restated_book.faults import of_system


def _build(args: argparse.Namespace) -> None:
    print(book.build(pdf=args.pdf))


def _check(args: argparse.Namespace) -> None:
    numbers, pages = checks.check()
    print(f"{len(numbers)} printed numbers, {len(pages)} pages: no fault found")


def _ensembles(args: argparse.Namespace) -> None:
    compute = config.load().commands.get("ensembles")
    if compute is None:
        raise RestatedError(
            "this book stores no ensembles",
            file=paths.ROOT / config.NAME,
            field="commands.ensembles",
            remedy="name the function that computes them",
        )
    print(config.function(compute)())


def _deposit(args: argparse.Namespace) -> None:
    print(f"written from CITATION.cff and pyproject.toml: {', '.join(deposit.write())}")


def _todo(args: argparse.Namespace) -> None:
    tasks = todo.last()
    if args.id:
        tasks = [t for t in tasks if t.id == args.id]
        if not tasks:
            raise RestatedError(
                f"no entry with the id '{args.id}' is to be verified", remedy="run `restated todo` for the list"
            )
        print(todo.recipe(tasks[0]))
        return
    for kind, words in todo.KINDS.items():
        listed = [t for t in tasks if t.kind == kind]
        print(f"{len(listed):,} x {kind}: {words}")
        if kind in todo.TO_DO:
            print("\n".join(f"  {t.id:48} {t.open} -> {t.file}:{t.line}" for t in listed))
    print("Run `restated todo <id>` for what to open and what to type.")


def _where(args: argparse.Namespace) -> None:
    print(where.last(args.id))


def _rerun(args: argparse.Namespace) -> None:
    print(rerun.rerun())


def _port(text: str) -> int:
    """Parse the number of a port; 0 takes any free one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a port number between 0 and 65535")
    return int(text)


def _serve(args: argparse.Namespace) -> None:
    html = paths.BUILD / "html"
    if not (html / "index.html").is_file():
        raise RestatedError("there is no built book yet", remedy="run `make book` first")
    handler = partial(SimpleHTTPRequestHandler, directory=html)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    except OSError as error:
        raise RestatedError(
            f"port {args.port} cannot be used: {error.strerror}", remedy="choose another --port"
        ) from None
    print(f"Serving the book on http://127.0.0.1:{server.server_port}/ (end with Ctrl-C)", flush=True)
    server.serve_forever()


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code. A fault is one message on standard error, without a traceback."""
    parser = argparse.ArgumentParser(prog="restated", description="Build and look at the book.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    commands = parser.add_subparsers(dest="command", required=True)
    built = commands.add_parser("build", help="build the book into _build/html")
    built.add_argument(
        "--pdf", action="store_true", help="also print the book and each chapter as PDF (needs Chromium)"
    )
    built.set_defaults(run=_build)
    commands.add_parser("check", help="check register, bibliography and data only").set_defaults(run=_check)
    commands.add_parser("ensembles", help="compute the stored results over simulated cohorts").set_defaults(
        run=_ensembles
    )
    commands.add_parser("deposit", help="write .zenodo.json and codemeta.json from CITATION.cff").set_defaults(
        run=_deposit
    )
    listed = commands.add_parser("todo", help="list what is still to be verified, or explain how to settle one entry")
    listed.add_argument("id", nargs="?", help="an id of the list")
    listed.set_defaults(run=_todo)
    found = commands.add_parser(
        "where", help="show the cell and the functions behind a number, and the files its chapter read"
    )
    found.add_argument("id", help="an id of the ledger")
    found.set_defaults(run=_where)
    commands.add_parser("rerun", help="run an unpacked chapter again and compare its numbers").set_defaults(run=_rerun)
    serve = commands.add_parser("serve", help="serve the built book on 127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)
    serve.set_defaults(run=_serve)
    args = parser.parse_args(argv)
    try:
        args.run(args)
    except (RestatedError, OSError) as error:
        if args.debug:
            raise
        print(f"error: {error if isinstance(error, RestatedError) else of_system(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the last good book, if there is one, is untouched", file=sys.stderr)
        return 130
    return 0
