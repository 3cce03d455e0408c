"""Computations of one chapter each, beyond the general estimators: labelled tables in and out."""
