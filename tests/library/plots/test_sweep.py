from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.sweep import heterogeneity
from restated.plots.words import CORRELATION
from tests.library.plots.samples import by_gid, spread, texts


def test_sweep_draws_the_bands_it_is_given():
    table = spread()
    drawn = heterogeneity(table, transform=CORRELATION, printed=(".32", 0.315, 0.325))
    for gid, kind in (("confidence", "ci"), ("prediction", "pi")):
        (band,) = by_gid(drawn.fig, gid)
        edges = band.get_paths()[0].vertices
        assert {round(v, 9) for v in edges[:, 1]} == {
            round(v, 9) for v in (*table[f"{kind}_low"], *table[f"{kind}_high"])
        }
    assert by_gid(drawn.fig, "prediction")[0].get_hatch() and not by_gid(drawn.fig, "confidence")[0].get_hatch()
    assert np.allclose(drawn.data["prediction lower"], table["pi_low"]) and len(drawn.data) == len(table)
    assert "pooled r,\nprinted .32" in texts(drawn.fig)


def test_sweep_says_where_the_prediction_interval_reaches_zero():
    table = spread()
    first = table.loc[table["pi_low"] <= 0, "tau"].iloc[0]
    assert f"includes 0 from τ = {first:.2f} on" in heterogeneity(table, transform=CORRELATION).alt
    assert "excludes 0 throughout" in heterogeneity(table.assign(pi_low=0.1), transform=CORRELATION).alt


def test_sweep_keeps_a_printed_value_apart_from_another_estimate():
    assert "printed .21" in texts(heterogeneity(spread(), printed=(".21", 0.205, 0.215)).fig)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="pi_low"), "no column 'pi_low'"),
        (lambda t: t.iloc[::-1], "must increase"),
        (lambda t: t.assign(ci_low=np.nan), "missing or not finite"),
    ],
)
def test_bad_sweeps_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        heterogeneity(change(spread()))


def test_other_bands_are_named_where_they_end_and_in_words():
    drawn = heterogeneity(
        spread(), transform=CORRELATION, bands=("Wald interval", "Knapp–Hartung interval"), marks=[(0.2, "listed")]
    )
    shown = texts(drawn.fig)
    assert "95\u00a0% Wald interval" in shown and "95\u00a0% Knapp–Hartung\ninterval" in shown and "listed" in shown
    assert "with Wald interval and Knapp–Hartung interval" in drawn.alt
    assert list(drawn.data.columns[-2:]) == ["Knapp–Hartung lower", "Knapp–Hartung upper"]
