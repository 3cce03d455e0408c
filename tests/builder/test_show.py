"""What a notebook shows: status in words, alternative text, pictures that can be moved to files."""

from __future__ import annotations

import html.parser
import json

import pandas as pd
import pytest

from restated.errors import RestatedError
from restated.plots import style
from restated_book import outputs, register, show
from restated_book.recording import Ledger


class Drawn:
    def __init__(self, alt="A line that rises from 1 to 2 over three points."):
        with style.look():
            self.fig = style.new_figure(3, 2)
            axes = style.axes_in_inches(self.fig, 0.5, 0.5, 2, 1)
            axes.plot([1, 1.5, 2], color=style.colour("accent"))
            style.dress(axes)
        self.alt, self.narrow = alt, None
        self.data = pd.DataFrame({"point": ["a", "b", "c"], "value": [1.0, 1.5, 2.0]})


@pytest.fixture
def shown(monkeypatch):
    outputs = []
    monkeypatch.setattr(show, "_display", lambda data, **mark: outputs.append((data, mark)))
    return outputs


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [a for t, a in self.found if t == tag]


def test_a_figure_carries_status_alt_text_and_its_data(shown):
    show.figure(Drawn(), id="rise", caption="A rise <fast>", status="enumerated")
    (data, mark), block = shown[0], shown[0][0]["text/html"]
    assert mark == {"kind": "figure", "id": "rise", "status": "enumerated", "caption": "A rise <fast>"}
    assert "Status: enumerated" in block and "A rise &lt;fast&gt;" in block
    images = Tags(block).all("img")
    assert [i["class"] for i in images] == ["rs-light"]
    assert all(i["alt"].startswith("A line that rises") and int(i["width"]) > 100 for i in images)
    assert "1.500" in block and len(Tags(block).all("tr")) == 4
    assert data["text/plain"].startswith("[enumerated] A rise")


def test_figures_and_tables_hand_over_their_values_in_full(shown):
    show.figure(Drawn(), id="rise", caption="A rise", status="enumerated")
    frame = pd.DataFrame(
        {
            "study": ["A", None],
            "r": [1 / 3, None],
            "n": pd.array([5, None], dtype="Int64"),
            "known": [True, False],
            "most": [float("inf"), 0.0],
        }
    )
    show.table(frame, id="t", caption="T", status="assumed", digits=1)
    figure, table = (data[outputs.MIME_TABLE] for data, _ in shown)
    assert figure["rows"] == [["a", 1.0], ["b", 1.5], ["c", 2.0]] and figure["alt"].startswith("A line")
    assert table["columns"] == ["study", "r", "n", "known", "most"]
    assert table["rows"] == [["A", 1 / 3, 5, True, "inf"], [None, None, None, False, 0.0]]
    json.dumps([figure, table], allow_nan=False)


