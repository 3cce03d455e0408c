"""Study tables that a number rests on: the tables its statement reads, followed through the notebook's assignments.

:func:`loaded` notes at which statement a table was read; names assigned by that statement then carry the table, and so
do names assigned from those, and a container that a method may have filled. The result can name a table too many, never
one too few, unless a function keeps a table out of sight of the notebook.
"""

import ast
import symtable
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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
    notebook = _Notebook(shell.user_ns, cell, line)
    for number, source in enumerate(_inputs(shell)[: cell + 1]):
        notebook.run(number, _statements(source))
    return {table: status for _, _, table, status in _loads if table in notebook.found}


class _Notebook:
    """The tables that each name of a notebook carries, followed up to the statement at `line` of `cell`."""

    def __init__(self, names: Mapping[str, object], cell: int, line: int) -> None:
        self.names, self.place = names, (cell, line)
        self.carried: dict[str, set[str]] = {}
        self.found: set[str] = set()
        self.loads = defaultdict[int, list[tuple[int, str]]](list)
        for at, row, table, _ in _loads:
            self.loads[at].append((row, table))
        #: Names of one and the same container, and names that a function of the notebook assigns outside itself.
        self.same: dict[int, set[str]] = {}
        self.outside: dict[str, set[str]] = {}
        for name, value in names.items():
            # A method can put something into these; records and results are not changed by calls.
            owner = type(value).__module__.partition(".")[0]
            if isinstance(value, list | dict | set | bytearray) or owner in ("collections", "pandas", "__main__"):
                self.same.setdefault(id(value), set()).add(name)

    def run(self, cell: int, statements: Iterable[ast.stmt]) -> None:
        """Follow `statements` of a cell in order."""
        for statement in statements:
            parts = _parts(statement)
            head = statement if not parts else _head(statement)
            if head is not None:
                self.step(cell, statement if parts else head, _use(head))
            if isinstance(statement, ast.For | ast.While | ast.With | ast.AsyncFor | ast.AsyncWith):
                # The second time round a loop, names carry what the first put into them.
                for part in (*parts, *parts):
                    self.run(cell, part)
            else:
                self.branch(cell, parts)

    def branch(self, cell: int, parts: Iterable[Sequence[ast.stmt]]) -> None:
        """Follow parts of which only some run: afterwards a name carries what any of them, or none, gave it."""
        before, after = self.carried, dict(self.carried)
        for part in parts:
            self.carried = dict(before)
            self.run(cell, part)
            for name, tables in self.carried.items():
                after[name] = after.get(name, set()) | tables
        self.carried = after

    def step(self, cell: int, statement: ast.stmt, use: "_Use") -> None:
        """Follow one statement without parts, or the head of one with parts."""
        tables = set[str]().union(*(self.carried.get(name, ()) for name in use.reads))
        if cell == self.place[0] or cell in self.loads:
            last = statement.end_lineno if not _parts(statement) else _parts(statement)[0][0].lineno - 1
            lines = range(statement.lineno, max(last or 0, statement.lineno) + 1)
            tables |= {table for row, table in self.loads[cell] if row in lines}
            if cell == self.place[0] and self.place[1] in lines:
                self.found = tables
        if isinstance(statement, ast.FunctionDef):
            self.outside[statement.name] = use.outside
        if not tables:
            self.carried |= {name: set() for name in use.replaces}
            return
        called = [name for name in use.reads if getattr(self.names.get(name), "__module__", "") == "__main__"]
        filled = use.calls | use.changes | (use.given if called else set())
        filled = set().union(*(self.same.get(id(self.names.get(name)), ()) for name in filled))
        for name in use.assigns.union(filled, *(self.outside.get(name, ()) for name in called)):
            kept = set() if name in use.replaces else self.carried.get(name, set())
            self.carried[name] = tables | kept


@lru_cache(maxsize=10_000)
def _parts(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the bodies of a loop, a condition or the like; a definition is one statement."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    handled = [handler.body for handler in getattr(statement, "handlers", ())]
    cases = [case.body for case in getattr(statement, "cases", ())]
    return [p for p in (*(getattr(statement, n, []) for n in ("body", "orelse", "finalbody")), *handled, *cases) if p]


@lru_cache(maxsize=10_000)
def _head(statement: ast.stmt) -> ast.stmt | None:
    """Return what a statement with parts reads and assigns before them, as an assignment."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        made: ast.stmt = ast.Assign([statement.target], statement.iter)
    elif isinstance(statement, ast.With | ast.AsyncWith):
        targets = [item.optional_vars for item in statement.items if item.optional_vars]
        value = ast.Tuple([item.context_expr for item in statement.items], ast.Load())
        made = ast.Assign([ast.Tuple(targets, ast.Store())], value)
    elif isinstance(statement, ast.If | ast.While):
        made = ast.Expr(statement.test)
    elif isinstance(statement, ast.Match):
        made = ast.Expr(statement.subject)
    else:
        return None
    return ast.fix_missing_locations(ast.copy_location(made, statement))


class _Use(NamedTuple):
    """Names by what a statement does with them; `outside` are those that its functions assign outside themselves."""

    reads: set[str]
    assigns: set[str]
    calls: set[str]
    replaces: set[str]
    changes: set[str]
    given: set[str]
    outside: set[str]


@lru_cache(maxsize=1000)
def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # a magic command
        return []


@lru_cache(maxsize=10_000)
def _use(statement: ast.stmt) -> _Use:
    scope = symtable.symtable(ast.unparse(statement), "cell", "exec")
    assigns = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_assigned()}
    calls, changes, given, outside = (set[str]() for _ in range(4))
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changes.update(_base(node))
        elif isinstance(node, ast.Global):
            outside.update(node.names)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                calls.update(_base(node.func))
            given.update(arg.id for arg in (*node.args, *(k.value for k in node.keywords)) if isinstance(arg, ast.Name))
    return _Use(_free(scope), assigns | changes, calls, _replaced(statement), changes, given, outside)


def _free(scope: symtable.SymbolTable) -> set[str]:
    """Return the names that a scope and those inside it take from the notebook; not the variables of comprehensions."""
    outermost = scope.get_type() == "module"
    found = {s.get_name() for s in scope.get_symbols() if s.is_referenced() and (outermost or s.is_global())}
    return found.union(*map(_free, scope.get_children()))


def _replaced(statement: ast.stmt) -> set[str]:
    """Return the names of which an assignment or a definition drops the earlier value."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    annotated = [statement.target] if isinstance(statement, ast.AnnAssign) else []
    targets = statement.targets if isinstance(statement, ast.Assign) else annotated
    # Names inside an index or before a dot are read, not replaced.
    inside = (node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))
    return {node.id for node in inside if isinstance(node.ctx, ast.Store)}


def _base(node: ast.AST) -> Iterator[str]:
    """Yield the name that an expression such as ``name.part[0].method`` begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
