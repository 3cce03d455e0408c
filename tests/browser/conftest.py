"""Without a browser on the machine these tests are not collected, and pytest says so."""

from __future__ import annotations

from tests.conftest import EXECUTABLE

collect_ignore_glob = [] if EXECUTABLE else ["test_*.py"]
