"""Reconstructed data are kept until what they rest on changes; a fault in making them is one message."""

from __future__ import annotations

import subprocess
import sys

import pytest

from restated.errors import RestatedError
from restated_book import config
from restated_book.build import reconstruct
from restated_book.export import sets

#: In the place of the module: it notes that it ran, and leaves an index.
WRITES = "import pathlib, sys; pathlib.Path(sys.argv[-1], 'index.json').write_text('[{}]')"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Runs of the process, each with its code; the files are made in a folder of the test."""
    monkeypatch.setattr(reconstruct, "KEPT", tmp_path / "reconstructed")
    monkeypatch.setattr(reconstruct, "KEY", tmp_path / "reconstructed.key")
    runs, popen = [], subprocess.Popen

    def run(command, **options):
        if command[1:2] != ["-m"]:  # git
            return popen(command, **options)
        runs.append(command)
        return popen([sys.executable, "-c", made.code, command[-1]], **options)

    monkeypatch.setattr(subprocess, "Popen", run)

    def made():
        reconstruct.begin()()
        return len(runs)

    made.code = WRITES
    return made


def test_nothing_is_made_again_until_an_input_changes(made, monkeypatch):
    assert made() == 1 == made() and reconstruct.index() == [reconstruct.KEPT / sets.INDEX]
    inputs = reconstruct.fingerprints.listed
    monkeypatch.setattr(reconstruct.fingerprints, "listed", lambda *places: inputs(*places)[1:])
    assert made() == 2 == made()


def test_files_that_are_gone_are_made_again(made):
    made()
    (reconstruct.KEPT / sets.INDEX).unlink()
    assert made() == 2 and reconstruct.index()


def test_a_fault_is_one_message_and_leaves_nothing_as_if_good(made):
    made.code = "from restated.errors import RestatedError; raise RestatedError('no table has these numbers')"
    with pytest.raises(RestatedError, match=r"^no table has these numbers\.?$"):
        made()
    made.code = WRITES
    assert made() == 2


def test_a_book_that_names_no_sets_has_none(made, monkeypatch):
    made()
    monkeypatch.setattr(config, "load", lambda: config.Config())
    assert made() == 1 and not reconstruct.KEPT.exists() and reconstruct.index() == []
