"""The front page says what is reviewed and what was found in its first screens, also on a phone."""

from __future__ import annotations

import io
import re
from collections import Counter

import openpyxl
import pytest
from playwright.sync_api import expect

from restated_book import claims, register
from restated_book.chapters import heads
from tests.browser.pages import open_page

#: A common laptop, and two screens of a phone.
LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = {"laptop": 2, "phone": 4}


@pytest.fixture
def front(browser, site):
    tab = open_page(browser, site, "book/index.html")
    yield tab


def number(element) -> int:
    return int(element.inner_text().replace(",", ""))


def rows_shown(tab) -> list[str]:
    return tab.eval_on_selector_all(".rs-findings tbody tr", "all => all.map(r => r.innerText)")


def test_every_finding_has_a_row_with_answer_size_check_certainty_and_a_sentence(front):
    assert front.text_content(".rs-findings caption").strip()
    found = [h for h in heads.chapters() if h.reference]
    rows = front.query_selector_all(".rs-findings tbody tr")
    assert len(rows) == len(found)
    for row, head in zip(rows, found, strict=True):
        assert row.query_selector("th[scope=row]").inner_text().startswith(head.reference)
        assert row.query_selector(".rs-c-answer").inner_text() == head.answer
        assert row.query_selector(".rs-c-people").inner_text().strip()
        assert row.query_selector(".rs-c-checked strong").inner_text() == head.row["checked"]
        assert row.query_selector(".rs-c-checked .rs-verdict")
        assert head.certainty in row.query_selector(".rs-c-certainty").inner_text()
        assert head.row["because"] in row.query_selector(".rs-c-certainty").inner_text()
        assert all(cell.inner_text().strip() for cell in row.query_selector_all("th, td"))
    assert all(h.inner_text().strip() for h in front.query_selector_all(".rs-findings th"))


@pytest.mark.parametrize(("size", "viewport"), [("laptop", LAPTOP), ("phone", PHONE)])
def test_it_fits_two_screens_of_a_laptop_and_four_of_a_phone(front, size, viewport):
    front.set_viewport_size(viewport)
    front.reload()
    end = front.evaluate("document.querySelector('#where-to-start').getBoundingClientRect().bottom + scrollY")
    assert end <= SCREENS[size] * viewport["height"]
    top = front.evaluate("document.querySelector('.rs-findings tbody tr').getBoundingClientRect().top + scrollY")
    assert top < viewport["height"]


def test_the_opening_says_what_is_reviewed_and_by_whom_it_was_submitted(front):
    first = front.inner_text(".rs-article h1 + p")
    assert all(words in first for words in ("University College London", "impact case study", "REF", "This book"))


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_claims_and_verdicts_wait_behind_a_button(browser, site, size):
    tab = open_page(browser, site, "book/index.html", size=size)
    answers = [h.answer for h in heads.chapters() if h.reference]
    claim = "Claimed:"
    assert all(answer in row for answer, row in zip(answers, rows_shown(tab), strict=True))
    assert not any(claim in row for row in rows_shown(tab))
    button = tab.get_by_role("button", name="Show claims, published numbers and verdicts")
    button.click()
    assert all(claim in row for row in rows_shown(tab))
    tab.get_by_role("button", name="Hide claims, published numbers and verdicts").press("Enter")
    assert not any(claim in row for row in rows_shown(tab))


def test_without_scripts_everything_is_shown(browser, site):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / "book/index.html").as_uri())
    assert all("Claimed:" in row.inner_text() for row in tab.locator(".rs-findings tbody tr").all())
    context.close()


def test_the_bars_count_what_the_register_and_the_table_of_claims_hold(front):
    tallies = front.query_selector_all(".rs-tally")
    stated = Counter(f"{claims.shape(v, '')} {claims.words(v, '')}" for v in claims.load("claims")["verdict"])
    shown = [
        {
            i.query_selector(".rs-verdict").inner_text(): number(i.query_selector("strong"))
            for i in t.query_selector_all("li")
        }
        for t in tallies
    ]
    assert shown[2] == dict(stated)
    results = sum(row.kind == "result" for row in register.load().values())
    for tally, counts in zip(tallies[:2], shown[:2], strict=True):
        assert number(tally.query_selector("figcaption strong")) == sum(counts.values()) == results


def test_a_count_leads_to_what_it_counts(browser, site):
    tab = open_page(browser, site, "book/index.html")
    links = [a.get_attribute("href") for a in tab.query_selector_all(".rs-tally li a")]
    claimed = [link for link in links if "claims.html" in link]
    assert len(links) == len(tab.query_selector_all(".rs-tally li")) and claimed
    for link in (links[0], claimed[0]):
        shown = number(tab.query_selector(f'.rs-tally li a[href="{link}"] strong'))
        tab.click(f'.rs-tally li a[href="{link}"]')
        expect(tab.locator(".rs-count").first).to_have_text(re.compile(f"^{shown} of "))
        tab = open_page(browser, site, "book/index.html")


def test_each_reader_has_a_path_of_at_most_four_links(front):
    paths = front.query_selector_all("#where-to-start li")
    assert len(paths) == 5
    assert all(1 <= len(p.query_selector_all("a")) <= 4 for p in paths)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_cohort_can_be_opened_in_a_spreadsheet_in_three_clicks(browser, site, size):
    tab = open_page(browser, site, "book/index.html", size=size)
    tab.get_by_role("link", name="reconstructed cohorts").click()
    workbook = tab.locator('a[href$=".xlsx"][href*="cohort-"]').first
    with tab.expect_download() as saved:
        workbook.click()
    # The third click opens the file that was saved.
    sheets = openpyxl.load_workbook(io.BytesIO(saved.value.path().read_bytes()), read_only=True)
    head, *children = sheets["data"].iter_rows(values_only=True)
    assert {"child", "attachment", "boy", "high_risk"} <= set(head)
    assert len(children) >= 1_364 and all("not real" in str(row[head.index("status")]) for row in children)
