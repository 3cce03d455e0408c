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
from statsmodels.stats.proportion import proportion_confint

from restated.arguments import Floats
from restated.intervals import LIMITS
from restated.reconstruct import relations
from restated.reconstruct.enumeration import ragged_ranges
from restated.reconstruct.practice import of_another_test
from restated.reconstruct.relations import ANY, Box, Empty, Interval, Relation, formulas, meet
from restated.reconstruct.studysets import sizes
from restated.words import tables

#: Printed scale of an estimate: to the scale on which its interval is symmetric, and back.
SCALES: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "identity": (lambda x: x, lambda y: y),
    "ratio": (np.log, np.exp),
    "percent more": (lambda x: np.log1p(x / 100), lambda y: 100 * np.expm1(y)),
    "percent less": (lambda x: -np.log1p(-x / 100), lambda y: -100 * np.expm1(-y)),
    "correlation": (np.arctanh, np.tanh),
}
TESTS = ("t", "z", "Welch t", "one-sided t", "one-sided z")
LEVEL = 95  #: Confidence of printed intervals where a case names none
_TABLES = tables(__file__)
#: Numbers that authors compute from others of the same statement, by family.
FAMILIES = tuple(frozenset(text.split()) for text in _TABLES["families"].values())
#: Formulas by what they are about.
_FORMULAS: Mapping[str, tuple[Relation, ...]] = {name: formulas(text) for name, text in _TABLES["formulas"].items()}
#: Comparisons of two percentages, often computed from their printed digits; of two groups without a sign.
UNSIGNED = (*_FORMULAS["comparisons"], *_FORMULAS["unsigned"])
_UNIT = (0.0, 1.0)
#: Natural limits of quantities, by name without digits and group.
DOMAINS: Mapping[str, Interval] = {
    name: (float(low), float(high)) for low, high, names in _TABLES["domains"] for name in names.split()
}
#: Limits of quantities that a set may fill without excluding anything. A heritability by formula may pass its own.
_NATURAL = {**LIMITS, **DOMAINS, **dict.fromkeys(("h2", "c2", "e2"), _UNIT)}
#: Numbers of a statement whose interval is not that of its correlation.
_NOT_OF_R = {"estimate", "k", "mean1", "pairs", "d", "sd1", "se", "c", "a", "ab", "var1", "cov", "F"}
#: Sizes of studies tried where only their total is printed: spreads of logarithms, draws of each, smallest size.
SPREADS, DRAWS, SMALLEST = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5), 300, 10
MOST_PEOPLE = 20_000  #: People up to whom intervals of a share are tried
MOST_STUDIES = 2_000  #: Studies beyond which none are drawn: their sizes would fill the memory
#: I2 / (1 - I2) of tau2 against Q / (k - 1) - 1: factor either way, and what is added over sqrt(k - 1), which hold for
#: all but one in forty simulated sets, whatever the estimator of tau2.
STRETCH, LEEWAY = (1 / 3, 3.0), (-2.5, 2.0)
KNAPP_HARTUNG = (0.5, 1.2)  #: The variance of Knapp and Hartung over the usual one: nine of ten simulated sets
FEWEST = 10.0  #: Degrees of freedom of a t test whose size is not printed, at least
UNEVEN = 4 / 3  #: Arms of three to one need this factor more events than equal ones
NEGLIGIBLE = 1e-9  #: Part of the squared standard error below which tau2 is 0
HALVINGS = 40  #: Halvings when the variance between studies is solved for: beyond the precision of any print


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
    return [*found, *formulas(text), *_FORMULAS["interval"], *_FORMULAS["fisher" if fisher else "ratio"]]


def readings(
    box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]
) -> dict[str, list[Relation]]:
    """Return the relations of each reading of what was not printed, by its name in words."""
    names, predictors = box.keys(), options.get("predictors", 1)
    correlation = options.get("scale") == "correlation"
    t = bool(correlation or {"df", "n1", "pairs", "n", "r"} & names) and not {"k", "proportion"} & names
    tests = [options.get("test") or ("t" if t else "z")]
    if "tests" in elements:
        t = t or not (options.get("scale") or {"k", "proportion"} & names)
        tests += [one for one in TESTS if one not in tests and (t or one.endswith("z"))]
        tests = [one for one in tests if "Welch" not in one or {"n1", "n2"} <= names]
    i2 = ["Q"] if "k" in names else [""]
    if "estimator" in elements and "k" in names:
        i2, tests = ["Q", "tau2"], [*tests, "t"]
    common = [*_FORMULAS["always"], *_FORMULAS["comparisons"], *_FORMULAS["signed"], *_FORMULAS["mediator"]]
    if (correlation or {"n", "r"} & names) and not {"n1", "k", "pairs", "df"} & names:
        common += formulas(f"n = df + 1 + {predictors}")
        common += formulas(f"df = n - 1 - {predictors}" if {"n", "ci_low", "ci_high"} & names else "")
    if options.get("standardized"):
        common += _FORMULAS["standardized"]
    if "predictors" in options:
        common += formulas(f"df1 = {predictors}; df2 = n - 1 - df1")
    for group, condition in _TABLES["applies"].items():
        some, none = (set(part.split()) for part in condition.split("|"))
        if (not some or some & names) and not none & names:
            common += _FORMULAS[group]
    if times := options.get("times"):
        x = np.column_stack([np.ones(len(times)), times])
        for name, share in zip(("intercept", "slope"), np.diag(np.linalg.inv(x.T @ x)), strict=True):
            common += formulas(f"""se_{name} = sqrt((sd_{name}**2 + {share} * sd_residual**2) / n)
            sd_{name} = sqrt(maximum(n * se_{name}**2 - {share} * sd_residual**2, 0))""")
    scale, level = options.get("scale", "identity"), options.get("level", LEVEL)
    found = {}
    for test, of in product(dict.fromkeys(tests), i2):
        own = _estimate(scale, test, level, fisher=scale == "correlation" and "k" not in names)
        name = test + (f", I2 from {of}" if of else "")
        two = _FORMULAS["welch" if "Welch" in test else "pooled"]
        found[name] = [*common, *own, *two, *(_FORMULAS[of] if of else ())]
    return found


