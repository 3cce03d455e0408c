"""``restated calibrate``: score the cases of a folder, and write the results to a file."""

from pathlib import Path

import pandas as pd

from restated.calibrate import cases, score
from restated.errors import RestatedError, together
from restated_book.calibration import as_json, fingerprint


def run(folder: Path, out: Path, without_seconds: bool = False) -> str:
    """Score all cases of a folder and write one row for each truth and strength, as CSV or JSON by the suffix of `out`.

    The file is the same in every run if it is `without_seconds`. Returns some lines on what was found. Broken files do
    not keep the others from being scored; a RestatedError names them once the rows are written.
    """
    if out.suffix not in (".csv", ".json"):
        raise RestatedError("the results are written as CSV or JSON", file=out, remedy="End the name in .csv or .json")
    if not out.parent.is_dir():
        raise RestatedError("the folder of the results does not exist", file=out, remedy="Make it, or name another")
    found, faults = cases.gather(folder)
    if not found:
        raise together(faults, folder)
    inputs = fingerprint(folder)  # refuses a place without a book before the work
    rows = score.run(found).assign(inputs=inputs)
    rows = rows.drop(columns="seconds") if without_seconds else rows.round({"seconds": 3})
    rows = rows.replace([float("inf"), -float("inf")], float("nan"))  # no end
    as_csv = rows.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    out.write_text(as_csv if out.suffix == ".csv" else as_json(rows), encoding="utf-8", newline="\n")
    words = summary(rows, out)
    if faults:
        print(words, flush=True)
        raise together(faults, folder)
    return words


def summary(rows: pd.DataFrame, out: Path) -> str:
    """Return how many truths each strength holds, a line for each use, and how many no set can hold."""
    count = rows["case"].nunique()
    lines = [f"{len(rows)} rows of {count} case{'s' * (count != 1)} written to {out}; truths in their set:"]
    for use in cases.USES:
        if (own := score.coverage(rows, uses=(use,))).empty:
            continue
        lines.append(
            f"  {use}: {', '.join(f'{row.strength} {row.inside} of {row.truths}' for row in own.itertuples())}"
        )
    for column, what in (("inside", score.UNBOUNDED), ("inside", score.NOT_SUPPORTED), ("printed", score.GIVEN)):
        counts = rows[rows[column] == what].groupby("strength", sort=False).size()
        if len(counts):
            lines.append(f"  {what}: {', '.join(f'{strength} {count}' for strength, count in counts.items())}")
    return "\n".join(lines)
