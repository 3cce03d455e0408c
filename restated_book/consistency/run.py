"""Apply every check to every register row or group of rows it fits.

The columns of the rows decide which checks fit (``_of_rows``); where they are not enough, ``data/audit/groups.csv``
does (``_of_group``). That table can also keep a check away from a row it would misread, with a reason.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import TypeAlias

import pandas as pd

from restated.audit import correlations, counts, derived, differences, intervals, scores, statistics
from restated.audit.comparison import Comparison, scaled
from restated.errors import RestatedError
from restated.printed import Printed, parse
from restated.reconstruct.pvalues import DEGREES
from restated_book.consistency import groups as grouping
from restated_book.consistency.checks import CHECKS, CONSISTENT, INCONSISTENT, OUTCOMES, UNINFORMATIVE, Result
from restated_book.consistency.groups import Group
from restated_book.register import PublishedNumber, Register
from restated_book.sources import files

#: Units in which a percentage is a share of counted cases (and not of variance, costs or simulations).
SHARES_OF_CASES = ("percent", "percent of pairs", "percent agreement", "percent of dyads")
MEAN_DIFFERENCES = ("d", "g", "SMD")  #: Statistics on the scale of a standardised mean difference
USUAL_LEVEL = "95"  #: Confidence level of an interval printed without one; used for p only, and noted there
#: Stars in place of a p, as tables usually mean them; the footnote that says so may not be in the copy read.
STARS = {"*": "< .05", "**": "< .01", "***": "< .001"}
#: Differences in words, as a result names them.
SAID = {"positive": "larger in the first", "negative": "smaller in the first", "null": "no different"}

_Ends: TypeAlias = tuple[Printed, Printed]
_Rows: TypeAlias = Sequence[PublishedNumber]
_Open: TypeAlias = Callable[[str, PublishedNumber], bool]
_LEFT_OUT = "grade U: we could not obtain a source of the numbers; "
_POWERLESS = "; with these numbers the check could not have failed"


def run(register: Register, groups: Sequence[Group] | None = None) -> list[Result]:
    """Run all checks of a register and of its groups; results are in the order of `CHECKS`, then of the register."""
    groups = grouping.load(register) if groups is None else groups
    left_out = {(group.check, row.id) for group in groups if not group.applies for row in group.rows}
    # A group defines the comparison of its first number better than the row itself.
    left_out |= {(group.check, group.parts[0].row.id) for group in groups if group.applies}
    left_out |= {("effect-p", ref.row.id) for group in groups if group.check == "percents-d" for ref in group.whole}
    found = [
        *_of_rows(list(register.values()), left_out),
        *(result for group in groups if group.applies for result in _of_group(group)),
    ]
    order = {id: i for i, id in enumerate(register)}
    kinds = {name: i for i, name in enumerate(CHECKS)}
    return sorted(found, key=lambda result: (kinds[result.check], order[result.ids[0]]))


def _of_rows(rows: _Rows, left_out: set[tuple[str, str]]) -> Iterator[Result]:
    """Yield the checks that the columns of the rows call for."""

    def open_to(check: str, row: PublishedNumber) -> bool:
        return (check, row.id) not in left_out

    same, sizes = defaultdict(list), defaultdict(list)
    for row in rows:
        same[row.study, row.source_key, row.k, row.n].append(row)
        if row.n and row.n_group1 and row.n_group2 and open_to("group-sizes", row):
            sizes[row.study, row.source_key, row.n, row.n_group1, row.n_group2].append(row)
    for (*_, n, first, second), members in sizes.items():
        parts = [(1, parse(size, exact=True)) for size in (first, second)]
        found = counts.total(parts, parse(n, exact=True))
        judged = [row for row in members if row.statistic == "count" and row.value.text in (n, first, second)]
        yield _result("group-sizes", members, found, f"{first} and {second} with n = {n}", judged)

    for row in rows:
        if row.statistic == "percent" and row.unit in SHARES_OF_CASES and open_to("percent-count", row):
            yield from _percent(row, same[row.study, row.source_key, row.k, row.n])
        p = row.p and (row.p if row.p.is_number else parse(STARS[row.p.text]) if row.p.text in STARS else None)
        scales, low, high = intervals.SCALES.get(row.statistic), row.ci_low, row.ci_high
        interval = (low, high) if low and high and all(map(_is_point, (row.value, low, high))) else None
        if scales and interval:
            if open_to("interval-centre", row):
                found = intervals.centred(row.value, *interval, scales)
                yield _result("interval-centre", [row], found, _with_interval(row, interval))
            if p and open_to("interval-p", row):
                error_df = float(row.n) - 2 if row.n and not row.k and int(row.n) > 2 else None
                found = intervals.p_of_interval(row.value, *interval, p, scales, level=_level(row), df=error_df)
                text = _with_interval(row, interval) + ("" if row.ci_level else ", level taken as 95 %")
                yield _result("interval-p", [row], found, f"{text}, p {p.text}")
        if row.statistic in ("r", *MEAN_DIFFERENCES):
            yield from _of_effect(row, same[row.study, row.source_key, row.k, row.n], interval, p, open_to)
        if row.statistic in DEGREES and row.is_number and p and open_to("statistic-p", row):
            df = _df(row)
            if len(df) == DEGREES[row.statistic]:
                yield _statistic_p(row, p, df)

    for (*_, k, n), members in same.items():
        if not k and not n:
            continue
        for q, i2 in product(_with(members, "Q"), _with(members, "I2")):
            if q.k and int(q.k) > 1 and q.population == i2.population and open_to("q-i2", q):
                found = statistics.i2_of_q(q.value, int(q.k) - 1, i2.value)
                yield _result("q-i2", [q, i2], found, f"I² {i2.value.text} % with Q {q.value.text}, k = {q.k}")
        for r, d in product(_with(members, "r"), _with(members, *MEAN_DIFFERENCES)):
            if r.quantity == d.quantity and r.population == d.population and open_to("d-r", r):
                yield from _d_r(r, d)


def _level(row: PublishedNumber) -> float:
    return float(parse(row.ci_level or USUAL_LEVEL).value or 0) / 100


def _of_effect(
    row: PublishedNumber, same: _Rows, interval: _Ends | None, p: Printed | None, open_to: _Open
) -> Iterator[Result]:
    """Check the width of a pooled effect's interval, and the p of a difference in one sample."""
    n, k = int(row.n or 0), int(row.k or 0)
    if interval and n and k and open_to("interval-floor", row):
        spread = [m for m in _with(same, "I2", "Q") if m.population == row.population and m.value.low]
        least = [x / 100 if m.statistic == "I2" else 1 - (k - 1) / x for m in spread if (x := float(m.value.low or 0))]
        found = derived.floor("r" if row.statistic == "r" else "d", *interval, n, k, _level(row), max([0.0, *least]))
        more = "".join(f", {m.statistic.replace('I2', 'I²')} {m.value.text}" for m in spread)
        text = f"{_with_interval(row, interval)}, k = {k}, n = {n}{more}"
        yield _result("interval-floor", [row, *spread], found, text)
    if p and n > 2 and not k and row.statistic != "r" and _is_point(row.value) and open_to("effect-p", row):
        sizes = (int(row.n_group1), int(row.n_group2)) if row.n_group1 and row.n_group2 else None
        found = derived.p_of_difference(row.value, p, n, sizes)
        yield _result("effect-p", [row], found, f"{row.statistic} {row.value.text}, n = {n}, p {p.text}")


