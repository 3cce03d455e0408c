"""Map of trials, grid of judgements, and the sweep with other bands."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.judgements import JUDGEMENT_MARKS, judgement_grid
from restated.plots.sweep import heterogeneity
from restated.plots.words import CORRELATION
from review.figures.trialmap import REPORT_MARKS, trial_map
from tests.review.figures.samples import judged, spread, trial_reports

DOMAINS = ["Random allocation", "Missing data", "Overall"]


def by_gid(fig, gid):
    return fig.findobj(lambda artist: artist.get_gid() == gid)


def texts(fig) -> list[str]:
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_text().strip()]


def test_each_report_stands_in_the_row_and_year_of_its_sample():
    drawn = trial_map(trial_reports())
    (first,) = (m for m in by_gid(drawn.fig, "report-follow-up"))
    assert first.get_xdata()[0] == 2004 and first.get_ydata()[0] == 1  # row 0 is the heading of the group
    (other,) = by_gid(drawn.fig, "report-sub-sample")
    assert other.get_ydata()[0] == 1 and 2004 < other.get_xdata()[0] < 2005, (
        "reports of one year stand beside each other"
    )
    starts = sorted((m.get_ydata()[0], m.get_xdata()[0]) for m in by_gid(drawn.fig, "report-independent-sample"))
    assert starts == [(1, 1999), (2, 2010)]
    (protocol,) = by_gid(drawn.fig, "report-protocol")
    assert protocol.get_ydata()[0] == 4
    assert {"usual care", "another treatment", "First 1999", "–", "134"} <= set(texts(drawn.fig))
    assert len(drawn.data) == 5


def test_a_line_joins_the_reports_of_one_sample_only():
    lines = {
        tuple(line.get_ydata())[0]: len(line.get_xdata()) for line in by_gid(trial_map(trial_reports()).fig, "family")
    }
    assert lines == {1: 3, 2: 1, 4: 1}


def test_the_map_counts_samples_not_trial_reports():
    assert "1 sample stands behind 3 reports" in trial_map(trial_reports()).alt


def test_marks_differ_in_shape():
    assert len({mark[:2] for mark in REPORT_MARKS.values()}) == len(REPORT_MARKS)
    shown = {name: mark[:2] if mark else None for name, mark in JUDGEMENT_MARKS.items()}
    assert len({shown[j] for j in ("low", "some concerns", "high", "not seen")}) == 4
    assert len({shown[j] for j in ("not serious", "serious", "cannot judge")}) == 3


def test_every_cell_has_its_mark_and_word_and_open_cells_are_hatched():
    drawn = judgement_grid(judged(), label="row", columns=DOMAINS, group="group")
    assert len(by_gid(drawn.fig, "judged-high")) == 2 and len(by_gid(drawn.fig, "judged-low")) == 1
    hatched = by_gid(drawn.fig, "not-seen")
    assert len(hatched) == 3 and all(patch.get_hatch() for patch in hatched)
    shown = texts(drawn.fig)
    assert [shown.count(word) for word in ("low", "some", "high", "unclear", "not seen")] == [1, 1, 2, 1, 3]
    assert "high in 1 row: First trial" in drawn.alt
    assert drawn.data.loc[1, "Overall"] == "does not apply"


def test_a_grid_without_anything_against_a_row_names_none():
    table = judged().replace({"high": "low"})
    assert "At least" not in judgement_grid(table, label="row", columns=DOMAINS).alt


def test_other_bands_are_named_where_they_end_and_in_words():
    drawn = heterogeneity(
        spread(), transform=CORRELATION, bands=("Wald interval", "Knapp–Hartung interval"), marks=[(0.2, "listed")]
    )
    shown = texts(drawn.fig)
    assert "95\u00a0% Wald interval" in shown and "95\u00a0% Knapp–Hartung\ninterval" in shown and "listed" in shown
    assert "with Wald interval and Knapp–Hartung interval" in drawn.alt
    assert list(drawn.data.columns[-2:]) == ["Knapp–Hartung lower", "Knapp–Hartung upper"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trial_map(trial_reports().drop(columns="n")), "no column 'n'"),
        (lambda: trial_map(trial_reports().assign(relation="copy")), "unknown relation 'copy'"),
        (lambda: judgement_grid(judged(), label="row", columns=["Deviations"]), "no column 'Deviations'"),
        (
            lambda: judgement_grid(judged().replace({"high": "bad"}), label="row", columns=DOMAINS),
            "unknown judgement 'bad'",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
