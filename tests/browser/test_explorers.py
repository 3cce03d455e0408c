"""Pages to try things on: the numbers of the library, in a browser, from disk, with a keyboard and with a thumb."""

from __future__ import annotations

import gzip
import json
import math

import pytest

from restated_book.sphinx import explorers as pages
from tests.browser import explorers
from tests.browser.pages import open_page

PAGES = {"check": "try-a-number", "groups": "try-two-groups", "cell": "try-a-pattern", "people": "try-people"}
#: Relative and absolute difference of two ways to compute a distribution; what is shown has four digits.
CLOSE = {"rel_tol": 1e-7, "abs_tol": 1e-9}
STORED = json.loads(explorers.FILE.read_text(encoding="utf-8"))
#: Most bytes of script on a page, compressed.
WEIGHT = 25_000


def same(ours, theirs) -> bool:
    if ours is None:  # JSON has no nan
        return theirs is None or math.isnan(theirs)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, float) and not isinstance(theirs, bool | None):
        return math.isclose(ours, theirs, **CLOSE)
    return ours == theirs


def test_the_stored_answers_are_those_of_the_library():
    now = explorers.cases()
    assert len(now) == len(STORED) >= 1000
    different = [
        (new, old)
        for new, old in zip(now, STORED, strict=True)
        if new["given"] != old["given"] or not all(same(new["answer"][k], old["answer"].get(k)) for k in new["answer"])
    ]
    assert not different, different[:3]


@pytest.mark.parametrize("kind", PAGES)
def test_the_script_answers_as_the_library_does(browser, site, kind):
    tab = open_page(browser, site, f"book/{PAGES[kind]}.html")
    stored = [case for case in STORED if case["kind"] == kind]
    call = "([kind, all]) => all.map(given => restatedExplore.compute(kind, given))"
    found = tab.evaluate(call, [kind, [case["given"] for case in stored]])
    different = [
        (case, {k: answer.get(k) for k in case["answer"]})
        for case, answer in zip(stored, found, strict=True)
        if not all(same(value, answer.get(k)) for k, value in case["answer"].items())
    ]
    assert not different, (len(different), different[:12])


@pytest.mark.parametrize("kind", PAGES)
def test_the_start_of_a_page_has_an_answer_which_is_announced(browser, site, kind):
    tab = open_page(browser, site, f"book/{PAGES[kind]}.html", size="phone")
    answer = tab.locator(".rs-try-answer")
    assert answer.get_attribute("role") == "status"
    assert len(answer.inner_text()) > 40
    assert tab.locator(".rs-try-table tr").count() >= 1
    sizes = tab.eval_on_selector_all(
        ".rs-try-form input, .rs-try-form select, .rs-explorer button",
        "all => all.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert min(sizes) >= 44


def test_an_address_keeps_the_state_and_wrong_input_a_message(browser, site):
    tab = open_page(browser, site, "book/try-a-number.html")
    before = tab.locator(".rs-try-answer").inner_text()
    tab.get_by_label("Test statistic").fill("2.70")
    assert tab.locator(".rs-try-answer").inner_text() != before
    state, answer = tab.url, tab.locator(".rs-try-answer").inner_text()
    tab.get_by_label("Test statistic").fill("two")
    assert "'two' is not a number" in tab.locator(".rs-try-answer").inner_text()
    assert tab.get_by_label("Test statistic").get_attribute("aria-invalid") == "true"
    tab.goto("about:blank")
    tab.goto(state)
    assert tab.locator(".rs-try-answer").inner_text() == answer
    tab.get_by_role("button", name="Back to the start").click()
    assert tab.locator(".rs-try-answer").inner_text() == before


def test_a_download_says_that_it_is_assumed(browser, site, tmp_path):
    tab = open_page(browser, site, "book/try-two-groups.html")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download as CSV").click()
    waiting.value.save_as(tmp_path / "state.csv")
    text = (tmp_path / "state.csv").read_text(encoding="utf-8-sig")
    assert "not observed data" in text.splitlines()[1]
    assert tab.locator(".rs-try-answer").inner_text() in text


@pytest.mark.parametrize("kind", PAGES)
def test_without_scripts_a_page_says_what_the_book_found(browser, site, kind):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / f"book/{PAGES[kind]}.html").as_uri())
    assert "ithout" in tab.locator(".rs-explorer").inner_text()
    assert tab.locator(".rs-explorer input").count() == 0
    context.close()


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_needs_little_script(site, kind):
    names = [pages.COMMON, f"explore-{kind}.js"]
    assert sum(len(gzip.compress((site / "_static" / name).read_bytes(), 9)) for name in names) <= WEIGHT


@pytest.mark.parametrize("state", ["p=50%", "toString=1", "constructor=1", "check=bogus", "scale=bogus&check=interval"])
def test_a_strange_address_leaves_an_answer(browser, site, state):
    tab = open_page(browser, site, "book/try-a-number.html")
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto("about:blank")
    tab.goto(f"{(site / 'book/try-a-number.html').as_uri()}#try-{state}")
    assert len(tab.locator(".rs-try-answer").inner_text()) > 40
    assert not faults


def test_many_degrees_of_freedom_do_not_end_the_sum_early(browser, site):
    tab = open_page(browser, site, "book/try-a-number.html")
    given = {"check": "chi2", "statistic": "100000", "df": "100000", "p": ".04"}
    found = tab.evaluate("given => restatedExplore.compute('check', given)", given)
    answer = explorers.of_check(given)
    assert same(answer["low"], found["low"]) and same(answer["high"], found["high"])
