"""The command line: ``python -m restated build | check | todo | ensembles | deposit | rerun | serve``."""

from __future__ import annotations

import argparse
import sys

from .errors import RestatedError, of_system


def _build(args) -> None:
    # Notebooks are checked against a schema, for whose addresses a grammar would be compiled at each start: two seconds for
    # nothing, since the schema does not ask for it.
    sys.modules.setdefault("rfc3987_syntax", None)
    from . import build

    print(build.build(pdf=args.pdf))


def _check(args) -> None:
    from . import build

    numbers, pages = build.check()
    print(f"{len(numbers)} printed numbers, {len(pages)} pages: no fault found")


def _ensembles(args) -> None:
    from . import register
    from .findings.cohort import stored

    table = stored.compute(register.load(), progress=lambda line: print(line, flush=True))
    stored.store(table)
    print(f"{len(table)} rows written")


def _deposit(args) -> None:
    from . import deposit

    print(f"written from CITATION.cff and pyproject.toml: {', '.join(deposit.write())}")


def _todo(args) -> None:
    from . import todo

    tasks = todo.last()
    if args.id:
        tasks = [t for t in tasks if t.id == args.id]
        if not tasks:
            raise RestatedError(f"nothing is to be verified under the id '{args.id}'", remedy="run `restated todo` for the list")
        print(todo.recipe(tasks[0]))
        return
    for kind, words in todo.KINDS.items():
        listed = [t for t in tasks if t.kind == kind]
        print(f"{len(listed):,} x {kind}: {words}")
        if kind in todo.TO_DO:
            print("\n".join(f"  {t.id:48} {t.open} -> {t.file}:{t.line}" for t in listed))
    print("Run `restated todo <id>` for what to open and what to type.")


def _rerun(args) -> None:
    from .export import rerun

    print(rerun.rerun())


def _port(text: str) -> int:
    """A number of a port; 0 takes any that is free."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is no port, which is a number from 0 to 65535")
    return int(text)


def _serve(args) -> None:
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    from . import paths

    html = paths.BUILD / "html"
    if not (html / "index.html").is_file():
        raise RestatedError("there is no built book yet", remedy="run `make book` first")
    handler = partial(SimpleHTTPRequestHandler, directory=html)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    except OSError as error:
        raise RestatedError(f"port {args.port} cannot be used: {error.strerror}", remedy="choose another --port") from None
    print(f"Serving the book on http://127.0.0.1:{server.server_port}/ (end with Ctrl-C)", flush=True)
    server.serve_forever()


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code. Faults are one message on standard error, without a traceback."""
    parser = argparse.ArgumentParser(prog="restated", description="Build and look at the book.")
    parser.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    commands = parser.add_subparsers(dest="command", required=True)
    built = commands.add_parser("build", help="build the book into _build/html")
    built.add_argument("--pdf", action="store_true", help="also print the book and each chapter as PDF (needs Chromium)")
    built.set_defaults(run=_build)
    commands.add_parser("check", help="check register, bibliography and data only").set_defaults(run=_check)
    commands.add_parser("ensembles", help="compute the stored results over simulated cohorts").set_defaults(run=_ensembles)
    commands.add_parser("deposit", help="write .zenodo.json and codemeta.json from CITATION.cff").set_defaults(run=_deposit)
    listed = commands.add_parser("todo", help="list what is still to be verified, or say how to settle one entry")
    listed.add_argument("id", nargs="?", help="an id of the list")
    listed.set_defaults(run=_todo)
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
