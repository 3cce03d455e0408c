"""Editions next to each other, ready for any server: the newest at the root, every kept one under ``v/<version>/``.

``restated edition`` keeps the built site of the version it freezes; ``restated publish`` lays all of them out.
"""

import re
import shutil
from html import escape
from pathlib import Path

from restated.errors import RestatedError
from restated_book import editions, paths
from restated_book.build import fingerprints, swap
from restated_book.build.places import HTML, STATE, noted
from restated_book.cite import citation

KEPT, PUBLIC, UNDER = paths.BUILD / "editions", paths.BUILD / "public", "v"
_MAIN = re.compile(r"<main[^>]*>")


def edition(version: str) -> str:
    """Freeze the last build as the edition `version`, and keep its site."""
    site = _site()
    if (last := noted(STATE)).get("key") != fingerprints.book_key():
        raise RestatedError("the last build is older than what the book says now", remedy="run `restated build` first")
    read = [name for name in last.get("trace", {}).get("files", ()) if (paths.ROOT / name).is_file()]
    if used := [name for name in read if (paths.ROOT / name).parent == paths.ORIGINALS]:
        message = f"the last build rests on what a reader supplied: {', '.join(used)}"
        raise RestatedError(message, remedy="move that out of the book and build, so that others get the same edition")
    said = editions.freeze(version)
    swap.clear(KEPT / version)
    shutil.copytree(site, KEPT / version)
    return f"{said}; the site is kept in {paths.shown(KEPT / version)}"


def _site() -> Path:
    if not (HTML / "index.html").is_file():
        raise RestatedError("the book is not built yet", remedy="run `restated build` first")
    return HTML


def publish(out: Path | None = None) -> str:
    """Lay out the last build and every kept edition in one folder: a new or an empty one, by default in ``_build``."""
    site, newest, public = _site(), citation.about().version, PUBLIC if out is None else out
    if out is None:
        swap.clear(PUBLIC)
    elif out.resolve().is_relative_to(site) or (out.exists() and not (out.is_dir() and not any(out.iterdir()))):
        raise RestatedError(f"{out} is not an empty folder", remedy="name a new folder outside of the built book")
    shutil.copytree(site, public, dirs_exist_ok=True)
    kept = [version for version in editions.versions() if (KEPT / version).is_dir()]
    for version in kept:
        shutil.copytree(KEPT / version, public / UNDER / version)
        if version != newest:
            _mark(public, version, newest)
    if newest not in kept:
        shutil.copytree(site, public / UNDER / newest)
    under = ", ".join(dict.fromkeys([*kept, newest]))
    return f"{paths.shown(public) if out is None else out} holds edition {newest} and, under {UNDER}/, {under}"


def _mark(public: Path, version: str, newest: str) -> None:
    """Say on every page of an older edition that there is a newer one; the link leads to the same page if it exists."""
    folder = public / UNDER / version
    for file in folder.rglob("*.html"):
        page = file.relative_to(folder).as_posix()
        up = "../" * (page.count("/") + 2)
        target = page if (public / page).is_file() else "index.html"
        link = f'<a href="{up}{target}">Edition {escape(newest)} is newer.</a>'
        text = f'<p class="rs-newer" role="note">This is edition {escape(version)}. {link}</p>'
        html = file.read_text(encoding="utf-8")
        if main := _MAIN.search(html):
            file.write_text(html[: main.end()] + text + html[main.end() :], encoding="utf-8")
