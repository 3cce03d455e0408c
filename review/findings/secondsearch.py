"""Record of a second search: numbers by chapter, and claims that were held against new sources."""

import pandas as pd

from restated_book import claims, paths
from restated_book.register import Register

CHAPTERS: dict[str, str] = paths.tables(__file__)  #: Chapter that shows the numbers of a finding of the register


def by_chapter(register: Register, brought: pd.DataFrame) -> pd.DataFrame:
    """Count numbers by chapter: new ones, by where they were read, confirmed ones, and all that stay unverified.

    `brought` has `kind` and `register_id`, as in ``data/selections/second-search.csv``.
    """
    rows = [(n.id, CHAPTERS[n.finding], n.grade) for n in register.values()]
    every = pd.DataFrame(rows, columns=["register_id", "chapter", "grade"]).merge(brought, "left", on="register_id")
    new = every["kind"] == "new number"
    counted = {
        "primary": new & (every["grade"] == "P"),
        "secondary": new & (every["grade"] == "S"),
        "confirmed": every["kind"] == "confirmed number",
        "unverified": every["grade"] == "U",
    }
    table = pd.DataFrame(counted).groupby(every["chapter"]).sum()
    return table.loc[list(dict.fromkeys(CHAPTERS.values()))].reset_index()


def verdicts(brought: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of `brought` with their verdicts before and now, in words, and whether they changed."""
    was = brought.dropna(subset="claim_id").set_index("claim_id")["was"]
    found = statements[statements["id"].isin(was.index)]
    pairs = found["id"].map(was).str.split(claims.SEPARATOR, n=1)
    before = [claims.words(*pair) for pair in pairs]
    now = [claims.words(*pair) for pair in zip(found["verdict"], found["strength"])]
    return found[["id", "claim"]].assign(before=before, now=now, changed=[a != b for a, b in zip(before, now)])
