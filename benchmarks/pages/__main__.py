"""Measure the built site and print which bars hold: given pages, every page (``--all``), or one page of each kind."""

from __future__ import annotations

import sys

from benchmarks.pages import lighthouse, weight
from benchmarks.pages.served import served
from restated_book import paths

#: One page of each kind: front, chapter, list of claims, ledger, part of the ledger, references, search.
KINDS = (
    "book/index",
    f"notebooks/{weight.CHAPTER}",
    "notebooks/claims",
    "book/ledger",
    "book/ledger-01",
    "book/references",
    "search",
)


def main() -> None:
    site = paths.BUILD / "html"
    missed = []

    def report(what: str, value: str, bar: str, holds: bool) -> None:
        print(f"{'holds ' if holds else 'MISSED'} {what}: {value} (bar {bar})", flush=True)
        if not holds:
            missed.append(what)

    for row in weight.rows(site):
        report(*row)
    if not lighthouse.COMMAND.exists():
        print(f"Lighthouse was left out. Run `npm ci --prefix {paths.shown(lighthouse.HERE)}` first.")
    else:
        with served(site) as address:
            every = [*sorted(p.relative_to(site).with_suffix("").as_posix() for p in site.glob("*/*.html")), "search"]
            for page in every if "--all" in sys.argv else sys.argv[1:] or KINDS:
                for form, bars in lighthouse.BARS.items():
                    found, low = lighthouse.scores(f"{address}{page}.html", form)
                    holds = all(found[name] >= bar for name, bar in bars.items())
                    values = ", ".join(f"{name} {found[name]:.2f}" for name in bars)
                    report(
                        f"{page}, {form}",
                        values + (f"; {', '.join(low)}" if low and not holds else ""),
                        ", ".join(f"{b:.2f}" for b in bars.values()),
                        holds,
                    )
    if missed:
        raise SystemExit(f"{len(missed)} bars were missed")


if __name__ == "__main__":
    main()
