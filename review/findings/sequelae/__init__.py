"""Sequelae of attachment: printed pooled differences, their precision, and what they allow.

Everything here rests on printed numbers. Intervals of the two reviews that print no level are read as 95 % intervals,
the convention of the series; `convention` arguments let that be varied.
"""

from review.findings.sequelae import comparisons, estimates, people, recovered, spread

__all__ = ["comparisons", "estimates", "people", "recovered", "spread"]
