"""Ranges of what is behind a printed statement: an estimate, its interval and test, and what they were computed from.

A statement names its numbers by role: ``estimate``, ``ci_low``, ``ci_high``, ``se``, ``z`` (or ``t``), ``p``, ``df``;
``mean1``, ``sd1``, ``n1`` and so on of two groups; ``k``, ``Q``, ``I2``, ``tau2`` of a meta-analysis; ``r``, paths of a
mediation, variances, twin correlations. `ranges` propagates intervals through the formulas that tie them, once for each
reading of what was not printed (normal or t, one- or two-sided, interval method, definition of I2).

References: Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I2). Schoenfeld (1981), Biometrika 68,
316-319 (events of a hazard ratio). Chinn (2000), Statistics in Medicine 19, 3127-3131 (odds ratio from d).
"""

import math
from collections.abc import Callable, Collection, Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy import stats

from restated.arguments import Floats
from restated.reconstruct.relations import ANY, Box, Empty, Interval, Relation, formulas, hull, loosened, meet, narrow
from restated.reconstruct.studysets import sizes

#: Printed scale of an estimate: to the scale on which its interval is symmetric, and back.
SCALES: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "identity": (lambda x: x, lambda y: y),
    "ratio": (np.log, np.exp),
    "percent more": (lambda x: np.log1p(x / 100), lambda y: 100 * np.expm1(y)),
    "percent less": (lambda x: -np.log1p(-x / 100), lambda y: -100 * np.expm1(-y)),
    "correlation": (np.arctanh, np.tanh),
}
TESTS = ("t", "z", "one-sided t", "one-sided z")
#: Confidence of printed intervals where a case names none.
LEVEL = 95
#: Numbers that authors compute from others of the same statement, by family.
FAMILIES = (
    frozenset(("z", "t", "p", "d", "F", "ab", "cov", "difference", "increase", "reduction", "nnt", "odds_ratio",
               "odds_low", "odds_high", "risk_ratio", "R2", "I2")),
    frozenset(("ci_low", "ci_high")),
)  # fmt: skip
_HALF, _LINE, _UNIT = (0.0, math.inf), (-1.0, 1.0), (0.0, 1.0)
#: Natural limits of quantities, by name without digits and group.
DOMAINS: Mapping[str, Interval] = {
    **dict.fromkeys(("se", "sd", "var", "Q", "tau2", "tau", "F", "size", "df", "n", "k", "events", "nnt"), _HALF),
    **dict.fromkeys(("H", "H2"), (1.0, math.inf)),
    **dict.fromkeys(("p", "R2", "proportion"), _UNIT),
    **dict.fromkeys(("r", "plus_minus"), _LINE),
    **dict.fromkeys(("I2", "percent", "percent1", "percent2"), (0.0, 100.0)),
}
#: Sizes of studies tried where only their total is printed: spreads of logarithms, draws of each, smallest size.
SPREADS, DRAWS, SMALLEST = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5), 300, 10
#: Studies beyond which none are drawn: their sizes would fill the memory.
MOST_STUDIES = 2_000
#: Halvings when the variance between studies is solved for: beyond the precision of any print.
HALVINGS = 40
#: Comparisons of two percentages, often computed from their printed digits.
COMPARISONS = formulas("""
increase = 100 * (percent1 / percent2 - 1); reduction = 100 * (1 - percent1 / percent2)
difference = percent1 - percent2; nnt = 100 / abs(percent1 - percent2); risk_ratio = percent1 / percent2
odds_ratio = percent1 * (100 - percent2) / (percent2 * (100 - percent1))
""")
_ALWAYS = """
df = n1 + n2 - 2; df = pairs - 1; d = estimate / sd; estimate = d * sd; increase = 100 * (mean1 / mean2 - 1)
estimate = mean1 - mean2; mean1 = estimate + mean2; mean2 = mean1 - estimate
se = sd * sqrt(1 / n1 + 1 / n2); sd = se / sqrt(1 / n1 + 1 / n2); se = sd_diff / sqrt(pairs); sd_diff = se * sqrt(pairs)
sd = sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)); r = (sd1**2 + sd2**2 - sd_diff**2) / (2 * sd1 * sd2)
se1 = sd1 / sqrt(n1); sd1 = se1 * sqrt(n1); se2 = sd2 / sqrt(n2); sd2 = se2 * sqrt(n2); median = mean + plus_minus * sd
R2 = F * df1 / (F * df1 + df2); F = R2 * df2 / (df1 * (1 - R2)); cov = r * sqrt(var1 * var2)
ab = c - c_prime; c = ab + c_prime; c_prime = c - ab; ab = a * b; a = ab / b; b = ab / a; estimate = c; c = estimate
h2 = 2 * (r_mz - r_dz); c2 = 2 * r_dz - r_mz; e2 = 1 - r_mz; hazard_events = 4 / se**2
odds_ratio = exp(estimate * pi / sqrt(3)) * is_smd; odds_low = exp(ci_low * pi / sqrt(3)) * is_smd
odds_high = exp(ci_high * pi / sqrt(3)) * is_smd
""" + "".join(f"var{g} = sd{g}**2; sd{g} = sqrt(var{g});" for g in ("", 1, 2, "_residual", "_intercept", "_slope"))
#: What a mediator adds to R2, the path to it in units of both, and the correlations that follow.
_MEDIATOR = """
added = sqrt(maximum(R2 - r**2, 0)); slope_xm = r * ab / c / added
r_xm = slope_xm / sqrt(1 + slope_xm**2); r_my = added * sqrt(1 - r_xm**2) + r * r_xm
"""
_SHARE = """
events = proportion * n; proportion = events / n; estimate = proportion; proportion = estimate
se = sqrt(proportion * (1 - proportion) / n)
"""
#: Tests without an estimate.
_TESTS = "p = f_sf(F, df1, df2); F = f_isf(p, df1, df2); p = chi2_sf(chi2, df); chi2 = chi2_isf(p, df)"
#: One correlation: its interval is Fisher's, its test that of t.
_FISHER = "se = 1 / sqrt(n - 3); r = estimate; estimate = r"
_INTERVAL = """
se = (y_high - y_low) / (2 * quantile); se = (y - y_low) / quantile; se = (y_high - y) / quantile
y_low = y - quantile * se; y = y_low + quantile * se; y_high = y + quantile * se; y = y_high - quantile * se
y = (y_low + y_high) / 2; size = abs(z); z = size * sign(y)
"""
_RATIO = "y = z * se; z = y / se; se = abs(y) / size"
_HETEROGENEITY = """
tau = sqrt(tau2); tau2 = tau**2; H = sqrt(H2); H2 = H**2; H2 = 1 / (1 - I2 / 100); I2 = 100 * (1 - 1 / H2)
"""
_I2 = "I2 = 100 * maximum(0, 1 - (k - 1) / Q); Q = where(I2 <= 0, 0, (k - 1) / (1 - I2 / 100))"


