from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures.dependence import over_correlation
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import dependence_rows


def test_each_comparison_has_its_band_and_the_limit():
    table = dependence_rows()
    drawn = over_correlation(table, critical=1.96)
    bands = by_gid(drawn.fig, "band")
    assert len(bands) == len(by_gid(drawn.fig, "critical")) == 3
    edges = bands[0].get_paths()[0].vertices[:, 1]
    first = table[table["comparison"] == table["comparison"][0]]
    assert set(np.round(edges, 9)) == set(np.round([*first["z_low"], *first["z_high"]], 9))
    assert "z = 1.96" in texts(drawn.fig) and len(drawn.data) == len(table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="rho"), "no column 'rho'"),
        (lambda t: t.assign(z_low=np.nan), "missing"),
        (lambda t: t.iloc[:1], "at least two rows"),
        (lambda t: t.iloc[:0], "no row to draw"),
        (lambda t: t.assign(rho=0.1), "must increase"),
    ],
)
def test_bad_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        over_correlation(change(dependence_rows()), critical=1.96)
