from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots.funnel import EDGES, funnel
from tests.library.plots.samples import by_gid, fit, studies


@pytest.fixture(scope="module")
def table():
    return studies()


def test_zone_edges_lie_where_p_says(table):
    ax = funnel(table["y"], table["se"], fit()).fig.axes[0]
    deepest = ax.get_ylim()[0]
    bases = sorted({round(float(np.ptp(line.get_xdata())) / 2, 9) for line in ax.lines if len(line.get_xdata()) == 3})
    assert bases == pytest.approx(sorted(norm.isf(p / 2) * deepest for p, _, _ in EDGES))
    assert len({str(dash) for _, _, dash in EDGES}) == 3, "edges differ in line style, not in shade alone"


def test_points_and_line_are_the_inputs(table):
    result = fit(0.17)
    fig = funnel(table["y"], table["se"], result).fig
    (points,) = by_gid(fig, "studies")
    assert np.array_equal(points.get_xdata(), table["y"]) and np.array_equal(points.get_ydata(), table["se"])
    assert by_gid(fig, "estimate")[0].get_xdata().tolist() == [0.17, 0.17]
    ax = fig.axes[0]
    assert ax.get_ylim()[1] == 0 < ax.get_ylim()[0], "precise studies are on top"


def test_imputed_studies_differ_by_shape(table):
    drawn = funnel(table["y"], table["se"], fit(), filled_y=[-0.3, -0.2], filled_se=[0.2, 0.1], filled_fit=fit(0.1))
    (studies_,), (imputed,) = by_gid(drawn.fig, "studies"), by_gid(drawn.fig, "imputed")
    assert studies_.get_marker() != imputed.get_marker()
    assert imputed.get_markerfacecolor() != imputed.get_markeredgecolor()
    assert "imputes 2 studies; with them .10 [.02, .18], which excludes 0" in drawn.alt
    assert drawn.data["drawn as"].tolist().count("hollow diamond") == 2


def test_nothing_imputed_is_said_and_not_drawn(table):
    drawn = funnel(table["y"], table["se"], fit(), filled_fit=fit())
    assert "imputes no study" in drawn.alt
    assert not by_gid(drawn.fig, "imputed")
    assert not any("imputed" in t.get_text() for t in drawn.fig.texts)


def test_data_equal_the_inputs_on_the_axis_scale(table):
    data = funnel(table["y"], table["se"], fit(), labels=table["study"].tolist()).data
    assert data["study"].tolist() == table["study"].tolist()
    assert np.allclose(data["r"], np.tanh(table["y"])) and np.allclose(data["standard error"], table["se"])


def test_number_of_significant_studies_is_counted():
    drawn = funnel([0.0, 0.19, 0.2, 0.5], [0.1, 0.1, 0.1, 0.1], fit(k=4))
    assert "2 of 4 studies lie at p < .05" in drawn.alt


@pytest.mark.parametrize(
    "y, se, message",
    [
        ([0.1, 0.2], [0.1], "shape"),
        ([], [], "shape"),
        ([0.1, np.nan], [0.1, 0.1], "missing"),
        ([0.1, 0.2], [0.1, 0.0], "not positive"),
    ],
)
def test_bad_input_is_named(y, se, message):
    with pytest.raises(RestatedError, match=message):
        funnel(y, se, fit())


def test_labels_must_match():
    with pytest.raises(RestatedError, match="2 effects but 1 labels"):
        funnel([0.1, 0.2], [0.1, 0.1], fit(), labels=["one"])