def _estimate(scale: str, test: str, level: float, *, fisher: bool) -> list[Relation]:
    """Return what ties an estimate to its interval, standard error, statistic and p."""
    to, back = SCALES[scale]
    tail, sides = (1 - level / 100) / 2, 1 if "one-sided" in test else 2
    at, of = ("df", "t") if test.endswith("t") else ("0", "z")
    found = []
    for end, working in (("estimate", "y"), ("ci_low", "y_low"), ("ci_high", "y_high")):
        found += [Relation(working, (end,), to), Relation(end, (working,), back)]
    found += [Relation(f"f_{end}", (f"fixed_{end}",), to) for end in ("low", "high")]
    quantile = f"z_isf({tail}, 0)" if fisher else f"{of}_isf({tail}, {at})"
    text = f"""fixed_se = (f_high - f_low) / (2 * z_isf({tail}, 0)); quantile = {quantile}
    p = visible({sides} * {of}_sf(abs(z), {at})); size = {of}_isf(p / {sides}, {at})"""
    return [*found, *formulas(text), *formulas(_INTERVAL), *formulas(_FISHER if fisher else _RATIO)]


def readings(
    box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]
) -> dict[str, list[Relation]]:
    """Return the relations of each reading of what was not printed, by its name in words."""
    names = box.keys()
    t = bool({"df", "n1", "pairs", "n"} & names) and not {"k", "proportion"} & names
    tests = [options.get("test") or ("t" if t else "z")]
    if "tests" in elements:
        tests += [one for one in TESTS if one not in tests and (t or one.endswith("z"))]
    i2 = ["Q"] if "k" in names else [""]
    if "estimator" in elements and "k" in names:
        i2, tests = ["Q", "tau2"], [*tests, "t"]
    common = [*formulas(_ALWAYS), *COMPARISONS, *formulas(_MEDIATOR)]
    if "n" in names and not {"n1", "k", "pairs"} & names:
        common += formulas(f"df = n - 1 - {options.get('predictors', 1)}")
    if "k" in names:
        common += formulas("df = k - 1; p_q = chi2_sf(Q, k - 1)") + formulas(_HETEROGENEITY)
    if "proportion" in names:
        common += formulas(_SHARE)
    if not {"mean1", "sd1", "var1"} & names:  # else r is that of two measures, not the effect
        common += formulas("z = r * sqrt(df / (1 - r**2)); r = z / sqrt(z**2 + df)")
    if not {"z", "estimate", "c", "mean1"} & names:
        common += formulas(_TESTS)
    if times := options.get("times"):
        x = np.column_stack([np.ones(len(times)), times])
        for name, share in zip(("intercept", "slope"), np.diag(np.linalg.inv(x.T @ x)), strict=True):
            common += formulas(f"se_{name} = sqrt((sd_{name}**2 + {share} * sd_residual**2) / n)")
    scale, level = options.get("scale", "identity"), options.get("level", LEVEL)
    found = {}
    for test, of in product(dict.fromkeys(tests), i2):
        own = _estimate(scale, test, level, fisher=scale == "correlation" and "k" not in names)
        name = test + (f", I2 from {of}" if of else "")
        found[name] = [*common, *own, *(formulas(_I2) if of == "Q" else ())]
    return found


