"""``restated calibrate``: score the cases of a folder, and write the results to a file."""

from pathlib import Path

from restated.calibrate import cases, score
from restated.errors import RestatedError
from restated_book.calibration import as_json, fingerprint


def run(folder: Path, out: Path, without_seconds: bool = False) -> str:
    """Score all cases of a folder into a CSV or JSON file, a row for each truth and strength; return a line on it."""
    if out.suffix not in (".csv", ".json"):
        raise RestatedError("the results are written as CSV or JSON", file=out, remedy="End the name in .csv or .json")
    rows = score.run(cases.load(folder)).assign(inputs=fingerprint(folder))
    rows = rows.drop(columns="seconds") if without_seconds else rows.round({"seconds": 3})
    rows = rows.replace([float("inf"), -float("inf")], float("nan"))  # no end
    as_csv = rows.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    out.write_text(as_csv if out.suffix == ".csv" else as_json(rows), encoding="utf-8", newline="\n")
    done = score.coverage(rows, uses=cases.USES)
    words = [f"{row.strength} {row.inside} of {row.truths}" for row in done.itertuples()]
    return f"{len(rows)} rows written to {out}; truths in their set: {', '.join(words)}"
