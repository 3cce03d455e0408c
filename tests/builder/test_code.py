"""The code that results rest on is found through the imports of modules."""

from __future__ import annotations

from restated_book import code

MODULE = '''
"""import restated.not_one"""
from typing import TYPE_CHECKING
import restated.one
if TYPE_CHECKING:
    import restated.types
try:
    from restated import two
except ImportError:
    from . import three
else:
    import os
def f(x):
    match x:
        case 1:
            with x:
                from .four import five
    return lambda: x
'''


def test_imports_are_found_in_every_block_but_those_of_type_checkers(tmp_path):
    (tmp_path / "module.py").write_text(MODULE)
    found = code._imports("restated.module", tmp_path / "module.py")
    assert {n for n in found if n != "restated"} == {
        *("restated.one", "restated.two", "restated.three", "restated.four", "restated.four.five")
    }


def test_the_table_of_a_module_is_part_of_what_it_means_and_its_comments_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "file", lambda _: tmp_path / "module.py")
    (tmp_path / "module.py").write_text("x = 1  # one\n")
    plain = code.meaning("module")
    (tmp_path / "module.toml").write_text("# a note\na = 1\n")
    first = code.meaning("module")
    (tmp_path / "module.toml").write_text("a = 1\n")
    assert plain != first == code.meaning("module")
    (tmp_path / "module.toml").write_text("a = 2\n")
    assert first != code.meaning("module")
