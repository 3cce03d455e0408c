"""Small books for tests: laid out in a scratch folder, built by the command line.

A book holds only the printed numbers and the works that its chapter can name: most of the time of a build would
otherwise go into the ledger and the references of the whole review.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pandas as pd

from restated_book import paths

Result = TypeVar("Result")

NOTEBOOK = """
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A small chapter

One number: {restated}`tiny-mean`, and a printed one: {published}`verhage2016-secure-r` {cite:p}`verhage2016`.

```{code-cell} ipython3
from restated_book import show, studies

rows = studies.load("paternal-sensitivity")
ledger = show.open_ledger("small", "paternal-sensitivity")
ledger.record("tiny-mean", rows["r"].mean(), quantity="plain mean of r", basis="open-data", digits=4)
show.table(rows[["study", "r"]], id="rows", caption="The rows", status=show.status_of(rows))
```
"""

#: Where the cell of the chapter begins to compute.
HERE_IS_CODE = 'rows = studies.load("paternal-sensitivity")'

TOC = (
    "format: jb-book\nroot: book/index\nchapters:\n  - file: notebooks/small\n  - file: book/ledger\n"
    "  - file: book/downloads\n  - file: book/references\n"
)

#: Files that every command reads.
FILES = ("restated.toml", "references.bib", "requirements.lock", "CITATION.cff")

#: Findings whose printed numbers a small book holds.
FINDINGS = ("paternal-sensitivity", "stability", "transmission")

#: Printed numbers of each finding that a small book holds, and those that its pages name: each is a dozen files.
FEW = 8

#: Folders of tables that only pages of the whole book read, and those of which pages name what they read.
UNREAD, NAMED = ("benchmarks", "calibration", "ensembles"), ("selections", "studies")

#: Columns of the tables of claims that name other rows of the book: chapters, and printed numbers.
NAMES_CHAPTERS, NAMES_NUMBERS, NAMES_CLAIMS = "chapters", ("numbers", "number_ids"), ("claim_id", "claim_ids")


#: The second review: a book of two chapters in this repository.
EXAMPLE = paths.ROOT / "examples" / "sleep-1908"


def environment() -> dict[str, str]:
    """The environment of a user: a scratch book finds itself."""
    return {k: v for k, v in os.environ.items() if k not in ("RESTATED_ROOT", "PYTHONPATH")}


#: Put before a command, it takes from root the right to read and write everything; None if that is not possible.
ORDINARY = (
    []
    if getattr(os, "geteuid", lambda: 1)()
    else ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
    if shutil.which("setpriv")
    else None
)


def command(*arguments: str) -> list[str]:
    """``restated <arguments>`` as a process."""
    return [sys.executable, "-u", "-m", "restated_book", *arguments]


def run(scratch: Path, *arguments: str, before=(), **options) -> subprocess.CompletedProcess:
    """Run ``restated <arguments>`` in the folder of a scratch book."""
    return subprocess.run(
        [*before, *command(*arguments)],
        cwd=scratch,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def completed(work: Coroutine[object, object, Result]) -> Result:
    """What a coroutine returns, run in a thread of its own: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def forget_chapters(scratch: Path) -> None:
    """Empty the column in which claims name the chapters that bear on them: a scratch book lacks most."""
    claims = scratch / "data" / "claims" / "claims.csv"
    pd.read_csv(claims, dtype=str).assign(**{NAMES_CHAPTERS: ""}).to_csv(claims, index=False)


def keep_few_claims(scratch: Path) -> None:
    """Keep the first claims, and what their tables say of these or of none: each claim is files of its own."""
    claims = scratch / "data" / "claims" / "claims.csv"
    table = pd.read_csv(claims, dtype=str, keep_default_na=False).head(FEW)
    table.to_csv(claims, index=False)
    for file in claims.parent.glob("*.csv"):
        before = pd.read_csv(file, dtype=str, keep_default_na=False)
        after = name_only(before, NAMES_CLAIMS, set(table["id"]))
        lost = ((before != "") & (after == "")).any(axis="columns")
        after[~lost].to_csv(file, index=False)


def name_only(table: pd.DataFrame, columns: Collection[str], known: Collection[str]) -> pd.DataFrame:
    """Take from lists of ids in some columns of a table those that are not known."""
    table = table.copy()
    for column in table.columns.intersection(columns):
        table[column] = ["; ".join(i for i in re.split(r"\s*;\s*", cell) if i in known) for cell in table[column]]
    return table


