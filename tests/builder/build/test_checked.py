"""Answers of the audit are kept until what they rest on changes; a fault in its groups is one message."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.build import checked


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The data of the book as a copy, in which only groups change."""
    monkeypatch.setattr(checked, "KEPT", tmp_path / "checks.json")
    groups = tmp_path / "audit"
    shutil.copytree(paths.DATA / "audit", groups)
    monkeypatch.setattr(checked, "GROUPS", groups)
    return groups / "groups.csv"


def test_answers_are_kept_until_their_inputs_change(place, monkeypatch):
    found = checked.begin()()
    assert found["bateman2009-n"]["check"] == "consistent as printed"
    monkeypatch.setattr(subprocess, "Popen", None)
    assert checked.begin()() == found
    place.write_bytes(place.read_bytes() + b"\n")
    with pytest.raises(TypeError, match="not callable"):
        checked.begin()


def test_kept_answers_that_are_broken_are_computed_again(place):
    checked.KEPT.write_text("{")
    assert checked.begin()()["bateman2009-n"]["check_power"] > 0


def test_a_fault_of_the_groups_is_one_message(place, monkeypatch):
    message = "groups.csv, row 3, field 'parts': 'x' is not a published number. Give an id of data/published."
    code = f"from restated.errors import RestatedError; raise RestatedError({message!r})"
    monkeypatch.setattr(checked, "_COMMAND", ["-c", code])
    with pytest.raises(RestatedError) as caught:
        checked.begin()()
    assert str(caught.value) == message and not checked.KEPT.exists()
