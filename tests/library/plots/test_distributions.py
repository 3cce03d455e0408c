from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.distributions import stacked
from tests.library.plots.samples import class_shares, texts


def test_segments_are_as_long_as_their_shares():
    table = class_shares()
    drawn = stacked(table, ["secure", "insecure", "unresolved"], says="Classes of two groups")
    bars = [a for a in drawn.fig.artists if type(a).__name__ == "Rectangle" and a.get_height() == pytest.approx(0.36)]
    widths = np.array([b.get_width() for b in bars])
    assert len(bars) == 5  # the second group has no third class
    assert widths[:3] / widths[:3].sum() * 100 == pytest.approx([10, 40, 50])
    assert len({b.get_hatch() for b in bars[:3]}) == 3
    assert {"4", "16", "20", "60 %"} <= set(texts(drawn.fig))


@pytest.mark.parametrize(
    ("change", "classes", "message"),
    [
        (lambda t: t.assign(secure=50.0), ["secure", "insecure", "unresolved"], "add up to"),
        (lambda t: t.drop(columns="note"), ["secure"], "no column 'note'"),
        (lambda t: t, list("abcde"), "5 classes cannot be distinguished"),
        (lambda t: t.iloc[:0], ["secure", "insecure", "unresolved"], "no rows"),
    ],
)
def test_bad_shares_are_named(change, classes, message):
    with pytest.raises(RestatedError, match=message):
        stacked(change(class_shares()), classes, says="Classes of two groups")
