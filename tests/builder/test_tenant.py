"""The builder knows nothing of this review, and builds a second book without data, claims and bibliography."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from restated_book import config, paths

#: Words of this review. The builder may use none of them; names in HTML, CSS and Python that look alike are left out.
OURS = re.compile(
    r"attachment|\bchild(?:hood|care|ren's|-)|therap|(?-i:\bMBT\b|\bREF\b)|case.study|Fonagy|Cochrane|mentali[sz]|psychiatr|"
    r"\binfant|\bmother|\bpaternal|adolescen|borderline|Lighthouse|\bpatients?\b|twin-pairs|service-costs|cohort-",
    re.IGNORECASE,
)
SUFFIXES = (".py", ".js", ".css", ".html", ".svg")

BOOK = {
    "restated.toml": "",
    "requirements.lock": "# no packages\n",
    "CITATION.cff": """
title: Another book
abstract: Sums.
authors: [{name: Nobody}]
version: "1"
date-released: 2026-01-31
license: MIT
keywords: [sums]
""",
    "_config.yml": """
title: Another book
author: Nobody
only_build_toc_files: true
parse: {myst_enable_extensions: [colon_fence]}
sphinx: {extra_extensions: [restated_book.sphinx.extension]}
""",
    "_toc.yml": """
format: jb-book
root: book/index
chapters: [{file: notebooks/chapter}, {file: book/everything}, {file: book/ledger}, {file: book/downloads}]
""",
    "book/index.md": "# Another book\n\n```{summary-of-findings}\n```\n\n```{verdict-bars}\n```\n",
    "book/everything.md": "# Everything\n"
    + "".join(
        f"\n```{{{name}}}\n```\n"
        for name in (
            *("claims-list", "two-places", "all-plain-words", "data-dictionary", "licences", "originals"),
            "to-verify",
        )
    ),
    "book/ledger.md": "# Ledger\n\n```{ledger}\n```\n",
    "book/downloads.md": "# Downloads\n\n```{downloads}\n```\n",
    "notebooks/chapter.md": """
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A chapter

```{code-cell} ipython3
from restated_book import show

ledger = show.open_ledger("chapter", "sums")
ledger.record("a-sum", 1 + 1, quantity="one and one", basis="arithmetic", digits=0)
```

The sum is {restated}`a-sum`.

