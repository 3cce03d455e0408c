"""ACE models of printed concordances if more than two ordered classes were counted."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special, stats

from restated.estimate import pairs
from review.findings.numbers import ends
from review.findings.transmission import PLAUSIBLE_SECURE
from review.findings.twins.fits import LEVEL

#: Step of the shares a2 and c2, and so the precision of the results: a hundredth, as they are shown.
STEPS = 100
#: Shares of classes are multiples of 5 %: none is smaller. With an empty class there would be one class less.
PARTS = 20
#: A twin correlation of 1 has no bivariate normal; a correlation this near it has the same agreement within 1e-4.
NEAR_ONE = 1 - 1e-8


def class_shares(classes: int) -> np.ndarray:
    """Return shares of children by class in the order of the liability, shape (m, classes).

    Every division into parts of 1 / `PARTS` in which some class, the secure one, holds what is plausible. Its place in
    the order is left open.
    """
    cuts = np.array(list(combinations(range(1, PARTS), classes - 1)))
    shares = np.diff(cuts, prepend=0, append=PARTS, axis=1) / PARTS
    low, high = PLAUSIBLE_SECURE
    return shares[((shares >= low) & (shares <= high)).any(axis=1)]


def fit_concordance(mz: tuple[int, int], dz: tuple[int, int], classes: int) -> pd.DataFrame:
    """Fit the ACE model to two concordances, each as concordant and all pairs, for every division into classes.

    Both zygosities have the same shares of classes, and the two counts are binomial: nothing else was printed. One row
    per division with ``a2, c2, e2`` (maximum likelihood on the grid), ``a2_low, a2_high, c2_low, c2_high`` (95 %
    profile limits) and ``genes_p`` (boundary-corrected p of dropping A).
    """
    a, c = (x.ravel() for x in np.meshgrid(*(np.arange(STEPS + 1),) * 2, indexing="ij"))
    a, c = a[a + c <= STEPS], c[a + c <= STEPS]
    r = np.minimum(np.arange(2 * STEPS + 1) / (2 * STEPS), NEAR_ONE)
    critical, out = stats.chi2.ppf(LEVEL, 1), []
    for shares in class_shares(classes):
        alike = np.clip(pairs.class_agreement(shares, r), 0, 1)
        # Half steps: the correlation of fraternal twins is a2 / 2 + c2.
        found = sum(
            special.xlogy(x, alike[i]) + special.xlog1py(n - x, -alike[i])
            for (x, n), i in ((mz, 2 * (a + c)), (dz, a + 2 * c))
        )
        best, drop = int(found.argmax()), 2 * (found.max() - found)
        kept = drop < critical
        limits = (a[kept].min(), a[kept].max(), c[kept].min(), c[kept].max())
        without = drop[a == 0].min()
        p = stats.chi2.sf(without, 1) / 2 if without > 0 else 1.0
        values = np.array([a[best], c[best], STEPS - a[best] - c[best], *limits]) / STEPS
        out.append((*values, p))
    return pd.DataFrame(out, columns=["a2", "c2", "e2", *ends("a2", "c2"), "genes_p"])
