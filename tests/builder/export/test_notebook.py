"""The notebook a reader opens: plain words instead of roles, nothing of the machine that made it."""

from __future__ import annotations

import json

import nbformat
import pytest

from restated_book import outputs
from restated_book.export import notebook
from restated_book.outputs import HAND_OVER
from restated_book.sources import bibliography
from tests.builder.export.samples import FIGURE, PAGE, TABLE
from tests.builder.export.samples import notebook as executed
from tests.builder.sphinx.rows import everything

ROWS = {row["id"]: row for row in everything()}


@pytest.fixture(scope="module")
def works():
    return bibliography.load()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{published}`seen-first-hand`", ".31"),
        ("({status}`enumerated`)", "(**status: enumerated**)"),
        ("{claim}`A03`", "A03"),
        ("{ref}`in forty families <forty-families>`", "in forty families"),
        ("{cite:t}`verhage2016`", "Verhage et al. 2016"),
        ("{cite:p}`verhage2016,groh2014`", "(Verhage et al. 2016; Groh et al. 2014)"),
        ("{published}`no-such-row` and {unknown}`x`", "{published}`no-such-row` and {unknown}`x`"),
        (
            "(a-label)=\nSee [the ledger](../book/ledger.md#x), [here](#there), [there](https://doi.org/x).",
            "See the ledger, here, [there](https://doi.org/x).",
        ),
        (":::{admonition} In short\n:class: tip\n- One.\n:::", "**In short**\n\n- One."),
        (
            "::::{admonition} Both\n:::{when} agrees open-data\nYes.\n:::\n:::{when} agrees recalled\nNo.\n:::\n::::",
            "**Both**\n\nYes.",
        ),
        ("```{mermaid}\nx\n```", "```{mermaid}\nx\n```"),
        (":::{chapter-head}\n---\nquestion: How {claim}`A03`?\n---\nSo.\n:::", "**How A03?**\n\nSo."),
    ],
)
def test_markdown_is_said_in_plain_words(works, text, says):
    assert notebook.readable(text, PAGE, ROWS, works) == says


def test_what_nobody_verified_stays_marked(works):
    assert notebook.readable("{published}`not-seen`", PAGE, ROWS, works).endswith(" (unverified)")
    assert notebook.readable("{restated}`disagrees`", PAGE, ROWS, works).endswith(" (differs)")
    assert "(" not in notebook.readable("{restated}`agrees`", PAGE, ROWS, works)


def test_the_file_is_a_notebook_without_anything_private(works):
    content = executed(FIGURE, TABLE)
    content["cells"][1]["outputs"][0]["data"]["text/html"] = '<figure><img class="rs-light" src="a"></figure>'
    content["cells"].append(
        {"cell_type": "code", "id": "z", "metadata": {}, "source": HAND_OVER, "outputs": [], "execution_count": 2}
    )
    text = notebook.for_reader(content, PAGE, ROWS, works)
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert not any(word in text for word in ("vnd.restated", "hand_over", '"text": "abc"'))
    assert "rs-light" in text
    made = json.loads(text)
    assert made["metadata"]["kernelspec"]["name"] == "python3"
    assert "make rerun" in made["cells"][0]["source"]
    assert "Cite as: " in made["cells"][-1]["source"] and "CC BY 4.0" in made["cells"][-1]["source"]


def test_a_lab_finds_what_the_text_was_and_what_became_of_each_role(works):
    written = "{published}`seen-first-hand` of {claim}`A03`.\n"
    content = executed(FIGURE) | {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": written}]}
    made = json.loads(notebook.for_reader(content, PAGE, ROWS, works))
    assert made["cells"][1]["source"] == ".31 of A03."
    assert made["cells"][1]["metadata"] == {outputs.MYST: written.strip()}
    assert made["metadata"][outputs.MYST] == {"{published}`seen-first-hand`": ".31", "{claim}`A03`": "A03"}
