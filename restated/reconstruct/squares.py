"""k x k tables compatible with printed margins and a printed agreement or kappa.

With both margins given, agreement and kappa depend on the sum of the diagonal alone. `square_tables` lists every table
where that is feasible and otherwise samples evenly from all of them; the result names the method.

References
----------
Diaconis & Gangolli (1995), in Discrete probability and algorithms, 15-41 (2 x 2 switches connect all tables with given
margins and give the uniform distribution).
Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16, 667-718 (split R-hat).
Geyer (1992), Statistical Science 7, 473-483 (initial positive sequence for the effective sample size).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from restated.arguments import Ints
from restated.errors import RestatedError
from restated.intervals import Constraint, closed_interval, integer_range, scaled
from restated.reconstruct.enumeration import Exhaustive, ragged_ranges

# Partial tables held at once during enumeration; above it the sampler takes over. A 4 x 4 table takes 128 bytes.
MAX_TABLES = 1_000_000
# Chains started apart, and moves between two kept tables for each way to choose two rows and two columns.
CHAINS = 64
MOVES_BETWEEN = 2
# Tables kept per chain even if fewer are asked for: the diagnostics compare halves of chains.
LEAST_PER_CHAIN = 8
# Longest short step beyond the width of the wanted range; any value from 1 connects.
SHORT_STEP = 2
# Share of the kept run that is spent first and thrown away.
WARM_UP = 0.5
# Rounds allowed for each that would be needed if chains never left the range; they are inside far more often than that.
PATIENCE = 20
# How strongly the diagonal is drawn back to the wanted range: probability falls by e^-PULL for each case outside. The
# value decides how often chains leave the range, not the distribution inside it.
PULL = 1.0


@dataclass(frozen=True)
class SquareSet(Exhaustive):
    """k x k tables compatible with printed numbers.

    `tables` (ndarray of int, shape (m, k, k)): rows are the first, columns the second classification. `method` (str):
    'exhaustive': all tables; 'sampled': even draws from all tables, so that a range over them is an inner range.
    `diagonal` (tuple of int): smallest and largest sum of the diagonal that fits the printed numbers. `r_hat`,
    `effective` (float): for a sample: the worst split R-hat and the smallest effective sample size over the cells; 1
    and m for a list.
    """

    tables: Ints
    method: str
    diagonal: tuple[int, int]
    r_hat: float
    effective: float
    noun, asked = "integer table", "the margins and the printed agreement or kappa"

    @property
    def identified(self) -> bool:
        """All tables are listed and there is exactly one."""
        return self.method == "exhaustive" and len(self) == 1

    def range(self, function: Callable[[Ints], ArrayLike]) -> tuple[float, float]:
        """Return the smallest and largest value of ``function(tables)`` over the tables where it is not nan."""
        if self.empty:
            raise RestatedError(self.message)
        values = np.asarray(function(self.tables), dtype=float)
        return float(np.nanmin(values)), float(np.nanmax(values))


def square_tables(
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    agreement: Constraint | None = None,
    kappa: Constraint | None = None,
    draws: int = 4000,
    seed: int = 0,
) -> SquareSet:
    """List all k x k tables with given margins and a printed agreement or kappa, or sample them evenly.

    Raises a RestatedError if the margins are not counts or differ in length or total.

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

    Notes
    -----
    Enumeration fills cells one after the other between the limits that the margins leave. The sampler chooses two rows
    and two columns and moves cases around the four cells (a switch); this connects all tables with these margins.
    Tables with a diagonal outside the wanted range are visited with falling probability and not kept, because inside
    the range alone switches need not connect; among the kept tables the distribution is uniform. Read `r_hat` (at most
    1.05 or so) and `effective` before using a sample.
    """
    rows, columns = _square(rows, columns)
    diagonal = _diagonal_range(rows, columns, agreement, kappa)
    tables = _enumerate(rows, columns, diagonal)
    if tables is not None:
        return SquareSet(tables, "exhaustive", diagonal, 1.0, float(len(tables)))
    chains = _sample(rows, columns, diagonal, draws, seed)
    r_hat, effective = _diagnose(chains)
    k = len(rows)
    return SquareSet(chains.reshape(-1, k, k), "sampled", diagonal, r_hat, effective)


def diagonals(
    rows: ArrayLike, columns: ArrayLike, *, agreement: Constraint | None = None, kappa: Constraint | None = None
) -> tuple[Ints, float]:
    """Return the sums of the diagonal that fit, one for each table, and how many tables there are.

    Where there are too many tables to list, all whole numbers between the limits of the sum, and nan.
    """
    rows, columns = _square(rows, columns)
    first, last = _diagonal_range(rows, columns, agreement, kappa)
    tables = _enumerate(rows, columns, (first, last))
    if tables is not None:
        return tables.trace(axis1=1, axis2=2), float(len(tables))
    if last - first > MAX_TABLES:
        raise RestatedError(f"{last - first + 1} sums of the diagonal are too many to list")
    return np.arange(first, last + 1), float("nan")


def _square(rows: ArrayLike, columns: ArrayLike) -> tuple[Ints, Ints]:
    rows, columns = _margins(rows, "rows"), _margins(columns, "columns")
    if len(rows) != len(columns) or rows.sum() != columns.sum():
        first, second = (f"({len(x)} categories, {x.sum()} cases)" for x in (rows, columns))
        problem = f"rows {first} and columns {second} do not belong to one square table"
        raise RestatedError(problem, field="rows, columns")
    return rows, columns


def _margins(values: ArrayLike, name: str) -> Ints:
    given = np.asarray(values)
    numbers = given.dtype.kind in "iuf" and given.ndim == 1 and len(given) >= 2
    if not numbers or not np.isfinite(given).all() or np.any(given < 0) or np.any(given % 1 != 0):
        raise RestatedError("margins are at least two whole, non-negative counts", field=name)
    if given.sum() == 0:
        raise RestatedError("the margins are all zero", field=name)
    return given.astype(np.int64)


def _diagonal_range(
    rows: Ints, columns: Ints, agreement: Constraint | None, kappa: Constraint | None
) -> tuple[int, int]:
    """Sums of the diagonal that fit; first above last when there is none."""
    n = int(rows.sum())
    first, last = 0, int(np.minimum(rows, columns).sum())
    if agreement is not None:
        ends = scaled(closed_interval(agreement, "agreement"), Fraction(n, 100))
        first, last = integer_range(*ends, first, last)
    if kappa is not None:
        chance = Fraction(int((rows * columns).sum()), n * n)
        if chance == 1:
            return 1, 0  # kappa is undefined, so no table has the printed one
        ends = scaled(closed_interval(kappa, "kappa"), (1 - chance) * n, chance * n)
        first, last = integer_range(*ends, first, last)
    return first, last


def _enumerate(rows: Ints, columns: Ints, diagonal: tuple[int, int]) -> Ints | None:
    """All tables, or None when more than `MAX_TABLES` partial ones would have to be held."""
    k = len(rows)
    tables = np.zeros((1, k, k), dtype=np.int64)
    if diagonal[0] > diagonal[1]:
        return tables[:0]
    left = columns[None, :]
    for i in range(k):
        row_left = np.full(len(tables), rows[i])
        for j in range(k):
            first = np.maximum(0, row_left - left[:, j + 1 :].sum(axis=1))
            length = np.minimum(row_left, left[:, j]) - first + 1
            if length.sum() > MAX_TABLES * min(1, 16 / k**2):
                return None
            x = ragged_ranges(first, length)
            tables, left, row_left = (np.repeat(part, length, axis=0) for part in (tables, left, row_left))
            tables[:, i, j] = x
            left[:, j] -= x
            row_left = row_left - x
        so_far = tables.trace(axis1=1, axis2=2)
        still = np.minimum(left[:, i + 1 :], rows[i + 1 :]).sum(axis=1)
        keep = (so_far <= diagonal[1]) & (so_far + still >= diagonal[0])
        tables, left = tables[keep], left[keep]
    return tables


def _sample(rows: Ints, columns: Ints, diagonal: tuple[int, int], draws: int, seed: int) -> Ints:
    """Even draws, shape (chains, kept per chain, k, k)."""
    rng = np.random.default_rng(seed)
    k = len(rows)
    tables = np.stack([_start(rows, columns, rng) for _ in range(CHAINS)])
    sweep = MOVES_BETWEEN * (k * (k - 1) // 2) ** 2
    per_chain = max(LEAST_PER_CHAIN, -(-draws // CHAINS))
    kept: list[list[Ints]] = [[] for _ in range(CHAINS)]
    # Chains are kept in step: a chain outside the range gives nothing in that round, and rounds go on until all are
    # full.
    warm_up = int(WARM_UP * per_chain) + 1
    for round_ in range(PATIENCE * (warm_up + per_chain) + 1):
        for _ in range(sweep):
            _move(tables, diagonal, rng)
        if round_ < warm_up:
            continue
        for chain in np.flatnonzero(_outside(tables, diagonal) == 0):
            if len(kept[chain]) < per_chain:
                kept[chain].append(tables[chain].copy())
        if min(map(len, kept)) == per_chain:
            return np.array(kept)
    problem = "the sampler does not reach the printed agreement or kappa with these margins"
    raise RestatedError(problem, remedy="Check the margins: there may be no such table")


def _start(rows: Ints, columns: Ints, rng: np.random.Generator) -> Ints:
    """Match the cases of the first classification with shuffled ones of the second: a random table."""
    k = len(rows)
    table = np.zeros((k, k), dtype=np.int64)
    np.add.at(table, (np.repeat(np.arange(k), rows), rng.permutation(np.repeat(np.arange(k), columns))), 1)
    return table


def _outside(tables: Ints, diagonal: tuple[int, int]) -> Ints:
    trace = tables.trace(axis1=1, axis2=2)
    outside: Ints = np.maximum(0, np.maximum(diagonal[0] - trace, trace - diagonal[1]))
    return outside


def _move(tables: Ints, diagonal: tuple[int, int], rng: np.random.Generator) -> None:
    """Two symmetric Metropolis steps in every chain, in place: a short one that connects, and a long one that mixes.

    The short step is a switch by a few cases. The long one combines two switches so that the diagonal stays as it is,
    and goes anywhere on that line with equal probability.
    """
    chains, k, _ = tables.shape
    first, second = _switches(k, chains, rng), _switches(k, chains, rng)
    reach = SHORT_STEP + diagonal[1] - diagonal[0]
    _step(tables, first, np.asarray(rng.integers(-reach, reach + 1, chains)), diagonal, rng)
    effect_1, effect_2 = (switch.trace(axis1=1, axis2=2)[:, None, None] for switch in (first, second))
    line = np.where((effect_1 == 0) & (effect_2 == 0), first, effect_2 * first - effect_1 * second)
    line //= np.maximum(1, np.gcd(effect_1, effect_2))
    _step(tables, line, _anywhere_on(line, tables, rng), diagonal, rng)


def _switches(k: int, chains: int, rng: np.random.Generator) -> Ints:
    """A random switch for each chain, shape (chains, k, k): 1 and -1 at the corners of a rectangle."""
    every = np.arange(chains)
    (i, p), (j, q) = _two_of(k, chains, rng), _two_of(k, chains, rng)
    switch = np.zeros((chains, k, k), dtype=np.int64)
    switch[every, i, j] = switch[every, p, q] = 1
    switch[every, i, q] = switch[every, p, j] = -1
    return switch


def _anywhere_on(line: Ints, tables: Ints, rng: np.random.Generator) -> Ints:
    """A number of steps along each line, even over all that leave no cell negative; 0 for a line without direction."""
    furthest = tables.sum(axis=(1, 2))[:, None, None]
    steps = tables // np.maximum(1, np.abs(line))
    down = np.where(line > 0, steps, furthest).min(axis=(1, 2))
    up = np.where(line < 0, steps, furthest).min(axis=(1, 2))
    return np.where((line != 0).any(axis=(1, 2)), rng.integers(-down, up + 1), 0)


def _step(tables: Ints, direction: Ints, steps: Ints, diagonal: tuple[int, int], rng: np.random.Generator) -> None:
    moved = tables + steps[:, None, None] * direction
    fall = _outside(tables, diagonal) - _outside(moved, diagonal)
    accept = (moved >= 0).all(axis=(1, 2)) & (rng.random(len(tables)) < np.exp(np.minimum(0.0, PULL * fall)))
    tables[accept] = moved[accept]


def _two_of(k: int, size: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    first = rng.integers(0, k, size)
    return first, (first + rng.integers(1, k, size)) % k


def _diagnose(chains: Ints) -> tuple[float, float]:
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
        pairs = rho[: half - half % 2].reshape(-1, 2).sum(axis=1)
        stop = np.argmax(pairs < 0) if np.any(pairs < 0) else len(pairs)
        smallest = min(smallest, 2 * count * half / max(1.0, 2 * float(pairs[:stop].sum()) - 1))
    return r_hat, smallest
