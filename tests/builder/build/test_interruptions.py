"""Builds that are stopped, killed, in each other's way, or may not write: the last good book stays, whole.

What stops them here are signals, limits and rights of POSIX.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time

import pytest

from tests.builder import kills
from tests.builder.books import HERE_IS_CODE, ORDINARY, command, edit, environment, page, run, tree


@pytest.fixture
def scratch(small_book, tmp_path):
    """A copy of the built small book that a test may break."""
    copy = tmp_path / "book"
    shutil.copytree(small_book.folder, copy)
    return copy


def started(scratch, **options):
    """A build that goes on while the test does."""
    return subprocess.Popen(
        command("build"), cwd=scratch, env=environment(), stdout=subprocess.PIPE, text=True, **options
    )


@pytest.fixture
def gate(scratch, tmp_path):
    """Hold the cell of the chapter until `gate.open` is there; a cell that is held has made `gate.reached`."""
    reached, opened = tmp_path / "reached", tmp_path / "open"
    held = f"""import os, time
os.mkdir({str(reached)!r})
while not os.path.exists({str(opened)!r}):
    time.sleep(0.05)
"""
    edit(scratch / "notebooks" / "small.md", HERE_IS_CODE, held + HERE_IS_CODE)
    return Gate(reached, opened)


class Gate:
    def __init__(self, reached, opened):
        self.reached, self._opened = reached, opened

    def open(self):
        self._opened.mkdir()

    def wait(self, process):
        """Until the cell of this build is held."""
        while not self.reached.exists():
            assert process.poll() is None, "the build ended before its cell ran"
            time.sleep(0.05)


def until_the_notebook(process):
    """Until the build says that it executes the notebook."""
    assert any("notebooks/small.md" in line for line in process.stdout)


@pytest.mark.parametrize("moment", ["before the kernel starts", "while a cell runs"])
def test_an_interrupted_build_leaves_the_last_good_book(scratch, gate, moment):
    before = page(scratch)
    process = started(
        scratch,
        stderr=subprocess.PIPE,
        # Where the tests run in the background, a shell has told them to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    until_the_notebook(process)
    if moment == "while a cell runs":
        gate.wait(process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    assert said == "stopped; the last good book, if there is one, is untouched\n"
    assert page(scratch) == before


def test_killed_at_random_moments_the_book_stays_whole_and_the_next_build_works(scratch):
    kills.rounds(scratch, 3)


def test_of_two_builds_at_once_the_second_is_told_to_wait(scratch, gate):
    first = started(scratch)
    gate.wait(first)
    second = run(scratch, "build")
    assert (second.returncode, second.stderr) == (
        1,
        "error: another build of this book is running. Wait for it to end.\n",
    )
    gate.open()
    assert "Built in" in first.communicate()[0] and first.returncode == 0


@pytest.mark.skipif(ORDINARY is None, reason="root may write everywhere")
def test_where_nothing_can_be_written_the_message_says_so(scratch):
    before = tree(scratch / "_build" / "html")
    edit(scratch / "notebooks" / "small.md", "One number:", "A number:")
    (scratch / "_build" / ".lock").chmod(0o400)
    (scratch / "_build").chmod(0o500)
    result = run(scratch, "build", before=ORDINARY)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("error: _build/.lock: permission denied. Make it writable")
    assert tree(scratch / "_build" / "html") == before
    (scratch / "_build").chmod(0o700)
    (scratch / "_build" / ".lock").chmod(0o600)
    # A book that its reader has made read-only can still give way to the next.
    for place in (scratch / "_build" / "html").rglob("*"):
        place.chmod(0o500 if place.is_dir() else 0o400)
    for text in ("A number:", "Numbers:"):
        file = scratch / "notebooks" / "small.md"
        file.write_text(re.sub("(A|One) number:", text, file.read_text(encoding="utf-8")), encoding="utf-8")
        result = run(scratch, "build", before=ORDINARY)
        assert result.returncode == 0, result.stderr
        assert text in page(scratch)


FULL = (
    r"error: [^\n]*(?:file too large\. Free some space and start again"
    r"|disk i/o error\. See whether the disk is full or broken); what was built before is untouched\.\n"
)


#: A build whose files may grow no further than so far: what a full disk does, where there is none to fill.
LIMITED = """import resource, sys
from restated_book import cli
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
sys.exit(cli.main(["build"]))
"""


def test_where_no_more_can_be_written_the_message_says_so(calls, small_book):
    scratch = calls.root
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(small_book.folder, scratch)
    before = tree(scratch / "_build" / "html")
    edit(scratch / "notebooks" / "small.md", "plain mean of r", "mean of r")
    for size in (20_000, 60_000, 200_000):
        result = calls(code=LIMITED.format(size=size))
        assert result.returncode == 1 and "Traceback" not in result.stderr
        assert re.fullmatch(FULL, result.stderr)
        assert tree(scratch / "_build" / "html") == before
    assert calls("build").returncode == 0
