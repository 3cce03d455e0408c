"""Which k x k tables can stand behind printed margins and a printed agreement or kappa?

With both margins given, agreement and kappa depend on the sum of the diagonal alone. `square_tables` lists every table
where that is feasible and otherwise samples evenly from all of them; the answer says which.

References
----------
Diaconis & Gangolli (1995), in Discrete probability and algorithms, 15-41 (2 x 2 switches connect all tables with given
margins and give the uniform distribution).
Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16, 667-718 (split R-hat).
Geyer (1992), Statistical Science 7, 473-483 (initial positive sequence for the effective sample size).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from restated.errors import RestatedError
from restated.reconstruct.counts import closed_interval, integer_range

# Partial tables held at once during enumeration; above it the sampler takes over. A 4 x 4 table takes 128 bytes.
MAX_TABLES = 1_000_000

# Sampler: chains started apart, and switches between two kept tables for each way to choose two rows and two columns.
CHAINS = 32
SWEEPS_BETWEEN = 4
# Share of the kept run that is spent first and thrown away.
WARM_UP = 0.5
# How strongly the diagonal is drawn back to the wanted range: probability falls by e^-PULL for each case outside. The
# value decides how often chains leave the range, not what is found inside it.
PULL = 1.0


@dataclass(frozen=True)
class SquareSet:
    """k x k tables compatible with printed numbers.

    Attributes
    ----------
    tables : ndarray of int, shape (m, k, k)
        Rows are the first, columns the second classification.
    method : str
        'exhaustive': all tables; 'sampled': even draws from all tables, so that a range over them is an inner range.
    diagonal : tuple of int
        Smallest and largest sum of the diagonal that fits the printed numbers.
    r_hat, effective : float
        For a sample: the worst split R-hat and the smallest effective sample size over the cells; 1 and m for a list.
    """

    tables: np.ndarray
    method: str
    diagonal: tuple[int, int]
    r_hat: float
    effective: float

    def __len__(self) -> int:
        return len(self.tables)

    @property
    def identified(self) -> bool:
        """All tables are listed and there is exactly one."""
        return self.method == "exhaustive" and len(self) == 1

    @property
    def empty(self) -> bool:
        """No table fits."""
        return len(self) == 0

    def range(self, function: Callable) -> tuple[float, float]:
        """Smallest and largest value of ``function(tables)``, ignoring tables where it is undefined (nan)."""
        if self.empty:
            raise RestatedError("no integer table fits the margins and the printed agreement or kappa")
        values = np.asarray(function(self.tables), dtype=float)
        return float(np.nanmin(values)), float(np.nanmax(values))


def square_tables(rows, columns, *, agreement=None, kappa=None, draws: int = 4000, seed: int = 0) -> SquareSet:
    """All k x k tables with given margins and a printed agreement or kappa, or an even sample of them.

    Parameters
    ----------
    rows, columns : sequence of int
        Margins, in the same order of categories.
    agreement : str, Printed, or pair of numbers, optional
        Sum of the diagonal in **percent** of n.
    kappa : str, Printed, or pair of numbers, optional
        Cohen's kappa, unweighted.
    draws, seed : int
        For the sampler.

    Returns
    -------
    SquareSet

    Raises
    ------
    RestatedError
        If the margins are no counts, differ in length or in total.

    Notes
    -----
    Enumeration fills cells one after the other between the limits that the margins leave, so that no partial table is a
    dead end but for the diagonal. The sampler chooses two rows and two columns and moves a number of cases, evenly over
    all the margins allow, around the four cells; this connects all tables with these margins. Tables with a diagonal
    outside the wanted range are visited with falling probability and not kept, because inside the range alone the switches
    need not connect; among the kept tables the distribution is uniform.
    """
    rows, columns = _margins(rows, "rows"), _margins(columns, "columns")
    if len(rows) != len(columns) or rows.sum() != columns.sum():
        raise RestatedError(
            f"rows ({len(rows)} categories, {rows.sum()} cases) and columns ({len(columns)} categories, {columns.sum()} "
            "cases) do not belong to one square table",
            field="rows, columns",
        )
    diagonal = _diagonal_range(rows, columns, agreement, kappa)
    tables = _enumerate(rows, columns, diagonal)
    if tables is not None:
        return SquareSet(tables, "exhaustive", diagonal, 1.0, float(len(tables)))
    chains = _sample(rows, columns, diagonal, draws, seed)
    r_hat, effective = _diagnose(chains)
    k = len(rows)
    return SquareSet(chains.reshape(-1, k, k), "sampled", diagonal, r_hat, effective)


def _margins(values, name) -> np.ndarray:
    given = np.asarray(values)
    counts = given.astype(np.int64) if given.dtype.kind in "iuf" else given
    if given.ndim != 1 or len(given) < 2 or given.dtype.kind not in "iuf" or np.any(counts != given) or counts.min() < 0:
        raise RestatedError("margins are at least two whole, non-negative counts", field=name)
    if counts.sum() == 0:
        raise RestatedError("the margins hold no case", field=name)
    return counts


def _diagonal_range(rows, columns, agreement, kappa) -> tuple[int, int]:
    """Sums of the diagonal that fit; first above last when there is none."""
    n = int(rows.sum())
    first, last = 0, int(np.minimum(rows, columns).sum())
    if agreement is not None:
        low, high = (None if x is None else x * n / 100 for x in closed_interval(agreement, "agreement"))
        first, last = integer_range(low, high, first, last)
    if kappa is not None:
        chance = Fraction(int((rows * columns).sum()), n * n)
        if chance == 1:
            return 1, 0  # kappa is undefined, so no table has the printed one
        ends = closed_interval(kappa, "kappa")
        low, high = (None if x is None else (x * (1 - chance) + chance) * n for x in ends)
        first, last = integer_range(low, high, first, last)
    return first, last


def _enumerate(rows, columns, diagonal) -> np.ndarray | None:
    """All tables, or None when more than `MAX_TABLES` partial ones would have to be held."""
    k = len(rows)
    tables = np.zeros((1, k, k), dtype=np.int64)
    if diagonal[0] > diagonal[1]:
        return tables[:0]
    left = np.tile(columns, (1, 1))
    for i in range(k):
        row_left = np.full(len(tables), rows[i])
        for j in range(k):
            first = np.maximum(0, row_left - left[:, j + 1 :].sum(axis=1))
            length = np.minimum(row_left, left[:, j]) - first + 1
            if length.sum() > MAX_TABLES:
                return None
            x = np.repeat(first, length) + np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
            tables, left, row_left = (np.repeat(part, length, axis=0) for part in (tables, left, row_left))
            tables[:, i, j] = x
            left[:, j] -= x
            row_left = row_left - x
        so_far = tables.trace(axis1=1, axis2=2)
        still = np.minimum(left[:, i + 1 :], rows[i + 1 :]).sum(axis=1)
        keep = (so_far <= diagonal[1]) & (so_far + still >= diagonal[0])
        tables, left = tables[keep], left[keep]
    return tables


def _sample(rows, columns, diagonal, draws, seed) -> np.ndarray:
    """Even draws, shape (chains, kept per chain, k, k)."""
    rng = np.random.default_rng(seed)
    k = len(rows)
    tables = np.stack([_start(rows, columns, rng) for _ in range(CHAINS)])
    sweep = SWEEPS_BETWEEN * (k * (k - 1) // 2) ** 2
    per_chain = -(-draws // CHAINS)
    kept = [[] for _ in range(CHAINS)]
    # Chains are kept in step: a chain outside the range gives nothing in that round, and rounds go on until all are full.
    rounds = 0
    warm_up = int(WARM_UP * per_chain) + 1
    while min(map(len, kept)) < per_chain:
        for _ in range(sweep):
            _switch(tables, diagonal, rng)
        rounds += 1
        if rounds <= warm_up:
            continue
        inside = _outside(tables, diagonal) == 0
        for chain in np.flatnonzero(inside):
            if len(kept[chain]) < per_chain:
                kept[chain].append(tables[chain].copy())
        if rounds > 1000 * (warm_up + per_chain):
            raise RestatedError("the sampler does not reach the printed agreement or kappa")
    return np.array(kept)


def _start(rows, columns, rng) -> np.ndarray:
    """A random table with these margins: cases of the first classification matched with shuffled ones of the second."""
    k = len(rows)
    table = np.zeros((k, k), dtype=np.int64)
    np.add.at(table, (np.repeat(np.arange(k), rows), rng.permutation(np.repeat(np.arange(k), columns))), 1)
    return table


def _outside(tables, diagonal) -> np.ndarray:
    trace = tables.trace(axis1=1, axis2=2)
    return np.maximum(0, np.maximum(diagonal[0] - trace, trace - diagonal[1]))


def _switch(tables, diagonal, rng) -> None:
    """One switch in every chain, in place."""
    chains, k, _ = tables.shape
    every = np.arange(chains)
    i, p = _two_of(k, chains, rng)
    j, q = _two_of(k, chains, rng)
    a, b, c, d = tables[every, i, j], tables[every, i, q], tables[every, p, j], tables[every, p, q]
    x = rng.integers(-np.minimum(a, d), np.minimum(b, c) + 1)
    before = _outside(tables, diagonal)
    moved = tables.copy()
    for row, column, sign in ((i, j, 1), (i, q, -1), (p, j, -1), (p, q, 1)):
        moved[every, row, column] += sign * x
    accept = rng.random(chains) < np.exp(np.minimum(0.0, PULL * (before - _outside(moved, diagonal))))
    tables[accept] = moved[accept]


def _two_of(k, size, rng) -> tuple[np.ndarray, np.ndarray]:
    first = rng.integers(0, k, size)
    return first, (first + rng.integers(1, k, size)) % k


def _diagnose(chains) -> tuple[float, float]:
    """Worst split R-hat and smallest effective sample size over the cells."""
    count, length = chains.shape[:2]
    half = length // 2
    flat = chains.reshape(count, length, -1).astype(float)
    split = np.concatenate([flat[:, :half], flat[:, half : 2 * half]])
    within = split.var(axis=1, ddof=1).mean(axis=0)
    pooled = (half - 1) / half * within + split.mean(axis=1).var(axis=0, ddof=1)
    moving = pooled > 0  # a cell that is the same in all tables has nothing to mix
    if not moving.any():
        return 1.0, float(count * length)
    with np.errstate(divide="ignore"):
        r_hat = float(np.sqrt(pooled[moving] / within[moving]).max())
    centred = split - split.mean(axis=1, keepdims=True)
    smallest = float(2 * count * half)
    for cell in np.flatnonzero(moving):
        x = centred[:, :, cell]
        covariance = [np.mean(np.sum(x[:, lag:] * x[:, : half - lag], axis=1) / half) for lag in range(half)]
        rho = 1 - (within[cell] - np.array(covariance)) / pooled[cell]
        pairs = rho[1::2][: len(rho[2::2])] + rho[2::2]
        stop = np.argmax(pairs < 0) if np.any(pairs < 0) else len(pairs)
        smallest = min(smallest, 2 * count * half / max(1.0, 1 + 2 * float(pairs[:stop].sum())))
    return r_hat, smallest
