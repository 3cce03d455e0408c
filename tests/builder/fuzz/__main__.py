"""Fuzz the parsers: ``python -m tests.builder.fuzz [--runs N] [target ...]``.

Input that raises anything but :class:`RestatedError` is kept in ``tests/builder/fuzz/corpus/<target>/`` for the tests.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from restated_book import paths
from tests.builder.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")

#: Runs of each target by default: a million over all of them, with some to spare for those that are slow.
RUNS = 60_000
#: Targets that take milliseconds a run, since they read several tables, and the part of the runs they get.
SLOW = {"added": 0.05, "claim": 0.1, "study": 0.3, "children": 0.2}
#: Longest input in bytes: a page of text, or a table with some rows. Longer ones are slow, and hold nothing else.
LONGEST = 4096
#: An input that takes longer hangs: the slowest takes a tenth of a second.
SECONDS = 20


def fuzz(name: str, runs: int) -> tuple[int, str]:
    """Fuzz one target; return how often it ran, and the name of the input it failed on, if any."""
    known = CORPUS / name
    known.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as found:
        flags = [
            f"-runs={runs}",
            f"-max_len={LONGEST}",
            f"-timeout={SECONDS}",
            f"-artifact_prefix={known}/found-",
            "-print_final_stats=1",
        ]
        call = [sys.executable, "-m", "tests.builder.fuzz.one", name, found, str(known), *flags]
        result = subprocess.run(call, cwd=paths.ROOT, capture_output=True, text=True, errors="replace", check=False)
    told = result.stdout + result.stderr
    ran = re.search(r"number_of_executed_units: (\d+)", told)
    kept = re.search(r"Test unit written to (\S+)", told)
    if result.returncode and not kept:
        sys.exit(told[-3000:])
    if kept:
        print(told[told.find("Uncaught Python exception") :].split("\n\n", 1)[0], file=sys.stderr, flush=True)
    return int(ran[1]) if ran else 0, paths.shown(kept[1]) if kept else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.builder.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each target; the slow ones get a part of them")
    parser.add_argument("targets", nargs="*", metavar="target", help=f"one of {', '.join(TARGETS)}; default all")
    args = parser.parse_args()
    if unknown := set(args.targets) - TARGETS.keys():
        parser.error(f"unknown targets: {', '.join(sorted(unknown))}")
    if importlib.util.find_spec("atheris") is None:
        print("error: atheris is not installed. Run `.venv/bin/python -m pip install atheris`.", file=sys.stderr)
        return 1
    total, findings = 0, 0
    for name in args.targets or TARGETS:
        ran, kept = fuzz(name, round(args.runs * SLOW.get(name, 1)))
        total, findings = total + ran, findings + bool(kept)
        print(f"{name:12} {ran:9,}  {kept or 'no finding'}", flush=True)
    print(f"{total:,} runs, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
