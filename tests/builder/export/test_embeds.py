"""Pages for other pages, reviews for programs, and Markdown twins of the built book."""

from __future__ import annotations

import dataclasses
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from lxml import html

from restated_book import claims, entries, paths
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.export import embeds, paper

#: Most bytes of one page, and of all of them with their oEmbed answers.
ONE, ALL = 60_000, 8_000_000


@pytest.fixture(scope="module")
def pages(site):
    return sorted((site / "embed").glob("*.html"))


def test_every_number_claim_figure_and_table_has_a_page(site, pages):
    names = {page.stem for page in pages}
    assert set(entries.load()) <= names
    assert {f"claim-{id}" for id in claims.load("claims")["id"]} <= names
    figures = [name for name in names if name.startswith("fig-")]
    drawn = [file for file in (site / "figures").rglob("*.svg") if not file.stem.endswith("-narrow")]
    assert len(figures) == len(drawn) > 50
    chapter = html.parse(site / "notebooks" / "service-costs.html").getroot()
    shown = [table.get("id") for table in chapter.xpath("//article//figure[contains(@class, 'rs-tablefig')]")]
    assert shown and {id.replace("tab-", "tab-service-costs-", 1) for id in shown} <= names
    alone = html.parse(site / "embed" / f"{shown[0].replace('tab-', 'tab-service-costs-', 1)}.html").getroot()
    assert paper.text(alone.find(".//table/tbody")) == paper.text(chapter.xpath(f"//*[@id='{shown[0]}']//tbody")[0])


def test_pages_are_small_and_need_no_script(site, pages):
    assert max(page.stat().st_size for page in pages) <= ONE
    assert sum(file.stat().st_size for file in (site / "embed").iterdir()) <= ALL
    for page in pages[::97]:
        tree = html.fromstring(page.read_text(encoding="utf-8"))
        assert [s.get("type") for s in tree.iter("script")] in ([], ["application/ld+json"])
        (style,) = tree.xpath("//link[@rel='stylesheet']/@href")
        assert (page.parent / style).is_file()
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


def test_twins_of_summaries_and_glossary_have_their_words(site):
    """Blocks that gather words of other pages, or define them, are not left out."""
    summaries = (site / "book" / "summaries.md").read_text(encoding="utf-8")
    assert all(f"## {head.title}\n" in summaries for head in heads.chapters() if head.plain)
    assert "}`" not in summaries and len(summaries) > 5000
    assert "\nAMBIT\nAdaptive Mentalization" in (site / "book" / "glossary.md").read_text(encoding="utf-8")


def test_a_twin_shows_figures_with_their_words(site):
    text = (site / "notebooks" / "reach.md").read_text(encoding="utf-8")
    for words, file in re.findall(r"!\[(.*?)\]\((.*?)\)", text):
        assert len(words) > 20
        assert (site / "notebooks" / file).resolve().is_file()
    assert "(status: " in text


# --- corrections and what shows a figure elsewhere --------------------------------------------------------------------

ITEM = {
    "name": "a-r",
    "title": "a correlation",
    "facts": [("Published", ".31 (One 2020; grade P)"), ("Recomputed", "0.20")],
}


def test_every_page_holds_the_text_of_a_correction(site, pages):
    for page in pages[::97]:
        tree = html.fromstring(page.read_text(encoding="utf-8"))
        (text,) = (area.text for area in tree.iter("textarea"))
        assert f"Id: {page.stem}\n" in text and f"Edition: {citation.about().version}\n" in text
        assert [line[0] for line in text.splitlines() if re.match(r"\d\. .*\?", line)] == ["1", "2", "3"]
        assert tree.xpath("//details//*[@id='wrong']") and tree.xpath("//textarea/@readonly")
        assert all(f"{term.text}: " in text for term in tree.iter("dt"))


@pytest.mark.parametrize(
    ("repository", "contact", "starts"),
    [
        ("", "", []),
        ("https://github.com/a/b.git", "", ["https://github.com/a/b/issues/new?template=number.yml&"]),
        ("https://gitlab.com/a/b", "", ["https://gitlab.com/a/b/-/issues/new?issue%5Btitle%5D="]),
        ("https://git.example/a/b", "x@example.org", ["mailto:x@example.org?subject=Correction%3A%20a-r&body="]),
    ],
)
def test_a_correction_can_be_sent_where_the_book_is_configured_for_it(repository, contact, starts):
    about = dataclasses.replace(citation.about(), repository=repository, contact=contact)
    text, ways = embeds.correction(ITEM, about)
    assert "Published: .31 (One 2020; grade P)\nRecomputed: 0.20" in text
    assert len(ways) == len(starts) and all(way[1].startswith(start) for way, start in zip(ways, starts, strict=True))
    for _, address in ways:
        given = parse_qs(urlsplit(address).query)
        assert any(".31 (One 2020; grade P)" in value for (value,) in given.values())


