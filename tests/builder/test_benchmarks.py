"""The form of the benchmarks; their speed is no matter for a test."""

from __future__ import annotations

import csv
import importlib
import pkgutil

import pytest
from packaging.specifiers import SpecifierSet

import benchmarks
from benchmarks import __main__ as run
from benchmarks import books, keep, matrix, measure
from restated_book import paths, register
from restated_book.sources import dictionary

MODULES = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in run.HELPERS)


@pytest.mark.parametrize("name", MODULES)
def test_every_benchmark_can_be_run_by_the_one_command(name):
    assert callable(importlib.import_module(f"benchmarks.{name}").rows)


def test_a_row_has_the_documented_keys_and_the_ratio_of_its_seconds():
    row = measure.row("w", 2.0, peer="p", theirs=10.0, bar="b", holds=True)
    assert tuple(row) == benchmarks.KEYS and row["ratio"] == 5
    assert measure.row("w", 2.0, bar="b", holds=None)["ratio"] is None


def test_a_made_up_book_has_the_printed_numbers_asked_for_and_they_pass_every_check(tmp_path):
    books.made_up(tmp_path, 3, 50)
    made_up = dictionary.check(tmp_path / "data")
    assert [n for name, n in made_up.items() if name.startswith("published-made-up-")] == [16, 17, 17]
    assert len(register.load(tmp_path / "data" / "published")) == len(register.load(paths.PUBLISHED)) + 50
    assert "range(0, 17, 5)" in (tmp_path / "notebooks" / "chapter-001.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not measured"),
        (True, "yes"),
        (False, "no"),
        (0.02614, "0.0261"),
        (1406.4, "1410"),
        ("x", "x"),
        ("", "none"),
    ],
)
def test_the_kept_table_is_written_for_readers(value, text):
    assert keep._text(value) == text


@pytest.mark.parametrize(("name", "columns"), [(name, columns) for _, name, columns in keep.KEPT])
def test_the_kept_tables_have_the_documented_columns(name, columns):
    with (paths.DATA / "benchmarks" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and tuple(rows[0]) == columns


def test_allowed_versions_are_found_in_their_order():
    listed = "numpy (2.10.0)\nAvailable versions: 2.10.0, 3.0.0rc1, 2.9.1, 2.0.2, 2.0.0, 1.26.4\n  INSTALLED: 2.9.1"
    assert matrix.candidates(listed, SpecifierSet(">=2.0")) == ["2.0.0", "2.0.2", "2.9.1", "2.10.0"]
    with pytest.raises(RuntimeError, match="no version is >=4"):
        matrix.candidates(listed, SpecifierSet(">=4"))


def test_the_lock_can_be_had_without_some_packages():
    lock = matrix.LOCK.read_text(encoding="utf-8")
    rest = matrix.without(lock, matrix.LIBRARIES)
    gone = {x.split("==")[0] for x in lock.splitlines() if "==" in x} - {
        x.split("==")[0] for x in rest.splitlines() if "==" in x
    }
    assert gone == set(matrix.LIBRARIES) and rest.count("--hash") < lock.count("--hash")


def test_pins_are_those_of_this_python():
    lock = (
        "a==1 \\\n    --hash=sha256:00\nb==2 ; python_full_version < '3' \\\n    --hash=sha256:00\n"
        "b==3 ; python_full_version >= '3'\n"
    )
    assert matrix.pins(lock) == {"a": "1", "b": "3"}


def test_ledgers_are_compared_by_what_they_print():
    one = {"a": ("0.10", "", "new"), "b": ("2", "1 to 3", "differs")}
    assert matrix.differing(one, dict(one)) == []
    assert matrix.differing(one, {"a": ("0.11", "", "new"), "c": ("2", "1 to 3", "differs")}) == ["a", "b", "c"]
