"""Pages for other pages, reviews for programs, and Markdown twins of the built book."""

from __future__ import annotations

import json
import re

import pytest
from lxml import html

from restated_book import claims, entries
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.export import embeds

#: Most bytes of one page, and of all of them with their oEmbed answers.
ONE, ALL = 60_000, 8_000_000


@pytest.fixture(scope="module")
def pages(site):
    return sorted((site / "embed").glob("*.html"))


def test_every_number_claim_and_figure_has_a_page(site, pages):
    names = {page.stem for page in pages}
    assert set(entries.load()) <= names
    assert {f"claim-{id}" for id in claims.load("claims")["id"]} <= names
    figures = [name for name in names if name.startswith("fig-")]
    drawn = [file for file in (site / "figures").rglob("*.svg") if not file.stem.endswith("-narrow")]
    assert len(figures) == len(drawn) > 50


def test_pages_are_small_and_need_no_script(site, pages):
    assert max(page.stat().st_size for page in pages) <= ONE
    assert sum(file.stat().st_size for file in (site / "embed").iterdir()) <= ALL
    for page in pages[::97]:
        tree = html.fromstring(page.read_text(encoding="utf-8"))
        assert [s.get("type") for s in tree.iter("script")] in ([], ["application/ld+json"])
        assert "script-src" not in page.read_text(encoding="utf-8")


def test_links_and_pictures_of_pages_lead_somewhere(site, pages):
    anchors: dict[str, set[str]] = {}
    for page in pages:
        tree = html.fromstring(page.read_text(encoding="utf-8"))
        for picture in tree.xpath("//img/@src | //source/@srcset"):
            assert (page.parent / picture.partition("#")[0]).resolve().is_file(), (page.name, picture)
        (target,) = tree.xpath("//footer/a/@href")
        file, _, anchor = target.partition("#")
        if file.startswith("../notebooks/"):
            if file not in anchors:
                anchors[file] = set(html.parse(page.parent / file).xpath("//@id"))
            assert anchor in anchors[file], (page.name, target)


def test_oembed_answers_hold_a_frame_of_the_page(site, pages):
    for page in pages[::211]:
        answer = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
        assert {"version", "type", "html", "width", "height", "title"} <= set(answer)
        assert (answer["version"], answer["type"]) == ("1.0", "rich")
        (frame,) = html.fragments_fromstring(answer["html"])
        assert frame.get("src").endswith(f"embed/{page.name}")
        assert frame.get("title") == answer["title"]


def test_every_verdict_is_a_review(site):
    graph = json.loads((site / "claims.jsonld").read_text(encoding="utf-8"))["@graph"]
    assert all({"claimReviewed", "reviewRating", "itemReviewed", "url", "author"} <= set(review) for review in graph)
    reviewed = {review["url"].rpartition("#")[2] for review in graph}
    assert {f"claim-{id.lower()}" for id in claims.load("claims")["id"]} <= reviewed
    judged = [id for id, row in entries.load().items() if row["verdict"] == "differs" and not row["by_construction"]]
    assert judged and {entries.load()[id]["anchor"] for id in judged} <= reviewed
    unrated = [r for r in graph if "ratingValue" not in r["reviewRating"]]
    words = claims.words("not-publicly-checkable", "")
    assert unrated and all(r["reviewRating"]["alternateName"].startswith(words) for r in unrated)


def test_agreement_by_construction_is_not_a_review(site):
    circular = [row for row in entries.load().values() if row["by_construction"]]
    rows = {row["id"]: row for row in circular}
    assert circular and not [i for i in embeds.items({}, rows) if i["said"] and not i["name"].startswith("claim-")]


def test_a_text_cannot_end_the_script(tmp_path):
    item = {
        "said": ("</script><b>", "differs", "differs", "A <b>"),
        "facts": [],
        "target": "x",
        "title": "t",
        "picture": "",
    }
    found = json.dumps(embeds.review(item, citation.about(), "../")).replace("<", "\\u003c")
    assert "</script>" not in found
    assert json.loads(found)["claimReviewed"] == "</script><b>"


def test_every_page_has_a_twin_and_is_listed(site):
    listed = re.findall(r"\]\(([\w/-]+)\.md\)", (site / "llms.txt").read_text(encoding="utf-8"))
    assert listed == list(toc())
    for page in listed:
        text = (site / f"{page}.md").read_text(encoding="utf-8")
        assert text.startswith("# "), page
        # What a tutorial shows in a box is to be typed as it is.
        prose = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"\{(?:restated|published|interval|verdict|cite:\w)\}`", prose), page
        assert "```{" not in prose and ":::{" not in prose, page


def test_a_box_in_a_twin_keeps_what_is_typed(site):
    assert "```{code-cell} ipython3" in (site / "book" / "own-review.md").read_text(encoding="utf-8")


def test_a_twin_shows_figures_with_their_words(site):
    text = (site / "notebooks" / "reach.md").read_text(encoding="utf-8")
    for words, file in re.findall(r"!\[(.*?)\]\((.*?)\)", text):
        assert len(words) > 20
        assert (site / "notebooks" / file).resolve().is_file()
    assert "(status: " in text
