"""The code that results rest on is found through the imports of modules."""

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
