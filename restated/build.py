"""From sources to the finished site: check, execute, join, typeset, swap in.

A build works in ``_build/stage`` and ``_build/out`` and replaces ``_build/html`` only when everything has succeeded, so the
last good book stays in place whatever happens. Typesetting starts from nothing unless the text of chapters is all that has
changed since the last build without a warning: then only they are read anew (:func:`basis`).
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from . import files, freshness, paths, provenance, settings, swap
from .errors import REMEDIES, RestatedError

#: A notebook that runs longer than this hangs: the whole book is meant to build within a minute.
NOTEBOOK_SECONDS = 600

#: A kernel is given a free port, which another program may take before it does: rare, and in a book of hundreds of notebooks not rare
#: enough. Three times in a row it is no chance.
KERNEL_STARTS = 3

#: Used when the sources are not a git checkout, so that dates in the output never depend on the clock: 2026-01-01 UTC.
FALLBACK_EPOCH = "1767225600"

#: Times a zip archive can hold, in POSIX seconds: 1980-01-01 and 2107-12-31, with a day to spare for time zones.
EPOCHS = (315619200, 4354732800)

#: A page of the book as `_toc.yml` names it: it lies inside the repository.
_PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")

#: Key in the metadata of an executed notebook: fingerprints of what its outputs rest on.
RESTS_ON = "restated"

HAND_OVER = "import restated.show\nrestated.show.hand_over()"


def say(text: str) -> None:
    print(text, flush=True)


# --- what has changed -----------------------------------------------------------------------------------------------


def _files(*places: Path) -> list[Path]:
    found: list[Path] = []
    for place in places:
        if place.is_file():
            found.append(place)
        elif place.is_dir():
            found += [p for p in place.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted(found)


def fingerprint(sources: list[Path], *extra: str) -> str:
    """SHA-256 over names and contents of `sources` and over `extra`."""
    digest = hashlib.sha256()
    for f in sources:
        digest.update(f"{paths.shown(f)}\0".encode())
        digest.update(hashlib.sha256(files.content(f)).digest())
    for text in (sys.version, *extra):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _sources(*, chapters: bool = True) -> list[Path]:
    """Every file the finished site depends on, with or without the text of the chapters."""
    root = paths.ROOT
    names = ("_config.yml", "_toc.yml", "CITATION.cff", "LICENSE", "LICENSES", "requirements.lock", "tests/reference", "restated")
    return _files(*(root / name for name in names), paths.BOOK, paths.BIBLIOGRAPHY, paths.DATA, *([paths.NOTEBOOKS] if chapters else []))


def book_key() -> str:
    """Fingerprint of everything the finished site depends on."""
    return fingerprint(_sources(), epoch())


def epoch() -> str:
    """POSIX time of the commit the book is built from, unless ``SOURCE_DATE_EPOCH`` says another: the only date in the output."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        # The number of digits is looked at first: Python does not read thousands of them.
        if not re.fullmatch("[0-9]{1,10}", told) or not EPOCHS[0] <= int(told) <= EPOCHS[1]:
            raise RestatedError(f"SOURCE_DATE_EPOCH is '{told}', which is no time from 1980 to 2107", remedy="Give seconds since 1970 or leave it out.")
        return told
    git = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=paths.ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    return git.stdout.strip() if git.returncode == 0 and git.stdout.strip() else FALLBACK_EPOCH


# --- the parts of a build -------------------------------------------------------------------------------------------


def toc() -> list[str]:
    """Pages of the book in reading order, as paths without ending.

    Raises
    ------
    RestatedError
        The table of contents cannot be read, has no root, or names a page that does not exist, lies outside or stands there twice.
    """
    file = paths.ROOT / "_toc.yml"
    pages: list = []

    def walk(node, name: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, name)
            return
        if not isinstance(node, dict):
            raise RestatedError(f"'{node}' is no entry of a table of contents", file=file, field=name, remedy="write it as '- file: <page>'")
        pages.extend(node[k] for k in ("root", "file") if k in node)
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            walk(node.get(key) or [], key)

    content = settings.read(file)
    if "root" not in content:
        raise RestatedError("the front page is not named", file=file, field="root", remedy="write 'root: book/index'")
    walk(content, "root")
    for at, page in enumerate(pages):
        if not isinstance(page, str) or not _PAGE.fullmatch(page):
            raise RestatedError(f"'{page}' is no name of a page", file=file, field="file", remedy="write it as book/<name> or notebooks/<name>, without ending")
        if not (paths.ROOT / f"{page}.md").is_file():
            raise RestatedError(f"page '{page}' does not exist", file=file, remedy="mend its name or remove the line")
        if page in pages[:at]:
            raise RestatedError(f"page '{page}' stands there twice", file=file, remedy="keep one line")
    return pages


