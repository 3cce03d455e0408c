"""The ledger in parts: its rows by id, as the entries of an index, and the page each one stands on. Plain data, no Sphinx.

A number's permanent address is that of the ledger and its id. Which part that leads to follows from the first id of each
part alone, so the ledger may grow without an address being lost.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

#: Rows of a part: more of them, each with seven cells, make a phone wait before the first can be read.
PART_ROWS = 120

#: Links of a list of parts. A ledger of more parts (14,400 rows) has pages that list them, and lists those.
LISTED = 120


def _even(items: Sequence, most: int) -> list:
    """`items` in pieces of at most `most` that differ by one at most; one empty piece if there are none."""
    count = max(1, -(-len(items) // most))
    bounds = [len(items) * k // count for k in range(count + 1)]
    return [items[a:b] for a, b in pairwise(bounds)]


def split(ids: Iterable[str]) -> list[list[str]]:
    """The ids in alphabetical order, in parts that differ by one row at most; one empty part if there are none."""
    return _even(sorted(ids), PART_ROWS)


def pages(ledger: str, parts: Sequence[Sequence[str]]) -> list[str]:
    """Path of each part, made from that of the ledger: ``book/ledger`` gives ``book/ledger-01``, ``book/ledger-02``…"""
    digits = len(str(len(parts)))
    return [f"{ledger}-{k:0{digits}}" for k in range(1, len(parts) + 1)]


class Addresses:
    """Addresses of rows as they stand in pages.

    Parameters
    ----------
    ledger : str
        Path of the ledger's page without ending.
    ids : iterable of str
        Ids of its rows.
    """

    def __init__(self, ledger: str, ids: Iterable[str]):
        self.parts = split(ids)
        self.pages = pages(ledger, self.parts)
        self.first = [part[0] for part in self.parts if part]
        #: Which parts each page of a list names; empty where the ledger's page lists them all.
        self.lists = _even(range(len(self.parts)), LISTED) if len(self.parts) > LISTED else []
        self.list_pages = pages(f"{ledger}-list", self.lists)
        self._all = frozenset(self.pages) | frozenset(self.list_pages)
        folder, _, name = ledger.rpartition("/")
        self._folder = f"{folder}/" if folder else ""
        self._link = re.compile(
            rf'(?<=href=")((?:\.\./)*(?:{re.escape(self._folder)})?){re.escape(name)}\.html#([^"]+)(?=")'
        )

    def __contains__(self, page: object) -> bool:
        """True for the page of a part or of a list of parts."""
        return page in self._all

    def _part(self, id: str) -> int:
        return bisect_right(self.first, id) - 1

    def of(self, id: str) -> str:
        """Address of a row from the root of the site."""
        return f"{self.pages[self._part(id)]}.html#{id}"

    def holds(self, id: str) -> bool:
        """True for the id of a row."""
        part = self.parts[self._part(id)]
        at = bisect_left(part, id)
        return at < len(part) and part[at] == id

    def led(self, html: str) -> str:
        """`html` with every link to a row of the ledger leading to the part that holds it."""
        return self._link.sub(
            lambda m: m[1] + self.of(m[2]).removeprefix(self._folder) if self.holds(m[2]) else m[0], html
        )
