"""Results of the calibration, stored with a fingerprint of the cases and of the code that scored them."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from restated_book import code, paths
from restated_book.sources import dictionary, files

CASES, FILE = paths.DATA / "calibration" / "cases", paths.DATA / "calibration" / "results.csv"
NAME = "calibration.json"
REMEDY = "Run `make calibration` (half a minute)"


def fingerprint(folder: Path = CASES) -> str:
    """Hash the cases, and the code that scores them without its comments."""
    digest = hashlib.sha256()
    for module in sorted(code.closure(["restated.calibrate.score"])):
        digest.update(code.meaning(module).encode())
        if (source := code.file(module)) and (words := source.with_suffix(".toml")).is_file():
            digest.update(words.read_bytes())  # formulas, and what print does to numbers
    for file in sorted(filter(Path.is_file, folder.glob("*.toml"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def as_json(rows: pd.DataFrame) -> str:
    """Return rows as JSON, with null where there is no number."""
    shown = rows.astype(object).where(rows.notna(), None)
    return json.dumps(shown.to_dict("records"), ensure_ascii=False, indent=0) + "\n"


def load(file: Path = FILE) -> pd.DataFrame:
    """Read the stored rows; refuse rows that other cases or code have made."""
    rows = dictionary.validate(file, dictionary.load()["calibration-results"])
    if rows[0][1]["inputs"] != fingerprint():
        stale = "the calibration was computed from other cases or code"
        files.refuser(file)(stale, REMEDY, field="inputs")
    return pd.DataFrame([cells for _, cells in rows]).fillna({"cause": ""})


def publish(folder: Path) -> None:
    """Write the stored rows next to the pages of the site, if the book has any."""
    if FILE.is_file():
        (folder / NAME).write_text(as_json(load()), encoding="utf-8")
