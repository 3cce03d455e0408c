"""One call for each task: sets of data behind printed numbers, pooled estimates, checks.

Numbers are given as printed (``".49"``, ``"75%"``, ``"< .001"``): their digits say how exactly they are known. What
comes back is a small object with the data as a frame, the range of any statistic over the set, and a summary in words.
``import restated as rs`` makes the functions available under their names.
"""

import html
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from restated.arguments import check_option
from restated.audit import counts as share_checks
from restated.audit import derived, intervals, statistics
from restated.audit import scores as score_checks
from restated.audit.comparison import Comparison
from restated.errors import RestatedError
from restated.estimate import growth as growth_models
from restated.estimate import meta as meta_models
from restated.intervals import Constraint
from restated.printed import Printed, parse
from restated.reconstruct import counts as share_sets
from restated.reconstruct import moments as moment_sets
from restated.reconstruct import ranks as rank_sets
from restated.reconstruct import scores as score_sets
from restated.reconstruct import studysets, twintables
from restated.reconstruct import tables as table_sets
from restated.reconstruct.enumeration import Exhaustive

#: What a table of four cells can be asked for; an undefined value is nan and is in no range.
_OF_TABLES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "agreement": lambda t: 100 * (t.a + t.d) / t.sum(axis=1),
    "kappa": lambda t: 2 * (t.a * t.d - t.b * t.c) / ((t.a + t.b) * (t.b + t.d) + (t.a + t.c) * (t.c + t.d)),
    "phi": lambda t: (t.a * t.d - t.b * t.c) / np.sqrt(1.0 * (t.a + t.b) * (t.c + t.d) * (t.a + t.c) * (t.b + t.d)),
    "odds_ratio": lambda t: t.a * t.d / (t.b * t.c),
}
_OF_TWINS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "agreement": lambda t: 100 * (t.both + t.neither) / t.sum(axis=1),
    "pairwise": lambda t: 100 * t.both / (t.both + t.discordant),
    "probandwise": lambda t: 200 * t.both / (2 * t.both + t.discordant),
    "prevalence": lambda t: 50 * (2 * t.both + t.discordant) / t.sum(axis=1),
}


