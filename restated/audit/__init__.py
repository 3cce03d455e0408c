"""Checks of the agreement of printed numbers that belong together.

Every check takes numbers as printed, works out the values that the others allow for one of them (over the whole
rounding box), and reports if the printed one is among them. Arguments are of the type `Printed` unless they are counts;
where several sample sizes, denominators or scales are possible, one that fits is enough.

A check that could not have failed is *uninformative*, not passed. *Inconsistent as printed* is a statement about
digits, never about authors: a misprint, a changed denominator, digits cut off instead of rounded, or our copy can be
the cause.
"""
