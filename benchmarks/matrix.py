"""``make matrix`` and ``make latest``: the book on every installed Python, and with other than the locked versions.

``make matrix`` builds it with the oldest and the newest numpy, pandas and statsmodels that ``pyproject.toml`` allows
and with those of the lock, and compares the ledgers to the precision they print. ``make latest`` builds and tests it
with the newest allowed version of every package. Both need a package index.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks import books
from restated_book import entries, paths

#: Libraries that compute the numbers: these vary, everything else is as locked.
LIBRARIES = ("numpy", "pandas", "statsmodels")
COLUMNS = ("locked", "oldest", "newest")

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = paths.ROOT / "requirements.lock"


def _output(command: Sequence[str | Path], **options) -> str:
    """Run a command and return its output; if it fails, raise RuntimeError with the last line of its message."""
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    if result.returncode:
        raise RuntimeError(
            ((result.stderr or result.stdout).strip().splitlines() or ["it failed without a message"])[-1]
        )
    return result.stdout


def pythons(allowed: str = PROJECT["requires-python"]) -> dict[str, str]:
    """Return the interpreters that the project allows, by minor version: those on the path and next to this one."""
    places = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p]
    # Version managers keep each Python in its own folder.
    own = Path(sys.base_prefix)
    places += sorted(p / "bin" for p in own.parent.iterdir() if (p / "bin").is_dir())
    found = {}
    for program in (
        p for place in places if place.is_dir() for p in place.iterdir() if re.fullmatch(r"python3\.\d+", p.name)
    ):
        try:
            version = _output(
                [program, "-c", "import platform, venv, ensurepip; print(platform.python_version())"]
            ).strip()
        except (OSError, RuntimeError):
            continue
        if SpecifierSet(allowed).contains(version):
            found.setdefault(version.rpartition(".")[0], str(program))
    return dict(sorted(found.items(), key=lambda pair: Version(pair[0])))


def candidates(listed: str, allowed: SpecifierSet) -> list[str]:
    """Return the allowed versions from the output of ``pip index versions``, oldest first."""
    line = next(x for x in listed.splitlines() if x.startswith("Available versions:"))
    versions = sorted(
        v for v in map(Version, line.partition(":")[2].split(",")) if v in allowed and not v.is_prerelease
    )
    if not versions:
        raise RuntimeError(f"no version is {allowed}")
    return list(map(str, versions))


def chosen(run: Path, name: str, allowed: SpecifierSet, column: str) -> str:
    """Return the oldest or newest allowed version of a package that has a wheel for this Python."""
    versions = candidates(_output([run, "-m", "pip", "index", "versions", name]), allowed)
    for version in versions if column == "oldest" else reversed(versions):
        try:
            _output([*_pip(run), "--no-deps", "--only-binary", ":all:", "--dry-run", f"{name}=={version}"])
        except RuntimeError:
            continue
        return f"{name}=={version}"
    raise RuntimeError(f"no version of {name} that is {allowed} has a wheel")


def _pip(run: Path) -> list[str | Path]:
    return [run, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def without(lock: str, names: Sequence[str]) -> str:
    """Return the text of the lock without some packages."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    return "\n".join(b for b in blocks if canonicalize_name(re.match(r"[A-Za-z0-9_.-]+", b)[0]) not in names)


def pins(lock: str) -> dict[str, str]:
    """Return the versions that the text of the lock pins for this Python."""
    lines = (Requirement(line.rstrip("\\ ")) for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line))
    return {r.name: str(r.specifier).removeprefix("==") for r in lines if r.marker is None or r.marker.evaluate()}


def environment(folder: Path, python: str, column: str) -> Path:
    """Create a virtual environment with the libraries of `column` and return its interpreter."""
    _output([python, "-m", "venv", folder])
    run = folder / "bin" / "python"
    install = _pip(run)
    if column == "locked":
        _output([*install, "--no-deps", "--require-hashes", "--requirement", LOCK])
        return run
    rest, there = folder / "rest.txt", folder / "there.txt"
    rest.write_text(without(LOCK.read_text(encoding="utf-8"), LIBRARIES), encoding="utf-8")
    _output([*install, "--no-deps", "--require-hashes", "--requirement", rest])
    # Older libraries may need further packages; those must not change what is installed.
    there.write_text(
        "".join(f"{line}\n" for line in _output([run, "-m", "pip", "freeze"]).splitlines()), encoding="utf-8"
    )
    wanted = {r.name: r.specifier for r in map(Requirement, PROJECT["dependencies"]) if r.name in LIBRARIES}
    _output(
        [
            *install,
            "--only-binary",
            ":all:",
            "--constraint",
            there,
            *(chosen(run, name, allowed, column) for name, allowed in wanted.items()),
        ]
    )
    return run


