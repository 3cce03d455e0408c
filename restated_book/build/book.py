"""Build the book from its sources: check, execute, join, typeset, swap in.

A build works in ``_build/stage`` and ``_build/out`` and replaces ``_build/html`` only when everything has succeeded, so
the last good book stays in place whatever happens. Typesetting starts from nothing unless the text of chapters is all
that has changed since the last build without a warning: then only those chapters are read
(:func:`restated_book.build.fingerprints.basis`).
"""

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from restated_book import calibration, config, export, freshness, ledger, paths, provenance, register, todo
from restated_book import entries as rows_of_site
from restated_book.build import downloads, fingerprints, fork, swap
from restated_book.build.checks import check
from restated_book.build.environment import environment
from restated_book.build.execute import execute, say
from restated_book.build.stage import Executed, parts_of, stage
from restated_book.build.typeset import typeset, typesetter
from restated_book.epoch import epoch
from restated_book.export import pdf as printer
from restated_book.sources import bibliography

HTML, STATE = paths.BUILD / "html", paths.BUILD / "state.json"
STAGE, OUT, EXTRA, EXECUTED = (paths.BUILD / name for name in ("stage", "out", "extra", "executed"))
#: What pages are typeset from, as well as their text: the joined ledger, and the figures and tables of each notebook.
ENTRIES, SHOWN = paths.BUILD / "entries.json", paths.BUILD / "shown.json"
LOG = paths.BUILD / "typeset.log"


def summary(kinds: Mapping) -> str:
    """Return the last line of a build; `kinds` counts the rows of the ledger as :attr:`entries.Rows.kinds` does."""
    tally = {verdict: n for verdict, n in rows_of_site.tally(kinds, printed=False).items() if n}
    count, printed = sum(tally.values()), sum(n for of, n in kinds.items() if of.printed)
    words = f" ({', '.join(f'{n} {verdict}' for verdict, n in tally.items())})" if tally else ""
    return (
        f"The book is in {paths.shown(HTML / 'index.html')}: {_counted(count, 'number')} restated{words}; "
        f"{_counted(printed, 'printed number')} in the register."
    )


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def build(*, pdf: bool = False) -> str:
    """Build the book, with `pdf` also as PDFs; return its one-line summary."""
    config.load()  # outside the folder of a book nothing is written
    # Looked for first: nothing is executed for PDFs that cannot be printed.
    chromium = printer.browser() if pdf else ""
    with swap.alone(paths.BUILD):
        swap.recover(HTML)
        key = fingerprints.book_key()
        last = _last()
        is_last = last.get("key") == key and last.get("pdf", False) >= pdf and (HTML / "index.html").is_file()
        if is_last and last.get("reads") and last["reads"] == _reads(last):
            say("Nothing has changed since the last build.")
            return last["summary"]
        start = time.perf_counter()
        # Both load what they need while sources are checked.
        with fork.Zygote() as zygote, typesetter(STAGE, OUT, ENTRIES, LOG, pdf=pdf) as process:
            if len(_executed()) + 1 < len(list(paths.NOTEBOOKS.glob("*.md"))):
                zygote.start()
            say("Checking the register, the bibliography and the data")
            numbers, pages = check()
            notebooks = [paths.ROOT / f"{page}.md" for page in pages if page.startswith("notebooks/")]
            executed = execute(notebooks, EXECUTED, zygote)
            entries, parts, trace = _stage(executed, notebooks, numbers)
            typeset_site = _typeset(process, executed, entries, parts, pdf=pdf)
        site = _finish(typeset_site, pages, parts, chromium)
        STATE.unlink(missing_ok=True)
        swap.swap_in(site, HTML)
        line = summary(entries.kinds)
        last = {"key": key, "pdf": pdf, "summary": line, "trace": trace}
        STATE.write_text(json.dumps(last | {"reads": _reads(last)}), encoding="utf-8")
        say(f"Built in {time.perf_counter() - start:.0f} s")
        return line


def _last() -> dict:
    """Return the notes of the last build; empty without one."""
    try:
        return json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _reads(last: Mapping) -> dict | None:
    """Return the state of what notebooks read in the last build, wherever it is; None if that is not known."""
    trace = last.get("trace") or {"unobserved": ["all"]}
    return None if trace["unobserved"] else freshness.Sources(environment()).state(trace)


def _executed() -> list[Path]:
    return sorted(EXECUTED.glob("*.ipynb"))


def _stage(
    executed: list[Path], notebooks: list[Path], numbers: register.Register
) -> tuple[rows_of_site.Rows, dict[str, dict], dict[str, list[str]]]:
    """Join the ledger of all notebooks and lay out what is typeset; return rows, parts of pages, and what was read."""
    contents, records, reads, traces = Executed(executed), [], {}, []
    for page, content in contents.items():
        traces.append(provenance.traced(content))
        records += ledger.collect(content)
        reads[page] = ledger.reads(content)
    with ledger.lines(ENTRIES) as add:
        for row in ledger.join(numbers, records, reads):
            add(row)
    entries = rows_of_site.load(ENTRIES)
    parts = {f"notebooks/{page}": parts_of(page, content, entries) for page, content in contents.items()}
    SHOWN.write_text(json.dumps(parts, ensure_ascii=False), encoding="utf-8")
    stage(executed, entries, STAGE, EXTRA)
    tasks = todo.entries(entries.values(), numbers, bibliography.load(), notebooks)
    (EXTRA / "to-verify.csv").write_text(todo.as_csv(tasks), encoding="utf-8")
    calibration.publish(EXTRA)
    return entries, parts, provenance.together(traces)


def _typeset(
    process: subprocess.Popen, executed: list[Path], entries: rows_of_site.Rows, parts: dict[str, dict], *, pdf: bool
) -> Path:
    """Typeset the pages and make the downloads; return the folder of the pages."""
    say("Typesetting, and making the downloads")
    # No page depends on what is in a download, so both go on at the same time.
    with ThreadPoolExecutor(1) as other:
        basis = fingerprints.basis(ENTRIES, SHOWN, pdf=pdf)
        made = other.submit(downloads.write, executed, entries, parts, EXTRA, rests_on=basis, epoch=int(epoch()))
        site = typeset(process, STAGE, OUT, LOG, rests_on=basis)
        made.result()
    return site


def _finish(typeset_site: Path, pages: list[str], parts: dict[str, dict], chromium: str) -> Path:
    """Put the whole site together, as PDFs too where there is a `chromium`; return its folder."""
    # A copy: the next build goes on from what the typesetter left.
    site = paths.BUILD / "html.next"
    swap.clear(site)
    shutil.copytree(typeset_site, site)
    shutil.copytree(EXTRA, site, dirs_exist_ok=True)
    if chromium:
        say("Printing PDFs")
        printer.write(site, pages, paths.BUILD / "pdf", chromium=chromium, epoch=int(epoch()))
    export.finish(site, parts, int(epoch()))
    return site
