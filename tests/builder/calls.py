"""Calls of the command line, each in a process of its own: forked from one that has loaded the libraries, half a second sooner.

The package itself is loaded anew in each, as from nothing, and looks for its files where the call says.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

#: Packages that are loaded from nothing by each call.
ROOMS = ("restated", "restated_book", "review")

#: A call that takes longer hangs; a notebook takes five seconds on a busy machine.
SECONDS = 120


class Calls:
    """The process that is forked; a context."""

    def __enter__(self):
        call = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(
            call, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_):
        self._process.communicate()

    def __call__(self, root: Path, *arguments: str, **environment: str) -> SimpleNamespace:
        """``restated <arguments>`` on the sources in `root`: `code`, `out` and `err`. A code below 0 is a signal: the call hung."""
        self._process.stdin.write(json.dumps([str(root), arguments, environment]) + "\n")
        self._process.stdin.flush()
        return SimpleNamespace(**json.loads(self._process.stdout.readline()))


def _run(root: str, arguments: list[str], environment: dict[str, str], out: int, err: int) -> None:
    for stream, file in ((1, out), (2, err)):
        os.dup2(file, stream)
    os.chdir(root)
    os.environ.update(environment, RESTATED_ROOT=root)
    signal.alarm(SECONDS)
    for name in [n for n in sys.modules if n.partition(".")[0] in ROOMS]:
        del sys.modules[name]
    code = 70  # what a traceback leaves behind
    try:
        from restated_book import cli

        code = cli.main(arguments)
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve() -> None:
    from restated_book.sources import bibliography, dictionary  # noqa: F401
    from review.findings.cohort import original  # noqa: F401

    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if not (child := os.fork()):
                _run(*json.loads(line), out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = {}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                said[name] = file.read().decode()
        print(json.dumps({"code": code, **said}), flush=True)


if __name__ == "__main__":
    _serve()
