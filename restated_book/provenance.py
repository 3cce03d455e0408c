"""The record of what a notebook read (:mod:`restated_book.watch`) and imported; nothing is declared."""

import importlib.util
import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from restated_book import code, paths, watch

MIME = "application/vnd.restated.files+json"  #: Key in a notebook's outputs under which the list is handed to the build
#: Kinds of what is read, in the order of the record.
KINDS = ("files", "folders", "asked", "modules", "numbers", "works", "heads", "variables", "sources", "unobserved")
_TABLES = paths.tables(__file__)
#: Where the data of a result are; what is built or belongs to the environment; packages that open files without Python.
_DATA, _ELSEWHERE, _ENVIRONMENT, _UNSEEN_READERS = (
    tuple(_TABLES[name]) for name in ("data", "elsewhere", "environment", "unseen_readers")
)
_ELSEWHERE += tuple(watch.ROOMS)
#: Folders outside the book that belong to the system, to Jupyter or to caches of libraries.
_SYSTEM = [Path(f"/{name}") for name in _TABLES["system"]] + [Path.home() / name for name in _TABLES["home"]]
_SYSTEM += (Path(os.environ[name]) for name in _TABLES["named"] if name in os.environ)
#: Folders of installed packages.
_PACKAGES = {os.path.join(sysconfig.get_path(kind), "") for kind in ("purelib", "platlib")}
#: What installs packages, and what it notes of them.
_INSTALLER = re.compile(r"\.(dist|egg)-info\b|\.pth$|-packages.(_distutils_hack|pip|pkg_resources|setuptools|wheel)\b")
_FIRST = re.compile(r'^"?([^/,\n]+)', re.M)  #: First part of each path in the list of a package's files


def _places(names: Iterable[str]) -> list[str]:
    """Return paths that results can rest on: inside the book relative to it, outside it whole."""
    found, inside, root = set(), cache(paths.inside), f"{paths.ROOT}{os.sep}"
    for name in names:
        folder, last = os.path.split(name)
        # Links on the way to a file are followed once for all files of its folder.
        if (place := inside(os.path.join(folder, "_"))) and last:
            place = place[:-1] + last
            if place.split("/", 1)[0] not in _ELSEWHERE and "__pycache__" not in place and not _installed(name):
                # A folder on the way can be a link, and lead elsewhere later.
                found |= {place, name[len(root) :] if name.startswith(root) else place}
        elif not _of_the_system(name) and not paths.ROOT.is_relative_to(name):
            found.add(name)
    return sorted(found)


def _of_the_system(name: str) -> bool:
    """Return whether a path outside the book is one that no result rests on."""
    if re.match(r"ipykernel_\d+$", Path(name).parent.name) or Path(name) == Path(tempfile.gettempdir()):
        return True
    return _installed(name) or any(Path(name).is_relative_to(folder) for folder in _SYSTEM)


def _installed(name: str) -> bool:
    """Return whether a path is of Python or of a locked package, or of the way in which packages are installed."""
    if any(name.startswith(packages) for packages in _PACKAGES):
        return bool(_INSTALLER.search(name)) or _is_locked(name)
    first = os.path.relpath(name, sys.prefix).split(os.sep)[0]
    return watch.installed(name) if first == os.pardir else first in _ENVIRONMENT


@cache
def _locked() -> frozenset[str]:
    """Return the top-level names of the modules that the packages of ``requirements.lock`` install."""
    found = set()
    with watch.own():
        names = {_normal(name) for name in re.findall(r"^([\w.-]+)==", code.lock(), re.M)}
        for package in distributions():
            # Both files are read as text: parsed, they are tens of thousands of paths, and messages of whole readmes.
            named = re.search("^Name: *(.+)", package.read_text("METADATA") or "", re.M)
            if not names or _normal(named[1] if named else package.metadata["Name"] or "") in names:
                listed = package.read_text("RECORD")
                files = _FIRST.findall(listed) if listed else [file.parts[0] for file in package.files or ()]
                found |= {name.partition(".")[0] for name in files}
    return frozenset(found)


def _normal(name: str) -> str:
    """Return the name of a package as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_locked(place: str) -> bool:
    """Return whether a module's file comes with Python or with a locked package."""
    for packages in _PACKAGES:
        if place.startswith(packages):
            return place.removeprefix(packages).split(os.sep)[0].partition(".")[0] in _locked()
    return watch.installed(place)


def _modules() -> tuple[set[str], set[str]]:
    """Return files of imported modules that neither lock nor book describes, and notes on what may read unseen."""
    described = {*sys.stdlib_module_names, *code.packages(), "__main__"}
    found, unseen = set(), set()
    for name, module in list(sys.modules.items()):
        top, place = name.partition(".")[0], getattr(module, "__file__", None)
        if top in _UNSEEN_READERS:
            unseen.add(f"the package {top}")
        if not isinstance(place, str) or top in described or _is_locked(place):
            continue
        found.add(place)
        if not place.endswith((".py", ".pyc")):
            unseen.add(f"the package {top}")
    return found, unseen


def _sources(names: Iterable[str]) -> set[str]:
    """Replace compiled modules, which Python reads in place of their source, by the source."""
    found = set()
    for name in names:
        with suppress(ValueError, NotImplementedError):
            name = importlib.util.source_from_cache(name) if name.endswith(".pyc") else name
        found.add(name)
    return found


def trace() -> dict[str, list[str]]:
    """Return what was read since :func:`restated_book.watch.start`, by kind."""
    modules, unseen = _modules()
    built = any(name.startswith(f"{paths.BUILD}{os.sep}") for name in watch.files | watch.folders | watch.asked)
    unseen |= {"the folder _build, which a build makes"} if built else set()
    return {
        "files": _places(_sources(watch.files) | modules),
        "folders": _places(watch.folders),
        # Some libraries ask for the folder they run in, others do not where they were loaded before.
        "asked": [name for name in _places(watch.asked - watch.files - {str(paths.NOTEBOOKS)}) if paths.inside(name)],
        "modules": sorted(code.imported()),
        "numbers": _all(watch.numbers),
        "works": _all(watch.works),
        "heads": sorted(map(paths.shown, watch.heads)),
        # Jupyter leaves word to its kernels in some, a process id for example.
        "variables": sorted(name for name in watch.variables if not name.startswith("JPY_")),
        "sources": _places(watch.sources),
        "unobserved": sorted(watch.unobserved | unseen),
    }


def _all(names: set[str]) -> list[str]:
    return [watch.EVERY] if watch.EVERY in names else sorted(names)


def traced(notebook: Mapping) -> dict[str, list[str]]:
    """Return the trace of an executed notebook; empty lists where it left none."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", {}):
                return dict(output["data"][MIME])
    return {kind: [] for kind in KINDS}


def together(traces: Sequence[Mapping[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Return, as one trace, what several notebooks read that need not be a source of the book."""
    return {
        kind: sorted({name for trace in traces for name in trace[kind]})
        for kind in ("files", "folders", "asked", "variables", "unobserved")
    }


def files(notebook: Mapping) -> list[str]:
    """Return the data files an executed notebook read."""
    found = traced(notebook)
    names = sorted({*found["files"], *found.get("sources", ())})
    return [name for name in names if name.startswith(_DATA) and (paths.ROOT / name).is_file()]
