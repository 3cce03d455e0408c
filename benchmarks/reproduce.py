"""``make reproduce``: build the book twice from nothing, as differently as one machine allows, and compare every byte.

The two builds differ in folder, day, language, user name, home, permissions of new files, hash seed and number of
processors. With ``--pdf`` both print PDFs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import books

#: Differences other than the folder and the processors. The time zones are 26 hours apart: the days always differ.
ONE = {"TZ": "Etc/GMT+12", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "USER": "one", "LOGNAME": "one"}
OTHER = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "4711",
    "USER": "another",
    "LOGNAME": "another",
    "COLUMNS": "57",
    "NO_COLOR": "1",
}


def built(folder: Path, processors: set[int], umask: int, env: dict[str, str]) -> dict[str, bytes]:
    """Build the copy of the book in `folder`, with a home next to it, and return every file of the site."""
    home = folder.with_name(f"{folder.name}, home")
    home.mkdir()
    command = [sys.executable, "-m", "restated_book", "build", *(["--pdf"] if "--pdf" in sys.argv else [])]
    subprocess.run(
        command,
        cwd=folder,
        env=env | {"HOME": str(home)},
        check=True,
        umask=umask,
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
    )
    site = folder / "_build" / "html"
    return {file.relative_to(site).as_posix(): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()}


def main() -> None:
    processors = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory(prefix="restated-reproduce-") as name:
        # Both are copied before the first is built: the repository may change meanwhile.
        folders = [books.copy(Path(name, "one")), books.copy(Path(name, "another place"))]
        ours, theirs = (
            books.environment(folder) | differing for folder, differing in zip(folders, (ONE, OTHER), strict=True)
        )
        one = built(folders[0], processors, 0o022, ours)
        other = built(folders[1], {min(processors)}, 0o077, theirs)
    differ = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if differ:
        raise SystemExit(f"{len(differ)} of {len(one)} files differ; the first: {', '.join(differ[:10])}")
    print(f"All {len(one):,} files are the same, {sum(map(len, one.values())) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