def _df(row: PublishedNumber) -> tuple[float, ...]:
    """Degrees of freedom as the unit gives them, or of k studies, or of the n cases of a correlation."""
    try:
        if found := statistics.parse_df(row.unit, DEGREES[row.statistic]):
            return found
    except RestatedError as error:
        remedy = "write them as df = 28 or df = 2, 57, without marks between thousands"
        files.refuser(row.file)(error.message, remedy, row=row.row, field="unit")
    if row.statistic == "Q" and row.k and int(row.k) > 1:
        return (int(row.k) - 1,)
    return (int(row.n) - 2,) if row.statistic == "r" and row.n and not row.k and int(row.n) > 2 else ()


def _with(rows: Iterable[PublishedNumber], *statistics: str) -> list[PublishedNumber]:
    rows = [row for row in rows if row.is_number]
    return [row for statistic in statistics for row in rows if row.statistic == statistic]


def _is_point(printed: Printed | None) -> bool:
    """Return whether it is printed as a number with known rounding: not a bound, range or word."""
    return printed is not None and printed.kind in ("rounded", "about", "exact")


def _percent(row: PublishedNumber, neighbours: _Rows) -> Iterator[Result]:
    """Check a share of cases with its denominator in the row: pooled ones have k and n, ambiguous ones two groups."""
    if bool(row.n) == bool(row.k) or (row.n_group1 and row.n_group2) or not _is_point(row.value):
        return
    if (base := int(row.n_group1 or row.n_group2 or row.n or row.k)) == 0:
        return
    counted = [m for m in neighbours if m.statistic == "count" and m.quantity == row.quantity and _is_point(m.value)]
    count = int(counted[0].value.value or 0) if counted else None
    yield _percent_count([row, *counted[:1]], row.value, [base], count)


