"""Keep the last run for the book: ``python -m benchmarks.keep`` writes the tables in data/benchmarks."""

from __future__ import annotations

import csv
import json

from benchmarks import KEYS
from benchmarks.scaling import CURVE_KEYS
from restated_book import paths
from review.findings import proof

#: Files that `make bench` writes, the table that each becomes, and its columns.
KEPT = (("bench.json", "measured.csv", KEYS), ("bench-curves.json", "curves.csv", CURVE_KEYS))


def _text(value) -> str:
    if value is None:
        return proof.NOT_MEASURED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.3g}"
        return f"{float(text):.0f}" if "e+" in text else text  # 1410, not 1.41e+03
    return str(value) or "none"


def main() -> None:
    for source, name, columns in KEPT:
        rows = json.loads((paths.BUILD / source).read_text(encoding="utf-8"))
        target = paths.DATA / "benchmarks" / name
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: _text(row[k]) for k in columns} for row in rows)
        print(f"Kept in {paths.shown(target)}")


if __name__ == "__main__":
    main()
