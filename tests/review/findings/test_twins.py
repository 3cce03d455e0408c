from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import pairs, twins
from restated.reconstruct import twintables
from restated_book import paths, register, studies
from review.findings import twins as finding
from review.findings.numbers import selection
from review.findings.transmission import PLAUSIBLE_SECURE
from tests.reference import load


@pytest.fixture(scope="module")
def numbers():
    return register.load()


@pytest.fixture(scope="module")
def rows():
    return studies.load("twin-pairs", originals=False)


@pytest.fixture(scope="module")
def sets(rows):
    return finding.concordance.groups(rows)


def test_the_study_table_agrees_with_the_register(rows, numbers):
    """Every cell of the table is the print: the same digits as in the register."""
    ids = {
        "agreement": {
            f"{key}-{z}": f"{key}-{z}-concordance"
            for key in ("finkel1998", "finkel2000", "oconnor2001")
            for z in ("mz", "dz")
        }
        | {
            "oconnor2001-all": "oconnor2001-all-concordance",
            "vanijzendoorn2000-all": "vanijzendoorn2000-all-concordance",
            "vanijzendoorn2000-same": "vanijzendoorn2000-same-gender-concordance",
        },
        "r": {f"{key}-{z}": f"{key}-{z}-r" for key in ("oconnor2001", "fearon2014") for z in ("mz", "dz")},
        "kappa": {f"fearon2014-{z}": f"fearon2014-{z}-kappa" for z in ("mz", "dz")},
        "icc": {
            "vanijzendoorn2000-all": "vanijzendoorn2000-all-icc",
            "vanijzendoorn2000-same": "vanijzendoorn2000-same-gender-icc",
        },
    }
    table = rows.set_index("row_id")
    for column, named in ids.items():
        assert set(table.index[table[column].notna()]) == set(named)
        for row, number in named.items():
            assert table.loc[row, column] == numbers[number].value.text
            assert np.isnan(table.loc[row, "n_pairs"]) or numbers[number].n in ("", f"{table.loc[row, 'n_pairs']:.0f}")
    assert table[["both", "discordant", "neither"]].isna().all(axis=None), "no abstract prints these"
    assert np.isnan(table.loc["bokhorst2003-mz", "n_pairs"]), "the split of 2003 was not available"


def test_counts_are_those_of_brute_force(rows, sets):
    counted = finding.concordance.counts_of_pairs(rows, sets).set_index("row_id")
    assert set(counted.index) == {
        "finkel1998-mz",
        "finkel1998-dz",
        "finkel2000-mz",
        "finkel2000-dz",
        "oconnor2001-mz",
        "oconnor2001-dz",
        "oconnor2001-all",
        "vanijzendoorn2000-all",
    }
    for row in counted.itertuples():
        decimals = len(row.percent.partition(".")[2])
        fit = [
            c
            for c in range(row.pairs + 1)
            if abs(100 * c / row.pairs - float(row.percent)) <= 0.5 * 10**-decimals + 1e-12
        ]
        assert (row.concordant_low, row.concordant_high) == (fit[0], fit[-1])
        assert (row.discordant_low, row.discordant_high) == (row.pairs - fit[-1], row.pairs - fit[0])
        assert len(sets[row.Index]) == sum(c + 1 for c in fit)


def test_scales_keep_the_order_of_agreement(rows, sets):
    table = finding.concordance.scales(rows, sets).set_index("row_id")
    assert (table["agreement_low"] <= table["agreement_high"]).all()
    # At the same margins a liability correlation is farther from zero than that of the classes.
    positive = table[table["score_low"] > 0]
    assert len(positive) and (positive["liability_high"] > positive["score_high"]).all()
    for key in ("finkel1998-dz", "finkel2000-dz"):
        assert table.loc[key, "agreement_high"] < 0.5 and table.loc[key, "liability_high"] < 0


def test_definitions_of_concordance(rows):
    table = finding.concordance.definitions(rows).set_index(["row_id", "definition"])["tables"]
    assert table["finkel1998-mz", "probandwise"] == 0
    assert (table.xs("agreement", level="definition") > 0).all()


