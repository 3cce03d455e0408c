"""The commands of the command line, apart from those that have a module of their own."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from restated.errors import RestatedError
from restated_book import config, paths
from restated_book import todo as tasks_of
from restated_book.build import checks
from restated_book.chapters import saving
from restated_book.cite import deposit as deposits
from restated_book.sources import files


def check() -> str:
    """Check all that people write, and note what an editor would save differently."""
    numbers, pages = checks.check()
    for page in (f"{page}.md" for page in pages if page.startswith("notebooks/")):
        if change := saving.rewritten(paths.ROOT / page):
            print(f"note: {page}, {change}. Save it there once, or write it so.")
    return f"{len(numbers)} printed numbers, {len(pages)} pages: no fault found"


def ensembles() -> str:
    """Compute and store the results of simulations that ``restated.toml`` names."""
    compute = config.load().commands.get("ensembles")
    if compute is None:
        refuse = files.refuser(paths.ROOT / config.NAME)
        refuse("this book stores no ensembles", "name the function that computes them", field="commands.ensembles")
    return config.function(compute)()


def todo(id: str | None) -> str:
    """List what is still to be verified, or explain the entry `id`."""
    tasks = tasks_of.last()
    if id:
        found = next((task for task in tasks if task.id == id), None)
        if found is None:
            raise RestatedError(f"no entry '{id}' is to be verified", remedy="run `restated todo` for the list")
        return tasks_of.recipe(found)
    lines = []
    for kind, words in tasks_of.KINDS.items():
        listed = [task for task in tasks if task.kind == kind]
        lines.append(f"{len(listed):,} x {kind}: {words}")
        if kind in tasks_of.TO_DO:
            lines.append("\n".join(f"  {t.id:48} {t.open} -> {t.file}:{t.line}" for t in listed))
    return "\n".join([*lines, "Run `restated todo <id>` for what to open and what to type."])


def deposit() -> str:
    """Write the files that describe a deposit."""
    return "written from CITATION.cff and pyproject.toml: " + ", ".join(deposits.write())


def serve(port: int) -> None:
    """Serve the built book on this machine until it is stopped."""
    html = paths.BUILD / "html"
    if not (html / "index.html").is_file():
        raise RestatedError("the book is not built yet", remedy="run `restated build` first")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=html))
    except OSError as error:
        raise RestatedError(f"port {port} cannot be used: {error.strerror}", remedy="choose another --port") from None
    print(f"Serving the book on http://127.0.0.1:{server.server_port}/ (end with Ctrl-C)", flush=True)
    server.serve_forever()
