"""Twin models in bulk: liability-threshold ACE fits."""

from __future__ import annotations

import numpy as np

from benchmarks import measure
from restated.estimate import twins

FITS = 10_000
#: Fits of the slow peer that are measured: the first of the same tables.
PEER_FITS = 20
SECONDS = 60

#: Ordered raw pairs, one threshold, one start, the tolerances of OpenMx; COUNTS are six per study.
SCRIPT = """
suppressMessages(library(OpenMx))
rows <- matrix(c(COUNTS), ncol = 6, byrow = TRUE)
people <- function(n) {
  first <- rep(c(1, 1, 0), n)
  second <- rep(c(1, 0, 0), n)
  data.frame(t1 = mxFactor(first, levels = 1:0), t2 = mxFactor(second, levels = 1:0))
}
share <- function(name, value) mxMatrix("Full", 1, 1, TRUE, value, tolower(name), lbound = 0, name = name)
group <- function(name, kinship, data) mxModel(name, share("A", .3), share("C", .2),
  mxAlgebraFromString(sprintf("rbind(cbind(1, %1$g%%x%%A + C), cbind(%1$g%%x%%A + C, 1))", kinship), "V"),
  mxAlgebra(1 - A - C, name = "E"), mxMatrix("Zero", 1, 2, name = "M"),
  mxMatrix("Full", 1, 2, TRUE, 0, "t", name = "T"), mxData(data, "raw"),
  mxExpectationNormal("V", "M", c("t1", "t2"), thresholds = "T", threshnames = c("t1", "t2")),
  mxFitFunctionML())
took <- 0
for (i in seq_len(nrow(rows))) {
  mz <- people(rows[i, 1:3])
  dz <- people(rows[i, 4:6])
  took <- took + system.time(suppressWarnings(suppressMessages({
    mxRun(mxModel("twins", group("mz", 1, mz), group("dz", .5, dz),
      mxConstraint(mz.E > 0, name = "positive"), mxFitFunctionMultigroup(c("mz", "dz"))), silent = TRUE)
  })))[["elapsed"]]
}
cat(took)
"""


def simulated(fits: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulate studies of 80 and 77 pairs; four in ten are at an edge of the triangle."""
    rng = np.random.default_rng(1)
    r_mz, r_dz = twins.implied_correlations(a2=0.3, c2=0.3)
    return (
        rng.multinomial(80, twins.pair_probabilities(0.4, r_mz), fits),
        rng.multinomial(77, twins.pair_probabilities(0.4, r_dz), fits),
    )


def rows() -> list[dict]:
    mz, dz = simulated(FITS)
    fit = twins.liability(mz, dz)
    ours = measure.seconds(lambda: twins.liability(mz, dz))
    limits = ours + measure.seconds(lambda: twins.intervals(fit), repeats=1)
    work = f"{FITS:,} liability-threshold ACE fits from two twin tables"
    bar = f"at most {SECONDS} s on 2 cores"
    peer, theirs = "OpenMx is not installed", None
    if measure.has_r("OpenMx"):
        peer = f"OpenMx::mxRun in a loop, {PEER_FITS} fits scaled up"
        data = np.hstack([mz, dz])[:PEER_FITS].ravel()
        theirs = measure.r_seconds(SCRIPT.replace("COUNTS", ",".join(map(str, data)))) * FITS / PEER_FITS
    return [
        measure.row(work, ours, peer=peer, theirs=theirs, bar=bar, holds=ours <= SECONDS),
        measure.row(f"{work}, with profile intervals", limits, bar=bar, holds=limits <= SECONDS),
    ]
