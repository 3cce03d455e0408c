"""Apply every check to every register row or group of rows it fits.

The columns of the rows decide which checks fit (``_of_rows``); where they are not enough, ``data/audit/groups.csv``
does (``_of_group``). That table can also keep a check away from a row it would misread, with a reason.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import TypeAlias

from scipy.stats import norm

from restated.audit import correlations, counts, derived, differences, intervals, scores, statistics
from restated.audit.comparison import Comparison, scaled
from restated.errors import RestatedError
from restated.printed import Printed, parse
from restated.reconstruct.pvalues import DEGREES
from restated_book.consistency import checks
from restated_book.consistency import groups as grouping
from restated_book.consistency.checks import CHECKS, WHY, Result
from restated_book.consistency.groups import Group
from restated_book.register import PublishedNumber, Register
from restated_book.sources import files

#: Units in which a percentage is a share of counted cases (and not of variance, costs or simulations).
SHARES_OF_CASES = ("percent", "percent of pairs", "percent agreement", "percent of dyads")
MEAN_DIFFERENCES = ("d", "g", "SMD")  #: Statistics on the scale of a standardised mean difference
USUAL_LEVEL = "95"  #: Confidence level of an interval printed without one; used for p only, and noted there
#: Stars in place of a p, as tables usually mean them; the footnote that says so may not be in the copy read.
STARS = {"*": "< .05", "**": "< .01", "***": "< .001"}

_Ends: TypeAlias = tuple[Printed, Printed]
_Rows: TypeAlias = Sequence[PublishedNumber]
_Open: TypeAlias = Callable[[str, PublishedNumber], bool]
_LEFT_OUT = "grade U: we could not obtain a source of the numbers; "
_POWERLESS = "; with these numbers the check could not have failed"
_COPIED = "the two agree, as they also do where one copies the other"


def run(register: Register, groups: Sequence[Group] | None = None) -> list[Result]:
    """Run all checks of a register and of its groups; results are in the order of `CHECKS`, then of the register."""
    groups = grouping.load(register) if groups is None else groups
    left_out = {(group.check, row.id) for group in groups if not group.applies for row in group.rows}
    # A group defines the comparison of its first number better than the row itself.
    left_out |= {(group.check, group.parts[0].row.id) for group in groups if group.applies}
    left_out |= {("effect-p", ref.row.id) for group in groups if group.check == "percents-d" for ref in group.whole}
    found = [
        *_of_rows(list(register.values()), left_out),
        *(result._replace(condition=g.reason) for g in groups if g.applies for result in _of_group(g)),
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
                yield _result("statistic-p", [row], *_statistic_p(row, p, df))

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
    yield _result("percent-count", [row, *counted[:1]], *_percent_count(row.value, [base], count))


def _percent_count(percent: Printed, bases: list[int], count: int | None) -> tuple[Comparison, str]:
    of = f"any number from {bases[0]} to {bases[-1]}" if len(bases) > 2 else " or ".join(map(str, bases))
    text = f"{percent.text} %{'' if count is None else f' and {count}'} of {of}"
    return counts.percent_of_count(percent, bases, count), text


def _with_interval(row: PublishedNumber, interval: _Ends) -> str:
    return f"{row.statistic} {row.value.text} ({interval[0].text} to {interval[1].text})"


def _statistic_p(row: PublishedNumber, p: Printed, df: Sequence[float]) -> tuple[Comparison, str]:
    found = statistics.statistic_against_p(row.statistic, row.value, df, p)
    given = f", df = {', '.join(f'{d:g}' for d in df)}" if df else ""
    stars = f" (published as {row.p.text})" if row.p and row.p.text in STARS else ""
    name = row.statistic.replace("chi2", "χ²")
    return found, f"{name} {row.value.text}{given}, p {p.text}{stars}"


def _d_r(r: PublishedNumber, d: PublishedNumber) -> Iterator[Result]:
    """Compare estimate and both ends of the interval, where both scales have them."""
    for name, field in (("estimate", "value"), ("lower end", "ci_low"), ("upper end", "ci_high")):
        first, second = getattr(r, field), getattr(d, field)
        if _is_point(first) and _is_point(second):
            found = correlations.r_of_d(second, first)
            yield _result("d-r", [r, d], found, f"r {first.text} with d {second.text} ({name})")


def _in_percent(ref: grouping.Reference) -> Printed:
    return scaled(ref.printed, Decimal(100 if ref.row.statistic == "proportion" else 1))


#: Checks of a group, its parts and its wholes that need no more words than those of ``checks.toml``.
_FOUND: dict[str, Callable[[Group, Sequence[Printed], Sequence[Printed]], Comparison]] = {
    "grim": lambda g, x, w: scores.grim(x[0], g.sizes, g.items or 1),
    "grimmer": lambda g, x, w: scores.grimmer(x[0], x[1], g.sizes, g.items or 1, g.scale),
    "debit": lambda g, x, w: scores.debit(x[0], x[1], g.sizes),
    "sd-bound": lambda g, x, w: scores.sd_bound(x[0], x[1], g.sizes or derived.GROUP_SIZES[:1], *(g.scale or ())),
    "within": lambda g, x, w: derived.within(w[0], x[0], x[1], *(ref.count for ref in g.whole[1:])),
    "means-scale": lambda g, x, w: derived.means_on_scale(x[0], x[1], g.sizes[0], *(g.scale or ())),
    "difference-centre": lambda g, x, w: derived.centre(x[0], x[1], w[0], w[1]),
    "correlation-triple": lambda g, x, w: correlations.third(x[0], x[1], x[2]),
}


def _of_group(group: Group) -> Iterator[Result]:
    """Run the check of one group."""
    parts, whole = group.parts, group.whole
    shown, totals = [ref.printed for ref in parts], [ref.printed for ref in whole]
    first, items = shown[0], group.items or 1
    words = {
        "p": [ref.printed.text + " %" * (ref.row.statistic == "percent") for ref in parts],
        "w": [number.text for number in totals],
        "at": [f"{ref.row.study}, {ref.row.locator}" for ref in (*parts, *whole)],
        "n": f"n = {' or '.join(x.text for x in totals)}" if whole else f"n from {derived.GROUP_SIZES[0]}",
        "items": f"{items} items averaged" if items > 1 else "whole-number scores",
    }
    text = CHECKS[group.check].compared.format(**words)

    match group.check:
        case "percent-count":
            found, text = _percent_count(first, group.sizes, parts[1].count if len(parts) > 1 else None)
        case "statistic-p" if p := parts[0].row.p:
            found, text = _statistic_p(parts[0].row, p, group.df)
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
            arms = [_in_percent(ref) for ref in parts]
            found = counts.percents_of_arms(arms[0], arms[1], whole[0].count, whole[0].least)
        case "sum":
            found = counts.total([(ref.sign, ref.printed) for ref in parts], totals[0])
            text = " ".join(f"{'−' if ref.sign < 0 else '+'} {ref.printed.text}" for ref in parts).removeprefix("+ ")
            text += f" with {totals[0].text}"
        case "counts-p":
            table, *others = product(*(ref.counts for ref in parts))
            found = derived.p_of_counts(table, totals[0], others)
        case "agreement-kappa":
            size = group.sizes[0] if whole else None
            found = derived.kappa_of_agreement(_in_percent(parts[0]), shown[1], size, max(2, items))
            text += f", n = {size}" if size else ""
        case "kappa-p" if p := parts[0].row.p:
            found = derived.p_of_kappa(first, p, whole[0].count, part=whole[0].row is not parts[0].row)
            text = f"kappa {first.text}, p {p.text}, n = {totals[0].text}"
        case grouping.STATED:
            found, text = _stated(group)
        case name if name in derived.FORMULAS:
            found = derived.follows(name, shown, totals[0])
            if name == "same":
                said = {"power": 0.0, "detail": _COPIED} if found.fits else {"detail": "the two differ"}
                found = replace(found, **said)
        case "se-floor":  # as for the interval that estimate and error make
            half = Decimal(str(norm.ppf(0.975))) * (shown[1].high or 0)
            ends = [(first.value or 0) + sign * half for sign in (-1, 1)]
            low, high = (replace(first, low=end, high=end) for end in ends)
            kind = "d" if parts[0].row.statistic in MEAN_DIFFERENCES else "r"
            found = derived.floor(kind, low, high, whole[0].count, 1)
        case name:
            found = _FOUND[name](group, shown, totals)
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
    found = differences.stated(words.printed.text, scale, shown, errors, group.scale or (0.0, 0.0))
    return found, f"{first.printed.text} and {second.printed.text}, said to be {grouping.SAID[words.printed.text]}"


def _result(check: str, rows: _Rows, found: Comparison, compared: str, judged: _Rows | None = None) -> Result:
    """Put a comparison of `rows` into words; it judges the numbers of all of them unless `judged` are given."""
    verified = all(row.grade != "U" for row in rows)
    # Numbers of two sources, or of two places, may count different things.
    one = check != "same" and len({row.source_key for row in rows}) == 1
    passed = checks.CONSISTENT if found.power >= checks.LEAST_POWER else checks.WEAK if found.power > 0 else checks.IDLE
    outcome = passed if found.fits else checks.INCONSISTENT if one else checks.DIFFERENT
    why = _POWERLESS if outcome == checks.IDLE and check != "same" else ""
    sentence = f"{compared}: {'' if verified else _LEFT_OUT}{found.detail}{why}."
    ids, condition = tuple(row.id for row in rows), CHECKS[check].condition
    sizes_only = frozenset(ids).difference(ids if judged is None else (row.id for row in judged))
    return Result(check, ids, compared, outcome, max(0.0, found.power), verified, sentence, sizes_only, condition)


def unchecked(register: Register, results: Iterable[Result], groups: Iterable[Group] | None = None) -> dict[str, str]:
    """Return the ids of the printed numbers in no counted check, each with the reason; the last that holds is given."""
    found, groups = list(results), grouping.load(register) if groups is None else groups
    why = {row.id: WHY[_lack(row)] for row in register.values()}
    why |= {id: WHY["size"] for result in found for id in result.sizes_only if register[id].is_number}
    why |= {row.id: group.reason for group in groups if not group.applies for row in group.rows}
    why |= {id: WHY["unread"] for result in found if not result.verified for id in result.ids}
    counted = {id for result in found if result.verified for id in result.judged}
    return {id: reason for id, reason in why.items() if id not in counted}


def _lack(row: PublishedNumber) -> str:
    """Return what a row lacks for a check, a key of `WHY`."""
    if row.grade == "U" or not row.is_number:
        return "unread" if row.grade == "U" else "words" if row.statistic == "text" else "interval"
    if row.ci_low is not None or row.ci_high is not None or row.p is not None:
        return "ends"
    return row.statistic if row.statistic in WHY else "fact" if row.kind == "design fact" else "other"
