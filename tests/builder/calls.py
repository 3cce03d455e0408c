"""Calls of the command line, each in its own process, forked from one that has loaded the packages: seconds sooner.

A build starts other processes: the typesetter, which is forked from the call, and kernels, which come from one process
that lasts as long as the calls. Where processes cannot fork, each call is one from nothing.
"""

from __future__ import annotations

import functools
import gc
import importlib
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

CHECKOUT = Path(__file__).parents[2]

#: Packages that the book may bring itself.
ROOMS = ("restated", "restated_book", "review")

#: What calls load: the command line, what its commands name, and the checks of this review.
PRELOADED = (
    *("restated_book.cli", "restated_book.commands", "restated_book.add", "restated_book.where"),
    "restated_book.numbers",
    *("restated_book.build.start", "restated_book.build.book", "review.findings.cohort.original"),
)

#: The module that a build runs as a process.
TYPESETTER = "restated_book.sphinx.typesetter"

#: What the typesetter loads as it begins, besides what it preloads itself and the extensions of Sphinx.
TYPESETTING = (
    *("myst_nb.sphinx_ext", "myst_parser.sphinx_ext.main"),
    *("rocrate.rocrate", "sphinx.ext.intersphinx", "sphinx.ext.napoleon", "sphinx_comments", "sphinx_design.extension"),
    *("sphinx_external_toc.events", "sphinxcontrib.bibtex.style.referencing.author_year"),
)

#: A call that takes longer than this hangs. Far above what a busy machine needs.
SECONDS = 900


class Calls:
    """Context in which calls run on the sources in the folder `root`, which may be emptied and filled between them.

    With `own_code` each call loads the project's packages anew, from `root`; otherwise they are those under test.
    """

    def __init__(self, root: Path, *, own_code: bool = False):
        self.root = root
        self._own_code = own_code

    def __enter__(self):
        self._environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "RESTATED_ROOT")}
        self._process = self._warm() if hasattr(os, "fork") else None
        return self

    def _warm(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", __name__, str(self.root), str(int(self._own_code))],
            cwd=CHECKOUT,
            env=self._environment | {"RESTATED_ROOT": str(self.root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __exit__(self, *_):
        if self._process:
            self._process.communicate()

    def __call__(self, *arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess:
        """Run ``restated <arguments>``, or else the Python `code`, in `root`. A negative return code: the call hung."""
        if not self._process:
            return self._cold(["-c", code] if code else ["-m", "restated_book", *arguments], environment)
        self._process.stdin.write(json.dumps([arguments, code, environment]) + "\n")
        self._process.stdin.flush()
        return subprocess.CompletedProcess(arguments or code, *json.loads(self._process.stdout.readline()))

    def _cold(self, python: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
        code = {} if self._own_code else {"PYTHONPATH": str(CHECKOUT)}
        return subprocess.run(
            [sys.executable, *python],
            cwd=self.root,
            env=self._environment | code | environment,
            capture_output=True,
            text=True,
            check=False,
        )


class ForkedTypesetter:
    """The typesetter, as :class:`subprocess.Popen` starts it, forked from a process that has loaded what it needs."""

    returncode: int | None = None

    def __init__(self, call, cwd, env, stdin, stdout, stderr):
        assert call[:3] == [sys.executable, "-m", TYPESETTER]
        read, write = os.pipe()
        sys.stdout.flush()
        if not (pid := os.fork()):
            for stream, file in ((0, read), (1, stdout.fileno()), (2, stdout.fileno())):
                os.dup2(file, stream)
            os.close(write)
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(env)
            sys.argv = [TYPESETTER, *call[3:]]
            _end_with(sys.modules[TYPESETTER].main)
        os.close(read)
        self._pid, self.stdin = pid, os.fdopen(write, "wb")

    def wait(self) -> int:
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self._pid, signal.SIGKILL)

    def communicate(self) -> None:
        self.stdin.close()
        self.wait()


def _end_with(work) -> NoReturn:
    """Do what this process was forked for, and end it with the code of that."""
    try:
        code = work() or 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _zygote():
    """Start the process that forks kernels, as the build of a call meets it: it runs already and outlives the build."""
    from restated_book import paths
    from restated_book.build import fork

    class Shared(fork.Zygote):
        def start(self) -> None:
            """Do nothing."""

        def __exit__(self, *_) -> None:
            """Do nothing."""

    paths.ROOT.mkdir(exist_ok=True)
    shared = Shared()
    fork.Zygote.start(shared)
    return shared


def _share(zygote) -> None:
    """Let a build take its kernels from this process."""
    from restated_book.build import fork

    fork.Zygote = lambda: zygote


def _fork_typesetters() -> None:
    """Let builds fork their typesetter from the call, which has loaded what that needs."""
    from sphinx.application import builtin_extensions

    from restated_book.build import typeset

    for module in (*importlib.import_module(TYPESETTER).PRELOADED, *builtin_extensions, *TYPESETTING):
        if not module.startswith(ROOMS):  # those read the settings of a book, which the next call may change
            importlib.import_module(module)
    typeset.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": ForkedTypesetter})


def _prepare(folder: str) -> None:
    """Do once what every call would do: compile templates, kept in `folder`, and the schemas of notebooks."""
    import jinja2
    import nbformat

    kept = jinja2.FileSystemBytecodeCache(folder)
    jinja2.FileSystemBytecodeCache = lambda *_: kept
    jinja2.Environment.__init__ = functools.partialmethod(jinja2.Environment.__init__, bytecode_cache=kept)
    cells = [make("") for make in (nbformat.v4.new_raw_cell, nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell)]
    nbformat.validate(nbformat.v4.new_notebook(cells=cells))


def _run(root: str, own_code: bool, zygote, arguments: list[str], python: str, environment: dict[str, str]) -> int:
    os.chdir(root)
    os.environ.update(environment)
    signal.alarm(SECONDS)
    if own_code:
        for name in [n for n in sys.modules if n.partition(".")[0] in ROOMS]:
            del sys.modules[name]
        sys.path.insert(0, root)
    if zygote:
        _share(zygote)
    if python:
        exec(compile(python, "<call>", "exec"), {"__name__": "__main__"})
        return 0
    from restated_book import cli  # of the book itself, where it brings its code

    return cli.main(arguments) or 0


def _child(call: list, out: int, err: int) -> NoReturn:
    for stream, file in ((1, out), (2, err)):
        os.dup2(file, stream)
    _end_with(lambda: _run(*call))


def _serve(root: str, own_code: bool, folder: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)  # a file of each package
    os.dup2(2, 1)  # what packages print as they load stays out of the answers
    for name in PRELOADED:
        importlib.import_module(name)
    _prepare(folder)
    gc.freeze()  # so that forked processes share these objects
    zygote = None
    for line in sys.stdin:
        arguments, code, environment = json.loads(line)
        if not zygote and ("build" in arguments or "Zygote" in code):
            zygote = _zygote()
            if not own_code:
                _fork_typesetters()
            gc.freeze()
        # Calls have the environment of a user: a book is found from its folder.
        os.environ.pop("RESTATED_ROOT", None)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if not (child := os.fork()):
                _child([root, own_code, zygote, arguments, code, environment], out.fileno(), err.fileno())
            result = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]
            for file in (out, err):
                file.seek(0)
                result.append(file.read().decode())
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _serve(sys.argv[1], bool(int(sys.argv[2])), folder)
