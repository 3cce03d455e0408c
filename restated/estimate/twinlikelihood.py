"""Likelihoods of twin data as functions of the two twin correlations, and the search for their maximum.

All information of twin data on genes and environment passes through (r_mz, r_dz), the correlations of identical and
fraternal twins. Thresholds, or the variance, are maximised out exactly, which leaves a function of two variables over a
triangle, whose corners are the pure components and the origin. The maximum is found on its edges (one variable each)
and inside (two), for many data sets at once.

References: Owen (1956), Annals of Mathematical Statistics 27, 1075-1090 (T function). Prekopa (1973), Acta Scientiarum
Mathematicarum 34, 335-343 (shifted quadrants: log-concavity).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t, xlogy

from restated.arguments import Floats, Ints
from restated.errors import RestatedError
from restated.estimate import pairs

#: Points at which a likelihood is first evaluated along a line: 33 gave the same fits to 399 tables with empty cells.
GRID = 5
#: A search for a share ends when its step is below this; the derivative, which is solved, is good to about 1e-12.
STEP_TOLERANCE = 1e-10
#: A threshold is settled at this step: the rest is corrected to first order. Largest step and range, in SDs.
THRESHOLD_TOLERANCE, THRESHOLD_STEP, THRESHOLD_RANGE = 1e-6, 1.0, 8.0
MAX_ITERATIONS = 100  #: Newton inside a bracket needs fewer than 10 rounds, bisection alone 35
#: Share of the way to the edge that one step may take; gradient per pair above which it points inwards.
TO_THE_EDGE, INWARD = 0.95, 1e-9
#: First step inwards from an edge, as a share of the room there; halved until the likelihood rises.
FIRST_STEP, MAX_HALVINGS = 0.1, 40
#: A probability computed as a difference may round below zero; its logarithm is taken of this instead.
SMALLEST_PROBABILITY = 1e-300
REMEDY = "Check the tables or matrices"  #: Advice where a search fails


class Profile(NamedTuple):
    """Profile log-likelihood, its gradient and Hessian in (r_mz, r_dz), and the nuisance parameters."""

    value: Floats  # (k,)
    gradient: Floats  # (k, 2)
    hessian: Floats  # (k, 2, 2)
    nuisance: Floats  # (k, 2)


class LiabilityData:
    """Two tables of pairs for each of `size` data sets; nuisance: the thresholds of MZ and DZ twins."""

    def __init__(self, mz: Floats, dz: Floats, common: bool, shape: tuple[int, ...]) -> None:
        self.tables = np.stack([mz, dz], axis=1)  # (size, 2, 3)
        self.common, self.shape, self.size = common, shape, len(mz)
        self.pairs = self.tables.sum(axis=(1, 2))
        affected = 2 * self.tables[..., 0] + self.tables[..., 1]  # (size, 2): individuals
        people = 2 * self.tables.sum(axis=-1)
        if common:
            affected, people = (np.repeat(x.sum(axis=1)[:, None], 2, axis=1) for x in (affected, people))
        self.defined = np.flatnonzero(((affected > 0) & (affected < people)).all(axis=1))
        self.start = np.zeros((self.size, 2))
        self.start[self.defined] = ndtri(affected[self.defined] / people[self.defined])
        self.df_saturated = 3 if common else 2  # free proportions, less the thresholds
        density, share = np.exp(-(self.start**2) / 2) / np.sqrt(2 * np.pi), ndtr(self.start)
        self.information = self.tables.sum(axis=2) * density**4 / (share * (1 - share)) ** 2  # at r = 0
        # Without discordant MZ pairs the likelihood can rise up to e2 = 0.
        self.without_error = self.tables[:, 0, 1] == 0

    def saturated(self) -> Floats:
        n = self.tables.sum(axis=2, keepdims=True)
        return np.asarray(xlogy(self.tables, self.tables / n * np.array([1, 0.5, 1])).sum(axis=(1, 2)))

    def free_correlations(self) -> Floats:
        """Tetrachoric correlations of the groups, shape (size, 2); nan where a margin is empty."""
        return np.asarray(pairs.liability(self.tables))

    def nuisance_fields(self, nuisance: Floats) -> dict[str, Floats]:
        return {"prevalence_mz": ndtr(nuisance[:, 0]), "prevalence_dz": ndtr(nuisance[:, 1])}

    def profile(self, rows: Ints, r: Floats, start: Floats) -> Profile:
        """Maximise over the thresholds at correlations `r`, shape (k, 2), for the data sets `rows`.

        For given correlations the log-likelihood is concave in the thresholds: the four probabilities are integrals of
        a log-concave density over shifted quadrants.
        """
        tables = self.tables[rows]
        h = start.copy()
        k = len(rows)
        value, gradient, hessian = np.empty(k), np.empty((k, 2)), np.zeros((k, 2, 2))
        low, high = np.full((k, 2), -THRESHOLD_RANGE), np.full((k, 2), THRESHOLD_RANGE)
        active = np.arange(k)
        for _ in range(MAX_ITERATIONS):
            at = h[active]
            terms = _table_terms(tables[active], at, r[active])
            slope, curve = terms.h, terms.hh
            if self.common:
                slope, curve = (np.repeat(x.sum(axis=1, keepdims=True), 2, axis=1) for x in (slope, curve))
            # The curve is 0 only for tables that are impossible at r = 1: any threshold will do there.
            curve = np.where(curve < 0, curve, -1.0)
            low[active] = np.where(slope > 0, at, low[active])
            high[active] = np.where(slope > 0, high[active], at)
            proposal = at + np.clip(-slope / curve, -THRESHOLD_STEP, THRESHOLD_STEP)
            inside = (proposal >= low[active]) & (proposal <= high[active])
            proposal = np.where(inside, proposal, (low[active] + high[active]) / 2)
            h[active] = proposal
            settled = (np.abs(proposal - at) <= THRESHOLD_TOLERANCE).all(axis=1)
            if settled.any():
                # Value and derivatives belong to `at`, a tiny step before the maximum: corrected for it.
                done = active[settled]
                s, c, cross = slope[settled], curve[settled], terms.hr[settled]
                gain = -0.5 * s**2 / c
                value[done] = terms.value[settled].sum(axis=1) + (gain[:, 0] if self.common else gain.sum(axis=1))
                gradient[done] = terms.r[settled] - cross * s / c
                hessian[done, 0, 0], hessian[done, 1, 1] = (terms.rr[settled] - cross**2 / c).T
                if self.common:
                    hessian[done, 0, 1] = hessian[done, 1, 0] = -cross[:, 0] * cross[:, 1] / c[:, 0]
                active = active[~settled]
            if not len(active):
                return Profile(value, gradient, hessian, h)
        raise RestatedError("the search for a threshold did not settle", remedy="Check the tables")


class _TableTerms(NamedTuple):
    """Log-likelihood of each table and its derivatives in the threshold h and the correlation r; (k, 2)."""

    value: Floats
    h: Floats
    r: Floats
    hh: Floats
    hr: Floats
    rr: Floats


def _table_terms(tables: Floats, h: Floats, r: Floats) -> _TableTerms:
    """Terms of tables (k, 2, 3) at thresholds h and correlations r, both (k, 2), 0 <= r <= 1.

    P(both) = Phi(h) - P(one order) and P(neither) = Phi(-h) - P(one order), with P(one order) by Owen's T. At r = 1
    discordant pairs are impossible; derivatives in r are infinite there and returned as 0.
    """
    slope = np.sqrt((1 - r) / (1 + r))
    one_order = 2 * owens_t(h, slope)
    phi = np.exp(-h * h / 2) / np.sqrt(2 * np.pi)
    beyond = ndtr(h * slope)
    open_ = r < 1
    room = np.where(open_, (1 - r) * (1 + r), 1.0)
    density = np.where(open_, np.exp(-h * h / (1 + r)) / (2 * np.pi * np.sqrt(room)), 0.0)
    # Both affected, discordant, neither; only discordant pairs can be impossible.
    p = np.stack([ndtr(h) - one_order, one_order, ndtr(-h) - one_order])
    p[[0, 2]] = np.maximum(p[[0, 2]], SMALLEST_PROBABILITY)
    counts, divisor = np.moveaxis(tables, -1, 0), np.where(p > 0, p, 1.0)
    weights = np.where(p > 0, counts / divisor, 0.0)
    second = weights / divisor  # in second derivatives: count / p^2
    # Derivatives of the three probabilities; those in r differ only in sign.
    p_h = np.stack([2 * phi * beyond, phi * (1 - 2 * beyond), -2 * phi * (1 - beyond)])
    curve = 2 * phi * (slope * np.exp(-((h * slope) ** 2) / 2) / np.sqrt(2 * np.pi) - h * beyond)
    p_hh = np.stack([curve, -h * phi - curve, curve + 2 * h * phi])
    net = weights[0] - weights[1] + weights[2]
    bend = h * h / (1 + r) ** 2 + r / room
    return _TableTerms(
        value=xlogy(counts, p).sum(axis=0),
        h=(weights * p_h).sum(axis=0),
        r=density * net,
        hh=(weights * p_hh).sum(axis=0) - (second * p_h * p_h).sum(axis=0),
        hr=-2 * h / (1 + r) * density * net - density * (second[0] * p_h[0] - second[1] * p_h[1] + second[2] * p_h[2]),
        rr=density * bend * net - density**2 * second.sum(axis=0),
    )


class ContinuousData:
    """Mean variances and covariances of `size` pairs of groups; nuisance: the common variance (twice)."""

    def __init__(self, variances: Floats, covariances: Floats, weights: Floats, shape: tuple[int, ...]) -> None:
        self.variances, self.covariances, self.weights = variances, covariances, weights
        self.information = weights
        self.shape, self.size = shape, len(variances)
        self.pairs = weights.sum(axis=1)
        self.defined = np.arange(self.size)
        self.start = np.ones((self.size, 2))
        self.without_error = np.zeros(self.size, dtype=bool)
        self.df_saturated = 3

    def saturated(self) -> Floats:
        """Each group with its own variance and correlation."""
        determinant = self.variances**2 - self.covariances**2
        return np.asarray(-0.5 * (self.weights * (np.log(determinant) + 2 + 2 * np.log(2 * np.pi))).sum(axis=1))

    def free_correlations(self) -> Floats:
        return self.covariances / self.variances

    def nuisance_fields(self, nuisance: Floats) -> dict[str, Floats]:
        return {"variance": nuisance[:, 0]}

    def profile(self, rows: Ints, r: Floats, start: Floats) -> Profile:
        """Log-likelihood at the best variance V = sum of w (s / (1 + r) + d / (1 - r)) / (2 sum of w).

        s and d are the halved variances of sum and difference of a pair, w the weights of the groups.
        """
        w, variance, covariance = self.weights[rows], self.variances[rows], self.covariances[rows]
        total, difference = variance + covariance, variance - covariance
        n = w.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = w / (2 * n[:, None])
            v = (share * (total / (1 + r) + difference / (1 - r))).sum(axis=1)
            v_r = share * (difference / (1 - r) ** 2 - total / (1 + r) ** 2)
            v_rr = share * 2 * (difference / (1 - r) ** 3 + total / (1 + r) ** 3)
            room = (1 - r) * (1 + r)
            relative = v_r / v[:, None]
            gradient = w * r / room - n[:, None] * relative
            hessian = n[:, None, None] * relative[:, :, None] * relative[:, None, :]
            hessian[:, [0, 1], [0, 1]] += w * (1 + r * r) / room**2 - n[:, None] * v_rr / v[:, None]
            value = -n * (np.log(2 * np.pi * v) + 1) - 0.5 * (w * np.log(room)).sum(axis=1)
        edge = (r >= 1).any(axis=1)  # perfect correlation: impossible, as no sample correlation is 1
        value[edge], gradient[edge], hessian[edge] = -np.inf, 0.0, 0.0
        return Profile(value, gradient, hessian, np.repeat(v[:, None], 2, axis=1))


TwinData: TypeAlias = LiabilityData | ContinuousData  #: Data sets of twins, for the search over correlations


def angle(information: Floats, first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the angle of two directions of (r_mz, r_dz) in the metric of diagonal information matrices, (m, 2)."""
    both, one, two = (
        (information * np.multiply(x, y)).sum(axis=1) for x, y in ((first, second), (first, first), (second, second))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.arccos(np.clip(both / np.sqrt(one * two), -1, 1)))


