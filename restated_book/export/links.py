"""The line below a figure or table that says what can be downloaded. The build adds it: in JupyterLab there is none."""

from __future__ import annotations

from html import escape


def added(block: str, page: str, handed: dict) -> str:
    """The HTML block of a figure or table with its downloads.

    Parameters
    ----------
    block : str
        Made by :mod:`restated_book.show`.
    page : str
        Name of the notebook.
    handed : dict
        What was handed over with the block.
    """
    id, root = handed["id"], f"../downloads/{page}"
    if handed["kind"] == "figure":
        files = [
            (f"{root}/{id}.png", "PNG (300 dpi)"),
            (f"../figures/{page}/{id}.svg", "SVG"),
            (f"{root}/{id}.csv", "data as CSV"),
        ]
        # Between what the figure says and its data.
        place, of = "</figcaption>", "figure"
    else:
        files, place, of = [(f"{root}/{id}.csv", "CSV")], "</table></div>", "table"
    # Nobody should have to guess from a list of links which "CSV" is meant.
    named = f'<span class="rs-hidden"> of the {of} {escape(id.replace("-", " "))}</span>'
    items = ", ".join(f'<a href="{href}" download>{words}{named}</a>' for href, words in files)
    return block.replace(place, f'{place}<p class="rs-downloads rs-get">Download: {items}</p>', 1)
