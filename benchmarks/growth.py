"""Growth models in bulk: a cohort of 1,364 children over seven waves, a fifth of the values missing."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import measure
from restated.estimate import growth

FITS, CHILDREN, WAVES, MISSING = 1_000, 1_364, 7, 0.2
#: Fits that are measured; the time per fit does not depend on their number, and is scaled up to FITS.
OUR_FITS, LME4_FITS, STATSMODELS_FITS = 96, 5, 1
FASTER_THAN_STATSMODELS, FASTER_THAN_LME4 = 100, 10
#: Largest difference in log-likelihood at which the fits count as the same.
SAME_LOG_LIKELIHOOD = 1e-4
COVARIATES = 7  # with the intercept and a linear trend of each: 16 fixed effects


def cohorts(number: int, children: int = CHILDREN):
    """Return times, covariates and `number` simulated outcomes of one design."""
    rng = np.random.default_rng(1364)
    covariates = np.column_stack([rng.integers(0, 2, (children, 4)), rng.normal(size=(children, 3))])
    times = np.linspace(0, 6, WAVES)
    truth = rng.normal(0, 0.2, 2 * (COVARIATES + 1)), [[1, -0.05], [-0.05, 0.05]], 1.0
    sets = [simulate(times, covariates, *truth, missing=MISSING, rng=rng) for _ in range(number)]
    return times, covariates, sets


def simulate(times, covariates, fixed, random_covariance, residual_variance, *, missing=0.0, rng) -> np.ndarray:
    """Draw one data set, shape (subjects, waves), from the growth model, with values missing completely at random.

    `fixed` is in the order of `GrowthFit.fixed`; its length sets the degree of the polynomial.
    """
    x = np.column_stack([np.ones(len(covariates)), covariates])
    powers = np.vander(times, len(fixed) // x.shape[1], increasing=True)
    eigenvalues, vectors = np.linalg.eigh(random_covariance)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    random = rng.standard_normal((len(x), 2)) @ root.T
    y = x @ np.reshape(fixed, (x.shape[1], -1)) @ powers.T + random @ powers[:, :2].T
    y += np.sqrt(residual_variance) * rng.standard_normal(y.shape)
    y[rng.random(y.shape) < missing] = np.nan
    return y


def _statsmodels(times, covariates, sets, method: str) -> tuple[float, np.ndarray]:
    """Return the seconds that statsmodels needs for `sets`, and its log-likelihoods."""
    start = time.perf_counter()
    found = [growth.fit(y, times, covariates, method=method).log_likelihood for y in sets]
    return time.perf_counter() - start, np.array(found)


def _lme4(times, covariates, sets, method: str) -> tuple[float, np.ndarray]:
    """Return the seconds that lme4 needs for `sets`, without reading and without its check of derivatives, and its
    log-likelihoods.
    """
    with tempfile.TemporaryDirectory() as folder:
        for i, y in enumerate(sets):
            child, wave = np.nonzero(np.isfinite(y))
            table = np.column_stack([child, times[wave], y[child, wave], covariates[child]])
            names = ",".join(["child", "t", "y", *(f"x{k + 1}" for k in range(COVARIATES))])
            np.savetxt(Path(folder, f"{i}.csv"), table, delimiter=",", header=names, comments="")
        terms = " + ".join(f"x{k + 1}" for k in range(COVARIATES))
        seconds = measure.r_seconds(f"""
          suppressPackageStartupMessages(library(lme4))
          setwd("{folder}")
          sets <- lapply(sprintf("%d.csv", seq_len({len(sets)}) - 1), read.csv)
          control <- lmerControl(calc.derivs = FALSE)
          start <- proc.time()[["elapsed"]]
          fits <- lapply(sets, function(d) suppressWarnings(suppressMessages(
            lmer(y ~ t * ({terms}) + (1 + t | child), data = d, REML = {str(method == "REML").upper()},
                 control = control))))
          seconds <- proc.time()[["elapsed"]] - start
          writeLines(sprintf("%.8f", sapply(fits, logLik)), "log_likelihoods")
          cat(seconds)
        """)
        return seconds, np.loadtxt(Path(folder, "log_likelihoods"), ndmin=1)


def rows() -> list[dict]:
    times, covariates, sets = cohorts(OUR_FITS)
    return [row for method in ("REML", "ML") for row in _rows(times, covariates, sets, method)]


def _rows(times, covariates, sets, method: str) -> list[dict]:
    work = f"{FITS:,} {method} growth models, {CHILDREN:,} children × {WAVES} waves, 20 % missing, 16 fixed effects"
    ours = measure.seconds(lambda: growth.fit_batch(sets, times, covariates, method=method), repeats=1)
    ours *= FITS / OUR_FITS
    fits = growth.fit_batch(sets, times, covariates, method=method).log_likelihood
    peers = [("statsmodels MixedLM", _statsmodels, STATSMODELS_FITS, FASTER_THAN_STATSMODELS)]
    if measure.has_r("lme4"):
        peers.append(("lme4::lmer", _lme4, LME4_FITS, FASTER_THAN_LME4))
    found = []
    for name, run, number, times_faster in peers:
        theirs, log_likelihoods = run(times, covariates, sets[:number], method)
        theirs *= FITS / number
        same = np.abs(log_likelihoods - fits[:number]).max() <= SAME_LOG_LIKELIHOOD
        found.append(
            measure.row(
                work,
                ours,
                peer=f"{name}, {number} fit{'s' * (number > 1)} scaled up",
                theirs=theirs,
                bar=_bar(times_faster),
                holds=bool(same and theirs / ours >= times_faster),
            )
        )
    if len(peers) == 1:
        print("lme4 is not installed: its rows have no numbers")
        found.append(measure.row(work, ours, peer="lme4 is not installed", bar=_bar(FASTER_THAN_LME4), holds=None))
    return found


def _bar(times_faster: int) -> str:
    return f"at least {times_faster} times as fast per fit, log-likelihood within {SAME_LOG_LIKELIHOOD:.4f}"
