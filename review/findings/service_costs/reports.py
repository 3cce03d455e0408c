"""Patients of the trial in its reports."""

import pandas as pd

from restated_book.register import Register
from review.findings import numbers


def reports(register: Register) -> pd.DataFrame:
    """Return the patients of the trial by report: ``report, source, first, second, total, unverified`` (the arms)."""

    def n(*ids: str) -> list[int]:
        return [int(numbers.value(register.number(f"bateman{id}").value)) for id in ids]

    costed = n("2003-n-partial-hospital", "2003-n-general-care")
    rows = [
        ("Allocated", "report of 2001; arms: S", *n("2001-allocated-ph", "2001-allocated-control", "2001-n"), False),
        ("First report, 1999", "arms as a review codes them: S", *n("1999-n-mbt", "1999-n-control", "1999-n"), False),
        ("Cost analysis, 2003", "Method section: P", *costed, sum(costed), False),
        ("Eight years, 2008", "abstract, total only: P", *n("2008-n-mbt", "2008-n-control", "2008-n"), True),
    ]
    return pd.DataFrame(rows, columns=["report", "source", "first", "second", "total", "unverified"])
