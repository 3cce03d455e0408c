"""Samples of whole scores for usual instruments: seconds and peak memory of the default call."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import measure

SECONDS = 2.0
MEGABYTES = 300
#: Mean, SD, n and scale of the printed summaries, by instrument.
INSTRUMENTS = {
    "BDI": ("24.5", "8.1", 60, 0, 63),
    "PHQ-9": ("12.4", "6.3", 80, 0, 27),
    "a visual analogue scale": ("62", "21", 38, 0, 100),
    "items 1–7": ("4.1", "1.6", 400, 1, 7),
}

#: Prints seconds and peak memory in megabytes of one call in a process of its own.
SCRIPT = """
import resource, time
from restated.reconstruct.scores import score_samples
start = time.perf_counter()
assert len(score_samples(*{request!r})) == 10_000
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def rows() -> list[dict]:
    found = []
    for name, request in INSTRUMENTS.items():
        runs = []
        for _ in range(measure.REPEATS):
            call = [sys.executable, "-c", SCRIPT.format(request=request)]
            text = subprocess.run(call, capture_output=True, text=True, check=True).stdout
            runs.append(tuple(float(part) for part in text.split()))
        seconds, memory = min(runs)[0], max(run[1] for run in runs)
        work = f"10,000 even draws for {name}, {request[3]} to {request[4]}, n = {request[2]} ({memory:.0f} MB)"
        bar, holds = f"at most {SECONDS:g} s and {MEGABYTES} MB", seconds <= SECONDS and memory <= MEGABYTES
        found.append(measure.row(work, seconds, bar=bar, holds=holds))
    return found