def _percent_count(rows: _Rows, percent: Printed, bases: list[int], count: int | None) -> Result:
    found = counts.percent_of_count(percent, bases, count)
    text = f"{percent.text} %{'' if count is None else f' and {count}'} of {' or '.join(map(str, bases))}"
    return _result("percent-count", rows, found, text)


def _with_interval(row: PublishedNumber, interval: _Ends) -> str:
    return f"{row.statistic} {row.value.text} ({interval[0].text} to {interval[1].text})"


def _statistic_p(row: PublishedNumber, p: Printed, df: Sequence[float]) -> Result:
    found = statistics.statistic_against_p(row.statistic, row.value, df, p)
    given = f", df = {', '.join(f'{d:g}' for d in df)}" if df else ""
    stars = f" (published as {row.p.text})" if row.p and row.p.text in STARS else ""
    name = row.statistic.replace("chi2", "χ²")
    return _result("statistic-p", [row], found, f"{name} {row.value.text}{given}, p {p.text}{stars}")


def _d_r(r: PublishedNumber, d: PublishedNumber) -> Iterator[Result]:
    """Compare estimate and both ends of the interval, where both scales have them."""
    for name, field in (("estimate", "value"), ("lower end", "ci_low"), ("upper end", "ci_high")):
        first, second = getattr(r, field), getattr(d, field)
        if _is_point(first) and _is_point(second):
            found = correlations.r_of_d(second, first)
            yield _result("d-r", [r, d], found, f"r {first.text} with d {second.text} ({name})")


