"""Execute the notebooks whose inputs have changed, several at a time."""

import asyncio
import json
import os
import time
from pathlib import Path

import nbformat

from restated_book import freshness, outputs, paths, provenance
from restated_book.build import fork, outputcheck, run, swap
from restated_book.build.environment import environment
from restated_book.build.places import say
from restated_book.export.pictures import pictures_of

RESTS_ON = "restated"  #: Key in the metadata of an executed notebook: fingerprints of what its outputs rest on


async def _execute(notebook: Path, target: Path, sources: freshness.Sources, zygote: fork.Zygote) -> list[str]:
    """Run `notebook` into the executed notebook `target`, its pictures next to it; return what was not observed."""
    pictures, drawn = pictures_of(target), target.with_suffix(".drawn")
    swap.clear(drawn)
    # A kernel outlives a killed build by a moment, and may still be drawing into the folder.
    drawn.mkdir(parents=True, exist_ok=True)
    # Before it runs: what its author changes meanwhile is not in the outputs.
    text = freshness.digest(notebook.read_bytes())
    content = await run.run(notebook, drawn, zygote=zygote)
    outputcheck.check(content, notebook)
    content.metadata[RESTS_ON] = {"text": text, **_rests_on(content, sources)}
    swap.clear(pictures)
    drawn.rename(pictures)
    _write(content, target)
    return provenance.traced(content)["unobserved"]


def _rests_on(content, sources: freshness.Sources) -> dict:
    """Return what the outputs of an executed notebook rest on apart from its code, as it is now."""
    return {"environment": sources.environment, "read": sources.state(provenance.traced(content))}


def _write(content, target: Path) -> None:
    """Write an executed notebook; never half of it."""
    partial = target.with_suffix(".partial")
    nbformat.write(content, partial)
    partial.replace(target)


def refreshed(notebook: Path, target: Path, sources: freshness.Sources) -> bool:
    """Put changed prose around the outputs of unchanged code; return False where the notebook has to be run.

    It never was, its code, environment or something it read has changed, a picture is missing, or a read is unobserved.
    """
    try:
        content = json.loads(target.read_text(encoding="utf-8"))
        noted = dict(content["metadata"][RESTS_ON])
        text = noted.pop("text")
        if noted != _rests_on(content, sources) or provenance.traced(content)["unobserved"]:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    drawn = (f"{shown['id']}.png" for shown in outputs.shown(content) if shown["kind"] == "figure")
    if not all((pictures_of(target) / name).is_file() for name in drawn):
        return False
    now = freshness.digest(notebook.read_bytes())
    if text == now:
        return True

    new, old = run.read(notebook), nbformat.from_dict(content)
    written, ran = ([cell for cell in book.cells if cell.cell_type == "code"] for book in (new, old))
    *ran, hand_over = ran
    if freshness.code(written) != freshness.code(ran):
        return False
    for cell, before in zip(written, ran, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    new.cells.append(hand_over)
    # Of the metadata only this comes from the kernel; the rest is front matter, of which nothing old may remain.
    new.metadata = nbformat.from_dict(
        {**new.metadata, "language_info": old.metadata["language_info"], RESTS_ON: {"text": now, **noted}}
    )
    run.set_ids(new)
    _write(new, target)
    return True


class _Loop(asyncio.SelectorEventLoop):
    """A loop that refuses Ctrl-C, as on Windows, and so leaves it to the build: a client would end only its kernel."""

    def add_signal_handler(self, *_) -> None:  # type: ignore[override]
        raise NotImplementedError


def execute(notebooks: list[Path], folder: Path, zygote: fork.Zygote) -> list[Path]:
    """Execute `notebooks` whose inputs changed, as many at once as there are cores; return all executed in order."""
    targets = [folder / f"{n.stem}.ipynb" for n in notebooks]
    sources = freshness.Sources(environment())
    due = [pair for pair in zip(notebooks, targets, strict=True) if not refreshed(*pair, sources)]
    # The longest first, so that at the end no core waits for one that was started late.
    due.sort(key=lambda pair: pair[0].stat().st_size, reverse=True)
    say(f"Notebooks: {len(due)} to execute, {len(notebooks) - len(due)} unchanged")

    async def all_due() -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        gate = asyncio.Semaphore(cores or 1)
        done = 0

        async def one(notebook, target):
            nonlocal done
            async with gate:
                start = time.perf_counter()
                say(f"  … {paths.shown(notebook)}")
                unobserved = await _execute(notebook, target, sources, zygote)
                done += 1
                say(f"  [{done} of {len(due)}] {paths.shown(notebook)} {time.perf_counter() - start:.1f} s")
                if unobserved:
                    say(f"      is run in every build: what {', '.join(unobserved)} reads cannot be observed")

        tasks = [asyncio.create_task(one(*d)) for d in due]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # A client that is cancelled while a cell runs reports that its kernel died.
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from None
            raise

    if len(due) > 1:
        zygote.start()
    if due:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(all_due())
    return targets
