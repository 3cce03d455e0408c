"""The number of a figure or table, and its downloads below it. The build adds them; JupyterLab does not show them."""

from pathlib import Path
from typing import Any

from restated_book import templates
from restated_book.cite import citation
from restated_book.status import SUPPLIED, WITHHELD

_PARTS: Any = templates.environment(Path(__file__).parent).get_template("links.html").module


def added(block: str, page: str, handed: dict) -> str:
    """Add number ("Figure 3") and downloads to a block that :mod:`restated_book.show` has `handed` over."""
    block = block.replace("<figcaption>", f'<figcaption><b class="rs-counted">{handed["number"]}.</b> ', 1)
    is_figure = handed["kind"] == "figure"
    # In a figure between the caption and the data; a table that is only offered has its caption alone.
    place = "</figcaption>" if is_figure or "</table></div>" not in block else "</table></div>"
    withheld = WITHHELD if handed["status"] == SUPPLIED else ""
    links = _PARTS.links(page, handed["id"], is_figure, citation.anchor(handed), withheld)
    return block.replace(place, f"{place}{links}", 1)
