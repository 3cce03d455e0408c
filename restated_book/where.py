"""Origin of a number of the last build: its code is followed backwards, name by name, to functions and files."""

import ast
import importlib
import inspect
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from restated.errors import RestatedError
from restated_book import code, entries, ledger, paths, register
from restated_book.chapters import codecells

#: Modules that load, store and show numbers; their functions do not compute them.
_NO_RESULTS = tuple(f"restated_book.{name}" for name in ("ledger", "recording", "show", "studies", "sources"))


class Function(NamedTuple):
    """A function that took part in computing a number; its name is ``module:function``."""

    name: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.name}  {self.file}:{self.line}"


class Names:
    """Imports and bindings of the names in the code cells of a notebook."""

    def __init__(self, cells: tuple[codecells.Cell, ...]) -> None:
        self.imports: dict[str, str] = {}
        self.bound: defaultdict[str, list[tuple[int, int, ast.AST]]] = defaultdict(list)
        for number, cell in enumerate(cells, 1):
            try:
                tree = ast.parse(cell.source)
            except SyntaxError:  # a magic command
                continue
            for node in ast.walk(tree):
                self._note(number, node)

    def _note(self, cell: int, node: ast.AST) -> None:
        """Note the imports and bindings of one node: where each is, and the expression it takes its value from."""
        if isinstance(node, ast.Import):
            self.imports |= {a.asname or a.name.partition(".")[0]: a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            self.imports |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.FunctionDef):
            self.bound[node.name].append((cell, node.lineno, node))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(cell, target, node.value)
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._bind(cell, node.target, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._bind(cell, node.target, node.iter)

    def _bind(self, cell: int, target: ast.expr, value: ast.expr) -> None:
        """Note each name of a target; elements of a tuple that is unpacked from a tuple take their own value."""
        if isinstance(target, (ast.Tuple, ast.List)):
            pairs = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            for at, part in enumerate(target.elts):
                self._bind(cell, part, value.elts[at] if pairs else value)  # type: ignore[attr-defined]
        elif isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
            self._bind(cell, target.value, value)
        elif isinstance(target, ast.Name):
            self.bound[target.id].append((cell, target.lineno, value))

    def before(self, name: str, place: tuple[int, int]) -> list[tuple[int, int, ast.AST]]:
        """Return the bindings of `name` that reach a place: those of its cell up to it, else those of the last cell."""
        found = [b for b in self.bound.get(name, ()) if b[:2] <= place]
        return [b for b in found if b[0] == found[-1][0]]


def functions(cells: tuple[codecells.Cell, ...], cell: int, line: int, id: str) -> list[Function]:
    """Return the functions behind a ledger entry, recorded at this `cell` and `line`, those nearest to it first."""
    statement = codecells.statement(cells[cell - 1].source, line)
    if statement is None:
        return []
    names = Names(cells)
    end = (cell, statement.end_lineno or line)
    return next((found for start in _starts(statement, line, id) if (found := _follow(start, end, names))), [])


def _follow(start: list[ast.AST], end: tuple[int, int], names: Names) -> list[Function]:
    """Follow the names in some code backwards, nearest first, to the functions they come from."""
    seen: set[tuple] = set()
    found: dict[str, Function] = {}
    queue = [(end, node) for node in start]
    for place, node in queue:
        for dotted, used in _uses(node, names):
            if dotted and (function := _function(dotted)):
                found.setdefault(function.name, function)
            for at_cell, at_line, value in names.before(used, place) if used else ():
                if (key := (at_cell, at_line, ast.dump(value))) not in seen:
                    seen.add(key)
                    # Of a function the result comes first: what it returns is nearest.
                    parts = reversed(value.body) if isinstance(value, ast.FunctionDef) else [value]
                    queue += [((at_cell, at_line), part) for part in parts]
    return list(found.values())


def _starts(statement: ast.stmt, line: int, id: str) -> Iterator[list[ast.AST]]:
    """Parts of a statement that the value of an entry can come from, the narrowest first."""
    for loop in (n for n in ast.walk(statement) if isinstance(n, ast.For)):
        yield from _of_loop(loop, id)
    here = (n for n in ast.walk(statement) if isinstance(n, ast.Expr) and n.lineno <= line <= (n.end_lineno or 0))
    calls = [n.value for n in here if isinstance(n.value, ast.Call)]
    tuples = (n for n in ast.walk(statement) if isinstance(n, ast.Tuple))
    rows: list[ast.AST] = [n for n in tuples if any(isinstance(e, ast.Constant) and e.value == id for e in n.elts)]
    if rows:
        # The other rows of a table are other numbers; a fit that its parts share is the first argument.
        yield [*rows, *(a for c in calls for a in c.args[:1] if not isinstance(a, (ast.List, ast.Tuple)))]
    yield list(calls[-1:])
    yield [statement]


def _of_loop(loop: ast.For, id: str) -> Iterator[list[ast.AST]]:
    """The row of a table that a loop takes `id` from, with the arguments of each call whose first one is that name."""
    names = [ast.unparse(e) for e in loop.target.elts] if isinstance(loop.target, ast.Tuple) else []
    rows = loop.iter.elts if isinstance(loop.iter, (ast.Tuple, ast.List)) else []
    calls = [n for part in loop.body for n in ast.walk(part) if isinstance(n, ast.Call) and n.args]
    for row in (r.elts for r in rows if isinstance(r, ast.Tuple)):
        taken = {name for name, cell in zip(names, row) if isinstance(cell, ast.Constant) and cell.value == id}
        for call in (c for c in calls if ast.unparse(c.args[0]) in taken):
            given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
            yield [*row, *(arg for arg in given if ast.unparse(arg) not in names)]


def _uses(node: ast.AST, names: Names) -> Iterator[tuple[str, str]]:
    """Yield a pair for each name in some code: path of an import, or name of the notebook; the other one is empty."""
    inner: set[ast.AST] = set()
    for part in ast.walk(node):
        if part in inner or not isinstance(part, (ast.Attribute, ast.Name)):
            continue
        chain, root = [], part
        while isinstance(root, ast.Attribute):
            chain.append(root.attr)
            root = root.value  # type: ignore[assignment]
            inner.add(root)
        if isinstance(root, ast.Name):
            base = names.imports.get(root.id)
            yield (".".join([base, *reversed(chain)]), "") if base else ("", root.id)


def _function(dotted: str) -> Function | None:
    """Return the function of the library or the book's packages at a dotted path; None for anything else."""
    top = dotted.partition(".")[0]
    if top not in code.packages() or dotted.startswith(_NO_RESULTS):
        return None
    module, target = dotted, None
    rest: list[str] = []
    while target is None and module:
        module, _, last = module.rpartition(".")
        rest.insert(0, last)
        with suppress(ModuleNotFoundError):
            target = importlib.import_module(module) if module else None
    for name in rest:
        target = getattr(target, name, None)
        if callable(target):
            break
    target = inspect.unwrap(target) if callable(target) else None  # type: ignore[arg-type]
    if target is None or not getattr(target, "__module__", "").startswith(top):
        return None
    file, line = inspect.getsourcefile(target), inspect.getsourcelines(target)[1]
    return Function(f"{target.__module__}:{target.__qualname__}", paths.shown(Path(file or "")), line)


def of(id: str, rows: Mapping[str, Mapping], files: Mapping[str, Sequence[str]]) -> str:
    """Describe where a number of the ledger `rows` comes from, with the `files` of each page; refuse an unknown id."""
    if id not in rows:
        close = entries.close_matches(id, rows)
        near = f"the nearest ids are {', '.join(close)}" if close else "see ledger.csv for all ids"
        raise RestatedError(f"'{id}' is not an id of the ledger", remedy=near)
    row = rows[id]
    return "\n".join(_printed(row) if entries.is_printed(row) else _recomputed(row, files))


def _printed(row: Mapping) -> Iterator[str]:
    number = register.load()[row["id"]]
    yield f"{row['id']}: printed {row['published']} ({row['quantity']})"
    yield f"printed in   {row['source_key']}, {row['locator']}"
    if number.file is not None:
        yield f"typed in     {paths.shown(number.file)}:{number.row}"
    yield f"restated as  {', '.join(row['restated_by']) or 'nothing'}"
    if row["restated_by"]:
        yield f"run `restated where {row['restated_by'][0]}` for the code"


def _recomputed(row: Mapping, files: Mapping[str, Sequence[str]]) -> Iterator[str]:
    page = Path(row["page"]).stem
    yield f"{row['id']}: {entries.restated_text(row) or row['reason']} ({row['quantity']})"
    cells = codecells.of(paths.NOTEBOOKS / f"{page}.md")
    if row["cell"] is None or row["cell"] > len(cells):
        yield f"recorded in  notebooks/{page}.md"
    else:
        yield f"recorded in  notebooks/{page}.md:{ledger.file_line(row)}, code cell {row['cell']} of {row['page']}"
        found = functions(cells, row["cell"], row["line"], row["id"])
        yield from (f"{'through' if number else 'computed by':<12} {function}" for number, function in enumerate(found))
        if not found:
            yield "computed by  typed in the cell, or computed there without a function of the library or the book"
    for number, file in enumerate(files[f"notebooks/{page}"]):
        yield f"{'' if number else 'chapter read':<12} {file}"
    if row["restates"]:
        yield f"restates     {row['restates']}, printed {row['published']}: {row['verdict']}"
    if row["reason"]:
        yield f"reason       {row['reason']}"


def last(id: str) -> str:
    """Describe a number of the last build, see :func:`of`."""
    rows = entries.load()
    pages = json.loads((paths.BUILD / "shown.json").read_text(encoding="utf-8"))
    return of(id, rows, {page: parts["files"] for page, parts in pages.items()})
