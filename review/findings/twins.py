"""Genes, homes and attachment: what printed concordances, correlations and shares of twin studies allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import pairs as resemblance
from restated.estimate import twins
from restated.intervals import closed_interval
from restated.reconstruct.twintables import TwinTables, crossed, twin_tables
from review.findings.transmission import PLAUSIBLE_SECURE

SHARES = ("a2", "c2", "e2")
#: Level of every test and interval of the chapter.
LEVEL = 0.95
#: Points along each side of a rounding box of two correlations. The shares are linear inside the triangle and bend only at
#: its edges, so the extremes are at corners or where an edge is crossed; five points see both.
BOX_POINTS = 5
#: A ratio computed in floating point may miss the end of a rounding interval by its last bits.
SLACK = 1e-12


# --- what the prints determine -----------------------------------------------------------------------------------------


def table_set(row) -> TwinTables | None:
    """All tables of pairs that fit one row of the study table; None where the row does not say enough.

    Counts that a reader supplied stand for themselves; else the printed concordance is read as agreement in class.
    """
    if np.isnan(row["n_pairs"]):
        return None
    pairs = int(row["n_pairs"])
    if not np.isnan(row["both"]):
        return twin_tables(pairs, **{name: int(row[name]) for name in ("both", "discordant", "neither")})
    return twin_tables(pairs, agreement=row["agreement"]) if isinstance(row["agreement"], str) else None


def groups(rows: pd.DataFrame) -> dict[str, TwinTables]:
    """Row id to the set of tables of every row that determines one.

    Raises
    ------
    RestatedError
        If no table at all fits a row.
    """
    found = {row["row_id"]: table_set(row) for _, row in rows.iterrows()}
    for name, tables in found.items():
        if tables is not None and tables.empty:
            raise RestatedError(f"{name}: {tables.message}")
    return {name: tables for name, tables in found.items() if tables is not None}


def by_zygosity(sets: dict[str, TwinTables]) -> dict[str, tuple[TwinTables, TwinTables]]:
    """Study key to its sets for identical and fraternal twins, where both are determined."""
    keys = [name.removesuffix("-mz") for name in sets if name.endswith("-mz")]
    return {key: (sets[f"{key}-mz"], sets[f"{key}-dz"]) for key in keys if f"{key}-dz" in sets}


def plausible(tables: np.ndarray) -> np.ndarray:
    """Which tables, shape (m, 3), have a secure share inside `PLAUSIBLE_SECURE` (an assumption)."""
    low, high = PLAUSIBLE_SECURE
    share = resemblance.affected(tables)
    return (low - SLACK <= share) & (share <= high + SLACK)


def counts_of_pairs(rows: pd.DataFrame, sets: dict[str, TwinTables]) -> pd.DataFrame:
    """Concordant and discordant pairs of every group: ``row_id, study, year, group, pairs, percent``, then the lowest and
    highest ``concordant`` and ``discordant``."""
    out = []
    for row in rows.set_index("row_id").loc[list(sets)].reset_index().to_dict("records"):
        discordant = sets[row["row_id"]].tables[:, 1]
        pairs = int(row["n_pairs"])
        low, high = int(discordant.min()), int(discordant.max())
        percent = row["agreement"] if isinstance(row["agreement"], str) else ""
        out.append(
            (
                row["row_id"],
                row["study"],
                row["year"],
                row["group"],
                pairs,
                percent,
                pairs - high,
                pairs - low,
                low,
                high,
            )
        )
    names = "row_id study year group pairs percent concordant_low concordant_high discordant_low discordant_high"
    return pd.DataFrame(out, columns=names.split())


def scales(rows: pd.DataFrame, sets: dict[str, TwinTables]) -> pd.DataFrame:
    """Resemblance of every group on three scales, over the tables with a plausible secure share.

    Columns ``row_id, study, year, group, tables, kept``, then lowest and highest ``agreement``, ``score`` (double-entry
    correlation) and ``liability``.
    """
    out = []
    for row in rows.set_index("row_id").loc[list(sets)].reset_index().to_dict("records"):
        tables = sets[row["row_id"]].tables
        kept = tables[plausible(tables)]
        line = {name: row[name] for name in ("row_id", "study", "year", "group")} | {
            "tables": len(tables),
            "kept": len(kept),
        }
        for name, function in (
            ("agreement", resemblance.agreement),
            ("score", resemblance.double_entry),
            ("liability", resemblance.liability),
        ):
            values = function(kept)
            line |= {f"{name}_low": values.min(initial=np.inf), f"{name}_high": values.max(initial=-np.inf)}
        out.append(line)
    return pd.DataFrame(out).replace([np.inf, -np.inf], np.nan)


def definitions(rows: pd.DataFrame) -> pd.DataFrame:
    """How many tables fit each printed concordance under its three definitions: ``row_id, definition, tables``."""
    out = []
    for row in rows.dropna(subset=["n_pairs", "agreement"]).to_dict("records"):
        for name in ("agreement", "pairwise", "probandwise"):
            out.append((row["row_id"], name, len(twin_tables(int(row["n_pairs"]), **{name: row["agreement"]}))))
    return pd.DataFrame(out, columns=["row_id", "definition", "tables"])


def concordance_difference(mz: TwinTables, dz: TwinTables) -> tuple[float, float]:
    """Two-sided p of a difference in concordance: Pearson's chi-squared without correction, and Fisher's exact test.

    Raises
    ------
    RestatedError
        If the number of discordant pairs is not determined in both groups.
    """
    counts = []
    for tables in (mz, dz):
        discordant = np.unique(tables.tables[:, 1])
        if len(discordant) != 1:
            raise RestatedError("the number of discordant pairs is not determined")
        counts.append((tables.pairs - int(discordant[0]), int(discordant[0])))
    chi2 = stats.chi2_contingency(counts, correction=False)
    return float(chi2.pvalue), float(stats.fisher_exact(counts).pvalue)


# --- fits over a set -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetFits:
    """Fits of the ACE model to every combination of compatible tables.

    Attributes
    ----------
    mz, dz : ndarray of int, shape (m, 3)
    thresholds : {"common", "separate"}
    fit : TwinFit
    genes_p, home_p : ndarray, shape (m,)
        Boundary-corrected p of dropping A, and of dropping C.
    kept : ndarray of bool, shape (m,)
        Both secure shares inside `PLAUSIBLE_SECURE`; every combination where none is.
    """

    mz: np.ndarray
    dz: np.ndarray
    thresholds: str
    fit: twins.TwinFit
    genes_p: np.ndarray
    home_p: np.ndarray
    kept: np.ndarray

    def estimates(self) -> pd.DataFrame:
        """Lowest and highest estimate of each share over the kept combinations, and over all.

        Columns ``share, kept, lowest, highest, tables, all_lowest, all_highest``.
        """
        out = []
        for name in SHARES:
            values = getattr(self.fit, name)
            kept = values[self.kept]
            out.append((name, len(kept), kept.min(), kept.max(), len(values), np.nanmin(values), np.nanmax(values)))
        return pd.DataFrame(out, columns=["share", "kept", "lowest", "highest", "tables", "all_lowest", "all_highest"])

    def ranges(self) -> pd.DataFrame:
        """`estimates`, with the lowest lower and highest upper end of the profile intervals of the kept combinations.

        Columns ``ci_lowest, ci_highest``.
        """
        kept = twins.liability(self.mz[self.kept], self.dz[self.kept], thresholds=self.thresholds)
        found = twins.intervals(kept, level=LEVEL)
        return self.estimates().assign(
            ci_lowest=[found[name].low.min() for name in SHARES], ci_highest=[found[name].high.max() for name in SHARES]
        )

    def significant(self, p: str) -> int:
        """In how many of the kept combinations ``genes_p`` or ``home_p`` is below .05."""
        return int(np.sum(getattr(self, p)[self.kept] < 1 - LEVEL))


def fit_set(mz: TwinTables, dz: TwinTables, *, thresholds: str = "separate") -> SetFits:
    """Fit the liability-threshold ACE model to every table of `mz` with every table of `dz`: all of them, none left out.

    Thresholds are separate by default, because nothing printed says that the two groups have the same secure share.
    """
    both = crossed(mz, dz)
    fit = twins.liability(*both, thresholds=thresholds)
    tests = twins.compare(fit)
    kept = plausible(both[0]) & plausible(both[1])
    if not kept.any():
        kept = np.full(len(kept), True)
    return SetFits(*both, thresholds, fit, tests["CE"].p_boundary, tests["AE"].p_boundary, kept)


def fit_scores(r_mz, r_dz, n_mz, n_dz) -> pd.DataFrame:
    """Normal-theory ACE model over the rounding box of two printed correlations of a continuous score.

    Parameters
    ----------
    r_mz, r_dz : str, Printed or pair of numbers
    n_mz, n_dz : int or sequence of int
        Pairs; several are combined one by one with the whole box.

    Returns
    -------
    pandas.DataFrame
        As `SetFits.ranges` gives, with ``p_low, p_high``: boundary-corrected p of dropping A (row a2) and C (row c2).
    """
    ends = [[float(end) for end in closed_interval(value, name)] for value, name in ((r_mz, "r_mz"), (r_dz, "r_dz"))]
    sides = [np.linspace(*end, BOX_POINTS) for end in ends]
    sizes = np.column_stack([np.atleast_1d(n_mz), np.atleast_1d(n_dz)])
    mz, dz, which = (x.ravel() for x in np.meshgrid(*sides, np.arange(len(sizes)), indexing="ij"))
    fit = twins.continuous(mz, dz, *sizes[which].T)
    intervals, tests = twins.intervals(fit, level=LEVEL), twins.compare(fit)
    p = {"a2": tests["CE"].p_boundary, "c2": tests["AE"].p_boundary, "e2": np.array([np.nan])}
    return pd.DataFrame(
        [
            (
                name,
                getattr(fit, name).min(),
                getattr(fit, name).max(),
                intervals[name].low.min(),
                intervals[name].high.max(),
                p[name].min(),
                p[name].max(),
            )
            for name in SHARES
        ],
        columns=["share", "lowest", "highest", "ci_lowest", "ci_highest", "p_low", "p_high"],
    )


# --- what a printed c2 stands for ------------------------------------------------------------------------------------------


def correlations_behind(shared, unique) -> dict[str, tuple[float, float]]:
    """The twin correlations of a model with C and E only, from printed percentages of both.

    r_MZ = r_DZ = c2 = 1 - e2, so both rounding intervals must hold.

    Returns
    -------
    dict
        ``r``: lowest and highest common correlation.

    Raises
    ------
    RestatedError
        If the two percentages leave no correlation.
    """
    c_low, c_high = (float(x) / 100 for x in closed_interval(shared, "c2"))
    e_low, e_high = (float(x) / 100 for x in closed_interval(unique, "e2"))
    low, high = max(c_low, 1 - e_high), min(c_high, 1 - e_low)
    if low > high + SLACK:
        raise RestatedError("the two shares do not add up to 1 within rounding")
    return {"r": (low, high)}


class Behind(NamedTuple):
    """Tables of identical and fraternal pairs behind a printed c2 of a CE model; one row per combination.

    `pooled` counts the pooled tables, `chosen` marks combinations in which CE has the lowest Akaike criterion, `high` is the
    upper end of the profile interval of a2 (nan where not chosen), `r_mz` and `r_dz` are the free liability correlations.
    """

    mz: np.ndarray
    dz: np.ndarray
    pooled: int
    fit: twins.TwinFit
    chosen: np.ndarray
    high: np.ndarray
    r_mz: np.ndarray
    r_dz: np.ndarray


def tables_behind(pairs: int, shared, mz_shares: Sequence[float]) -> Behind:
    """Which tables of `pairs` twin pairs give a printed c2 when a model with C and E and one threshold is fitted?

    Under that model both zygosities have the same table probabilities, so its likelihood sees only the sum of the two tables
    and c2 is the liability correlation of that sum: every sum with a secure share inside `PLAUSIBLE_SECURE` is listed. Each
    sum is then divided into identical and fraternal pairs. This is thinned: for each share of identical pairs every division
    of the discordant pairs is taken, with both groups as near to the same secure share as whole pairs allow.

    Parameters
    ----------
    pairs : int
    shared : str, Printed or pair of numbers
        c2 in percent.
    mz_shares : sequence of float
        Identical pairs as a share of all.
    """
    low, high = (float(x) / 100 for x in closed_interval(shared, "c2"))
    sums = twin_tables(pairs, prevalence=tuple(100 * x for x in PLAUSIBLE_SECURE)).tables
    r = resemblance.liability(sums)
    sums = sums[(low - SLACK <= r) & (r <= high + SLACK)]
    parts = []
    for share in mz_shares:
        n_mz = round(pairs * share)
        for both, one, neither in sums:
            discordant = np.arange(one + 1)
            both_mz = np.rint((2 * both + one) / (2 * pairs) * n_mz - discordant / 2).astype(int)
            mz = np.column_stack([both_mz, discordant, n_mz - discordant - both_mz])
            dz = np.array([both, one, neither]) - mz
            possible = (mz >= 0).all(axis=1) & (dz >= 0).all(axis=1)
            parts.append(np.stack([mz[possible], dz[possible]]))
    mz, dz = np.concatenate(parts, axis=1)
    fit = twins.liability(mz, dz)
    chosen = twins.lowest_aic(fit) == "CE"
    upper = np.full(len(mz), np.nan)
    if chosen.any():
        upper[chosen] = twins.intervals(twins.liability(mz[chosen], dz[chosen]), level=LEVEL, only=("a2",))["a2"].high
    return Behind(mz, dz, len(sums), fit, chosen, upper, resemblance.liability(mz), resemblance.liability(dz))


def if_equal(pairs: int, r: float, mz_shares: Sequence[float], prevalences: Sequence[float | None]) -> pd.DataFrame:
    """What a study can say when identical and fraternal twins are exactly equally alike.

    The expected tables (or, for prevalence None, correlations) of `pairs` pairs with r_MZ = r_DZ = `r` are fitted: the genetic
    share is estimated as 0, and the interval shows how much of it is not excluded.

    Returns
    -------
    pandas.DataFrame
        ``pairs, mz_share, prevalence`` (nan: continuous), ``a2_high, c2_low, c2_high``.
    """
    classes = np.array([p for p in prevalences if p is not None])
    out = []
    for share in mz_shares:
        n = (round(pairs * share), pairs - round(pairs * share))
        fits = []
        if len(classes):
            tables = twins.pair_probabilities(classes, r)
            fits.append((classes, twins.liability(*(size * tables for size in n))))
        if None in prevalences:
            fits.append((np.array([np.nan]), twins.continuous([r], [r], *n)))
        for prevalence, fit in fits:
            found = twins.intervals(fit, level=LEVEL, only=("a2", "c2"))
            out.append(
                pd.DataFrame(
                    {
                        "pairs": pairs,
                        "mz_share": share,
                        "prevalence": prevalence,
                        "a2_high": found["a2"].high,
                        "c2_low": found["c2"].low,
                        "c2_high": found["c2"].high,
                    }
                )
            )
    return pd.concat(out, ignore_index=True)


# --- power -----------------------------------------------------------------------------------------------------------------


def power_table(
    pairs: int,
    truths: Sequence[tuple[float, float]],
    mz_shares: Sequence[float],
    prevalences: Sequence[float | None],
    *,
    drop: str = "a2",
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Simulated power over true shares, splits by zygosity and secure shares.

    Parameters
    ----------
    pairs : int
    truths : sequence of (a2, c2)
    mz_shares : sequence of float
    prevalences : sequence of float or None
        None: a continuous score instead of two classes.
    drop : {"a2", "c2"}
        The share tested.
    draws, seed : int
        Per design; every design has a seed of its own.

    Returns
    -------
    pandas.DataFrame
        ``pairs, a2, c2, mz_share, prevalence`` (nan: continuous), ``power, se, low, high``: Monte Carlo error and the 95 %
        Wilson interval.
    """
    designs = [(a2, c2, share, p) for a2, c2 in truths for share in mz_shares for p in prevalences]
    out = []
    for i, (a2, c2, share, p) in enumerate(designs):
        n_mz = round(pairs * share)
        found = twins.power(
            a2, c2, 1 - a2 - c2, n_mz, pairs - n_mz, p, drop=drop, alpha=1 - LEVEL, draws=draws, seed=seed + i
        )
        out.append((pairs, a2, c2, share, np.nan if p is None else p, found.power, found.se, found.low, found.high))
    return pd.DataFrame(out, columns=["pairs", "a2", "c2", "mz_share", "prevalence", "power", "se", "low", "high"])


