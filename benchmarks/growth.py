"""Growth models in bulk: a cohort of 1,364 children over seven waves, a fifth of the values missing."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from restated.estimate import growth

from . import measure

FITS, CHILDREN, WAVES, MISSING = 1_000, 1_364, 7, 0.2
#: Fits that are measured; the time per fit does not depend on their number, so it is scaled up to FITS.
OUR_FITS, LME4_FITS, STATSMODELS_FITS = 96, 5, 1
FASTER_THAN_STATSMODELS, FASTER_THAN_LME4 = 100, 10
COVARIATES = 7  # with the intercept and a linear trend of each: 16 fixed effects


def _cohorts(number: int):
    rng = np.random.default_rng(1364)
    covariates = np.column_stack([rng.integers(0, 2, (CHILDREN, 4)), rng.normal(size=(CHILDREN, 3))]).astype(float)
    times = np.linspace(0, 6, WAVES)
    fixed = rng.normal(0, 0.2, 2 * (COVARIATES + 1))
    draw = lambda: growth.simulate(times, covariates, fixed, [[1, -0.05], [-0.05, 0.05]], 1.0, missing=MISSING, rng=rng)  # noqa: E731
    return times, covariates, [draw() for _ in range(number)]


def _lme4(times, covariates, sets) -> float:
    """Seconds lme4 needs for `sets`, reading left out."""
    with tempfile.TemporaryDirectory() as folder:
        for i, y in enumerate(sets):
            child, wave = np.nonzero(np.isfinite(y))
            table = np.column_stack([child, times[wave], y[child, wave], covariates[child]])
            names = ",".join(["child", "t", "y", *(f"x{k + 1}" for k in range(COVARIATES))])
            np.savetxt(Path(folder, f"{i}.csv"), table, delimiter=",", header=names, comments="")
        terms = " + ".join(f"x{k + 1}" for k in range(COVARIATES))
        return measure.r_seconds(f"""
          suppressPackageStartupMessages(library(lme4))
          sets <- lapply(list.files("{folder}", full.names = TRUE), read.csv)
          start <- proc.time()[["elapsed"]]
          for (d in sets) suppressWarnings(suppressMessages(lmer(y ~ t * ({terms}) + (1 + t | child), data = d)))
          cat(proc.time()[["elapsed"]] - start)
        """)


def rows() -> list[dict]:
    times, covariates, sets = _cohorts(OUR_FITS)
    ours = measure.seconds(lambda: growth.fit_batch(sets, times, covariates), repeats=1) * FITS / OUR_FITS
    work = f"{FITS:,} REML growth models, {CHILDREN:,} children × {WAVES} waves, 20 % missing, 16 fixed effects"
    start = time.perf_counter()
    for y in sets[:STATSMODELS_FITS]:
        growth.fit(y, times, covariates)
    theirs = (time.perf_counter() - start) * FITS / STATSMODELS_FITS
    found = [
        measure.row(work, ours, peer=f"statsmodels MixedLM, {STATSMODELS_FITS} fit scaled up", theirs=theirs,
                    bar=f"at least {FASTER_THAN_STATSMODELS} times as fast per fit",
                    holds=theirs / ours >= FASTER_THAN_STATSMODELS)
    ]  # fmt: skip
    bar = f"at least {FASTER_THAN_LME4} times as fast per fit"
    if not measure.has_r("lme4"):
        return [*found, measure.row(work, ours, peer="lme4 is not installed", bar=bar, holds=None)]
    theirs = _lme4(times, covariates, sets[:LME4_FITS]) * FITS / LME4_FITS
    peer = f"lme4::lmer, {LME4_FITS} fits scaled up"
    return [*found, measure.row(work, ours, peer=peer, theirs=theirs, bar=bar, holds=theirs / ours >= FASTER_THAN_LME4)]