@dataclass
class Best:
    """Best point found so far, by data set: log-likelihood, correlations, nuisance parameters."""

    value: Floats
    r: Floats
    nuisance: Floats

    def update(self, where: Ints, value: Floats, r: Floats, nuisance: Floats) -> None:
        better = value > self.value[where]
        where = where[better]
        self.value[where], self.r[where], self.nuisance[where] = value[better], r[better], nuisance[better]


def maximise(data: TwinData, rows: Ints, corners: Sequence[tuple[float, float]]) -> tuple[Floats, Best]:
    """Maximise the profile likelihood of the data sets `rows` over no resemblance and one or two components.

    `corners`: the (r_mz, r_dz) of a variance that is all due to one component; none, one or two. Returns the share of
    each component, shape (k, number of corners), and the best points.
    """
    generators = np.reshape(corners, (-1, 2)).T
    ends = [np.broadcast_to(corner, (len(rows), 2)) for corner in corners]
    origin, start = np.zeros((len(rows), 2)), data.start[rows]
    if not corners:
        found = data.profile(rows, origin, start)
        return np.empty((len(rows), 0)), Best(found.value, origin, found.nuisance)
    best = Best(*best_on_line(data, rows, origin, ends[0], start))
    if len(corners) == 1:
        return best.r[:, :1] / generators[0, 0], best
    best.update(np.arange(len(rows)), *best_on_line(data, rows, origin, ends[1], start))
    perfect = np.flatnonzero(data.without_error[rows])
    best.update(perfect, *best_on_line(data, rows[perfect], ends[0][perfect], ends[1][perfect], start[perfect]))
    _search_inside(data, rows, generators, best)
    units = best.r @ np.linalg.inv(generators).T
    # A point computed on an edge is there up to rounding.
    units[np.abs(units) < STEP_TOLERANCE] = 0.0
    return units, best


