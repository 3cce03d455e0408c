from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from restated.errors import RestatedError
from restated.estimate import path
from restated.estimate.effects import d_to_r, odds_ratio_to_d
from restated_book import register, studies
from review.findings import theory
from tests.printing import interval


@pytest.fixture(scope="module")
def printed():
    return register.load()


@pytest.fixture(scope="module")
def graph():
    return studies.load("theory-graph", originals=False)


@pytest.fixture(scope="module")
def edges():
    return studies.load("theory-edges", originals=False)


@pytest.fixture(scope="module")
def interviews():
    return studies.load("aai-distributions", originals=False).set_index("row_id", drop=False)


def test_the_tables_agree_with_the_register_to_the_digit(printed, edges):
    for row in edges.itertuples():
        number = printed.number(row.register_id)
        assert (row.statistic, row.value, row.source_key, row.grade) == (
            number.statistic,
            number.value.text,
            number.source_key,
            number.grade,
        )
        for mine, theirs in ((row.ci_low, number.ci_low), (row.ci_high, number.ci_high)):
            assert (mine if isinstance(mine, str) else "") == (theirs.text if theirs else "")


def test_the_interview_table_agrees_with_the_register(printed, interviews):
    for row, study in (("bakermans-norm", "bakermans2009-norm"), ("barone-bpd", "barone2003-bpd")):
        for name, letter in (("secure", "f"), ("dismissing", "ds"), ("preoccupied", "e"), ("unresolved", "u")):
            assert interviews.loc[row, name] == printed[f"{study}-{letter}"].value.text


def test_every_arrow_has_known_evidence_and_every_row_a_known_arrow(printed, graph, edges):
    for best in graph["best"].dropna():
        for i in best.split("; "):
            assert printed.number(i).grade != "U"
            assert i in set(edges["register_id"])
    assert set(edges["edge"]) <= {*graph["row_id"], "context"}
    assert set(graph.loc[graph["best"].isna(), "design"]) == {"none pooled"}
    assert set(graph.loc[graph["design"] == "none pooled", "best"].isna()) == {True}


def test_rival_causes_are_not_claims_of_the_book(graph):
    rivals = graph["kind"] == "rival cause"
    assert rivals.sum() == 3 and set(graph.loc[rivals, "of_the_book"]) == {"no"} == set(
        graph.loc[graph["of_the_book"] == "no", "of_the_book"]
    )
    assert {box for box, kind in theory.evidence.boxes(graph).items() if kind == "rival cause"} == {
        "genes",
        "socioeconomic risk",
    }


def test_paths_are_not_drawn(printed, graph):
    drawn = theory.evidence.drawn_arrows(graph, printed).set_index("edge")
    assert not {"G12", "G13", "G15"} & set(drawn.index) and len(drawn) == len(graph) - 3
    assert drawn.loc["G8", "estimate"] == "d 0.36 to 1.68" and drawn.loc["G4", "sign"] == "−"
    assert drawn.loc["G7", "estimate"] == "" and drawn.loc["G11", "estimate"] == "a² 46 %"


def test_links_are_put_on_one_scale(printed):
    assert theory.links.link(printed["yang2024-r"])[:3] == (0.21, (0.205, 0.215), (0.15, 0.26))
    d = theory.links.link(printed["bora2021-rf-d"])
    assert d.value == pytest.approx(1.68 / np.sqrt(1.68**2 + 4))
    assert d.precision.endswith("taken as 95 %")
    ratio = theory.links.link(printed["porter2020-epidemiological-or"])
    assert ratio.value == pytest.approx(d_to_r(odds_ratio_to_d(2.56)))
    assert ratio.se_z == pytest.approx(np.diff(np.arctanh(ratio.interval))[0] / (2 * 1.959963984540054))
    assert theory.links.link(printed["berenz2013-r2"]).value == pytest.approx(np.sqrt(0.006))
    assert theory.links.link(printed["bryde2024-r"], n=291).se_z == pytest.approx(1 / np.sqrt(288))
    assert np.isnan(theory.links.link(printed["bryde2024-r"]).se_z)
    assert theory.links.link(printed["bora2021-rf-d"], share=0.01).value < d.value


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("fonagy1996-recalled-low-rf", "unverified"),
        ("nemeth2018-tom", "cannot be put"),
        ("skoglund2021-a2", "cannot be put"),
    ],
)
def test_a_number_without_a_link_is_refused(printed, number, message):
    with pytest.raises(RestatedError, match=message):
        theory.links.link(printed[number])


