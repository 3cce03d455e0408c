"""Format the notebooks: their code with ruff, the rest as JupyterLab saves it; or check that they are so.

    python tools/format_notebooks.py [--check] [NOTEBOOK ...]

Each cell is formatted by the ruff of this environment with the settings of pyproject.toml and a width of 100. Comments
and strings that ruff cannot break are reported as too long.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from restated_book.chapters import codecells, saving

ROOT = Path(__file__).parents[1]
WIDTH = 100
RUFF = (sys.executable, "-m", "ruff", "format", "--quiet", "--config", str(ROOT / "pyproject.toml"))


def formatted(sources: list[str]) -> list[str]:
    """Return `sources` as ruff formats them, all in one run."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"cell{number}.py") for number in range(len(sources))]
        for file, source in zip(files, sources, strict=True):
            file.write_text(source + "\n", encoding="utf-8")
        subprocess.run([*RUFF, "--line-length", str(WIDTH), *files], check=True)
        return [file.read_text(encoding="utf-8").rstrip("\n") for file in files]


def _ours() -> list[Path]:
    """Return the notebooks of the book and of the examples."""
    return [*sorted(ROOT.glob("notebooks/*.md")), *sorted(ROOT.glob("examples/*/notebooks/*.md"))]


def main(argv: list[str] | None = None) -> int:
    """Format the notebooks; return 1 if one is not formatted or has a line that is too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("notebooks", nargs="*", type=Path, default=_ours())
    args = parser.parse_args(argv)
    faults = []
    texts = {file: file.read_text(encoding="utf-8") for file in args.notebooks}
    cells = {file: codecells.parse(text) for file, text in texts.items()}
    new = iter(formatted([cell.source for found in cells.values() for cell in found]))
    for file, text in texts.items():
        lines = text.splitlines()
        for cell, source in reversed([(cell, next(new)) for cell in cells[file]]):
            end = cell.first - 1 + len(cell.source.splitlines())
            too_long = [n for n, line in enumerate(source.splitlines(), cell.first) if len(line) > WIDTH]
            faults += [f"{file}:{n}: longer than {WIDTH} characters" for n in too_long]
            lines[cell.first - 1 : end] = source.splitlines()
        if (changed := saving.saved("\n".join(lines) + "\n", file.parent)) != text:
            if args.check:
                faults.append(f"{file}: not formatted")
            else:
                file.write_text(changed, encoding="utf-8")
    print("\n".join(faults) or f"{len(texts)} notebooks formatted")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