def test_difference_in_concordance(sets):
    pearson, fisher = finding.concordance.concordance_difference(sets["finkel2000-mz"], sets["finkel2000-dz"])
    pooled = 110 / 207
    z = (62 / 99 - 48 / 108) / np.sqrt(pooled * (1 - pooled) * (1 / 99 + 1 / 108))
    assert pearson == pytest.approx(2 * stats.norm.sf(z))
    assert 0.005 < fisher < 0.05
    with pytest.raises(RestatedError, match="not determined"):
        finding.concordance.concordance_difference(sets["vanijzendoorn2000-all"], sets["finkel2000-dz"])


@pytest.mark.parametrize("thresholds", ["separate", "common"])
def test_set_fits_hold_every_combination_and_their_ranges(thresholds):
    mz, dz = twintables.twin_tables(20, agreement="70"), twintables.twin_tables(18, agreement="61")
    found = finding.fits.fit_set(mz, dz, thresholds=thresholds)
    assert len(found.mz) == len(mz) * len(dz)
    single = [twins.liability(a, b, thresholds=thresholds) for a, b in zip(found.mz, found.dz, strict=True)]
    np.testing.assert_allclose(found.fit.a2, [f.a2 for f in single], atol=1e-7)
    low, high = PLAUSIBLE_SECURE
    inside = [
        low <= (2 * a[0] + a[1]) / 40 <= high and low <= (2 * b[0] + b[1]) / 36 <= high
        for a, b in zip(found.mz, found.dz, strict=True)
    ]
    np.testing.assert_array_equal(found.kept, inside)
    table = found.ranges().set_index("share")
    kept = [f for f, k in zip(single, inside, strict=True) if k]
    assert table.loc["a2", "highest"] == pytest.approx(max(f.a2 for f in kept), abs=1e-7)
    assert table.loc["e2", "ci_lowest"] == pytest.approx(min(twins.intervals(f)["e2"].low for f in kept), abs=1e-5)
    assert (table["all_lowest"] <= table["lowest"]).all() and (table["highest"] <= table["all_highest"]).all()
    assert (table["ci_lowest"] <= table["lowest"] + 1e-9).all() and (
        table["highest"] <= table["ci_highest"] + 1e-9
    ).all()
    assert found.significant("genes_p") == sum(twins.compare(f)["CE"].p_boundary < 0.05 for f in kept)


def test_scores_inside_the_triangle_are_falconers():
    table = finding.fits.fit_scores(".48", ".38", 57, 53).set_index("share")
    for share, interval in twins.falconer_bounds(".48", ".38").items():
        assert table.loc[share, ["lowest", "highest"]].tolist() == pytest.approx(list(interval), abs=0.006)
    assert table.loc["a2", "p_low"] > 0.05
    more = finding.fits.fit_scores(".48", ".38", [57, 570], [53, 530]).set_index("share")
    assert more.loc["a2", "p_low"] < table.loc["a2", "p_low"]
    assert more.loc["a2", "ci_highest"] >= table.loc["a2", "ci_highest"] - 1e-6


def test_correlations_from_two_printed_shares():
    assert finding.printedshares.correlations("52", "48") == pytest.approx((0.515, 0.525))
    assert finding.printedshares.correlations("52.3", "48") == pytest.approx((0.5225, 0.5235))
    with pytest.raises(RestatedError, match="do not add up"):
        finding.printedshares.correlations("52", "50")


def test_compatible_tables_print_the_share_and_are_complete():
    found = finding.printedshares.compatible_tables(30, "52", (0.3, 0.5))
    fit = twins.liability(found.mz, found.dz, model="CE")
    assert ((fit.c2 >= 0.515 - 1e-9) & (fit.c2 <= 0.525 + 1e-9)).all()
    assert (found.mz >= 0).all() and (found.dz >= 0).all()
    sums = np.unique(found.mz + found.dz, axis=0)
    # Brute force over all sums.
    every = np.array([(b, d, 30 - b - d) for d in range(31) for b in range(31 - d)])
    share = pairs.affected(every)
    ce = twins.liability(every, np.array([1e-9, 1e-9, 1e-9]) + 0 * every, model="CE").c2
    wanted = every[(share >= 0.4) & (share <= 0.7) & (ce >= 0.515) & (ce <= 0.525)]
    assert found.pooled == len(wanted)
    assert {tuple(row) for row in sums} == {tuple(row) for row in wanted}
    assert set(found.mz.sum(axis=1)) == {9, 15}
    np.testing.assert_array_equal(np.isnan(found.high), ~found.chosen)
    assert (found.high[found.chosen] >= found.fit.a2[found.chosen] - 1e-6).all()


