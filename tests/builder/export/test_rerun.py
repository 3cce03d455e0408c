"""The zip of a chapter, unpacked somewhere else: the same numbers, from its own code and data."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from restated_book import freshness, ledger, paths, provenance, register
from restated_book.build import execute, rerun
from restated_book.build import run as running
from restated_book.build.environment import environment
from restated_book.export import chapter
from restated_book.export.archive import below, zipped

PAGE = "programmes"


def test_a_difference_is_one_line():
    record = {"id": "a", "value": 0.3, "low": None, "high": 2, "basis": "assumed"}
    assert rerun.compare([record], [record | {"value": 0.1 + 0.2}]) == []
    assert rerun.compare([record], [record | {"value": 0.3001}]) == ["a: value 0.3001 instead of 0.3"]
    assert rerun.compare([record], [record | {"low": 1, "basis": "original"}]) == [
        "a: low 1 instead of None, basis original instead of assumed"
    ]
    assert rerun.compare([record], [record | {"id": "b"}]) == [
        "a: the book has it, this run has not",
        "b: this run has it, the book has not",
    ]


@pytest.fixture(scope="module")
def content():
    """The executed chapter of the built book; without a built book it is run here."""
    notebook, executed = paths.NOTEBOOKS / f"{PAGE}.md", paths.BUILD / "executed" / f"{PAGE}.ipynb"
    if execute.refreshed(notebook, executed, freshness.Sources(environment())):
        return json.loads(executed.read_text(encoding="utf-8"))
    return asyncio.run(running.run(notebook))


@pytest.fixture(scope="module")
def records(content):
    return ledger.collect(content)


@pytest.fixture(scope="module")
def unpacked(content, records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    rows = {number.id: {"finding": number.finding} for number in register.load().values()}
    modules = provenance.traced(content)["modules"]
    files = chapter.files(PAGE, "{}", modules, records, [], folder, chapter.findings(content, rows))
    with zipfile.ZipFile(io.BytesIO(zipped(below(PAGE, files), 1_700_000_000))) as z:
        z.extractall(folder)
    return folder / PAGE


def run(folder, *arguments):
    """Python as the README starts it: nothing points to the repository."""
    env = {k: v for k, v in os.environ.items() if k not in ("RESTATED_ROOT", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_the_second_command_of_the_readme_gives_the_numbers_of_the_book(unpacked, records):
    where = run(unpacked, "-c", "import restated, review; print(restated.__file__, review.__file__)").stdout
    assert where.count(f"{unpacked}/") == 2
    command = ".venv/bin/python -m restated_book.build.rerun"
    assert command in (unpacked / "README.md").read_text() and command in (unpacked / "Makefile").read_text()
    result = run(unpacked, "-m", chapter.RERUN)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == f"All {len(records)} numbers are those of the book."


def test_another_datum_gives_another_number_and_says_which(unpacked):
    data = unpacked / "data" / "claims" / "programmes.csv"
    whole = data.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    data.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    result = run(unpacked, "-m", chapter.RERUN)
    data.write_text(whole, encoding="utf-8")
    assert result.returncode == 1
    assert "programmes-studies: value" in result.stdout and "programmes-obesity-tables" not in result.stdout
    assert "numbers are not those of the book" in result.stderr


def test_outside_an_unpacked_chapter_it_says_what_to_do(tmp_path, monkeypatch, capsys):
    from restated_book import cli

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert cli.main(["rerun"]) == 1
    assert "Unpack the zip of a chapter" in capsys.readouterr().err


def test_a_chapter_on_a_readers_table_says_that_the_table_is_not_there(tmp_path):
    record = ledger.Record("x", "f", "q", "original", PAGE, 1.0)
    readme = chapter.files(PAGE, "{}", [], [record], [], tmp_path)["README.md"].decode()
    assert "That table is not in this" in " ".join(readme.split("\n"))
