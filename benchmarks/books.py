"""Build time of the book: from nothing, against plain Jupyter Book; again; after an edit; of larger made-up books."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks import measure
from restated_book import paths
from restated_book.epoch import epoch

COLD_SECONDS, FASTER_THAN_PLAIN = 90.0, 2.2
UNCHANGED_SECONDS, EDIT_SECONDS = 3.0, 5.0
#: Jupyter Book as its users run it.
JUPYTER_BOOK = (sys.executable, str(Path(sys.executable).with_name("jupyter-book")))
#: The chapter whose prose is edited, and the words that are changed.
EDITED, WORDS = "reach", "Reasons and sources"
#: Chapters of the made-up books.
SIZES = (10, 20, 40, 80)
#: Largest allowed time per chapter of the largest book, as a multiple of that of the smallest.
MOST_GROWTH = 1.25

CHAPTER = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---

# Chapter {n}

One number: {{restated}}`made-up-{n}`, and a printed one: {{published}}`verhage2016-secure-r` {{cite:p}}`verhage2016`.

```{{code-cell}} ipython3
from restated_book import show, studies

rows = studies.load("paternal-sensitivity")
ledger = show.open_ledger("chapter-{n:03}", "paternal-sensitivity")
ledger.record("made-up-{n}", rows["r"].mean() + {n}, quantity="plain mean of r and {n}", basis="open-data", digits=4)
show.table(rows[["study", "r"]], id="rows", caption="The rows", status=show.status_of(rows))
```
"""

#: What a chapter of a book with a large register does in addition: it restates every fifth of its share of the printed
#: numbers, about the proportion that the real book restates and more than any one of its chapters does, and shows ten.
SHARE, SHOWN = 5, 10
WITH_ROWS = """
```{{code-cell}} ipython3
ids = [f"made-up-{n}-r{{row}}" for row in range(0, {rows}, {share})]
for id in ids:
    value = float(ledger.register.number(id).value.value)
    ledger.record(f"again-{{id}}", value, published=id, basis="arithmetic", by_construction=True)
show.verdicts(ledger, *[f"again-{{id}}" for id in ids[:{shown}]], id="verdicts", caption="Some of the numbers")
```
"""


def copy(folder: Path) -> Path:
    """Copy the files that git tracks into `folder`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.ROOT / name, folder / name)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Environment to build the book in `folder`, with the date of this repository's last commit."""
    plain = {k: v for k, v in os.environ.items() if k != "RESTATED_ROOT"}
    return plain | {"PYTHONPATH": str(folder), "SOURCE_DATE_EPOCH": epoch()}