def versions(python: Path, names: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """Return the versions of packages in an environment."""
    found = f"{{n: version(n) for n in {list(names)!r}}}"
    code = f"import json; from importlib.metadata import version; print(json.dumps({found}))"
    return json.loads(_output([python, "-c", code]))


def ledger(python: Path, folder: Path) -> dict[str, tuple]:
    """Build a copy of the book in `folder` and return what its ledger prints for each number."""
    books.copy(folder)
    _output([python, "-m", "restated_book", "build"], cwd=folder, env=books.environment(folder))
    rows = json.loads((folder / "_build" / "entries.json").read_text(encoding="utf-8"))
    return {row["id"]: (entries.restated_text(row), entries.interval_text(row), row["verdict"]) for row in rows}


def differing(one: dict[str, tuple], other: dict[str, tuple]) -> list[str]:
    """Return the ids of the numbers that two ledgers print differently."""
    return sorted(id for id in one.keys() | other.keys() if one.get(id) != other.get(id))


def matrix() -> int:
    """Build on every Python with every column; return how many builds fail or print another number."""
    failed, first = 0, None
    for version, python in pythons().items():
        for column in COLUMNS:
            with tempfile.TemporaryDirectory(prefix="restated-matrix-") as name:
                try:
                    run = environment(Path(name, "venv"), python, column)
                    has = ", ".join(f"{n} {v}" for n, v in versions(run).items())
                    made = ledger(run, Path(name, "book"))
                except RuntimeError as error:
                    failed += 1
                    print(f"Python {version}, {column}: {error}", flush=True)
                    continue
            first = first or made
            others = differing(first, made)
            failed += bool(others)
            result = (
                f"{len(others)} numbers differ: {', '.join(others[:5])}"
                if others
                else f"all {len(made):,} numbers as printed"
            )
            print(f"Python {version}, {column} ({has}): {result}", flush=True)
    return failed


def latest() -> int:
    """Build and test with the newest allowed version of every package; return how many steps fail."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="restated-latest-") as name:
        venv, folder = Path(name, "venv"), Path(name, "book")
        _output([sys.executable, "-m", "venv", venv])
        run = venv / "bin" / "python"
        extras = PROJECT["optional-dependencies"]
        wanted = [*PROJECT["dependencies"], *extras["lab"], *extras["test"]]
        _output([*_pip(run), *wanted])
        locked = pins(LOCK.read_text(encoding="utf-8"))
        found = "{d.name: d.version for d in distributions()}"
        code = f"import json; from importlib.metadata import distributions; print(json.dumps({found}))"
        has = {canonicalize_name(n): v for n, v in json.loads(_output([run, "-c", code])).items()}
        newer = [f"{n} {locked[n]} -> {v}" for n, v in sorted(has.items()) if n in locked and locked[n] != v]
        print(f"{len(newer)} packages are not as locked{': ' if newer else ''}{', '.join(newer)}", flush=True)
        books.copy(folder)
        for step, command in {
            "build": ["restated_book", "build"],
            "tests": ["pytest", "--numprocesses", "logical", "--dist", "loadfile", "--no-loadscope-reorder"],
        }.items():
            result = subprocess.run(
                [run, "-m", *command],
                cwd=folder,
                env=books.environment(folder),
                capture_output=True,
                text=True,
                check=False,
            )
            failed += bool(result.returncode)
            lines = result.stdout.strip().splitlines()
            breaks = [x for x in lines if x.startswith(("FAILED", "ERROR"))] or lines[-1:]
            print(
                f"{step}: {'breaks' if result.returncode else 'works'}",
                *breaks,
                *result.stderr.strip().splitlines()[-5:],
                sep="\n  ",
                flush=True,
            )
    return failed


if __name__ == "__main__":
    sys.exit(bool(latest() if "--latest" in sys.argv else matrix()))
