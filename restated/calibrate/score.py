"""Run cases whose truth is known, and say how often and how tightly their sets hold it.

Each truth has one row at each strength of :mod:`restated.reconstruct.practice`, and one for `LEARNED`: the elements
of usual practice that the *other* papers show, so that no paper is judged by what it taught.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from restated.calibrate.cases import Case, Truth, given
from restated.errors import RestatedError
from restated.estimate.proportions import exact
from restated.reconstruct.compatible import RECONSTRUCTORS, Found, digits, merged
from restated.reconstruct.practice import STRENGTHS
from restated.reconstruct.statements import natural

LEARNED = "learned elsewhere"  #: Name of the strength that is learned from the other papers
LEARN = 0.01  #: An element is learned if it alone explains more than this share of the truths of the other papers
COLUMNS = (
    "case", "pair", "kind", "truth", "use", "printed", "strength", "value", "inside", "low", "high", "size", "width",
    "cause",
)  # fmt: skip
#: Cause of a miss for which a case names none.
FOLLOWS = "other published numbers of the statement are not those of the data"
UNSAID = "nothing is said of"
EXCLUDES = "the set has no end, or only the natural limits of the quantity"
#: A truth can be in a set, or not; the set can be a range that excludes nothing, or there can be none.
YES, NO, UNBOUNDED, NOT_SUPPORTED = "yes", "no", "unbounded", "not supported"
GIVEN = "given"  #: A published number that a set can only give back, which proves nothing: it is not scored


def _build(case: Case, elements: Collection[str]) -> Found | str:
    """The set of a case under some elements of practice, or why there is none."""
    if case.reconstructor not in RECONSTRUCTORS:
        return f"the reconstructor '{case.reconstructor}' is unknown; use one of {', '.join(RECONSTRUCTORS)}"
    try:
        return RECONSTRUCTORS[case.reconstructor].run(case.printed, case.options, elements)
    except RestatedError as error:
        return ". ".join(filter(None, (error.message, error.remedy)))
    except Exception as error:  # numbers nobody thought of: the other cases are still scored
        return f"the engine stopped: {error or type(error).__name__}"


def _with(less: Found | str, more: Found | str) -> Found | str:
    """A set together with that of a lesser strength; the lesser one alone where the other is too large to build."""
    if isinstance(less, str):
        return more
    return more if less.size == 0 else less if isinstance(more, str) else merged([less, more])


def _width(truth: Truth, low: float, high: float) -> float:
    """Width of a range against the scale of its quantity: its natural limits where it has two, else its true value."""
    (least, most), (value, _) = natural(truth.name), digits(truth.value)
    if truth.scale or isinstance(value, bool | str | list):
        return (high - low) / (truth.scale or nan)
    return (high - low) / (most - least if isfinite(most - least) else abs(value) or 1)


def _rows(case: Case, found: Found | str, strength: str) -> list[dict[str, Any]]:
    rows = []
    for truth in case.truths:
        inside, (low, high), size = NOT_SUPPORTED, (nan, nan), nan
        if isinstance(found, str):
            cause = found
        else:
            held, (low, high), size = found.holds(truth.name, truth.value), found.range(truth.name), found.size
            inside = NOT_SUPPORTED if held is None else NO if not held else YES
            if held and found.unbounded(truth.name):
                inside = UNBOUNDED
            empty = f"no data fit: {found.words}" if size == 0 else ""
            missed = "; ".join(filter(None, (truth.cause, empty))) or FOLLOWS
            causes = {YES: "", NO: missed, UNBOUNDED: EXCLUDES, NOT_SUPPORTED: f"{UNSAID} {truth.name}"}
            cause = causes[inside]
        value = " ".join(map(str, truth.value)) if isinstance(truth.value, list) else str(truth.value).lower()
        printed = GIVEN if given(case, truth.name) else YES if truth.name in case.printed else NO
        of_case = case.id, case.pair, case.kind, truth.name, truth.use, printed
        row = (*of_case, strength, value, inside, low, high, size, _width(truth, low, high), cause)
        rows.append(dict(zip(COLUMNS, row, strict=True)))
    return rows


def _each(function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Call a function for each task, where joblib is installed as a surrounding ``joblib.parallel_config`` says."""
    try:
        from joblib import Parallel, delayed
    except ImportError:
        return [function(*task) for task in tasks]
    return list(Parallel()(delayed(function)(*task) for task in tasks))


