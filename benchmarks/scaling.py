"""Growth of seconds and memory with the size of the work: draws, studies, cases.

`curves` measures seconds at sizes that double; `rows` has the one bar: the memory of an ensemble must not grow with its
draws once the sample that quantiles are read from is full.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from benchmarks import measure
from benchmarks.growth import COVARIATES, WAVES, cohorts
from benchmarks.meta import studies
from benchmarks.twins import simulated
from restated.estimate import growth, meta, twins
from restated.reconstruct import ensemble, tables

CURVE_KEYS = ("work", "axis", "size", "seconds")

#: Draws of the two ensembles whose memory is compared: the smaller already holds all that quantiles need.
DRAWS = ensemble.QUANTILE_DRAWS, 3 * ensemble.QUANTILE_DRAWS
#: The memory of the same work differs by a few percent from run to run, with what the allocator keeps.
SAME_MEMORY = 1.1

#: Prints seconds and peak memory in megabytes of an ensemble that keeps summaries only.
MEMORY = """
import resource, time
import numpy as np
from restated.reconstruct.ensemble import ensemble
start = time.perf_counter()
ensemble(lambda rng: rng.random(50), lambda data: {"mean": data.mean()}, draws=DRAWS, seed=1)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _doubled(first: int, steps: int) -> list[int]:
    return [first * 2**i for i in range(steps)]


def _mean(rng: np.random.Generator) -> np.ndarray:
    return rng.random(50)


def curves() -> list[dict]:
    """Return seconds by size, one dict with the keys of `CURVE_KEYS` per point."""
    found = []

    def add(work: str, axis: str, sizes: list[int], job) -> None:
        for size in sizes:
            run = job(size)
            found.append(dict(zip(CURVE_KEYS, (work, axis, size, measure.seconds(run)), strict=True)))
            print(f"{work}, {axis} {size:,}: {found[-1]['seconds']:.3g} s", flush=True)

    def pooling(fits, k):
        y, v = studies(fits, k)
        return lambda: meta.fit_batch(y, v, method="REML")

    def growing(fits, children):
        times, covariates, sets = cohorts(fits, children)
        return lambda: growth.fit_batch(sets, times, covariates, method="REML")

    def pairs(fits):
        mz, dz = simulated(fits)
        return lambda: twins.liability(mz, dz)

    def draw(draws):
        return lambda: ensemble.ensemble(_mean, lambda data: {"mean": data.mean()}, draws=draws, seed=1)

    add("REML meta-analyses, k = 20", "data sets", _doubled(1_000, 6), lambda size: pooling(size, 20))
    add("REML growth models, 1,364 children", "data sets", _doubled(8, 5), lambda size: growing(size, 1_364))
    add("liability-threshold twin models", "data sets", _doubled(1_000, 6), pairs)
    add("ensemble of 50 values, mean only", "data sets", _doubled(1_000, 6), draw)
    add("1,000 REML meta-analyses", "studies", _doubled(10, 6), lambda size: pooling(1_000, size))
    add(
        f"16 REML growth models, {WAVES} waves, {COVARIATES} covariates",
        "children",
        _doubled(170, 5),
        lambda size: growing(16, size),
    )
    add(
        "all 2×2 tables, 75 % agreement, kappa .49",
        "cases",
        _doubled(100, 5),
        lambda size: lambda: tables.two_by_two(size, agreement="75", kappa=".49"),
    )
    return found


def rows() -> list[dict]:
    seconds, memory = zip(*(_run(draws) for draws in DRAWS), strict=True)
    work = (
        f"memory of an ensemble of {DRAWS[1]:,} draws ({memory[1]:.0f} MB) "
        f"beside {DRAWS[0]:,} draws ({memory[0]:.0f} MB)"
    )
    bar = f"at most {SAME_MEMORY} times the memory with {DRAWS[1] // DRAWS[0]} times the draws"
    return [measure.row(work, seconds[1], bar=bar, holds=memory[1] <= SAME_MEMORY * memory[0])]


def _run(draws: int) -> tuple[float, float]:
    script = MEMORY.replace("DRAWS", str(draws))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, memory = run.stdout.split()
    return float(seconds), float(memory)
