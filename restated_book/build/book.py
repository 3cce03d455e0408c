"""Build the book from its sources: check, execute, join, typeset, swap in when everything has succeeded."""

import json
import pkgutil
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from restated.errors import RestatedError
from restated_book import entries as rows_of_site
from restated_book import export, ledger, paths, provenance, register, todo
from restated_book.build import checked, fingerprints, fork, reconstruct, swap
from restated_book.build.checks import check
from restated_book.build.execute import execute
from restated_book.build.places import ENTRIES, EXECUTED, EXTRA, HTML, LOG, OUT, SHOWN, STAGE, STATE, say
from restated_book.build.stage import Executed, parts_of, stage
from restated_book.build.typeset import typeset
from restated_book.epoch import epoch
from restated_book.sources import bibliography


def summary(kinds: Mapping) -> str:
    """Return the last line of a build; `kinds` counts the rows of the ledger as :attr:`entries.Rows.kinds` does."""
    tally = rows_of_site.tally(kinds, printed=False)
    count, printed = sum(tally.values()), sum(n for of, n in kinds.items() if of.printed)
    shown = ", ".join(f"{n} {rows_of_site.short(answer)}" for answer, n in tally.items())
    words = f" ({shown})" if tally else ""
    return (
        f"The book is in {paths.shown(HTML / 'index.html')}: {_counted(count, 'number')} restated{words}; "
        f"{_counted(printed, 'printed number')} in the register."
    )


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def make(process: subprocess.Popen, last: Mapping, *, tools: Mapping[str, str]) -> dict:
    """Build the book and put it in the place of the last one.

    `tools` have the programs by form: that of "pdf" is a browser, that of "word" pandoc. `process` is that of
    :func:`restated_book.build.typeset.typesetter`, `last` the notes of the last build. Those for the next are returned:
    the one-line `summary`, the `trace` of what notebooks read, and the fingerprints of sound `pages`.
    """
    # It loads what it needs while sources are checked, as the typesetter does.
    with fork.Zygote() as zygote:
        if len(list(EXECUTED.glob("*.ipynb"))) + 1 < len(list(paths.NOTEBOOKS.glob("*.md"))):
            zygote.start()
        say("Checking the register, the bibliography and the data")
        sound = fingerprints.pages()
        numbers, pages = check({page for page, key in last.get("pages", {}).items() if key == sound.get(page)})
        answers, reconstructed = checked.begin(), reconstruct.begin()
        notebooks = [paths.ROOT / f"{page}.md" for page in pages if page.startswith("notebooks/")]
        executed = execute(notebooks, EXECUTED, zygote)
        entries, parts, trace = _stage(executed, notebooks, numbers, answers())
        reconstructed()
        typeset_site = _typeset(process, executed, entries, parts, pages, forms=tools)
    site = _finish(typeset_site, pages, tools)
    STATE.unlink(missing_ok=True)
    swap.swap_in(site, HTML)
    noted = {page: sound[page] for page in pages if page in sound}
    return {"summary": summary(entries.kinds), "trace": trace, "pages": noted}


def _stage(
    executed: list[Path], notebooks: list[Path], numbers: register.Register, checks: dict[str, dict]
) -> tuple[rows_of_site.Rows, dict[str, dict], dict[str, list[str]]]:
    """Join the ledger of all notebooks and lay out what is typeset; return rows, parts of pages, and what was read."""
    contents = Executed({file.stem: file for file in executed})
    records, reads, traces = [], {}, []
    for page, content in contents.items():
        traces.append(provenance.traced(content))
        collected = ledger.collect(content)
        if wrong := next((r.page for r in collected if r.page != page), None):
            remedy = f'write show.open_ledger("{page}", …), by the name of the file'
            raise RestatedError(f"open_ledger names '{wrong}'", file=paths.NOTEBOOKS / f"{page}.md", remedy=remedy)
        records += collected
        reads[page] = ledger.reads(content)
    with ledger.lines(ENTRIES) as add:
        for row in ledger.join(numbers, records, reads, checks):
            add(row)
    entries = rows_of_site.load(ENTRIES)
    parts = {f"notebooks/{page}": parts_of(page, content, entries) for page, content in contents.items()}
    SHOWN.write_text(json.dumps(parts, ensure_ascii=False), encoding="utf-8")
    tasks = todo.entries(entries.values(), numbers, bibliography.load(), notebooks)
    stage(executed, entries, todo.as_csv(tasks), STAGE, EXTRA)
    return entries, parts, provenance.together(traces)


def _typeset(process: subprocess.Popen, *of_site, forms: Iterable[str]) -> Path:
    """Typeset the pages and make the rest `of_site`; return the folder of the pages."""
    say("Typesetting, and making the downloads")
    # No page depends on what is in a download, so both go on at the same time.
    with ThreadPoolExecutor(1) as other:
        basis = fingerprints.basis(ENTRIES, SHOWN, *reconstruct.index(), forms=forms)

        def around() -> None:
            """Load what only the rest needs, and make it."""
            write = pkgutil.resolve_name("restated_book.build.downloads:write")
            write(*of_site, EXTRA, rests_on=basis, epoch=int(epoch()))

        made = other.submit(around)
        site = typeset(process, STAGE, OUT, LOG, rests_on=basis)
        made.result()
    return site


def _finish(typeset_site: Path, pages: list[str], tools: Mapping[str, str]) -> Path:
    """Put the whole site together, in other forms too where `tools` make them; return its folder."""
    # A copy: the next build goes on from what the typesetter left, and some pages are changed below.
    site = paths.BUILD / "html.next"
    swap.clear(site)
    shutil.copytree(typeset_site, site)
    shutil.copytree(EXTRA, site, dirs_exist_ok=True, copy_function=swap.link)
    if "pdf" in tools:
        say("Printing PDFs")
        write = pkgutil.resolve_name("restated_book.export.pdf:write")
        write(site, pages, paths.BUILD / "pdf", chromium=tools["pdf"], epoch=int(epoch()))
    if "word" in tools:
        say("Writing Word files")
        pkgutil.resolve_name("restated_book.export.word:write")(site, pages, tools["word"], int(epoch()))
    export.finish(site, int(epoch()))
    return site
