"""A change makes exactly those notebooks due that rest on it, and new prose is put around old outputs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest

from restated_book import freshness
from tests.builder import books
from tests.builder.calls import ROOMS, Calls

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""

#: Two notebooks with the same cells rest on a study table, a printed number and an estimator; one rests on none.
FATHERS = """
```{code-cell} ipython3
from restated_book import register, show, studies
from restated_book.sources import bibliography
from restated.estimate import effects

number = register.load()["opie2021-secure-insecure-r"]
label = bibliography.load().short("opie2021")
rows = studies.load("paternal-sensitivity")
table = rows[["study", "r"]].assign(z=effects.fisher_z(rows["r"]), printed=number.value.text)
show.table(table, id="rows", caption="The rows", status=show.status_of(rows))
```
"""
ALONE = """
```{code-cell} ipython3
from restated_book import show
```
"""
NOTEBOOKS = {"first": FATHERS, "second": FATHERS, "alone": ALONE}


@pytest.fixture(scope="module")
def due(tmp_path_factory):
    """Execute what has to be: the names of the notebooks that are executed, in the folder `due.root`."""
    with Calls(tmp_path_factory.mktemp("fresh") / "book", own_code=True) as calls:
        yield Due(calls)


class Due:
    def __init__(self, calls):
        self.root, self._calls = calls.root, calls

    def __call__(self) -> set[str]:
        result = self._calls(code=CODE)
        assert result.returncode == 0, result.stderr
        return set(re.findall(r"… notebooks/([a-z]+)\.md", result.stdout))


@pytest.fixture(scope="module")
def executed(due, tmp_path_factory):
    """A copy of the sources, with the code, whose notebooks were executed once."""
    scratch = due.root
    books.copy(scratch, (*ROOMS, "data", "book"), books.FILES)
    books.forget_chapters(scratch)
    (scratch / "notebooks").mkdir()
    for name, cells in NOTEBOOKS.items():
        (scratch / "notebooks" / f"{name}.md").write_text(f"{HEAD}# Chapter {name}\n{cells}", encoding="utf-8")
    assert due() == set(NOTEBOOKS)
    assert due() == set()
    return shutil.copytree(scratch, tmp_path_factory.mktemp("executed") / "book")


CODE = """
from restated_book import paths
from restated_book.build import execute, fork
with fork.Zygote() as zygote:
    execute.execute(sorted(paths.NOTEBOOKS.glob("*.md")), paths.BUILD / "executed", zygote)
