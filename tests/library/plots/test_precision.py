from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.precision import MACHINE, differences_by_power
from tests.library.plots.samples import by_gid, gaps


def test_differences_stand_at_their_power_of_ten():
    drawn = differences_by_power(gaps())
    (estimate,) = by_gid(drawn.fig, "quantity-0")
    assert np.allclose(estimate.get_xdata(), np.log10([MACHINE, 3e-9]))
    assert list(drawn.data["Estimate"]) == ["0", "3e-09"]


@pytest.mark.parametrize(
    ("change", "message"),
    [({"Estimate": [-1.0, 0.0]}, "0 or more"), (dict.fromkeys("cde", 0.0), "5 quantities cannot be distinguished")],
)
def test_bad_differences_are_refused_with_a_reason(change, message):
    with pytest.raises(RestatedError, match=message):
        differences_by_power(gaps().assign(**change))
