from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.verdicts import MARKS, verdict_strip
from restated.verdict import VERDICTS
from tests.library.plots.samples import by_gid, texts, verdict_rows


def test_verdict_strip_draws_printed_intervals_and_verdict_words():
    table = verdict_rows()
    drawn = verdict_strip(table)
    for i in (0, 1, 2):
        (bar,) = by_gid(drawn.fig, f"printed-{i}")
        assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx(
            (table["published_low"][i], table["published_high"][i])
        )
    assert not by_gid(drawn.fig, "printed-3")
    assert all(verdict.replace("-", " ") in texts(drawn.fig) for verdict in table["verdict"])
    assert "1 within rounding, 1 differs, 1 not recomputable, 1 new" in drawn.alt
    assert drawn.data["verdict"].tolist() == table["verdict"].tolist()


def test_every_verdict_has_a_mark_of_its_own_kind():
    assert set(MARKS) == set(VERDICTS)
    agreeing = {"identical", "within-rounding"}
    looks = {verdict: mark[:2] for verdict, mark in MARKS.items() if verdict not in agreeing}
    assert len(set(looks.values())) == len(looks), "shapes differ, not colours alone"


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.assign(verdict="wrong"), "unknown verdict 'wrong'"),
        (lambda t: t.drop(columns="restated"), "no column 'restated'"),
        (lambda t: t.iloc[:0], "no row"),
    ],
)
def test_bad_verdict_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        verdict_strip(change(verdict_rows()))


def test_headings_of_the_data_are_words():
    assert not [name for name in verdict_strip(verdict_rows()).data.columns if "_" in name]
