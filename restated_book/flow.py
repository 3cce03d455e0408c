"""Study tables that a number rests on: the tables its statement reads, followed through the notebook's assignments.

A notebook loads tables in some cells and records numbers in others. :func:`loaded` notes at which statement a table was
read; names assigned by that statement then carry the table, and so do names assigned from those. Calls may change what
they are called on, so they hand tables on as well. The result can name a table too many, never one too few, unless a
function keeps a table out of sight of the notebook.
"""

import ast
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

#: Tables read so far: the cell and line that read each, its name and its status.
_loads: list[tuple[int, int, str, str]] = []


def place() -> tuple[int | None, int | None]:
    """Return execution count and line of the notebook cell that is running; a pair of None outside a notebook.

    The outermost frame of the user's namespace counts: for a helper defined in an earlier cell, the line that calls it.
    """
    if (shell := _shell()) is None:
        return None, None
    frame, line = sys._getframe(1), None
    while frame is not None:
        if frame.f_globals is shell.user_ns:
            line = frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return (None, None) if line is None else (len(_inputs(shell)) - 1, line)


def _shell() -> Any:
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()


def _inputs(shell) -> list[str]:
    """Return the cells run so far. The shell's own counter is one ahead in some versions; this list never is."""
    return shell.history_manager.input_hist_parsed


def loaded(table: str, status: str) -> None:
    """Note that the running statement read a study table."""
    cell, line = place()
    if cell is not None and line is not None:
        _loads.append((cell, line, table, status))


def behind() -> dict[str, str]:
    """Return the statuses of the study tables that the running statement rests on, by name."""
    cell, line = place()
    if cell is None or line is None or not _loads:
        return {}
    shell = _shell()
    carried: dict[str, set[str]] = {}
    for number, source in enumerate(_inputs(shell)[: cell + 1]):
        for statement in _statements(source):
            rows = range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            reads, writes = _names(statement)
            tables = {table for at, row, table, _ in _loads if at == number and row in rows}
            tables = tables.union(*(carried.get(name, ()) for name in reads))
            if number == cell and line in rows:
                return {table: status for _, _, table, status in _loads if table in tables}
            for name in writes:
                # A ledger collects numbers and hands none on.
                if not isinstance(value := shell.user_ns.get(name), ModuleType) and not hasattr(value, "record_fit"):
                    # An assignment replaces what a name held; anything else may add to it.
                    carried[name] = tables | (set() if name in _replaced(statement) else carried.get(name, set()))
    return {}


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # a magic command
        return []


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the names a statement reads, and those it assigns to or calls a method of."""
    reads: set[str] = set()
    writes: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            writes.add(node.name)
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            writes.update(_base(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            writes.update(_base(node.func))
    return reads, writes


def _replaced(statement: ast.stmt) -> set[str]:
    """Return the names whose earlier value an assignment drops."""
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _base(node: ast.AST) -> Iterator[str]:
    """Yield the name that an expression such as ``name.part[0].method`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
