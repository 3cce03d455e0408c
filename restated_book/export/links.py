"""The line of downloads below a figure or table. The build adds it; JupyterLab does not show it."""

from html import escape

from restated_book.status import SUPPLIED, WITHHELD


def added(block: str, page: str, handed: dict) -> str:
    """Add its downloads to the HTML block of a figure or table, which :mod:`restated_book.show` has `handed` over."""
    id, root = handed["id"], f"../downloads/{page}"
    # In a figure between the caption and the data; a table that is only offered has its caption alone.
    place = "</figcaption>" if handed["kind"] == "figure" or "</table></div>" not in block else "</table></div>"
    if handed["status"] == SUPPLIED:
        return block.replace(place, f'{place}<p class="rs-downloads">{WITHHELD}</p>', 1)
    if handed["kind"] == "figure":
        files = [(f"{root}/{id}.png", "PNG (300 dpi)"), (f"../figures/{page}/{id}.svg", "SVG")]
        files.append((f"{root}/{id}.csv", "data as CSV"))
        of = "figure"
    else:
        files, of = [(f"{root}/{id}.csv", "CSV")], "table"
    # In a list of links, "CSV" alone does not name its table.
    named = f'<span class="rs-hidden"> of the {of} {escape(id.replace("-", " "))}</span>'
    items = ", ".join(f'<a href="{href}" download>{words}{named}</a>' for href, words in files)
    return block.replace(place, f'{place}<p class="rs-downloads rs-get">Download: {items}</p>', 1)
