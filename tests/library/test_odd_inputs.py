"""Every public function of the library with odd numbers: an answer without warnings, or one clear refusal."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import re
import warnings
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import restated.audit
import restated.estimate
import restated.reconstruct
from restated.audit.derived import FORMULAS
from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct.extremes import Arm

#: Functions that take what other functions make, and nothing a person types.
INSIDE = {
    "estimate.growth_likelihood",
    "estimate.twinlikelihood",
    "reconstruct.enumeration",
    "reconstruct.ensemble",
    "reconstruct.scoredraws",
    "reconstruct.scoresums",
    "estimate.meta.design_matrix",
    "estimate.meta.check_effects",
    "estimate.path.over_box",
    "estimate.costsets.resampled_means",
    "estimate.twins.intervals",
    "estimate.twins.compare",
    "estimate.twins.lowest_aic",
    "estimate.robust.clusters",
    "estimate.robust.sandwich",
    "reconstruct.studysets.summaries",
    "reconstruct.twintables.crossed",
    # What cases of the calibration say is checked where it is read.
    "reconstruct.armtables",
    "reconstruct.compatible",
    "reconstruct.practice",
    "reconstruct.relations",
    "reconstruct.statements",
    "reconstruct.scores.targets",
    "reconstruct.tables.examined",
    "reconstruct.tables.quantities",
    "reconstruct.twintables.examined",
    "reconstruct.twintables.quantities",
}


def public():
    for package in (restated.estimate, restated.reconstruct, restated.audit):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            short = module.__name__.removeprefix("restated.")
            for name, function in list(vars(module).items()):
                own = inspect.isfunction(function) and function.__module__ == module.__name__
                if own and not name.startswith("_") and not INSIDE & {short, f"{short}.{name}"}:
                    yield f"{short}.{name}", function


nan, inf = float("nan"), float("inf")
number = st.sampled_from([0.0, 0.1, 0.3, -0.5, 1.0, -1.0, 2.0, 50.0, 1e-12, -1e9, 1e30, nan, inf, -inf])
positive = st.sampled_from([0.0, 0.01, 0.04, 0.1, 1.0, 20.0, -1.0, 1e-30, 1e30, nan, inf])
count = st.sampled_from([0, 1, 2, 5, 10, 11, -1, 2.5, nan, inf])
whole = st.sampled_from([0, 1, 2, 3, 10, 40, -1])
share = st.sampled_from([0.0, 0.05, 0.3, 0.5, 1.0, -0.1, 2.0, nan, inf])
correlation = st.sampled_from([0.0, 0.3, 0.5, -0.4, 1.0, -1.0, 1.5, nan, inf])
box = st.tuples(number, number)
TEXTS = [
    "0",
    ".5",
    "0.00",
    "1.00",
    "-.31",
    "12.5",
    "50",
    "100",
    "< .05",
    "> .95",
    "> 3",
    "0.1 to 0.4",
    "about 40",
    "17/40",
]
prints = st.sampled_from([*TEXTS, "1e-9", "none", "-3", "half"]).map(parse)
constraint = prints | st.sampled_from([(0.1, 0.2), (None, 1), (nan, 1), (2, 1), (0, inf), 3, ".5", "1,250", 0.5, None])
K = 3


def many(one, least=0, most=4):
    return st.lists(one, min_size=least, max_size=most)


def per_study(one):
    """Mostly one for each of K studies, some of them all the same."""
    return st.lists(one, min_size=K, max_size=K) | one.map(lambda x: [x] * K) | many(one)


numbers, counts = per_study(number), per_study(count)
table4 = many(count, 4, 4) | many(many(count, 4, 4), 0, 2)
table3 = many(count, 3, 3)
square = many(many(count, 2, 2), 2, 2) | many(count)
options = {
    "method": st.sampled_from(["REML", "DL", "PM", "ML", "HE", "SJ", "FE", "no"]),
    "ci": st.sampled_from(["wald", "knapp-hartung", "no"]),
    "level": st.sampled_from([0.95, 0.5, 0.0, 1.0, nan]),
}
rng = st.just(0).map(np.random.default_rng)

#: What each parameter gets, by "module.function.parameter", "module.parameter" or its name.
GIVEN = {
    **options,
    "y": numbers,
    "v": per_study(positive),
    "Y": many(st.lists(number, min_size=K, max_size=K), 0, 2),
    "V": st.lists(positive, min_size=K, max_size=K),
    "X": numbers,
    "cluster": st.lists(st.sampled_from("abcd"), min_size=K, max_size=K) | many(st.sampled_from(["a", "b", None])),
    "order": numbers | st.none() | st.just([2001, None, 2003]),
    "labels": st.sampled_from([None, ["a"], ["a", "b", "c"]]),
    "options": st.just({}),
    "pi_df": st.sampled_from(["k-2", "k-1"]),
    "events1": counts,
    "events2": counts,
    "n1": counts,
    "n2": counts,
    "measure": st.sampled_from(["OR", "RR", "RD", "no"]),
    "correction": st.sampled_from([0.5, "treatment-arm", 0, nan, inf]),
    "correct": st.sampled_from(["zero-trials", "all", "none"]),
    "tables": table4 | table3 | square,
    "agreement.kappa_square.tables": square,
    "d": number,
    "r": correlation,
    "z": number,
    "df": st.sampled_from([1.0, 2.0, 0.0, 5.0, nan, inf, -1.0, 1e9]),
    "n": count,
    "proportion": share,
    "odds_ratio": positive,
    "box": box,
    "rho": share,
    "ddof": st.sampled_from([0, 1, 2, -1]),
    "draws": st.just(20),
    "seed": st.just(1),
    "resamples": st.just(50),
    "rng": rng,
    "values1": many(positive, 0, 4),
    "values2": many(positive, 0, 4),
    "equal_variances": st.booleans(),
    "continuity": st.booleans(),
    "small": st.booleans(),
    "costs.n1": count,
    "costs.n2": count,
    "costsets.n1": whole,
    "costsets.n2": whole,
    "costsets.method": st.sampled_from(["Student", "Welch", "gamma model", "no"]),
    "costsets.values1": many(st.lists(positive, min_size=3, max_size=3), 1, 2),
    "costsets.values2": many(st.lists(positive, min_size=3, max_size=3), 1, 2),
    "true_difference": number,
    "ratio": positive,
    "cv": positive,
    "cv1": positive,
    "cv2": positive,
    "kind": st.sampled_from(["lognormal", "gamma", "no"]),
    "costsets.zeros": share,
    "size": st.just(5),
    "means1": many(number, 1, 3),
    "means2": st.just([0.5]),
    "model": st.sampled_from(["mixed", "classical", "ACE", "AE", "no"]),
    "estimator": st.sampled_from(["L0", "R0", "no"]),
    "predictor": st.sampled_from(["se", "variance", "no"]),
    "step": share,
    "side": st.sampled_from([None, "left", "right", "no"]),
    "names": st.none(),
    "methods": st.just(["DL", "no"]),
    "cis": st.just(["knapp-hartung"]),
    "times": st.sampled_from([[0, 1, 2], [0, 0, 0], [0, nan, 2], [], [1]]),
    "growth.y": many(st.lists(number, min_size=3, max_size=3), 0, 5),
    "data_sets": many(many(st.lists(number, min_size=3, max_size=3), 4, 4), 0, 2),
    "covariates": numbers,
    "degree": st.sampled_from([1, 2, 0, -1]),
    "growth.method": st.sampled_from(["REML", "ML", "no"]),
    "fixed": many(number, 2, 4),
    "random_covariance": st.sampled_from(
        [[[1, 0], [0, 1]], [[0, 0], [0, 0]], [[1, 2], [2, 1]], [[nan, 0], [0, 1]], [1]]
    ),
    "residual_variance": positive,
    "missing": share,
    "base": share,
    "share": share,
    "affected": share,
    "score": correlation,
    "r_xm": correlation,
    "r_xy": correlation,
    "r_my": correlation,
    "n_xm": count,
    "n_xy": count,
    "n_my": count,
    "links": many(correlation),
    "se_z": many(positive),
    "proportions.counts": many(whole, 1),
    "interval": st.just(None),
    "count": count,
    "invited": count,
    "population": whole,
    "mz": table3,
    "dz": table3,
    "thresholds": st.sampled_from(["common", "separate", "no"]),
    "twins.continuous.mz": many(many(number, 2, 2), 2, 2),
    "twins.continuous.dz": many(many(number, 2, 2), 2, 2),
    "n_mz": whole,
    "n_dz": whole,
    "r_mz": correlation,
    "r_dz": correlation,
    "twins.falconer_bounds.r_mz": constraint,
    "twins.falconer_bounds.r_dz": constraint,
    "a2": share,
    "c2": share,
    "e2": share,
    "d2": share,
    "prevalence": share | st.none(),
    "drop": st.sampled_from(["a2", "c2", "no"]),
    "alpha": share,
    "power": share,
    "mz_share": share,
    "rd": number,
    "h": number,
    "agreement.k": number,
    "critical": number,
    "grid": st.just([0.0, 0.5]),
    "exact": st.booleans(),
}
GIVEN |= {
    "share1": share,
    "share2": share,
    "table": many(many(count, 3, 3), 3, 3) | square,
    "loglinear.model": st.sampled_from(["independence", "quasi-independence", "quasi-symmetry", "no"]),
    "shares": many(share, 1, 4),
    "ratios.n": whole,
    "least": st.sampled_from([1, 5, 0]),
    "derived.name": st.sampled_from([*FORMULAS, "no"]),
    "derived.parts": many(prints, 0, 6),
    "derived.whole": prints,
    "derived.d": prints,
    "derived.p": prints,
    "derived.n": whole,
    "derived.k": whole,
    "groups": st.none() | st.tuples(whole, whole),
    "derived.counts": many(whole, 3, 4),
    "derived.others": many(many(whole, 3, 4), 0, 2),
    "derived.within.cases": whole,
    "meta.check_labels.labels": many(st.sampled_from(["a", "", None, nan, 2001])),
    "field": st.just("labels"),
    "what": st.just("label"),
    "derived.percent": prints,
    "derived.kappa": prints,
    "derived.first": prints,
    "derived.second": prints,
    "derived.low": prints,
    "derived.high": prints,
    "derived.value": prints,
    "scale": st.sampled_from(["r", "d", "no"]),
}
CONSTRAINTS = ["percent", "statistic", "p", "pooled", "agreement", "kappa", "factor", "row1", "col1", "row1_share"]
CONSTRAINTS += ["col1_share", "phi", "chi2", "odds_ratio", "sensitivity", "specificity", "row_percent", "row2_percent"]
CONSTRAINTS += [
    "risk_ratio",
    "ci_low",
    "ci_high",
    "col_percent",
    "col2_percent",
    "pairwise",
    "probandwise",
    "both",
    "discordant",
    "neither",
    "prevalence",
]
GIVEN |= {
    "differences.value": prints,
    "differences.low": prints | st.none(),
    "differences.high": prints | st.none(),
    "differences.n": whole | st.none(),
    "words": st.sampled_from(["positive", "negative", "null", "no"]),
    "differences.numbers": st.lists(prints, min_size=2, max_size=2),
    "differences.errors": st.lists(box, min_size=2, max_size=2),
    "differences.rho": box,
    "differences.scale": st.sampled_from(["r", "d", "percent", "no"]),
}
GIVEN |= {f"individuals.{name}": share for name in ("first", "second", "phi")}
GIVEN |= {f"reconstruct.{name}": constraint for name in CONSTRAINTS}
GIVEN |= {
    f"contrasts.{name}": box
    for name in ("low", "high", "estimate", "se", "first", "second", "se_first", "se_second", "z")
}
GIVEN |= {f"effects.{name}": number for name in ("mean1", "sd1", "mean2", "sd2")}
GIVEN |= {f"costs.{name}": number for name in ("mean1", "sd1", "mean2", "sd2", "variance1", "variance2")}
GIVEN |= {
    "costs.error_of_difference.n1": whole,
    "costs.error_of_difference.n2": whole,
    "effects.n1": count,
    "effects.n2": count,
    "effects.n": count,
    "events.low": number,
    "events.high": number,
    "twins.low": number,
    "reconstruct.counts.n": whole | many(whole),
    "reconstruct.moments.n": whole,
    "moments.exact_moments.n": whole,
    "means": many(number, 1, 2),
    "sds": many(positive, 1, 2),
    "correlations": st.sampled_from([None, [[1, 0.5], [0.5, 1]], [[1, 2], [2, 1]], [[1, nan], [nan, 1]], [1]]),
    "moments.mean": number,
    "moments.sd": positive,
    "zeros": whole,
    "pvalues.kind": st.sampled_from(["z", "t", "F", "chi2", "Q", "r", "no"]),
    "pvalues.df": st.sampled_from([(), (1,), (10,), (2, 57), (0,), (nan,), (inf,)]),
    "ranks.sizes": many(whole),
    "ranks.z": constraint,
    "ranks.n1": whole,
    "ranks.n2": whole,
    "scores.mean": constraint,
    "scores.sd": constraint,
    "scores.n": whole,
    "scores.low": whole,
    "scores.high": whole,
    "limit": st.just(100),
    "rows": many(count, 1, 3),
    "columns": many(count, 1, 3),
    "k": whole,
    "total_n": whole,
    "min_n": whole,
    "size_shape": positive,
    "tau2": positive,
    "q": positive | st.none(),
    "sizes": st.sampled_from([[10, 20], [1, 1], [0, 5], [5], [], [nan, 3]]).map(np.array),
    "c": positive,
    "se": positive,
    "totals.tau2": positive,
    "totals.q": positive,
    "tables.n": whole,
    "pairs": whole,
    "audit.first": prints,
    "audit.second": prints,
    "comparison.overlap.first": box,
    "comparison.overlap.second": box,
    "printed": prints,
    "allowed": st.sampled_from([[(0.0, 0.5)], [(-inf, inf)], [(0.2, 0.2), (0.3, 4.0)]]),
    "start": st.just(0),
    "end": st.just(2),
    "detail": st.just("words"),
    "comparison.low": st.sampled_from([0.0, 0.3]),
    "comparison.high": st.sampled_from([0.5, 1.0]),
    "digits": st.just(3),
    "x": number,
    "text": st.sampled_from(["df = 9", "df = 2, 57", "df = 1,5", "df = 0", "df = x", ""]),
    "other": prints,
    "component": st.sampled_from(["a2", "c2", "e2", "no"]),
    "scale": st.sampled_from([1, 100]),
    "denominators": many(whole),
    "audit.counts.count": whole | st.none(),
    "percents": many(prints),
    "scales": st.sampled_from([[1, 1], [1], [100, 1, 1], []]),
    "audit.scores.scale": st.sampled_from([None, (0.0, 5.0), (1, 1), (0.0, inf), (nan, 5.0)]),
    "parts": many(prints),
    "audit.counts.total.parts": many(st.tuples(st.sampled_from([1, -1]), prints)),
    "whole": prints,
    "total": whole,
    "audit.counts.n": whole | st.none(),
    "audit.counts.sizes": many(whole),
    "items": whole,
    "minimum": st.sampled_from([0.0, 1.0, 5.0, nan]),
    "maximum": st.sampled_from([0.0, 5.0, 7.0, -1.0, inf]),
    "audit.scores.sizes": many(whole),
}
GIVEN |= {
    f"audit.{module}.{name}": prints
    for module in ("correlations", "counts", "intervals", "scores", "statistics")
    for name in ("d", "r", "mz", "dz", "percent", "estimate", "low", "high", "p", "mean", "sd", "statistic", "q", "i2")
}
GIVEN |= {
    "audit.intervals.scales": st.sampled_from([("plain",), ("log",), ("plain", "fisher-z")]),
    "audit.intervals.df": st.sampled_from([None, 1.0, 10.0, 0.0, nan, inf]),
    "statistics.kind": GIVEN["pvalues.kind"],
    "statistics.df": GIVEN["pvalues.df"],
    "statistics.i2_of_q.df": whole,
    "comparison.p": prints,
    "comparison.scaled.printed": prints,
    "factor": st.sampled_from([Decimal(1), Decimal(100)]),
    "categories": st.sampled_from([2, 3, 5, 1, 0, -1]),
    "audit.derived.part": st.booleans(),
    "audit.derived.floor.i2": share,
    "audit.scores.largest_sd.mean": number,
    "audit.scores.largest_sd.low": number,
    "audit.scores.largest_sd.high": number,
}
GIVEN |= {f"audit.derived.largest_p.{name}": number for name in ("first", "second", "low", "high")}
GIVEN |= {f"audit.derived.largest_p.{name}": whole for name in ("n1", "n2")}
GIVEN |= {f"audit.derived.means_on_scale.{name}": number for name in ("low", "high")}
arms = st.sampled_from([Arm(5, 1.0, 1.0), Arm(4, 2.0, 2.0, 1), Arm(6, 1.0, 0.1), Arm(5, 3.0, 2.0, 0, 8.0)])
GIVEN |= {"extremes.first": arms, "extremes.second": arms, "extremes.arm": arms, "extremes.threshold": number}


def strategy(name, parameter):
    """The most special entry: parts of the path of the function, then the parameter."""
    package, module, function = name.split(".")
    for key in (f"{package}.{module}.{function}", f"{module}.{function}", f"{package}.{module}", module, package):
        if f"{key}.{parameter}" in GIVEN:
            return GIVEN[f"{key}.{parameter}"]
    return GIVEN[parameter]


def leaves(result):
    """All numbers of a result."""
    if is_dataclass(result):
        result = [getattr(result, field.name) for field in fields(result)]
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (tuple, list)):
        for part in result:
            yield from leaves(part)
    elif isinstance(result, (float, np.ndarray)) and np.asarray(result).dtype.kind == "f":
        yield np.asarray(result)


@cache
def spoken_of(function, kind):
    """The words that function and module say, and the class of a result; found once, as that means parsing its file."""
    described = is_dataclass(kind) or hasattr(kind, "_fields")
    words = f"{function.__doc__} {inspect.getmodule(function).__doc__} {inspect.getsource(kind) if described else ''}"
    return {word for word in (r"\bnan\b", r"\binf") if re.search(word, words, re.IGNORECASE)}


def undocumented(function, result):
    """Values that are not finite and that neither function, module nor class of the result speaks of."""
    numbers = list(leaves(result))
    found = {r"\bnan\b": any(np.isnan(x).any() for x in numbers), r"\binf": any(np.isinf(x).any() for x in numbers)}
    return {word for word, there in found.items() if there} - spoken_of(function, type(result))


@pytest.mark.parametrize(("name", "function"), list(public()), ids=lambda x: x if isinstance(x, str) else "")
def test_odd_numbers_are_answered_or_refused(name, function):
    parameters = inspect.signature(function).parameters
    drawn = {p: strategy(name, p) for p, about in parameters.items() if about.kind is not about.VAR_KEYWORD}
    needed = {p: s for p, s in drawn.items() if parameters[p].default is parameters[p].empty}
    may = {p: s for p, s in drawn.items() if p not in needed and p != "interval"}

    @settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(needed, optional=may))
    def call(given):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with contextlib.suppress(RestatedError):
                assert not undocumented(function, function(**given))

    call()


ODD = ["abc", "0,5", {}]
#: Parameters that programs set, not data.
SETTINGS = {"seed", "draws", "resamples", "rng", "names", "methods", "cis", "interval", "options", "continuity"}


@pytest.mark.parametrize(("name", "function"), list(public()), ids=lambda x: x if isinstance(x, str) else "")
def test_what_is_no_number_is_refused(name, function):
    if name.startswith("audit."):  # printed numbers are parsed before
        return
    parameters = inspect.signature(function).parameters
    drawn = {p for p, about in parameters.items() if about.kind is not about.VAR_KEYWORD}
    needed = {p: strategy(name, p) for p in drawn if parameters[p].default is parameters[p].empty}

    @settings(deadline=None, derandomize=True, max_examples=12, suppress_health_check=list(HealthCheck))
    @given(
        st.fixed_dictionaries(needed), st.sampled_from(sorted(drawn - SETTINGS)), st.sampled_from(["abc", "0,5", {}])
    )
    def call(given, parameter, odd):
        with warnings.catch_warnings(), contextlib.suppress(RestatedError):
            warnings.simplefilter("ignore")
            function(**given | {parameter: odd})

    call()


STRANGE = {
    "digits with an underscore": ["1_0", "0.3", "0.2"],
    "complex": np.array([1 + 2j, 1, 1]),
    "dates": np.array(["2020-01-01"] * 3, dtype="datetime64[D]"),
    "masked": np.ma.array([0.1, 9.9, 0.3], mask=[False, True, False]),
}


@pytest.mark.parametrize("values", STRANGE.values(), ids=STRANGE)
def test_arrays_that_only_look_like_numbers_are_refused(values):
    for pair in ((values, [0.1] * 3), ([0.1, 0.2, 0.3], values)):
        with pytest.raises(RestatedError, match=r"are not numbers|has a value that is missing"):
            restated.estimate.meta.fit(*pair)
