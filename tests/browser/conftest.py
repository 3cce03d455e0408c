"""The built book and a headless browser. Without a browser on the machine these tests are not collected, and pytest says so."""

from __future__ import annotations

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXECUTABLE = next((found for name in BROWSERS if (found := shutil.which(name))), None)
collect_ignore_glob = [] if EXECUTABLE else ["test_*.py"]


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=EXECUTABLE, args=quiet)
        yield chromium
        chromium.close()
