"""The parts of the ledger: every row has one address, found from the first id of each part alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from restated_book.ledgerparts import PART_ROWS, Addresses, pages, split

IDS = st.sets(st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9.]{1,3}){0,2}", fullmatch=True), max_size=4 * PART_ROWS)


@given(IDS)
def test_parts_hold_every_id_once_in_order_and_are_about_as_long(ids):
    parts = split(ids)
    assert [id for part in parts for id in part] == sorted(ids)
    assert max(map(len, parts)) <= PART_ROWS
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert len(pages("book/ledger", parts)) == len(set(pages("book/ledger", parts))) == len(parts)


@given(IDS)
def test_the_address_of_a_row_is_the_part_that_holds_it(ids):
    parts, where = split(ids), Addresses("book/ledger", ids)
    for page, part in zip(where.pages, parts, strict=True):
        assert {where.of(id) for id in part} == {f"{page}.html#{id}" for id in part}


@given(IDS, st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9.]{1,3}){0,2}", fullmatch=True))
def test_an_id_is_held_if_it_is_one_of_a_row(ids, other):
    where = Addresses("book/ledger", ids)
    led = {id: where.led(f'href="ledger.html#{id}"') != f'href="ledger.html#{id}"' for id in (*ids, other)}
    assert led == {id: id in ids for id in led}


def test_pages_sort_as_they_are_numbered():
    parts = split(f"n-{i:05}" for i in range(11 * PART_ROWS))
    assert pages("book/ledger", parts)[0] == "book/ledger-01" and sorted(pages("book/ledger", parts)) == pages(
        "book/ledger", parts
    )


def test_links_to_rows_lead_to_their_parts_and_no_other_link_is_touched():
    where = Addresses("book/ledger", [f"n-{i:03}" for i in range(2 * PART_ROWS)])
    html = '<a href="{}ledger.html#{}">'
    for before in ("", "../book/", "book/", "../"):
        assert where.led(html.format(before, "n-000")) == html.format(before, "n-000").replace("ledger", "ledger-1")
        assert where.led(html.format(before, f"n-{2 * PART_ROWS - 1:03}")).startswith(
            f'<a href="{before}ledger-2.html#'
        )
    for other in (
        '<a href="ledger.html">',
        html.format("", "all-numbers"),
        html.format("https://example.org/", "n-000"),
        "ledger.html#n-000",
    ):
        assert where.led(other) == other
