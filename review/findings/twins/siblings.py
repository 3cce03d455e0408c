"""Adolescents and siblings: numbers and correlations of pairs that printed kappas, p and intraclass r imply."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import pairs as resemblance
from restated.reconstruct.twintables import twin_tables
from review.findings.numbers import ends, rounding
from review.findings.twins.concordance import within


def pairs_from_r(r, p, most: int) -> tuple[int, int]:
    """Return the fewest and most pairs, up to `most`, with which r has its two-sided p (t test); refuse if none has."""
    return _pairs_with_p(
        lambda x, n: 2 * stats.t.sf(x * np.sqrt((n - 2) / (1 - x**2)), n - 2), rounding(r, "r"), p, most
    )


def pairs_from_kappa(kappa, p, most: int) -> tuple[int, int]:
    """Return the same for a kappa of exchangeable pairs, with variance 1 / pairs under independence (normal test)."""
    return _pairs_with_p(lambda x, n: 2 * stats.norm.sf(x * np.sqrt(n)), rounding(kappa, "kappa"), p, most)


def _pairs_with_p(p_of: Callable, statistic: tuple[float, float], p, most: int) -> tuple[int, int]:
    """Return the fewest and most pairs for which some statistic in the interval has a p in its rounding interval."""
    n = np.arange(4, most + 1)
    (low, high), (p_low, p_high) = statistic, rounding(p, "p")
    fits = (p_of(high, n) <= p_high) & (p_of(low, n) >= p_low)
    if not fits.any():
        raise RestatedError(f"no number of pairs up to {most} gives the printed p")
    return int(n[fits][0]), int(n[fits][-1])


def liability_of_kappa(kappa, affected: Sequence[float]) -> tuple[float, float]:
    """Return the lowest and highest liability correlation of a printed kappa, over assumed shares `affected`."""
    r = resemblance.liability(resemblance.expected(np.asarray(affected)[:, None], np.array(rounding(kappa, "kappa"))))
    return float(r.min()), float(r.max())


def with_intraclass(tables: np.ndarray, icc) -> np.ndarray:
    """Keep the tables of pairs whose score correlation prints as `icc`, by double entry or by analysis of variance."""
    formulas, ends = (resemblance.double_entry, resemblance.intraclass), rounding(icc, "icc")
    return tables[np.any([within(formula(tables), *ends) for formula in formulas], axis=0)]


def sizes_with_intraclass(agreement, icc, most: int) -> pd.DataFrame:
    """List the numbers of pairs, up to `most`, for which a table gives a printed agreement and intraclass r."""
    out = []
    for pairs in range(2, most + 1):
        found = with_intraclass(twin_tables(pairs, agreement=agreement).tables, icc)
        if len(found):
            share = resemblance.affected(found)
            out.append((pairs, len(found), share.min(), share.max()))
    return pd.DataFrame(out, columns=["pairs", "tables", *ends("affected")])
