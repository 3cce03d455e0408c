"""From sources to the finished site: check, execute, join, typeset, swap in.

A build works in ``_build/stage`` and ``_build/out`` and replaces ``_build/html`` only when everything has succeeded, so the
last good book stays in place whatever happens. Typesetting starts from nothing unless the text of chapters is all that has
changed since the last build without a warning: then only those chapters are read
(:func:`restated_book.build.fingerprints.basis`).
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from restated_book import entries as rows_of_site
from restated_book import export, ledger, paths, todo
from restated_book.build import fingerprints, swap
from restated_book.build.checks import check
from restated_book.build.execute import execute, say
from restated_book.build.stage import Executed, citations, parts_of, stage
from restated_book.build.typeset import typeset, typesetter
from restated_book.epoch import epoch
from restated_book.sources import bibliography


def summary(kinds: Mapping) -> str:
    """The last line of a build; `kinds` counts the rows of the ledger as :class:`restated_book.entries.Rows` does."""

    tally = {verdict: n for verdict, n in rows_of_site.tally(kinds, printed=False).items() if n}
    printed = sum(n for of, n in kinds.items() if of.printed)
    words = ", ".join(f"{n} {v}" for v, n in tally.items())
    return (
        f"The book is in {paths.shown(paths.BUILD / 'html' / 'index.html')}: {sum(tally.values())} numbers restated "
        f"({words}); {printed} printed numbers in the register."
    )


def build(*, pdf: bool = False) -> str:
    """Build the book, with `pdf` also as PDFs; return its one-line summary."""

    # Looked for first: nothing is executed for PDFs that cannot be printed.
    chromium = export.pdf.browser() if pdf else ""
    html, state = paths.BUILD / "html", paths.BUILD / "state.json"
    with swap.alone(paths.BUILD):
        swap.recover(html)
        key = fingerprints.book_key()
        try:
            last = json.loads(state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            last = {}
        if last.get("key") == key and last.get("pdf", False) >= pdf and (html / "index.html").is_file():
            say("Nothing has changed since the last build.")
            return last["summary"]

        start = time.perf_counter()
        folder, out, extra = paths.BUILD / "stage", paths.BUILD / "out", paths.BUILD / "extra"
        entries_file, shown_file, log = (
            paths.BUILD / "entries.json",
            paths.BUILD / "shown.json",
            paths.BUILD / "typeset.log",
        )
        with typesetter(folder, out, entries_file, log, pdf=pdf) as process:
            say("Checking the register, the bibliography and the data")
            numbers, pages = check()
            notebooks = [paths.ROOT / f"{p}.md" for p in pages if p.startswith("notebooks/")]
            executed = execute(notebooks, paths.BUILD / "executed")
            contents = Executed(executed)
            records, reads = [], {}
            for page, content in contents.items():
                records += ledger.collect(content)
                reads[page] = ledger.reads(content)
            with ledger.lines(entries_file) as add:
                for row in ledger.join(numbers, records, reads):
                    add(row)
            entries = rows_of_site.load(entries_file)
            parts = {f"notebooks/{page}": parts_of(page, content, entries) for page, content in contents.items()}
            shown_file.write_text(json.dumps(parts, ensure_ascii=False), encoding="utf-8")
            stage(executed, entries, folder, extra)
            works = bibliography.load()
            (extra / "to-verify.csv").write_text(
                todo.as_csv(todo.entries(entries.values(), numbers, works, notebooks)), encoding="utf-8"
            )

            def downloads() -> None:
                citations(parts, extra / "downloads")
                export.write(contents, entries, extra, paths.BUILD / "executed", int(epoch()))

            # No page depends on what is in a download: they are made while the typesetter runs.
            with ThreadPoolExecutor(1) as beside:
                say("Typesetting, and making the downloads")
                made = beside.submit(downloads)
                typeset_site = typeset(
                    process, folder, out, log, rests_on=fingerprints.basis(entries_file, shown_file, pdf=pdf)
                )
                made.result()
        # A copy: the next build goes on from what the typesetter left.
        site = paths.BUILD / "html.next"
        swap.clear(site)
        shutil.copytree(typeset_site, site)
        shutil.copytree(extra, site, dirs_exist_ok=True)
        if pdf:
            say("Printing PDFs")
            export.pdf.write(site, pages, paths.BUILD / "pdf", chromium=chromium, epoch=int(epoch()))
        export.finish(site, parts, int(epoch()))
        state.unlink(missing_ok=True)
        swap.swap_in(site, html)
        line = summary(entries.kinds)
        state.write_text(json.dumps({"key": key, "pdf": pdf, "summary": line}), encoding="utf-8")
        say(f"Built in {time.perf_counter() - start:.0f} s")
        return line