def built(folder: Path) -> float:
    """Build the book in `folder` and return the seconds it took."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "restated_book", "build"],
        cwd=folder,
        env=environment(folder),
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def plainly_built(folder: Path, entries: Path) -> float:
    """Build the same pages with Jupyter Book alone, which executes the notebooks, and return the seconds it took.

    Jupyter Book cannot make the ledger: it is given in `entries`.
    """
    start = time.perf_counter()
    env = environment(folder) | {"RESTATED_ENTRIES": str(entries), "RESTATED_ROOT": str(folder)}
    subprocess.run(
        [*JUPYTER_BOOK, "build", str(folder), "--path-output", str(folder / "plain")],
        cwd=folder,
        env=env,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def _printed(folder: Path, finding: str, rows: int) -> None:
    """Write a file of `rows` made-up printed numbers."""
    published = folder / "data" / "published"
    columns = (published / "transmission.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    with (published / f"{finding}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        for row in range(rows):
            writer.writerow(
                {
                    "id": f"{finding}-r{row}",
                    "finding": finding,
                    "study": "Verhage et al. 2016",
                    "population": "made-up parents and their infants",
                    "quantity": f"correlation of the made-up measures {row} and {row + 1}",
                    "statistic": "r",
                    "value": f".{row % 100:02}",
                    "n": "100",
                    "source_key": "verhage2016",
                    "locator": f"table {row % 7 + 1}",
                    "grade": "P",
                    "seen_in": "full text",
                    "note": "made up",
                }
            )


def made_up(folder: Path, chapters: int, rows: int = 0) -> Path:
    """Write a book of `chapters` small chapters that share `rows` additional printed numbers."""
    copy(folder)
    shutil.rmtree(folder / "notebooks")
    (folder / "notebooks").mkdir()
    names = [f"chapter-{n:03}" for n in range(chapters)]
    package = folder / "data" / "datapackage.json"
    described = json.loads(package.read_text(encoding="utf-8"))
    like = next(r for r in described["resources"] if r["name"] == "published-transmission")
    for n, name in enumerate(names):
        text = CHAPTER.format(n=n)
        if share := rows * (n + 1) // chapters - rows * n // chapters:
            text += WITH_ROWS.format(n=n, rows=share, share=SHARE, shown=SHOWN)
            _printed(folder, f"made-up-{n}", share)
            described["resources"].append(
                {**like, "name": f"published-made-up-{n}", "path": f"published/made-up-{n}.csv"}
            )
        (folder / "notebooks" / f"{name}.md").write_text(text, encoding="utf-8")
    package.write_text(json.dumps(described), encoding="utf-8")
    listed = "".join(f"  - file: notebooks/{name}\n" for name in names) + "".join(
        f"  - file: book/{p}\n" for p in ("ledger", "to-verify", "downloads", "references")
    )
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters:\n{listed}", encoding="utf-8")
    (folder / "book" / "index.md").write_text("# A made-up book\n", encoding="utf-8")
    # The chapters that data are reconstructed for, and the page of these data, are not in it.
    for file, left_out in (
        ("restated.toml", r"(?ms)^\[reconstructed\]\n.*?(?=^\[)"),
        ("book/downloads.md", r"\(recon.*?\)"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(re.sub(left_out, "", text), encoding="utf-8")
    claims = folder / "data" / "claims" / "claims.csv"
    # Claims name the chapters that bear on them; this book has none of those.
    pd.read_csv(claims, dtype=str).assign(chapters="").to_csv(claims, index=False)
    return folder


def rows() -> list[dict]:
    """Return the rows of the table."""
    found = []
    with tempfile.TemporaryDirectory(prefix="restated-books-") as name:
        book = copy(Path(name, "book"))
        cold = built(book)
        plain = plainly_built(copy(Path(name, "plain")), book / "_build" / "entries.json")
        found.append(
            measure.row(
                "the book from nothing, every notebook executed",
                cold,
                bar=f"at most {COLD_SECONDS:.0f} s",
                holds=cold <= COLD_SECONDS,
            )
        )
        found.append(
            measure.row(
                "cold book against plain Jupyter Book",
                cold,
                peer="jupyter-book build, the same notebooks and pages",
                theirs=plain,
                bar=f"at least {FASTER_THAN_PLAIN} times as fast",
                holds=plain >= FASTER_THAN_PLAIN * cold,
            )
        )
        again = built(book)
        found.append(
            measure.row(
                "the book again, nothing changed",
                again,
                bar=f"at most {UNCHANGED_SECONDS:.0f} s",
                holds=again <= UNCHANGED_SECONDS,
            )
        )
        chapter = book / "notebooks" / f"{EDITED}.md"
        chapter.write_text(chapter.read_text(encoding="utf-8").replace(WORDS, f"All {WORDS.lower()}"), encoding="utf-8")
        edit = built(book)
        found.append(
            measure.row(
                "the book after an edit of prose in one chapter",
                edit,
                bar=f"at most {EDIT_SECONDS:.0f} s",
                holds=edit <= EDIT_SECONDS,
            )
        )
        each = {}
        for size in SIZES:
            each[size] = built(made_up(Path(name, f"made-up-{size}"), size)) / size
            growth = each[size] / each[SIZES[0]]
            bar = f"for each chapter at most {MOST_GROWTH} times that of {SIZES[0]}"
            found.append(
                measure.row(
                    f"a made-up book of {size} chapters from nothing",
                    each[size] * size,
                    bar=bar,
                    holds=growth <= MOST_GROWTH,
                )
            )
    return found
