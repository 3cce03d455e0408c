"""Timing, and the rows of the table."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable

#: Runs of each piece of our own work; the fastest counts, because the machine disturbed the others.
REPEATS = 3


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the wall-clock seconds of the fastest of `repeats` runs, after a warm-up run."""
    work()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def has_r(*packages: str) -> bool:
    """Return True if Rscript and the packages are installed."""
    if not shutil.which("Rscript"):
        return False
    code = "; ".join(f"stopifnot(requireNamespace('{p}', quietly = TRUE))" for p in packages)
    return subprocess.run(["Rscript", "-e", code], capture_output=True, check=False).returncode == 0


def r_seconds(script: str) -> float:
    """Run an R script and return the last number it prints: the seconds it measured itself, without start-up."""
    run = subprocess.run(["Rscript", "--vanilla", "-e", script], capture_output=True, text=True, check=True)
    return float(run.stdout.split()[-1])


def row(work: str, ours: float, *, peer: str = "", theirs: float | None = None, bar: str, holds: bool | None) -> dict:
    """Return one row of the table; `holds` is None where the peer could not be measured."""
    ratio = None if theirs is None else theirs / ours
    return {"work": work, "ours_s": ours, "peer": peer, "peer_s": theirs, "ratio": ratio, "bar": bar, "holds": holds}
