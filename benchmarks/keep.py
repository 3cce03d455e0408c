"""Keep the last run for the book: ``python -m benchmarks.keep`` turns _build/bench.json into data/benchmarks/measured.csv."""

from __future__ import annotations

import csv
import json

from restated import paths

from . import KEYS


def _text(value) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def main() -> None:
    rows = json.loads((paths.BUILD / "bench.json").read_text(encoding="utf-8"))
    target = paths.DATA / "benchmarks" / "measured.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, KEYS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _text(row[k]) for k in KEYS} for row in rows)
    print(f"Kept in {paths.shown(target)}")


if __name__ == "__main__":
    main()
