"""Restated: the research behind Mentalization-Based Therapy, restated number by number."""

__version__ = "0.1.0"
