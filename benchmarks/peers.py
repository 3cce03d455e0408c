"""Sets of other programs on statements whose truth is known: CLOSURE, SPRITE, and metafor solved backwards.

``python -m benchmarks.peers`` measures and writes ``data/calibration/peers.csv``. CLOSURE (scrutipy) and SPRITE
(pysprite) are installed into an environment of their own under ``_build``, because the book does not need them. A tool
that cannot be installed has rows that say "not measured".

Two of the calibration's kinds are in reach of these tools. Samples of whole scores: the cases of the calibration that
state a scale, and simulated samples, whose truth is known in full. Intervals of pooled results: metafor's `rma` is
solved for the standard error at each corner of the rounding intervals.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from importlib import metadata
from itertools import product

import numpy as np

from benchmarks import measure
from restated.calibrate import cases as calibration
from restated.intervals import closed_interval
from restated.reconstruct.compatible import at
from restated.reconstruct.practice import STRENGTHS
from restated.reconstruct.scores import score_samples
from restated_book import paths
from restated_book.calibration import CASES

FILE = paths.DATA / "calibration" / "peers.csv"
COLUMNS = ("tool", "version", "call", "kind", "case", "truth", "value", "inside", "low", "high", "width", "seconds")
PACKAGES = {"CLOSURE": ("scrutipy", "0.1.12"), "SPRITE": ("pysprite", "1.2.1")}
#: Simulated samples: cases, ends of the scale; usual sizes of a group and of an item.
SAMPLES = [(n, low, high) for n in (12, 20, 30) for low, high in ((1, 5), (1, 7), (0, 10)) if n * (high - low) <= 200]
SEED, REPEATS = 22, 3
#: Samples that SPRITE is asked for: ten times its default.
SPRITE_SAMPLES = 100
NOT_MEASURED = "not measured"
#: Reads requests, prints for each the range of the count of top scores, if the true sample came up, and seconds.
SCRIPT = """
import json, sys, time
tool, requests = sys.argv[1], json.loads(sys.argv[2])
answers = []
for n, mean, sd, low, high, sample in requests:
    start = time.perf_counter()
    if tool == "CLOSURE":
        import scrutipy
        found = scrutipy.closure(float(mean), float(sd), n, low, high, 0.005, 0.005)
    else:
        import random, numpy
        from pysprite import Sprite
        random.seed(22); numpy.random.seed(22)
        try:
            sprite = Sprite(n, float(mean), float(sd), 2, 2, low, high)
            found = sprite.find_possible_distributions(SPRITE_SAMPLES, init_method="random")[1]
        except ValueError:
            found = []
    seconds = time.perf_counter() - start
    top = [sum(1 for x in one if round(float(x)) == high) for one in found]
    held = any(sorted(round(float(x)) for x in one) == sample for one in found) if sample else bool(found)
    answers.append([held, min(top, default=None), max(top, default=None), seconds])
