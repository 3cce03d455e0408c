"""Random-effects meta-analyses in bulk."""

from __future__ import annotations

import numpy as np

from benchmarks import measure
from restated.estimate import meta

FITS, STUDIES = 10_000, 95
#: Fits of the slow peer that are measured; its time per fit does not depend on their number.
PEER_FITS = 200
FASTER_THAN_METAFOR = 150


def studies(fits: int, k: int = STUDIES):
    """Return effects and sampling variances, each of shape (fits, k)."""
    rng = np.random.default_rng(95)
    v = 1 / rng.integers(10, 200, (fits, k))
    return rng.normal(0.3, np.sqrt(v + 0.02)), v


def rows() -> list[dict]:
    y, v = studies(FITS)
    ours = measure.seconds(lambda: meta.fit_batch(y, v, method="REML"))
    work = f"{FITS:,} REML random-effects fits, k = {STUDIES}"
    bar = f"at least {FASTER_THAN_METAFOR} times as fast per fit as metafor's rma"
    if not measure.has_r("metafor"):
        return [measure.row(work, ours, peer="metafor is not installed", bar=bar, holds=None)]
    script = f"""
      suppressPackageStartupMessages(library(metafor)); set.seed(95)
      v <- matrix(1 / sample(10:199, {PEER_FITS * STUDIES}, replace = TRUE), {PEER_FITS})
      y <- matrix(rnorm({PEER_FITS * STUDIES}, .3, sqrt(v + .02)), {PEER_FITS})
      rma(y[1, ], v[1, ]); start <- proc.time()[["elapsed"]]
      for (i in seq_len({PEER_FITS})) rma(y[i, ], v[i, ], method = "REML")
      cat(proc.time()[["elapsed"]] - start)
    """
    theirs = measure.r_seconds(script) * FITS / PEER_FITS
    peer = f"metafor::rma in a loop, {PEER_FITS} fits scaled up"
    return [measure.row(work, ours, peer=peer, theirs=theirs, bar=bar, holds=theirs / ours >= FASTER_THAN_METAFOR)]
