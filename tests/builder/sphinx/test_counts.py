"""The same tally wherever numbers are counted: front page, chapter heads, ledger page and files."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from restated_book import entries
from restated_book.chapters import heads
from restated_book.consistency.checks import LEAST_POWER

BADGE = re.compile(r'rs-v-([a-z-]+)">[^<]*</span> <strong>([\d,]+)')
HEAD = re.compile(r'<li>([\d,]+) <span class="rs-verdict rs-v-([a-z-]+)"')


@pytest.fixture(scope="module")
def rows(site):
    return json.loads((site / "ledger.json").read_text(encoding="utf-8"))


def counted(pairs) -> Counter:
    return Counter({name: int(n.replace(",", "")) for name, n in pairs})


def test_the_front_page_counts_the_results_of_the_ledger(site, rows):
    ids = {row["id"] for row in entries.load(site.parent / "entries.json").values() if entries.is_printed(row)}
    results = [row for row in rows if row["id"] in ids and row["kind"] == "result"]
    html = (site / "book" / "index.html").read_text(encoding="utf-8")
    shown = counted(BADGE.findall(html))
    assert shown == Counter(map(entries.answer, results)) + Counter(map(entries.checked, results))
    assert not {"new", "design-fact", "statement"} & set(shown)
    assert html.count(f"<strong>{len(results):,}</strong>") == 2


def test_chapter_heads_count_the_published_results_of_their_finding(site, rows):
    loaded = entries.load(site.parent / "entries.json")
    printed = {id for id, row in loaded.items() if entries.is_printed(row)}
    for head in heads.chapters():
        page = f"notebooks/{head.page}.html"
        found = {row["finding"] for row in rows if row["page"] == page and row["id"] not in printed}
        own = [row for row in rows if row["id"] in printed and row["finding"] in found and row["kind"] == "result"]
        html = (site / page).read_text(encoding="utf-8").partition('class="rs-strip"')[2].partition("</ul>")[0]
        expected = Counter(map(entries.answer, own)) if head.reference else Counter()
        assert counted((name, n) for n, name in HEAD.findall(html)) == expected, page


def test_the_page_of_the_ledger_has_the_tally_of_the_front_page(site):
    front, ledger = ((site / "book" / f"{name}.html").read_text(encoding="utf-8") for name in ("index", "ledger"))
    assert BADGE.findall(front) == BADGE.findall(ledger) != []


def test_every_row_has_its_kind_and_its_check(rows):
    for row in rows:
        assert (row["kind"] in ("result", "design fact", "statement")) == bool(row["grade"]), row["id"]
        assert (row["check"] in entries.CHECKED.values()) == bool(row["grade"]), row["id"]
        assert bool(row["check_method"]) == (row["check"] not in ("", "no check applies"))
        assert (row["check_power"] is None) == (not row["check_method"])


def test_no_number_is_both_recomputed_and_inconsistent_without_a_reason(site):
    for row in entries.load(site.parent / "entries.json").values():
        failed = row["check"] in ("inconsistent as printed", "differs between sources")
        assert not failed or row["check_reason"], row["id"]
        # Where a set decides what is compatible, the check tests the same set.
        assert not failed or row["verdict"] not in ("identical", "within-rounding", "compatible"), row["id"]


def test_most_results_and_facts_meet_a_check_with_power_or_a_recomputation(site):
    rows = [row for row in entries.load(site.parent / "entries.json").values() if entries.is_printed(row)]
    facts = [row for row in rows if row["kind"] != "statement"]
    judged = ("identical", "within-rounding", "compatible", "differs")
    assert sum((row["check_power"] or 0) >= LEAST_POWER or row["verdict"] in judged for row in facts) >= 500


def test_every_number_says_why_no_check_applies(rows):
    assert all(row["check_reason"] for row in rows if row["check"] == "no check applies")
    assert list(rows[0])[-1] == "check_reason"
