"""Time and memory of large books, with up to 500,000 printed numbers or 300 chapters: ``python -m benchmarks.large``.

Sizes can be given as rows by chapters: ``python -m benchmarks.large 4000x10 20000x10``. Memory is the peak of each
process, which only Linux reports.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks import books, measure

#: Printed numbers and chapters of books that grow in numbers, of books that grow in chapters, and of the largest book.
NUMBERS = ((4_000, 10), (20_000, 10), (100_000, 10), (500_000, 10))
CHAPTERS = ((1_000, 20), (1_000, 75), (1_000, 300))
LARGEST = (500_000, 300)

#: Largest allowed work per additional number, as a multiple of that per number before; a tenth either way is noise.
MOST_GROWTH = 1.25
#: Largest allowed work per chapter of the longest book, as a multiple of that of the shortest.
MOST_FOR_A_CHAPTER = 1.25
#: Memory in MB that 100,000 more numbers may take. The build and the typesetter keep an index of the ledger and the
#: list of what is to be verified; a notebook keeps what it records.
MOST_MEMORY = {"the build": 300, "the typesetter": 150, "a notebook": 15}

#: Processes of a build, and the words by which their commands are recognised.
PARTS = {
    "the build": "-m restated_book build",
    "the typesetter": "restated_book.sphinx.typesetter",
    "a notebook": "zygote.py",  # kernels are forked, and keep the command of their parent
}
#: Seconds between two looks at the processes. Linux reports the peak so far: only the last moment can be missed.
LOOK = 0.2


@dataclass(frozen=True)
class Built:
    """Cost of building one book: processor seconds, peak memory of each process in MB, and size of the site in MB."""

    rows: int
    chapters: int
    processor: float
    memory: dict[str, float]
    site: float


def _read(process: int, name: str) -> str:
    """Read a file of a process in ``/proc``; empty for a process that has ended."""
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    found = []
    # Each is started by the first thread.
    for child in map(int, _read(pid, f"task/{pid}/children").split()):
        found += [child, *_children(child)]
    return found


def _processor() -> float:
    """Processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _look(pid: int, memory: dict[str, float]) -> None:
    """Update `memory` with the peaks of a process and of all it started."""
    for process in [pid, *_children(pid)]:
        command = _read(process, "cmdline").replace("\0", " ")
        part = next((name for name, word in PARTS.items() if word in command), None)
        high = next(
            (int(line.split()[1]) / 1024 for line in _read(process, "status").splitlines() if line.startswith("VmHWM")),
            0,
        )
        if part:
            memory[part] = max(memory[part], high)


def built(folder: Path, rows: int, chapters: int) -> Built:
    """Build a made-up book from nothing."""
    books.made_up(folder, chapters, rows)
    memory = dict.fromkeys(PARTS, 0.0)
    before = _processor()
    process = subprocess.Popen(
        [sys.executable, "-m", "restated_book", "build"],
        cwd=folder,
        env=books.environment(folder),
        stdout=subprocess.DEVNULL,
    )
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK):
            _look(process.pid, memory)

    watching = threading.Thread(target=watch)
    watching.start()
    code = process.wait()
    ended.set()
    watching.join()
    processor = _processor() - before
    if code:
        raise SystemExit(f"a book of {rows:,} printed numbers and {chapters} chapters was not built")
    if unseen := [part for part, peak in memory.items() if not peak]:
        raise SystemExit(f"no process was recognised as {' or '.join(unseen)}: correct PARTS")
    site = sum(f.stat().st_size for f in (folder / "_build" / "html").rglob("*") if f.is_file()) / 1e6
    return Built(rows, chapters, processor, memory, site)


def _all(sizes: Sequence[tuple[int, int]]) -> list[Built]:
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="restated-large-") as name:
            found.append(built(Path(name), *size))
        print(f"  {describe(found[-1])}", flush=True)
    return found


def describe(book: Built) -> str:
    """Return the cost of a book in words."""
    memory = ", ".join(f"{part} {high:,.0f} MB" for part, high in book.memory.items())
    return (
        f"{book.rows:,} printed numbers in {book.chapters} chapters: {book.processor:.0f} s of processor; "
        f"{memory}; the site {book.site:,.0f} MB"
    )


def rows() -> list[dict]:
    """Return the rows of the table, in processor seconds: they do not depend on what else the machine does."""
    found = []
    numbers, chapters = _all(NUMBERS), _all(CHAPTERS)
    further = [(b.processor - a.processor) / (b.rows - a.rows) for a, b in pairwise(numbers)]
    for book, before, now in zip(numbers[2:], further, further[1:], strict=False):
        bar = f"for each further number at most {MOST_GROWTH} times that before"
        found.append(measure.row(describe(book), book.processor, bar=bar, holds=now <= MOST_GROWTH * before))
    for part, most in MOST_MEMORY.items():
        each = (numbers[-1].memory[part] - numbers[0].memory[part]) / (numbers[-1].rows - numbers[0].rows) * 100_000
        work = f"memory of {part} for 100,000 more printed numbers: {each:,.0f} MB"
        measured = numbers[-1].memory[part] > 0  # only on Linux
        found.append(
            measure.row(work, numbers[-1].processor, bar=f"at most {most} MB", holds=each <= most if measured else None)
        )
    for book in chapters:
        growth = book.processor / book.chapters / (chapters[0].processor / chapters[0].chapters)
        bar = f"for each chapter at most {MOST_FOR_A_CHAPTER} times that of {chapters[0].chapters}"
        found.append(measure.row(describe(book), book.processor, bar=bar, holds=growth <= MOST_FOR_A_CHAPTER))
    (largest,) = _all([LARGEST])
    parts = numbers[-1].processor + chapters[-1].processor
    bar = f"at most {MOST_GROWTH} times the books of as many numbers and of as many chapters together"
    found.append(
        measure.row(describe(largest), largest.processor, bar=bar, holds=largest.processor <= MOST_GROWTH * parts)
    )
    return found


def main() -> None:
    """Build books of the given sizes, or measure all and print whether the bars hold."""
    if named := [tuple(map(int, size.split("x"))) for size in sys.argv[1:]]:
        _all(named)
        return
    for row in rows():
        print(f"{row['work']}\n  {row['bar']}: {'holds' if row['holds'] else 'does not hold'}", flush=True)


if __name__ == "__main__":
    main()
