"""Many reconstructed data sets, one estimate on each: range, values and the extremal data sets themselves.

`ensemble` draws data sets with `reconstruct(rng)`, applies `estimate(data)` to each and keeps the numbers, never the
data sets. Draw i has a random generator of its own (`generator`), made from the seed and i alone. Hence the result is
the same for any number of workers and any order in which they finish, any draw can be repeated on its own, and finished
batches can be kept in a folder and a broken-off run continued. On one machine joblib spreads the batches over processes
(``workers``). On a Dask cluster only the context changes::

    with dask.distributed.Client(address), joblib.parallel_config("dask"): ...

Memory does not grow with the number of draws: range and extremal draws are exact over all of them, single values are
those of the first `QUANTILE_DRAWS`. A range over draws is inside the range over all compatible data sets; how far the
latter goes beyond it is unknown unless the reconstruction enumerates.

References: O'Neill (2014), PCG, Harvey Mudd College HMC-CS-2014-0905 (the generator). Child i of a seed is numpy's
SeedSequence(seed, spawn_key=(i,)), the one that SeedSequence.spawn gives.
"""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from restated.arguments import Floats, Ints, is_whole
from restated.errors import RestatedError

BATCH = 100  #: Draws handed to a worker at a time, and kept or lost together
#: Quantiles come from at most this many draws: a standard error of at most 0.16 percentage points of a share.
QUANTILE_DRAWS = 100_000
#: Relative difference at which a repeated draw gives the kept numbers: libraries change their last bits only.
SAME_DRAW = 1e-9
PROGRESS_STEPS = 20  #: Steps of the progress bar
_MANIFEST = "ensemble.json"
_Part: TypeAlias = tuple[int, tuple[str, ...], Floats]  #: First draw of a batch, names and values


class Extreme(NamedTuple):
    """The draw in which a quantity was smallest or largest (the first one, if several)."""

    value: float
    draw: int
    data: Any  # the data set, as returned by `reconstruct`


@dataclass(frozen=True)
class Ensemble:
    """Result of `ensemble`, by quantity.

    `low`, `high`: extremes, without quantities that were nan in every draw. `undefined`: draws in which a quantity was
    nan; they do not enter the range. `values`: the quantities of the first `QUANTILE_DRAWS` draws, indexed by draw.
    """

    low: dict[str, Extreme]
    high: dict[str, Extreme]
    undefined: dict[str, int]
    values: pd.DataFrame