print(json.dumps(answers))
"""
#: Solves rma for the standard error whose interval has the wanted width, at every corner; prints low, high, seconds.
R_SCRIPT = """
suppressPackageStartupMessages(library(metafor)); start <- proc.time()[["elapsed"]]
width <- function(se, y) {{ fit <- rma(y, sei = se, method = "FE"); fit$ci.ub - fit$ci.lb }}
ses <- c()
for (w in c({widths})) ses <- c(ses, uniroot(function(se) width(se, {y}) - w, c(1e-6, 10), tol = 1e-10)$root)
cat(min(ses), max(ses), proc.time()[["elapsed"]] - start)
"""


def samples() -> list[tuple[str, list]]:
    """Return named requests of whole scores: n, printed mean and SD, scale, and the true sample."""
    rng, made = np.random.default_rng(SEED), []
    for n, low, high in SAMPLES:
        for repeat in range(REPEATS):
            x = np.sort(rng.binomial(high - low, rng.uniform(0.3, 0.7), n) + low)
            name = f"simulated-{n}-{low}-{high}-{repeat + 1}"
            made.append((name, [n, f"{x.mean():.2f}", f"{x.std(ddof=1):.2f}", low, high, x.tolist()]))
    for case in calibration.load(CASES):
        if case.reconstructor == "scores" and {"n", "mean", "sd", "low", "high"} <= set(case.printed):
            n, low, high = (int(case.printed[name]) for name in ("n", "low", "high"))
            made.append((case.id, [n, case.printed["mean"], case.printed["sd"], low, high, []]))
    return made


def environment() -> str | None:
    """Return the Python of an environment with the peers, made if need be; None if they cannot be installed."""
    folder = paths.BUILD / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    wanted = [f"{name}=={version}" for name, version in PACKAGES.values()]
    call = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    return str(python) if subprocess.run(call, capture_output=True, check=False).returncode == 0 else None


def _row(tool: str, version: str, call: str, kind: str, case: str, truth: str, value, **found) -> dict:
    return dict.fromkeys(COLUMNS) | {
        "tool": tool, "version": version, "call": call, "kind": kind, "case": case, "truth": truth, "value": value,
    } | found  # fmt: skip


def of_scores() -> list[dict]:
    """Return rows for samples of whole scores: is the true sample in the set, and how many top scores it allows."""
    requests, rows = samples(), []
    ours = []
    for _, (n, mean, sd, low, high, sample) in requests:
        start = time.perf_counter()
        found = score_samples(mean, sd, n, low, high)
        seconds = time.perf_counter() - start
        own = np.bincount(np.array(sample, int) - low, minlength=high - low + 1) if sample else None
        held = len(found) > 0 if own is None else bool((found.counts == own).all(axis=1).any())
        ours.append([held, int(found.counts[:, -1].min()), int(found.counts[:, -1].max()), seconds])
    answers = {("Restated", metadata.version("numpy"), "score_samples(mean, sd, n, low, high)"): ours}
    python = environment()
    calls = {
        "CLOSURE": "closure(mean, sd, n, low, high, .005, .005)",
        "SPRITE": f"find_possible_distributions({SPRITE_SAMPLES})",
    }
    for tool, (package, version) in PACKAGES.items():
        answers[tool, f"{package} {version}", calls[tool]] = (
            [[None] * 4 for _ in requests] if python is None else _answers(python, tool, [one for _, one in requests])
        )
    for (tool, version, call), found in answers.items():
        for (name, (n, _, _, _, high, sample)), (held, least, most, seconds) in zip(requests, found, strict=True):
            version = "this version" if tool == "Restated" else version
            inside = NOT_MEASURED if held is None else "yes" if held else "no"
            width = None if least is None else (most - least) / n
            truth, value = ("sample", sample.count(high)) if sample else ("possible", "true")
            more = {"inside": inside, "low": least, "high": most, "width": width, "seconds": seconds}
            rows.append(_row(tool, version, call, "whole scores", name, truth, value, **more))
    return rows


def _answers(python: str, tool: str, requests: list) -> list:
    script = SCRIPT.replace("SPRITE_SAMPLES", str(SPRITE_SAMPLES))
    run = subprocess.run([python, "-c", script, tool, json.dumps(requests)], capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def of_intervals() -> list[dict]:
    """Return rows for standard errors behind a printed 95 % interval of a mean on its own scale."""
    rows, there = [], measure.has_r("metafor")
    version = subprocess.run(
        ["Rscript", "-e", 'cat(as.character(packageVersion("metafor")))'], capture_output=True, text=True, check=False
    ).stdout if there else ""  # fmt: skip
    for case in calibration.load(CASES):
        truth = next((one for one in case.truths if one.name == "se"), None)
        if case.kind != "meta-analysis" or truth is None or case.options.get("scale", "identity") != "identity":
            continue
        value = float(truth.value)
        scale = {"kind": "pooled interval", "case": case.id, "truth": "se", "value": value}
        for strength in STRENGTHS:
            start = time.perf_counter()
            found = at(case.reconstructor, case.printed, case.options, strength)
            (low, high), seconds = found.range("se"), time.perf_counter() - start
            held = {True: "yes", False: "no", None: "not supported"}[found.holds("se", truth.value)]
            more = {"inside": held, "low": low, "high": high, "width": (high - low) / value, "seconds": seconds}
            rows.append(_row(f"Restated, {strength}", "this version", "at('statement', ...)", **scale, **more))
        more = {"inside": NOT_MEASURED}
        if there:
            ends = [[float(x) for x in closed_interval(case.printed[name])] for name in ("ci_low", "ci_high")]
            widths = ", ".join(f"{b - a:.10g}" for a, b in product(*ends))
            script = R_SCRIPT.format(widths=widths, y=case.printed["estimate"])
            call = ["Rscript", "--vanilla", "-e", script]
            run = subprocess.run(call, capture_output=True, text=True, check=True)
            low, high, seconds = map(float, run.stdout.split())
            held = "yes" if low <= value <= high else "no"
            more = {"inside": held, "low": low, "high": high, "width": (high - low) / value, "seconds": seconds}
        rows.append(
            _row("metafor", f"metafor {version}" if there else NOT_MEASURED, "rma, solved by uniroot", **scale, **more)
        )
    return rows


def rows() -> list[dict]:
    """Return the rows of the benchmark: seconds for all cases side by side, coverage and width in words."""
    measured, made = [*of_scores(), *of_intervals()], []
    for kind, own in (("whole scores", "Restated"), ("pooled interval", "Restated, as printed")):
        tools = {
            row["tool"]: [one for one in measured if one["tool"] == row["tool"]]
            for row in measured
            if row["kind"] == kind
        }
        ours = sum(row["seconds"] for row in tools[own])
        for tool, found in tools.items():
            if tool.startswith("Restated"):
                continue
            seconds = [row["seconds"] for row in found]
            theirs = None if None in seconds else sum(seconds)
            words = f"truth in {_share(tools[own])} sets (ours) and {_share(found)} (theirs), {kind}"
            held = None if theirs is None else _held(tools[own]) >= _held(found)
            made.append(measure.row(words, ours, peer=tool, theirs=theirs, bar="holds the truth as often", holds=held))
    return made


def _held(found: list[dict]) -> int:
    return sum(row["inside"] == "yes" for row in found)


def _share(found: list[dict]) -> str:
    return f"{_held(found)} of {sum(row['inside'] != NOT_MEASURED for row in found)}"


def _text(value: object) -> object:
    return "" if value is None or value != value else f"{value:.4g}" if isinstance(value, float) else value


def main() -> None:
    found = [*of_scores(), *of_intervals()]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _text(row[name]) for name in COLUMNS} for row in found)
    print(f"{len(found)} rows written to {paths.shown(FILE)}")


if __name__ == "__main__":
    main()
