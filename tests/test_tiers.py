"""Every test file belongs to a tier, and the quick tier holds what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch

from tests import tiers

FILES = sorted(tiers.HERE.rglob("test_*.py"))

#: Modules, and parts of the module os, that Windows lacks.
POSIX_MODULES = {"fcntl", "grp", "pwd", "resource", "termios"}
POSIX_PARTS = {"fork", "geteuid", "getuid", "killpg", "mkfifo", "sched_getaffinity", "setsid"}


def test_every_file_belongs_to_a_tier():
    assert [f for f in FILES if f.parent != tiers.HERE and tiers.tier(f) not in tiers.FULL] == []


def test_no_folder_of_tests_is_left_out(pytestconfig):
    """Pytest by itself leaves out each folder that is called build."""
    folders = {folder for file in FILES for folder in file.relative_to(tiers.HERE).parts[:-1]}
    left_out = pytestconfig.getini("norecursedirs")
    assert not [folder for folder in folders if any(fnmatch(folder, pattern) for pattern in left_out)]


def test_what_the_tiers_name_is_there():
    assert [name for name in (*tiers.FULL, *tiers.LONGEST) if not (tiers.HERE / name).exists()] == []


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


def at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Parts of a module that run when it is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from (decorator, *at_import(decorator))
        elif not isinstance(node, ast.Lambda):
            yield from (node, *at_import(node))


def posix_parts(source: str) -> set[str]:
    """Modules and parts of os named at import that Windows lacks."""
    found = set()
    for node in at_import(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= POSIX_MODULES & {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= POSIX_MODULES & {node.module}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            found |= POSIX_PARTS & {node.attr}
    return found


def test_every_file_can_be_collected_on_every_system():
    files = (f for f in tiers.HERE.rglob("*.py") if f.relative_to(tiers.HERE).as_posix() not in tiers.POSIX)
    found = {f: posix_parts(f.read_text(encoding="utf-8")) for f in files}
    assert len(found) > 100 and {f: parts for f, parts in found.items() if parts} == {}


def test_a_file_that_cannot_be_collected_everywhere_would_be_found():
    source = "import os, fcntl\nROOT = os.geteuid() == 0\n@mark(os.fork)\ndef test():\n    os.mkfifo('x')\n"
    assert posix_parts(source) == {"fcntl", "geteuid", "fork"}