def _timed(
    case: Case, less: Found | str, strength: str, elements: Collection[str]
) -> tuple[Found | str, list[dict[str, Any]]]:
    """Build the set of a case at a strength, with a lesser one; return it and its rows, with ``seconds``."""
    start = time.perf_counter()
    found = _with(less, _build(case, elements))
    seconds = time.perf_counter() - start
    return found, [row | {"seconds": seconds} for row in _rows(case, found, strength)]


def _scored(case: Case) -> tuple[Found | str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the plain set of a case, its rows at each strength, and those with each single element."""
    rows, sets = list[dict[str, Any]](), list[Found | str]([""])
    for strength, elements in STRENGTHS.items():
        found, more = _timed(case, sets[-1], strength, elements)
        sets.append(found)
        rows += more
    single = {element: _with(sets[1], _build(case, (element,))) for element in sorted(STRENGTHS["usual"])}
    return sets[1], rows, [row for element, found in single.items() for row in _rows(case, found, element)]


def run(cases: Sequence[Case]) -> pd.DataFrame:
    """Return one row for each truth and strength, with the columns `COLUMNS` and ``seconds``; always the same rows.

    Cases are scored one after the other. Many can be spread over a Dask cluster, and only the context changes::

        with dask.distributed.Client(address), joblib.parallel_config("dask"):
            rows = run(cases)
    """
    scored = _each(_scored, ((case,) for case in cases))
    rows = [row for _, own, _ in scored for row in own]
    learned = learn(_unsaid(rows), pd.DataFrame([row for _, _, trials in scored for row in trials]))
    tasks = [(case, plain, LEARNED, learned[case.pair]) for case, (plain, _, _) in zip(cases, scored, strict=True)]
    rows += [row for _, own in _each(_timed, tasks) for row in own]
    order = [*STRENGTHS, LEARNED]
    return _unsaid(rows).sort_values(
        ["case", "truth", "strength"], key=lambda c: c.map(order.index) if c.name == "strength" else c, kind="stable"
    )[[*COLUMNS, "seconds"]]


def _unsaid(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows, in which a truth that a set says nothing of is not missed by a lesser set that is empty."""
    table = pd.DataFrame(rows)
    unsaid = table["cause"].str.startswith(UNSAID).groupby([table["case"], table["truth"]]).transform("any")
    here = unsaid & (table["size"] == 0)
    words = f"{UNSAID} " + table["truth"]
    return table.assign(inside=table["inside"].mask(here, NOT_SUPPORTED), cause=table["cause"].mask(here, words))


def learn(rows: pd.DataFrame, trials: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return for each paper the elements that the other papers show.

    `rows` hold the truths as printed, `trials` the same with one element each. Only truths to be covered count.
    """
    base = rows[(rows["strength"] == "as printed") & (rows["use"] == "cover") & (rows["inside"] != NOT_SUPPORTED)]
    base = base.set_index(["case", "truth"])
    held = trials.assign(held=trials["inside"] == YES).pivot(index=["case", "truth"], columns="strength", values="held")
    found = {}
    for pair in rows["pair"].unique():
        others = base[base["pair"] != pair]
        explained = held.loc[others.index[others["inside"] == NO]].sum()
        found[pair] = frozenset(map(str, explained.index[explained > LEARN * len(others)]))
    return found


def scored(rows: pd.DataFrame, *, uses: Collection[str] = ("cover",)) -> pd.DataFrame:
    """Return the rows that count: of some uses, with a set that speaks of the truth, and could miss it."""
    return rows[rows["use"].isin(uses) & (rows["inside"] != NOT_SUPPORTED) & (rows["printed"] != GIVEN)]


def coverage(
    rows: pd.DataFrame, by: Sequence[str] = ("strength",), *, uses: Collection[str] = ("cover",)
) -> pd.DataFrame:
    """Return truths, truths in the set, their share with its exact 95 % interval, and the middle width, by group.

    Truths are those `scored`; an unbounded set does not hold any. Intervals are those of Clopper and Pearson, which
    take truths as independent, which those of one paper are not.
    """
    counted = scored(rows, uses=uses)
    counted = counted.assign(held=counted["inside"] == YES, endless=counted["inside"] == UNBOUNDED)
    groups = counted.groupby(list(by), sort=False)
    table = groups.agg(truths=("held", "size"), inside=("held", "sum"), unbounded=("endless", "sum"))
    low, high = exact(table["inside"], table["truths"])
    table = table.assign(share=table["inside"] / table["truths"], low=np.asarray(low), high=np.asarray(high))
    return table.assign(papers=groups["pair"].nunique(), width=groups["width"].median()).reset_index()