def test_a_png_is_written_only_where_the_build_asks_for_it(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(outputs.PICTURES, raising=False)
    show.figure(Drawn(), id="rise", caption="A rise", status="enumerated")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(outputs.PICTURES, str(tmp_path))
    show.figure(Drawn(), id="rise", caption="A rise", status="enumerated")
    assert [p.name for p in tmp_path.iterdir()] == ["rise.png"]


def test_the_build_gets_a_second_picture_for_narrow_screens(shown, tmp_path, monkeypatch):
    @style.drawing
    def made():
        fig = style.new_figure(style.width(), 2)
        style.write(fig, 0.1, 1, "narrow" if style.narrow() else "wide")
        return style.Drawn(fig, "A figure that knows how wide it may be.", pd.DataFrame({"of": ["a"]}))

    show.figure(made(), id="rise", caption="A rise", status="enumerated")
    monkeypatch.setenv(outputs.PICTURES, str(tmp_path))
    show.figure(made(), id="rise", caption="A rise", status="enumerated")
    in_lab, in_build = (data["text/html"] for data, _ in shown)
    assert Tags(in_lab).all("source") == [] and outputs.without_narrow(in_build) == in_lab
    block, files = outputs.extract(in_build, "../figures/page/")
    assert set(files) == {"rise.svg", "rise-narrow.svg"}
    for source, part in zip(Tags(block).all("source"), ("", "#dark"), strict=True):
        assert source["srcset"] == f"../figures/page/rise-narrow.svg{part}"
        assert source["media"].startswith("screen and") and int(source["width"]) < 390 < 720
    assert [i["src"] for i in Tags(block).all("img")] == [f"../figures/page/rise.svg{part}" for part in ("", "#dark")]
    # A function that asks for no width draws the same twice, and is shown wide.
    show.figure(Drawn(), id="rise", caption="A rise", status="enumerated")
    assert Tags(shown[-1][0]["text/html"]).all("source") == []


@pytest.mark.parametrize(
    ("caption", "message", "rest"),
    [
        ("It <rises>. By how much is open.", "<b>It &lt;rises&gt;.</b>", " By how much is open."),
        ("It rises: all of  it.", "<b>It rises: all of it.</b>", ""),
        (f"It rises: {'and ' * 25}rises. Then  it falls.", f"<b>It rises</b>: {'and ' * 25}rises.", " Then it falls."),
        ("A rise", "<b>A rise</b>", ""),
    ],
)
def test_a_caption_begins_with_its_message(shown, caption, message, rest):
    show.figure(Drawn(), id="rise", caption=caption, status="enumerated")
    found = shown[0][0]["text/html"].partition("<figcaption>")[2].partition("</figcaption>")[0]
    found = found.replace('<b class="rs-message">', "<b>")
    assert found.startswith(f"{message} <span") and found.endswith(f"</span>{rest}")


def test_figures_and_tables_of_a_page_are_counted_apart():
    kinds = ("figure", "table", "verdicts", "figure", "records")
    marks = [{"metadata": {outputs.MARK: {"kind": kind, "id": kind}}} for kind in kinds]
    numbers = [mark["number"] for mark in outputs.shown({"cells": [{"outputs": marks}]})]
    assert numbers == ["Figure 1", "Table 1", "Table 2", "Figure 2"]


def test_pictures_move_to_files(shown):
    show.figure(Drawn(), id="rise", caption="A rise", status="enumerated")
    block, files = outputs.extract(shown[0][0]["text/html"], "../figures/page/")
    assert set(files) == {"rise.svg"}
    assert all(f.lstrip().startswith((b"<svg", b"<?xml")) for f in files.values())
    light, dark = Tags(block).all("img")
    assert (light.pop("class"), light.pop("src")) == ("rs-light", "../figures/page/rise.svg")
    assert (dark.pop("class"), dark.pop("src")) == ("rs-dark", "../figures/page/rise.svg#dark")
    assert light == dark and light["alt"].startswith("A line that rises")
    assert "base64" not in block


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dict(status="observed"), "has the status 'observed'"),
        (dict(caption="  "), "no caption"),
        (dict(id="Bad Id"), "not an id"),
    ],
)
def test_a_figure_without_its_labels_is_refused(shown, change, says):
    with pytest.raises(RestatedError, match=says):
        show.figure(Drawn(), **({"id": "rise", "caption": "A rise", "status": "assumed"} | change))


def test_a_short_alternative_text_is_refused(shown):
    with pytest.raises(RestatedError, match="alternative text of 5 characters"):
        show.figure(Drawn(alt="A fig"), id="rise", caption="A rise", status="assumed")


def test_what_is_folded_is_behind_a_line_that_says_what_it_shows(shown):
    show.table(pd.DataFrame({"of": ["a"]}), id="made", caption="Made", status="assumed", more="Two & more rows")
    block = shown[0][0]["text/html"]
    assert block.startswith('<details class="rs-fold"><summary>Two &amp; more rows</summary><figure')
    assert "Status: assumed" in block and block.endswith("</figure></details>")


def test_a_table_escapes_text_and_heads_rows_and_columns(shown):
    frame = pd.DataFrame({"study": ["<b>A</b>", "B"], "r": [0.12345, None], "known": [True, False]})
    show.table(frame, id="t", caption="T", status="observed, open data", digits=3)
    block = shown[0][0]["text/html"]
    assert "&lt;b&gt;A&lt;/b&gt;" in block and "<b>" not in block
    assert "0.123" in block and "–" in block and ">yes<" in block
    heads = Tags(block).all("th")
    assert [h["scope"] for h in heads] == ["col"] * 3 + ["row"] * 2


def test_a_column_without_a_heading_is_refused(shown):
    with pytest.raises(RestatedError, match="without a heading"):
        show.table(pd.DataFrame({"": [1]}), id="t", caption="T", status="assumed")


def test_verdicts_show_printed_and_restated(shown):
    book = Ledger("page", "transmission", register.load())
    book.record(
        "x-r", 0.35, published="verhage2016-secure-r", basis="assumed", by_construction=True, reason="A <reason>"
    )
    show.verdicts(book, id="v", caption="All")
    block = shown[0][0]["text/html"]
    for part in (">.31 <small>(P)", ">0.35<", "rs-v-differs", "by construction", "A &lt;reason&gt;", "ledger.html#x-r"):
        assert part in block


def test_a_frame_without_status_is_refused():
    with pytest.raises(RestatedError, match="no status"):
        show.status_of(pd.DataFrame({"a": [1]}))