def best_on_line(
    data: TwinData, rows: Ints, first: Floats, last: Floats, start: Floats
) -> tuple[Floats, Floats, Floats]:
    """Best point on the line from `first` to `last`, both (k, 2): log-likelihood, correlations, nuisance."""
    direction, place, at = last - first, np.linspace(0.0, 1.0, GRID), start
    values, slopes, nuisance = (np.empty((GRID, *shape)) for shape in (rows.shape, rows.shape, start.shape))
    for i, s in enumerate(place):
        found = data.profile(rows, first + s * direction, at)
        values[i], slopes[i] = found.value, (found.gradient * direction).sum(axis=1)
        nuisance[i] = at = found.nuisance
    top = np.argmax(values, axis=0)
    column = np.arange(len(rows))
    s, value, slope, at = place[top], values[top, column], slopes[top, column], nuisance[top, column]
    low, high = place[np.maximum(top - 1, 0)], place[np.minimum(top + 1, GRID - 1)]
    # At an end whose slope leads outwards the search is over.
    active = np.flatnonzero(~((top == 0) & (slope <= 0)) & ~((top == GRID - 1) & (slope >= 0)))
    position = s.copy()
    for _ in range(MAX_ITERATIONS):
        if not len(active):
            break
        point = first[active] + position[active, None] * direction[active]
        found = data.profile(rows[active], point, at[active])
        at[active] = found.nuisance
        slope = (found.gradient * direction[active]).sum(axis=1)
        curve = np.einsum("ki,kij,kj->k", direction[active], found.hessian, direction[active])
        better = found.value >= value[active]
        value[active] = np.where(better, found.value, value[active])
        s[active] = np.where(better, position[active], s[active])
        low[active] = np.where(slope > 0, position[active], low[active])
        high[active] = np.where(slope > 0, high[active], position[active])
        with np.errstate(divide="ignore", invalid="ignore"):
            proposal = position[active] - slope / curve
        inside = (proposal > low[active]) & (proposal < high[active]) & (curve < 0)
        proposal = np.where(inside, proposal, (low[active] + high[active]) / 2)
        step = np.abs(proposal - position[active])
        position[active] = np.where(slope == 0, position[active], proposal)
        active = active[(step > STEP_TOLERANCE) & (slope != 0)]
    else:
        raise RestatedError("the search along a line of twin correlations did not settle", remedy=REMEDY)
    # The last proposal is better than the best point evaluated, by less than the likelihood can resolve.
    s = np.where(np.abs(position - s) < np.sqrt(STEP_TOLERANCE), position, s)
    return value, first + s[:, None] * direction, at


