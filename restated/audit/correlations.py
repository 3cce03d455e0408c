"""Correlations among themselves, as d, and of twins.

References: Stanley & Wang (1969), Educational and Psychological Measurement 29, 579-581 (range of the third one).
Borenstein, Hedges, Higgins & Rothstein (2009), Introduction to meta-analysis, chapter 7 (d and r). Falconer & Mackay
(1996), Introduction to quantitative genetics, 4th ed., chapter 10 (twin correlations).
"""

import math
from dataclasses import replace

from restated.arguments import check_option
from restated.audit.comparison import Comparison, box, compare, span
from restated.estimate.contrasts import absolute
from restated.estimate.effects import d_to_r
from restated.printed import Printed


def third(first: Printed, second: Printed, other: Printed) -> Comparison:
    """Check if three printed correlations of three variables can belong together.

    Given two, the third is in r1 r2 -+ sqrt((1 - r1^2)(1 - r2^2)): with angles, cos(alpha + beta) to cos(alpha - beta).
    """
    # cos(alpha + beta) is least at the largest sum up to pi; cos(alpha - beta) greatest at the least difference.
    alpha, beta = ([math.acos(min(1.0, max(-1.0, x))) for x in reversed(box(r))] for r in (first, second))
    low = math.cos(min(max(math.pi, alpha[0] + beta[0]), alpha[1] + beta[1]))
    high = math.cos(max(0.0, alpha[0] - beta[1], beta[0] - alpha[1]))
    return compare(other, [(low, high)], -1, 1, f"the other two allow {span(low, high)}")


def r_of_d(d: Printed, r: Printed) -> Comparison:
    """Check if a printed r follows from the same effect printed as d (equal groups, sign ignored)."""
    low, high = absolute((float(d_to_r(box(d)[0])), float(d_to_r(box(d)[1]))))
    # Reviews code the same effect for security or for insecurity: only its size is compared.
    found = compare(r, [(low, high), (-high, -low)], -1, 1, f"d implies r = {span(low, high)} in size")
    return replace(found, low=low, high=high)


def falconer(mz: Printed, dz: Printed, component: str, printed: Printed, scale: int) -> Comparison:
    """Check if a printed `component` ('a2', 'c2', 'e2') is near the one that two twin correlations imply.

    a2 = 2 (r_MZ - r_DZ), c2 = 2 r_DZ - r_MZ, e2 = 1 - r_MZ over the rounding box. Where c2 (or a2) can be negative, a
    fitted model holds it at 0: then a2 may be anywhere between 2 r_DZ and r_MZ (c2 between r_DZ and r_MZ). Models are
    fitted to covariances and with covariates, so nearness is expected and not identity. `scale`: 100 if the component
    is printed in percent, else 1. Raises RestatedError if the component is unknown.
    """
    m, d = box(mz), box(dz)
    spans = {
        "a2": [2 * (m[0] - d[1]), 2 * (m[1] - d[0])],
        "c2": [2 * d[0] - m[1], 2 * d[1] - m[0]],
        "e2": [1 - m[1], 1 - m[0]],
    }
    check_option("component", component, spans)
    reach = list(spans[component])
    if spans["c2"][0] < 0:  # without shared environment: r_MZ = a2 and r_DZ = a2 / 2
        between = [min(2 * d[0], m[0]), max(2 * d[1], m[1])]
        reach += {"a2": between, "c2": [0.0], "e2": [1 - x for x in between]}[component]
    if spans["a2"][0] < 0:  # without genetic share: both correlations are c2
        between = [min(d[0], m[0]), max(d[1], m[1])]
        reach += {"a2": [0.0], "c2": between, "e2": [1 - x for x in between]}[component]
    low, high = (scale * min(1.0, max(0.0, x)) for x in (min(reach), max(reach)))
    text = f"the twin correlations imply {span(low, high)}; models with covariates need not agree exactly"
    return compare(printed, [(low, high)], 0, scale, text)
