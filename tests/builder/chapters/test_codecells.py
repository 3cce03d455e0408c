"""Code cells of a notebook's text and the lines in them."""

from __future__ import annotations

import jupytext
import pytest

from restated_book import paths
from restated_book.chapters import codecells

TEXT = """# Title

```{code-cell} ipython3
:tags: [hide-input]

a = 1
b = (
    "one",
    "two",
)
```

```python
not = a cell
```

````{code-cell}
---
tags: [hide-input]
---
text = '''
```
'''
````
"""


def test_cells_have_their_source_and_first_line():
    one, two = codecells.parse(TEXT)
    assert one == codecells.Cell('a = 1\nb = (\n    "one",\n    "two",\n)', 6)
    assert two == codecells.Cell("text = '''\n```\n'''", 21)


@pytest.mark.parametrize("file", sorted(paths.NOTEBOOKS.glob("*.md")), ids=lambda file: file.stem)
def test_cells_are_those_that_are_executed(file):
    text = file.read_text(encoding="utf-8")
    run = [cell.source for cell in jupytext.reads(text, fmt="md:myst").cells if cell.cell_type == "code"]
    cells = codecells.of(file)
    assert [cell.source for cell in cells] == run
    lines = text.splitlines()
    assert all(lines[cell.first - 1] == cell.source.splitlines()[0] for cell in cells)


def test_a_file_that_is_missing_has_no_cells(tmp_path):
    assert codecells.of(tmp_path / "none.md") == ()


def test_the_line_that_spells_an_id_out_is_found():
    source = codecells.parse(TEXT)[0].source
    assert codecells.line_of(source, 2, "two") == 4
    assert codecells.line_of(source, 1, "two") == 1
    assert codecells.line_of(source, 2, "three") == 2
    assert codecells.line_of("%matplotlib\nx = 1", 2, "x") == 2
