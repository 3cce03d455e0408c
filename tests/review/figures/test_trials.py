"""Map of trials."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from review.figures.trialmap import REPORT_MARKS, trial_map
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import trial_reports


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
        next(iter(line.get_ydata())): len(line.get_xdata()) for line in by_gid(trial_map(trial_reports()).fig, "family")
    }
    assert lines == {1: 3, 2: 1, 4: 1}


def test_the_map_counts_samples_not_trial_reports():
    assert "1 sample with more than one report (3 reports)" in trial_map(trial_reports()).alt


def test_marks_differ_in_shape():
    assert len({mark[:2] for mark in REPORT_MARKS.values()}) == len(REPORT_MARKS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trial_map(trial_reports().drop(columns="n")), "no column 'n'"),
        (lambda: trial_map(trial_reports().assign(relation="copy")), "unknown relation 'copy'"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
