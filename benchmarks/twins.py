"""Twin models: many liability-threshold ACE fits here, and one after the other in OpenMx.

`python -m benchmarks.twins` prints the rows. OpenMx fits a few of the same tables; its time per fit, without
the start of R, is scaled up to the same number of fits.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time

import numpy as np

from restated.estimate import twins

DRAWS = 10_000
PEER_FITS = 20
BAR_SECONDS = 60.0

# Ordered raw pairs, one threshold, one start, OpenMx's own tolerances. Reads tables as rows of six counts.
SCRIPT = """
suppressMessages(library(OpenMx))
rows <- as.matrix(read.table(file("stdin")))
people <- function(n) {
  first <- rep(c(1, 1, 0), n)
  second <- rep(c(1, 0, 0), n)
  data.frame(t1 = mxFactor(first, levels = 1:0), t2 = mxFactor(second, levels = 1:0))
}
share <- function(name, value) mxMatrix("Full", 1, 1, TRUE, value, tolower(name), lbound = 0, name = name)
group <- function(name, kinship, data) mxModel(name, share("A", .3), share("C", .2),
  mxAlgebraFromString(sprintf("rbind(cbind(1, %g%%x%%A + C), cbind(%g%%x%%A + C, 1))", kinship, kinship), "V"),
  mxAlgebra(1 - A - C, name = "E"), mxMatrix("Zero", 1, 2, name = "M"),
  mxMatrix("Full", 1, 2, TRUE, 0, "t", name = "T"), mxData(data, "raw"),
  mxExpectationNormal("V", "M", c("t1", "t2"), thresholds = "T", threshnames = c("t1", "t2")),
  mxFitFunctionML())
took <- 0
value <- numeric(nrow(rows))
for (i in seq_len(nrow(rows))) {
  mz <- people(rows[i, 1:3])
  dz <- people(rows[i, 4:6])
  took <- took + system.time(suppressWarnings(suppressMessages({
    fit <- mxRun(mxModel("twins", group("mz", 1, mz), group("dz", .5, dz),
      mxConstraint(mz.E > 0, name = "positive"), mxFitFunctionMultigroup(c("mz", "dz"))), silent = TRUE)
    value[i] <- fit$output$minimum
  })))[["elapsed"]]
}
cat(sprintf('{"seconds": %.6f, "version": "%s", "minus2ll": [%s]}', took, packageVersion("OpenMx"),
            paste(sprintf("%.6f", value), collapse = ", ")))
"""


def tables(draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Simulated studies of 80 and 77 pairs; a third are at the edge of the triangle."""
    rng = np.random.default_rng(1)
    r_mz, r_dz = twins.implied_correlations(a2=0.3, c2=0.3)
    return (rng.multinomial(80, twins.pair_probabilities(0.4, r_mz), draws),
            rng.multinomial(77, twins.pair_probabilities(0.4, r_dz), draws))


def rows() -> list[dict]:
    """One row per piece of work: seconds here, seconds of the peer, and whether the bar holds."""
    mz, dz = tables(DRAWS)
    start = time.perf_counter()
    fit = twins.liability(mz, dz)
    fitting = time.perf_counter() - start
    start = time.perf_counter()
    twins.intervals(fit)
    profiling = time.perf_counter() - start
    peer, seconds = _openmx(np.hstack([mz, dz])[:PEER_FITS], -2 * fit.loglik[:PEER_FITS])
    bar = f"at most {BAR_SECONDS:g} s on 2 cores"
    return [
        {"work": f"{DRAWS:,} liability-threshold ACE fits from two twin tables", "ours_s": fitting,
         "peer": peer, "peer_s": seconds, "ratio": None if seconds is None else seconds / fitting, "bar": bar,
         "holds": fitting <= BAR_SECONDS},
        {"work": f"{DRAWS:,} such fits with profile intervals of a2, c2 and e2", "ours_s": fitting + profiling,
         "peer": "not timed", "peer_s": None, "ratio": None, "bar": bar,
         "holds": fitting + profiling <= BAR_SECONDS},
    ]


def _openmx(data: np.ndarray, minus2ll: np.ndarray) -> tuple[str, float | None]:
    """Name and seconds of the peer for `DRAWS` fits; None where it is not installed."""
    if shutil.which("Rscript") is None:
        return "OpenMx: R is not installed", None
    known = subprocess.run(["Rscript", "-e", 'quit(status = !requireNamespace("OpenMx", quietly = TRUE))'],
                           capture_output=True)
    if known.returncode:
        return "OpenMx is not installed in R", None
    text = "\n".join(" ".join(map(str, row)) for row in data)
    done = subprocess.run(["Rscript", "-e", SCRIPT], input=text, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    same = int(np.sum(np.abs(np.array(answer["minus2ll"]) - minus2ll) < 1e-3))
    name = f"OpenMx {answer['version']}, {len(data)} fits scaled up ({same} with the same likelihood)"
    return name, answer["seconds"] / len(data) * DRAWS


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row))