@dataclass(frozen=True)
class Found:
    """Data that fit printed numbers, one member of the set a row unless `frame` has a column ``set`` or ``draw``.

    Attributes
    ----------
    frame : DataFrame
        The members; not data that anybody observed.
    message : str
        Number of members and the request, in one sentence.
    basis : str
        ``enumerated`` (all there are), ``drawn`` (some of them) or ``assumed`` (their shape is not known).
    statistics : mapping
        Named functions of `frame` that :meth:`range` knows besides its columns.
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
            found = self.values(statistic).replace([np.inf, -np.inf], np.nan)
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


def _exhaustive(found: Exhaustive, columns: Sequence[str], named: Mapping[str, Any]) -> Found:
    return Found(pd.DataFrame(found.tables, columns=list(columns)), found.message, "enumerated", named)


def tables(n: int, **printed: Constraint) -> Found:
    """List all 2 × 2 tables of `n` cases with the printed numbers, columns a, b, c, d.

    The numbers are those of :func:`restated.reconstruct.tables.two_by_two`: agreement, kappa, phi, chi2, odds_ratio,
    row1, col1, their shares, sensitivity, specificity and percentages of rows and columns.

    Examples
    --------
    >>> found = tables(50, agreement="72%", kappa=".43")
    >>> len(found), found.range("kappa")[0] >= 0.425
    (40, True)
    """
    _known(printed, table_sets.two_by_two, "n")
    return _exhaustive(table_sets.two_by_two(n, **printed), "abcd", _OF_TABLES)


def counts(percent: Constraint, n: int | Iterable[int]) -> Found:
    """List all counts, and of several possible `n` all pairs, that round to a percentage; columns count, n.

    Examples
    --------
    >>> counts("62.6", range(90, 100)).frame.to_dict("list")
    {'count': [57, 62], 'n': [91, 99]}
    """
    found = share_sets.counts(percent, n)
    return Found(pd.DataFrame(found.pairs, columns=["count", "n"]), found.message, "enumerated")


def scores(mean: Constraint, sd: Constraint, n: int, low: int, high: int, **options: Any) -> Found:
    """List or draw samples of `n` whole scores from `low` to `high` with a printed mean and SD.

    One sample a row, one column a score: how many cases have it. The options are those of
    :func:`restated.reconstruct.scores.score_samples`.

    Examples
    --------
    >>> len(scores("3.5", "0.58", 4, 1, 7))
    1
    """
    found = score_sets.score_samples(mean, sd, n, low, high, **options)
    frame = pd.DataFrame(found.counts, columns=[str(score) for score in found.scores])
    return Found(frame, found.message, "enumerated" if found.method == "exhaustive" else "drawn")


def study_sets(
    k: int, n: int, pooled: Constraint, *, tau2: float, draws: int = 200, seed: int = 0, **more: Any
) -> Found:
    """Draw `draws` meta-analyses of `k` correlations and `n` cases with a printed pooled r; columns set, study, n, r.

    The variance `tau2` between studies (Fisher z) and the spread of their sizes are assumptions, see
    :func:`restated.reconstruct.studysets.study_sets`.

    Examples
    --------
    >>> len(study_sets(8, 400, ".31", tau2=0.02, draws=5))
    5
    """
    found = studysets.study_sets(k, n, pooled, tau2=tau2, draws=draws, seed=seed, **more)
    places = np.indices(found.n.shape)
    columns = {"set": places[0], "study": places[1], "n": found.n, "r": np.tanh(found.z)}
    message = f"{draws} sets of {k} studies and {n} cases with a pooled r of {pooled}, tau² {tau2:g}"
    return Found(pd.DataFrame({name: values.ravel() for name, values in columns.items()}), message, "assumed")


def moments(
    n: int, mean: float, sd: float, *, shape: str = "lognormal", zeros: int = 0, draws: int = 1, seed: int = 0
) -> Found:
    """Make samples with exactly this mean and SD; columns draw, case, value.

    `shape` is ``normal``, or ``lognormal`` or ``gamma`` for positive values, of which `zeros` are 0.

    Examples
    --------
    >>> moments(22, 100, 90).frame["value"].std().round(9)
    np.float64(90.0)
    """
    if shape == "normal":
        values = np.stack([moment_sets.exact_moments(n, [mean], [sd], seed=seed + i)[:, 0] for i in range(draws)])
    else:
        values = moment_sets.exact_samples(n, mean, sd, shape, zeros=zeros, draws=draws, seed=seed)
    draw, case = np.indices(values.shape)
    frame = pd.DataFrame({"draw": draw.ravel(), "case": case.ravel(), "value": values.ravel()})
    return Found(frame, f"{draws} {shape} samples of {n} values with mean {mean:g} and SD {sd:g}", "assumed")


def ranks(z: Constraint, n1: int, n2: int, **options: Any) -> Found:
    """List all values of the rank statistic U of the first group that print as `z`; columns u, plain, corrected.

    Examples
    --------
    >>> ranks("-1.98", 10, 12).range("u")
    (30.0, 30.0)
    """
    found = rank_sets.u_values(z, n1, n2, **options)
    frame = pd.DataFrame({"u": found.u, "plain": found.plain, "corrected": found.corrected})
    return Found(frame, f"{len(frame)} values of U fit z = {z} in groups of {n1} and {n2}", "enumerated")


def twins(pairs: int, **printed: Constraint) -> Found:
    """List all tables of twin pairs with the printed concordances; columns both, discordant, neither.

    The numbers are those of :func:`restated.reconstruct.twintables.twin_tables`.

    Examples
    --------
    >>> len(twins(57, agreement="70"))
    41
    """
    _known(printed, twintables.twin_tables, "pairs")
    return _exhaustive(twintables.twin_tables(pairs, **printed), ("both", "discordant", "neither"), _OF_TWINS)


def meta(y: ArrayLike, v: ArrayLike, *, method: str = "REML", ci: str = "knapp-hartung") -> meta_models.MetaFit:
    """Pool effects `y` with sampling variances `v`: estimate, interval, tau2, I², prediction interval.

    See :func:`restated.estimate.meta.fit` for the methods.

    Examples
    --------
    >>> round(meta([0.1, 0.3, 0.5], [0.02, 0.02, 0.02]).estimate, 3)
    0.3
    """
    return meta_models.fit(y, v, method=method, ci=ci)


growth = growth_models.fit


def _known(given: Iterable[str], function: Callable[..., Any], first: str) -> None:
    """Refuse the name of a number that a function does not take."""
    names = [name for name in inspect.signature(function).parameters if name != first]
    for name in given:
        check_option("printed number", name, names)


#: Whole numbers that checks take, with the least each can be, and the printed numbers that have a range.
WHOLE = {"n": 1, "n1": 1, "n2": 1, "items": 1, "count": 0, "a": 0, "c": 0}
RANGES: dict[str, tuple[float, float]] = {"p": (0, 1), "percent": (0, 100), "r": (-1, 1), "kappa": (-1, 1)}
RANGES |= dict.fromkeys(("F", "chi2", "Q", "sd"), (0, math.inf))


def _read(name: str, value: Any) -> Any:
    """Read the number a check takes under a name: a whole number, degrees of freedom, or a number as printed."""
    if name in ("scale", "level"):
        return value
    if name == "df":
        return [_degrees(x) for x in (value if isinstance(value, tuple | list) else str(value).split(","))]
    if name in WHOLE:
        text = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?:,|$))", "", str(value).strip())
        if not re.fullmatch("[0-9]+", text) or int(text) < WHOLE[name]:
            raise RestatedError(f"'{value}' is not a whole number of at least {WHOLE[name]}", field=name)
        return int(text)
    if isinstance(value, float):
        raise RestatedError(f"the digits printed for {value!r} are unknown", field=name, remedy="Give printed text")
    try:
        found = parse(str(value), exact=isinstance(value, int))
    except RestatedError as error:
        raise RestatedError(error.message, field=name, remedy=AS_PRINTED) from None
    if not found.is_number or (name not in BOUNDS and None in (found.low, found.high)):
        raise RestatedError(f"'{value}' is not a number", field=name, remedy=AS_PRINTED)
    low, high = RANGES.get(name, (-math.inf, math.inf))
    if (found.value is not None and not low <= found.value <= high) or (found.high is not None and found.high < low):
        ends = f"of at least {low}" if math.isinf(high) else f"from {low} to {high}".replace("-", "\u2212")
        raise RestatedError(f"'{value}' is not a number {ends}", field=name)
    return found


def _degrees(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        raise RestatedError(f"'{text}' is not a number", field="df", remedy="Give digits") from None


def _ends(low: Printed, high: Printed) -> None:
    """Refuse an interval whose ends are the wrong way round."""
    if float(low.high or 0) > float(high.high or 0):
        raise RestatedError(
            f"the interval from {low.text} to {high.text} runs downwards", remedy="Give the lower end first"
        )


def _interval(
    estimate: Printed, low: Printed, high: Printed, p: Printed | None = None, scale: str = "plain", level: object = 95
) -> Comparison:
    check_option("scale", scale, ("plain", "log", "fisher-z"))
    _ends(low, high)
    if p is None:
        return intervals.centred(estimate, low, high, [scale])
    return intervals.p_of_interval(estimate, low, high, p, [scale], level=float(str(level)) / 100, df=None)


def _of_r(r: Printed, n: int, p: Printed) -> Comparison:
    if n <= 2:
        raise RestatedError(f"'{n}' is not a whole number of at least 3", field="n")
    return statistics.statistic_against_p("r", r, [n - 2], p)


#: What to do about a number that cannot be read; printed numbers that may be a bound, "< .001".
AS_PRINTED = "Write it as printed, for example .31, 4,819 or <.001"
BOUNDS = ("p", "t", "z", "F", "chi2", "Q", "r")
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


def check(kind: str, **printed: Any) -> Comparison:
    """Check if printed numbers agree: ``fits``, the range the others allow, the power of the check, and a sentence.

    `kind` is one of :data:`CHECKS`; the numbers it takes are given by name, as printed.

    Examples
    --------
    >>> check("t", t="2.20", df=28, p=".04").fits
    True
    >>> check("grim", mean="3.51", n=20).fits
    False
    """
    check_option("check", kind, CHECKS)
    parameters = inspect.signature(CHECKS[kind]).parameters
    optional = ("count", "items", "scale", "level")
    if missing := [name for name in parameters if name not in optional and name not in printed]:
        raise RestatedError(
            f"the check '{kind}' needs {', '.join(missing)}", remedy=f"It takes {', '.join(parameters)}"
        )
    _known(printed, CHECKS[kind], "")
    return CHECKS[kind](**{name: _read(name, value) for name, value in printed.items()})


#: Sets by the name they have on the command line.
SETS: dict[str, Callable[..., Found]] = {
    "table": tables,
    "count": counts,
    "score": scores,
    "studies": study_sets,
    "moments": moments,
    "rank": ranks,
    "twin": twins,
}
