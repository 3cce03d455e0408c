"""The line of downloads below a figure or table."""

from __future__ import annotations

import re

import pytest

from restated_book import outputs, show
from restated_book.export import links
from tests.builder.test_show import Drawn


def block(monkeypatch, make):
    shown = []
    monkeypatch.setattr(show, "_display", lambda data, **mark: shown.append(data))
    make()
    return links.added(shown[0]["text/html"], "reach", shown[0][outputs.MIME_TABLE] | {"number": "Figure 3"})


def names(html):
    return [re.sub("<[^>]+>", "", words) for words in re.findall(r"<a [^>]*>(.*?)</a>", html)]


def test_a_figure_offers_png_svg_and_data_each_under_a_name_of_its_own(monkeypatch):
    html = block(monkeypatch, lambda: show.figure(Drawn(), id="fan-costs", caption="Costs", status="assumed"))
    assert re.findall(r'<a href="([^"]+)" download>', html) == [
        "../downloads/reach/fan-costs.png",
        "../figures/reach/fan-costs.svg",
        "../downloads/reach/fan-costs.csv",
    ]
    of = [f"{kind} of the figure fan costs" for kind in ("PNG (300 dpi)", "SVG", "data as CSV")]
    assert names(html) == [*of, "Cite the figure fan costs"]
    assert '<a href="#cite-fig-fan-costs">' in html and '<figcaption><b class="rs-counted">Figure 3.</b> ' in html
    # Hidden in print with all downloads, and said before the folded data.
    assert html.index("</figcaption>") < html.index('<p class="rs-downloads') < html.index("<details")


@pytest.mark.parametrize("caption", ["T", "ends </table></div> & goes on"])
def test_a_table_offers_itself_once_below_it(monkeypatch, caption):
    table = Drawn().data
    html = block(monkeypatch, lambda: show.table(table, id="rows", caption=caption, status="assumed"))
    assert names(html) == ["CSV of the table rows", "Cite the table rows"] and '"#cite-tab-rows"' in html
    assert html.endswith("</p></figure>") and html.index("</tbody>") < html.index("rs-downloads")
