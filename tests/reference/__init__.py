"""Values computed by R, and the tolerances the tests allow against them, named by kind of number.

Each JSON holds the script that wrote it, the versions of R and its packages, the data, and for each case the
call. `regenerate.py` writes them again. The worst errors observed stand beside the tolerances; the rest is
room for other processors and library builds.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent

#: Sums, products and quantiles of the data: worst observed relative error 2e-14.
CLOSED_FORM = 1e-10
#: Results that rest on an iterated tau2, both sides iterated to the end: worst observed 1e-12.
ITERATIVE = 1e-8
#: Absolute floor, for values that are zero on one side and the end of an iteration on the other: worst
#: observed 3e-13 in tau2 and 6e-12 percent points in I^2.
FLOOR = 1e-10
#: The logistic-normal model: lme4's search stops early; worst observed difference 1e-5 in theta and tau2.
LIKELIHOOD_SEARCH = 1e-4
#: Selection and multilevel models: metafor's search stops early; worst observed relative difference 9e-7 (a p of 1e-9).
SEARCH = 1e-6
#: Odds ratio and limits of R's fisher.test, whose root finding stops at the fourth root of the machine precision:
#: worst observed relative difference 2e-3; the limits themselves are also compared with their definition.
FISHER_SEARCH = 5e-3
#: Log-linear models by iterated weighted least squares on both sides: worst observed relative error 2e-13.
FITTED_COUNTS = 1e-8
#: Tetrachoric r after root finding on both sides: worst observed absolute difference 2e-14.
CORRELATION = 1e-10
#: Bivariate normal probabilities: worst observed absolute difference 6e-16.
PROBABILITY = 1e-13


def load(name: str) -> dict:
    """The reference values `name`.json."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def assert_matches(actual, reference, tolerance: float, what) -> None:
    """`actual` equals `reference` within a relative tolerance; null in the reference must be nan here."""
    values = np.atleast_1d(np.array(reference, dtype=object))
    expected = np.array([np.nan if x is None else x for x in values], dtype=float)
    np.testing.assert_allclose(
        np.atleast_1d(actual), expected, rtol=tolerance, atol=FLOOR, equal_nan=True, err_msg=str(what)
    )
