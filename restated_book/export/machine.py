"""The book for programs that read text: a Markdown twin of each page, and ``llms.txt``, which lists them.

llms.txt follows the proposal of that name: a heading, a summary, and lists of links with a description each.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from restated_book import entries, paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.export import about as about_book
from restated_book.export import notebook, tables
from restated_book.outputs import HAND_OVER
from restated_book.sources import bibliography
from restated_book.status import SUPPLIED

NAME = "llms.txt"
#: A block with a fence; plain Markdown does not have those with a name in braces.
_ON_PAGE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[a-z-]+)\}|(?<=`)).*?\n(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE
)
DATA: dict[str, str] = paths.tables(__file__)  #: Data that the list names besides the pages: file, and what it is


def twin(page: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str:
    """Return a page as plain Markdown: results in the prose, figures and tables with their status, no code."""
    name, source = page.rsplit("/", 1)[-1], paths.ROOT / f"{page}.md"
    executed = paths.BUILD / "executed" / f"{name}.ipynb"
    if page.startswith("notebooks/") and executed.is_file():
        cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    else:
        text = source.read_text(encoding="utf-8")
        cells = [{"cell_type": "markdown", "source": text.split("\n---\n", 1)[1] if text.startswith("---\n") else text}]
    found = []
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found.append(
                _ON_PAGE.sub(lambda m: _listed(m) if m["name"] else m[0], notebook.readable(text, name, rows, works))
            )
        elif text != HAND_OVER:
            found += [_output(output, page) for output in cell.get("outputs", ())]
    last = f"---\n\nFrom *{about_book.book().title}*, edition {about_book.book().version}. {about_book.licence()[0]}."
    return "\n\n".join([*filter(None, found), last]) + "\n"


def _listed(block: re.Match) -> str:
    """Return the words for a block that only the page has: the findings as a list, nothing for others."""
    if block["name"] != "summary-of-findings":
        return ""
    found = [head for head in heads.chapters() if head.reference]
    return "\n".join(f"- {h.reference}, {h.short}: {h.answer} Certainty: {h.certainty}." for h in found)


def _output(output: Mapping, page: str) -> str:
    """Return a figure or table as Markdown; empty for other outputs."""
    found = tables.collect({"cells": [{"outputs": [output]}]})
    if not found:
        return ""
    (shown,) = found
    head = f"**{shown.caption}** (status: {shown.status})"
    if shown.kind == "figure" and shown.status != SUPPLIED:
        return f"{head}\n\n![{shown.alt}](../figures/{page.rsplit('/', 1)[-1]}/{shown.id}.svg)"
    lines = [[_cell(x) for x in row] for row in (shown.columns, *shown.rows)]
    first, *others = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "", first, "|" + "---|" * len(shown.columns), *others])


def _cell(x: object) -> str:
    words = {None: "–", True: "yes", False: "no"}
    text = words[x] if x is None or isinstance(x, bool) else f"{x:.4g}" if isinstance(x, float) else str(x)
    return text.replace("|", "\\|").replace("\n", " ")


def write(site: Path, pages: Sequence[str]) -> None:
    """Write a twin of each of the `pages`, and the list of them and of data that is there, into the folder `site`."""
    about, rows, works = citation.about(), entries.load(), bibliography.load()
    listed = []
    for page in pages:
        file = site / f"{page}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(twin(page, rows, works), encoding="utf-8")
        listed.append(f"- [{heads.escaped(heads.title(paths.ROOT / f'{page}.md'))}]({page}.md)")
    data = [f"- [{name}]({name}): {words}" for name, words in DATA.items() if (site / name).exists()]
    head = f"# {heads.escaped(about.title)}\n\n> {' '.join(about.abstract.split())}"
    text = "\n".join([head, "", "## Pages", "", *listed, "", "## Data", "", *data])
    (site / NAME).write_text(text + "\n", encoding="utf-8")
