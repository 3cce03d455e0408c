"""Forty families: security, reflective functioning (RF) and sensitivity of fathers and mothers (Ismair et al., 2025).

The path model is the authors' partially restrained one, as their repository sets it up: fathers and mothers share the
mean of security, the path from security to RF in pregnancy, both paths from there to RF at six months, and the
intercept of sensitivity; errors of the two correlate within a family.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.estimate import correlations, path

PARENTS = ("father", "mother")
STEPS = ("aai_secure", "rf_aai", "rf_pdi", "sensitivity_eas")
SEED, RESAMPLES = 20250730, 2_000
#: Below it, the securities of both parents are one variable, or constant; else the determinant is at least 1 / 40.
SINGULAR = 1e-6
#: Rows of `paths`: RF at six months to sensitivity, own and partner's; security to sensitivity through own RF.
PATHS = ("father", "mother", "mother to father", "father to mother", "indirect, father", "indirect, mother")


def given_security(families: pd.DataFrame, parent: str) -> tuple[float, float, float]:
    """Return r of RF (six months) and sensitivity with security held constant; 95 % limits by Fisher's z with n - 4."""
    inverse = np.linalg.inv(families[[f"{parent}_{s}" for s in ("rf_pdi", "sensitivity_eas", "aai_secure")]].corr())
    z = np.arctanh(-inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1]))
    half = norm.ppf(0.975) / np.sqrt(len(families) - 4)
    found, low, high = np.tanh([z, z - half, z + half]).tolist()
    return found, low, high


def difference(families: pd.DataFrame, rf: str = "rf_pdi") -> correlations.Difference:
    """Return fathers' minus mothers' correlation of RF and sensitivity: parents of one family are not independent."""
    columns = [f"{parent}_{step}" for parent in PARENTS for step in (rf, "sensitivity_eas")]
    return correlations.dependent_difference(families[columns].corr(), len(families))


def paths(families: pd.DataFrame) -> pd.DataFrame:
    """Return the paths of the model, rows as `PATHS`: `beta` (standardized), `b`, `p`, and two 95 % intervals of b.

    p is that of b over its bootstrap error, as in the authors' tables. `low` and `high` are percentiles, `bc_low` and
    `bc_high` the same corrected for bias (Efron, 1981, Canadian Journal of Statistics, 9, 139-172).
    """
    columns = [f"{parent}_{step}" for step in STEPS for parent in PARENTS]
    data = families[columns].to_numpy(float).reshape(-1, len(STEPS), len(PARENTS))
    drawn = data[np.random.default_rng(SEED).integers(0, len(data), (RESAMPLES, len(data)))]
    secure = drawn[:, :, 0] - drawn[:, :, 0].mean(axis=1, keepdims=True)
    possible = np.linalg.det(secure.swapaxes(1, 2) @ secure) > SINGULAR
    (beta, b), boot = fitted(data), fitted(drawn[possible])[1]
    found = pd.DataFrame({"beta": beta, "b": b, "p": 2 * norm.sf(np.abs(b) / boot.std(axis=0, ddof=1))}, list(PATHS))
    for name, share in (("low", 0.025), ("high", 0.975)):
        corrected = norm.cdf(2 * norm.ppf((boot < b).mean(axis=0)) + norm.ppf(share))
        found[name] = np.quantile(boot, share, axis=0)
        found[f"bc_{name}"] = [np.quantile(*each) for each in zip(boot.T, corrected)]
    return found


def fitted(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return standardized and plain paths, shape (..., 6) each, from data (..., families, `STEPS`, `PARENTS`)."""
    secure, rf, later = np.moveaxis(data[..., :3, :], -2, 0)
    one, both = np.ones_like(secure), np.eye(2)

    def own(v):  # a coefficient for each parent; [..., None] is one for both
        return v[..., None] * both

    def through(paths, covariance):
        return paths @ covariance @ paths.swapaxes(-1, -2)

    designs = (
        [one[..., None]],
        [own(one), secure[..., None]],
        [own(one), rf[..., None], rf[..., ::-1, None], own(secure)],
        [one[..., None], own(later), own(later[..., ::-1])],
    )
    fits = [path.equations(data[..., i, :], np.concatenate(x, axis=-1)) for i, x in enumerate(designs)]
    errors = [fit.covariance for fit in fits]
    first, second, third = (fits[i].coefficients[..., skip:, None] for i, skip in ((1, 2), (2, 2), (3, 1)))
    # Covariances that the model implies: those of later RF through both variables before it, then of sensitivity.
    from_rf = second[..., :1, :] * both + second[..., 1:2, :] * both[::-1]
    of_later = through(first * from_rf + second[..., 2:, :] * both, errors[0]) + through(from_rf, errors[1]) + errors[2]
    of_care = through(third[..., :2, :] * both + third[..., 2:, :] * both[::-1], of_later) + errors[3]
    sd0, sd2, sd3 = (np.sqrt(np.diagonal(c, axis1=-2, axis2=-1)) for c in (errors[0], of_later, of_care))
    b = np.concatenate([third, third[..., :2, :] * second[..., :1, :] * first], axis=-2)[..., 0]
    return b * np.concatenate([sd2, sd2[..., ::-1], sd0], axis=-1) / np.tile(sd3, 3), b
