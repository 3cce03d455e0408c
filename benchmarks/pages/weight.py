"""Size of the site, and of the first visit to a chapter, against the same chapter in an unmodified Jupyter Book."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.books import JUPYTER_BOOK
from benchmarks.pages.served import served
from restated_book.export import pdf

#: A chapter with figures, tables and formulas.
CHAPTER = "attachment-across-generations"

FIRST_VISIT_KB = 300
SHARE_OF_DEFAULT = 0.40
SITE_MB = 12.0


def first_visit(address: str) -> int:
    """Return the bytes transferred when a page is opened with an empty cache; other hosts are blocked."""
    with pdf.opened(pdf.browser()) as tab:
        link = tab.context.new_cdp_session(tab)
        link.send("Network.enable")
        received: list[float] = []
        link.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        host = address.split("/")[2]
        tab.context.route(
            "**/*",
            lambda route: (
                route.continue_()
                if host in route.request.url or route.request.url.startswith("data:")
                else route.abort()
            ),
        )
        tab.goto(address, wait_until="networkidle")
        return round(sum(received))


def default_book(notebook: Path, folder: Path) -> Path:
    """Build `notebook`, which is executed, with Jupyter Book alone; return the folder of the pages."""
    (folder / "_config.yml").write_text("title: Default\nexecute:\n  execute_notebooks: 'off'\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {notebook.stem}\n", encoding="utf-8")
    (folder / notebook.name).write_bytes(notebook.read_bytes())
    subprocess.run([*JUPYTER_BOOK, "build", str(folder)], check=True, capture_output=True)
    return folder / "_build" / "html"


def site_bytes(site: Path) -> tuple[int, int]:
    """Return the bytes of the pages with everything they show, and of the files offered for download."""
    sizes = {file.relative_to(site): file.stat().st_size for file in site.rglob("*") if file.is_file()}
    offered = sum(size for file, size in sizes.items() if file.parts[0] == "downloads")
    return sum(sizes.values()) - offered, offered


def rows(site: Path) -> list[tuple[str, str, str, bool]]:
    """Return quantity, value, bar, and whether the bar holds."""
    with served(site) as address:
        ours = first_visit(f"{address}notebooks/{CHAPTER}.html")
    with tempfile.TemporaryDirectory(prefix="restated-default-") as folder:
        book = default_book(site / "downloads" / CHAPTER / f"{CHAPTER}.ipynb", Path(folder))
        with served(book) as address:
            theirs = first_visit(f"{address}{CHAPTER}.html")
    pages, offered = site_bytes(site)
    maps = sum(1 for _ in site.rglob("*.map"))
    return [
        (
            f"first visit to {CHAPTER}, compressed",
            f"{ours / 1000:.0f} kB",
            f"<= {FIRST_VISIT_KB} kB",
            ours <= FIRST_VISIT_KB * 1000,
        ),
        (
            "the same in an unmodified Jupyter Book, other hosts not counted",
            f"{theirs / 1000:.0f} kB; ours is {ours / theirs:.0%}",
            f"<= {SHARE_OF_DEFAULT:.0%}",
            ours <= SHARE_OF_DEFAULT * theirs,
        ),
        ("all pages with what they show", f"{pages / 1e6:.1f} MB", f"<= {SITE_MB:g} MB", pages <= SITE_MB * 1e6),
        ("files offered for download", f"{offered / 1e6:.1f} MB", "no bar", True),
        ("source maps", str(maps), "0", maps == 0),
    ]
