"""Ensembles: one result whatever the number of workers, nothing finished is lost, extremes can be made
again."""

from __future__ import annotations

import os
import time
import tracemalloc
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.reconstruct import counts
from restated.reconstruct import ensemble as module
from restated.reconstruct.ensemble import ensemble, generator

modest = settings(deadline=None, derandomize=True, max_examples=15)

DRAWS = 250  # two full batches and a half
SEED = 11


def sample(rng):
    return rng.normal(size=20)


def moments(data):
    return {"mean": data.mean(), "sd": data.std(ddof=1), "log of the first": np.log(data[0]) if data[0] > 0 else np.nan}


def one_by_one(draws, seed):
    return pd.DataFrame([moments(sample(generator(seed, i))) for i in range(draws)])


def same(first, second):
    pd.testing.assert_frame_equal(first.values, second.values, check_exact=True)
    assert {q: e[:2] for q, e in first.low.items()} == {q: e[:2] for q, e in second.low.items()}
    assert {q: e[:2] for q, e in first.high.items()} == {q: e[:2] for q, e in second.high.items()}
    assert first.undefined == second.undefined


@modest
@given(st.integers(1, 320), st.integers(0, 2**40))
def test_the_result_is_that_of_single_draws(draws, seed):
    found = ensemble(sample, moments, draws=draws, seed=seed)
    expected = one_by_one(draws, seed)
    np.testing.assert_array_equal(found.values, expected)
    for name, column in expected.items():
        assert found.undefined[name] == column.isna().sum()
        if column.notna().any():
            assert found.low[name][:2] == (column.min(), column.idxmin())
            assert found.high[name][:2] == (column.max(), column.idxmax())
        else:
            assert name not in found.low


def test_one_and_two_workers_give_the_same():
    same(
        ensemble(sample, moments, draws=DRAWS, seed=SEED, workers=1),
        ensemble(sample, moments, draws=DRAWS, seed=SEED, workers=2),
    )


def test_extremal_data_sets_reproduce_the_extremes():
    found = ensemble(sample, moments, draws=DRAWS, seed=SEED)
    for ends in (found.low, found.high):
        for name, extreme in ends.items():
            assert moments(extreme.data)[name] == extreme.value
            np.testing.assert_array_equal(extreme.data, sample(generator(SEED, extreme.draw)))


def test_the_earliest_of_equal_draws_counts_in_whatever_order_batches_finish(tmp_path):
    def throw(rng):
        return rng.integers(0, 3)

    kept = tmp_path / "kept"
    ensemble(throw, lambda x: {"x": x}, draws=DRAWS, seed=SEED, keep=kept)
    (kept / "draws-000000000.npz").unlink()
    found = ensemble(throw, lambda x: {"x": x}, draws=DRAWS, seed=SEED, keep=kept)  # first batch comes last
    for extreme in (found.low["x"], found.high["x"]):
        assert extreme.draw == np.flatnonzero(found.values["x"] == extreme.value)[0] < 100


def test_an_enumerated_set_is_reached():
    """All counts behind a percentage turn up, and the range is that of the enumeration."""
    fitting = counts.counts("63", range(90, 111)).pairs
    found = ensemble(
        lambda rng: fitting[rng.integers(len(fitting))],
        lambda pair: {"odds": pair[0] / (pair[1] - pair[0])},
        draws=400,
        seed=2,
    )
    odds = fitting[:, 0] / (fitting[:, 1] - fitting[:, 0])
    assert (found.low["odds"].value, found.high["odds"].value) == (odds.min(), odds.max())


def test_quantiles_come_from_the_first_draws_and_the_range_from_all(monkeypatch):
    everything = ensemble(sample, moments, draws=DRAWS, seed=SEED)
    monkeypatch.setattr(module, "QUANTILE_DRAWS", 30)
    found = ensemble(sample, moments, draws=DRAWS, seed=SEED)
    pd.testing.assert_frame_equal(found.values, everything.values.head(30))
    assert found.low["mean"][:2] == everything.low["mean"][:2]


def test_batched_estimates_are_the_same():
    def together(sets):
        data = np.stack(sets)
        with np.errstate(invalid="ignore"):
            first = np.where(data[:, 0] > 0, np.log(data[:, 0]), np.nan)
        return {"mean": data.mean(axis=1), "sd": data.std(axis=1, ddof=1), "log of the first": first}

    found = ensemble(sample, together, draws=DRAWS, seed=SEED, batched=True)
    np.testing.assert_allclose(found.values, one_by_one(DRAWS, SEED), rtol=1e-13)
    with pytest.raises(RestatedError, match="1 numbers for 100 data sets"):
        ensemble(sample, lambda sets: {"mean": [0.0]}, draws=DRAWS, seed=SEED, batched=True)
    with pytest.raises(RestatedError, match="the draws from 0 on failed: no"):
        ensemble(sample, partial(_refuse, "no"), draws=DRAWS, seed=SEED, batched=True)


def _refuse(text, data):
    raise ValueError(text)


# --- what is kept -------------------------------------------------------------------------------------------


class Interrupted:
    """An estimate that stops like Ctrl-C at its n-th call and counts its calls."""

    def __init__(self, at):
        self.at, self.calls = at, 0

    def __call__(self, data):
        self.calls += 1
        if self.calls == self.at:
            raise KeyboardInterrupt
        return moments(data)


