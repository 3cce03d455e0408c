"""The ledger in parts, alphabetical as an index; the permanent address of a number is that of the ledger and its id."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

PART_ROWS = 120  #: Rows of a part: with more of them, each of seven cells, a phone waits before the first can be read


def split(ids: Iterable[str]) -> list[list[str]]:
    """Split the ids, in alphabetical order, into parts whose sizes differ by one at most; at least one part."""
    rows = sorted(ids)
    count = max(1, -(-len(rows) // PART_ROWS))
    return [rows[a:b] for a, b in pairwise(len(rows) * k // count for k in range(count + 1))]


def pages(ledger: str, parts: Sequence[Sequence[str]]) -> list[str]:
    """Return the path of each part: of ``book/ledger`` it is ``book/ledger-01``, ``book/ledger-02`` and so on."""
    return [f"{ledger}-{k:0{len(str(len(parts)))}}" for k in range(1, len(parts) + 1)]


class Addresses:
    """Addresses of rows, by their ids, on the pages of the parts; `ledger` is the path of its page without suffix."""

    def __init__(self, ledger: str, ids: Iterable[str]) -> None:
        self.parts = split(ids)
        self.pages = pages(ledger, self.parts)
        self._page_of = {id: page for part, page in zip(self.parts, self.pages, strict=True) for id in part}
        folder, _, name = ledger.rpartition("/")
        self._folder = f"{folder}/" if folder else ""
        above = rf"(?:\.\./)*(?:{re.escape(self._folder)})?"
        self._link = re.compile(rf'(?<=href=")({above}){re.escape(name)}\.html((?:\?cite)?)#([^"]+)(?=")')

    def __contains__(self, page: object) -> bool:
        """Return whether `page` is the path of a part."""
        return page in self.pages

    def of(self, id: str) -> str:
        """Return the address of a row from the root of the site."""
        return f"{self._page_of[id]}.html#{id}"

    def led(self, html: str) -> str:
        """Return `html` with every link to a row of the ledger leading to the part that holds it."""

        def led(m: re.Match) -> str:
            address = self.of(m[3]).removeprefix(self._folder) if m[3] in self._page_of else ""
            return m[1] + address.replace("#", f"{m[2]}#") if address else m[0]

        return self._link.sub(led, html)
