"""One call for each task: sets of data behind published numbers, pooled estimates, checks.

Numbers are given as published (``".49"``, ``"75%"``, ``"< .001"``): their digits say how exactly they are known. What
comes back is a small object with the data as a frame, the range of any statistic over the set, and a summary in words.
``import restated as rs`` makes the functions available under their names.
"""

import html
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from restated.arguments import check_option, floats
from restated.audit import counts as share_checks
from restated.audit import derived, intervals, statistics
from restated.audit import scores as score_checks
from restated.audit.comparison import Comparison
from restated.errors import RestatedError
from restated.estimate import growth as growth_models
from restated.estimate import meta as meta_models
from restated.given import PARTS, comma_of, named, of_check, reading, within
from restated.intervals import Constraint, describe
from restated.printed import Printed
from restated.reconstruct import counts as share_sets
from restated.reconstruct import moments as moment_sets
from restated.reconstruct import ranks as rank_sets
from restated.reconstruct import scores as score_sets
from restated.reconstruct import studysets, twintables
from restated.reconstruct import tables as table_sets
from restated.reconstruct.enumeration import Exhaustive
from restated.results import Result

MOST_VALUES = 20_000_000  #: Most values that are drawn at once: about 1 GB


def _of(quantities: Callable[..., Mapping[str, Any]], columns: str, *names: str) -> dict[str, Callable[..., pd.Series]]:
    """Return named quantities of tables as functions of their frame; an undefined value is nan and is in no range."""

    def value(name: str, frame: pd.DataFrame) -> pd.Series:
        return pd.Series(quantities(frame[columns.split()].to_numpy())[name])

    return {name: partial(value, name) for name in names}


_OF_TABLES = _of(table_sets.quantities, "a b c d", "agreement", "kappa", "phi", "odds_ratio")
_OF_TWINS = _of(twintables.quantities, "both discordant neither", "agreement", "pairwise", "probandwise", "prevalence")


