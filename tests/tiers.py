"""Which tests belong to the quick tier (``make test``) and which to the full one only (``make test-all``)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

HERE = Path(__file__).parent

#: Folders and files of the suite, whether all their tests are of the full tier. The longest name that fits counts.
#: A single slow test has the mark `full` itself.
FULL = {
    "library": False,
    "library/reconstruct/test_ensemble_dask.py": True,
    "library/calibrate/test_score_dask.py": True,
    "library/test_odd_inputs.py": True,
    "reference": False,
    "small": False,
    "builder": False,
    "builder/build/test_build.py": True,
    "builder/build/test_checked.py": True,
    "builder/build/test_fork.py": True,
    "builder/build/test_interruptions.py": True,
    "builder/sources/test_biblatex.py": True,
    "builder/sources/test_biblatex_files.py": True,
    "builder/sphinx/test_build.py": True,
    "builder/export/test_rerun.py": True,
    "builder/test_add.py": True,
    "builder/export/test_sheets.py": True,
    "builder/test_faults.py": True,
    "builder/test_freshness.py": True,
    "builder/test_watch.py": True,
    "builder/test_hostile.py": True,
    "builder/test_originals.py": True,
    "builder/test_wheel.py": True,
    "review": True,
    "browser": True,
}

#: Fixtures that build the whole book, or a book for each test: a test that uses one belongs to the full tier.
WHOLE_BOOK = {"site", "calls"}

#: Files about signals, limits and forks: they are collected only where the system has these.
POSIX = ("builder/build/test_interruptions.py", "builder/build/test_swap.py")

#: The files that take longest, the longest first.
LONGEST = (
    "builder/build/test_build.py",
    "browser/test_every_page.py",
    "builder/test_faults.py",
    "builder/build/test_interruptions.py",
    "builder/test_wheel.py",
    "browser/test_every_page_on_a_phone.py",
    "review/findings/test_reconstructed.py",
    "builder/test_freshness.py",
    "builder/export/test_sheets.py",
    "builder/test_watch.py",
    "review/findings/cohort/test_original.py",
    "builder/export/test_pdf.py",
)


def tier(path: Path) -> str | None:
    """The entry of :data:`FULL` that a test file belongs to; None if there is none."""
    name = path.relative_to(HERE).as_posix()
    entries = [entry for entry in FULL if name == entry or name.startswith(f"{entry}/")]
    return max(entries, key=len, default=None)


def is_full(path: Path, fixtures: Collection[str]) -> bool:
    """True for a test of the full tier: by its place, or because it needs the whole book."""
    return FULL.get(tier(path), False) or bool(WHOLE_BOOK.intersection(fixtures))


def place(path: Path) -> tuple[int, str]:
    """Where a file comes in a run: the longest first, then the full tier, then the rest."""
    name = path.relative_to(HERE).as_posix()
    rank = LONGEST.index(name) if name in LONGEST else len(LONGEST) + (not FULL.get(tier(path), False))
    return rank, name
