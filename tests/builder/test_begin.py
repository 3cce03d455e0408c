"""A new book: what is written, asked and refused, and what the doctor says of it. The wheel's tests build it."""

from __future__ import annotations

import io
import re
import sys

import pytest
import yaml

from restated_book import begin, cli, doctor, paths
from tests.builder import books

KINDS = {
    "a published number": ("data/published/example.csv", "example2024-recovered-treated"),
    "a recomputed number": ("notebooks/example.md", '"example-pooled"'),
    "a set": ("notebooks/example.md", "rs.counts("),
    "a claim": ("data/claims/claims.csv", "A01"),
    "a study table": ("data/studies/example-trials.csv", "trial-1"),
    "an original slot": ("data/originals/templates/example-trials.csv", "row_id"),
    "a figure": ("notebooks/example.md", "show.figure("),
}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder outside of any book, with nobody at the terminal."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_book_has_an_example_of_each_kind(elsewhere, kind):
    assert cli.main(["init", str(elsewhere / "Ein Büchlein")]) == 0
    file, words = KINDS[kind]
    assert words in (elsewhere / "Ein Büchlein" / file).read_text(encoding="utf-8")


def test_answers_are_in_the_files_whatever_they_hold(elsewhere):
    title, author = 'A "book": {of} *stars*, #1', "O’Neill & Söhne"
    assert cli.main(["init", str(elsewhere / "b"), "--title", title, "--author", author, "--licence", "CC0-1.0"]) == 0
    citation = yaml.safe_load((elsewhere / "b" / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["title"] == title and citation["authors"] == [{"name": author}] and citation["license"] == "CC0-1.0"
    assert yaml.safe_load((elsewhere / "b" / "_config.yml").read_text(encoding="utf-8"))["title"] == title
    left = [
        p.name for p in (elsewhere / "b").rglob("*") if p.is_file() and re.search(r"\{\{\w+\}\}", p.read_text("utf-8"))
    ]
    assert left == []


def test_every_file_to_change_says_so():
    """Tables and JSON hold no comments: the notebook and the note on originals speak of them."""
    spoken = (".md", ".toml", ".yml", ".cff", ".bib")
    silent = {"chapter.md", "jupytext.toml", "ledger.md", "to-verify.md", "data-dictionary.md", "downloads.md"}
    silent |= {"references.md", "originals.md", "claims.md"}
    files = [p for p in begin.SCAFFOLD.rglob("*") if p.suffix in spoken and p.name not in silent]
    assert [p.name for p in files if "CHANGE" not in p.read_text(encoding="utf-8")] == []


def test_nothing_is_overwritten(elsewhere, capsys):
    folder = elsewhere / "b"
    folder.mkdir()
    (folder / "_toc.yml").write_text("mine", encoding="utf-8")
    assert cli.main(["init", str(folder)]) == 1
    assert "_toc.yml is there already" in capsys.readouterr().err
    assert books.tree(folder) == {"_toc.yml": b"mine"}


def test_no_book_is_begun_inside_another(elsewhere, capsys):
    assert cli.main(["init", str(elsewhere / "b")]) == 0
    paths.ROOT = elsewhere / "b"
    assert cli.main(["init", str(elsewhere / "b" / "c")]) == 1
    assert "inside the book b" in capsys.readouterr().err and not (elsewhere / "b" / "c").exists()


def test_no_book_is_begun_inside_one_that_somebody_else_works_in(elsewhere, capsys):
    assert cli.main(["init", str(elsewhere / "b")]) == 0
    assert cli.main(["init", str(elsewhere / "b" / "data" / "c")]) == 1
    assert "inside the book b" in capsys.readouterr().err and not (elsewhere / "b" / "data" / "c").exists()


@pytest.mark.parametrize("inner", ["", "/inner"])
def test_a_file_in_the_place_of_the_folder_and_an_empty_name_are_refused(elsewhere, monkeypatch, capsys, inner):
    (elsewhere / "a file").write_text("mine", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    for name in (f"a file{inner}", ""):
        assert cli.main(["init", name]) == 1
        assert f"'{name}' does not name a folder. Name a new or an empty one." in capsys.readouterr().err
    assert books.tree(elsewhere) == {"a file": b"mine"}


@pytest.mark.parametrize(
    ("option", "text", "says"), [("--licence", "my own", "not the id of a licence"), ("--title", "a\nb", "a line end")]
)
def test_an_answer_that_cannot_be_is_refused(elsewhere, capsys, option, text, says):
    assert cli.main(["init", str(elsewhere / "b"), option, text]) == 1
    assert says in capsys.readouterr().err and not (elsewhere / "b").exists()


def test_at_most_four_questions_are_asked(elsewhere, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    asked = []
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or "")
    assert cli.main(["init", str(elsewhere / "a"), "--title", "Given"]) == 0
    assert len(asked) == 3
    assert cli.main(["init", str(elsewhere / "b"), "--yes"]) == 0 and len(asked) == 3
    assert cli.main(["init", str(elsewhere / "c")]) == 0 and len(asked) == 7


def test_the_doctor_names_a_missing_file_and_package(elsewhere, monkeypatch, capsys):
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["numpy>=2", 'no-such-package>=1; extra == "book"'])
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr()
    assert "no   Packages of the builder are installed: no-such-package\n     Remedy: " in said.out
    assert "no   _toc.yml" in said.out and "checks failed" in said.err


@pytest.mark.full
def test_the_doctor_finds_a_new_book_sound_and_a_broken_row(elsewhere):
    folder = elsewhere / "Ein Büchlein"
    assert cli.main(["init", str(folder)]) == 0
    sound = books.run(folder, "doctor")
    assert sound.returncode == 0 and "This book can be built" in sound.stdout, sound.stdout + sound.stderr
    books.edit(folder / "data" / "published" / "example.csv", ",43,", ",143,")
    broken = books.run(folder, "doctor")
    assert broken.returncode == 1 and "example.csv, row 3" in broken.stdout


@pytest.mark.full
def test_a_notebook_without_a_line_in_the_contents_is_noted(elsewhere):
    folder = elsewhere / "b"
    assert cli.main(["init", str(folder)]) == 0
    (folder / "notebooks" / "draft.md").write_bytes((folder / "notebooks" / "example.md").read_bytes())
    checked = books.run(folder, "check")
    assert checked.returncode == 0
    assert checked.stderr == "note: notebooks/draft.md is not in _toc.yml, so it is left out\n"


@pytest.mark.full
def test_a_chapter_is_added_with_its_line_in_the_contents(elsewhere):
    folder = elsewhere / "b"
    assert cli.main(["init", str(folder)]) == 0
    added = books.run(folder, "add", "chapter", "second", "--title", "The second", "--finding", "example")
    assert added.returncode == 0, added.stderr
    lines = (folder / "_toc.yml").read_text(encoding="utf-8").splitlines()
    assert lines.index("      - file: notebooks/second") == lines.index("      - file: notebooks/example") + 1
    assert books.run(folder, "check").returncode == 0
    for finding, says in (("none", "unknown finding"), ("example", "the chapter exists")):
        again = books.run(
            folder,
            "add",
            "chapter",
            "second" if finding == "example" else "third",
            "--title",
            "T",
            "--finding",
            finding,
        )
        assert again.returncode == 1 and says in again.stderr
