"""Ensembles of cohorts: truth is recovered, standard errors are right, and the stored table is fresh and guarded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from restated.errors import RestatedError
from restated.reconstruct import ensemble as engine
from restated_book import register
from review.findings.cohort import effects, runs, statements, stored
from review.findings.cohort.design import CELLS, Design

NUMBERS = register.load()
TABLE = stored.load(NUMBERS)


def test_true_values_are_found_on_average_within_the_standard_errors():
    cohorts = 150
    table = runs.run("base", NUMBERS, cohorts=cohorts)
    sd, se = stored.pick(table, "sd four-way"), stored.pick(table, "se disorganized × boy × risk × time")
    assert abs(stored.pick(table, "mean four-way")) < 3.5 * sd / np.sqrt(cohorts)
    assert sd == pytest.approx(se, rel=3.5 / np.sqrt(2 * cohorts))
    assert stored.pick(table, "cell mean") == pytest.approx(stored.pick(TABLE, "cell mean"), rel=0.06)


def growth_of(extra):
    """Return the rows of the stored table with this extra growth."""
    return TABLE[np.isclose(TABLE["extra"], extra)]


def test_power_of_the_stored_table_agrees_with_its_standard_error():
    """The counted power of the four-way term is that of a normal estimate with the stored standard error."""
    se = stored.pick(TABLE, "se disorganized × boy × risk × time")
    for extra in (0.0, 0.5, 1.0):
        counted = stored.pick(growth_of(extra), "four-way", "grid")
        # Standard errors vary between cohorts, which flattens the curve a little.
        assert counted == pytest.approx(float(norm.sf(statements.CRITICAL - extra / se)), abs=0.02)


def test_scenarios_agree_with_the_grid_and_more_growth_is_found_more_often():
    for key, extra in (("main", 0.0), ("extra-020", 0.2), ("extra-050", 0.5), ("extra-080", 0.8)):
        for event in ("C7", "whole", "four-way"):
            assert stored.pick(TABLE, event, key) == stored.pick(growth_of(extra), event, "grid")
    curve = [stored.pick(growth_of(extra), "four-way", "grid") for extra in runs.GRID]
    assert np.all(np.diff(curve) > 0)


def test_every_variation_and_scenario_has_its_rows_and_enough_cohorts():
    found = stored.shares(TABLE)
    assert set(found["scenario"]) == {*effects.scenarios(NUMBERS), *effects.two_way(NUMBERS), "grid"}
    assert (found["cohorts"] >= 1000).all()
    for key in runs.VARIATIONS:
        part = stored.shares(TABLE, variation=key)
        assert set(runs.VARIED) <= set(part["scenario"])
        drawn = part["cohorts"].iloc[0] + stored.pick(TABLE, "undefined cohorts", variation=key)
        assert drawn == (stored.COHORTS if key == "base" else stored.VARIATION_COHORTS)


def test_the_first_edition_is_still_there_as_a_variation():
    """Its stored results are those of the base design of that edition, within Monte Carlo error."""
    of = {"variation": "first-edition"}
    four_way = "se disorganized × boy × risk × time"
    assert stored.pick(TABLE, "cell mean", **of) == pytest.approx(42.79, abs=3.5 * 9.5 / np.sqrt(1000))
    assert stored.pick(TABLE, four_way, **of) == pytest.approx(0.356, rel=0.02)
    for event, share in (("C7", 0.550), ("four-way", 0.296), ("whole", 0.143)):
        error = np.sqrt(share * (1 - share) / 1000)
        assert stored.pick(TABLE, event, "extra-050", **of) == pytest.approx(share, abs=3.5 * error)


def test_average_growth_makes_the_last_statement_easier_to_meet_and_no_other():
    def met(event, variation):
        return stored.pick(TABLE, event, "main", variation=variation)

    assert met("C7", "falling") < met("C7", "base") < met("C7", "rising")
    for event in ("C4", "C5", "four-way"):
        error = np.sqrt(0.05 * 0.95 / 1000)
        assert met(event, "falling") == pytest.approx(met(event, "rising"), abs=5 * error)


def test_a_floor_leaves_the_design_and_turns_main_effects_into_interactions():
    table = runs.run("floor", NUMBERS, cohorts=3)
    assert stored.pick(table, "cell mean", variation="floor") == stored.pick(
        runs.run("base", NUMBERS, cohorts=3), "cell mean"
    )
    error = np.sqrt(0.05 * 0.95 / 1000)
    for event in ("C4", "C5", "C6"):
        nothing, main = (stored.pick(TABLE, event, key, variation="floor") for key in ("nothing", "main"))
        assert nothing == pytest.approx(0.05, abs=3.5 * error) and main > 0.05 + 3.5 * error


def test_without_a_four_way_term_it_is_found_at_the_level_and_the_pattern_as_often():
    for key in effects.two_way(NUMBERS):
        assert stored.pick(TABLE, "four-way", key) == stored.pick(TABLE, "four-way", "main")
        of_key = TABLE[(TABLE["scenario"] == key) & TABLE["quantity"].isin(["sign error", "four-way found"])]
        assert of_key.empty, "an estimate is compared with a term that is not true"
    assert stored.pick(TABLE, "whole", "apart-050") > stored.pick(TABLE, "whole", "extra-050")


def test_miscoding_blurs_every_statement_and_invents_none():
    for event in ("C4", "C5", "C6", "C7"):
        assert stored.pick(TABLE, event, "extra-050", variation="miscoded") < stored.pick(TABLE, event, "extra-050")
    for variation in ("miscoded", "leaving"):
        error = np.sqrt(0.05 * 0.95 / 1000)
        for event in ("C4", "C5", "C6"):
            assert stored.pick(TABLE, event, "main", variation=variation) == pytest.approx(0.05, abs=3.5 * error)


def test_leaving_before_high_ratings_hides_growth():
    for scenario in runs.VARIED:
        assert stored.pick(TABLE, "C7", scenario, variation="leaving") < stored.pick(TABLE, "C7", scenario)


def test_leaving_in_one_class_moves_its_growth_against_that_of_the_others():
    whole = {
        key: stored.pick(TABLE, "C6", "extra-050", variation=f"leaving-{key}") for key in ("disorganized", "others")
    }
    assert whole["disorganized"] < stored.pick(TABLE, "C6", "extra-050") < whole["others"]
    disorganized = runs.VARIATIONS["leaving-disorganized"].change(Design.standard())
    cohort = disorganized.draw(np.random.default_rng(3))
    by_rating = np.isfinite(cohort.limit[:, 1])
    assert set(np.repeat([c[0] for c in CELLS], disorganized.slots)[by_rating]) == {"disorganized"}
    assert np.isneginf(cohort.limit[:, 1]).any() and np.isposinf(cohort.limit[:, 1]).any()


@pytest.mark.parametrize("key", ["miscoded", "leaving", "leaving-others"])
def test_effects_outside_the_model_get_their_own_fits(key):
    table = runs.run(key, NUMBERS, cohorts=3)
    assert set(table["scenario"]) == {"any", *runs.VARIED} and "sd four-way" not in set(table["quantity"])
    assert stored.pick(table, "C3", "extra-050", variation=key) == 1  # as in the stored table, in nearly every cohort


def test_a_cell_that_leaving_empties_leaves_the_cohort_undefined():
    tiny = replace(Design.standard().with_ranges(classified=(450, 450), lost=(0.6, 0.6)), hidden_odds=2.0)
    truths = (("main", 0.0, effects.scenarios(NUMBERS)["main"]),)
    estimate = runs._Estimate(tiny, truths, tuple(effects.shares(NUMBERS).items()))
    values = engine.ensemble(runs._Draw(tiny), estimate, draws=6, seed=1, batched=True).values
    undefined = stored.pick(runs._summary("tiny", values), "undefined cohorts", variation="tiny")
    assert 0 < undefined <= 6


def test_the_index_analysis_runs_on_the_same_cohorts():
    table = runs.run("index", NUMBERS, cohorts=3)
    assert set(table["scenario"]) == {"any", *runs.VARIED}
    assert stored.pick(table, "cell mean", variation="index") == stored.pick(
        runs.run("base", NUMBERS, cohorts=3), "cell mean"
    )


def test_a_cohort_with_a_nearly_empty_group_is_undefined_and_counted():
    tiny = Design.standard().with_ranges(classified=(300, 300))
    truths = (("main", 0.0, effects.scenarios(NUMBERS)["main"]),)
    estimate = runs._Estimate(tiny, truths, tuple(effects.shares(NUMBERS).items()))
    values = engine.ensemble(runs._Draw(tiny), estimate, draws=12, seed=1, batched=True).values
    table = runs._summary("tiny", values)
    undefined = stored.pick(table, "undefined cohorts", variation="tiny")
    assert 0 < undefined < 12 and values["cell"].notna().all()
    assert (table.loc[table["quantity"] == "C2", "cohorts"] == 12 - undefined).all()


# --- the stored table -------------------------------------------------------------------------------------------------


def test_the_stored_table_is_written_and_read_unchanged(tmp_path):
    file = tmp_path / "cohort.csv"
    stored.store(TABLE, file)
    assert file.read_bytes() == stored.FILE.read_bytes()
    pd.testing.assert_frame_equal(stored.load(NUMBERS, file), TABLE)


def test_another_printed_effect_makes_the_table_stale(tmp_path):
    id = effects.PRINTED["avoidant"]
    changed = dict(NUMBERS) | {id: NUMBERS[effects.PRINTED["resistant"]]}
    assert stored.fingerprint(changed) != stored.fingerprint(NUMBERS)
    with pytest.raises(RestatedError, match=r"ensembles/cohort.csv, row 2, field 'inputs'.*make ensembles"):
        stored.load(changed)


def test_the_first_cohorts_are_computed_again():
    stored.first_cohorts(NUMBERS, TABLE)
    tampered = TABLE.copy()
    at = tampered["quantity"] == f"first {runs.AGAIN} four-way"
    tampered.loc[at & (tampered["variation"] == "base"), "value"] += 1e-3
    with pytest.raises(RestatedError, match=r"first 20 cohorts.*make ensembles"):
        stored.first_cohorts(NUMBERS, tampered)


def test_detectable_value_and_children_for_power():
    assert stored.detectable(1.0) == pytest.approx(1.959964 + 0.841621, abs=1e-5)
    children = Design.standard().middle()["classified"]
    assert stored.children_for_power(0.1, stored.detectable(0.1)) == children
    assert stored.children_for_power(0.1, stored.detectable(0.1) / 2) == pytest.approx(4 * children, abs=1)


def test_a_value_that_is_not_there_is_named():
    with pytest.raises(RestatedError, match="0 rows for 'nonsense'"):
        stored.pick(TABLE, "nonsense")