def test_the_form_of_the_repository_has_the_fields_that_are_filled_in():
    about = dataclasses.replace(citation.about(), repository="https://github.com/a/b")
    form = yaml.safe_load((paths.ROOT / ".github/ISSUE_TEMPLATE/number.yml").read_text(encoding="utf-8"))
    given = parse_qs(urlsplit(embeds.correction(ITEM, about)[1][0][1]).query)
    assert set(given) - {"template", "title"} <= {field["id"] for field in form["body"]}


def test_a_number_leads_to_its_row_without_a_script(site):
    found = [
        page for page in sorted((site / "embed").glob("*.html")) if not page.stem.startswith(("claim-", "fig-", "tab-"))
    ]
    assert len(found) > 1000
    for page in found[::97]:
        (address,) = html.parse(page).getroot().xpath("//footer/a/@href")
        file, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in (page.parent / file).read_text(encoding="utf-8"), page.name


@pytest.mark.parametrize("folder", [".gitlab", "restated_book/scaffold/dot-gitlab"])
def test_the_template_for_gitlab_asks_what_the_prefilled_text_asks(folder):
    template = (paths.ROOT / folder / "issue_templates" / "Number.md").read_text(encoding="utf-8")
    text, _ = embeds.correction(ITEM, citation.about())
    asked = re.findall(r"^\d\. .+$", text, re.M)
    assert len(asked) == 3 and all(question in template for question in asked)
    assert re.findall(r"^[A-Z][\w ]+(?=:)", text, re.M)[:3] == re.findall(r"^[A-Z][\w ]+(?=:)", template, re.M)[:3]


def test_numbers_and_figures_lead_to_their_correction(site):
    ledger = html.parse(site / "book" / "ledger-01.html").getroot()
    links = ledger.xpath("//td//a[contains(@href, '#wrong')]")
    assert len(links) == len(ledger.xpath("//tbody/tr[@id]")) and len({paper.text(a) for a in links}) == len(links)
    listed = html.parse(site / "notebooks" / "claims.html").getroot().xpath("//a[contains(@href, '#wrong')]/@href")
    assert set(claims.load("claims")["id"]) <= {
        re.findall(r"claim-(\w+)\.html", href)[0] for href in listed if "claim-" in href
    }
    chapter = html.parse(site / "notebooks" / "service-costs.html").getroot()
    figures = chapter.xpath("//div[@class='rs-cite']//a[contains(@href, '#wrong')]/@href")
    of = "contains(@class, 'rs-figure') or contains(@class, 'rs-tablefig')"
    assert len(figures) == len(chapter.xpath(f"//article//figure[{of}]"))
    for base, hrefs in (("book", [a.get("href") for a in links]), ("notebooks", figures)):
        assert all((site / base / href.partition("#")[0]).resolve().is_file() for href in hrefs)


def test_snippets_show_the_page_and_the_picture_of_a_figure(site):
    about = dataclasses.replace(citation.about(), address="https://example.org/")
    page = next(page for page in sorted((site / "embed").glob("fig-service-costs-*.html")))
    id = page.stem.removeprefix("fig-service-costs-")
    made = embeds.snippets("service-costs", id, "50 % of a_b", about)
    (frame,) = html.fragments_fromstring(made["HTML"])
    assert frame.tag == "iframe" and frame.get("src") == f"https://example.org/embed/{page.name}"
    for form in ("Markdown", "LaTeX"):
        for address in re.findall(r"https://example\.org/([^\s)#]+)", made[form]):
            assert (site / address).is_file(), address
    assert r"\caption{50 \% of a\_b}" in made["LaTeX"]
    of_table = embeds.snippets("service-costs", "arms", "Arms", about, kind="table")
    assert of_table["Markdown"] == "[Arms](https://example.org/notebooks/service-costs.html#tab-arms)"
    assert "embed/tab-service-costs-arms.html" in of_table["HTML"] and "LaTeX" not in of_table