def test_equal_twins_leave_a_limit_that_shrinks_with_pairs_and_with_a_score():
    small, large = (finding.printedshares.limits_if_equal(n, 0.52, (0.5,), (0.5, None)) for n in (78, 157))
    assert (large["a2_high"] < small["a2_high"]).all()
    assert large["a2_high"].iloc[1] < large["a2_high"].iloc[0]
    # The rule of the test: at its quantile, the halved p is 5 %.
    assert (large["a2_high_test"] < large["a2_high"]).all()
    one_sided = twins.intervals(twins.continuous(0.52, 0.52, 78, 79), level=0.9)["a2"].high
    assert large["a2_high_test"].iloc[1] == pytest.approx(one_sided, abs=1e-6)
    assert stats.chi2.sf(stats.chi2.ppf(finding.fits.TEST_LEVEL, 1), 1) / 2 == pytest.approx(1 - finding.fits.LEVEL)
    alone = twins.intervals(twins.continuous(0.52, 0.52, 78, 79))
    assert large["a2_high"].iloc[1] == pytest.approx(alone["a2"].high, abs=1e-6)
    assert np.isnan(large["prevalence"].iloc[1]) and large["prevalence"].iloc[0] == 0.5


def test_power_table_has_every_design_with_its_error():
    table = finding.fits.power_table(157, [(0.25, 0.27), (0.4, 0.12)], (0.3, 0.7), (0.5, None), draws=40, seed=1)
    assert len(table) == 8 and not table.duplicated(["a2", "mz_share", "prevalence"]).any()
    assert ((table["low"] <= table["power"]) & (table["power"] <= table["high"])).all()
    again = twins.power(0.25, 0.27, 0.48, 47, 110, 0.5, draws=40, seed=1)
    assert table["power"].iloc[0] == again.power


def test_needed_pairs_fall_with_the_share():
    table = finding.fits.pairs_for_power([(0.25, 0.27), (0.4, 0.12)], (0.5, None)).set_index(["a2", "prevalence"])[
        "pairs"
    ]
    assert table.iloc[0] > table.iloc[2] and table.iloc[1] < table.iloc[0]


def test_pairs_from_printed_p_are_exactly_those_that_fit():
    low, high = finding.siblings.pairs_from_r(".20", ".001", 551)

    def p(r, n):
        return 2 * stats.t.sf(r * np.sqrt((n - 2) / (1 - r * r)), n - 2)

    for n in (low, high):
        assert p(0.205, n) <= 0.0015 and p(0.195, n) >= 0.0005
    assert p(0.205, low - 1) > 0.0015 and p(0.195, high + 1) < 0.0005
    low, high = finding.siblings.pairs_from_kappa(".09", ".20", 551)
    assert 2 * stats.norm.sf(0.095 * np.sqrt(low)) <= 0.205 < 2 * stats.norm.sf(0.095 * np.sqrt(low - 1))
    assert 2 * stats.norm.sf(0.085 * np.sqrt(high)) >= 0.195 > 2 * stats.norm.sf(0.085 * np.sqrt(high + 1))
    with pytest.raises(RestatedError, match="up to 50 gives the printed p"):
        finding.siblings.pairs_from_r(".20", ".001", 50)


def test_kappa_on_the_liability_scale():
    low, high = finding.siblings.liability_of_kappa((0.26, 0.26), (0.5,))
    # At half affected the tetrachoric correlation is sin(pi kappa / 2).
    assert low == high == pytest.approx(np.sin(np.pi * 0.26 / 2), abs=1e-9)


def test_tables_with_a_printed_intraclass_correlation(sets):
    tables = sets["vanijzendoorn2000-all"].tables
    found = finding.siblings.with_intraclass(tables, ".23")
    kept = {tuple(t) for t in found}
    for t in tables:
        fits = any(0.225 - 1e-12 <= f(t) <= 0.235 + 1e-12 for f in (pairs.double_entry, pairs.intraclass))
        assert (tuple(t) in kept) == fits
    sizes = finding.siblings.sizes_with_intraclass("68", ".37", 60)
    assert 19 in set(sizes["pairs"]) and sizes["pairs"].is_unique
    assert (sizes["affected_low"] >= 0.4).all() and (sizes["affected_high"] <= 0.6).all()


