from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from review.findings import proof


def test_every_stored_reference_is_listed():
    listed = proof.sources()
    assert list(listed["File"]) == sorted(f.stem for f in proof.REFERENCE.glob("*.json"))
    assert set(proof.SUBJECTS) == set(listed["File"])
    assert listed["With"].str.startswith("R ").all()


def test_the_tables_hold_every_case_and_small_differences():
    table = proof.pooling()
    assert list(table["Estimator"]) == ["FE", "DL", "HE", "SJ", "PM", "ML", "REML"]
    assert (table["Cases"] == 12).all()
    assert table.drop(columns=["Estimator", "Cases"]).to_numpy().max() < 1e-8
    robust = proof.robust_variance()
    assert (robust["Cases"] == 8).all() and robust.iloc[:, 2:].to_numpy().max() < 1e-10


def test_a_difference_is_noticed(monkeypatch):
    fit = proof.meta.fit
    monkeypatch.setattr(proof.meta, "fit", lambda y, v, **k: fit(np.asarray(y) * 1.01, v, **k))
    assert proof.pooling()["Estimate"].min() > 1e-3


def test_ratios_and_bars_are_read_from_the_kept_table():
    kept = pd.DataFrame(
        {
            "work": ["a", "b", "1,000 c, k = 9 (all)"],
            "peer": ["p", "q", "R::r in a loop, 2 fits"],
            "ratio": ["53.3", proof.NOT_MEASURED, "267"],
            "bar": ["at least 1.6 times as fast, at most 9 s", "at least 10 times", "at least 150 times as fast"],
        }
    )
    found = proof.ratios(kept)
    assert found["work"].tolist() == ["a", "1,000 c"] and found["peer"].tolist() == ["p", "R::r"]
    assert found["ratio"].tolist() == [53.3, 267]
    assert found["bar"].tolist() == [1.6, 150]


@pytest.mark.parametrize(("x", "text"), [(0.0, "0"), (3.4e-15, "3e-15")])
def test_differences_are_written_in_powers_of_ten(x, text):
    assert proof.powers_of_ten(pd.DataFrame({"a": ["x"], "b": [1], "c": [x]}))["c"].tolist() == [text]