@dataclass(frozen=True)
class Found:
    """Data that fit published numbers: a row per member, unless `frame` has a column ``set`` or ``draw``.

    `frame` holds the members, which nobody observed; `message` gives their number and the request in one sentence.
    `basis` is ``enumerated`` (all there are), ``drawn`` (some of them) or ``assumed`` (their shape is not known).
    `statistics` are named functions of `frame` that :meth:`range` knows besides its columns.
    """

    frame: pd.DataFrame
    message: str
    basis: str
    statistics: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Return the number of members."""
        group = next((name for name in ("set", "draw") if name in self.frame), None)
        return len(self.frame) if group is None else int(self.frame[group].nunique())

    def values(self, statistic: str | Callable[[pd.DataFrame], Any]) -> pd.Series:
        """Return a statistic of each member: a column, a named statistic, or a function of `frame`."""
        if callable(statistic):
            return pd.Series(statistic(self.frame))
        if statistic in self.statistics:
            return self.statistics[statistic](self.frame)
        check_option("statistic", statistic, [*self.frame.columns, *self.statistics])
        return self.frame[statistic]

    def range(self, statistic: str | Callable[[pd.DataFrame], Any]) -> tuple[float, float]:
        """Return the lowest and highest value of a statistic over the set; nan for an empty set."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.values(statistic)
        numbers = floats(found, problem="the statistic is not a number for each member")
        found = pd.Series(numbers.ravel()).replace([np.inf, -np.inf], np.nan)
        return float(found.min()), float(found.max())

    def summary(self) -> str:
        """Return the message, and the range of every column and named statistic."""
        lines = [f"{self.message} ({self.basis})"]
        for name in [*self.frame.select_dtypes("number").columns, *self.statistics] if len(self.frame) else ():
            lines.append("{}: {:g} to {:g}".format(name, *self.range(name)))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the message and the first rows for notebooks."""
        return f"<p>{html.escape(self.message)} ({self.basis})</p>{self.frame.head().to_html(index=False)}"


def _room(values: int, draws: int) -> None:
    """Refuse more draws than fit into memory."""
    if values * draws > MOST_VALUES:
        problem = f"{draws} draws of {values} values are more than {MOST_VALUES} values"
        raise RestatedError(problem, field="draws", remedy="Make fewer draws")


def _exhaustive(found: Exhaustive, columns: Sequence[str], named: Mapping[str, Any]) -> Found:
    return Found(pd.DataFrame(found.tables, columns=list(columns)), found.message, "enumerated", named)


@reading(table_sets.two_by_two)
def tables(n: int, **printed: Constraint) -> Found:
    """List all 2 × 2 tables of `n` cases with the published numbers; columns a, b, c, d.

    The numbers are those of :func:`restated.reconstruct.tables.two_by_two`: agreement, kappa, phi, chi2, odds_ratio,
    row1, col1, their shares, sensitivity, specificity and percentages of rows and columns.

    >>> found = tables(50, agreement="72%", kappa=".43")
    >>> len(found), found.range("kappa")[0] >= 0.425
    (40, True)
    """
    return _exhaustive(table_sets.two_by_two(n, **printed), "abcd", _OF_TABLES)


@reading()
def counts(percent: Constraint, n: int | Iterable[int]) -> Found:
    """List all counts, and of several possible `n` all pairs, that round to a percentage; columns count, n.

    >>> counts("62.6", range(90, 100)).frame.to_dict("list")
    {'count': [57, 62], 'n': [91, 99]}
    """
    found = share_sets.counts(percent, n)
    return Found(pd.DataFrame(found.pairs, columns=["count", "n"]), found.message, "enumerated")


@reading(score_sets.score_samples)
def scores(mean: Constraint, sd: Constraint, n: int, low: int, high: int, **options: Any) -> Found:
    """List or draw samples of `n` whole scores from `low` to `high` with a published mean and SD.

    Each row is a sample; each column counts the cases with one score. The options are those of
    :func:`restated.reconstruct.scores.score_samples`.

    >>> len(scores("3.5", "0.58", 4, 1, 7))
    1
    """
    found = score_sets.score_samples(mean, sd, n, low, high, **options)
    frame = pd.DataFrame(found.counts, columns=[str(score) for score in found.scores])
    return Found(frame, found.message, "enumerated" if found.method == "exhaustive" else "drawn")


@reading(studysets.study_sets)
def study_sets(
    k: int, n: int, pooled: Constraint, *, tau2: float, draws: int = 200, seed: int = 0, **more: Any
) -> Found:
    """Draw `draws` meta-analyses of `k` correlations and `n` cases with a published pooled r; columns set, study, n, r.

    The variance `tau2` between studies (Fisher z) and the spread of their sizes are assumptions, see
    :func:`restated.reconstruct.studysets.study_sets`.

    >>> len(study_sets(8, 400, ".31", tau2=0.02, draws=5))
    5
    """
    _room(k, draws)
    found = studysets.study_sets(k, n, pooled, tau2=tau2, draws=draws, seed=seed, **more)
    places = np.indices(found.n.shape)
    columns = {"set": places[0], "study": places[1], "n": found.n, "r": np.tanh(found.z)}
    message = f"{draws} sets of {k} studies and {n} cases with a pooled r of {describe(pooled)}, tau² {tau2:g}"
    return Found(pd.DataFrame({name: values.ravel() for name, values in columns.items()}), message, "assumed")


@reading()
def moments(
    n: int, mean: float, sd: float, *, shape: str = "lognormal", zeros: int = 0, draws: int = 1, seed: int = 0
) -> Found:
    """Make samples with exactly this mean and SD; columns draw, case, value.

    `shape` is ``normal``, or ``lognormal`` or ``gamma`` for positive values, of which `zeros` are 0.

    >>> moments(22, 100, 90).frame["value"].std().round(9)
    np.float64(90.0)
    """
    check_option("shape", shape, ("normal", "lognormal", "gamma"), field="shape")
    if n < 2 or sd == 0:
        raise RestatedError("values with an SD are at least 2, and not all the same", field="n" if n < 2 else "sd")
    _room(n, draws)
    if shape == "normal":
        if zeros:
            raise RestatedError("a normal shape has no zeros", field="zeros", remedy="Use lognormal or gamma")
        values = np.stack([moment_sets.exact_moments(n, [mean], [sd], seed=seed + i)[:, 0] for i in range(draws)])
    else:
        values = moment_sets.exact_samples(n, mean, sd, shape, zeros=zeros, draws=draws, seed=seed)
    draw, case = np.indices(values.shape)
    frame = pd.DataFrame({"draw": draw.ravel(), "case": case.ravel(), "value": values.ravel()})
    return Found(frame, f"{draws} {shape} samples of {n} values with mean {mean:g} and SD {sd:g}", "assumed")


@reading(rank_sets.u_values)
def ranks(z: Constraint, n1: int, n2: int, **options: Any) -> Found:
    """List all values of the rank statistic U of the first group that round to `z`; columns u, plain, corrected.

    >>> ranks("-1.98", 10, 12).range("u")
    (30.0, 30.0)
    """
    found = rank_sets.u_values(z, n1, n2, **options)
    frame = pd.DataFrame({"u": found.u, "plain": found.plain, "corrected": found.corrected})
    return Found(frame, f"{len(frame)} values of U fit z = {describe(z)} in groups of {n1} and {n2}", "enumerated")


@reading(twintables.twin_tables)
def twins(pairs: int, **printed: Constraint) -> Found:
    """List all tables of twin pairs with the published concordances; columns both, discordant, neither.

    The numbers are those of :func:`restated.reconstruct.twintables.twin_tables`.

    >>> len(twins(57, agreement="70"))
    41
    """
    return _exhaustive(twintables.twin_tables(pairs, **printed), ("both", "discordant", "neither"), _OF_TWINS)


@reading()
def meta(y: ArrayLike, v: ArrayLike, *, method: str = "REML", ci: str = "knapp-hartung") -> meta_models.MetaFit:
    """Pool effects `y` with sampling variances `v`: estimate, interval, tau2, I², prediction interval.

    See :func:`restated.estimate.meta.fit` for the methods.

    >>> round(meta([0.1, 0.3, 0.5], [0.02, 0.02, 0.02]).estimate, 3)
    0.3
    """
    return meta_models.fit(y, v, method=method, ci=ci)


@reading()
def growth(
    y: ArrayLike, times: ArrayLike, covariates: ArrayLike, *, degree: int = 1, method: str = "REML"
) -> growth_models.GrowthFit:
    """Fit a growth model to `y`, one row per subject, one column per time; see :func:`restated.estimate.growth.fit`."""
    return growth_models.fit(y, times, covariates, degree=degree, method=method)


@dataclass(frozen=True)
class Checked(Comparison, Result):
    """Result of a check; its frame has one row, for the number that is compared with the others."""

    quantity: str
    printed: str

    @property
    def message(self) -> str:
        return f"{'consistent' if self.fits else 'inconsistent as published'}: {self.detail}"

    def _rows(self) -> list[tuple[str, object, float, float]]:
        return [(self.quantity, self.printed, self.low, self.high)]


def _interval(
    estimate: Printed, low: Printed, high: Printed, p: Printed | None = None, scale: str = "plain", level: float = 95
) -> Comparison:
    check_option("scale", scale, SCALES, field="scale")
    for name, one in (("estimate", estimate), ("low", low), ("high", high)):
        within(name, one.text, one.value, one.value, SCALES[scale])
    if float(low.high or 0) > float(high.high or 0):
        problem = f"the interval from {low.text} to {high.text} runs downwards"
        raise RestatedError(problem, remedy="Give the lower end first")
    if p is None:
        return intervals.centred(estimate, low, high, [scale])
    if not 1 < level < 100:
        raise RestatedError(f"a level of {level:g} % is not between 1 and 100 %", field="level")
    return intervals.p_of_interval(estimate, low, high, p, [scale], level=level / 100, df=None)


def _of_r(r: Printed, n: int, p: Printed) -> Comparison:
    if n <= 2:
        raise RestatedError(f"'{n}' is not a whole number of at least 3", field="n")
    return statistics.statistic_against_p("r", r, [n - 2], p)


#: Scales of an interval, with what an estimate on each can be.
SCALES = {"plain": (-math.inf, math.inf), "log": (0, math.inf), "fisher-z": (-1, 1)}
#: Most cases of checks that go through all counts, sums or tables: some seconds.
LIMITS = {"percent": 1_000_000, "counts-p": 1_000_000, "grimmer": 100_000, "agreement": 1_000}
#: Kinds of checks: what each takes, and the call of :mod:`restated.audit` behind it.
CHECKS: dict[str, Callable[..., Comparison]] = {
    "t": lambda t, df, p: statistics.statistic_against_p("t", t, df, p),
    "F": lambda F, df, p: statistics.statistic_against_p("F", F, df, p),
    "chi2": lambda chi2, df, p: statistics.statistic_against_p("chi2", chi2, df, p),
    "z": lambda z, p: statistics.statistic_against_p("z", z, (), p),
    "r": _of_r,
    "Q": lambda Q, df, p: statistics.statistic_against_p("Q", Q, df, p),
    "percent": lambda percent, n, count=None: share_checks.percent_of_count(percent, [n], count),
    "grim": lambda mean, n, items=1: score_checks.grim(mean, [n], items),
    "grimmer": lambda mean, sd, n, items=1: score_checks.grimmer(mean, sd, [n], items),
    "debit": lambda mean, sd, n: score_checks.debit(mean, sd, [n]),
    "interval": lambda estimate, low, high, scale="plain": _interval(estimate, low, high, None, scale),
    "interval-p": _interval,
    "agreement": lambda percent, kappa, n: derived.kappa_of_agreement(percent, kappa, n),
    "counts-p": lambda a, n1, c, n2, p: derived.p_of_counts([a, n1, c, n2], p),
}
#: The number that a check compares with the others, the last of these that it takes.
COMPARED = ("percent", "mean", "sd", "estimate", "kappa", "p")


def check(kind: str, **printed: Any) -> Checked:
    """Check whether numbers agree: ``fits``, the range the others allow, the power of the check, and a sentence.

    `kind` is one of :data:`CHECKS`; give the numbers it takes by name, as published.

    >>> check("t", t="2.20", df=28, p=".04").fits
    True
    >>> check("grim", mean="3.51", n=20).fits
    False
    """
    check_option("check", kind, CHECKS)
    named(f"the check '{kind}'", printed, inspect.signature(CHECKS[kind]).parameters, "published number")
    comma = comma_of(printed)
    read = {name: of_check(name, value, LIMITS.get(kind), comma) for name, value in printed.items()}
    for part, total in PARTS.items():
        if read.get(part) is not None and read[part] > read[total]:
            raise RestatedError(f"'{printed[part]}' is more than {total} ({printed[total]})", field=part)
    found = CHECKS[kind](**read)
    quantity = next(name for name in reversed(COMPARED) if name in printed)
    return Checked(**vars(found), quantity=quantity, printed=str(printed[quantity]))


#: Sets by the name they have on the command line.
SETS: dict[str, Callable[..., Found]] = {"table": tables, "count": counts, "score": scores, "studies": study_sets}
SETS |= {"moments": moments, "rank": ranks, "twin": twins}
