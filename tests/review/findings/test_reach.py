"""Survey, places and figures of the case study: counts made by other means."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from restated.errors import RestatedError
from restated_book import claims, register
from review.findings import reach

REGISTER = register.load()
PLACES = reach.located(claims.load("places"))


@pytest.mark.parametrize(("percent", "expected"), [("87", [251, 252, 253]), ("89", [257, 258, 259])])
def test_counts_of_an_item_are_those_that_print_as_the_percentage(percent, expected):
    found = reach.item(percent, 290)
    # No share of 290 falls on a half percent, so there is one way to round.
    assert found.counts.counts.tolist() == expected == [k for k in range(291) if round(100 * k / 290) == int(percent)]
    assert found.nearest == min(range(291), key=lambda k: abs(100 * k / 290 - int(percent)))
    for mine, method in ((found.wilson, "wilson"), (found.exact, "exact")):
        assert mine == pytest.approx(tuple(binomtest(found.nearest, 290).proportion_ci(method=method)), abs=1e-12)
    ends = [binomtest(k, 290).proportion_ci(method="wilson") for k in expected]
    assert found.envelope == pytest.approx((min(e.low for e in ends), max(e.high for e in ends)), abs=1e-12)


def test_a_percentage_that_no_count_gives_is_refused():
    with pytest.raises(RestatedError, match="no integer count fits 87 % of n = 3"):
        reach.item("87", 3)


def test_bounds_by_response_rate():
    table = reach.by_response({"a": reach.item("89", 290)}, [1, 0.5, 0.1])
    assert np.allclose(table["invited"], [290, 580, 2900])
    assert np.allclose(table["low"], [100 * 258 / 290, 100 * 258 / 580, 100 * 258 / 2900])
    assert np.allclose(table["high"] - table["low"], [0, 50, 90])
    for rate in (0, 1.5):
        with pytest.raises(RestatedError, match="response rate"):
            reach.by_response({"a": reach.item("89", 290)}, [rate])


def test_centres_are_the_names_that_the_case_study_lists():
    rows = [r for r in claims.load("places").itertuples() if r.role == "training centre"]
    assert len({r.place for r in rows}) == len(rows) == 12
    assert reach.centres(PLACES) == {"European countries": 7, "North American locations": 3, "other": 2}
    assert reach.ways(PLACES).loc["training centre"].to_dict() == {"places": 12, "countries": 11, "strict": 11}


def test_ways_of_counting_agree_with_a_count_by_hand():
    table = reach.ways(PLACES)
    held = [r.place for r in claims.load("places").itertuples() if r.role == "training held"]
    assert table.loc["training held"].to_dict() == {
        "places": len(held),
        "countries": len(held),
        "strict": len(held) - 1,
    }
    assert "Hong Kong" in held
    every = {r.place for r in claims.load("places").itertuples()}
    inside = {
        "England",
        "Scotland",
        "N. Ireland",
        "Oxford",
        "Wiltshire",
        "Bath & North East Somerset",
        "Buckinghamshire",
        "Boston",
        "Los Angeles",
        "Connecticut",
        "Florida",
    }
    assert table.loc["any role"].to_dict() == {
        "places": len(every),
        "countries": len(every - inside),
        "strict": len(every - inside) - 1,
    }
    assert (table["strict"] <= table["countries"]).all() and (table["countries"] <= table["places"]).all()


def test_every_place_of_the_table_is_located_once():
    raw = claims.load("places")
    assert Counter(zip(PLACES["place"], PLACES["role"], strict=True)) == Counter(
        zip(raw["place"], raw["role"], strict=True)
    )
    where = claims.load("geography")
    assert list(dict.fromkeys(PLACES["part"])) == list(dict.fromkeys(where["part"]))
    assert set(raw["place"]) == set(where["place"])
    assert set(where["country"]) == set(where.loc[where["kind"] != "part of a country", "place"])


@pytest.mark.parametrize("column", ["place", "role"])
def test_an_unknown_place_or_role_is_named(column):
    table = claims.load("places")
    table.loc[3, column] = "Atlantis"
    with pytest.raises(RestatedError, match=f"row 5, field '{column}': 'Atlantis' is not known"):
        reach.located(table)


def test_figures_have_their_unit_source_and_verdict():
    table = reach.figures(REGISTER, claims.load("claims"), claims.load("sources")).set_index("id")
    assert list(table.index) == claims.load("figures")["register_id"].tolist()
    assert (
        table["value"].to_dict()
        == pd.Series(
            {
                "reach-practitioners-summary": 14931,
                "reach-practitioners-text": 14900,
                "reach-community-practitioners": 143,
                "reach-under5s-practitioners": 89,
                "reach-mtb-trained": 300,
                "reach-mtb-webinars": 800,
                "reach-mtb-us-families": 250,
                "reach-mtb-uk-families": 200,
                "reach-mtb-dk-families": 100,
                "reach-lighthouse-parents": 100,
            }
        ).to_dict()
    )
    exact = table.index[~table["open"]].tolist()
    assert exact == ["reach-practitioners-summary", "reach-community-practitioners", "reach-under5s-practitioners"]
    assert (
        table.loc["reach-mtb-webinars", ["counts", "cited", "independence"]] == ["registrants", "S6", "not independent"]
    ).all()
    assert (table.loc["reach-under5s-practitioners", ["cited", "independence"]] == ["none named", "–"]).all()
    # The claim named with a figure is the one that prints it.
    quantities = claims.load("claims").set_index("id")["quantity"]
    for row in claims.load("figures").itertuples():
        printed = REGISTER[row.register_id].value.text
        assert printed.split()[-1] in quantities[row.claim_id], row.register_id
