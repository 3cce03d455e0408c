"""Answers of the audit on printed numbers: kept from build to build, computed next to one when they have changed."""

import json
from collections.abc import Callable
from pathlib import Path

from restated_book import code, paths, register
from restated_book.build import fingerprints
from restated_book.build.environment import beside
from restated_book.build.places import noted

KEPT = paths.BUILD / "checks.json"
GROUPS = paths.DATA / "audit"  #: Folder of the files that say which numbers belong together
_MODULE = "restated_book.consistency.answers"
_COMMAND = ["-m", _MODULE]


def begin() -> Callable[[], dict[str, dict]]:
    """Begin to run the audit unless its last answers still hold; return the function that waits for the answers."""
    inputs = [*register.files(), paths.DATA / "datapackage.json", *GROUPS.glob("*")]
    engine = (part for file in map(code.file, code.closure([_MODULE])) if file for part in code.parts(file))
    key = fingerprints.fingerprint(sorted([*filter(Path.exists, inputs), *engine]))
    if (kept := noted(KEPT)).get("key") == key:
        return lambda: kept["answers"]
    wait = beside(*_COMMAND)

    def answers() -> dict[str, dict]:
        found = json.loads(wait())
        KEPT.write_text(json.dumps({"key": key, "answers": found}), encoding="utf-8")
        return found

    return answers
