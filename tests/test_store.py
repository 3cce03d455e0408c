"""The register as the build left it: the same numbers, read one by one, and only while the files are what they were."""

from __future__ import annotations

import shutil

import pytest

from restated import paths, provenance, register, store
from restated.errors import RestatedError

WORKS = {"verhage2016"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the register, kept beside it."""
    copy = tmp_path / "published"
    shutil.copytree(paths.PUBLISHED, copy)
    for module in (paths, register):
        monkeypatch.setattr(module, "PUBLISHED", copy)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "_build")
    return copy


@pytest.fixture
def works():
    return register.bib.keys(paths.BIBLIOGRAPHY)


def test_the_store_holds_what_the_files_say_in_their_order(folder, works):
    read = register.load()
    kept = store.keep(works)
    assert list(kept.items()) == list(read.items()) and len(kept) == len(read)
    assert list(store.kept().items()) == list(read.items())
    assert "no-such-number" not in kept and kept.get("no-such-number") is None
    with pytest.raises(RestatedError, match="no-such-number"):
        kept.number("no-such-number")


def test_it_is_used_until_a_file_changes(folder, works, monkeypatch):
    store.keep(works)
    monkeypatch.setattr(register, "checked", lambda *_: pytest.fail("the files were read"))
    assert register.load()["verhage2016-secure-r"].value.text == ".31"
    file = folder / "transmission.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("reviewers", "readers") + "\n", encoding="utf-8")
    assert store.kept() is None


def test_without_a_store_or_with_a_broken_one_the_files_are_read(folder, works):
    assert store.kept() is None
    store.keep(works)
    store.file().write_bytes(b"cut off")
    assert store.kept() is None and "verhage2016-secure-r" in register.load()


def test_a_fault_is_told_and_leaves_the_last_store(folder, works):
    store.keep(works)
    before = store.file().read_bytes()
    with pytest.raises(RestatedError, match="bibliography"):
        store.keep(WORKS)
    assert store.file().read_bytes() == before


def test_reading_from_the_store_rests_on_what_was_looked_up(folder, works, monkeypatch):
    store.keep(works)
    noted: set[str] = set()
    monkeypatch.setattr(provenance, "_numbers", noted)
    numbers = register.load()
    numbers.number("verhage2016-secure-r"), "not-there" in numbers
    assert noted == {"verhage2016-secure-r", "not-there"} and numbers.reads == {"verhage2016-secure-r"}
