"""Printed shares of variance: the correlations and tables of pairs behind them, and shares from infancy to old age."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.estimate import pairs as resemblance
from restated.estimate import twins
from restated.reconstruct.twintables import twin_tables
from restated_book.register import Register
from review.findings import numbers
from review.findings.numbers import rounding
from review.findings.transmission import PLAUSIBLE_SECURE
from review.findings.twins.concordance import SLACK, within
from review.findings.twins.fits import LEVEL, SHARES, TEST_LEVEL


def correlations(shared, unique) -> tuple[float, float]:
    """Return the lowest and highest twin correlation of a model with C and E only, from printed percentages of both.

    r_MZ = r_DZ = c2 = 1 - e2, so both rounding intervals must hold; percentages that leave no correlation are refused.
    """
    c_low, c_high = (x / 100 for x in rounding(shared, "c2"))
    e_low, e_high = (x / 100 for x in rounding(unique, "e2"))
    low, high = max(c_low, 1 - e_high), min(c_high, 1 - e_low)
    if low > high + SLACK:
        raise RestatedError("the two shares do not add up to 1 within rounding")
    return low, high


class CompatibleTables(NamedTuple):
    """Tables of identical and fraternal pairs from which a CE model prints a given c2; one row per combination."""

    mz: np.ndarray
    dz: np.ndarray
    pooled: int  # number of pooled tables
    fit: twins.TwinFit
    chosen: np.ndarray  # combinations in which CE has the lowest Akaike criterion
    high: np.ndarray  # upper end of the profile interval of a2, and below by the rule of the test; nan where not chosen
    high_test: np.ndarray
    r_mz: np.ndarray  # free liability correlations
    r_dz: np.ndarray


def compatible_tables(pairs: int, shared, mz_shares: Sequence[float]) -> CompatibleTables:
    """Enumerate tables of `pairs` twin pairs that give a printed c2 when a model with C, E and one threshold is fitted.

    `shared` is that c2 in percent. Under the model both zygosities have the same table probabilities, so its likelihood
    depends only on the sum of the two tables, and c2 is the liability correlation of that sum: every sum with a secure
    share inside `PLAUSIBLE_SECURE` is listed. Each sum is then divided into identical and fraternal pairs. This is
    thinned: for each share of identical pairs every division of the discordant pairs is taken, with both groups as near
    to the same secure share as whole pairs allow.
    """
    low, high = (x / 100 for x in rounding(shared, "c2"))
    low_secure, high_secure = PLAUSIBLE_SECURE
    sums = twin_tables(pairs, prevalence=(100 * low_secure, 100 * high_secure)).tables
    sums = sums[within(resemblance.liability(sums), low, high)]
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
    upper = {level: np.full(len(mz), np.nan) for level in (LEVEL, TEST_LEVEL)}
    if chosen.any():
        fitted = twins.liability(mz[chosen], dz[chosen])
        for level, ends in upper.items():
            ends[chosen] = twins.intervals(fitted, level=level, only=("a2",))["a2"].high
    r = resemblance.liability(mz), resemblance.liability(dz)
    return CompatibleTables(mz, dz, len(sums), fit, chosen, upper[LEVEL], upper[TEST_LEVEL], *r)


def limits_if_equal(
    pairs: int, r: float, mz_shares: Sequence[float], prevalences: Sequence[float | None]
) -> pd.DataFrame:
    """Return the intervals of a study in which identical and fraternal twins are exactly equally alike.

    The expected tables (or, for prevalence None, correlations) of `pairs` pairs with r_MZ = r_DZ = `r` are fitted: the
    genetic share is estimated as 0, and the interval shows how much of it is not excluded; ``a2_high_test`` is its
    one-sided limit, by the rule of the test (`TEST_LEVEL`).
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
            columns = {"pairs": pairs, "mz_share": share, "prevalence": prevalence, "a2_high": found["a2"].high}
            columns["a2_high_test"] = twins.intervals(fit, level=TEST_LEVEL, only=("a2",))["a2"].high
            out.append(pd.DataFrame(columns | {"c2_low": found["c2"].low, "c2_high": found["c2"].high}))
    return pd.concat(out, ignore_index=True)


def over_life(register: Register, restated: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return printed shares of variance by age, with the measure and its scale: the shares are of different things.

    Rows of ``data/selections/attachment-over-life.csv``; ``a2, c2, e2`` are proportions, nan where not printed, and
    ``words`` a direction where only that was printed. An unverified number is refused. `restated` holds rows in the
    same columns to put after the printed ones of the same age.
    """
    table = numbers.selection("attachment-over-life").drop(columns="row_id").fillna({"words": ""})

    def middle(id) -> float:
        """Return the middle of a printed percentage as a proportion; nan without an id."""
        return sum(numbers.verified(register.number(id)).interval) / 200 if isinstance(id, str) else np.nan

    table[list(SHARES)] = table[list(SHARES)].map(middle)
    table["status"] = "printed"
    if restated is not None:
        at = {age: i for i, age in enumerate(dict.fromkeys(table["age"]))}
        table = pd.concat([table, restated], ignore_index=True)
        table = table.sort_values("age", key=lambda ages: ages.map(at), kind="stable", ignore_index=True)
    return table