def test_no_unverified_number_is_drawn_over_life(numbers, monkeypatch):
    table, listed = finding.printedshares.over_life(numbers), selection("attachment-over-life")
    used = listed[["a2", "c2", "e2"]].stack().dropna()
    assert len(table) == len(listed) and all(numbers[i].grade == "P" for i in used)
    assert table.loc[0, "c2"] == pytest.approx(0.52) and table["a2"].max() < 1
    listed.loc[0, "a2"] = "oconnor2001-recalled-a2"
    monkeypatch.setattr(finding.printedshares.numbers, "selection", lambda name: listed)
    with pytest.raises(RestatedError, match="unverified"):
        finding.printedshares.over_life(numbers)


def test_a_restated_row_is_put_with_its_age(numbers):
    extra = finding.printedshares.over_life(numbers).iloc[[6]]
    extra = extra.assign(measure="score", status="arithmetic on printed numbers")
    table = finding.printedshares.over_life(numbers, extra)
    at = table.index[table["status"] != "printed"]
    assert len(at) == 1 and table.loc[at[0] - 1, "age"] == table.loc[at[0], "age"] == "preschool"


def test_counts_a_reader_supplies_replace_the_set(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)
    lines = (paths.STUDIES / "twin-pairs.csv").read_text(encoding="utf-8").splitlines()
    for i, line in enumerate(lines):
        for name, counts in (("bokhorst2003-mz", "57,,20,17,20"), ("bokhorst2003-dz", "100,,30,40,30")):
            if line.startswith(name):
                lines[i] = line.replace(",MZ,,,,,,", f",MZ,{counts},").replace(",DZ,,,,,,", f",DZ,{counts},")
    (tmp_path / "twin-pairs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = studies.load("twin-pairs")
    assert found.attrs["status"] == studies.SUPPLIED
    both = finding.concordance.by_zygosity(finding.concordance.groups(found))["bokhorst2003"]
    assert [len(s) for s in both] == [1, 1]
    table = finding.fits.fit_set(*both).ranges()
    assert (table["lowest"] == table["highest"]).all() and (table["ci_lowest"] < table["ci_highest"]).all()


def test_a_percentage_no_count_gives_is_named(rows):
    wrong = rows.copy()
    wrong.loc[wrong["row_id"] == "oconnor2001-dz", "agreement"] = "64.5"
    with pytest.raises(RestatedError, match=r"oconnor2001-dz: no twin table fits 53 pairs, agreement 64.5 %"):
        finding.concordance.groups(wrong)


def test_three_and_four_classes_agree_with_r():
    values = load("classes")
    for case in values["fits"]:
        found = finding.fits.fit_concordance(tuple(case["mz"]), tuple(case["dz"]), len(case["shares"]))
        every = finding.fits.class_shares(len(case["shares"]))
        row = found.iloc[np.abs(every - case["shares"]).sum(axis=1).argmin()]
        # On a grid of hundredths; nlminb searches freely.
        assert (row["a2"], row["c2"]) == pytest.approx((case["a2"], case["c2"]), abs=0.011)
        assert row["genes_p"] == pytest.approx(stats.chi2.sf(case["lrt"], 1) / 2, abs=0.002)
        assert row["a2"] <= row["a2_high"] and row["a2"] + row["c2"] + row["e2"] == pytest.approx(1)


def test_two_classes_from_concordance_alone_are_those_of_the_tables(sets):
    mz, dz = (62, 99), (48, 108)
    found = finding.fits.fit_concordance(mz, dz, 2)
    tables = finding.fits.fit_set(sets["finkel2000-mz"], sets["finkel2000-dz"]).estimates().set_index("share")
    assert found["c2"].max() == tables.loc["c2", "highest"] == 0
    assert found["a2"].max() == pytest.approx(tables.loc["a2", "highest"], abs=0.01)
    shares = finding.fits.class_shares(3)
    assert ((shares > 0) & (np.abs(shares * 20 - np.rint(shares * 20)) < 1e-9)).all()
    assert shares.sum(axis=1) == pytest.approx(1) and len(np.unique(shares, axis=0)) == len(shares)
