"""Large books: ``python -m benchmarks.large`` builds made-up books with up to 500,000 printed numbers or 300 chapters, and measures time and memory.

Sizes can be named, as rows by chapters: ``python -m benchmarks.large 4000x10 20000x10``. Memory is the highest any moment held, as
Linux tells it of each process.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from . import books, measure

#: Printed numbers and chapters of each book. The first series grows in numbers, the second in chapters, the last is the largest in both.
SIZES = ((4_000, 10), (20_000, 10), (100_000, 10), (500_000, 10), (1_000, 20), (1_000, 75), (1_000, 300), (500_000, 300))

#: Processes of a build, by a word of their command.
PARTS = {"the build": "-mrestated build", "the typesetter": "import jupyter_book", "a notebook": "ipykernel_launcher"}
#: Seconds between two looks at the processes. What Linux tells is the highest so far: only the last moment of a process can be missed.
LOOK = 0.2


@dataclass(frozen=True)
class Built:
    """What building one book took: seconds, and the highest memory of each part of the build in MB."""

    rows: int
    chapters: int
    seconds: float
    processor: float
    memory: dict[str, float]
    site: float


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_children(child)]
    return found


def _processor() -> float:
    """Seconds of processor of all that was started and has ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def _look(pid: int, memory: dict[str, float]) -> None:
    """Note the highest memory so far of a process and of all it started."""
    for process in [pid, *_children(pid)]:
        try:
            command = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ").replace("-m restated", "-mrestated")
            told = Path(f"/proc/{process}/status").read_text()
        except OSError:  # it has ended
            continue
        part = next((name for name, word in PARTS.items() if word in command), None)
        high = next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0)
        if part:
            memory[part] = max(memory[part], high)


def built(folder: Path, rows: int, chapters: int) -> Built:
    """Build a made-up book from nothing."""
    books.made_up(folder, chapters, rows)
    memory = dict.fromkeys(PARTS, 0.0)
    before, start = _processor(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "restated", "build"], cwd=folder, env=books.environment(folder), stdout=subprocess.DEVNULL)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK):
            _look(process.pid, memory)

    watching = threading.Thread(target=watch)
    watching.start()
    code = process.wait()
    ended.set()
    watching.join()
    seconds, processor = time.perf_counter() - start, _processor() - before
    if code:
        raise SystemExit(f"a book of {rows:,} printed numbers and {chapters} chapters was not built")
    site = sum(f.stat().st_size for f in (folder / "_build" / "html").rglob("*") if f.is_file()) / 1e6
    return Built(rows, chapters, seconds, processor, memory, site)


if __name__ == "__main__":
    for size in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as f:
            print(built(Path(f), *map(int, size.split("x"))), flush=True)
