"""Jupyter Book as a process beside the build: it loads what it needs, begins when it is told to, and ends with whoever started it.

Run as ``python -m restated_book.sphinx.typesetter build …``. One byte on standard input begins; its end means that the build is gone.
"""

from __future__ import annotations

import gc
import os
import sys
import threading


def _end_with_the_build() -> None:
    """A build that is killed must not leave a typesetter that writes where the next build works."""
    if not os.read(0, 1):
        os._exit(1)


def main() -> None:
    """Load, wait, typeset."""
    # The grammar of addresses would be compiled at each start; the schema it belongs to does not ask for it, as in the command line.
    sys.modules["rfc3987_syntax"] = None
    import jupyter_book.sphinx
    from jupyter_book.cli.main import main as jupyter_book

    # A page is a hundred thousand nodes that live until it is written: looking through them for garbage more often than this takes
    # a quarter of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    # Without a buffer: Python could not end while another thread waits inside one.
    if os.read(0, 1):
        threading.Thread(target=_end_with_the_build, daemon=True).start()
        jupyter_book()


if __name__ == "__main__":
    main()
