"""Reconstruct, re-estimate and check printed numbers."""

__version__ = "0.1.0"