def ranges(
    box: Mapping[str, Interval], options: Mapping[str, Any], elements: Collection[str]
) -> tuple[dict[str, Box], list[str]]:
    """Return the ranges of all quantities for each reading that fits, and those without a value in the others."""
    box = {("z" if name == "t" else name): ends for name, ends in box.items()}
    if (share := is_share(box)) and "proportion" not in box:
        box["proportion"] = box["events"][0] / max(box["n"][1], 1.0), box["events"][1] / max(box["n"][0], 1.0)
    if "r" in box and not {"scale", "predictors"} & options.keys() and not _NOT_OF_R & box.keys():
        options = {**options, "scale": "correlation"}
    domains = {name: DOMAINS[stem(name)] for name in box if stem(name) in DOMAINS}
    domains |= {name: ends for name, ends in DOMAINS.items() if name not in ("percent", "n", "k")}
    back = SCALES[options.get("scale", "identity")][1]
    with np.errstate(divide="ignore"):
        least, most = _UNIT if share else back(np.array([-math.inf, math.inf]))
    domains |= dict.fromkeys(("estimate", "ci_low", "ci_high", "fixed_low", "fixed_high"), (float(least), float(most)))
    domains |= {"is_smd": (1.0, 1.0)} if options.get("measure") == "smd" else {}
    domains |= {"stretch": (1.0, 1.0), "leeway": (0.0, 0.0)}
    limits: Box = {"stretch": STRETCH, "leeway": LEEWAY}
    limits |= {} if {"k", "n", "n1", "pairs"} & box.keys() else {"df": (FEWEST, math.inf)}
    limits |= {"ci_low": ANY, "ci_high": ANY} if share else {}  # Wald's interval of a share passes 0 and 1
    domains["uneven"] = (1.0, UNEVEN if "estimator" in elements else 1.0)
    if "estimator" in elements and {"d", "n1", "n2"} <= box.keys():  # d may be Hedges' g
        shrunk = 1 - 3 / (4 * max(4.0, box["n1"][0] + box["n2"][0]) - 9)
        box["d"] = relations.hull((box["d"], (box["d"][0] / shrunk, box["d"][1] / shrunk)))
    found, untied, conflicts = {}, {}, []
    counts = [name for name in box if stem(name) in ("n", "k", "pairs", "df", "events")]
    for name, ties in readings(box, options, elements).items():
        kh = KNAPP_HARTUNG if name.startswith("t,") else (1.0, 1.0)
        domains["most_kh"] = (1.0, 1 / kh[0])
        loose = relations.loosened(box, domains, ties, FAMILIES, counts) if "derived" in elements else dict(box)
        try:
            start = {key: meet(ends, domains.get(key, ANY)) or ends for key, ends in loose.items()}
            untied[name] = inner = relations.narrow(domains | limits | start, ties)
            found[name] = inner | _between(inner, options, elements, kh)
        except Empty as empty:
            conflicts.append(str(empty))
    found |= untied if "estimator" in elements and not found else {}  # the interval may be that of a common effect
    if {"proportion", "ci_low", "ci_high"} <= box.keys() and "estimator" in elements:
        found |= _share_intervals(box, options.get("level", LEVEL))
    if "p" in box and "tests" in elements and all("Welch" in name for name in found):
        near = {**box, "p": of_another_test(box["p"])}
        others, _ = ranges(near, options, set(elements) - {"tests"})
        found |= {f"{name}, p of another test": {**inner, "p": box["p"]} for name, inner in others.items()}
    for inner in found.values():
        if "z" in inner:
            inner["t"] = inner["z"]
    return found, conflicts


