"""Figures drawn once, for this review."""
