"""Code that results rest on: modules of the library, the builder and the book, by name, wherever they are installed."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from importlib.util import find_spec, resolve_name
from pathlib import Path

from restated.errors import RestatedError
from restated_book import config, paths

ROOMS = ("restated", "restated_book")  #: The rooms every book rests on


def lock() -> str:
    """Return what pins the packages: ``requirements.lock``, or in a book without one all others that are installed."""
    file = paths.ROOT / "requirements.lock"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    own = (None, "restated", "pip", "setuptools", "wheel")
    installed = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    return "".join(sorted(f"{name}=={version}\n" for name, version in installed.items() if name not in own))


def packages() -> tuple[str, ...]:
    """Return the top-level packages whose modules results can rest on."""
    return (*ROOMS, *config.load().packages)


@cache
def folder(package: str) -> Path | None:
    """Return the folder of a top-level package; None if it cannot be imported."""
    own = paths.ROOT / package
    if (own / "__init__.py").is_file():
        return own
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


#: Endings of a module's file and of those next to it: its tables (:func:`paths.tables`), template, script and schema.
_ENDINGS = (".py", ".toml", ".html", ".js", ".schema.json")


def parts(source: Path) -> list[Path]:
    """Return a module's file and what it reads next to it."""
    return [file for ending in _ENDINGS if (file := source.with_suffix(ending)).is_file()]


def imported() -> set[str]:
    """Return the dotted names of the modules of :func:`packages` that this process has imported."""
    tops, loaded = packages(), list(sys.modules.items())
    return {n for n, module in loaded if n.partition(".")[0] in tops and getattr(module, "__file__", None)}


@cache
def file(module: str) -> Path | None:
    """Return the file of a module of :func:`packages`; None if it does not exist."""
    top, *rest = module.split(".")
    if top not in packages() or (base := folder(top)) is None:
        return None
    place = base.joinpath(*rest)
    return next((f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()), None)


def files() -> list[Path]:
    """Return the files of all :func:`packages` except compiled ones, in order."""
    folders = filter(None, map(folder, packages()))
    return sorted(f for base in folders for f in base.rglob("*") if f.is_file() and "__pycache__" not in f.parts)


def files_of(modules: Iterable[str]) -> dict[str, Path]:
    """Return the files of `modules` and of all they import, with the data of the book's own packages, by place."""
    found: dict[str, Path] = {}
    for module in closure(modules):
        top = module.partition(".")[0]
        if (base := folder(top)) and (source := file(module)):
            found |= {f"{top}/{part.relative_to(base).as_posix()}": part for part in parts(source)}
    for package in config.load().packages:
        if f"{package}/__init__.py" in found and (base := folder(package)):
            data = (f for f in base.rglob("*") if f.is_file() and f.suffix not in (".py", ".pyc"))
            found |= {f"{package}/{f.relative_to(base).as_posix()}": f for f in data}
    return found


def closure(modules: Iterable[str]) -> set[str]:
    """Return `modules`, all modules of :func:`packages` they import at any time, and the packages that hold them."""
    waiting, found = list(modules), set()
    while waiting:
        if (module := waiting.pop()) not in found and (source := file(module)):
            found.add(module)
            waiting += [module.rpartition(".")[0], *_imports(module, source)]
    return found


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  #: Attributes of statements that hold further statements


@cache
def _imports(module: str, source: Path) -> frozenset[str]:
    """Names a module imports from :func:`packages`, modules and others; nothing that only type checkers import."""
    within = module if source.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    # Only statements are looked through: expressions, which import nothing, are nineteen in twenty nodes.
    waiting: list[ast.AST] = [ast.parse(source.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), within)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in vars(node.test).values()):
            waiting += (child for part in _BLOCKS for child in getattr(node, part, ()))
    return frozenset(name for name in found if name.partition(".")[0] in packages())


#: Tokens that do not matter: a change of layout or of a comment is not a change of the code.
_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def meaning(module: str) -> str:
    """Return a module and its tables without docstrings, comments and layout: equal texts compute equal numbers."""
    source = file(module)
    if source is None:
        raise RestatedError(f"unknown module '{module}'")
    text = source.read_text(encoding="utf-8")
    strings = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    kept = (t.string for t in tokens if t.type not in _LAYOUT and t.start not in strings)
    tables = f"\n{paths.tables(str(source))}" if source.with_suffix(".toml").is_file() else ""
    # A comma before a closing bracket is layout, too.
    return re.sub(r",\n([)\]}])", r"\n\1", "\n".join(kept)) + tables