def _share_intervals(box: Mapping[str, Interval], level: float) -> dict[str, Box]:
    """Return sizes and events whose share and interval are printed, for each interval of a share that fits."""
    low, high = box.get("n", (1.0, MOST_PEOPLE))
    n = np.arange(math.ceil(low), min(math.floor(high), MOST_PEOPLE) + 1)
    least, most = (
        np.ceil(n * box["proportion"][0] - relations.SLACK),
        np.floor(n * box["proportion"][1] + relations.SLACK),
    )
    kept = most >= least
    length = (most - least + 1)[kept].astype(int)
    events, n = ragged_ranges(least[kept].astype(int), length), np.repeat(n[kept], length)
    share, width = (events + 2) / (n + 4), (box["ci_low"], box["ci_high"])
    rough = 4 * np.sqrt(share * (1 - share) / (n + 4))  # within a factor of 2, to look at few sizes only
    near = (rough > (width[1][0] - width[0][1]) / 2) & (rough < (width[1][1] - width[0][0]) * 2)
    events, n, found = events[near], n[near], {}
    for method, words in _TABLES["share_intervals"].items():
        ends = proportion_confint(events, n, alpha=1 - level / 100, method=method)
        fits = np.all([(a <= e) & (e <= b) for e, (a, b) in zip(ends, width, strict=True)], 0)
        if fits.any():
            values = {"n": n[fits], "events": events[fits], "proportion": (events / n)[fits]}
            found[words] = {**box, **{name: (float(x.min()), float(x.max())) for name, x in values.items()}}
    return found


def stem(name: str) -> str:
    """Return a role without the digits and the words behind it: ``sd`` of ``sd1`` and ``sd_residual``."""
    head = name.split("_")[0]
    return head if head in ("I2", "R2", "H2", "tau2", "h2", "c2", "e2") else head.rstrip("0123456789")


def words(name: str) -> str:
    """Return a role in words, with its group: ``percentage, group 2`` of ``percent2``."""
    known: dict[str, str] = _TABLES["words"]
    rest = name[len(head := stem(name)) :]
    return known.get(name) or known.get(head, head) + (f", group {rest}" if rest.isdigit() else rest.replace("_", " "))


def natural(name: str) -> Interval:
    """Return the natural limits of a quantity, by role; those of a share named by letters are 0 and 100."""
    return (0.0, 100.0) if "/" in name else _NATURAL.get(name, _NATURAL.get(stem(name), ANY))


def is_share(names: Collection[str]) -> bool:
    """Return whether a statement is on a share, printed or as events among cases."""
    return "proportion" in names or ({"n", "events"} <= set(names) and not {"estimate", "k"} & set(names))


def _between(box: Box, options: Mapping[str, Any], elements: Collection[str] = (), kh: Interval = (1.0, 1.0)) -> Box:
    """Return ranges of the heterogeneity over drawn study sizes; {} where nothing gives their weights.

    The weights are n - 3 of a correlation, or share out the weight behind a printed common-effect interval or behind
    I2. With tau2 they give the standard error; Q is the DerSimonian-Laird one. Over draws the ranges are inner ones.
    """
    names = ("k", "n_total", "se", "fixed_se", "I2", "Q")
    k, total, se, fixed, i2, q_known = (box.get(name, ANY) for name in names)
    whole = options.get("scale") == "correlation" and math.isfinite(total[1])
    blind = not math.isfinite(se[1])  # the weight and Q of a common effect give tau2 all the same
    if not math.isfinite(k[1]) or (blind and not math.isfinite(fixed[1] + q_known[1])):
        return {}
    most = k[1] * se[1] ** 2 / kh[0]  # what the standard error alone leaves of tau2
    tau2_known, i2_known = box.get("tau2", ANY)[1] < most * (1 - relations.SLACK), 0 <= i2[0] <= i2[1] < 100
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

    weight = np.ones_like(w[:, 0])
    own = weight if blind else pick(se)
    s = np.maximum(own, 1e-12) / np.sqrt(pick(kh))
    spread = w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)
    if blind:
        weight = pick((fixed[1] ** -2, fixed[0] ** -2))
        tau2 = np.maximum(pick(q_known) - studies + 1, 0) / (weight * spread)
        own = s = np.asarray(error(weight, tau2), dtype=float)
    elif not whole and not math.isfinite(fixed[1]):
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
    tau2 = np.where(tau2 < NEGLIGIBLE * s**2, 0.0, tau2)
    q = studies - 1 + tau2 * weight * spread
    heterogeneity = 100 * np.maximum(0, 1 - (studies - 1) / q)
    values = {"tau2": tau2, "tau": np.sqrt(tau2)}
    if blind:
        values["se"] = own
    elif whole or math.isfinite(fixed[1]):
        values |= {"Q": q, "I2": heterogeneity, "H2": 1 / (1 - heterogeneity / 100)}
    y, back = pick(box.get("y", ANY)), SCALES[options.get("scale", "identity")][1]
    halves = [t * np.sqrt(tau2 + own**2) for t in _quantiles(studies, elements)]
    fits = np.full(len(w), True)
    if not whole and math.isfinite(fixed[1]):
        fits = (weight >= fixed[1] ** -2) & (weight <= fixed[0] ** -2)
    if not fits.any():
        raise Empty("tau2")
    found = {name: (float(value[fits].min()), float(value[fits].max())) for name, value in values.items()}
    if blind:  # the mean may also be that of the common effect
        found["se"] = relations.hull((found["se"], fixed))
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
