"""Compare two built sites file by file.

``python -m benchmarks.manifest write FILE`` writes the SHA-256 of every file of ``_build/html``;
``python -m benchmarks.manifest compare FILE`` names files that differ, are new or gone, and fails if there are any.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from restated_book import paths


def manifest(site: Path) -> dict[str, str]:
    """Hash every file below `site` by its path."""
    files = sorted(f for f in site.rglob("*") if f.is_file())
    return {f.relative_to(site).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def differences(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """One line for each file that differs, is new or is gone."""
    words = {(True, True): "differs", (True, False): "gone", (False, True): "new"}
    return [
        f"{words[name in old, name in new]}: {name}" for name in sorted(old | new) if old.get(name) != new.get(name)
    ]


def main() -> int:
    action, file = sys.argv[1], Path(sys.argv[2])
    now = manifest(paths.BUILD / "html")
    if action == "write":
        file.write_text("".join(f"{digest}  {name}\n" for name, digest in now.items()), encoding="utf-8")
        return 0
    before = {name: digest for digest, name in (line.split("  ", 1) for line in file.read_text("utf-8").splitlines())}
    lines = differences(before, now)
    print("\n".join(lines) or f"{len(now)} files, none differs")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
