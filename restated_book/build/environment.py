"""The environment of notebook kernels, of the typesetter, and of what else runs next to the build."""

import atexit
import os
import subprocess
import sys
from collections.abc import Callable

from restated.errors import RestatedError
from restated_book import paths
from restated_book.epoch import epoch


def environment() -> dict[str, str]:
    """Return the environment of kernels and typesetter, the same on every machine; the book's packages come first."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([str(paths.ROOT), *filter(None, named)])),
        "RESTATED_ROOT": str(paths.ROOT),
        "SOURCE_DATE_EPOCH": epoch(),
        "IPYTHONDIR": str(paths.BUILD / "ipython"),  # with no start-up files of a reader
    }
    return os.environ | paths.tables(__file__) | own


def beside(*arguments: str) -> Callable[[], str]:
    """Start Python next to the build; return the function that waits for its output, or refuses with its report."""
    call, pipe = [sys.executable, *arguments], subprocess.PIPE
    process = subprocess.Popen(call, cwd=paths.ROOT, env=environment(), stdout=pipe, stderr=pipe, text=True)
    # A build that fails leaves no one behind to write where the next one works.
    atexit.register(process.kill)

    def wait() -> str:
        out, report = process.communicate()
        if process.returncode:
            raise RestatedError(report.strip().rpartition("RestatedError: ")[2])
        return out

    return wait
