"""Pooling of event counts of two-arm trials: Mantel-Haenszel, Peto, inverse variance, logistic-normal.

Every method takes events1, n1, events2, n2, array_like of shape (k,): events and patients of each arm in k trials. It
compares arm 1 with arm 2, odds and risk ratios on the log scale; `level` is the coverage of its interval. It raises a
RestatedError if counts are impossible or an option is unknown. Empty cells make the difference for rare events: inverse
variance needs a correction, by default 0.5 in all four cells of each trial that has an empty one (the treatment-arm
correction adds more to the larger arm); Mantel-Haenszel and Peto use the counts as they are; the logistic-normal model
uses the binomial likelihood. A trial without events in both arms (or, for the odds ratio, without non-events) has no
information on a ratio and is left out of it; the number left out is reported.

References: Mantel & Haenszel (1959), Journal of the National Cancer Institute 22, 719-748. Robins, Breslow & Greenland
(1986), Biometrics 42, 311-323 (variance of the odds ratio). Greenland & Robins (1985), Biometrics 41, 55-68 (of the
risk ratio). Sato, Greenland & Robins (1989), Biometrics 45, 1323-1324 (of the risk difference). Yusuf et al. (1985),
Progress in Cardiovascular Diseases 27, 335-371 (Peto). Turner et al. (2000), Statistics in Medicine 19, 3417-3432;
Jackson et al. (2018), Statistics in Medicine 37, 1059-1085 (logistic-normal model; their model 4). Sweeting, Sutton &
Lambert (2004), Statistics in Medicine 23, 1351-1375 (treatment-arm correction). Altman (1998), BMJ 317, 1309-1312
(interval of a number needed to treat).
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats
from scipy.special import expit, gammaln, roots_hermite

from restated.arguments import Bools, Floats, check_level, check_numbers, check_option, floats
from restated.errors import RestatedError
from restated.tau2 import ROUNDOFF

MEASURES = ("OR", "RR", "RD")
MOST = 1e15  #: Cases of an arm, which as floats are exact up to here; events may be parts of one
#: Correction in proportion to the size of an arm, so that unequal arms alone do not make an effect.
TREATMENT_ARM = "treatment-arm"
#: Nodes of the adaptive Gauss-Hermite rule: 20 agree with 60 to 1e-9 of the log-likelihood on the test data.
QUADRATURE_NODES = 20
#: Inner Newton searches end at steps below this; a single step moves a log odds by this much at most.
STEP_TOLERANCE, MAX_ITERATIONS, MAX_STEP = 1e-11, 200, 2.0
#: Step of the central differences of the gradient that give the Hessian: cube root of machine precision.
DIFFERENCE = 6e-6
ZERO_TAU = 1e-4  #: A between-trial standard deviation below this is reported as zero
HALVES = np.array([0.5, -0.5])[:, None, None]  #: Part of the log odds ratio in the logit of each arm


@dataclass(frozen=True)
class EventsFit:
    """Pooled effect of event counts: log odds ratio, log risk ratio or risk difference."""

    measure: str
    method: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    p: float
    tau2: float  # 0 for the common-effect methods
    k: int  # trials used
    left_out: int  # trials without information on the measure
    level: float


def effect_sizes(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    measure: str = "OR",
    correction: float | str = 0.5,
    correct: str = "zero-trials",
) -> tuple[Floats, Floats]:
    """Return effect and sampling variance of each trial, for inverse-variance pooling with `meta.fit`.

    Both have shape (k,), with nan where the trial has no information on the `measure` ("OR", "RR", "RD"). `correction`
    is added to each of the four cells; "treatment-arm" adds n1 / (n1 + n2) to those of arm 1 and the rest to those of
    arm 2. `correct`: "zero-trials" (with an empty cell), "all", or for a risk difference "none": its variance is then 0
    where each arm has events only or none.
    """
    counts, informative = cells(events1, n1, events2, n2, measure)
    rules = ("zero-trials", "all", "none") if measure == "RD" else ("zero-trials", "all")
    check_option("rule", correct, rules, field="correct")
    if correction == TREATMENT_ARM:
        arms = counts[[0, 2]] + counts[[1, 3]]
        add = np.repeat(arms / counts.sum(axis=0), 2, axis=0)
    elif not isinstance(correction, str) and np.isfinite(correction) and correction > 0:
        add = np.asarray(correction, dtype=float)
    else:
        remedy = f"Give a number above zero, or '{TREATMENT_ARM}'"
        raise RestatedError(f"correction {correction} is not positive", field="correction", remedy=remedy)
    corrected = (counts == 0).any(axis=0) & (correct != "none") | (correct == "all")
    a, b, c, d = counts + np.where(corrected, add, 0.0)
    if measure == "OR":
        y, v = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure == "RR":
        y, v = np.log(a / (a + b)) - np.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    else:
        y, v = a / (a + b) - c / (c + d), a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    return np.where(informative, y, np.nan), np.where(informative, v, np.nan)


def mantel_haenszel(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, measure: str = "OR", level: float = 0.95
) -> EventsFit:
    """Return the Mantel-Haenszel common effect ("OR", "RR" or "RD"), without continuity correction.

    Also raises RestatedError if one arm has no events in any trial so that a ratio is not finite.
    """
    a, b, c, d, left_out = _used(events1, n1, events2, n2, measure)
    first, second = a + b, c + d
    n = first + second
    if measure == "RD":
        weight = (first * second / n).sum()
        estimate = (a * second - c * first).dot(1 / n) / weight
        p = (first**2 * c - second**2 * a + first * second * (second - first) / 2) / n**2
        q = (a * (second - c) + c * (first - a)) / (2 * n)
        variance = (estimate * p.sum() + q.sum()) / weight**2
        return _mantel_haenszel(measure, estimate, variance, weight, len(a), left_out, level)
    r, s = (a * d / n, b * c / n) if measure == "OR" else (a * second / n, c * first / n)
    sums = r.sum(), s.sum()
    if 0 in sums:
        problem = f"the pooled {measure} is not finite: an arm has no events (or only events)"
        raise RestatedError(problem, remedy="Use Peto, a risk difference or a corrected estimate")
    if measure == "OR":
        p, q = (a + d) / n, (b + c) / n
        mixed = (p * s + q * r).sum() / (sums[0] * sums[1])
        variance = 0.5 * ((p * r).sum() / sums[0] ** 2 + mixed + (q * s).sum() / sums[1] ** 2)
    else:
        variance = ((first * second * (a + c) - a * c * n) / n**2).sum() / (sums[0] * sums[1])
    return _mantel_haenszel(measure, np.log(sums[0] / sums[1]), variance, n.sum(), len(a), left_out, level)


def _mantel_haenszel(
    measure: str, estimate: float, variance: float, weight: float, k: int, left_out: int, level: float
) -> EventsFit:
    if variance <= ROUNDOFF / weight:  # rounding: a single event among n patients gives about 1 / n^2
        problem = f"the standard error of the pooled {measure} is zero: within each arm all had the same outcome"
        raise RestatedError(problem, remedy="Use effect_sizes with a correction, or report the counts")
    return _result(measure, "Mantel-Haenszel", estimate, np.sqrt(variance), 0.0, k, left_out, level)


def peto(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, level: float = 0.95) -> EventsFit:
    """Return Peto's one-step common log odds ratio: observed minus expected events over their variance."""
    a, b, c, d, left_out = _used(events1, n1, events2, n2, "OR")
    first, second = a + b, c + d
    n = first + second
    observed_minus_expected = (a - first * (a + c) / n).sum()
    variance = (first * second * (a + c) * (b + d) / (n**2 * (n - 1))).sum()
    estimate, se = observed_minus_expected / variance, 1 / np.sqrt(variance)
    return _result("OR", "Peto", estimate, se, 0.0, len(a), left_out, level)


