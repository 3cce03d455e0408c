"""One small book, and one page of it in a browser; without a browser on the machine the page is left out."""

from __future__ import annotations

from tests.conftest import EXECUTABLE

collect_ignore = [] if EXECUTABLE else ["test_page.py"]
