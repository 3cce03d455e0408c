"""Jupyter Book as a process next to the build: it loads its modules, waits for a signal, and ends with the build.

Run as ``python -m restated_book.sphinx.typesetter build …``. One byte on standard input starts it; end of file means
that the build is gone.
"""

import gc
import os
import threading

import jupyter_book.sphinx
from jupyter_book.cli.main import main as jupyter_book


def _end_with_the_build() -> None:
    """A build that is killed must not leave a typesetter that writes where the next build works."""
    if not os.read(0, 1):
        os._exit(1)


def main() -> None:
    """Wait for the signal, then typeset. The modules are loaded by then."""
    # A page is a hundred thousand nodes that live until it is written: with the usual threshold, garbage collection
    # takes a quarter of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    # Unbuffered: Python could not exit while another thread waits inside a buffer.
    if os.read(0, 1):
        threading.Thread(target=_end_with_the_build, daemon=True).start()
        jupyter_book()


if __name__ == "__main__":
    main()
