"""The wheel, installed, builds a book that is somewhere else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement

from restated_book import paths
from tests.browser.conftest import EXECUTABLE
from tests.builder import books

#: The library asks for these, and they for what else is counted.
MOST_PACKAGES = 15


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the packages of the wheel, built from a copy of the sources."""
    sources, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("site-packages")
    for folder in ("restated", "restated_book", "LICENSES"):
        shutil.copytree(paths.ROOT / folder, sources / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(paths.ROOT / file, sources)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", sources / "dist", sources], check=True)
    (wheel,) = (sources / "dist").iterdir()
    subprocess.run([*pip, "install", *offline, "--no-compile", "--target", target, wheel], check=True)
    return target


def run(folder, installed, *arguments):
    """Python in `folder`, with the installed packages first."""
    env = books.environment() | {"PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def book(installed, tmp_path_factory):
    """A small book, built by the installed packages, as PDF too where that can be printed."""
    folder = tmp_path_factory.mktemp("elsewhere") / "Ein schönes Buch"
    folder.mkdir()
    books.lay_out(folder, "small", books.NOTEBOOK.lstrip())
    (folder / "restated.toml").write_text("# Nothing of its own\n", encoding="utf-8")
    result = run(folder, installed, "-m", "restated_book", "build", *(["--pdf"] if EXECUTABLE else []))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 number restated (1 new)" in result.stdout
    return folder


def test_what_is_not_python_is_in_the_wheel(installed):
    def files(folder):
        return {
            file.relative_to(folder).as_posix()
            for package in ("restated", "restated_book")
            for file in (folder / package).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }

    assert files(installed) == files(paths.ROOT)
    (info,) = installed.glob("restated-*.dist-info")
    assert "restated_book.cli:main" in (info / "entry_points.txt").read_text(encoding="utf-8")


def test_the_book_has_its_look_and_nothing_is_written_among_the_packages(installed, book):
    html = book / "_build" / "html"
    assert (html / "_static" / "restated.css").is_file() and (html / "_static" / "search.js").is_file()
    assert {entry.name.partition("-")[0] for entry in installed.iterdir()} <= {
        "restated",
        "restated_book",
        "bin",
        "__pycache__",
    }
    assert "Nothing has changed" in run(book, installed, "-m", "restated_book", "build").stdout


def test_a_change_of_the_installed_package_is_a_reason_to_build_again(installed, book, tmp_path):
    changed = tmp_path / "site-packages"
    shutil.copytree(installed, changed)
    with (changed / "restated_book" / "studies.py").open("a", encoding="utf-8") as file:
        file.write("\nNEW = 1\n")
    code = "from restated_book.build import fingerprints; print(fingerprints.book_key())"
    keys = {run(book, packages, "-c", code).stdout for packages in (installed, changed)}
    assert len(keys) == 2 and all(keys)


def test_the_zip_of_a_chapter_holds_the_code_and_runs_again(book, tmp_path):
    with zipfile.ZipFile(book / "_build" / "html" / "downloads" / "small" / "small.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "restated-small"
    assert (folder / "restated_book" / "studies.py").is_file() and not (folder / "restated_book" / "cli.py").exists()
    result = run(folder, folder, "-m", "restated_book.build.rerun")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "The number is that of the book."


def typed(folder, installed, text):
    """Run what somebody types into a terminal in which the installed packages are active; return what it says."""
    path = os.pathsep.join([str(installed / "bin"), os.environ["PATH"]])
    env = books.environment() | {"PYTHONPATH": str(installed), "PATH": path}
    command = ["bash", "-e", "-o", "pipefail", "-c", text]
    found = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_the_tutorial_leads_from_nothing_to_a_book_of_two_chapters(installed, tmp_path):
    text = (paths.ROOT / "book" / "own-review.md").read_text(encoding="utf-8")
    blocks = [block for _, block in re.findall(r"^(`{3,})sh\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)]
    # The first block installs from a network; here the wheel is installed already.
    assert blocks[0].startswith("python -m venv own\n") and "restated" not in blocks[0]
    folder = tmp_path / "Bücher mit Leerzeichen"
    folder.mkdir()
    said = typed(folder, installed, "".join(blocks[1:]))
    assert "This book can be built" in said and "no fault found" in said
    assert "1 x claim changed" not in said and "_build/public holds edition 0.2 and, under v/, 0.1, 0.2" in said
    book = folder / "my review"
    html = book / "_build" / "html"
    page = (html / "notebooks" / "sleep.html").read_text(encoding="utf-8")
    assert "2.33 hours" in page and "1.90 hours" in page and 'id="tab-sleep-verdicts"' in page
    assert 'id="fig-sleep-rounding"' in page
    ledger = (html / "ledger.csv").read_text(encoding="utf-8")
    assert all(f"\n{id}," in ledger for id in ("sleep-mean", "sleep-set-wide", "student1908-sd-2"))
    claims = (html / "book" / "claims.html").read_text(encoding="utf-8")
    assert 'id="claim-a02"' in claims and 'id="claim-a01"' not in claims
    assert "sleep-gains.csv" in (html / "book" / "originals.html").read_text(encoding="utf-8")
    assert "no fault found" in typed(book, installed, "restated check\n")
    own = [file for place in ("book", "data", "notebooks") for file in (book / place).rglob("*") if file.is_file()]
    assert own and [file.name for file in own if b"example" in file.read_bytes()] == []
    older = book / "_build" / "public" / "v" / "0.1" / "notebooks" / "sleep.html"
    assert "Edition 0.2 is newer" in older.read_text(encoding="utf-8")
    assert not (html / "notebooks" / "example.html").exists()


def test_the_second_review_is_built_by_the_wheel_alone_and_always_the_same(installed, tmp_path, example):
    folder = tmp_path / "example"
    shutil.copytree(books.EXAMPLE, folder, ignore=shutil.ignore_patterns("_build"))
    result = run(folder, installed, "-m", "restated_book", "build")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 identical, 3 within rounding" in result.stdout
    for chapter, figures in (("two-drugs", 2), ("difference", 4)):
        page = (folder / "_build" / "html" / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
        assert len(set(re.findall(r'id="(fig-[\w-]+)"', page))) == figures
    # The other was built elsewhere, by the packages of this checkout.
    one, two = books.tree(folder / "_build" / "html"), books.tree(example)
    assert {name for name in one | two if one.get(name) != two.get(name)} == set()


@pytest.mark.skipif(not EXECUTABLE, reason="no Chromium was found on this machine")
def test_the_book_is_printed(book):
    for name in ("restated", "small"):
        assert (book / "_build" / "html" / "downloads" / "pdf" / f"{name}.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_the_library_needs_few_packages():
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(text).name for text in project["dependencies"]]
    assert {*waiting} == {"numpy", "scipy", "pandas", "statsmodels"}
    found = set()
    while waiting:
        if (name := waiting.pop().lower().replace("_", "-")) not in found:
            found.add(name)
            needed = map(Requirement, distribution(name).requires or ())
            waiting += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    assert len(found) + 1 <= MOST_PACKAGES, found