def generator(seed: int, draw: int) -> np.random.Generator:
    """Return the random generator of one draw: ``reconstruct(generator(seed, draw))`` repeats its data set."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,)))


def ensemble(
    reconstruct: Callable[[np.random.Generator], Any],
    estimate: Callable[[Any], Mapping[str, Any]],
    *,
    draws: int,
    seed: int,
    workers: int | None = None,
    batched: bool = False,
    keep: Path | str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ensemble:
    """Estimate the same quantities on many reconstructed data sets.

    `reconstruct` takes a `numpy.random.Generator`, its only source of chance, and returns a data set. `estimate` takes
    a data set and returns a mapping of names to numbers, the same names for every data set, nan where a quantity is
    undefined; if `batched`, a list of data sets and arrays of that length. `draws`, `seed`: number of data sets, seed
    of all chance. `workers`: processes, -1 for one a processor; by default one, or as set by
    ``joblib.parallel_config``. `keep`: folder in which every finished batch is saved by the worker that finished it; a
    later call continues from there, also with more draws. `progress`: is given a line of text with a bar at each
    twentieth of the work.

    Raises a RestatedError if a number is out of range, a draw fails (the message names it), the names change between
    data sets, a worker was killed, or `keep` holds draws of another ensemble.
    """
    if not is_whole(draws) or draws < 1:
        raise RestatedError(f"the number of draws {draws!r} is not a positive whole number", field="draws")
    if not is_whole(seed) or seed < 0:
        raise RestatedError(f"the seed {seed!r} is not a whole number of 0 or more", field="seed")
    if workers == 0 or not (workers is None or is_whole(workers)):
        raise RestatedError(f"the number of workers {workers!r} is not a whole number other than 0", field="workers")
    task = _Task(reconstruct, estimate, seed, batched)
    tally = _Tally(draws, progress)
    folder = None if keep is None else _open(Path(keep), seed)
    done = set() if folder is None else _continue(task, tally, folder)
    try:
        for start, names, values in _compute(task, draws, done, workers, folder):
            tally.add(start, names, values)
    except TerminatedWorkerError as error:
        again = "Run again with the same folder to continue"
        remedy = again if folder else "Give a folder as keep, so that finished batches stay"
        raise RestatedError("a worker process was killed", remedy=remedy) from error
    return tally.result(task)


class _Task(NamedTuple):
    reconstruct: Callable[[np.random.Generator], Any]
    estimate: Callable[[Any], Mapping[str, Any]]
    seed: int
    batched: bool

    def data(self, draw: int) -> Any:
        return self.reconstruct(generator(self.seed, draw))

    def run(self, start: int, stop: int) -> tuple[tuple[str, ...], Floats]:
        """Names and values, shape (stop - start, quantities), of some draws."""
        if self.batched:
            sets = [self._attempt(self.data, draw, draw) for draw in range(start, stop)]
            found = self._attempt(self.estimate, sets, start)
            values = np.column_stack([np.asarray(column, dtype=float) for column in _mapping(found).values()])
            if len(values) != stop - start:
                raise RestatedError(f"the estimate returned {len(values)} numbers for {stop - start} data sets")
            return tuple(found), values
        names: tuple[str, ...] = ()
        rows = []
        for draw in range(start, stop):
            found = _mapping(self._attempt(lambda i: self.estimate(self.data(i)), draw, draw))
            names = names or tuple(found)
            _same(names, tuple(found), draw)
            rows.append([float(value) for value in found.values()])
        return names, np.array(rows)

    def _attempt(self, function: Callable[[Any], Any], argument: object, draw: int) -> Any:
        try:
            return function(argument)
        except Exception as error:
            where = f"the draws from {draw} on" if self.batched and function is self.estimate else f"draw {draw}"
            remedy = f"Repeat the data set with generator({self.seed}, {draw})"
            raise RestatedError(f"{where} failed: {error}", remedy=remedy) from error


def _mapping(found: object) -> Mapping[str, Any]:
    if not isinstance(found, Mapping) or not found:
        raise RestatedError(f"the estimate returned {type(found).__name__}, not a mapping of names to numbers")
    return found


def _same(names: tuple[str, ...], others: tuple[str, ...], draw: int) -> None:
    if names != others:
        problem = f"draw {draw} has the quantities {', '.join(others)}, earlier draws have {', '.join(names)}"
        raise RestatedError(problem, remedy="Return the same names in the same order, nan where one is undefined")


def _part(task: _Task, start: int, stop: int, folder: Path | None) -> _Part:
    """Compute a batch in a worker and, where asked, save it at once."""
    names, values = task.run(start, stop)
    if folder is not None and folder.is_dir():  # a worker on another machine may not see the folder
        _write(folder, start, names, values)
    return start, names, values


def _compute(task: _Task, draws: int, done: set[int], workers: Any, folder: Path | None) -> Iterator[_Part]:
    """Batches that are not done yet, in the order in which they are finished."""
    # A generator: joblib asks for the next few tasks only, so that their number takes no memory.
    parts = ((start, min(start + BATCH, draws)) for start in range(0, draws, BATCH) if start not in done)
    pool = Parallel(n_jobs=workers, return_as="generator_unordered")
    for start, names, values in pool(delayed(_part)(task, *part, folder) for part in parts):
        if folder is not None and not _path(folder, start).exists():
            _write(folder, start, names, values)
        yield start, names, values


class _Tally:
    """Running range and first draws: all that is held in memory."""

    first: Floats
    ends: dict[int, list[tuple[float, int]]]  # by sign: (sign * value, draw), least first
    undefined: Ints

    def __init__(self, draws: int, progress: Callable[[str], None] | None) -> None:
        self.draws, self.progress = draws, progress
        self.done = 0
        self.names: tuple[str, ...] = ()

    def add(self, start: int, names: tuple[str, ...], values: Floats) -> None:
        if not self.names:
            self.names = names
            self.first = np.full((min(self.draws, QUANTILE_DRAWS), len(names)), np.nan)
            self.ends = {sign: [(math.inf, self.draws)] * len(names) for sign in (1, -1)}
            self.undefined = np.zeros(len(names), dtype=np.int64)
        _same(self.names, names, start)
        self.first[start : start + len(values)] = values[: max(0, len(self.first) - start)]
        unknown = np.isnan(values)
        self.undefined += unknown.sum(axis=0)
        for sign, ends in self.ends.items():
            signed = np.where(unknown, np.inf, sign * values)
            # Among equal values the earliest draw counts, whichever batch came in first.
            found = zip(signed.min(axis=0).tolist(), (start + signed.argmin(axis=0)).tolist(), strict=True)
            ends[:] = map(min, ends, found)
        before, self.done = self.done, self.done + len(values)
        step = PROGRESS_STEPS * self.done // self.draws
        if self.progress is not None and step > PROGRESS_STEPS * before // self.draws:
            drawn = "█" * step + "░" * (PROGRESS_STEPS - step)
            self.progress(f"{drawn} {self.done:,} of {self.draws:,} draws")

    def result(self, task: _Task) -> Ensemble:
        def extremes(sign: int) -> dict[str, Extreme]:
            return {
                name: Extreme(sign * value, draw, task.data(draw))
                for name, (value, draw), gone in zip(self.names, self.ends[sign], self.undefined, strict=True)
                if gone < self.done
            }

        undefined = dict(zip(self.names, self.undefined.tolist(), strict=True))
        values = pd.DataFrame(self.first, columns=list(self.names)).rename_axis("draw")
        return Ensemble(extremes(1), extremes(-1), undefined, values)


def _open(folder: Path, seed: int) -> Path:
    """Make the folder, or check that its draws have the same seed and batch size."""
    folder = folder.resolve()  # workers may run elsewhere
    wanted = {"seed": seed, "batch": BATCH}
    manifest = folder / _MANIFEST
    if manifest.exists():
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
        except ValueError:
            found = None
        if found != wanted:
            problem = f"the folder keeps draws of another ensemble ({found})"
            raise RestatedError(problem, file=manifest, remedy="Give an empty folder")
        return folder
    if folder.exists() and any(folder.iterdir()):
        raise RestatedError("the folder holds other files", file=folder, remedy="Give an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    _replace(manifest, lambda path: path.write_text(json.dumps(wanted), encoding="utf-8"))
    return folder


def _path(folder: Path, start: int) -> Path:
    return folder / f"draws-{start:09d}.npz"


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write to a temporary file and rename it, so that a file is complete or absent."""
    part = path.with_name(f"{path.stem}.{os.getpid()}.part{path.suffix}")
    write(part)
    os.replace(part, path)


