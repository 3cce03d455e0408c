"""Answers of the audit are kept until what they rest on changes; a fault in its groups is one message."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.build import checked, checks
from restated_book.chapters import toc
from restated_book.consistency import groups


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


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,sum,yes,nobody2000-n finkel2000-n-dz,finkel2000-a2:n,,,,,why", "'nobody2000-n' is not a published number"),
        ("a,sd-bound,yes,dugan2024-age-mean dugan2024-age-sd,franz2011-n,9,1,,,why", "a scale has two ends"),
    ],
)
def test_groups_are_checked_with_all_else_that_people_write(place, monkeypatch, line, message):
    monkeypatch.setattr(groups, "DATA", place.parent.parent)
    header = place.read_text(encoding="utf-8").splitlines()[0]
    place.write_text(f"{header}\n{line}\n", encoding="utf-8")
    with pytest.raises(RestatedError, match=f"groups.csv, row 2, .*{message}"):
        checks.check(unchanged=toc.toc())
