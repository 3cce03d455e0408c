"""The layout is the one that was last looked at: ``python -m tests.browser.layout --keep`` after looking notes a new one."""

from __future__ import annotations

import json

from tests.browser.layout import KEPT, measured

#: Pixels. Text that grows or shrinks moves nothing sideways; fonts of another machine move what is as wide as its text.
TOLERANCE = 3


def test_parts_of_pages_stand_where_they_stood(browser, site):
    kept, now = json.loads(KEPT.read_text(encoding="utf-8")), measured(browser, site)
    assert set(kept) == set(now)
    for page, parts in now.items():
        for part, place in parts.items():
            was = kept[page][part]
            assert (was is None) == (place is None), f"{page}: {part}"
            for measure, value in (place or {}).items():
                assert abs(value - was[measure]) <= TOLERANCE, (
                    f"{page}: {measure} of {part} was {was[measure]:.0f} and is {value:.0f}"
                )
