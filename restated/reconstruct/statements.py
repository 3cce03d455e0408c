"""Ranges of what is behind a printed statement: an estimate, its interval and test, and what they were computed from.

A statement names its numbers by role: ``estimate``, ``ci_low``, ``ci_high``, ``se``, ``z`` (or ``t``), ``p``, ``df``;
``mean1``, ``sd1``, ``n1`` and so on of two groups; ``k``, ``Q``, ``I2``, ``tau2`` of a meta-analysis; ``r``, paths of a
mediation, variances, twin correlations. `ranges` propagates intervals through the formulas that tie them, once for each
reading of what was not printed (normal or t, one- or two-sided, interval method, definition of I2).

References
----------
Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I2). Schoenfeld (1981), Biometrika 68, 316-319 (events
behind a hazard ratio). Chinn (2000), Statistics in Medicine 19, 3127-3131 (odds ratio from d).
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy import stats

from restated.arguments import Floats
from restated.reconstruct.relations import ANY, Box, Empty, Interval, Relation, hull, loosened, meet, narrow
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
    frozenset(
        (
            "z",
            "t",
            "p",
            "d",
            "F",
            "ab",
            "cov",
            "difference",
            "increase",
            "reduction",
            "nnt",
            "odds_ratio",
            "odds_low",
            "odds_high",
            "risk_ratio",
            "R2",
            "I2",
        )
    ),
    frozenset(("ci_low", "ci_high")),
)
_HALF, _LINE, _UNIT = (0.0, math.inf), (-1.0, 1.0), (0.0, 1.0)
#: Natural limits of quantities, by name without digits and group.
DOMAINS: Mapping[str, Interval] = {
    **dict.fromkeys(("se", "sd", "var", "Q", "tau2", "F", "size", "df", "n", "k", "events", "nnt"), _HALF),
    **dict.fromkeys(("p", "R2", "proportion"), _UNIT),
    **dict.fromkeys(("r", "plus_minus"), _LINE),
    **dict.fromkeys(("I2", "percent", "percent1", "percent2"), (0.0, 100.0)),
}
#: Sizes of studies that are tried where only their total is printed: spreads of their logarithms (equal to very
#: unequal), draws of each, smallest size.
SPREADS, DRAWS, SMALLEST = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5), 300, 10
#: Smallest p whose statistic is computed.
TINY = 1e-300
#: Halvings when the variance between studies is solved for: beyond the precision of any print.
HALVINGS = 40

R = Relation
#: Comparisons of two percentages, often computed from their printed digits.
COMPARISONS = (
    R("increase", ("percent1", "percent2"), lambda a, b: 100 * (a / b - 1)),
    R("reduction", ("percent1", "percent2"), lambda a, b: 100 * (1 - a / b)),
    R("difference", ("percent1", "percent2"), lambda a, b: a - b),
    R("nnt", ("percent1", "percent2"), lambda a, b: 100 / np.abs(a - b)),
    R("odds_ratio", ("percent1", "percent2"), lambda a, b: a * (100 - b) / (b * (100 - a))),
    R("risk_ratio", ("percent1", "percent2"), lambda a, b: a / b),
)
_FIXED = (
    R("df", ("n1", "n2"), lambda a, b: a + b - 2),
    R("df", ("pairs",), lambda n: n - 1),
    R("estimate", ("mean1", "mean2"), lambda a, b: a - b),
    R("mean1", ("estimate", "mean2"), lambda d, b: d + b),
    R("mean2", ("estimate", "mean1"), lambda d, a: a - d),
    R("se", ("sd", "n1", "n2"), lambda s, a, b: s * np.sqrt(1 / a + 1 / b)),
    R("sd", ("se", "n1", "n2"), lambda e, a, b: e / np.sqrt(1 / a + 1 / b)),
    R("sd", ("sd1", "sd2", "n1", "n2"), lambda s, t, a, b: np.sqrt(((a - 1) * s**2 + (b - 1) * t**2) / (a + b - 2))),
    R("d", ("estimate", "sd"), lambda d, s: d / s),
    R("estimate", ("d", "sd"), lambda d, s: d * s),
    R("increase", ("mean1", "mean2"), lambda a, b: 100 * (a / b - 1)),
    *COMPARISONS,
    R("se", ("sd_diff", "pairs"), lambda s, n: s / np.sqrt(n)),
    R("sd_diff", ("se", "pairs"), lambda e, n: e * np.sqrt(n)),
    R("r", ("sd1", "sd2", "sd_diff"), lambda s, t, d: (s**2 + t**2 - d**2) / (2 * s * t)),
    *(
        R(to, (of, n), function)
        for g in "12"
        for to, of, n, function in (
            (f"se{g}", f"sd{g}", f"n{g}", lambda s, n: s / np.sqrt(n)),
            (f"sd{g}", f"se{g}", f"n{g}", lambda s, n: s * np.sqrt(n)),
        )
    ),
    R("plus_minus", (), lambda: [-1.0, 1.0]),
    R("median", ("mean", "sd", "plus_minus"), lambda m, s, u: m + u * s),
    R("R2", ("F", "df1", "df2"), lambda f, a, b: f * a / (f * a + b)),
    R("F", ("R2", "df1", "df2"), lambda r, a, b: r * b / (a * (1 - r))),
    R("ab", ("c", "c_prime"), lambda c, d: c - d),
    R("c", ("ab", "c_prime"), lambda a, d: a + d),
    R("c_prime", ("c", "ab"), lambda c, a: c - a),
    R("ab", ("a", "b"), lambda a, b: a * b),
    R("a", ("ab", "b"), lambda p, b: p / b),
    R("b", ("ab", "a"), lambda p, a: p / a),
    R("estimate", ("c",), lambda c: c),
    R("c", ("estimate",), lambda e: e),
    # What the mediator adds to R2, signed as the indirect effect over the total one, and two correlations from it.
    R("added", ("R2", "r"), lambda s, r: np.sqrt(np.maximum(s - r**2, 0))),
    R("slope_xm", ("r", "ab", "c", "added"), lambda r, p, c, s: r * p / c / s),
    R("r_xm", ("slope_xm",), lambda q: q / np.sqrt(1 + q**2)),
    R("r_my", ("added", "r_xm", "r"), lambda s, x, r: s * np.sqrt(1 - x**2) + r * x),
    *(
        R(f"{to}{g}", (f"{of}{g}",), function)
        for g in ("", "1", "2", "_residual", "_intercept", "_slope")
        for to, of, function in (("var", "sd", np.square), ("sd", "var", np.sqrt))
    ),
    R("cov", ("r", "var1", "var2"), lambda r, v, w: r * np.sqrt(v * w)),
    R("h2", ("r_mz", "r_dz"), lambda m, d: 2 * (m - d)),
    R("c2", ("r_mz", "r_dz"), lambda m, d: 2 * d - m),
    R("e2", ("r_mz",), lambda m: 1 - m),
    R("hazard_events", ("se",), lambda s: 4 / s**2),  # equal arms
    R("odds_ratio", ("estimate", "is_smd"), lambda d, one: np.exp(d * math.pi / math.sqrt(3))),
    R("odds_low", ("ci_low", "is_smd"), lambda d, one: np.exp(d * math.pi / math.sqrt(3))),
    R("odds_high", ("ci_high", "is_smd"), lambda d, one: np.exp(d * math.pi / math.sqrt(3))),
)
_CORRELATION = (
    R("z", ("r", "df"), lambda r, df: r * np.sqrt(df / (1 - r**2))),
    R("r", ("z", "df"), lambda t, df: t / np.sqrt(t**2 + df)),
)
_SHARE = (
    R("events", ("proportion", "n"), lambda p, n: p * n),
    R("proportion", ("events", "n"), lambda e, n: e / n),
    R("estimate", ("proportion",), lambda p: p),
    R("proportion", ("estimate",), lambda y: y),
    R("se", ("proportion", "n"), lambda p, n: np.sqrt(p * (1 - p) / n)),
)
#: Tests without an estimate.
_F = (
    R("p", ("F", "df1", "df2"), lambda f, a, b: stats.f.sf(f, a, b)),
    R("F", ("p", "df1", "df2"), lambda p, a, b: stats.f.isf(p, a, b)),
    R("p", ("chi2", "df"), lambda x, df: stats.chi2.sf(x, df)),
    R("chi2", ("p", "df"), lambda p, df: stats.chi2.isf(p, df)),
)
#: One correlation: its interval is Fisher's, its test that of t.
_FISHER = (
    R("se", ("n",), lambda n: 1 / np.sqrt(n - 3)),
    R("r", ("estimate",), lambda r: r),
    R("estimate", ("r",), lambda r: r),
)
_I2 = (
    R("I2", ("Q", "k"), lambda q, k: 100 * np.maximum(0, 1 - (k - 1) / q)),
    R("Q", ("I2", "k"), lambda i, k: np.where(i <= 0, 0, (k - 1) / (1 - i / 100))),
)


def _visible(p: Any) -> Any:
    """p, and where it is too small for a float also the smallest one: its statistic is then not infinite."""
    return np.append(np.minimum(1, p), np.clip(p, TINY, 1))


def _estimate(scale: str, test: str, level: float) -> Iterator[Relation]:
    """Yield what ties an estimate to its interval, standard error, statistic and p."""
    to, back = SCALES[scale]
    tail = (1 - level / 100) / 2
    for printed, working in (("estimate", "y"), ("ci_low", "y_low"), ("ci_high", "y_high")):
        yield from (R(working, (printed,), to), R(printed, (working,), back))
    for printed, working in (("fixed_low", "f_low"), ("fixed_high", "f_high")):
        yield R(working, (printed,), to)
    yield R("fixed_se", ("f_low", "f_high"), lambda a, b: (b - a) / (2 * stats.norm.isf(tail)))
    sides = 1 if "one-sided" in test else 2
    if test.endswith("t"):
        yield R("quantile", ("df",), lambda df: stats.t.isf(tail, df))
        yield R("p", ("z", "df"), lambda z, df: _visible(sides * stats.t.sf(np.abs(z), df)))
        yield R("size", ("p", "df"), lambda p, df: stats.t.isf(p / sides, df))
    else:
        yield R("quantile", (), lambda: stats.norm.isf(tail))
        yield R("p", ("z",), lambda z: _visible(sides * stats.norm.sf(np.abs(z))))
        yield R("size", ("p",), lambda p: stats.norm.isf(p / sides))
    yield R("size", ("z",), np.abs)
    yield R("z", ("size", "y"), lambda s, y: s * np.sign(y))
    yield R("se", ("y_low", "y_high", "quantile"), lambda a, b, c: (b - a) / (2 * c))
    yield R("se", ("y", "y_low", "quantile"), lambda y, a, c: (y - a) / c)
    yield R("se", ("y", "y_high", "quantile"), lambda y, b, c: (b - y) / c)
    yield R("se", ("y", "size"), lambda y, s: np.abs(y) / s)
    yield R("y", ("y_low", "y_high"), lambda a, b: (a + b) / 2)
    yield R("y", ("z", "se"), lambda z, s: z * s)
    yield R("z", ("y", "se"), lambda y, s: y / s)
    for end, sign in (("y_low", -1), ("y_high", 1)):
        yield R(end, ("y", "se", "quantile"), lambda y, s, c, sign=sign: y + sign * c * s)
        yield R("y", (end, "se", "quantile"), lambda e, s, c, sign=sign: e - sign * c * s)


def readings(box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]) -> dict[str, list[R]]:
    """Return the relations of each reading of what was not printed, by its name in words."""
    t = ({"df", "n1", "pairs"} & box.keys() or "n" in box) and "k" not in box and "proportion" not in box
    tests = [options.get("test") or ("t" if t else "z")]
    if "tests" in elements:
        tests += [one for one in TESTS if one not in tests and (t or one.endswith("z"))]
    i2 = ["Q"] if "k" in box else [""]
    if "estimator" in elements and "k" in box:
        i2, tests = ["Q", "tau2"], [*tests, "t"]
    common = list(_FIXED)
    if "n" in box and not {"n1", "k", "pairs"} & box.keys():
        common.append(R("df", ("n",), lambda n: n - 1 - options.get("predictors", 1)))
    if "k" in box:
        common.append(R("df", ("k",), lambda k: k - 1))
        common.append(R("p_q", ("Q", "k"), lambda q, k: stats.chi2.sf(q, k - 1)))
    if "proportion" in box:
        common += _SHARE
    if not {"mean1", "sd1", "var1"} & box.keys():  # else r is that of two measures, not the effect
        common += _CORRELATION
    if not {"z", "estimate", "c", "mean1"} & box.keys():
        common += _F
    if times := options.get("times"):
        x = np.column_stack([np.ones(len(times)), times])
        for name, share in zip(("intercept", "slope"), np.diag(np.linalg.inv(x.T @ x)), strict=True):
            function: Callable[..., Any] = lambda s, e, n, share=share: np.sqrt((s**2 + share * e**2) / n)  # noqa: E731
            common.append(R(f"se_{name}", (f"sd_{name}", "sd_residual", "n"), function))
    found = {}
    for test, of in product(dict.fromkeys(tests), i2):
        own = list(_estimate(options.get("scale", "identity"), test, options.get("level", LEVEL)))
        if options.get("scale") == "correlation" and "k" not in box:
            mixed = [{one.target, *one.sources} for one in own]
            own = [one for one, names in zip(own, mixed, strict=True) if not ("se" in names and names & {"z", "size"})]
            own += _FISHER
        found[test + (f", I2 from {of}" if of else "")] = [*common, *own, *(_I2 if of == "Q" else ())]
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
            found[name] = inner | _between(inner, options)
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
    return head if head in ("I2", "R2", "tau2", "h2", "c2", "e2") else head.rstrip("0123456789")


def _between(box: Box, options: Mapping[str, Any]) -> Box:
    """Return ranges of the heterogeneity over drawn study sizes; {} where nothing gives their weights.

    The weights are n - 3 of a correlation, or share out the weight behind a printed common-effect interval. With tau2
    they give the standard error; Q is the DerSimonian-Laird one. Over draws the ranges are inner ones.
    """
    k, total, se, fixed = (box.get(name, ANY) for name in ("k", "n_total", "se", "fixed_se"))
    whole = options.get("scale") == "correlation" and math.isfinite(total[1])
    if not math.isfinite(k[1]) or not math.isfinite(se[1]) or not (whole or math.isfinite(fixed[1])):
        return {}
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
    if not whole and math.isfinite(box["tau2"][1]):
        tau2 = pick(box["tau2"])
        weight = _root(lambda x: error(x, tau2) < s, np.full(len(w), 4 / fixed[0] ** 2))
    else:
        weight = weight if whole else pick((fixed[1] ** -2, fixed[0] ** -2))
        tau2 = _root(lambda x: error(weight, x) > s, studies * s**2)
    w = w * weight[:, None]
    q = studies - 1 + tau2 * (w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1))
    half = stats.t.ppf(0.975, max(studies - 2, 1)) * np.sqrt(tau2 + s**2)
    y, back = pick(box.get("y", ANY)), SCALES[options.get("scale", "identity")][1]
    fits = np.full(len(w), True) if whole else (weight >= fixed[1] ** -2) & (weight <= fixed[0] ** -2)
    if not fits.any():
        raise Empty("tau2")
    values = {"tau2": tau2, "Q": q, "I2": 100 * np.maximum(0, 1 - (studies - 1) / q)}
    values |= {"pi_low": back(y - half), "pi_high": back(y + half)}
    found = {name: (float(value[fits].min()), float(value[fits].max())) for name, value in values.items()}
    for name in found.keys() & box.keys():
        if (both := meet(found[name], box[name])) is None:
            raise Empty(name)
        found[name] = both
    return found


def _root(above: Callable[[Floats], Any], high: Floats) -> Floats:
    """Halve between 0 and `high` until the place where `above` becomes true is found."""
    low = np.zeros_like(high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        beyond = above(middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return high
