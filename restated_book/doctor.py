"""Report what is missing to build this book, in plain words: ``restated doctor``."""

import pkgutil
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata

from restated.errors import RestatedError
from restated_book import paths
from restated_book.epoch import git

NEEDED: dict[str, str] = paths.tables(__file__)  #: Files that a book needs, and what each is for
_EXTRAS = ("book", "plot")  #: Extras of the installed package whose requirements a build needs
_REQUIREMENT = re.compile(r"([\w.-]+).*;.*extra == ['\"](\w+)['\"]")


def doctor() -> str:
    """Check Python, packages, files and contents; return the findings, and refuse if the book cannot be built."""
    lines, wrong = [], 0
    for subject, fault, remedy in _found():
        why = f": {fault}\n     Remedy: {remedy}." if fault else ""
        lines.append(f"{'no ' if fault else 'yes'}  {subject}{why}")
        wrong += bool(fault)
    print("\n".join([*lines, *(f"note {words}." for words in _notes())]))
    if wrong:
        remedy = "follow the remedies above, the first one first"
        raise RestatedError(f"{wrong} of {len(lines)} checks failed", remedy=remedy)
    return "This book can be built: `restated build`."


def _found() -> Iterator[tuple[str, str, str]]:
    yield f"Python {sys.version.partition(' ')[0]} runs this", "", ""
    lacking = missing_packages()
    install = "install the package with all a book needs: pip install 'restated[book]'"
    yield "Packages of the builder are installed", ", ".join(lacking), install
    for name, purpose in NEEDED.items():
        there = (paths.ROOT / name).is_file()
        remedy = (
            "run this inside the folder of a book, begin one with `restated init DIR`, or copy this file from another"
        )
        yield f"{name}: {purpose}", "" if there else f"it is not in {paths.ROOT}", remedy
    if lacking or not all((paths.ROOT / name).is_file() for name in NEEDED):
        return
    try:
        pkgutil.resolve_name("restated_book.build.checks:check")()
        yield "What people write is in order", "", ""
    except RestatedError as error:
        yield "What people write is in order", str(error).rstrip("."), "correct that row or line, then run this again"


def missing_packages() -> list[str]:
    """Return the packages of the builder that are not installed; all may be known where it is not installed itself."""
    try:
        required = metadata.requires("restated") or []
    except metadata.PackageNotFoundError:
        required = []
    named = [found[1] for text in required if (found := _REQUIREMENT.match(text)) and found[2] in _EXTRAS]
    return [name for name in dict.fromkeys(named) if name != "restated" and not any(metadata.distributions(name=name))]


def _notes() -> Iterator[str]:
    if not shutil.which("git"):
        yield "git was not found: the book has a fixed date instead of that of its last commit"
    elif not git("rev-parse", "HEAD"):
        yield "this folder has no commit in git: the book has a fixed date instead of that of its last commit"
    if not (paths.ROOT / "CITATION.cff").is_file():
        return
    try:
        pkgutil.resolve_name("restated_book.export.pdf:browser")()
    except (RestatedError, ImportError) as error:
        yield f"no PDFs (`restated build --pdf`): {str(error).rstrip('.')}"