def ranges(
    box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]
) -> tuple[dict[str, Box], str]:
    """Return the ranges of all quantities for each reading that fits, and where none does, the numbers in conflict."""
    box = {("z" if name == "t" else name): ends for name, ends in box.items()}
    domains = {name: DOMAINS[stem(name)] for name in box if stem(name) in DOMAINS}
    domains |= {name: ends for name, ends in DOMAINS.items() if name not in ("percent", "n", "k")}
    with np.errstate(divide="ignore"):
        least, most = SCALES[options.get("scale", "identity")][1](np.array([-math.inf, math.inf]))
    domains |= dict.fromkeys(("estimate", "ci_low", "ci_high", "fixed_low", "fixed_high"), (float(least), float(most)))
    domains |= {"is_smd": (1.0, 1.0)} if options.get("measure") == "smd" else {}
    found, conflicts = {}, []
    for name, relations in readings(box, options, elements).items():
        loose = loosened(box, domains, relations, FAMILIES) if "derived" in elements else dict(box)
        try:
            start = {key: meet(ends, domains.get(key, ANY)) or ends for key, ends in loose.items()}
            inner = narrow(domains | start, relations)
            found[name] = inner | _between(inner, options, elements)
        except Empty as empty:
            conflicts.append(str(empty))
    if not found and "tests" in elements and "p" in box:
        # No test that is known gives this p: it constrains nothing.
        found, _ = ranges({n: e for n, e in box.items() if n != "p"}, options, elements)
        found = {
            n + ", p from another test": b | {"p": hull((b.get("p", box["p"]), box["p"]))} for n, b in found.items()
        }
    for inner in found.values():
        if "z" in inner:
            inner["t"] = inner["z"]
    return found, ", ".join(dict.fromkeys(conflicts))


def stem(name: str) -> str:
    """Return a role without the digits and the words behind it: ``sd`` of ``sd1`` and ``sd_residual``."""
    head = name.split("_")[0]
    return head if head in ("I2", "R2", "H2", "tau2", "h2", "c2", "e2") else head.rstrip("0123456789")


def natural(name: str) -> Interval:
    """Return the natural limits of a quantity, by role; those of a share named by letters are 0 and 100."""
    return (0.0, 100.0) if "/" in name else DOMAINS.get(name, DOMAINS.get(stem(name), ANY))


