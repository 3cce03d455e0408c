"""One drawing of every general plot, from invented numbers, for tests that hold for all figures."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from restated.plots import (
    distributions,
    estimates,
    forest,
    funnel,
    intervals,
    judgements,
    powercurve,
    precision,
    ranges,
    render,
    sets,
    sweep,
    verdicts,
)
from restated.plots.style import Drawn
from restated.plots.words import Scale


class Gallery:
    """Drawings by name, made once for all tests that only look at them.

    Parameters
    ----------
    figures : dict
        Name to a function that draws and the main number that its alternative text must contain.
    """

    def __init__(self, figures: dict[str, tuple[Callable[[], Drawn], str]]) -> None:
        self.figures = figures
        self._drawn: dict[str, Drawn] = {}
        self._pictures: dict[str, str] = {}

    def drawn(self, name: str) -> Drawn:
        """The drawing of that name."""
        if name not in self._drawn:
            self._drawn[name] = self.figures[name][0]()
        return self._drawn[name]

    def picture(self, name: str) -> str:
        """The SVG of that drawing."""
        if name not in self._pictures:
            self._pictures[name] = render.svg(self.drawn(name).fig)
        return self._pictures[name]


def by_gid(fig: Figure, gid: str) -> list:
    """Artists of a figure with that gid."""
    return fig.findobj(lambda artist: artist.get_gid() == gid)


def texts(fig: Figure) -> list[str]:
    """Texts of a figure that are not blank."""
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_text().strip()]


def fit(estimate=0.2, half=0.08, k=8, *, pi=0.3, weights=None, tau2=0.01, i2=40.0) -> SimpleNamespace:
    """A pooled result as the figures use it."""
    weights = np.linspace(5, 20, k) if weights is None else np.asarray(weights, float)
    return SimpleNamespace(
        estimate=estimate,
        ci_low=estimate - half,
        ci_high=estimate + half,
        pi_low=estimate - pi,
        pi_high=estimate + pi,
        weights=weights,
        tau2=tau2,
        i2=i2,
        k=k,
    )


def studies(k=8, seed=1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = random.integers(20, 300, k)
    return pd.DataFrame(
        {
            "study": [f"Author {chr(65 + i % 26)}{i}" for i in range(k)],
            "year": 1990 + np.arange(k) % 30,
            "n": n,
            "y": random.normal(0.2, 0.2, k),
            "se": 1 / np.sqrt(n - 3.0),
        }
    )


def pooled_rows(k=6) -> pd.DataFrame:
    estimate = np.linspace(0.15, 0.25, k)
    return pd.DataFrame(
        {"estimate": estimate, "ci_low": estimate - 0.1, "ci_high": estimate + 0.1, "k": np.arange(1, k + 1)},
        index=[f"Author {i}" for i in range(k)],
    )


def spread() -> pd.DataFrame:
    tau = np.linspace(0, 0.4, 21)
    return pd.DataFrame(
        {
            "tau": tau,
            "estimate": 0.32,
            "ci_low": 0.29 - tau / 5,
            "ci_high": 0.35 + tau / 5,
            "pi_low": 0.29 - 2 * tau,
            "pi_high": 0.35 + 2 * tau,
        }
    )


def verdict_rows() -> pd.DataFrame:
    missing = np.nan
    return pd.DataFrame(
        [
            ("First r", ".28", 0.275, 0.285, 0.26, 0.18, 0.34, "differs"),
            ("Second r", ".12", 0.115, 0.125, 0.121, 0.06, 0.17, "within-rounding"),
            ("Third r", ".21", 0.205, 0.215, missing, missing, missing, "not-recomputable"),
            ("Fourth r", "", missing, missing, -0.2, missing, missing, "new"),
        ],
        columns=[
            "quantity",
            "published",
            "published_low",
            "published_high",
            "restated",
            "restated_low",
            "restated_high",
            "verdict",
        ],
    )


def margin_rows() -> pd.DataFrame:
    return pd.DataFrame({"row1": [10, 12, 14, 20], "column1": [11, 12, 18, 30], "value": [0.4, 0.42, 0.45, 0.5]})


def power_grid() -> pd.DataFrame:
    extra = np.tile(np.linspace(0, 1, 6), 2)
    share = np.concatenate([np.linspace(0.02, 0.98, 6), np.linspace(0.02, 0.6, 6)])
    return pd.DataFrame(
        {
            "extra": extra,
            "event": np.repeat(["C7", "whole"], 6),
            "share": share,
            "low": share - 0.02,
            "high": share + 0.02,
        }
    )


def set_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": ["One", "Two", "Three"],
            "Kind": ["set", "point", "words"],
            "low": [0.2, np.nan, np.nan],
            "high": [0.4, np.nan, np.nan],
            "value": [np.nan, 0.55, np.nan],
            "open": [False, True, False],
            "Said": ["a set", "a point", "no number seen"],
        }
    )


def judged() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": ["First trial", "Second trial", "Third trial"],
            "group": ["judged", "judged", "not judged"],
            "Random allocation": ["low", "some concerns", "none found"],
            "Missing data": ["high", "unclear", "none found"],
            "Overall": ["high", "", "none found"],
        }
    )


def gaps() -> pd.DataFrame:
    return pd.DataFrame({"Estimator": ["DL", "REML"], "Estimate": [0.0, 3e-9], "Interval": [2e-15, 1e-8]})


def class_shares() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["patients with a long name that needs a second line", "controls"],
            "note": ["exact counts, n = 40", "n not seen"],
            "secure": [10.0, 60.0],
            "insecure": [40.0, 40.0],
            "unresolved": [50.0, np.nan],
            "secure text": ["4", "60 %"],
            "insecure text": ["16", "40 %"],
            "unresolved text": ["20", ""],
        }
    )


def grouped_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["One", "One", "Two"],
            "label": ["first", "second", "third"],
            "value": [0.3, 0.1, 0.2],
            "low": [0.2, -0.1, np.nan],
            "high": [0.4, 0.3, np.nan],
            "k": ["12", "7", "–"],
            "strong": [True, False, False],
        }
    )


#: Name to a new drawing and the main number that its alternative text must contain.
FIGURES = {
    "forest": (lambda: forest.forest(studies(4), fit(k=4), left="less", right="more"), ".20"),
    "forest with two results": (lambda: forest.forest(studies(3), fit(k=3), second=("Other", fit(0.25))), ".20"),
    "funnel": (
        lambda: funnel.funnel(
            studies()["y"], studies()["se"], fit(), filled_y=[-0.2], filled_se=[0.2], filled_fit=fit(0.15)
        ),
        ".20",
    ),
    "leave one out": (lambda: intervals.leave_one_out(pooled_rows(3), fit()), ".20"),
    "cumulative": (lambda: intervals.cumulative(pooled_rows(), fit()), "after the last"),
    "set, stems": (
        lambda: sets.set_range(
            [0.42, 0.43, 0.43, 0.5],
            statistic="phi",
            printed=(".43", 0.425, 0.435),
            plausible=("plausible margins", 0.42, 0.43),
        ),
        ".500",
    ),
    "set, histogram": (lambda: sets.set_range(np.linspace(0.4, 0.6, 500), statistic="phi"), ".600"),
    "margins": (
        lambda: sets.margins(margin_rows(), n=50, row="caregivers", column="children", plausible=(10, 14, 10, 20)),
        ".50",
    ),
    "heterogeneity": (lambda: sweep.heterogeneity(spread(), printed=(".31", 0.305, 0.315)), ".31"),
    "sweep with marks": (
        lambda: sweep.heterogeneity(
            spread().rename(columns={"tau": "SD"}),
            x="SD",
            bands=("Wald interval", "other interval"),
            marks=[(0.1, "listed"), (0.15, "as at baseline")],
        ),
        ".31",
    ),
    "judgements": (
        lambda: judgements.judgement_grid(
            judged(), label="row", columns=["Random allocation", "Missing data", "Overall"], group="group"
        ),
        "2 high",
    ),
    "verdicts": (lambda: verdicts.verdict_strip(verdict_rows()), ".28"),
    "ranges": (
        lambda: ranges.ranges(
            set_rows(),
            left=["Name", "Kind"],
            right=["Said"],
            scale=Scale("share"),
            axis="share",
            says="Shares of three results.",
        ),
        "0.20 to 0.40",
    ),
    "precision": (lambda: precision.differences_by_power(gaps()), "10⁻⁸"),
    "stacked": (
        lambda: distributions.stacked(
            class_shares(), ["secure", "insecure", "unresolved"], says="Classes of two groups"
        ),
        "16",
    ),
    "power curves": (
        lambda: powercurve.curves(
            power_grid(), {"C7": "rise", "whole": "pattern"}, x_axis="true growth", axis="percent"
        ),
        "0.81",
    ),
    "printed estimates": (
        lambda: estimates.grouped(grouped_rows(), columns={"k": "k"}, left="better", right="worse"),
        "0.30",
    ),
}
GALLERY = Gallery(FIGURES)
drawn, picture = GALLERY.drawn, GALLERY.picture