def needed(
    truths: Sequence[tuple[float, float]], prevalences: Sequence[float | None], *, mz_share: float = 0.5
) -> pd.DataFrame:
    """Pairs for 80 % power to see a2, large-sample approximation: ``a2, c2, prevalence, pairs``."""
    out = []
    for a2, c2 in truths:
        for p in prevalences:
            n = twins.pairs_for_power(a2, c2, 1 - a2 - c2, mz_share, p, alpha=1 - LEVEL)
            out.append((a2, c2, np.nan if p is None else p, int(np.ceil(n))))
    return pd.DataFrame(out, columns=["a2", "c2", "prevalence", "pairs"])


# --- adolescents and siblings ------------------------------------------------------------------------------------------------


def pairs_behind_r(r, p, most: int) -> tuple[int, int]:
    """Fewest and most pairs with which a printed positive correlation can have its printed two-sided p (t test), up to `most`.

    Raises
    ------
    RestatedError
        If no number of pairs fits.
    """

    def p_of(value, n):
        return 2 * stats.t.sf(value * np.sqrt((n - 2) / (1 - value**2)), n - 2)

    return _pairs_with_p(p_of, closed_interval(r, "r"), p, most)


def pairs_behind_kappa(kappa, p, most: int) -> tuple[int, int]:
    """The same for a kappa of two exchangeable raters, whose variance under independence is 1 / pairs (normal test)."""

    def p_of(value, n):
        return 2 * stats.norm.sf(value * np.sqrt(n))

    return _pairs_with_p(p_of, closed_interval(kappa, "kappa"), p, most)