def _of_group(group: Group) -> Iterator[Result]:
    """Run the check of one group."""
    parts, whole = group.parts, group.whole
    shown, totals = [ref.printed for ref in parts], [ref.printed for ref in whole]
    first, items = shown[0], group.items or 1
    percents = [scaled(ref.printed, Decimal(100 if ref.row.statistic == "proportion" else 1)) for ref in parts]
    words = {
        "p": [ref.printed.text + " %" * (ref.row.statistic == "percent") for ref in parts],
        "w": [number.text for number in totals],
        "c": [number.value for number in shown],
        "n": f"n = {' or '.join(str(x.value) for x in totals)}" if whole else f"n from {derived.GROUP_SIZES[0]}",
        "items": f"{items} items averaged" if items > 1 else "whole-number scores",
    }
    text = CHECKS[group.check].compared.format(**words)

    match group.check:
        case "percent-count":
            yield _percent_count(group.rows, first, group.sizes, parts[1].count if len(parts) > 1 else None)
            return
        case "statistic-p" if p := parts[0].row.p:
            yield _statistic_p(parts[0].row, p, group.df)
            return
        case "d-r":
            yield from _d_r(parts[0].row, parts[1].row)
            return
        case "falconer":
            for ref in whole:
                scale = 100 if ref.row.unit.startswith("percent") else 1
                found = correlations.falconer(first, shown[1], ref.row.statistic, ref.printed, scale)
                text = f"{ref.row.statistic} {ref.printed.text} with r MZ {first.text}, r DZ {shown[1].text}"
                yield _result(group.check, [parts[0].row, parts[1].row, ref.row], found, text)
            return
        case "percent-total":
            scales = [100 if ref.row.unit.startswith("proportion") else 1 for ref in parts]
            found = counts.percents_total(shown, scales, whole[0].count if whole else None)
            text = " + ".join(part.text for part in shown) + (f" of {whole[0].count}" if whole else "")
        case "percent-subgroups":
            n = whole[0].row.n
            found = counts.percents_of_subgroups(shown, [int(ref.row.n) for ref in parts], totals[0], int(n))
            text = " + ".join(f"{ref.printed.text} % of {ref.row.n}" for ref in parts)
            text += f" with {totals[0].text} % of {n}"
        case "percent-arms":
            found = counts.percents_of_arms(percents[0], percents[1], whole[0].count)
        case "sum":
            found = counts.total([(ref.sign, ref.printed) for ref in parts], totals[0])
            text = " ".join(f"{'−' if ref.sign < 0 else '+'} {ref.printed.text}" for ref in parts).removeprefix("+ ")
            text += f" with {totals[0].text}"
        case "grim":
            found = scores.grim(first, group.sizes, items)
        case "grimmer":
            ends = None if group.minimum is None or group.maximum is None else (group.minimum, group.maximum)
            found = scores.grimmer(first, shown[1], group.sizes, items, ends)
        case "debit":
            found = scores.debit(first, shown[1], group.sizes)
        case "sd-bound":
            low, high = group.minimum or 0.0, group.maximum or 0.0
            found = scores.sd_bound(first, shown[1], group.sizes or derived.GROUP_SIZES[:1], low, high)
        case "within":
            found = derived.within(totals[0], first, shown[1], *(ref.count for ref in whole[1:]))
        case "counts-p":
            found = derived.p_of_counts([ref.count for ref in parts], totals[0])
        case "agreement-kappa":
            size = group.sizes[0] if whole else None
            found = derived.kappa_of_agreement(percents[0], shown[1], size, max(2, items))
            text += f", n = {size}" if size else ""
        case "kappa-p" if p := parts[0].row.p:
            found = derived.p_of_kappa(first, p, whole[0].count, part=whole[0].row is not parts[0].row)
            text = f"kappa {first.text}, p {p.text}, n = {totals[0].text}"
        case "means-scale":
            found = derived.means_on_scale(first, shown[1], group.sizes[0], group.minimum or 0.0, group.maximum or 0.0)
        case "difference-centre":
            found = derived.centre(first, shown[1], *totals)
        case grouping.STATED:
            found, text = _stated(group)
        case name if name in derived.FORMULAS:
            found = derived.follows(name, shown, totals[0])
            text = f"{totals[0].text} with {', '.join(part.text for part in shown)}"
        case _:  # correlation-triple
            found = correlations.third(*shown)
    yield _result(group.check, group.rows, found, text, group.judged)