def test_chain_table_multiplies(printed):
    chain = theory.chains.Chain(("yang2024-r", "bryde2024-r", "derks2017-r"), (None, 291, None))
    row = theory.chains.chain_table(printed, {"x": chain}).iloc[0]
    assert row["product"] == pytest.approx(0.21 * 0.31 * 0.359)
    assert (row["box_low"], row["box_high"]) == pytest.approx((0.205 * 0.305 * 0.3585, 0.215 * 0.315 * 0.3595))
    assert row["low"] < row["product"] < row["high"] and np.isnan(row["ends_low"])
    assert row["precision"] == "published interval; n alone: too narrow"
    with pytest.raises(RestatedError, match="standard error is negative, infinite or missing"):
        theory.chains.chain_table(printed, {"x": theory.chains.Chain(("yang2024-r", "bryde2024-r"), (None, None))})


def test_shares_and_their_regression(printed):
    found = theory.chains.mediation_table(
        printed,
        "yang2024-r",
        {"tests": "bora2021-tom-d"},
        {"healthy": "porter2020-nonclinical-or", "cohort": "porter2020-cohort-or"},
    ).set_index("against")
    healthy = found.loc["healthy"]
    b, c = d_to_r(0.36), d_to_r(odds_ratio_to_d(13.91))
    assert healthy["share"] == pytest.approx(0.21 * b / c)
    assert healthy["share_box_low"] < healthy["share"] < healthy["share_box_high"]
    assert healthy["share_low"] < healthy["share"] < healthy["share_high"]
    assert healthy["indirect"] + healthy["direct"] == pytest.approx(c)
    # A ratio to something that may be zero has no bounded interval.
    assert np.isnan(found.loc["cohort", "share_low"]) and found.loc["cohort", "share"] > 0


def test_limits_of_a_share_agree_with_integration(printed):
    """Two links by Gauss-Hermite quadrature, the observed association exactly: P(ratio <= t) at both limits."""
    x, w = np.polynomial.hermite_e.hermegauss(80)
    a, b, c = map(
        theory.links.link, map(printed.number, ("yang2024-r", "mclaren2022-bpd-r", "porter2020-epidemiological-or"))
    )
    first, second = (np.tanh(np.arctanh(one.value) + one.se_z * x) for one in (a, b))

    def at(r):
        return (np.arctanh(r) - np.arctanh(c.value)) / c.se_z

    row = theory.chains.mediation_table(
        printed, "yang2024-r", {"much": "mclaren2022-bpd-r"}, {"survey": "porter2020-epidemiological-or"}
    ).iloc[0]

    def below(t):
        wanted = np.clip(np.outer(first, second) / t, -1 + 1e-12, 1 - 1e-12)
        return (np.outer(w, w) * stats.norm.sf(at(wanted))).sum() / w.sum() ** 2 + stats.norm.cdf(at(0.0))

    assert below(row["share_low"]) == pytest.approx(0.025, abs=1e-4)
    assert optimize.brentq(lambda t: below(t) - 0.975, 1e-3, 5) == pytest.approx(row["share_high"], abs=0.001)
    assert round(100 * row["share_high"]) == 81


