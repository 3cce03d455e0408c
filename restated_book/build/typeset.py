"""Typeset by Jupyter Book, in a process of its own, with every warning an error."""

import os
import re
import subprocess
import sys
from collections.abc import Collection
from contextlib import contextmanager, suppress
from pathlib import Path

from restated.errors import RestatedError
from restated_book import paths
from restated_book.build import swap
from restated_book.build.environment import environment
from restated_book.faults import REMEDIES

#: A warning of Sphinx. MyST-NB counts lines of a notebook as 10,000 for each cell and the line in it.
_WARNING = re.compile(r"(.+?\.md):(?:(\d+):)? (?:WARNING|ERROR|CRITICAL): (.*?)(?: \[[\w.]+\])?")


@contextmanager
def typesetter(folder: Path, out: Path, entries: Path, log: Path, *, forms: Collection[str] = ()):
    """Start Jupyter Book as a process that loads what it needs while notebooks run, and waits for :func:`typeset`.

    Sources will be in `folder`, the joined ledger in `entries`; it works in `out`, reports in `log`, offers `forms`.
    """
    options = ["--path-output", str(out), "-n", "-W", "--keep-going"]
    call = [sys.executable, "-m", "restated_book.sphinx.typesetter", "build", str(folder), *options]
    env = environment() | {"RESTATED_ENTRIES": str(entries), "RESTATED_FORMS": " ".join(sorted(forms))}
    with log.open("wb") as report:
        process = subprocess.Popen(
            call, cwd=paths.ROOT, env=env, stdin=subprocess.PIPE, stdout=report, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def typeset(process: subprocess.Popen, folder: Path, out: Path, log: Path, *, rests_on: str) -> Path:
    """Run Jupyter Book on the staged sources; return the finished site, in `out`, or refuse all warnings in one error.

    `process` is that of :func:`typesetter` for the same places. Where a build without a warning that rested on the same
    (:func:`restated_book.build.fingerprints.basis`) left `out`, only changed pages are read.
    """
    noted = out / "basis"
    if not noted.is_file() or noted.read_text(encoding="utf-8") != rests_on:
        swap.clear(out)
    noted.unlink(missing_ok=True)
    if process.stdin:
        with suppress(BrokenPipeError):  # it has ended already, and its report gives the reason
            process.stdin.write(b".")
            process.stdin.flush()
    process.wait()
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    log.write_text(text, encoding="utf-8")
    site = out / "_build" / "html"
    if process.returncode or not (site / "index.html").is_file():
        # A full disk is not the fault of a page.
        found = re.search(r"(?:\[Errno |OSError\()(\d+)[\],] [^:\n]*(?:: '([^'\n]+)')?", text)
        if found and int(found[1]) in REMEDIES:
            raise OSError(int(found[1]), os.strerror(int(found[1])), found[2])
        lines = [x for x in text.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL)\b|Error:", x)]
        lines = [re.sub(r"(notebooks[/\\][^:\s]+)\.ipynb", r"\1.md", x.replace(f"{folder}{os.sep}", "")) for x in lines]
        listed = "\n  ".join(dict.fromkeys(map(_in_words, lines))) or text[-2000:]
        remedy = f"correct the pages named above; the whole report is in {paths.shown(log)}"
        raise RestatedError(f"the book was not built; the typesetter reports:\n  {listed}", remedy=remedy)
    noted.write_text(rests_on, encoding="utf-8")
    return site


def _in_words(line: str) -> str:
    """Return a warning of Sphinx as other messages are: page, cell and line, and what is wrong there."""
    if not (found := _WARNING.fullmatch(line)):
        return line
    page, number, fault = found.groups()
    cell, row = divmod(int(number or 0), 10_000)
    return f"{page}{f', cell {cell}' * bool(cell)}{f', line {row}' * bool(row)}: {fault}"