def _search_inside(data: TwinData, rows: Ints, generators: Floats, best: Best) -> None:
    """Newton inside the triangle, from the free correlations or the edge; columns of `generators` are components."""
    backwards = np.linalg.inv(generators)
    free = data.free_correlations()[rows]
    x = free @ backwards.T
    room = np.column_stack([x, 1 - x.sum(axis=1)])
    use = np.asarray((room > STEP_TOLERANCE).all(axis=1))  # False for nan
    # The edge points with a direction inwards along which the likelihood rises.
    edge = data.profile(rows, best.r, best.nuisance)
    slope = edge.gradient @ generators
    at_edge = best.r @ backwards.T
    error = 1 - at_edge.sum(axis=1)
    rising = (np.abs(at_edge) < STEP_TOLERANCE) & (slope > INWARD * data.pairs[rows, None])
    pending = np.flatnonzero(~use & rising.any(axis=1) & (error > STEP_TOLERANCE))
    step = FIRST_STEP
    for _ in range(MAX_HALVINGS):
        if not len(pending):
            break
        x[pending] = at_edge[pending] + rising[pending] * (step * error[pending] / 2)[:, None]
        tried = data.profile(rows[pending], x[pending] @ generators.T, best.nuisance[pending])
        higher = tried.value > best.value[pending]
        use[pending[higher]] = True
        pending = pending[~higher]
        step /= 2
    which = np.flatnonzero(use)
    value, x, nuisance = _newton(data, rows[which], generators, x[which], best.nuisance[which])
    best.update(which, value, x @ generators.T, nuisance)


