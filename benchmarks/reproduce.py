"""``make reproduce``: build the book twice from nothing, as differently as one machine allows, and compare every byte.

The two builds have another folder, time zone, language, user's home, hash seed and number of processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import books

#: What the second build has that the first has not.
OTHERWISE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4711", "COLUMNS": "57", "NO_COLOR": "1"}


def built(folder: Path, home: Path, processors: set[int], **otherwise: str) -> dict[str, bytes]:
    """Build a copy of the book in `folder`; every file of the site."""
    books.copy(folder)
    home.mkdir()
    env = books.environment(folder) | {"HOME": str(home), **otherwise}
    command = [sys.executable, "-m", "restated", "build", *(["--pdf"] if "--pdf" in sys.argv else [])]
    subprocess.run(command, cwd=folder, env=env, check=True, preexec_fn=lambda: os.sched_setaffinity(0, processors))
    site = folder / "_build" / "html"
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()}


def main() -> None:
    processors = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="restated-reproduce-") as name:
        one = built(Path(name, "one"), Path(name, "home"), processors)
        other = built(Path(name, "another place"), Path(name, "another home"), {min(processors)}, **OTHERWISE)
    differ = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if differ:
        raise SystemExit(f"{len(differ)} of {len(one)} files differ, the first of them: {', '.join(differ[:10])}")
    print(f"All {len(one):,} files are the same, {sum(map(len, one.values())) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
