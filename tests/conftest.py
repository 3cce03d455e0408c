"""The tiers of the suite, and what tests share: the built book, one small book, a browser.

``make test`` runs the tests without the mark `full`, ``make test-all`` all of them. :mod:`tests.tiers` decides which
have it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock
from hypothesis import settings

from restated_book import paths
from tests import tiers
from tests.builder import books
from tests.builder.calls import Calls

# A busy machine is not a fault, and what fails once fails again.
settings.register_profile("restated", deadline=None, derandomize=True)
settings.load_profile("restated")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: Milliseconds that a page may take, far above what a busy machine needs: whatever is waited for ends the wait.
PATIENCE = 120_000
EXECUTABLE = next((found for name in BROWSERS if (found := shutil.which(name))), None)


collect_ignore = [] if os.name == "posix" else list(tiers.POSIX)


def pytest_xdist_auto_num_workers():
    """For ``make test-all``, one process more than there are cores: its tests wait for browsers and builds."""
    return (os.cpu_count() or 1) + 1


def pytest_report_header():
    browser = f"with {EXECUTABLE}" if EXECUTABLE else "left out: no Chromium was found on this machine"
    left_out = [f"left out on this system: {', '.join(collect_ignore)}"] if collect_ignore else []
    return [f"browser tests {browser}", *left_out]


def pytest_ignore_collect(collection_path, config):
    """Do not import files of the full tier where it is deselected: that takes each process seconds."""
    quick = config.option.markexpr == "not full"
    return True if quick and tiers.is_full(collection_path, ()) else None


def pytest_collection_modifyitems(items):
    """Mark the tests of the full tier, and put the longest files first: none starts when all others have ended."""
    for item in items:
        if tiers.is_full(item.path, item.fixturenames):
            item.add_marker(pytest.mark.full)
    items.sort(key=lambda item: tiers.place(item.path))


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id) -> Callable:
    """Make a folder once for all the processes that run tests: ``once(name, make)`` calls `make` on it if it is new."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = base / name, base / f"{name}.done"
        with FileLock(base / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def site(once) -> Path:
    """Folder of the built book; built first if something has changed, by one of the processes that run tests."""

    def build(_: Path) -> None:
        subprocess.run([sys.executable, "-m", "restated_book", "build"], cwd=paths.ROOT, check=True)

    once("site", build)
    return paths.BUILD / "html"


@pytest.fixture(scope="session")
def small_book(once) -> SimpleNamespace:
    """A book of one small chapter, built by the command line: its `folder` and the `output`. Not to be changed."""

    def build(folder: Path) -> None:
        books.lay_out(folder, "small", books.NOTEBOOK.lstrip())
        result = books.run(folder, "build")
        assert result.returncode == 0, result.stdout + result.stderr
        (folder / "output.txt").write_text(result.stdout, encoding="utf-8")

    folder = once("small-book", build)
    return SimpleNamespace(folder=folder, output=(folder / "output.txt").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def example(once) -> Path:
    """Folder of the pages of the second review, in ``examples``. Not to be changed."""

    def build(folder: Path) -> None:
        shutil.copytree(books.EXAMPLE, folder, ignore=shutil.ignore_patterns("_build"), dirs_exist_ok=True)
        result = books.run(folder, "build")
        assert result.returncode == 0, result.stdout + result.stderr

    return once("example", build) / "_build" / "html"


@pytest.fixture(scope="session")
def begun(once) -> Path:
    """Folder of the pages of a new book, as ``restated init`` begins it. Not to be changed."""

    def build(folder: Path) -> None:
        for command in (["init", ".", "--title", 'Mäuse & "Menschen" <1>', "--author", "Jörg Ö."], ["build"]):
            result = books.run(folder, *command)
            assert result.returncode == 0, result.stdout + result.stderr

    return once("begun", build) / "_build" / "html"


@pytest.fixture(scope="session")
def calls(tmp_path_factory):
    """Calls of the command line on the sources in one folder, which tests fill."""
    with Calls(tmp_path_factory.mktemp("called") / "book") as made:
        yield made


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import expect, sync_playwright

    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=EXECUTABLE, args=quiet)
        yield chromium
        chromium.close()
