"""A figure and tables as a notebook hands them over, and a notebook that holds them."""

from __future__ import annotations

from restated_book.outputs import MARK, MIME_TABLE

PAGE = "reach"
FIGURE = {
    "kind": "figure",
    "id": "rise",
    "caption": "A rise <fast> & slow – 1",
    "status": "moment-matched",
    "alt": "A line that rises from 1 to 2 over three points.",
    "columns": ["point", "value"],
    "rows": [["a", 1.0], ["b", 0.1 + 0.2]],
}
HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\tx",
    "\rx",
    '=HYPERLINK("http://x")',
    "#N/A",
    "-3.5",
    "+4",
    "−0.31",
    "plain",
    "a\x0bb",
]
TABLE = {
    "kind": "table",
    "id": "hostile",
    "caption": "=evil()",
    "status": "printed",
    "alt": "",
    "columns": ["=head", "number", "known", "digits"],
    "rows": [[text, 1 / 3, True, ".30"] for text in HOSTILE] + [["none", None, False, ".31"]],
}


def notebook(*handed, markdown: str = "# A chapter") -> dict:
    """An executed notebook with one output for each of `handed`."""
    outputs = [
        {
            "output_type": "display_data",
            "data": {"text/html": f'<figure id="{h["id"]}"></figure>', MIME_TABLE: h},
            "metadata": {MARK: {"kind": h["kind"], "id": h["id"]}},
        }
        for h in handed
    ]
    cells = [
        {"cell_type": "markdown", "id": "cell-0", "metadata": {}, "source": markdown},
        {
            "cell_type": "code",
            "id": "cell-1",
            "metadata": {},
            "source": ["x = 1\n", "x"],
            "outputs": outputs,
            "execution_count": 1,
        },
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "restated": {"text": "abc"},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
