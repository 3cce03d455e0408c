"""Executing the notebooks whose inputs have changed, several at a time."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from restated.errors import RestatedError
from restated_book import freshness, outputs, paths, provenance
from restated_book.build import kernel, swap
from restated_book.epoch import epoch
from restated_book.export.pictures import pictures_of
from restated_book.sources import files

#: A notebook that runs longer than this hangs: the whole book is meant to build within a minute.
NOTEBOOK_SECONDS = 600


#: A kernel is given a free port, which another program may take before it does: rare, and in a book of hundreds of notebooks not rare
#: enough. Three times in a row it is no chance.
KERNEL_STARTS = 3


#: Key in the metadata of an executed notebook: fingerprints of what its outputs rest on.
RESTS_ON = "restated"


def environment() -> dict[str, str]:
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

    content = _read(notebook)
    content.cells.append(nbformat.v4.new_code_cell(outputs.HAND_OVER, metadata={"tags": ["remove-cell"]}))
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

    env = environment() | ({outputs.PICTURES: str(pictures)} if pictures else {})
    # What a kernel says outside its cells: the reason why it does not start, or that it was stopped, which is no news.
    with tempfile.TemporaryFile() as told:
        try:
            await client.async_execute(env=env, stderr=told)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            if client.flooded:
                raise RestatedError(
                    f"{_first(client.flooded)} puts out more than {kernel.MOST_OUTPUT / 1e6:.0f} MB",
                    file=notebook,
                    remedy="Let it print less: it may not come to an end",
                ) from None
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
            raise RestatedError(
                f"its kernel did not start: {reason}",
                file=notebook,
                remedy=f"try `{sys.executable} -m ipykernel_launcher`",
            ) from error
    for cell in content.cells:
        cell.metadata.pop("execution", None)
    _number(content)
    return content


def _read(notebook: Path):

    text = files.text(notebook)
    try:
        return jupytext.reads(text, fmt="md:myst")
    except Exception as error:
        raise RestatedError(
            f"the notebook cannot be read: {error}", file=notebook, remedy="Mend its front matter and its cells."
        ) from None


def _number(content) -> None:
    """Ids are random in nbformat; numbered ones keep two builds identical."""
    for i, cell in enumerate(content.cells):
        cell["id"] = f"cell-{i}"


async def _execute(notebook: Path, target: Path, sources: freshness.Sources) -> None:

    pictures, drawn = pictures_of(target), target.with_suffix(".drawn")
    swap.clear(drawn)
    # A kernel outlives a killed build by a moment, and may be drawing into it.
    drawn.mkdir(parents=True, exist_ok=True)
    # Taken before it runs: what its author changes meanwhile is not in the outputs.
    text = freshness.digest(notebook.read_bytes())
    content = await run(notebook, drawn)
    outputs.check_outputs(content, paths.shown(notebook))
    content.metadata[RESTS_ON] = {"text": text, **_rests_on(content, sources)}
    swap.clear(pictures)
    drawn.rename(pictures)
    _write(content, target)


def _rests_on(content, sources: freshness.Sources) -> dict:
    """What the outputs of an executed notebook rest on beside its code, as it is now."""
    return {"environment": sources.environment, "read": sources.state(provenance.traced(content))}


def _write(content, target: Path) -> None:

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

    try:
        content = json.loads(target.read_text(encoding="utf-8"))
        noted = dict(content["metadata"][RESTS_ON])
        text = noted.pop("text")
        if noted != _rests_on(content, sources):
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not all(
        (pictures_of(target) / f"{m['id']}.png").is_file() for m in outputs.shown(content) if m["kind"] == "figure"
    ):
        return False
    now = freshness.digest(notebook.read_bytes())
    if text == now:
        return True

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
        gate = asyncio.Semaphore(
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        )
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


def say(text: str) -> None:
    print(text, flush=True)