def check(*, keep: bool = False) -> tuple:
    """Load and check everything a reader can have broken, before anything is executed.

    Parameters
    ----------
    keep : bool
        Put the register into the store from which notebooks read.

    Returns
    -------
    Register, list of str
        The printed numbers and the pages of the book.
    """
    from . import bibliography, citation, claims, dictionary, frame, glossary, heads, prose, register, store

    citation.about()
    settings.value(settings.read(paths.ROOT / "_config.yml"), "execute", dict, paths.ROOT / "_config.yml")
    epoch()
    refuse_tracked_originals()
    works = bibliography.check(paths.BIBLIOGRAPHY)
    numbers = store.keep(works) if keep else register.load(bibliography=works)
    dictionary.check(paths.DATA)
    check_originals()
    pages = toc()
    claims.check(numbers, works.keys(), {p.removeprefix("notebooks/") for p in pages if p.startswith("notebooks/")})
    for page in pages:
        file, notebook = paths.ROOT / f"{page}.md", page.startswith("notebooks/")
        heads.front_matter(file, needed=notebook)
        prose.check(file)
        if notebook:
            frame.check(file)
            heads.read(file)
    glossary.load()
    return numbers, pages


def check_originals() -> None:
    """Read every table a reader has supplied, before anything is executed.

    Raises
    ------
    RestatedError
        At the first fault of a table, and for a table that no chapter reads: under a misspelt name, or as a workbook, it would
        be left out without a word.
    """
    kept = ("README.md", "templates")
    put = sorted(p for p in paths.ORIGINALS.iterdir() if p.name not in kept and not p.name.startswith(".")) if paths.ORIGINALS.is_dir() else []
    if not put:
        return
    from . import studies
    from .findings.cohort import original

    readers = {name: studies.load for name in studies.names()} | {original.NAME: lambda _: original.load()}
    for file in put:
        if file.suffix != ".csv":
            raise RestatedError("only tables as CSV are read here", file=file, remedy="Save it as CSV UTF-8 with the ending .csv, or take it away.")
        if file.stem not in readers:
            raise RestatedError("no chapter reads a table of this name", file=file,
                                remedy=f"Name it after the table it replaces: {', '.join(readers)}")
        readers[file.stem](file.stem)


def refuse_tracked_originals() -> None:
    """Refuse a licensed table that git holds: what is once committed stays in the history.

    Raises
    ------
    RestatedError
        Names the first file in ``data/originals`` that is tracked and is neither the note on that folder nor an empty
        template.
    """
    git = subprocess.run(["git", "ls-files", "-z", "--", "data/originals"], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    for name in filter(None, git.stdout.split("\0") if git.returncode == 0 else ()):
        if name != "data/originals/README.md" and not name.startswith("data/originals/templates/"):
            raise RestatedError("git tracks this original; licensed data must never enter the repository", file=paths.ROOT / name,
                                remedy=f"Run `git rm --cached {name}` before you commit or push")


def _environment() -> dict[str, str]:
    """Environment of notebook kernels and of the typesetter: the same on every machine."""
    return os.environ | {
        "PYTHONPATH": str(paths.ROOT),
        "PYTHONHASHSEED": "0",
        "RESTATED_ROOT": str(paths.ROOT),
        "RESTATED_WATCH": "1",
        "SOURCE_DATE_EPOCH": epoch(),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "agg",
        # One thread per kernel: sums do not depend on the number of cores, and kernels do not fight over them.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


async def run(notebook: Path, pictures: Path | None = None, *, starts: int = KERNEL_STARTS):
    """Run a notebook from its text.

    Parameters
    ----------
    notebook : Path
    pictures : Path, optional
        Folder for its figures as PNG; without it none are made.
    starts : int
        How often a kernel is started that finds its port taken.

    Returns
    -------
    nbformat.NotebookNode
        With outputs, and the cell that hands over the ledger at its end.

    Raises
    ------
    RestatedError
        Names the cell that failed.
    """
    import nbformat
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from . import kernel

    content = _read(notebook)
    content.cells.append(nbformat.v4.new_code_cell(HAND_OVER, metadata={"tags": ["remove-cell"]}))
    client = kernel.Client(
        content,
        timeout=NOTEBOOK_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(paths.ROOT)}},
        # A kernel warns at each start that its local port is not encrypted, and reports a fault when it is stopped because
        # another notebook failed. What fails in a cell comes as a message, not through this log.
        extra_arguments=["--log-level=CRITICAL"],
    )
    remedy = "run the notebook with `make lab` to look into it"
    from . import show

    environment = _environment() | ({show.PICTURES: str(pictures)} if pictures else {})
    # What a kernel says outside its cells: the reason why it does not start, or that it was stopped, which is no news.
    with tempfile.TemporaryFile() as told:
        try:
            await client.async_execute(env=environment, stderr=told)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            if client.flooded:
                raise RestatedError(f"{_first(client.flooded)} puts out more than {kernel.MOST_OUTPUT / 1e6:.0f} MB", file=notebook,
                                    remedy="Let it print less: it may not come to an end") from None  # fmt: skip
            number, first, what = _failed_cell(content, error)
            raise RestatedError(f"code cell {number} ({first}) failed: {what}", file=notebook, remedy=remedy) from error
        except Exception as error:  # the client fails in several ways over a kernel that is gone
            # The client would fail over its lost kernel once more, when Python ends.
            atexit.unregister(client._cleanup_kernel)
            told.seek(0)
            lines = told.read().decode(errors="replace").strip().splitlines()
            reason = next((x for x in reversed(lines) if "Error" in x), lines[-1] if lines else error)
            if "Address already in use" in str(reason) and starts > 1:
                return await run(notebook, pictures, starts=starts - 1)
            raise RestatedError(f"its kernel did not start: {reason}", file=notebook, remedy=f"try `{sys.executable} -m ipykernel_launcher`") from error
    for cell in content.cells:
        cell.metadata.pop("execution", None)
    _number(content)
    return content


