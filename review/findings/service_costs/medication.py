"""The printed z of medication: every U it can come from."""

from collections.abc import Iterable
from fractions import Fraction

import pandas as pd

from restated.reconstruct import ranks
from review.findings.numbers import ends


def medication_sets(z: str, sizes: Iterable[tuple[int, int]], *, most_tied: float) -> pd.DataFrame:
    """Enumerate all U that print as z, for several sizes of the two arms, with and without ties.

    `z` is negative when partial hospitalization is lower; at most a share `most_tied` of all patients has one and the
    same cost. ``low, high`` are the probability that a patient of general psychiatric care has the higher cost (ties
    count one half).
    """
    out = []
    for n1, n2 in sizes:
        tied = int(most_tied * (n1 + n2))
        least = ranks.tie_factor([tied] + [1] * (n1 + n2 - tied))
        for ties, factor in (("none", (1, 1)), (f"up to {tied} patients alike", (least, Fraction(1)))):
            found = ranks.u_values(z, n1, n2, factor=factor)
            for correction, fits in (("without", found.plain), ("with", found.corrected)):
                u = found.u[fits]
                if len(u):
                    higher = 1 - u / (n1 * n2)
                    out.append((n1, n2, ties, correction, u.min(), u.max(), len(u), higher.min(), higher.max()))
    names = ["n1", "n2", "ties", "correction", *ends("u"), "members", "low", "high"]
    return pd.DataFrame(out, columns=names)
