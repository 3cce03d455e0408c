"""Files of a site besides its typeset pages; downloads of unchanged chapters are taken from the last build."""

import functools
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from restated_book import calibration, export, paths
from restated_book.build import reconstruct, swap
from restated_book.cite import citation
from restated_book.export import archive, book, chapter, crate, embeds, machine, sets
from restated_book.freshness import digest
from restated_book.sphinx import editionspage

KEPT = paths.BUILD / "downloads"  #: Downloads of the last build, each with the fingerprint of what it was made from


def write(
    executed: Sequence[Path],
    entries: Mapping[str, Mapping],
    parts: Mapping[str, Mapping],
    pages: Sequence[str],
    extra: Path,
    *,
    rests_on: str,
    epoch: int,
) -> None:
    """Make all that does not need the typeset `pages` in `extra`, which has the ledger and the figures.

    `executed` notebooks have their figures next to them; `entries` are rows of the ledger, `parts` those of
    :func:`~.stage.parts_of` by page, `rests_on` that of :func:`~.fingerprints.basis`, `epoch` the date in POSIX time.
    """
    calibration.publish(extra)
    about, folder = citation.about(), extra / "downloads"
    for file in executed:

        def make(file: Path = file) -> None:
            part = parts[f"notebooks/{file.stem}"]
            whole, *inside = citation.of_page(about, f"notebooks/{file.stem}", part["title"], part["shown"])
            citation.write(folder / file.stem, [whole], file.stem)
            if inside:
                citation.write(folder / file.stem, inside, f"{file.stem}-parts")
            export.write_chapter(file, entries, extra, epoch)

        texts = (text.read_bytes() for text in chapter.texts(file.stem))
        _keep(folder / file.stem, digest(rests_on, file.read_bytes(), *texts), make)
    citation.write(folder, [("book", citation.item(about, "book"))], "restated")
    if reconstruct.index():
        shutil.copytree(reconstruct.KEPT, extra / sets.FOLDER)
    _keep(extra / book.DATA, rests_on, lambda: book.write_data(extra / book.DATA, epoch, extra / sets.FOLDER))
    results = book.results([file.stem for file in executed], extra)
    shown = digest(rests_on, *(file.read_bytes() for file in results.values()))
    _keep(extra / book.RESULTS, shown, lambda: book.write_results(extra / book.RESULTS, results, epoch))
    items = functools.cache(lambda: list(embeds.items(parts, entries)))
    _keep(extra / embeds.FOLDER, rests_on, lambda: embeds.write(extra / embeds.FOLDER, items()))
    _keep(extra / embeds.REVIEWS, rests_on, lambda: embeds.write_reviews(extra / embeds.REVIEWS, items()))
    # Most files of the copy for offline reading are these, which :func:`restated_book.export.finish` goes on from.
    offline, embedded = extra / book.OFFLINE, functools.partial(archive.places, extra / embeds.FOLDER, embeds.FOLDER)
    _keep(offline, rests_on, lambda: book.write_offline(offline, embedded(), epoch))
    machine.write(extra, pages)
    editionspage.write(extra)
    crate.write(extra, parts, epoch)


def _keep(made: Path, key: str, make: Callable[[], None]) -> None:
    """Put a file or flat folder in place, from the last build if `key` and the files are as they were or by `make`."""
    kept = KEPT / made.parent.name / made.name
    noted = kept.with_name(f"{made.name}.key")
    if noted.is_file() and noted.read_text(encoding="utf-8") == _signed(key, kept):
        _place(kept, made)
        return
    make()
    noted.unlink(missing_ok=True)
    swap.clear(kept)
    _place(made, kept)
    noted.write_text(_signed(key, kept), encoding="utf-8")


def _signed(key: str, kept: Path) -> str:
    """Return `key` with the names, sizes and times of the files in `kept`."""
    with os.scandir(kept if kept.is_dir() else kept.parent) as there:
        files = sorted((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in there)
    return digest(key, repr(files if kept.is_dir() else [f for f in files if f[0] == kept.name]))


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=swap.link)
    else:
        swap.link(source, target)
