"""``python -m tests.builder.kills 100``: kill builds at random moments; the book is whole, and the next build works."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from restated_book.build import swap
from tests.builder.build import test_build

#: What the chapter says in the two books between which a build changes.
WORDS = ("plain mean of r", "mean of r, unweighted")

SEED = 20261126


def book(scratch: Path, words: str) -> None:
    """Give the chapter of the scratch book these words, in its code: it has to be run again."""
    file = scratch / "notebooks" / "small.md"
    text = file.read_text(encoding="utf-8")
    for other in WORDS:
        text = text.replace(f'"{other}"', f'"{words}"')
    file.write_text(text, encoding="utf-8")


def rounds(scratch: Path, kills: int) -> list[str]:
    """Kill builds of the scratch book at `kills` random moments.

    Returns
    -------
    list of str
        The output of each killed build, for a reader who wants to see how far it came.

    Raises
    ------
    AssertionError
        If a book is not one of the two, byte for byte, or a build after a kill fails.
    """
    site = scratch / "_build" / "html"
    whole = {}
    for words in WORDS:
        book(scratch, words)
        begun = time.perf_counter()
        result = test_build.run(scratch, "build")
        seconds = time.perf_counter() - begun
        assert result.returncode == 0, result.stderr
        whole[words] = test_build.tree(site)
    chance = random.Random(SEED)
    came = []
    for _ in range(kills):
        there = next(words for words in WORDS if whole[words] == test_build.tree(site))
        book(scratch, next(words for words in WORDS if words != there))
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "restated_book", "build"],
            cwd=scratch,
            env=test_build.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)
        came.append(process.communicate()[0].decode())
        swap.recover(site)  # as the next build does first
        assert test_build.tree(site) in whole.values(), came[-1]
    for words in WORDS:
        book(scratch, words)
        result = test_build.run(scratch, "build")
        assert result.returncode == 0, result.stderr
        assert test_build.tree(site) == whole[words]
    left = {file.name for file in (scratch / "_build").iterdir()}
    assert not left & {"html.next", "html.previous", "stage.previous"}, left
    return came


if __name__ == "__main__":
    from collections import Counter

    with tempfile.TemporaryDirectory(prefix="restated-kills-") as name:
        test_build.lay_out(Path(name), "small", test_build.NOTEBOOK.lstrip())
        last = Counter(
            (said.strip().splitlines() or ["(nothing said)"])[-1] for said in rounds(Path(name), int(sys.argv[1]))
        )
    print(f"{sys.argv[1]} kills, the book whole after each. The last that was said:")
    print("\n".join(f"{count:5} x {line}" for line, count in last.most_common()))