def _read(notebook: Path):
    import jupytext

    text = files.text(notebook)
    try:
        return jupytext.reads(text, fmt="md:myst")
    except Exception as error:
        raise RestatedError(f"the notebook cannot be read: {error}", file=notebook, remedy="Mend its front matter and its cells.") from None


def _number(content) -> None:
    """Ids are random in nbformat; numbered ones keep two builds identical."""
    for i, cell in enumerate(content.cells):
        cell["id"] = f"cell-{i}"


def pictures_of(executed: Path) -> Path:
    """Folder with the figures of an executed notebook as PNG."""
    return executed.with_suffix(".pictures")


async def _execute(notebook: Path, target: Path, sources: freshness.Sources) -> None:
    from . import show

    pictures, drawn = pictures_of(target), target.with_suffix(".drawn")
    swap.clear(drawn)
    # A kernel outlives a killed build by a moment, and may be drawing into it.
    drawn.mkdir(parents=True, exist_ok=True)
    # Taken before it runs: what its author changes meanwhile is not in the outputs.
    text = freshness.digest(notebook.read_bytes())
    content = await run(notebook, drawn)
    show.check_outputs(content, paths.shown(notebook))
    content.metadata[RESTS_ON] = {"text": text, **_rests_on(content, sources)}
    swap.clear(pictures)
    drawn.rename(pictures)
    _write(content, target)


def _rests_on(content, sources: freshness.Sources) -> dict:
    """What the outputs of an executed notebook rest on beside its code, as it is now."""
    return {"environment": sources.environment, "read": sources.state(provenance.traced(content))}


def _write(content, target: Path) -> None:
    import nbformat

    partial = target.with_suffix(".partial")
    nbformat.write(content, partial)
    partial.replace(target)


