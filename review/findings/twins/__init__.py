"""Genes, homes and attachment: what printed concordances, correlations and shares of twin studies allow."""

from review.findings.twins import classes, concordance, fits, life, power, printedshares, siblings

__all__ = ["classes", "concordance", "fits", "life", "power", "printedshares", "siblings"]