def _stated(group: Group) -> tuple[Comparison, str]:
    """Test a difference stated in words; the ends of the group's scale are those of the estimates' correlation."""
    (first, second), (words, *sizes) = group.parts, group.whole
    scale = {"r": "r", "percent": "percent"}.get(first.row.statistic, "d")
    known: list[int | None] = [ref.count for ref in sizes] or [None, None]
    if len(known) == 1:  # that of both samples; equal halves make the smallest error
        known = [sizes[0].count // 2] * 2
    errors = [
        differences.error(scale, ref.printed, ref.row.ci_low, ref.row.ci_high, _level(ref.row), n)
        for ref, n in zip(group.parts, known, strict=True)
    ]
    shown = [first.printed, second.printed]
    found = differences.stated(words.printed.text, scale, shown, errors, (group.minimum or 0.0, group.maximum or 0.0))
    return found, f"{first.printed.text} and {second.printed.text}, said to be {SAID[words.printed.text]}"


def _result(check: str, rows: _Rows, found: Comparison, compared: str, judged: _Rows | None = None) -> Result:
    """Put a comparison of `rows` into words; it judges the numbers of all of them unless `judged` are given."""
    verified = all(row.grade != "U" for row in rows)
    powerless = found.fits and found.power <= 0
    outcome = INCONSISTENT if not found.fits else UNINFORMATIVE if powerless else CONSISTENT
    sentence = f"{compared}: {'' if verified else _LEFT_OUT}{found.detail}{_POWERLESS if powerless else ''}."
    ids = tuple(row.id for row in rows)
    sizes_only = frozenset(ids).difference(ids if judged is None else (row.id for row in judged))
    return Result(check, ids, compared, outcome, max(0.0, found.power), verified, sentence, sizes_only)


def summary(results: Iterable[Result]) -> pd.DataFrame:
    """Count the results by check and outcome; one row per check, also where none applied.

    Columns: ``check``, one per outcome and ``median power`` (verified ones only), ``unverified`` (resting on grade U).
    """
    table = pd.DataFrame(list(results), columns=Result._fields)
    counted, names = table[table["verified"].astype(bool)], list(CHECKS)
    found = pd.crosstab(counted["check"], counted["outcome"]).reindex(index=names, columns=OUTCOMES, fill_value=0)
    found["median power"] = counted.astype({"power": float}).groupby("check")["power"].median()
    found["unverified"] = table["check"].value_counts().reindex(names, fill_value=0) - found[list(OUTCOMES)].sum(axis=1)
    found.insert(0, "check", [CHECKS[name].title for name in names])
    return found.reset_index(drop=True).rename_axis(columns=None)


def table(results: Iterable[Result]) -> pd.DataFrame:
    """Return results as rows: ``check, compared, outcome, power, result, rows``, rows graded U marked."""
    table = pd.DataFrame(list(results), columns=Result._fields)
    table["check"] = [CHECKS[name].title for name in table["check"]]
    table["result"] = [s.removeprefix(f"{c}: ") for s, c in zip(table["sentence"], table["compared"], strict=True)]
    table["rows"] = table["ids"].map(", ".join)
    table["outcome"] = table["outcome"].where(table["verified"].astype(bool), "unverified (" + table["outcome"] + ")")
    return table[["check", "compared", "outcome", "power", "result", "rows"]]


def coverage(register: Register, results: Iterable[Result]) -> tuple[int, int]:
    """Count the seen numbers of the register that entered a check, and all of them, without words and grade U."""
    used = {id for result in results for id in result.judged}
    seen = [number.id for number in register.values() if number.is_number and number.grade != "U"]
    return sum(id in used for id in seen), len(seen)


def why_unchecked(row: PublishedNumber) -> str:
    """Return the reason why no check fits a printed number, from what its row lacks."""
    if row.grade == "U":
        return "unverified numbers are not checked"
    if not row.is_number:
        return "a statement in words, or an interval alone"
    if row.kind == "design fact":
        return "a fact about the study on which no other number depends"
    if row.statistic in ("percent", "proportion") and not row.n:
        return "a share whose denominator is not given with it"
    if row.ci_low is None and row.p is None:
        return "no interval, no p and no related number is given with it"
    open_ended = "its interval or p has one end only, or is given in words"
    return open_ended if row.n or row.k else "an interval or p without the size of its sample"


def unchecked(register: Register, results: Iterable[Result]) -> pd.DataFrame:
    """Count the numbers in no check by :func:`why_unchecked`; columns ``reason``, one per kind, ``in all``."""
    used = {id for result in results for id in result.ids}
    rows = [(why_unchecked(row), row.kind) for row in register.values() if row.id not in used]
    counts = pd.DataFrame(rows, columns=["reason", "kind"]).groupby(["reason", "kind"]).size().unstack(fill_value=0)
    counts["in all"] = counts.sum(axis=1)
    return counts.sort_values("in all", ascending=False).rename_axis(columns=None).reset_index()