def refreshed(notebook: Path, target: Path, sources: freshness.Sources) -> bool:
    """Make the executed notebook `target` what running `notebook` would give, if that can be had without running it.

    Nothing is done where nothing has changed; around the outputs of unchanged code, changed prose is put.

    Returns
    -------
    bool
        False if the notebook has to be run: it never was, its code, its environment or something it read has changed, or a
        picture of it is missing.
    """
    from . import show

    try:
        content = json.loads(target.read_text(encoding="utf-8"))
        noted = dict(content["metadata"][RESTS_ON])
        text = noted.pop("text")
        if noted != _rests_on(content, sources):
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not all((pictures_of(target) / f"{m['id']}.png").is_file() for m in show.shown(content) if m["kind"] == "figure"):
        return False
    now = freshness.digest(notebook.read_bytes())
    if text == now:
        return True
    import nbformat

    new, old = _read(notebook), nbformat.from_dict(content)
    written, ran = ([cell for cell in book.cells if cell.cell_type == "code"] for book in (new, old))
    *ran, hand_over = ran
    if freshness.code(written) != freshness.code(ran):
        return False
    for cell, before in zip(written, ran, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    new.cells.append(hand_over)
    new.metadata = nbformat.from_dict({**old.metadata, **new.metadata, RESTS_ON: {"text": now, **noted}})
    _number(new)
    _write(new, target)
    return True


def _failed_cell(content, error) -> tuple[int, str, str]:
    code = [c for c in content.cells if c.cell_type == "code"]
    failed = [i for i, c in enumerate(code) if any(o.output_type == "error" for o in c.get("outputs", ()))]
    # A timeout or a dead kernel leaves no error output: the cell is the last one that was started.
    started = [i for i, c in enumerate(code) if c.get("execution_count") or c.metadata.get("execution")]
    index = failed[0] if failed else (started[-1] if started else 0)
    name, value = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", str(error))
    return index + 1, _first(code[index].source), f"{name}: {value}"


def _first(source: str) -> str:
    """The first line of a cell that is no comment, by which its author knows it."""
    lines = [x for x in source.splitlines() if x.strip() and not x.startswith("#")]
    return f"'{lines[0].strip()[:60]}'" if lines else "empty"


class _Loop(asyncio.SelectorEventLoop):
    """A loop on which no notebook client can take Ctrl-C for itself: it would end its own kernel, and the build would go on.

    The refusal is the one by which loops without signals answer, as on Windows; clients know it.
    """

    def add_signal_handler(self, sig, callback, *args) -> None:
        raise NotImplementedError


def execute(notebooks: list[Path], folder: Path) -> list[Path]:
    """Execute `notebooks`, those whose inputs changed, as many at a time as there are cores.

    Returns
    -------
    list of Path
        The executed notebooks, in the order given.
    """
    targets = [folder / f"{n.stem}.ipynb" for n in notebooks]
    sources = freshness.Sources()
    due = [pair for pair in zip(notebooks, targets, strict=True) if not refreshed(*pair, sources)]
    # The longest first, so that at the end no core waits for one that was begun late.
    due.sort(key=lambda pair: pair[0].stat().st_size, reverse=True)
    say(f"Notebooks: {len(due)} to execute, {len(notebooks) - len(due)} unchanged")

    async def all_due() -> None:
        gate = asyncio.Semaphore(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
        done = 0

        async def one(notebook, target):
            nonlocal done
            async with gate:
                start = time.perf_counter()
                say(f"  … {paths.shown(notebook)}")
                await _execute(notebook, target, sources)
                done += 1
                say(f"  [{done} of {len(due)}] {paths.shown(notebook)} {time.perf_counter() - start:.1f} s")

        tasks = [asyncio.create_task(one(*d)) for d in due]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # A client that is cancelled while a cell runs says that its kernel died.
            if asyncio.current_task().cancelling():
                raise asyncio.CancelledError from None
            raise

    if due:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(all_due())
    return targets


def stage(executed: list[Path], entries: Mapping[str, dict], folder: Path, extra: Path) -> None:
    """Lay out the sources for Jupyter Book in `folder`: prose, executed notebooks, configuration; and pictures and ledger in `extra`."""
    import yaml

    from . import ledger, show
    from .export import links, pictures

    previous = folder.with_name("stage.previous")
    swap.clear(previous)
    if folder.exists():
        folder.rename(previous)
    swap.clear(extra)
    extra.mkdir(parents=True)
    shutil.copytree(paths.BOOK, folder / "book")
    for name in ("_toc.yml", "references.bib"):
        shutil.copy(paths.ROOT / name, folder / name)
    config = settings.read(paths.ROOT / "_config.yml")
    config.setdefault("execute", {})["execute_notebooks"] = "off"
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")

    (folder / "notebooks").mkdir()
    for prose in (folder / "book").rglob("*.md"):
        prose.write_text(_links_to_executed(prose.read_text(encoding="utf-8")), encoding="utf-8")
    for file in executed:
        content = json.loads(file.read_text(encoding="utf-8"))
        content["cells"] = [c for c in content["cells"] if "".join(c["source"]) != HAND_OVER]
        content["metadata"].pop(RESTS_ON, None)
        for cell in content["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = _links_to_executed("".join(cell["source"]))
            for output in cell.get("outputs", ()):
                handed = output.get("data", {}).pop(show.MIME_TABLE, None)
                block = output.get("data", {}).get("text/html")
                if block is None:
                    continue
                text, files = show.extract("".join(block), f"../figures/{file.stem}/")
                output["data"]["text/html"] = links.added(text, file.stem, handed) if handed else text
                for name, picture in files.items():
                    target = extra / "figures" / file.stem / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(pictures.described_svg(picture, file.stem, handed))
        (folder / "notebooks" / file.name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    ledger.write(entries.values(), extra)
    _keep_times(previous, folder)
    swap.clear(previous)


def _keep_times(previous: Path, folder: Path) -> None:
    """Give the sources in `folder` that are what they were in `previous` their time of change: Sphinx reads what is newer than its notes."""
    for file in (f for f in folder.rglob("*") if f.is_file()):
        old = previous / file.relative_to(folder)
        if old.is_file() and old.read_bytes() == file.read_bytes():
            stat = old.stat()
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


class Executed(Mapping[str, dict]):
    """Executed notebooks by name, each read when it is asked for: those of a large book need not be held together."""

    def __init__(self, files: list[Path]):
        self._files = {file.stem: file for file in files}

    def __getitem__(self, name: str) -> dict:
        return json.loads(self._files[name].read_text(encoding="utf-8"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def parts_of(name: str, content: dict, entries: Mapping[str, Mapping]) -> dict:
    """What is known of an executed notebook: its title, the figures and tables it shows, and the files it read.

    Of the register, whatever was opened, these are the files of the numbers that were looked up; `entries` are the rows of the ledger.
    """
    from . import heads, show
    from .export import chapter

    findings = chapter.findings(content, entries)

    def is_read(file: str) -> bool:
        return findings is None or Path(file).stem in findings or not provenance.is_of_register(file)

    return {
        "title": heads.title(paths.NOTEBOOKS / f"{name}.md"),
        "shown": show.shown(content),
        "files": [file for file in provenance.files(content) if is_read(file)],
    }


def citations(parts: dict[str, dict], folder: Path) -> None:
    """Write citations of the book, of each chapter, and of its figures and tables into `folder`."""
    from . import citation

    about = citation.about()
    citation.write(folder, [("book", citation.item(about, "book"))], "restated")
    for page, part in parts.items():
        name = page.rsplit("/", 1)[-1]
        chapter, *inside = citation.of_page(about, page, part["title"], part["shown"])
        citation.write(folder / name, [chapter], name)
        if inside:
            citation.write(folder / name, inside, f"{name}-parts")


def _links_to_executed(text: str) -> str:
    """Links to a notebook's text lead to the executed notebook, the form in which Jupyter Book gets it."""
    return re.sub(r"(\]\((?:\.\./)?notebooks/[a-z0-9-]+)\.md(?=[#)])", r"\1.ipynb", text)


@contextmanager
def typesetter(folder: Path, out: Path, entries: Path, log: Path, *, pdf: bool = False):
    """Jupyter Book as a process that loads what it needs while pages are made, and waits for :func:`typeset`.

    Parameters
    ----------
    folder, out, log : Path
        Where the sources will be staged, where to work, and the file for its report.
    entries : Path
        Where the joined ledger will be.
    pdf : bool
        Pages offer PDFs.
    """
    call = [sys.executable, "-m", "restated.site.typesetter", "build", str(folder), "--path-output", str(out), "-n", "-W", "--keep-going"]
    env = _environment() | {"RESTATED_ENTRIES": str(entries), "RESTATED_PDF": "1" if pdf else ""}
    with log.open("wb") as report:
        process = subprocess.Popen(call, cwd=paths.ROOT, env=env, stdin=subprocess.PIPE, stdout=report, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def basis(*made: Path, pdf: bool = False) -> str:
    """Fingerprint of all that pages can depend on beside the text of chapters: `made` on the way, the sources, what chapters say of themselves.

    What one page says of another is the other's title and head; that its anchors are there is seen to by :mod:`restated.site.rewriting`.
    """
    from . import heads

    chapters = sorted(paths.NOTEBOOKS.glob("*.md"))
    said = [f"{heads.title(c)} {heads.read(c)}" for c in chapters]
    return fingerprint(_sources(chapters=False), *map(_digest, made), epoch(), str(pdf), *(paths.shown(c) for c in chapters), *said)


def _digest(made: Path) -> str:
    """SHA-256 of a file of the build itself, which may be larger than what people write."""
    with made.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def typeset(process: subprocess.Popen, folder: Path, out: Path, log: Path, *, rests_on: str) -> Path:
    """Let Jupyter Book run on the staged sources, every warning an error.

    Parameters
    ----------
    process : Popen
        Of :func:`typesetter`, for the same `folder`, `out` and `log`.
    rests_on : str
        Fingerprint by :func:`basis`. Where `out` was left by a build on the same, without a warning, only changed pages are read.

    Returns
    -------
    Path
        The finished site, in `out`.

    Raises
    ------
    RestatedError
        Lists the warnings, each with the page it is on.
    """
    noted = out / "basis"
    if not noted.is_file() or noted.read_text(encoding="utf-8") != rests_on:
        swap.clear(out)
    noted.unlink(missing_ok=True)
    with suppress(BrokenPipeError):  # it has ended already; its report says why
        process.stdin.write(b".")
        process.stdin.flush()
    process.wait()
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    log.write_text(text, encoding="utf-8")
    site = out / "_build" / "html"
    if process.returncode or not (site / "index.html").is_file():
        # A full disk is no fault of a page.
        found = re.search(r"\[Errno (\d+)\] [^:\n]*(?:: '([^'\n]+)')?", text)
        if found and int(found[1]) in REMEDIES:
            raise OSError(int(found[1]), os.strerror(int(found[1])), found[2])
        lines = [x for x in text.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL)\b|Error:", x)]
        lines = [re.sub(r"(notebooks/[^:\s]+)\.ipynb", r"\1.md", x.replace(f"{folder}/", "")) for x in lines]
        listed = "\n  ".join(dict.fromkeys(lines)) or text[-2000:]
        raise RestatedError(
            f"the book was not built; the typesetter says:\n  {listed}\n",
            remedy=f"Mend the pages named above; the whole report is in {paths.shown(log)}",
        )
    noted.write_text(rests_on, encoding="utf-8")
    return site


def summary(kinds: Mapping) -> str:
    """The last line of a build; `kinds` counts the rows of the ledger as :class:`restated.site.entries.Rows` does."""
    from .site import entries

    tally = {verdict: n for verdict, n in entries.tally(kinds, printed=False).items() if n}
    printed = sum(n for of, n in kinds.items() if of.printed)
    words = ", ".join(f"{n} {v}" for v, n in tally.items())
    return (
        f"The book is in {paths.shown(paths.BUILD / 'html' / 'index.html')}: {sum(tally.values())} numbers restated "
        f"({words}); {printed} printed numbers in the register."
    )


def build(*, pdf: bool = False) -> str:
    """Build the book, with `pdf` also as PDFs; return its one-line summary."""
    from . import bibliography, export, ledger, todo
    from .site import entries as site_entries

    # Looked for first: nothing is executed for PDFs that cannot be printed.
    chromium = export.pdf.browser() if pdf else ""
    html, state = paths.BUILD / "html", paths.BUILD / "state.json"
    with swap.alone(paths.BUILD):
        swap.recover(html)
        key = book_key()
        try:
            last = json.loads(state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            last = {}
        if last.get("key") == key and last.get("pdf", False) >= pdf and (html / "index.html").is_file():
            say("Nothing has changed since the last build.")
            return last["summary"]

        start = time.perf_counter()
        folder, out, extra = paths.BUILD / "stage", paths.BUILD / "out", paths.BUILD / "extra"
        entries_file, shown_file, log = paths.BUILD / "entries.json", paths.BUILD / "shown.json", paths.BUILD / "typeset.log"
        with typesetter(folder, out, entries_file, log, pdf=pdf) as process:
            say("Checking the register, the bibliography and the data")
            numbers, pages = check(keep=True)
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
            entries = site_entries.load(entries_file)
            parts = {f"notebooks/{page}": parts_of(page, content, entries) for page, content in contents.items()}
            shown_file.write_text(json.dumps(parts, ensure_ascii=False), encoding="utf-8")
            stage(executed, entries, folder, extra)
            works = bibliography.load()
            (extra / "to-verify.csv").write_text(todo.as_csv(todo.entries(entries.values(), numbers, works, notebooks)), encoding="utf-8")

            def downloads() -> None:
                citations(parts, extra / "downloads")
                export.write(contents, entries, extra, paths.BUILD / "executed", int(epoch()))

            # No page depends on what is in a download: they are made while the typesetter runs.
            with ThreadPoolExecutor(1) as beside:
                say("Typesetting, and making the downloads")
                made = beside.submit(downloads)
                typeset_site = typeset(process, folder, out, log, rests_on=basis(entries_file, shown_file, pdf=pdf))
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
