"""Maximum of the (restricted) likelihood of growth models, for many data sets at once.

The design of subject i is x_i crossed with F: subject-level covariates times functions of time at the waves observed.
Subjects with the same pattern of observed waves share F and its first two columns Z, those of the random intercept and
slope. With their covariance D = R R' in units of the residual variance,

G = Z'Z, W = R (I + R'G R)^-1 R', V = I + Z D Z', V^-1 = I - Z W Z', P = I - W G, C = Z'V^-1 Z = G P, K = F'V^-1 Z,

the deviance and its derivatives need only sums over the subjects of each pattern: of x x', x (Z'y)' and (Z'y)(Z'y)'.
Residual variance and fixed effects are profiled out. D stays positive semidefinite because each Newton step moves a
root of it: in the axes of D's eigenvectors, the larger first, D = L L' with L lower triangular and unrestricted. A
variance of zero or a correlation of 1 is then an ordinary stationary point, with curvature in all directions. The
search has one start: second maxima occur with a handful of subjects only.

Axes: b data set, m pattern, a covariate, e function of time, i j the two random effects. Arrays with b and m carry
these two last, so that sums and products of small matrices run over long contiguous rows.

References: Bates et al. (2015), Journal of Statistical Software 67(1), 1-48 (deviance in the relative Cholesky factor).
Lindstrom & Bates (1988), JASA 83, 1014-1022 (Newton-Raphson with sums per subject). Levenberg (1944), Quarterly of
Applied Mathematics 2, 164-168 (damped steps). Magnus & Neudecker (2019), Matrix differential calculus (3rd ed.).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import sparse

from restated.arguments import Bools, Floats, Ints
from restated.errors import RestatedError

#: Root of D to start from, whence usual data take the fewest steps. Time has orthogonal columns of mean square 1.
START = np.eye(2) / 3
#: The search ends when Newton's step promises less gain in deviance: the error left is below 1e-6 standard errors.
GAIN_TOLERANCE = 1e-12
ROUNDING = 1e-12  #: A change of the deviance below this, times observations over residual variance, counts as rounding
#: Curvatures below this share of the largest are raised to it: along a flat direction the step is arbitrary.
FLAT_SHARE = 1e-10
#: Least step along negative curvature, in residual SDs: a zero eigenvalue of D has zero slope even at a saddle.
NUDGE = 0.03
#: Longest step of the root's elements, in units of the larger of their own and the residual SD; first damping, factor.
LONGEST_STEP, FIRST_DAMPING, DAMPING_FACTOR = 1.0, 0.01, 8.0
#: Usual searches take 5 to 15 steps; near a corner of the parameter space the last ones only shrink by 1/3.
MAX_ITERATIONS = 200
#: A residual mean square below this share of that of least squares, or that below this share of the variance, is zero.
NO_RESIDUAL = 1e-10
#: The derivatives of D in its elements D11, D12 (and D21), D22.
UNITS = np.array([[[1.0, 0], [0, 0]], [[0, 1], [1, 0]], [[0, 0], [0, 1]]])
#: The second derivatives of D11, D12, D22 in L11, L21, L22.
BENDS = np.array([np.diag([2.0, 0, 0]), [[0, 1, 0], [1, 0, 0], [0, 0, 0]], np.diag([0, 2.0, 2])])


@dataclass(frozen=True)
class Sums:
    """Sufficient statistics: sums over subjects, within pattern of observed waves where there is an axis m."""

    time_products: Floats  # (e, e, 1, m), F'F
    count: Floats  # (b, m), subjects
    xx: Floats  # (a, a, b, m), x x'
    xz: Floats  # (a, 2, b, m), x (Z'y)'
    zz: Floats  # (2, 2, b, m), (Z'y)(Z'y)'
    xy: Floats  # (b, a, e), x (F'y)', over all patterns
    yy: Floats  # (b,), y'y, over all patterns
    observations: Ints  # (b,)

    def take(self, rows: Ints) -> Sums:
        """The sums of some of the data sets."""
        own = {name: getattr(self, name)[rows] for name in ("count", "xy", "yy", "observations")}
        own |= {name: getattr(self, name)[:, :, rows] for name in ("xx", "xz", "zz")}
        return replace(self, **own)


@dataclass(frozen=True)
class State:
    """Profiled deviance at one D per data set, with derivatives in D11, D12, D22; and the estimates there."""

    deviance: Floats  # (b,), minus twice the log-likelihood, with constants
    gradient: Floats  # (b, 3)
    hessian: Floats  # (b, 3, 3)
    residual: Floats  # (b,), residual variance
    beta: Floats  # (b, a * e), covariate by covariate
    inverse: Floats  # (b, a * e, a * e), (X'V^-1 X)^-1


def summarise(y: Floats, observed: Bools, x: Floats, time: Floats) -> Sums:
    """Return the sufficient statistics of a few data sets.

    `y`, `observed`: shape (draws, subjects, waves); values where `observed` is False are ignored. `x`: (subjects, a).
    `time`: (waves, e), functions of time; the first two, of the random effects, span intercept and slope.
    """
    draws, subjects, waves = y.shape
    y = np.where(observed, y, 0.0)
    codes, pattern = np.unique(observed @ (1 << np.arange(waves)), return_inverse=True)
    seen = (codes[:, None] >> np.arange(waves)) & 1
    # One row for each data set and pattern, with a 1 for each subject that belongs to it.
    patterns, cells = len(codes), draws * subjects
    group = (np.arange(draws)[:, None] * patterns + pattern.reshape(draws, subjects)).ravel()
    ones = np.ones(cells)
    shared = sparse.csr_array((ones, (group, np.tile(np.arange(subjects), draws))), shape=(draws * patterns, subjects))
    own = sparse.csr_array((ones, (group, np.arange(cells))), shape=(draws * patterns, cells))

    def grouped(sums: Floats, *shape: int) -> Floats:
        """Sums of shape (draws * patterns, components) as (*components, draws, patterns)."""
        return np.ascontiguousarray(sums.T).reshape(*shape, draws, patterns)

    fy = y @ time
    zy = fy[..., :2]
    a = x.shape[1]
    return Sums(
        time_products=np.einsum("mw,we,wf->efm", seen, time, time)[:, :, None],
        count=np.bincount(group, minlength=draws * patterns).reshape(draws, patterns).astype(float),
        xx=grouped(shared @ _outer(x, x), a, a),
        xz=grouped(own @ _outer(x, zy).reshape(cells, -1), a, 2),
        zz=grouped(own @ _outer(zy, zy).reshape(cells, -1), 2, 2),
        xy=x.T @ fy,
        yy=np.einsum("bnw,bnw->b", y, y),
        observations=observed.sum(axis=(1, 2)),
    )


def maximise(sums: Sums, restricted: bool, first: int) -> tuple[Floats, State]:
    """Maximise the profiled likelihood, restricted or not: damped Newton steps for all data sets together.

    `sums` are of an outcome whose mean square around ordinary least squares is 1; `first` numbers the data sets in
    errors: one is fitted without residual, or its search does not settle. Returns D in units of the residual variance,
    shape (b, 2, 2), and the state there.
    """
    draws = len(sums.yy)
    root = np.tile(START, (draws, 1, 1))
    state = _state(sums, root, restricted)
    damping = np.zeros(draws)
    active = np.arange(draws)
    current = sums
    for _ in range(MAX_ITERATIONS):
        proposal, gain, largest = _newton(root[active], state.gradient[active], state.hessian[active], damping[active])
        rounding = ROUNDING * current.observations / state.residual[active]
        settled = gain < np.maximum(GAIN_TOLERANCE, rounding**2)  # a gain is made of squared slopes
        if settled.any():
            keep = ~settled
            active, proposal, largest, rounding = active[keep], proposal[keep], largest[keep], rounding[keep]
            current = sums.take(active)
        if not len(active):
            break
        trial = _state(current, proposal, restricted)
        better = trial.deviance <= state.deviance[active] + rounding  # False for nan
        accepted = active[better]
        root[accepted] = proposal[better]
        for field in fields(State):
            getattr(state, field.name)[accepted] = getattr(trial, field.name)[better]
        eased = np.where(damping[active] > FIRST_DAMPING * largest, damping[active] / DAMPING_FACTOR, 0.0)
        raised = np.maximum(damping[active] * DAMPING_FACTOR, FIRST_DAMPING * largest)
        damping[active] = np.where(better, eased, raised)
    remedy = "Check the outcome, or leave out the random slope"
    exact = ~(state.residual > NO_RESIDUAL)
    refuse(exact, first, "is fitted without error: no residual variance is left", remedy)
    refuse(np.isin(np.arange(draws), active), first, "has a likelihood without a findable maximum", remedy)
    return root @ root.transpose(0, 2, 1), state


def refuse(bad: Bools, first: int, problem: str, remedy: str | None = None) -> None:
    """Raise for the first data set marked `bad`."""
    if bad.any():
        raise RestatedError(f"data set {first + int(np.argmax(bad))} {problem}", field="y", remedy=remedy)


def _newton(root: Floats, gradient: Floats, hessian: Floats, damping: Floats) -> tuple[Floats, Floats, Floats]:
    """Next root of D, the gain in deviance of an undamped step and the largest curvature, led away from saddles."""
    axes, spread, _ = np.linalg.svd(root)
    # D11, D12, D22 by their counterparts in the eigenvectors' axes, and those by the root's L11, L21, L22.
    turned = axes[:, None] @ UNITS @ axes.transpose(0, 2, 1)[:, None]
    turned = np.stack([turned[:, :, 0, 0], turned[:, :, 0, 1], turned[:, :, 1, 1]], axis=1)
    unit = np.maximum(spread, 1.0)[:, [0, 1, 1]]
    jacobian = turned * (unit * np.stack([2 * spread[:, 0], spread[:, 0], 2 * spread[:, 1]], axis=1))[:, None]
    bend = np.einsum("bk,kxy->bxy", np.einsum("bk,bkl->bl", gradient, turned), BENDS)
    bend *= unit[:, :, None] * unit[:, None, :]
    curvature, directions = np.linalg.eigh(jacobian.transpose(0, 2, 1) @ hessian @ jacobian + bend)
    slope = np.einsum("bki,bk->bi", directions, np.einsum("bk,bkx->bx", gradient, jacobian))
    least = np.where(curvature < 0, -curvature * NUDGE, 0.0)
    slope = np.where(slope < 0, np.minimum(slope, -least), np.maximum(slope, least))
    curvature = np.abs(curvature)
    largest = curvature.max(axis=1)
    curvature = np.maximum(curvature, FLAT_SHARE * largest[:, None])
    gain = np.sum(slope**2 / curvature, axis=1) / 2
    step = -np.einsum("bki,bi->bk", directions, slope / (curvature + damping[:, None]))
    step *= unit * LONGEST_STEP / np.maximum(LONGEST_STEP, np.linalg.norm(step, axis=1, keepdims=True))
    lower = np.zeros_like(root)
    lower[:, [0, 1], [0, 1]] = spread + step[:, [0, 2]]
    lower[:, 1, 0] = step[:, 1]
    # A root with orthogonal columns: any other loses digits where one variance is much the larger.
    axes, spread, _ = np.linalg.svd(axes @ lower)
    return axes * spread[:, None], gain, largest


def _state(sums: Sums, root: Floats, restricted: bool) -> State:
    """Profiled deviance at D = R R', with R = `root` of shape (b, 2, 2), and its derivatives in D."""
    R = root.transpose(1, 2, 0)[..., None]
    F = sums.time_products
    H, G = F[:, :2], F[:2, :2]
    draws, a, e = len(root), len(sums.xx), len(F)
    df = sums.observations - (a * e if restricted else 0)

    inner = _product(_product(R.swapaxes(0, 1), G), R)
    inner[[0, 1], [0, 1]] += 1
    det = inner[0, 0] * inner[1, 1] - inner[0, 1] * inner[1, 0]  # of I + R'G R, hence of V
    inner = np.array([[inner[1, 1], -inner[0, 1]], [-inner[1, 0], inner[0, 0]]]) / det
    W = _product(_product(R, inner), R.swapaxes(0, 1))
    P = -_product(W, G)
    P[[0, 1], [0, 1]] += 1
    C = _product(G, P)
    K = _product(H, P)
    WH = _product(W, H.swapaxes(0, 1))

    # Generalised least squares. Sums over patterns are matrix products over the last axis.
    information = _crossed(sums.xx, F - _product(H, WH))
    right = (sums.xy - sum(_over_patterns(sums.xz[:, i], WH[i]) for i in (0, 1))).reshape(draws, -1)
    inverse = np.linalg.inv(information)
    beta = np.einsum("bij,bj->bi", inverse, right)
    weighted_yy = sums.yy - np.einsum("ijbm,ijbm->b", W, sums.zz)
    residual = (weighted_yy - np.einsum("bi,bi->b", beta, right)) / df

    with np.errstate(invalid="ignore", divide="ignore"):  # no residual variance: refused by `maximise`
        deviance = df * (1 + np.log(2 * np.pi * residual)) + np.einsum("bm,bm->b", sums.count, np.log(det))
        scale = 1 / residual
    if restricted:
        deviance = deviance + np.linalg.slogdet(information)[1]

    # Sums over subjects of x q' and q q', with q = Z'V^-1 (y - X beta).
    BK = _product(beta.reshape(draws, a, e).transpose(1, 2, 0)[..., None], K)
    xq = _product(sums.xz, P) - _product(sums.xx, BK)
    left = _product(sums.zz, P) - _product(sums.xz.swapaxes(0, 1), BK)
    qq = _product(P.swapaxes(0, 1), left) - _product(BK.swapaxes(0, 1), xq)

    # Derivatives in D11, D12, D22: minus `lost` of the residual sum of squares, `pull` of X'V^-1 (y - Xb), `change`.
    ends = [[_over_patterns(xq[:, i], K[:, j]).reshape(draws, -1) for j in (0, 1)] for i in (0, 1)]
    pull = np.stack([ends[0][0], ends[0][1] + ends[1][0], ends[1][1]], axis=1)
    lost = np.einsum("kij,ijb->bk", UNITS, qq.sum(axis=-1))
    hessian = -2 * scale[:, None, None] * (pull @ inverse @ pull.transpose(0, 2, 1))
    hessian -= (scale**2 / df)[:, None, None] * lost[:, :, None] * lost[:, None, :]
    X = scale[:, None] * qq
    if restricted:
        outer = K[:, None, :, None] * K[None, :, None, :]  # (e, e, i, j, b, m)
        units = outer[:, :, 0, 0], outer[:, :, 0, 1] + outer[:, :, 1, 0], outer[:, :, 1, 1]
        change = np.stack([_crossed(sums.xx, unit) for unit in units], axis=1)
        moved = inverse[:, None] @ change
        hessian -= np.einsum("bkij,blji->bkl", moved, moved)
        X = X + _product(K.swapaxes(0, 1), _product(_uncrossed(sums.xx, inverse), K))
    NC = sums.count * C
    gradient = np.einsum("kij,ijb->bk", UNITS, (NC - X).sum(axis=-1))
    pairs = _over_patterns((2 * X - NC).reshape(4, draws, -1), C.reshape(4, draws, -1))
    pairs = pairs.reshape(draws, 2, 2, 2, 2)
    hessian += np.einsum("kij,bjpqi,lpq->bkl", UNITS, pairs, UNITS, optimize=True)
    return State(deviance, gradient, hessian, residual, beta, inverse)


