"""The zip of a chapter: unpack it, run two commands, and get the same numbers."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from restated_book import code, config, ledger, outputs, paths, provenance, register, watch
from restated_book.cite.licence import licence
from restated_book.export import about, originals
from restated_book.export.archive import places
from restated_book.export.tables import Table
from restated_book.status import SUPPLIED

#: The modules by which an unpacked chapter is run again and opened.
RERUN, LAB = "restated_book.build.rerun", "restated_book.build.lab"
#: Files a notebook reads besides data and bibliography if it imports one of these modules, as patterns.
ALSO_READ: dict[str, list[str]] = paths.tables(__file__)


def findings(notebook: Mapping, rows: Mapping[str, Mapping]) -> set[str] | None:
    """Return the findings whose printed numbers an executed notebook looked up; None if it went through all."""
    looked_up = provenance.traced(notebook)["numbers"]
    return None if watch.EVERY in looked_up else {rows[id]["finding"] for id in looked_up if id in rows}


def _data(of: Collection[str] | None) -> dict[str, Path]:
    """Return the data, with the printed numbers of some findings only: the register of a large book is large."""
    files = register.files()
    # A register without a file is refused, so a notebook that looked nothing up gets the first.
    kept = [file for file in files if of is None or file.stem in of] or files[:1]
    left_out = {file for file in files if file not in kept}
    return {name: file for name, file in originals.public_data().items() if file not in left_out}


def sources(page: str, modules: Collection[str], of: Collection[str] | None = None) -> dict[str, Path]:
    """Return code, data and texts that a notebook with these `modules` and findings `of` needs, by place."""
    root = paths.ROOT
    listed = [*(root / name for name in ("references.bib", config.NAME)), *texts(page)]
    listed += filter(Path.is_file, [paths.NOTEBOOKS / "jupytext.toml"])
    return places(root, files=listed) | code.files_of([*modules, RERUN, LAB]) | _data(of) | about.terms()


def texts(page: str) -> list[Path]:
    """Return the notebook's file and what it reads besides data and bibliography."""
    file = paths.NOTEBOOKS / f"{page}.md"
    text, found = file.read_text(encoding="utf-8"), [file]
    for module, patterns in ALSO_READ.items():
        if re.search(rf"^from \S+ import .*\b{module}\b", text, re.M):
            found += (f for pattern in patterns for f in sorted(paths.ROOT.glob(pattern)))
    return found


def made(page: str, extra: Path) -> dict[str, Path]:
    """Return the figures and tables of a page that may leave it, from the staged site."""
    folder, drawn = extra / "downloads" / page, extra / "figures" / page
    tables = sorted([*folder.glob("*.csv"), *folder.glob("*.xlsx")])
    wide = [f for f in sorted(drawn.glob("*.svg")) if not f.name.endswith(outputs.NARROW) and not is_supplied(f)]
    return (
        places(drawn, "figures", files=wide)
        | places(folder, "figures", files=sorted(folder.glob("*.png")))
        | places(folder, "tables", files=tables)
    )


def is_supplied(picture: Path) -> bool:
    """Return whether an SVG shows rows of a table that a reader supplied: it says so in its description."""
    return f"Status: {SUPPLIED}".encode() in picture.read_bytes()


def files(
    page: str,
    notebook: str,
    modules: Collection[str],
    records: Sequence[ledger.Record],
    tables: Sequence[Table],
    extra: Path,
    of: Collection[str] | None = None,
) -> dict[str, bytes | Path]:
    """Return all files of the zip of a chapter by name.

    `notebook` is the executed notebook for readers, which imported `modules`, entered `records` and showed `tables`;
    `extra` are the staged files of the site; `of` the findings whose printed numbers it needs, or all.
    """
    lock = code.lock()
    supplied = any(ledger.STATUS_OF_BASIS[r.basis] == SUPPLIED for r in records)
    made_from: defaultdict[str, list[str]] = defaultdict(list)
    for table in tables:
        made_from[table.status].append(table.id)
    # Hashes of packages can be asked for where the lock has them.
    hashes = "--require-hashes "
    readme, makefile = (about.text(f"chapter.{x}").replace(hashes, hashes * ("--hash=" in lock)) for x in ("md", "mk"))
    own = licence(code=True)[2]
    code_terms = "" if own in readme else f" Code of the notebooks: {own}."
    packages = sorted({m.partition(".")[0] for m in code.closure([*modules, RERUN, LAB])})
    readme = readme.format(
        title=about.title(page),
        book=about.book().title,
        citation=about.citation_text(page),
        page=page,
        count=len(records),
        status="\n".join(f"- **{status}**: {', '.join(ids)}" for status, ids in made_from.items()),
        original=about.text("original.md") if supplied else "",
        code=code_terms,
        packages=", ".join(f"`{name}/`" for name in packages),
    )
    expected = json.dumps({"page": page, "records": ledger.as_mime(records)}, ensure_ascii=False, indent=1) + "\n"
    written = {
        "README.md": readme,
        "requirements.lock": lock,
        "Makefile": makefile,
        paths.EXPECTED.name: expected,
        f"{page}.ipynb": notebook,
    }
    return sources(page, modules, of) | made(page, extra) | {name: text.encode() for name, text in written.items()}
