from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.verdict import VERDICTS
from restated_book import entries
from restated_book.sphinx import markup
from tests.builder.sphinx.rows import HOSTILE, NEW, restated, row


class Reader(HTMLParser):
    """Tags, attributes and text of a fragment, and whether every tag is closed in order."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.nested = True
        self.feed(str(html))  # a parser that joins marked-up text would escape it again
        self.close()
        self.nested = self.nested and not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        self.nested = self.nested and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


ANY_TEXT = st.text(max_size=60) | st.sampled_from([HOSTILE, '"', "'", "<", "&amp;", "]]>", "<!--"])
FIELDS = ("quantity", "study", "locator", "published_text", "restated_text", "interval_text", "reason", "ci_text")


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    texts=st.lists(ANY_TEXT, min_size=len(FIELDS), max_size=len(FIELDS)),
    kind=st.sampled_from(("published", "restated")),
)
def test_no_text_of_a_row_becomes_markup(texts, kind):
    one = restated("x", **dict(zip(FIELDS, texts, strict=True)))
    read = Reader(markup.number(kind, one, texts[3], href="../ledger.html#x", tip_id="tip"))
    assert read.nested
    assert set(read.tags) == {"span", "a"}
    assert {name for name, _ in read.attributes} <= {"class", "href", "aria-describedby", "aria-hidden", "role", "id"}
    # What the tooltip says is what the row says, character by character (the parser joins line ends).
    assert " ".join(texts[0].split()) in " ".join(read.text.split())


def test_the_link_says_what_the_mark_shows():
    read = Reader(markup.number("published", row(grade="S"), ".31", href="l.html#a", tip_id="t1"))
    assert ("aria-describedby", "t1") in read.attributes
    assert ("id", "t1") in read.attributes
    assert ("role", "tooltip") in read.attributes
    assert read.text.startswith(".31S, published, grade: read in a secondary source")


def test_an_unverified_number_says_so_in_words():
    html = markup.number("published", row(grade="U", verdict="unverified"), ".31", href="#", tip_id="t")
    assert 'aria-hidden="true">unverified</span>' in html


@pytest.mark.parametrize("verdict", [v for v in VERDICTS if v != "new"])
def test_a_verdict_has_a_shape_and_a_word(verdict):
    html = markup.number("restated", restated(verdict=verdict), "0.31", href="#", tip_id="t")
    assert f">{entries.VERDICT_SHAPES[verdict]}<" in html
    assert f"verdict: {entries.VERDICT_SHORT[verdict]}" in html
    assert entries.VERDICT_SHORT[verdict] in markup.verdict_badge(verdict)


def test_a_new_number_has_no_mark_and_says_that_nothing_confirms_it():
    html = markup.number("restated", restated(**NEW), "0.3", href="ledger.html#x", tip_id="t")
    assert "rs-mark" not in html and "verdict" not in html
    assert "no source reports it" in html


@pytest.mark.parametrize("answer", entries.ANSWERS)
def test_every_answer_says_how_far_to_trust_a_number(answer):
    assert answer in entries.TRUST


def test_the_box_of_a_number_ends_with_links_to_cite_it_and_to_its_row():
    read = Reader(markup.number("restated", restated(), "0.3", href="../book/ledger.html#x", tip_id="t"))
    links = [value for name, value in read.attributes if name == "href"]
    assert links == ["../book/ledger.html#x", "../book/ledger.html?cite#x", "../book/ledger.html#x"]


def test_a_disagreement_is_spelled_out_on_screen_and_an_agreement_only_in_print():
    loud = markup.number("restated", restated(verdict="differs"), "0.3", href="#", tip_id="t")
    quiet = markup.number("restated", restated(verdict="identical"), "0.3", href="#", tip_id="t")
    assert '"rs-word"' in loud
    assert '"rs-word rs-print"' in quiet


def test_facts_of_a_restated_number():
    facts = dict(markup.facts(restated(by_construction=True, reason="a note", ci_text="95 % CI .2 to .4")))
    assert facts == {
        "Source": "Verhage et al. 2016, abstract",
        "Grade": "read in the primary source",
        "Published": ".31 (95 % CI .2 to .4)",
        "Recomputed": "0.31 (possible: 0.28 to 0.34)",
        "Computed from": "open data",
        "Note": "a note",
    }


def test_facts_say_what_the_audit_found():
    found = {"check": "consistent as printed", "check_method": "sizes of two groups and their total"}
    facts = dict(markup.facts(restated(**found)))
    assert facts["Check"] == "consistent as published (sizes of two groups and their total)"
    assert "Check" not in dict(markup.facts(restated(check="no check applies", check_method="")))


def test_facts_of_a_new_number_name_no_source():
    facts = dict(markup.facts(restated(**NEW)))
    assert not {"Source", "Published", "Grade", "Verdict"} & set(facts)


def test_the_kind_of_an_interval_is_said_once():
    kind = "95 % confidence interval"
    for reason, note in ((f"range: {kind}", None), (f"one sample left out; range: {kind}", "one sample left out")):
        facts = dict(markup.facts(restated(interval_kind=kind, reason=reason)))
        assert facts["Recomputed"] == f"0.31 ({kind} 0.28 to 0.34)"
        assert facts.get("Note") == note


def test_a_number_stays_on_the_line_of_its_mark_unless_it_is_long():
    assert "rs-long" not in markup.number("interval", restated(), "0.28 to 0.34", href="#", tip_id="t")
    assert "rs-long" in markup.number(
        "interval", restated(), "a text that is long enough to wrap", href="#", tip_id="t"
    )


@pytest.mark.parametrize("status", entries.STATUSES)
def test_a_status_is_said_in_words(status):
    assert f"Status: {entries.STATUSES[status]}<" in markup.status_badge(status)


def test_one_thing_is_not_many():
    assert markup.counted(1, "claim") == "1 claim" and markup.counted(1234, "claim") == "1,234 claims"
    assert markup.counted(2, "entry", "entries") == "2 entries" and markup.counted(0, "claim") == "0 claims"