"""


@pytest.fixture
def scratch(executed, due):
    """A copy of the executed book, which a test may change."""
    shutil.rmtree(due.root)
    return shutil.copytree(executed, due.root)


def edit(old, new):
    def change(file):
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def drop_original(file):
    file.parent.mkdir(exist_ok=True)
    shutil.copy(file.parents[1] / "studies" / file.name, file)


def append(text):
    return lambda file: file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


BOTH = {"first", "second"}
CHANGES = {
    "one datum they read": (
        "data/studies/paternal-sensitivity.csv",
        edit("Belsky,1983,51,0.11", "Belsky,1983,51,0.12"),
        BOTH,
    ),
    "one datum nobody reads": ("data/studies/twin-pairs.csv", append("\n"), set()),
    "one line of an estimator": ("restated/estimate/effects.py", append("\nNEW = 1\n"), BOTH),
    "one line of a module none imported": ("restated/estimate/growth.py", append("\nNEW = 1\n"), set()),
    "one line of the build itself": ("restated_book/build/book.py", append("\nNEW = 1\n"), set()),
    "one line all import": ("restated_book/status.py", append("\nNEW = 1\n"), set(NOTEBOOKS)),
    "one entry of the lock": ("requirements.lock", edit("==", "==9"), set(NOTEBOOKS)),
    "a printed number they read": ("data/published/stability.csv", edit(",0.28,", ",0.29,"), BOTH),
    "a printed number nobody read": ("data/published/theory.csv", edit(",577,", ",578,"), set()),
    "an original dropped in": ("data/originals/paternal-sensitivity.csv", drop_original, BOTH),
    "a work nobody cites": (
        "references.bib",
        append("\n@misc{new2020,\n  author = {A, B},\n  title = {T},\n}\n"),
        set(),
    ),
    "a work they name": ("references.bib", edit("@article{opie2021,", "@article{opie2021,\n  note = {new},"), BOTH),
    "prose of one": ("notebooks/first.md", edit("# Chapter first", "# Chapter one\n\nNew prose."), set()),
    "code of one": ("notebooks/first.md", edit("The rows", "All rows"), {"first"}),
    "a page of the book": ("book/glossary.md", append("\nMore.\n"), set()),
    "a picture lost": ("_build/executed/alone.ipynb", lambda file: file.unlink(), {"alone"}),
    "an executed notebook cut short": ("_build/executed/alone.ipynb", lambda file: file.write_text("{"), {"alone"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_makes_due_what_rests_on_it(due, scratch, change):
    file, made, expected = CHANGES[change]
    made(scratch / file)
    assert due() == expected
    assert due() == set()


def test_an_original_taken_away_makes_due_what_read_it(due, scratch):
    file = scratch / "data" / "originals" / "paternal-sensitivity.csv"
    drop_original(file)
    assert due() == BOTH
    file.unlink()
    assert due() == BOTH


def test_new_prose_stands_around_the_old_outputs(due, scratch):
    target = scratch / "_build" / "executed" / "first.ipynb"
    before = json.loads(target.read_text(encoding="utf-8"))
    edit("# Chapter first", "# Chapter one\n\nNew prose.")(scratch / "notebooks" / "first.md")
    assert due() == set()
    after = json.loads(target.read_text(encoding="utf-8"))
    code = [[cell for cell in content["cells"] if cell["cell_type"] == "code"] for content in (before, after)]
    assert [c["outputs"] for c in code[0]] == [c["outputs"] for c in code[1]]
    assert "New prose." in "".join(after["cells"][0]["source"])
    # A run from nothing gives the same file.
    target.unlink()
    assert due() == {"first"}
    assert json.loads(target.read_text(encoding="utf-8")) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kernelspec:", "myst: {html_meta: {description: New words}}\nkernelspec:"),
        ("myst: {html_meta: {description: Old words}}\n", ""),
        ("Old words", "New words"),
    ],
    ids=["added", "removed", "changed"],
)
def test_front_matter_is_that_of_the_file(due, scratch, old, new):
    notebook, target = scratch / "notebooks" / "first.md", scratch / "_build" / "executed" / "first.ipynb"
    if old != "kernelspec:":
        edit("kernelspec:", "myst: {html_meta: {description: Old words}}\nkernelspec:")(notebook)
        due()
    edit(old, new)(notebook)
    assert due() == set()
    after = json.loads(target.read_text(encoding="utf-8"))
    target.unlink()
    assert due() == {"first"}
    assert json.loads(target.read_text(encoding="utf-8")) == after


def test_notebooks_with_the_same_cells_do_not_share_outputs(executed):
    first, second = (
        json.loads((executed / "_build" / "executed" / f"{name}.ipynb").read_text(encoding="utf-8"))
        for name in ("first", "second")
    )
    assert "Chapter first" in "".join(first["cells"][0]["source"]) and "Chapter second" in "".join(
        second["cells"][0]["source"]
    )


def test_a_digest_depends_on_where_its_parts_end():
    assert freshness.digest("ab", "c") != freshness.digest("a", "bc") != freshness.digest("abc")


def python(scratch, code, **environment: str) -> str:
    """Run `code` in the book `scratch`; return what it prints."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=scratch,
        env=books.environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def due_in(scratch, **environment: str) -> set[str]:
    """Execute what has to be in the book `scratch`; return the names of the notebooks."""
    return set(re.findall(r"… notebooks/([a-z]+)\.md", python(scratch, CODE, **environment)))


def test_a_change_of_an_installed_package_is_noticed(executed, tmp_path):
    """As after `pip install`: the packages are in another folder than the book."""
    book, installed = tmp_path / "book", tmp_path / "site-packages"
    shutil.copytree(executed, book)
    installed.mkdir()
    for package in ("restated", "restated_book", "review"):
        (book / package).rename(installed / package)
    place = {"PYTHONPATH": str(installed)}
    key = "from restated_book.build import fingerprints; print(fingerprints.book_key())"
    found = "from restated_book import code; print(code.file('restated.estimate.effects'))"
    assert python(book, found, **place).startswith(str(installed))
    assert due_in(book, **place) == set(), "the same code in another place"
    before = python(book, key, **place)
    append("\nNEW = 1\n")(installed / "restated" / "estimate" / "effects.py")
    assert python(book, key, **place) != before
    assert due_in(book, **place) == BOTH
    assert due_in(book, **place) == set()