def _between(box: Box, options: Mapping[str, Any], elements: Collection[str] = ()) -> Box:
    """Return ranges of the heterogeneity over drawn study sizes; {} where nothing gives their weights.

    The weights are n - 3 of a correlation, or share out the weight behind a printed common-effect interval or behind
    I2. With tau2 they give the standard error; Q is the DerSimonian-Laird one. Over draws the ranges are inner ones.
    """
    k, total, se, fixed, i2 = (box.get(name, ANY) for name in ("k", "n_total", "se", "fixed_se", "I2"))
    whole = options.get("scale") == "correlation" and math.isfinite(total[1])
    if not math.isfinite(k[1]) or not math.isfinite(se[1]):
        return {}
    tau2_known, i2_known = math.isfinite(box.get("tau2", ANY)[1]), 0 <= i2[0] <= i2[1] < 100
    if not (whole or math.isfinite(fixed[1]) or (i2_known and not tau2_known)) or k[1] > MOST_STUDIES:
        return _prediction(box, options, elements)
    rng, studies = np.random.default_rng(0), round(k[0])
    people = round(total[0]) if whole else 100 * SMALLEST * studies
    w: Floats = np.concatenate(
        [sizes(studies, people, min_n=SMALLEST, size_shape=s, draws=DRAWS, rng=rng) for s in SPREADS]
    ).astype(float)
    w = np.asarray(w - 3 if whole else w / people)

    def pick(ends: Interval) -> Floats:
        return np.asarray(ends[0] + (ends[1] - ends[0]) * np.clip(rng.uniform(-0.5, 1.5, len(w)), 0, 1))  # often an end

    def error(weight: Floats, tau2: Floats) -> Floats:
        each = w * weight[:, None]
        return np.asarray((each / (1 + each * tau2[:, None])).sum(axis=1) ** -0.5)

    s, weight = pick(se), np.ones_like(w[:, 0])
    spread = w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)
    if not whole and not math.isfinite(fixed[1]):
        share = pick(i2) / 100
        excess = (studies - 1) * share / (1 - share) / spread  # tau2 times the weight
        weight = 1 / (s**2 * (w / (1 + w * excess[:, None])).sum(axis=1))
        tau2 = excess / weight
    elif not whole and tau2_known:
        tau2 = pick(box["tau2"])
        weight = _root(lambda x: error(x, tau2) < s, np.full(len(w), 4 / fixed[0] ** 2))
    else:
        weight = weight if whole else pick((fixed[1] ** -2, fixed[0] ** -2))
        tau2 = _root(lambda x: error(weight, x) > s, studies * s**2)
    q = studies - 1 + tau2 * weight * spread
    heterogeneity = 100 * np.maximum(0, 1 - (studies - 1) / q)
    values = {"tau2": tau2, "tau": np.sqrt(tau2)}
    if whole or math.isfinite(fixed[1]):
        values |= {"Q": q, "I2": heterogeneity, "H2": 1 / (1 - heterogeneity / 100)}
    y, back = pick(box.get("y", ANY)), SCALES[options.get("scale", "identity")][1]
    halves = [t * np.sqrt(tau2 + s**2) for t in _quantiles(studies, elements)]
    fits = np.full(len(w), True)
    if not whole and math.isfinite(fixed[1]):
        fits = (weight >= fixed[1] ** -2) & (weight <= fixed[0] ** -2)
    if not fits.any():
        raise Empty("tau2")
    found = {name: (float(value[fits].min()), float(value[fits].max())) for name, value in values.items()}
    for name, sign in (("pi_low", -1), ("pi_high", 1)):
        ends = np.array([back(y + sign * half)[fits] for half in halves])
        found[name] = float(ends.min()), float(ends.max())
    for name in [name for name in found if name in box]:
        if (both := meet(found[name], box[name])) is None:
            raise Empty(name)
        found[name] = both
    return found


def _quantiles(studies: int, elements: Collection[str]) -> list[float]:
    """Quantiles of a 95 % prediction interval: t with k - 2 degrees of freedom, else also t with k - 1, and normal."""
    usual = float(stats.t.ppf(0.975, max(studies - 2, 1)))
    return [usual, float(stats.t.ppf(0.975, max(studies - 1, 1))), 1.959964] if "estimator" in elements else [usual]


def _prediction(box: Box, options: Mapping[str, Any], elements: Collection[str]) -> Box:
    """Return the ends of the prediction interval that mean, standard error and tau2 give; {} without them."""
    (low, high), tau2, se = box.get("y", ANY), box.get("tau2", ANY), box["se"]
    if not np.isfinite([low, high, *tau2]).all():
        return {}
    quantiles, back = _quantiles(round(box["k"][0]), elements), SCALES[options.get("scale", "identity")][1]
    errors = [math.hypot(max(a, 0.0) ** 0.5, b) for a, b in zip(tau2, se, strict=True)]
    least, most = min(quantiles) * errors[0], max(quantiles) * errors[1]
    ends = {"pi_low": (low - most, high - least), "pi_high": (low + least, high + most)}
    return {name: (float(back(a)), float(back(b))) for name, (a, b) in ends.items()}


def _root(above: Callable[[Floats], Any], high: Floats) -> Floats:
    """Halve between 0 and `high` until the place where `above` becomes true is found."""
    low = np.zeros_like(high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        beyond = above(middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return high
