"""What the test run leaves out is said in its first lines."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from restated_book import paths


def pytest_report_header():
    from tests.browser.conftest import EXECUTABLE

    return (
        f"browser tests with {EXECUTABLE}"
        if EXECUTABLE
        else "browser tests left out: no Chromium was found on this machine"
    )


@pytest.fixture(scope="session")
def site():
    """Folder of the built book; built first if something has changed, by one of the processes that run tests."""
    with (Path(tempfile.gettempdir()) / f"restated-tests-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([sys.executable, "-m", "restated_book", "build"], cwd=paths.ROOT, check=True)
    return paths.BUILD / "html"
