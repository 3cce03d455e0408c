"""Figures of this review, each drawn once, from tables and numbers.

Each function returns a picture with its alternative text and its data. It raises `RestatedError` if its table lacks a
column or a row, or holds what the figure cannot show.
"""
