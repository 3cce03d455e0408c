"""Measure the built site and say which bars hold; of the pages named, of every page with ``--all``, else of one of each kind."""

from __future__ import annotations

import sys

from restated_book import paths

from . import lighthouse, weight
from .served import served

#: One page of each kind: front, long and short chapter, the list of claims, the longest tables, text, references, search.
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

    def said(what: str, value: str, bar: str, holds: bool) -> None:
        print(f"{'holds ' if holds else 'MISSED'} {what}: {value} (bar {bar})", flush=True)
        if not holds:
            missed.append(what)

    for row in weight.rows(site):
        said(*row)
    if not lighthouse.COMMAND.exists():
        print(f"Lighthouse left out: run `npm ci --prefix {paths.shown(lighthouse.HERE)}` first")
    else:
        with served(site) as address:
            every = sorted(p.relative_to(site).with_suffix("").as_posix() for p in site.glob("*/*.html")) + ["search"]
            for page in every if "--all" in sys.argv else sys.argv[1:] or KINDS:
                for form, bars in lighthouse.BARS.items():
                    found, low = lighthouse.scores(f"{address}{page}.html", form)
                    holds = all(found[name] >= bar for name, bar in bars.items())
                    values = ", ".join(f"{name} {found[name]:.2f}" for name in bars)
                    said(
                        f"{page}, {form}",
                        values + (f"; {', '.join(low)}" if low and not holds else ""),
                        ", ".join(f"{b:.2f}" for b in bars.values()),
                        holds,
                    )
    if missed:
        raise SystemExit(f"{len(missed)} bars were missed")


if __name__ == "__main__":
    main()
