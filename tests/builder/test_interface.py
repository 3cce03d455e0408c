"""Others rely on what ``docs/interface.json`` promises. ``python -m tests.builder.test_interface`` writes it again."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import tempfile
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

import restated as rs
from restated import api, verdict
from restated.reconstruct import compatible, practice
from restated_book import add, cli, config, ledger, paths, reconstructed, recording, register, status
from restated_book.sources import dictionary
from restated_book.sphinx import extension

PROMISE = paths.ROOT / "docs" / "interface.json"
PARTS = json.loads(PROMISE.read_text(encoding="utf-8"))["public"] if PROMISE.is_file() else {}


def parameters(function) -> list[str]:
    """Names of what a call takes; those behind a star by name only."""
    return [str(p).partition(":")[0].partition("=")[0].strip() for p in inspect.signature(function).parameters.values()]


def options(parser: argparse.ArgumentParser, name: str) -> dict[str, list[str]]:
    """Arguments and options by command, with the commands below it."""
    found, below = [], {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for key, one in action.choices.items():
                below |= options(one, f"{name} {key}")
        elif not isinstance(action, argparse._HelpAction):
            found += list(action.option_strings) or [action.dest]
    return {name: sorted(found)} | below


def commands() -> dict[str, list[str]]:
    """Every command with its options, those that are made when it runs included."""
    found = options(cli._parser(), "restated")
    for late in ("add", "init"):
        found |= {key: value for key, value in options(cli._parser(late), "restated").items() if f" {late}" in key}
    return dict(sorted(found.items()))


def markup() -> dict[str, list[str]]:
    """Roles and directives, as the extension registers them."""
    app = mock.MagicMock()
    extension.setup(app)
    return {
        "roles": sorted(call.args[0] for call in app.add_role.call_args_list),
        "directives": sorted(call.args[0] for call in app.add_directive.call_args_list),
    }


def settings(part, name: str = "") -> list[str]:
    """Keys of ``restated.toml``, with a star for names that are free."""
    if "properties" in part:
        keys = part["properties"].items()
        return [key for inner, own in keys for key in settings(own, f"{name}.{inner}".removeprefix("."))]
    return [name if "$ref" in part else f"{name}.*"]


def index_keys() -> list[str]:
    """Keys of an entry of ``downloads/reconstructed/index.json``."""
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    words = {
        "name": "s",
        "title": "T",
        "chapter": "calibration",
        "of": "people",
        "basis": "assumed",
        "python": "",
        "r": "",
    }
    more = {"columns": {"a": "a"}, "constraints": [], "repeats": "id", "what": "w", "low": 1.0, "high": 2.0, "seed": 1}
    with tempfile.TemporaryDirectory() as folder:
        return list(reconstructed._write(reconstructed.Dataset(frame=frame, **words, **more), Path(folder)))


def surface() -> dict:
    """All that is public."""
    return {
        "library": {name: parameters(getattr(rs, name)) for name in sorted(rs.__all__)},
        "checks": {name: parameters(call) for name, call in sorted(api.CHECKS.items())},
        "sets": {name: parameters(call) for name, call in sorted(api.SETS.items())},
        "reconstructors": {name: sorted(one.options) for name, one in sorted(compatible.RECONSTRUCTORS.items())},
        "strengths": list(practice.STRENGTHS),
        "command line": commands(),
        **markup(),
        "settings": settings(config.schema()),
        "ledger columns": list(ledger.COLUMNS),
        "register columns": list(register.COLUMNS),
        "register statistics": sorted(paths.tables(register.__file__)),
        "kinds of study columns": sorted(dictionary.TYPES),
        "usual study columns": sorted(add.USUAL),
        "verdicts": list(verdict.VERDICTS),
        "bases": list(verdict.BASES),
        "statuses": list(status.STATUSES),
        "id": recording.ID.pattern,
        "index of reconstructed data": index_keys(),
        "calibration": [field.name for field in dictionary.load()["calibration-results"].fields],
    }


def test_what_is_public_is_what_is_promised():
    found = surface()
    assert set(found) == set(PARTS)
    for part, promised in PARTS.items():
        assert found[part] == promised, f"{part}: see docs/interface.md for what a change needs"


def names(part) -> set[str]:
    """Every name in a part of the promise."""
    if isinstance(part, dict):
        return set(part).union(*map(names, part.values()))
    return {part} if isinstance(part, str) else set(part)


def test_what_is_deprecated_is_still_there_and_says_what_to_use():
    promise = json.loads(PROMISE.read_text(encoding="utf-8"))
    known = names(promise["public"])
    for name, words in promise["deprecated"].items():
        assert name in known and set(words) == {"since", "instead", "removed in"} and words["instead"] in known


def test_the_promise_has_the_version_of_the_package():
    promise = json.loads(PROMISE.read_text(encoding="utf-8"))
    assert promise["version"] == rs.__version__


@pytest.mark.parametrize("part", sorted(PARTS))
def test_the_page_names_every_part_of_the_promise(part):
    page = (paths.ROOT / "book" / "interface.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {re.escape(part)} \|", page.replace("`", ""), re.MULTILINE)


if __name__ == "__main__":
    made = {"version": rs.__version__, "deprecated": {}, "public": surface()}
    if PROMISE.is_file():
        made["deprecated"] = json.loads(PROMISE.read_text(encoding="utf-8"))["deprecated"]
    PROMISE.write_text(f"{json.dumps(made, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
