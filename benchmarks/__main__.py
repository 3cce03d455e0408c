"""Run all benchmarks, print the table and write ``_build/bench.json``; cost curves go to ``bench-curves.json``."""

from __future__ import annotations

import importlib
import json
import pkgutil

import benchmarks
from benchmarks import scaling
from restated_book import paths

#: Modules without rows.
HELPERS = ("__main__", "keep", "manifest", "matrix", "measure", "pages", "reproduce")


def main() -> None:
    rows = []
    for module in sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in HELPERS):
        for row in importlib.import_module(f"benchmarks.{module}").rows():
            if tuple(row) != benchmarks.KEYS:
                raise SystemExit(f"benchmarks/{module}.py: a row has the keys {list(row)}, not {list(benchmarks.KEYS)}")
            rows.append(row)
            ratio = "–" if row["ratio"] is None else f"{row['ratio']:,.0f} ×"
            theirs = "–" if row["peer_s"] is None else f"{row['peer_s']:.3g} s"
            verdict = {True: "holds", False: "does not hold", None: "not measured"}[row["holds"]]
            print(f"{row['work']}: {row['ours_s']:.3g} s; {row['peer'] or 'no peer'}: {theirs}; {ratio}", flush=True)
            print(f"  {row['bar']}: {verdict}", flush=True)
    paths.BUILD.mkdir(exist_ok=True)
    for name, content in (("bench.json", rows), ("bench-curves.json", scaling.curves())):
        target = paths.BUILD / name
        target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"Written to {paths.shown(target)}")


if __name__ == "__main__":
    main()
