"""``restated remove``: what nothing names goes with all that belongs to it; else the places are listed."""

from __future__ import annotations

import re

import pytest

from restated.errors import RestatedError
from restated_book import begin, cli, config, paths, remove
from restated_book.sources import bibliography, dictionary
from tests.builder import books


def run(*arguments: str) -> str:
    return remove.remove(cli._parser("remove").parse_args(["remove", *arguments]))


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The book of ``restated init``."""
    begin.init(cli._parser("init").parse_args(["init", str(tmp_path / "a book"), "--yes"]))
    root = tmp_path / "a book"
    for name, place in (("ROOT", "."), ("DATA", "data"), ("PUBLISHED", "data/published"), ("STUDIES", "data/studies")):
        monkeypatch.setattr(paths, name, root / place)
    for name, place in (
        ("ORIGINALS", "data/originals"),
        ("BIBLIOGRAPHY", "references.bib"),
        ("NOTEBOOKS", "notebooks"),
    ):
        monkeypatch.setattr(paths, name, root / place)
    monkeypatch.setattr(paths, "BOOK", root / "book")
    monkeypatch.setattr(config, "load", config.Config)
    return root


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        ("chapter example", ["index.md, row 13", "row 15: 'example-recovered-count'", "claims.csv, row 2"]),
        ("number example2024-pooled", ["notebooks/example.md, row 113", "row 120"]),
        ("work example2024", ["claims.csv, row 2", "published/example.csv, row 2", "notebooks/example.md"]),
        ("table example-trials", ["notebooks/example.md, row 102"]),
        ("cell example-recovered-count", ["book/index.md, row 15", "notebooks/example.md, row 95"]),
        ("finding example", ["book/index.md", "notebooks/example.md"]),
        ("page index", ["_toc.yml, row 3: 'index'"]),
    ],
)
def test_what_is_still_named_stays_and_the_places_are_listed(book, arguments, places):
    before = books.tree(book)
    with pytest.raises(RestatedError) as caught:
        run(*arguments.split(), "--write")
    assert books.tree(book) == before
    assert "still named in" in str(caught.value) and all(place in str(caught.value) for place in places), caught.value


@pytest.mark.parametrize("kind", remove.KINDS)
@pytest.mark.parametrize("name", ["nothing", "../x", "a b", "*"])
def test_what_is_not_there_is_refused(book, kind, name):
    with pytest.raises(RestatedError, match=re.escape(f"there is no {kind} '{name}'")) as caught:
        run(kind, name)
    assert "{" not in str(caught.value)


def test_nothing_goes_without_write(book):
    before = books.tree(book)
    assert "data/claims/claims.csv, a part" in (said := run("claim", "A01")) and "--write" in said
    assert books.tree(book) == before


def test_the_examples_go_in_the_order_of_the_tutorial(book):
    front = book / "book" / "index.md"
    front.write_text(re.sub(r"The one chapter.*?did\.\n", "", front.read_text(encoding="utf-8"), flags=re.S), "utf-8")
    contents = book / "_toc.yml"
    contents.write_text(contents.read_text("utf-8").replace("book/claims\n", "book/claims  # kept\n"), "utf-8")
    run("claim", "A01", "--write")
    run("chapter", "example", "--write")
    run("table", "example-trials", "--write")
    run("finding", "example", "--write")
    run("work", "example2024", "example2025", "--write")
    assert not [*(book / "notebooks").glob("*.md"), *(book / "data" / "published").iterdir()]
    assert list(dictionary.load(book / "data" / dictionary.PACKAGE)) == ["claims"]
    assert bibliography.keys(book / "references.bib") == {} if (book / "references.bib").stat().st_size else True
    assert "example" not in contents.read_text(encoding="utf-8")
    with pytest.raises(RestatedError, match="alone in its part"):
        run("page", "claims", "--write")


def test_one_row_one_entry_and_one_cell_go_and_the_rest_stays(book):
    notebook = book / "notebooks" / "example.md"
    before = notebook.read_text(encoding="utf-8")
    run("cell", "example-forest", "--write")
    after = notebook.read_text(encoding="utf-8")
    gone = before[before.index("```{code-cell} ipython3\n# CHANGE: restated.plots") : before.index("## Verdicts")]
    assert after == before.replace(gone, "")
    text = (book / "references.bib").read_text(encoding="utf-8")
    run("work", "example2025", "--write")
    assert (book / "references.bib").read_text(encoding="utf-8") == text[: text.index("@misc")]


def test_a_row_of_several_lines_and_an_original_are_left_to_their_owner(book):
    table = book / "data" / "claims" / "claims.csv"
    table.write_text(table.read_text("utf-8").replace("Four in ten patients", '"Four in ten\n patients'), "utf-8")
    table.write_text(table.read_text("utf-8").replace("with the treatment,", 'with the treatment",', 1), "utf-8")
    with pytest.raises(RestatedError, match="has several lines"):
        run("claim", "A01")