def _pairs_with_p(p_of, statistic, p, most: int) -> tuple[int, int]:
    n = np.arange(4, most + 1)
    low, high = (float(x) for x in statistic)
    p_low, p_high = closed_interval(p, "p")
    least, largest = p_of(high, n), p_of(low, n)
    fits = (least <= (1 if p_high is None else float(p_high))) & (largest >= (0 if p_low is None else float(p_low)))
    if not fits.any():
        raise RestatedError(f"no number of pairs up to {most} gives the printed p")
    return int(n[fits][0]), int(n[fits][-1])


def liability_of_kappa(kappa, affected: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest liability correlation that a printed kappa of exchangeable pairs stands for.

    Parameters
    ----------
    kappa : str, Printed or pair of numbers
    affected : sequence of float
        Shares affected that come into question (assumed).
    """
    ends = np.array([float(x) for x in closed_interval(kappa, "kappa")])
    r = resemblance.liability(resemblance.expected(np.asarray(affected)[:, None], ends))
    return float(r.min()), float(r.max())


def with_intraclass(tables: np.ndarray, icc) -> np.ndarray:
    """Those of the tables of pairs whose correlation of scores prints as `icc`, by either of its two formulas.

    The paper's formula was not seen; double entry and one-way analysis of variance differ by about 1 / (2 pairs).
    """
    low, high = (float(x) for x in closed_interval(icc, "icc"))
    keep = np.full(len(tables), False)
    for formula in (resemblance.double_entry, resemblance.intraclass):
        value = formula(tables)
        keep |= (low - SLACK <= value) & (value <= high + SLACK)
    return tables[keep]


def sizes_with_intraclass(agreement, icc, most: int) -> pd.DataFrame:
    """Numbers of pairs, up to `most`, for which some table gives a printed agreement and intraclass correlation.

    Returns
    -------
    pandas.DataFrame
        ``pairs, tables``, and lowest and highest share ``affected_low, affected_high``.
    """
    out = []
    for pairs in range(2, most + 1):
        found = with_intraclass(twin_tables(pairs, agreement=agreement).tables, icc)
        if len(found):
            share = resemblance.affected(found)
            out.append((pairs, len(found), share.min(), share.max()))
    return pd.DataFrame(out, columns=["pairs", "tables", "affected_low", "affected_high"])


# --- over the life span --------------------------------------------------------------------------------------------------------

#: Age, measure, scale and ids of what was printed, youngest first; the scale is said because the shares are of different things.
_LIFE = (
    (
        "infancy",
        "Bokhorst 2003",
        "Strange Situation, secure",
        "classes",
        (None, "bokhorst2003-secure-c2", "bokhorst2003-secure-e2"),
    ),
    ("infancy", "Bokhorst 2003", "…, disorganized", "classes", "only unique environment or error; no number"),
    (
        "infancy",
        "Bakermans-Kr. 2004",
        "Q-Sort by the mother",
        "score",
        (None, "bakermans2004-attachment-c2", "bakermans2004-attachment-e2"),
    ),
    ("9 months", "Roisman 2006", "relationship quality", "score", "both environments; no number"),
    ("24 months", "Roisman 2008", "observer-rated security", "score", "both environments; no number"),
    ("24 months", "Finkel 2000", "separation–reunion", "classes", ("finkel2000-a2", None, "finkel2000-e2")),
    ("preschool", "O'Connor 2001", "Strange Situation, secure", "classes", "some genes, both environments; no number"),
    ("15 years", "Fearon 2014", "interview, coherence", "score", ("fearon2014-a2", None, None)),
    ("70 years", "Dugan 2024", "self-report, general", "score", ("dugan2024-general-a2", None, "dugan2024-general-e2")),
    ("70 years", "Dugan 2024", "self-report, parents", "score", ("dugan2024-parent-a2", None, None)),
)


def over_life(register, restated: pd.DataFrame | None = None) -> pd.DataFrame:
    """Printed shares of variance from infancy to old age, with what was measured and on which scale.

    Parameters
    ----------
    register : restated_book.register.Register
    restated : DataFrame, optional
        Rows to put after the printed ones of the same age, in the same columns.

    Returns
    -------
    pandas.DataFrame
        ``age, study, measure, scale, a2, c2, e2`` (proportions, nan where not printed), ``words`` (where only a direction was
        printed) and ``status``.

    Raises
    ------
    RestatedError
        If a number is unverified: such a number is not drawn.
    """
    out = []
    for age, study, measure, scale, what in _LIFE:
        line = dict(
            age=age,
            study=study,
            measure=measure,
            scale=scale,
            a2=np.nan,
            c2=np.nan,
            e2=np.nan,
            words="",
            status="printed",
        )
        if isinstance(what, str):
            line["words"] = what
        else:
            for share, id in zip(SHARES, what, strict=True):
                if id is not None:
                    number = register.number(id)
                    if number.grade == "U":
                        raise RestatedError(f"'{id}' is unverified and is not drawn among verified numbers")
                    low, high = number.interval
                    line[share] = (low + high) / 200
        out.append(line)
    table = pd.DataFrame(out)
    if restated is not None:
        at = {age: i for i, age in enumerate(dict.fromkeys(table["age"]))}
        table = pd.concat([table, restated], ignore_index=True)
        table = table.iloc[np.argsort(table["age"].map(at).to_numpy(), kind="stable")].reset_index(drop=True)
    return table