def _write(folder: Path, start: int, names: tuple[str, ...], values: Floats) -> None:
    _replace(_path(folder, start), lambda path: np.savez(path, names=np.array(names), values=values))


def _continue(task: _Task, tally: _Tally, folder: Path) -> set[int]:
    """Add the kept batches to the tally and return their first draws."""
    done: set[int] = set()
    for start in range(0, tally.draws, BATCH):
        path = _path(folder, start)
        if not path.exists():
            continue
        with np.load(path) as stored:
            names, values = tuple(str(name) for name in stored["names"]), stored["values"]
        wanted = min(BATCH, tally.draws - start)
        if len(values) < wanted:  # the last batch of a shorter run
            path.unlink()
            continue
        if not done:
            _compare(task, folder, start, names, values[0])
        tally.add(start, names, values[:wanted])
        done.add(start)
    return done


def _compare(task: _Task, folder: Path, draw: int, names: tuple[str, ...], values: Floats) -> None:
    """Repeat one kept draw: other numbers mean another reconstruction or estimate."""
    again, found = task.run(draw, draw + 1)
    if again != names or not np.allclose(found[0], values, rtol=SAME_DRAW, atol=SAME_DRAW, equal_nan=True):
        problem = f"draw {draw} kept in the folder has other numbers than it has now"
        remedy = "Reconstruction or estimate have changed: give an empty folder"
        raise RestatedError(problem, file=folder, remedy=remedy)
