"""What the test run leaves out is said in its first lines."""

from __future__ import annotations


def pytest_report_header():
    from .browser.conftest import EXECUTABLE

    return f"browser tests with {EXECUTABLE}" if EXECUTABLE else "browser tests left out: no Chromium was found on this machine"
