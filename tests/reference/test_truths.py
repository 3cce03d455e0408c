"""The arithmetic of the script that computes the calibration's truths again; its raw data are not needed."""

from __future__ import annotations

import pandas as pd
import pytest

from restated.estimate import meta
from tests.reference import truths


@pytest.mark.parametrize(
    "stored, now, expected",
    [(0.0053, 0.005339, True), (0.0053, 0.0055, False), (27, 27, True), (27, 28, False), ([3, 48], [3, 48], True),
     ([3, 48], [3, 49], False), (False, False, True), (True, False, False)],
)  # fmt: skip
def test_a_truth_is_known_to_its_last_digit(stored, now, expected):
    assert truths.same(stored, now) is expected


def test_pooling_is_that_of_the_library():
    y, v = pd.Series([0.1, 0.4, 0.3, 0.8]), pd.Series([0.01, 0.04, 0.02, 0.03])
    found, fit = truths.pooled(y, v), meta.fit(y, v, method="DL")
    assert found["estimate"] == pytest.approx(fit.estimate) and found["tau2"] == pytest.approx(fit.tau2)


def test_events_give_the_stored_truths_of_a_case():
    found = truths.two_arms(27, 295, 52, 307)
    assert found["p"] == pytest.approx(0.005339, abs=1e-6) and found["nnt"] == pytest.approx(12.844277)


def test_what_cannot_be_read_is_said(monkeypatch, capsys):
    def gone(*_):
        raise LookupError("gone")

    for name in ("raw", "metadat"):
        monkeypatch.setattr(truths, name, gone)
    assert truths.main() == 0
    out = capsys.readouterr().out
    assert "meta: LookupError('gone') is missing" in out and out.splitlines()[-1].startswith("0 same, 0 differs")
