from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.judgements import JUDGEMENT_MARKS, judgement_grid
from tests.library.plots.samples import by_gid, judged, texts

DOMAINS = ["Random allocation", "Missing data", "Overall"]


def test_every_cell_has_its_mark_and_word_and_open_cells_are_hatched():
    drawn = judgement_grid(judged(), label="row", columns=DOMAINS, group="group")
    assert len(by_gid(drawn.fig, "judged-high")) == 2 and len(by_gid(drawn.fig, "judged-low")) == 1
    hatched = by_gid(drawn.fig, "not-seen")
    assert len(hatched) == 3 and all(patch.get_hatch() for patch in hatched)
    shown = texts(drawn.fig)
    assert [shown.count(word) for word in ("low", "some", "high", "unclear", "none found")] == [1, 1, 2, 1, 3]
    assert "high in 1 row: First trial" in drawn.alt
    assert drawn.data.loc[1, "Overall"] == "does not apply"


def test_a_grid_without_anything_against_a_row_names_none():
    table = judged().replace({"high": "low"})
    assert "At least" not in judgement_grid(table, label="row", columns=DOMAINS).alt


def test_marks_differ_in_shape():
    shown = {name: mark[:2] if mark else None for name, mark in JUDGEMENT_MARKS.items()}
    assert len({shown[j] for j in ("low", "some concerns", "high", "none found")}) == 4
    assert len({shown[j] for j in ("not serious", "serious", "cannot judge")}) == 3


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        (judged(), ["Deviations"], "no column 'Deviations'"),
        (judged().replace({"high": "bad"}), DOMAINS, "unknown judgement 'bad'"),
    ],
)
def test_bad_input_is_named(table, columns, message):
    with pytest.raises(RestatedError, match=message):
        judgement_grid(table, label="row", columns=columns)