def logistic_normal(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, level: float = 0.95
) -> EventsFit:
    """Fit the random-effects logistic model: binomial arms, one baseline per trial, normal log odds ratios.

    logit p = alpha_j +- (theta + u_j) / 2, u_j normal with variance tau2, alpha_j free; maximum likelihood with
    adaptive Gauss-Hermite quadrature: metafor's rma.glmm(model = "UM.FS"), coding 1/2. Standard errors are from the
    inverse Hessian in (theta, tau), or in theta alone if tau is zero. Also raises RestatedError if fewer than two
    trials can be used, an arm has no events (or only events) in all trials, or the search does not settle.
    """
    a, b, c, d, left_out = _used(events1, n1, events2, n2, "OR")
    if len(a) < 2:
        raise RestatedError("the logistic-normal model needs at least two trials with events")
    if 0 in (a.sum(), b.sum(), c.sum(), d.sum()):
        problem = "the odds ratio is not finite: an arm has no events (or only events)"
        raise RestatedError(problem, remedy="Use Peto or a risk difference")
    trials = _Trials(a, b, c, d)
    start = np.array([mantel_haenszel(a, a + b, c, c + d).estimate, 0.5])
    search = partial(optimize.minimize, jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
    found = search(trials.minus_log_likelihood, start, bounds=[(None, None), (0.0, None)])
    at_zero = search(trials.without_tau, start[:1])
    if not np.isfinite(found.fun):
        raise RestatedError("the logistic-normal likelihood could not be maximised", remedy="Check the counts")
    # tau = 0 is a stationary point, from which a search by gradient cannot leave: take the better end.
    point = np.append(at_zero.x, 0.0) if found.x[1] < ZERO_TAU or at_zero.fun <= found.fun else found.x
    free = 1 if point[1] == 0 else 2

    def slope(i: int, j: int) -> float:
        step = DIFFERENCE * np.eye(2)[j]
        ahead, behind = (trials.minus_log_likelihood(point + sign * step)[1] for sign in (1, -1))
        return float((ahead - behind)[i] / (2 * DIFFERENCE))

    hessian = np.array([[slope(i, j) for j in range(free)] for i in range(free)])
    se = np.sqrt(np.linalg.inv((hessian + hessian.T) / 2)[0, 0])
    return _result("OR", "logistic-normal", point[0], se, float(point[1]) ** 2, len(a), left_out, level)


def number_needed_to_treat(rd: float, low: float, high: float) -> tuple[float, float, float]:
    """Return the number needed to treat from a risk difference: 1 / |rd|, and for benefit (rd < 0) the interval's ends.

    Where the interval reaches zero, the upper limit is infinite, and beyond that is harm. All three are nan where `rd`
    is not negative. Raises RestatedError if the risk difference is missing or outside its interval.
    """
    check_numbers(rd=rd, low=low, high=high)
    if not low <= rd <= high:
        raise RestatedError(f"the risk difference {rd} is not between {low} and {high}", field="rd")
    if not rd < 0:
        return np.nan, np.nan, np.nan
    return -1 / rd, -1 / low, -1 / high if high < 0 else np.inf


class _Trials:
    """Profile likelihood of the logistic-normal model for the trials given; arrays are (arm, trial, node)."""

    def __init__(self, a: Floats, b: Floats, c: Floats, d: Floats) -> None:
        self.events, self.n = np.array([a, c])[..., None], np.array([a + b, c + d])[..., None]
        nodes, weights = roots_hermite(QUADRATURE_NODES)
        # Nodes and log weights of the integral of f(z) exp(z^2) exp(-z^2), written for a plain integrand.
        self.nodes, self.log_weights = nodes, np.log(weights) + nodes**2
        first, second, *cells = gammaln(np.array([a + b, c + d, a, b, c, d]) + 1)
        self.constant = (first - cells[0] - cells[1] + second - cells[2] - cells[3]).sum()
        # A good start: log odds, then the baselines of the last point.
        self.alpha = (np.log((a + 0.5) / (b + 0.5)) + np.log((c + 0.5) / (d + 0.5))) / 2

    def minus_log_likelihood(self, point: Floats) -> tuple[float, Floats]:
        """Value and gradient in (theta, tau), the baselines profiled out."""
        theta, tau = point
        alpha = self.alpha.copy()
        for _ in range(MAX_ITERATIONS):
            log_density, posterior, u, residual, information = self._quadrature(alpha, theta, tau)
            score = residual.sum(axis=0)
            mean = (posterior * score).sum(axis=1)
            curvature = (posterior * information).sum(axis=1) - ((posterior * score**2).sum(axis=1) - mean**2)
            step = np.clip(mean / np.where(curvature > 0, curvature, 1.0), -MAX_STEP, MAX_STEP)
            alpha += step
            if np.abs(step).max() < STEP_TOLERANCE * (1 + np.abs(alpha).max()):
                break
        else:
            raise RestatedError("a trial's baseline could not be fitted", remedy="Check the counts")
        self.alpha = alpha
        slope = posterior * (HALVES * residual).sum(axis=0)
        return -(log_density.sum() + self.constant), -np.array([slope.sum(), (slope * u).sum()])

    def without_tau(self, theta: Floats) -> tuple[float, Floats]:
        """Value and derivative in theta of the common-effect logistic model, tau = 0."""
        value, gradient = self.minus_log_likelihood(np.append(theta, 0.0))
        return value, gradient[:1]

    def _quadrature(self, alpha: Floats, theta: float, tau: float) -> tuple[Floats, ...]:
        """Adaptive rule over the standardised random effect u of each trial: log integral and its pieces."""
        mode = np.zeros((len(alpha), 1))
        for _ in range(MAX_ITERATIONS):
            _, residual, information = self._arms(alpha, theta + tau * mode)
            bend = tau**2 / 4 * information + 1
            step = np.clip((tau * (HALVES * residual).sum(axis=0) - mode) / bend, -MAX_STEP, MAX_STEP)
            mode += step
            if np.abs(step).max() < STEP_TOLERANCE * (1 + np.abs(mode).max()):
                break
        spread = np.sqrt(2 / bend)
        u = mode + spread * self.nodes
        logits, residual, information = self._arms(alpha, theta + tau * u)
        gains, costs = self.events * logits, self.n * np.logaddexp(0, logits)
        log_f = gains[0] - costs[0] + gains[1] - costs[1] - u**2 / 2 - np.log(2 * np.pi) / 2 + self.log_weights
        top = log_f.max(axis=1, keepdims=True)
        mass = np.exp(log_f - top)
        total = mass.sum(axis=1, keepdims=True)
        return np.log(total) + top + np.log(spread), mass / total, u, residual, information

    def _arms(self, alpha: Floats, effect: Floats) -> tuple[Floats, Floats, Floats]:
        """Logits, events above those expected, and the information of both arms together."""
        logits = alpha[:, None] + HALVES * effect
        p = expit(logits)
        return logits, self.events - self.n * p, (self.n * p * (1 - p)).sum(axis=0)


def _result(
    measure: str, method: str, estimate: float, se: float, tau2: float, k: int, left_out: int, level: float
) -> EventsFit:
    check_level(level)
    estimate, se, statistic = float(estimate), float(se), float(estimate / se)
    margin = float(stats.norm.ppf((1 + level) / 2)) * se
    p = float(2 * stats.norm.sf(abs(statistic)))
    low, high = estimate - margin, estimate + margin
    return EventsFit(measure, method, estimate, se, low, high, statistic, p, tau2, k, left_out, level)


def _used(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, measure: str
) -> tuple[Floats, Floats, Floats, Floats, int]:
    """Cells of the informative trials, and how many trials were left out."""
    found, keep = cells(events1, n1, events2, n2, measure)
    if not keep.any():
        raise RestatedError(f"no trial has information on the {measure}", remedy="Use a risk difference")
    a, b, c, d = found[:, keep]
    return a, b, c, d, int((~keep).sum())


def cells(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, measure: str) -> tuple[Floats, Bools]:
    """Return events and others of both arms, shape (4, k), and True for trials with information on the measure."""
    check_option("measure", measure, MEASURES, field="measure")
    counts = [floats(x, "events", problem="counts are not numbers") for x in (events1, n1, events2, n2)]
    if counts[0].ndim != 1 or any(x.shape != counts[0].shape for x in counts):
        problem = f"the four counts have shapes {', '.join(str(x.shape) for x in counts)}"
        raise RestatedError(problem, field="events", remedy="Give four lists of one length")
    a, first, c, second = counts
    for events, n, arm in ((a, first, 1), (c, second, 2)):
        wrong = ~((events >= 0) & (events <= n) & (n >= 1) & (n < MOST) & ((events == 0) | (events > 1 / MOST)))
        if wrong.any():
            place = int(wrong.argmax())
            ratio = f"{events[place]:g} events of {n[place]:g}"
            raise RestatedError(f"trial {place + 1} has {ratio} in arm {arm}", field=f"events{arm}")
    b, d = first - a, second - c
    informative = (a + c > 0) | (measure == "RD")
    if measure == "OR":
        informative &= b + d > 0
    return np.array([a, b, c, d]), informative