def copy(scratch: Path, folders: Collection[str], files: Collection[str]) -> None:
    """Copy parts of the sources, without the originals of whoever runs the tests."""
    for folder in folders:
        shutil.copytree(paths.ROOT / folder, scratch / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for original in (scratch / "data" / "originals").glob("*.csv"):
        original.unlink()
    for file in files:
        shutil.copy(paths.ROOT / file, scratch)
    settle(scratch)


def settle(scratch: Path) -> None:
    """Take from the settings what needs the whole book: data sets for readers, and pages that are not here."""
    config = scratch / "restated.toml"
    if config.is_file():
        text = config.read_text(encoding="utf-8")
        text = re.sub(r"^\[reconstructed\]\n.*?(?=^\[)", "", text, flags=re.S | re.M)
        for key, page in (("unframed", "notebooks/how-to-read.md"), ("terms", "book/how-this-book-works.md")):
            if not (scratch / page).is_file():
                text = re.sub(rf"^{key} = \[.*?\]\n", "", text, flags=re.S | re.M)
        config.write_text(text, encoding="utf-8")


def shrink(
    scratch: Path, findings: Collection[str] = FINDINGS, works: Collection[str] = (), *, whole: bool = True
) -> None:
    """Keep the printed numbers of `findings`, and `works` and those that something in the book cites.

    Of the usual findings those numbers are kept that a page names, and a few others. If not `whole`, only tables are
    kept that a page names.
    """
    data = scratch / "data"
    package = data / "datapackage.json"
    content = json.loads(package.read_text(encoding="utf-8"))
    named = {
        word for page in scratch.glob("*/*.md") for word in re.findall(r"[\w-]+", page.read_text(encoding="utf-8"))
    }
    known: set[str] = set()
    kept = []
    for resource in content["resources"]:
        file = data / resource["path"]
        kind = file.parent.name
        # Groups of the audit name numbers of all findings.
        unread = kind in UNREAD or (kind in NAMED and file.stem not in named)
        if kind == "audit" or (unread and not whole):
            file.unlink()
            continue
        if file.parent.name == "published":
            if file.stem not in findings:
                file.unlink()
                continue
            table = pd.read_csv(file, dtype=str, keep_default_na=False)
            if findings is FINDINGS:
                table = table[(table.index < FEW) | table["id"].isin(named)]
                table.to_csv(file, index=False)
            known |= set(table["id"])
        kept.append(resource)
    package.write_text(json.dumps(content | {"resources": kept}), encoding="utf-8")
    for file in (data / "claims").glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        name_only(table, NAMES_NUMBERS, known).to_csv(file, index=False)
    text = "\n".join(f.read_text(encoding="utf-8") for f in scratch.rglob("*") if f.suffix in (".csv", ".md"))
    bib = scratch / "references.bib"
    entries = re.split(r"(?m)^(?=@)", bib.read_text(encoding="utf-8"))
    words = {*works, *re.findall(r"[\w-]+", text)}
    bib.write_text("".join(e for e in entries if not e.startswith("@") or _key(e) in words), encoding="utf-8")


def _key(entry: str) -> str:
    return entry.partition("{")[2].partition(",")[0].strip()


def lay_out(scratch: Path, name: str, text: str, findings: Collection[str] | None = FINDINGS) -> None:
    """Copy the sources, without originals, into a scratch book whose only chapter is `text`, notebooks/<name>.md.

    Of the printed numbers and the works, those of `findings` are kept; all of them if `findings` is None.
    """
    copy(scratch, ("data", "book", "LICENSES"), ("_config.yml", "LICENSE", *FILES))
    shutil.rmtree(scratch / "data" / "originals")
    (scratch / "_toc.yml").write_text(TOC.replace("notebooks/small", f"notebooks/{name}"), encoding="utf-8")
    (scratch / "book" / "index.md").write_text(f"# A small book\n\nSee [the chapter](../notebooks/{name}.md).\n")
    # A page that is not in the contents cannot be linked to, and what another chapter offers is not there.
    listed = scratch / "book" / "downloads.md"
    edit(listed, "[their page](reconstructed-data.md)", "their page")
    absent = r'<a href=(?:\S+\s+download|"\S+changes\.json")>'
    listed.write_text(re.sub(absent, "<a>", listed.read_text(encoding="utf-8")), encoding="utf-8")
    forget_chapters(scratch)
    if findings is FINDINGS:
        keep_few_claims(scratch)
    (scratch / "notebooks").mkdir()
    (scratch / "notebooks" / f"{name}.md").write_text(text, encoding="utf-8")
    if findings is FINDINGS:
        shutil.rmtree(scratch / "data" / "calibration" / "cases")
        shutil.rmtree(scratch / "data" / "editions")
        shrink(scratch, whole=False)
    elif findings is not None:
        shrink(scratch, findings)


def page(scratch: Path, name: str = "small") -> str:
    """The built page of the chapter."""
    return (scratch / "_build" / "html" / "notebooks" / f"{name}.html").read_text(encoding="utf-8")


def edit(file: Path, old: str, new: str) -> None:
    """Replace text that must be in the file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` with its content."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
