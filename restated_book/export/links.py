"""The number of a figure or table, and its downloads below it. The build adds them; JupyterLab does not show them."""

from html import escape

from restated_book.cite import citation
from restated_book.status import SUPPLIED, WITHHELD


def added(block: str, page: str, handed: dict) -> str:
    """Add number and downloads to the HTML block of a figure or table that :mod:`restated_book.show` has `handed` over.

    Its ``number`` is as in "Figure 3".
    """
    block = block.replace("<figcaption>", f'<figcaption><b class="rs-counted">{handed["number"]}.</b> ', 1)
    id, root = handed["id"], f"../downloads/{page}"
    # In a figure between the caption and the data; a table that is only offered has its caption alone.
    place = "</figcaption>" if handed["kind"] == "figure" or "</table></div>" not in block else "</table></div>"
    of = "figure" if handed["kind"] == "figure" else "table"
    name = f"the {of} {escape(id.replace('-', ' '))}"
    cite = f'<a href="#cite-{citation.anchor(handed)}">Cite<span class="rs-hidden"> {name}</span></a>'
    if handed["status"] == SUPPLIED:
        return block.replace(place, f'{place}<p class="rs-downloads">{WITHHELD} {cite}</p>', 1)
    if handed["kind"] == "figure":
        files = [(f"{root}/{id}.png", "PNG (300 dpi)"), (f"../figures/{page}/{id}.svg", "SVG")]
        files.append((f"{root}/{id}.csv", "data as CSV"))
    else:
        files = [(f"{root}/{id}.csv", "CSV")]
    # In a list of links, "CSV" alone does not name its table.
    named = f'<span class="rs-hidden"> of {name}</span>'
    items = ", ".join(f'<a href="{href}" download>{words}{named}</a>' for href, words in files)
    return block.replace(place, f'{place}<p class="rs-downloads rs-get">Download: {items} · {cite}</p>', 1)
