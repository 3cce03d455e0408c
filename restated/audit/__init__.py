"""Checks of printed numbers that belong together: do they agree with each other?

Every check takes numbers as printed, works out the values that the others allow for one of them (over the whole
rounding box), and reports if the printed one is among them.

A check that could not have failed is *uninformative*, not passed. *Inconsistent as printed* is a statement about
digits, never about authors: a misprint, a changed denominator, digits cut off instead of rounded, or our copy can be
the cause.
"""
