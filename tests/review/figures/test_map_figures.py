"""Timeline and evidence map: nothing is lost, nothing overlaps, widths are counts."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from restated.errors import RestatedError
from restated_book import claims, config
from restated_book.chapters import heads
from review.figures.evidencemap import CERTAINTY_CIRCLES, CLAIM_MARKS, UNIT, evidence_map
from review.figures.timeline import BASIS_MARKS, LANES, timeline
from review.findings import evidencemap as found
from tests.review.figures.samples import claim_chapters, claim_links, claim_sources, dated_events


def by_gid(fig, gid):
    return fig.findobj(lambda artist: artist.get_gid() == gid)


@pytest.fixture(scope="module")
def dated():
    events = claims.load("timeline")
    return events, timeline(events, found.periods(claims.load("claims")))


@pytest.fixture(scope="module")
def linked():
    links = found.links(claims.load("claims"))
    chapters = found.chapters(heads.chapters(), sorted(set(links["chapter"])))
    return links, evidence_map(links, found.references(claims.load("sources")), chapters)


def test_every_event_has_its_row_and_its_mark(dated):
    events, drawn = dated
    assert sorted(t.get_text() for t in by_gid(drawn.fig, "label")) == sorted(events["label"])
    marks = {
        basis: len(by_gid(drawn.fig, f"date-{basis.replace(' ', '-')}")) - 1 for basis in BASIS_MARKS
    }  # one each in the key
    assert marks["outside source"] == (events["basis"] == "outside source").sum()
    # The last frame event ends both periods and is marked on both bars.
    assert marks["case study"] == (events["basis"] == "case study").sum() + 1
    assert len(drawn.data) == len(events)


@pytest.mark.parametrize("figure", ["dated", "linked"])
def test_no_words_of_the_real_figure_lie_on_others(figure, request):
    fig = request.getfixturevalue(figure)[1].fig
    renderer = fig.canvas.get_renderer()
    boxes = [
        (t.get_text(), t.get_window_extent(renderer))
        for t in fig.findobj(lambda a: hasattr(a, "get_text") and a.get_text())
    ]
    for i, (one, a) in enumerate(boxes):
        assert a.x0 >= 0 and a.x1 <= fig.bbox.x1 and a.y0 >= 0 and a.y1 <= fig.bbox.y1, one
        for other, b in boxes[i + 1 :]:
            across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= 2 or down <= 6, f"{one} | {other}"  # boxes include room for letters that hang down


def test_time_runs_down_and_periods_enclose_their_years():
    drawn = timeline(dated_events(), {"here": (2012, 2014)})
    order = [t.get_text() for t in sorted(by_gid(drawn.fig, "label"), key=lambda t: t.get_position()[1])]
    assert order == [
        "Period begins",
        "A study",
        "A trial",
        "A programme",
        "An award",
        "An evaluation",
        "A review",
        "A guideline",
        "Period ends",
        "A later trial",
    ]
    assert (
        drawn.data["event"].tolist()[0] == "The period begins"
        and drawn.data["event"].tolist()[-1] == "A trial after all this"
    )
    (bar,) = by_gid(drawn.fig, "period-0")
    at = {t.get_text(): t.get_position()[1] for t in by_gid(drawn.fig, "label")}
    inside = [name for name, y in at.items() if bar.get_y() < y < bar.get_y() + bar.get_height()]
    assert len(inside) == 9 and "A later trial" not in inside


def test_kinds_stand_in_their_lanes():
    drawn = timeline(dated_events(), {"here": (2012, 2014)})
    rows = {round(t.get_position()[1], 1): t.get_text() for t in by_gid(drawn.fig, "label")}
    at = {}
    for basis in BASIS_MARKS:
        for mark in by_gid(drawn.fig, f"date-{basis.replace(' ', '-')}"):
            name = rows.get(round(mark.get_ydata()[0] + 0.05, 1))
            if name:
                at[name] = mark.get_xdata()[0]
    assert (
        at["A review"]
        == at["A study"]
        < at["A trial"]
        == at["An evaluation"]
        < at["A programme"]
        < at["An award"]
        == at["A guideline"]
        < at["A later trial"]
    )


def test_what_a_timeline_cannot_show_is_refused():
    events = dated_events()
    with pytest.raises(RestatedError, match="unknown kind 'party'"):
        timeline(events.assign(kind="party"), {"here": (2012, 2014)})
    with pytest.raises(RestatedError, match="unknown basis"):
        timeline(events.assign(basis="hearsay"), {"here": (2012, 2014)})
    with pytest.raises(RestatedError, match="bounds no period"):
        timeline(events, {"here": (2013, 2014)})
    with pytest.raises(RestatedError, match="does not fit its bar"):
        timeline(events, {"a period with a name of many words": (2012, 2014)})
    with pytest.raises(RestatedError, match="has no event"):
        timeline(events[events["kind"] == "later"], {"here": (2012, 2014)})


def test_every_kind_of_the_data_has_a_lane():
    kinds = set(claims.load("timeline")["kind"]) - {"frame"}
    assert kinds <= {kind for lane in LANES.values() for kind in lane}


@pytest.mark.parametrize("real", [True, False])
def test_ribbons_are_as_wide_as_their_claims_and_none_is_lost(real, linked):
    links, drawn = linked if real else (claim_links(), evidence_map(claim_links(), claim_sources(), claim_chapters()))
    for pair in (["section", "reference"], ["reference", "chapter"]):
        for (start, end), n in links.groupby(pair)["claim"].nunique().items():
            (ribbon,) = by_gid(drawn.fig, f"ribbon:{start}:{end}")
            points = ribbon.get_path().vertices
            assert points[7][1] - points[0][1] == pytest.approx(n * UNIT) and points[4][1] - points[3][
                1
            ] == pytest.approx(n * UNIT)
    assert drawn.data["claims"].sum() == len(links)


def test_ribbons_do_not_overlap_where_they_meet_a_box_and_stay_inside_it(linked):
    links, drawn = linked
    boxes = [
        (p.get_x(), p.get_x() + p.get_width(), p.get_y(), p.get_y() + p.get_height()) for p in by_gid(drawn.fig, "box")
    ]
    ends: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for pair in (["section", "reference"], ["reference", "chapter"]):
        for start, end in links.groupby(pair).groups:
            points = by_gid(drawn.fig, f"ribbon:{start}:{end}")[0].get_path().vertices
            ends.setdefault((start, points[0][0]), []).append((points[0][1], points[7][1]))
            ends.setdefault((end, points[3][0]), []).append((points[3][1], points[4][1]))
    for (name, x), spans in ends.items():
        spans.sort()
        assert all(b[0] >= a[1] - 1e-9 for a, b in pairwise(spans)), name
        top, bottom = spans[0][0], spans[-1][1]
        assert any(
            abs(x - side) < 1e-9 and y0 - 1e-9 <= top and bottom <= y1 + 1e-9
            for x0, x1, y0, y1 in boxes
            for side in (x0, x1)
        ), name


def test_each_claim_has_one_mark_in_the_box_of_each_source_it_names(linked):
    links, drawn = linked
    once = links.drop_duplicates(["claim", "reference"])["verdict"].value_counts()
    for verdict, n in once.items():
        (marks,) = by_gid(drawn.fig, f"claim-{verdict}")
        assert len(marks.get_xdata()) == n and len(set(zip(*marks.get_data(), strict=True))) == n


def test_circles_say_the_certainty_and_marks_differ_in_shape():
    drawn = evidence_map(claim_links(), claim_sources(), claim_chapters())
    assert [len(mark.get_xdata()) for mark in by_gid(drawn.fig, "certainty-ink")] == [CERTAINTY_CIRCLES["low"]]
    assert [len(mark.get_xdata()) for mark in by_gid(drawn.fig, "certainty-page")] == [4 - CERTAINTY_CIRCLES["low"]]
    assert len({mark[:2] for mark in CLAIM_MARKS.values()}) == len(CLAIM_MARKS) == len(claims.VERDICTS)
    assert set(CERTAINTY_CIRCLES) == set(config.load().findings.certainties)


def test_what_a_map_does_not_know_is_refused():
    for column in ("reference", "chapter", "verdict"):
        with pytest.raises(RestatedError, match=f"unknown {column} 'other'"):
            evidence_map(
                pd.concat([claim_links(), claim_links().head(1).assign(**{column: "other"})]),
                claim_sources(),
                claim_chapters(),
            )
