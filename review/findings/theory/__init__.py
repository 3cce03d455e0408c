"""The causal story of mentalizing: published estimates on one scale, the chain of links, classes of the interview.

Everything here is arithmetic on printed numbers. Correlations derived from a comparison of two groups assume groups of
equal size; an odds ratio becomes a standardised difference by the logistic rule (:mod:`restated.estimate.effects`).
"""

from review.findings.theory import chains, evidence, families, interview, links

__all__ = ["chains", "evidence", "families", "interview", "links"]