def _product(left: Floats, right: Floats) -> Floats:
    """Matrix products in the first two axes, one for each data set and pattern."""
    total: Floats = left[:, 0, None] * right[0]
    for j in range(1, len(right)):
        total += left[:, j, None] * right[j]
    return total


def _over_patterns(left: Floats, right: Floats) -> Floats:
    """Sum over patterns of outer products: (p, b, m) and (q, b, m) give (b, p, q)."""
    return left.transpose(1, 0, 2) @ right.transpose(1, 2, 0)


def _outer(left: Floats, right: Floats) -> Floats:
    """Products of all entries of the last axes, flattened into one."""
    return (left[..., :, None] * right[..., None, :]).reshape(*right.shape[:-1], -1)


def _crossed(products: Floats, functions: Floats) -> Floats:
    """Sum over patterns of Kronecker products: (a, a, b, m) and (e, e, b, m) give (b, a * e, a * e)."""
    a, e, cells = len(products), len(functions), products.shape[2:]
    draws = cells[0]
    total = _over_patterns(products.reshape(a * a, *cells), functions.reshape(e * e, *cells))
    return total.reshape(draws, a, a, e, e).transpose(0, 1, 3, 2, 4).reshape(draws, a * e, a * e)


def _uncrossed(products: Floats, matrix: Floats) -> Floats:
    """Transpose of `_crossed`, (e, e, b, m): trace((products crossed with E) matrix) = trace(result E)."""
    a, (draws, patterns) = len(products), products.shape[2:]
    e = matrix.shape[1] // a
    blocks = matrix.reshape(draws, a, e, a, e).transpose(0, 2, 4, 1, 3).reshape(draws, e * e, a * a)
    result = blocks @ products.reshape(a * a, draws, patterns).transpose(1, 0, 2)
    return np.ascontiguousarray(result.transpose(1, 0, 2)).reshape(e, e, draws, patterns)