```{cite-and-download}
```
""",
}


def test_the_builder_uses_no_word_of_this_review():
    files = sorted(p for p in (paths.ROOT / "restated_book").rglob("*") if p.suffix in SUFFIXES)
    lines = ((p, n, x) for p in files for n, x in enumerate(p.read_text(encoding="utf-8").splitlines(), start=1))
    found = [f"{p.name}, line {n}: {one[0]}" for p, n, line in lines for one in OURS.finditer(line)]
    assert len(files) > 100 and found == []


@pytest.mark.full
def test_a_book_without_data_claims_and_bibliography_builds(tmp_path):
    for name, text in BOOK.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.lstrip(), encoding="utf-8")
    env = os.environ | {"PYTHONPATH": str(paths.ROOT), "SOURCE_DATE_EPOCH": "1790000000"}
    env.pop("RESTATED_ROOT", None)
    command = [sys.executable, "-m", "restated_book", "build"]
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    html = tmp_path / "_build" / "html"
    assert 'href="../book/ledger-1.html#a-sum"' in (html / "notebooks" / "chapter.html").read_text(encoding="utf-8")
    front = (html / "book" / "index.html").read_text(encoding="utf-8")
    assert "claims of" not in front and "rs-findings" not in front
    assert "a-sum" in (html / "ledger.csv").read_text(encoding="utf-8")


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Read a configuration given as text."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)

    def read(text: str) -> config.Config:
        (tmp_path / config.NAME).write_text(text, encoding="utf-8")
        config.load.cache_clear()
        return config.load()

    yield read
    monkeypatch.undo()
    config.load.cache_clear()


def test_every_key_of_the_configuration_is_optional(configured):
    assert configured("") == config.Config() and configured("# nothing\n") == config.Config()


def test_what_is_configured_is_read(configured):
    found = configured('[statistics]\nratio = [0, inf]\n[claims.sections]\n"1 one" = ["A", "One"]\n')
    assert found.statistics == {"ratio": [0, float("inf")]}
    assert found.claims.sections == {"1 one": ["A", "One"]} and found.claims.document == "document"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[books]\n", ["'books'", "not known", "use one of code, originals"]),
        ("code = 1\n", ["'code'", "not a section"]),
        ("[code]\nmodules = []\n", ["'code.modules'", "not known", "use one of packages"]),
        ('[code]\npackages = ["a-b"]\n', ["'code.packages'", "not a list of package names"]),
        ('[originals]\na = "module"\n', ["'originals.a'", "not the name of a function"]),
        ("[statistics]\nr = [1, 0]\n", ["'statistics.r'", "not a lowest and a highest value"]),
        ('[chapters]\nsections = "One"\n', ["'chapters.sections'", "not a list of texts"]),
        ('[chapters]\nsections = ["One"]\nmissing = "Two"\n', ["'chapters.missing'", "'Two' is not one of"]),
        ('[findings]\ncolumns = [{heading = "H"}]\n', ["'findings.columns'", "not a list of columns"]),
        ('[claims]\nlistings = ["5 x"]\n', ["'claims.listings'", "'5 x' is not one of claims.sections"]),
        ('[claims.sections]\nx = ["AB", "T"]\n', ["'claims.sections.x'", "not a letter and a title"]),
        ('[claims.strengths]\nsupported = ["full"]\n', ["'claims.strengths.supported'", "not known"]),
        ('[colours]\naccent = "#112233"\n', ["'colours.accent'", "not a colour on light pages and one on dark"]),
        ('[colours]\nblue = ["#112233", "#445566"]\n', ["'colours.blue'", "not known", "use one of page, ink"]),
        (
            '[colours]\naccent = ["#cccccc", "#7fb8f7"]\n',
            ["'colours.accent'", "light page", "contrast of 1.61:1", "4.5:1"],
        ),
        ('[colours]\npage = ["#ffffff", "#ffffff"]\n', ["'colours.ink'", "dark page, '#ffffff'", "contrast"]),
        ('[colours]\nwarn = ["#174a8c", "#7fb8f7"]\n', ["'colours.warn'", "another role has '#174a8c'"]),
        ('[verdicts]\nright = "yes"\n', ["'verdicts.right'", "not known", "use one of identical"]),
        ('[verdicts]\nnew = ""\n', ["'verdicts.new'", "not a text"]),
        ('[verdicts]\nnew = "x"\ndiffers = "x"\n', ["'verdicts'", "'x' are the words of two verdicts"]),
        ('[numbers]\npublished = [";"]\n', ["'numbers.published'", "not a list of decimal marks"]),
        ("[numbers]\noriginals = []\n", ["'numbers.originals'", "not a list of decimal marks"]),
        ("[claims\n", ["not valid TOML"]),
    ],
)
def test_a_wrong_key_or_value_is_one_message_with_file_and_key(configured, text, words):
    with pytest.raises(config.RestatedError) as caught:
        configured(text)
    message = str(caught.value)
    assert message.startswith("restated.toml") and all(word.lower() in message.lower() for word in words), message


def test_all_faults_of_the_configuration_come_at_once_with_what_was_read(configured):
    with pytest.raises(config.RestatedError) as caught:
        configured('[claims]\ndocumnt = "x"\nlistings = "a"\n[chapters]\nsections = 4\n')
    message = str(caught.value)
    assert "3 faults" in message
    for words in ("'claims.documnt'", "'claims.listings': 'a' is not a list of texts", "'chapters.sections': 4 is not"):
        assert words in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[chapters]\nsections = ["A", "A"]\n', ["'chapters.sections'", "['A', 'A'] is not", "each text once"]),
        (
            '[claims.sections]\na = ["A", "x"]\nb = ["A", "y"]\n',
            ["'claims.sections'", "'A' begins the ids of two parts"],
        ),
        ('[licences]\ntext = "CC BY 4.0"\n', ["'licences.text'", "'CC BY 4.0' is not the SPDX id of a licence"]),
        ('[claims]\ndocument = "x\n', ["row 2", "not valid TOML", "quotation marks"]),
        ('[claims]\ndocument = "a"\ndocument = "b"\n', ["row 3", "not valid TOML", "each key is there once"]),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_place(configured, text, words):
    with pytest.raises(config.RestatedError) as caught:
        configured(text)
    assert all(word in str(caught.value) for word in ["restated.toml", *words]), caught.value


def test_pages_and_modules_that_are_not_there_are_named_together(configured):
    configured(
        '[chapters]\nunframed = ["a"]\nterms = ["book/b"]\n[code]\npackages = ["no_such"]\n'
        '[originals]\nc = "no.such:thing"\nd = "restated_book.studies:original"\n'
    )
    found = [str(fault) for fault in config.faults()]
    places = ["chapters.unframed", "chapters.terms", "code.packages", "originals.c"]
    assert [re.search("field '(.*?)'", text)[1] for text in found] == places
    assert "'notebooks/a.md'" in found[0] and "'book/b.md'" in found[1] and "'no.such'" in found[3]
