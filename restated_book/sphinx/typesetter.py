"""Jupyter Book as a process next to the build: it loads, waits for a byte on standard input, and ends with it."""

import gc
import os
import threading
from contextlib import suppress
from importlib import import_module, metadata

from jupyter_book.cli.main import main as jupyter_book

from restated import words
from restated.errors import RestatedError
from restated_book.sources import bibliography

#: What Sphinx will load in any case: loaded before the signal comes, while the build checks and executes.
PRELOADED: list[str] = words.tables(__file__)["preloaded"]


def _end_with_the_build() -> None:
    """A build that is killed must not leave a typesetter that writes where the next build works."""
    if not os.read(0, 1):
        os._exit(1)


def main() -> None:
    """Load, wait for the signal, typeset."""
    # Each style of a citation is looked up among the plugins of all packages: they are listed once.
    plugins = metadata.entry_points()
    metadata.entry_points = lambda **wanted: plugins.select(**wanted) if wanted else plugins  # type: ignore
    for module in PRELOADED:
        # Sphinx reports what is missing.
        with suppress(ImportError):
            import_module(module)
    with suppress(RestatedError, OSError):  # the build reports it
        bibliography.load()
    # A page is a hundred thousand nodes, and collecting garbage would take a quarter of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    # Unbuffered: Python could not exit while another thread waits inside a buffer.
    if os.read(0, 1):
        threading.Thread(target=_end_with_the_build, daemon=True).start()
        jupyter_book()


if __name__ == "__main__":
    main()
