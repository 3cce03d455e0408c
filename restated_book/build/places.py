"""Where a build works and what it leaves, and the lines by which it reports."""

import json
from pathlib import Path
from typing import Any

from restated_book import paths

HTML, STATE = paths.BUILD / "html", paths.BUILD / "state.json"
STAGE, OUT, EXTRA, EXECUTED = (paths.BUILD / name for name in ("stage", "out", "extra", "executed"))
#: What pages are typeset from, as well as their text: the joined ledger, and the figures and tables of each notebook.
ENTRIES, SHOWN = paths.BUILD / "entries.json", paths.BUILD / "shown.json"
LOG = paths.BUILD / "typeset.log"


def noted(file: Path, kind: type = dict) -> Any:
    """Return what an earlier build noted in a JSON file; an empty `kind` for anything else."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()


def say(text: str) -> None:
    """Report a step at once, also where output goes to a file."""
    print(text, flush=True)
