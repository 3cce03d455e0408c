"""ACE models of printed concordances if more than two ordered classes were counted."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special, stats

from restated.estimate import pairs
from review.findings.transmission import PLAUSIBLE_SECURE
from review.findings.twins.fits import LEVEL

#: Steps of the shares a2 and c2, and so the precision of the results: hundredths, as they are shown.
STEPS = 100
#: Shares of classes are multiples of 5 %: none is smaller. With an empty class there would be one class less.
PARTS = 20
#: A correlation of 1 has no bivariate normal; one this near it has the same agreement within 1e-4.
NEAR_ONE = 1 - 1e-8


def class_shares(classes: int) -> np.ndarray:
    """Return shares of children by ordered class, shape (m, classes), one of them plausible for the secure class."""
    cuts = np.array(list(combinations(range(1, PARTS), classes - 1)))
    shares = np.diff(cuts, prepend=0, append=PARTS, axis=1) / PARTS
    low, high = PLAUSIBLE_SECURE
    return shares[((shares >= low) & (shares <= high)).any(axis=1)]


def fit_concordance(mz: tuple[int, int], dz: tuple[int, int], classes: int) -> pd.DataFrame:
    """Fit the ACE model to two concordances, each as concordant and all pairs, for every division into classes.

    Both zygosities have the same shares of classes, and the two counts are binomial: nothing else was printed. One row
    per division with ``a2, c2, e2`` (maximum likelihood on a grid), ``a2_high, c2_high`` (upper 95 % profile limits)
    and ``genes_p`` (boundary-corrected p of dropping A).
    """
    a, c = np.array([(a, c) for a in range(STEPS + 1) for c in range(STEPS + 1 - a)]).T
    r = np.minimum(np.arange(2 * STEPS + 1) / (2 * STEPS), NEAR_ONE)
    critical, out = stats.chi2.ppf(LEVEL, 1), []
    for shares in class_shares(classes):
        alike = np.clip(pairs.class_agreement(shares, r), 0, 1)
        # Counted in half steps: the correlation of fraternal twins is a2 / 2 + c2.
        both = ((mz, alike[2 * (a + c)]), (dz, alike[a + 2 * c]))
        found = sum(special.xlogy(x, p) + special.xlog1py(n - x, -p) for (x, n), p in both)
        best, drop = found.argmax(), 2 * (found.max() - found)
        without = drop[a == 0].min()
        high = a[drop < critical].max(), c[drop < critical].max()
        in_steps = np.array([a[best], c[best], STEPS - a[best] - c[best], *high])
        out.append((*in_steps / STEPS, stats.chi2.sf(without, 1) / 2 if without > 0 else 1.0))
    return pd.DataFrame(out, columns=["a2", "c2", "e2", "a2_high", "c2_high", "genes_p"])