def _newton(
    data: TwinData, rows: Ints, generators: Floats, x: Floats, nuisance: Floats
) -> tuple[Floats, Floats, Floats]:
    """Damped Newton over two shares, inside the triangle."""
    found = data.profile(rows, x @ generators.T, nuisance)
    value, nuisance = found.value.copy(), found.nuisance.copy()
    gradient = found.gradient @ generators
    hessian = generators.T @ found.hessian @ generators
    active = np.arange(len(rows))
    for _ in range(MAX_ITERATIONS):
        step = _ascent(gradient[active], hessian[active])
        # Distance to the three edges along the step.
        ends = np.column_stack([x[active], 1 - x[active].sum(axis=1)])
        moves = np.column_stack([step, -step.sum(axis=1)])
        with np.errstate(divide="ignore", invalid="ignore"):
            limit = np.where(moves < 0, -ends / moves, np.inf).min(axis=1)
        length = np.minimum(1.0, TO_THE_EDGE * limit)
        small = (np.abs(step) * length[:, None]).max(axis=1) < STEP_TOLERANCE
        active, step, length = active[~small], step[~small], length[~small]
        waiting = np.arange(len(active))
        for _ in range(MAX_HALVINGS):
            if not len(waiting):
                break
            which = active[waiting]
            proposal = x[which] + length[waiting, None] * step[waiting]
            found = data.profile(rows[which], proposal @ generators.T, nuisance[which])
            rises = found.value > value[which]
            taken = which[rises]
            x[taken], value[taken] = proposal[rises], found.value[rises]
            nuisance[taken] = found.nuisance[rises]
            gradient[taken] = found.gradient[rises] @ generators
            hessian[taken] = generators.T @ found.hessian[rises] @ generators
            waiting = waiting[~rises]
            length[waiting] /= 2
        # What cannot rise any more is at the maximum; one last full step uses the gradient, which is more precise.
        last = active[waiting]
        move = _ascent(gradient[last], hessian[last])
        moved = x[last] + move
        tiny = np.abs(move).max(axis=1) < np.sqrt(STEP_TOLERANCE)
        fits = tiny & (moved > 0).all(axis=1) & (moved.sum(axis=1) < 1)
        x[last[fits]] = moved[fits]
        active = np.delete(active, waiting)
        if not len(active):
            return value, x, nuisance
    raise RestatedError("the search for twin shares did not settle", remedy=REMEDY)


def _ascent(gradient: Floats, hessian: Floats) -> Floats:
    """Newton steps -H^-1 g for (k, 2) gradients; H is made negative definite where it is not."""
    mean = (hessian[:, 0, 0] + hessian[:, 1, 1]) / 2
    half = np.hypot((hessian[:, 0, 0] - hessian[:, 1, 1]) / 2, hessian[:, 0, 1])
    largest = mean + half  # eigenvalue
    shift = np.where(largest >= 0, largest + np.abs(mean - half) * 1e-3 + 1e-3, 0.0)
    return -np.linalg.solve(hessian - shift[:, None, None] * np.eye(2), gradient[:, :, None])[:, :, 0]