def test_the_share_is_the_reliability_at_which_complete_mediation_fits():
    a, b, reliability = 0.5, 0.6, 0.7
    true = np.array([[1, a, a * b], [a, 1, b], [a * b, b, 1]])  # x, mediator, y: no direct path
    load = np.diag([1, np.sqrt(reliability), 1])
    seen = load @ true @ load + np.diag([0, 1 - reliability, 0])
    r_xm, r_xy, r_my = seen[0, 1], seen[0, 2], seen[1, 2]
    assert r_xm * r_my / r_xy == pytest.approx(reliability)
    assert path.two_predictor(a, a * b, b).direct == pytest.approx(0, abs=1e-12)


def test_estimates_of_an_arrow_are_associations(printed, edges):
    rows = theory.evidence.edge_rows(edges, printed, ["G1", "G10b"], {"G1": "one", "G10b": "two"})
    assert rows["group"].tolist() == ["one", *["two"] * 3]
    assert rows["printed"].tolist() == ["r .30", "OR 2.56", "OR 2.59", "d 0.3"]
    assert rows["n"].tolist() == ["974", "", "", "2,764"]


def test_rows_on_a_chosen_scale(printed, edges):
    rows = theory.evidence.rows_on_scale(edges, printed, ["E10", "E10c"], {"OR": np.log})
    assert rows["y"].tolist() == pytest.approx(np.log([13.91, 2.56]))
    assert rows["high"].tolist() == pytest.approx(np.log([17.43, 5.30]))


def test_implied_is_above_observed(printed, edges):
    chains = theory.chains.chain_table(
        printed, {"x": theory.chains.Chain(("yang2024-r", "bora2021-tom-d"), (None, None))}
    )
    rows = theory.chains.implied_and_observed(chains, printed, {"twins": "berenz2013-r2"}, edges)
    assert rows["design"].tolist() == ["product of links", "twins or families"]
    assert np.isnan(rows.loc[1, "low"]) and rows.loc[0, "low"] < rows.loc[0, "y"]


def test_evidence_table_labels_missing_numbers(printed, graph, edges):
    table = theory.evidence.evidence_table(graph, edges, printed).set_index("Arrow")
    assert table.loc["G5", "Interval"] == "not published" and table.loc["G7", "Best evidence obtained"] == "none"
    assert table.loc["G5b", "Best evidence obtained"] == "no number" and table.loc["G5b", "N"] == "162"
    assert table.loc["G8", "N"] == "1,448 and 2,006 in the whole review"
    assert (table.loc["G6", "k"], table.loc["G10b", "k"]) == ("one sample", "not published")
    assert (
        table.loc["G4", "Interval"] == "−0.26 to −0.15"
        and table.loc["G2", "k"] == "174 studies"
        and len(table) == len(graph)
    )


def test_contrast_of_odds_ratios_by_hand(printed):
    found = theory.links.contrast(printed["porter2020-nonclinical-or"], printed["porter2020-epidemiological-or"])
    se = np.hypot(np.log(17.43 / 11.11), np.log(5.30 / 1.24)) / (2 * 1.959963984540054)
    assert found.difference == pytest.approx(np.log(13.91 / 2.56))
    assert found.high - found.low == pytest.approx(2 * 1.959963984540054 * se)
    with pytest.raises(RestatedError, match="cannot be compared"):
        theory.links.contrast(printed["bora2021-rf-d"], printed["yang2024-r"])
    with pytest.raises(RestatedError, match="no printed interval"):
        theory.links.contrast(printed["bryde2024-r"], printed["yang2024-r"])


def test_what_remains_within_pairs_by_hand(printed):
    before, after = (printed[f"bornovalova2013-emotional-abuse-{x}"] for x in ("unadjusted", "within"))
    assert theory.links.with_limits(after) == pytest.approx((0.19, 0.19 - 1.95996398 * 0.12, 0.19 + 1.95996398 * 0.12))
    assert theory.links.remaining(before, after) == pytest.approx((0.19 / 0.42, 0.185 / 0.425, 0.195 / 0.415))
    negative = (printed[f"bornovalova2013-sexual-abuse-{x}"] for x in ("unadjusted", "within"))
    assert theory.links.remaining(*negative)[2] < 0
    assert theory.links.with_limits(printed["baldwin2023-adjusted"]) == (0.31, 0.24, 0.37)


