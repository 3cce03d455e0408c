"""Every test file belongs to a tier, and the quick tier holds what it promises."""

from __future__ import annotations

import pytest

from tests import tiers

FILES = sorted(tiers.HERE.rglob("test_*.py"))


@pytest.mark.parametrize("file", [f for f in FILES if f.parent != tiers.HERE], ids=lambda f: f.name)
def test_a_file_belongs_to_a_tier(file):
    assert tiers.tier(file) in tiers.FULL


@pytest.mark.parametrize("name", [*tiers.FULL, *tiers.LONGEST])
def test_what_the_tiers_name_is_there(name):
    assert (tiers.HERE / name).exists()


def test_the_quick_tier_holds_the_library_the_units_of_the_builder_a_small_book_and_a_page():
    quick = {f.relative_to(tiers.HERE).as_posix() for f in FILES if not tiers.is_full(f, ())}
    for name in (
        "library/test_printed.py",
        "reference/test_reference.py",
        "builder/test_ledger.py",
        "small/test_small_book.py",
        "small/test_page.py",
    ):
        assert name in quick
    assert not {name for name in quick if name.startswith(("browser/", "review/"))}


def test_a_test_that_needs_the_whole_book_is_of_the_full_tier_wherever_it_is():
    file = tiers.HERE / "builder" / "test_ledger.py"
    assert tiers.is_full(file, ["tmp_path", "site"]) and not tiers.is_full(file, ["tmp_path"])
