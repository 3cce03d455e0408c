"""The list of what is still to be verified: complete, pointing at the right rows, and shorter once an entry is
settled."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter

import pytest

from restated.errors import RestatedError
from restated_book import claims, ledger, paths, register, todo
from restated_book.sources import bibliography

WORKS = bibliography.check(paths.BIBLIOGRAPHY)
NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.md"))


def rows_of(numbers, *records):
    return list(ledger.join(numbers, records))


@pytest.fixture(scope="module")
def numbers():
    return register.load()


@pytest.fixture(scope="module")
def tasks(numbers):
    return todo.entries(rows_of(numbers), numbers, WORKS, NOTEBOOKS)


def cells(task):
    lines = (paths.ROOT / task.file).read_text(encoding="utf-8").splitlines()
    header, row = lines[0], lines[int(task.line) - 1]
    return next(csv.DictReader(io.StringIO(f"{header}\n{row}\n")))


def test_every_unverified_or_not_recomputable_row_is_listed_exactly_once(numbers, tasks):
    wanted = {r["id"] for r in rows_of(numbers) if r["verdict"] in ("unverified", "not-recomputable")}
    listed = Counter(t.id for t in tasks)
    assert set(listed.values()) == {1}
    assert wanted <= set(listed)
    stated = claims.load("claims")
    unchecked = stated.loc[stated["verdict"] == "not-publicly-checkable", "id"]
    assert {t.id for t in tasks if t.kind == "claim"} == {f"settle-{i.lower()}" for i in unchecked}


def test_the_line_of_an_entry_is_the_row_it_speaks_of(tasks):
    for task in tasks:
        if task.kind in ("number", "data", "fact"):
            assert cells(task)["id"] == task.id
        elif task.kind == "claim":
            assert f"settle-{cells(task)['id'].lower()}" == task.id
            assert task.open, task.id


def test_a_table_points_at_its_line_in_the_chapter(tasks):
    tables = [t for t in tasks if t.kind == "table"]
    assert {t.pages for t in tables} >= {"mbt-trials", "service-costs", "genes-and-homes"}
    for task in tables:
        line = (paths.ROOT / task.file).read_text(encoding="utf-8").splitlines()[int(task.line) - 1]
        assert line.startswith("|") and task.what.split()[0].strip(",;") in line
        assert "{" not in task.what + task.open


def test_what_brings_most_comes_first(tasks):
    order = list(todo.KINDS)
    kinds = [order.index(t.kind) for t in tasks]
    assert kinds == sorted(kinds)


def test_the_file_can_be_read_back(tasks):
    read = list(csv.DictReader(io.StringIO(todo.as_csv(tasks))))
    assert len(read) == len(tasks)
    assert list(read[0]) == list(todo.COLUMNS)


def test_a_recalled_number_settled_as_the_recipe_says_leaves_the_list(tmp_path, tasks):
    task = next(t for t in tasks if t.kind == "number")
    folder = tmp_path / "published"
    shutil.copytree(paths.PUBLISHED, folder)
    file = folder / task.file.rsplit("/", 1)[-1]
    lines = file.read_text(encoding="utf-8").splitlines()
    header = next(csv.reader([lines[0]]))
    row = next(csv.reader([lines[int(task.line) - 1]]))
    typed = {"grade": "P", "locator": "Table 2", "seen_in": "full text"}
    row = [typed.get(name, cell) for name, cell in zip(header, row, strict=True)]
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    lines[int(task.line) - 1] = out.getvalue()
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    after = register.load(folder)
    found = next(r for r in rows_of(after) if r["id"] == task.id)
    assert (found["grade"], found["locator"]) == ("P", "Table 2")
    assert found["verdict"] == "not-recomputable"
    assert task.id not in {t.id for t in todo.of_numbers(rows_of(after), after, WORKS) if t.kind == "number"}


def test_a_number_a_record_restates_names_what_then_changes(numbers, tasks):
    task = next(t for t in tasks if t.kind == "number")
    record = ledger.Record("a-restatement", "x", "x", "arithmetic", "some-page", 1.0, published=task.id)
    rows = list(ledger.join(numbers, [record], {"some-page": {task.id}}))
    again = next(t for t in todo.of_numbers(rows, numbers, WORKS) if t.id == task.id)
    assert (again.changes, again.pages) == ("a-restatement", "some-page")
    assert "a-restatement" in todo.recipe(again) and task.file in todo.recipe(again)


def test_without_a_built_book_there_is_one_message(tmp_path):
    with pytest.raises(
        RestatedError, match=r"the book is not built yet, and the list comes from it. Run `restated build` first"
    ):
        todo.last(tmp_path / "entries.json")


def test_what_a_notebook_read_is_observed(numbers):
    fresh = register.Register(dict(numbers.items()))
    list(fresh.values())
    assert fresh.reads == set()
    first = next(iter(fresh))
    fresh.number(first)
    assert fresh.reads == {first}
    cell = {"cell_type": "code", "outputs": [{"data": {ledger.MIME_READS: ["seen"]}}]}
    prose = {"cell_type": "markdown", "source": ["Text {published}`named` and ", "{cite:t}`work`"]}
    assert ledger.reads({"cells": [cell, prose]}) == {"seen", "named"}


def test_the_entries_of_the_last_build_carry_who_reads_them():
    built = paths.BUILD / "entries.json"
    if not built.is_file():
        pytest.skip("no book was built yet")
    rows = {r["id"]: r for r in json.loads(built.read_text(encoding="utf-8"))}
    assert "attachment-across-generations" in rows["verhage2016-secure-r"]["read_by"]
