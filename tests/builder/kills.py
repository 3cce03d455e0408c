"""``python -m tests.builder.kills 100``: kill that many builds; the book stays whole and the next build works."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from restated_book.build import swap
from tests.builder import books

#: What the chapter says in the two books between which a build changes.
WORDS = ("plain mean of r", "mean of r, unweighted")

SEED = 20261126

#: Folders that a build leaves behind only if it was killed.
LEFT_BY_KILLS = {"html.next", "html.previous", "stage.previous"}


def say(scratch: Path, words: str) -> None:
    """Give the chapter of the scratch book these words, in its code: it has to be run again."""
    file = scratch / "notebooks" / "small.md"
    text = file.read_text(encoding="utf-8")
    for other in WORDS:
        text = text.replace(f'"{other}"', f'"{words}"')
    file.write_text(text, encoding="utf-8")


def built(scratch: Path, words: str) -> dict[str, bytes]:
    """Every file of the site of the book with these words."""
    say(scratch, words)
    result = books.run(scratch, "build")
    assert result.returncode == 0, result.stderr
    return books.tree(scratch / "_build" / "html")


def rounds(scratch: Path, kills: int) -> list[str]:
    """Kill builds of the scratch book, which is built, at random moments, one in each of `kills` equal parts.

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
    whole = {WORDS[0]: books.tree(site)}
    begun = time.perf_counter()
    whole[WORDS[1]] = built(scratch, WORDS[1])
    seconds = time.perf_counter() - begun
    moments = random.Random(SEED)
    output = []
    for kill in range(kills):
        there = next(words for words in WORDS if whole[words] == books.tree(site))
        say(scratch, next(words for words in WORDS if words != there))
        process = subprocess.Popen(
            books.command("build"),
            cwd=scratch,
            env=books.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        time.sleep(seconds * (kill + moments.random()) / kills)
        process.kill()
        output.append(process.communicate()[0])
        swap.recover(site)  # as the next build does first
        assert books.tree(site) in whole.values(), output[-1]
    for words in WORDS:
        assert built(scratch, words) == whole[words]
    left = {file.name for file in (scratch / "_build").iterdir()}
    assert not left & LEFT_BY_KILLS, left
    return output


def main(kills: int) -> None:
    """Kill builds of a book laid out for it, and print how far they came."""
    with tempfile.TemporaryDirectory(prefix="restated-kills-") as name:
        scratch = Path(name)
        books.lay_out(scratch, "small", books.NOTEBOOK.lstrip())
        built(scratch, WORDS[0])
        last = Counter((said.strip().splitlines() or ["(nothing)"])[-1] for said in rounds(scratch, kills))
    print(f"{kills} kills, the book whole after each. The last lines of their output:")
    print("\n".join(f"{count:5} x {line}" for line, count in last.most_common()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
