"""A build starts light: what only a build needs is loaded only then."""

from __future__ import annotations

import subprocess
import sys

from restated_book import paths
from restated_book.build import fingerprints

#: Packages that only a command needs which does more than to find that nothing has changed.
HEAVY = {"jupytext", "nbclient", "nbformat", "openpyxl", "rocrate", "pikepdf", "jupyter_client", "markdown_it"}


def test_nothing_is_loaded_that_finding_no_change_does_not_need():
    code = "import restated_book.cli, restated_book.build.start, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "restated_book.build.start" in loaded
    assert not loaded & (HEAVY | {"restated_book.build.book", "restated_book.commands"})


def test_a_page_is_known_by_its_text_and_by_the_code_that_checks_it(tmp_path, monkeypatch):
    for name in ("BOOK", "NOTEBOOKS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(fingerprints.code, "files", lambda: [tmp_path / "code.py"])
    page, other = tmp_path / "book" / "a.md", tmp_path / "notebooks" / "b.md"
    for file in (page, other, tmp_path / "code.py"):
        file.write_text("x", encoding="utf-8")
    before = fingerprints.pages()
    assert before.keys() == {"book/a", "notebooks/b"} and len(set(before.values())) == 2
    page.write_text("y", encoding="utf-8")
    after = fingerprints.pages()
    assert after["book/a"] != before["book/a"] and after["notebooks/b"] == before["notebooks/b"]
    (tmp_path / "code.py").write_text("y", encoding="utf-8")
    assert not set(fingerprints.pages().values()) & set(after.values())
