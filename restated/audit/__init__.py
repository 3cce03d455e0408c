"""Checks of the agreement of printed numbers that belong together.

Every check works out the values that the other numbers allow for one of them (over the whole rounding box), and reports
if the printed one is among them. Where several sizes, denominators or scales are possible, one that fits is enough.
*Inconsistent as printed* is said of digits, never of authors: a misprint, digits cut off, or our copy can be the cause.
"""