def test_noted_errors_are_compared_like_printed_intervals(printed):
    found = theory.links.contrast(printed["bornovalova2013-abuse-unadjusted"], printed["bornovalova2013-abuse-within"])
    assert found.high - found.difference == pytest.approx(1.95996398 * np.hypot(0.05, 0.09))


def test_exposure_shares_give_the_odds_ratio_back():
    rows = theory.links.exposure_shares(13.91, [0.1, 0.5])
    odds = rows["cases"] / (1 - rows["cases"]) / (rows["controls"] / (1 - rows["controls"]))
    assert odds.tolist() == pytest.approx([13.91, 13.91])
    assert (rows["ratio"] < 13.91).all()
    with pytest.raises(RestatedError, match="between 0 and 1"):
        theory.links.exposure_shares(2.0, [0.0])


def test_genes_alone_make_at_most_the_geometric_mean():
    assert theory.links.genetic_correlation_ceiling(0.36, 0.49) == pytest.approx(0.42)


def test_counts_from_four_percentages_by_brute_force(interviews):
    row = interviews.loc["barone-bpd"]
    bounds = [interval(row[c]) for c in theory.interview.CLASSES]
    brute = [
        c
        for c in product(range(41), repeat=3)
        if (last := 40 - sum(c)) >= 0
        and all(lo <= 100 * x / 40 <= hi for x, (lo, hi) in zip((*c, last), bounds, strict=True))
    ]
    assert theory.interview.class_counts(row).tolist() == [[*c, 40 - sum(c)] for c in brute] == [[3, 8, 9, 20]]
    with pytest.raises(RestatedError, match="no size or not all percentages"):
        theory.interview.class_counts(interviews.loc["barone-controls"])


def test_three_way_bounds_hold_every_way_to_sort_the_unresolved():
    bounds = theory.interview.three_way_bounds([3, 8, 9, 4]).set_index("class")
    ways = np.array([(3 + i, 8 + j, 9 + 4 - i - j) for i in range(5) for j in range(5 - i)]) / 24 * 100
    assert bounds["lowest"].tolist() == pytest.approx(ways.min(axis=0).tolist())
    assert bounds["highest"].tolist() == pytest.approx(ways.max(axis=0).tolist())


def test_bars_show_counts_only_where_the_print_determines_them(interviews):
    bars = theory.interview.distribution_bars(interviews)
    assert bars["secure text"].tolist() == ["58 %", "3"]
    assert bars["note"].tolist() == ["18 % unresolved on top", "exact counts, n = 40"]
    filled = interviews.copy()
    filled.loc["barone-controls", ["scheme", *theory.interview.CLASSES]] = ["four-way", "60", "20", "10", "10"]
    assert len(theory.interview.distribution_bars(filled)) == 3
    vague = pd.DataFrame(interviews).copy()
    vague.loc["barone-bpd", "secure"] = "about 10"
    vague.loc["barone-bpd", "unresolved"] = "about 50"
    assert len(theory.interview.distribution_bars(vague)) == 1


def test_sample_and_power_belong_together():
    n = theory.links.sample_size(0.21)
    assert theory.links.power(0.21, n) == pytest.approx(0.80, abs=0.005)
    assert theory.links.power(0.21, n - 1) < 0.8 <= theory.links.power(0.21, n)
    # Cohen (1988, table 3.4.1): r = .30 at power .80 and two-sided .05 needs 84 to 85 people.
    assert theory.links.sample_size(0.30) == 85
    assert theory.links.power(0.0, 50) == pytest.approx(0.05)
