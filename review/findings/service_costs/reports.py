"""Patients of the trial in its reports."""

import pandas as pd

from restated_book.register import Register
from review.findings import numbers


def reports(register: Register) -> pd.DataFrame:
    """Return the patients of the trial in its reports, for the flow figure."""

    def n(id: str) -> float:
        return numbers.value(register.number(id).value)

    def fewer(now: float, then: float) -> str:
        return f"{then - now:.0f} fewer" if then > now else "as allocated"

    allocated = n("bateman2001-allocated-ph"), n("bateman2001-allocated-control")
    first = n("bateman1999-n-mbt"), n("bateman1999-n-control")
    costed = n("bateman2003-n-partial-hospital"), n("bateman2003-n-general-care")
    late = n("bateman2008-n-mbt"), n("bateman2008-n-control")
    lost = [fewer(now, then) for now, then in zip(first, allocated, strict=True)]
    refused = [fewer(costed[0], allocated[0]), f"{n('bateman2001-control-refusals'):.0f} refused"]
    rows = [
        ("Allocated", "report of 2001; arms: S", *allocated, n("bateman2001-n"), "", "", "", False),
        ("First report, 1999", "arms as a review codes them: S", *first, n("bateman1999-n"), *lost, "", False),
        ("Cost analysis, 2003", "Method section: P", *costed, sum(costed), *refused, "", False),
        ("Eight years, 2008", "abstract, total only: P", *late, n("bateman2008-n"), *["unverified"] * 2, "", True),
    ]
    names = ["report", "source", "first", "second", "total", "first_says", "second_says", "total_says", "unverified"]
    return pd.DataFrame(rows, columns=names)
