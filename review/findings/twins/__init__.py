"""Genes, homes and attachment: what printed concordances, correlations and shares of twin studies allow."""

from review.findings.twins import concordance, fits, printedshares, siblings

__all__ = ["concordance", "fits", "printedshares", "siblings"]
