"""The code cells of the chapters: ids that can be searched for, and a few open cells among folded ones."""

from __future__ import annotations

import ast

import pytest

from restated_book import config, paths
from restated_book.chapters import codecells

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.md"))

#: Open cells of chapters that compute little; the others show at least five.
FEWEST = {"evidence-map": 1, "programmes": 3, "reach": 1}

#: Ids of rows that only a supplied cost table has: which ones is not known beforehand.
PUT_TOGETHER = {"service-costs": ["f'service-costs-{test}-p-{short[row.period]}'"]}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_ids_of_the_ledger_are_written_out(file):
    found = []
    for cell in codecells.of(file):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("ledger.record", "record", "enter"):
                found += [ast.unparse(a) for a in node.args[:1] if isinstance(a, (ast.JoinedStr, ast.BinOp))]
    assert found == PUT_TOGETHER.get(file.stem, [])


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_few_cells_are_open_and_lines_are_short(file):
    cells = codecells.of(file)
    text = file.read_text(encoding="utf-8")
    # Pages that explain the book are for readers who want no code unless they ask for it.
    least = 0 if file.stem in config.load().chapters.unframed else FEWEST.get(file.stem, 5)
    assert least <= len(cells) - text.count(":tags: [hide-input]") <= 8
    assert [line for cell in cells for line in cell.source.splitlines() if len(line) > 100] == []