def test_an_interrupted_run_continues_where_it_was(tmp_path):
    first = Interrupted(at=230)
    with pytest.raises(KeyboardInterrupt):
        ensemble(sample, first, draws=DRAWS, seed=SEED, keep=tmp_path / "kept")
    assert len(list((tmp_path / "kept").glob("draws-*.npz"))) == 2
    second = Interrupted(at=0)
    found = ensemble(sample, second, draws=DRAWS, seed=SEED, keep=tmp_path / "kept")
    assert second.calls == 50 + 1  # the broken-off batch, and one kept draw made again to compare
    same(found, ensemble(sample, moments, draws=DRAWS, seed=SEED))


def test_more_draws_are_added_to_kept_ones(tmp_path):
    ensemble(sample, moments, draws=150, seed=SEED, keep=tmp_path / "kept")
    again = Interrupted(at=0)
    found = ensemble(sample, again, draws=DRAWS, seed=SEED, keep=tmp_path / "kept")
    assert again.calls == 150 + 1  # the half batch is computed anew
    same(found, ensemble(sample, moments, draws=DRAWS, seed=SEED))
    fewer = ensemble(sample, Interrupted(at=2), draws=120, seed=SEED, keep=tmp_path / "kept")
    same(fewer, ensemble(sample, moments, draws=120, seed=SEED))


def die_once(kept, data):
    """Kill the worker process in the last batch, once the others are finished; not again while they are
    kept."""
    if data[0] == LAST and (kept / "ensemble.json").exists() and not (kept.parent / "flag").exists():
        for _ in range(600):
            if len(list(kept.glob("draws-*.npz"))) == 2:
                break
            time.sleep(0.05)
        (kept.parent / "flag").touch()
        os._exit(1)
    return moments(data)


LAST = sample(generator(SEED, 220))[0]


def test_a_killed_worker_loses_no_finished_batch(tmp_path):
    kept = tmp_path / "kept"
    work = partial(die_once, kept)
    with pytest.raises(RestatedError, match=r"a worker process was killed. Run again with the same folder"):
        ensemble(sample, work, draws=DRAWS, seed=SEED, workers=2, keep=kept)
    before = {path.name: path.stat().st_mtime_ns for path in kept.glob("draws-*.npz")}
    assert len(before) == 2
    found = ensemble(sample, work, draws=DRAWS, seed=SEED, workers=2, keep=kept)
    same(found, ensemble(sample, moments, draws=DRAWS, seed=SEED))
    after = {path.name: path.stat().st_mtime_ns for path in kept.glob("draws-*.npz")}
    assert len(after) == 3
    assert before.items() <= after.items()


def test_kept_draws_of_something_else_are_refused(tmp_path):
    keep = tmp_path / "kept"
    ensemble(sample, moments, draws=DRAWS, seed=SEED, keep=keep)
    with pytest.raises(RestatedError, match="another ensemble"):
        ensemble(sample, moments, draws=DRAWS, seed=SEED + 1, keep=keep)
    with pytest.raises(RestatedError, match="draw 0 kept in the folder has other numbers"):
        ensemble(lambda rng: rng.normal(size=21), moments, draws=DRAWS, seed=SEED, keep=keep)
    with pytest.raises(RestatedError, match="draw 0 kept in the folder has other numbers"):
        ensemble(sample, lambda data: {"mean": data.mean()}, draws=DRAWS, seed=SEED, keep=keep)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RestatedError, match="holds other files"):
        ensemble(sample, moments, draws=DRAWS, seed=SEED, keep=tmp_path / "other")


# --- memory, progress, input --------------------------------------------------------------------------------


def peak(draws):
    """Most memory in use, in bytes, for data sets of 80 kB each."""
    tracemalloc.start()
    ensemble(lambda rng: rng.random(10_000), lambda data: {"mean": data.mean()}, draws=draws, seed=1)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used


def test_memory_is_flat_in_the_number_of_draws(monkeypatch):
    monkeypatch.setattr(module, "QUANTILE_DRAWS", 200)
    peak(200)  # what is imported on first use
    few, many = peak(200), peak(2_000)
    assert few < 2_000_000  # one batch of data sets alone would take 8 MB
    assert many < few + 200_000  # one number a draw more would take 14 kB; all data sets 144 MB


def test_progress_is_told_step_by_step():
    lines = []
    ensemble(sample, moments, draws=2_000, seed=SEED, progress=lines.append)
    assert lines[0] == "█" + "░" * 19 + " 100 of 2,000 draws"
    assert lines[-1] == "█" * 20 + " 2,000 of 2,000 draws"
    assert len(lines) == module.PROGRESS_STEPS


def test_a_failing_draw_is_named():
    def fails(rng):
        if rng.normal() > 2:
            raise ValueError("no such table")
        return np.zeros(2)

    draw = next(i for i in range(DRAWS) if generator(SEED, i).normal() > 2)
    with pytest.raises(RestatedError, match=rf"draw {draw} failed: no such table. .*generator\({SEED}, {draw}\)"):
        ensemble(fails, moments, draws=DRAWS, seed=SEED)


def test_changing_names_are_refused():
    def estimate(data):
        return {"high" if data[0] > 0 else "low": data[0]}

    with pytest.raises(RestatedError, match="has the quantities"):
        ensemble(sample, estimate, draws=DRAWS, seed=SEED)
    with pytest.raises(RestatedError, match="not a mapping"):
        ensemble(sample, np.mean, draws=DRAWS, seed=SEED)


@pytest.mark.parametrize(
    "bad",
    [{"draws": 0}, {"draws": 1.5}, {"draws": True}, {"seed": -1}, {"seed": None}, {"workers": 0}, {"workers": 1.0}],
)
def test_numbers_out_of_range_are_refused(bad):
    with pytest.raises(RestatedError, match="|".join(bad)):
        ensemble(sample, moments, **({"draws": 10, "seed": 1} | bad))
