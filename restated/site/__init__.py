"""The Sphinx extension of the book: roles, ledger page, data dictionary, formulas and clean pages."""

from __future__ import annotations


def setup(app) -> dict:
    """Entry point for Sphinx, loaded as ``restated.site``."""
    from .extension import setup as set_up

    return set_up(app)
