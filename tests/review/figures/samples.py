"""One drawing of every figure of the review, from invented numbers, for tests that hold for all figures."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from restated.plots import forest, sets
from restated.plots.words import CORRELATION
from review.figures import (
    anatomy,
    cohort,
    cost,
    decline,
    evidencemap,
    families,
    graph,
    mediation,
    people,
    reach,
    services,
    tallies,
    timeline,
    trajectories,
    trialmap,
    twins,
    unpooled,
)
from review.findings import people as counted
from tests.library.plots.samples import Gallery, fit, studies


def paths() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("Published", "a", 0.31, None, None, ".31"),
            ("Published", "b", 0.27, None, None, ".27"),
            ("Published", "direct", None, None, None, ""),
            ("Restated", "a", 0.31, 0.305, 0.315, ""),
            ("Restated", "b", 0.19, 0.18, 0.2, ""),
            ("Restated", "direct", 0.25, 0.24, 0.26, ""),
            ("Restated", "indirect", 0.059, 0.055, 0.063, ""),
        ],
        columns=["panel", "edge", "value", "low", "high", "text"],
    )


def two_panels() -> pd.DataFrame:
    rows = [("Pupils", "day", 1, 2), ("Pupils", "night", 1, 2), ("Pupils", "day", 3, 4)]
    rows += [("Tutors", "day", 2, 5), ("Tutors", "day", 4, 3), ("Tutors", "night", 6, 4)]
    return pd.DataFrame(rows, columns=["panel", "group", "x", "y"])


def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["First 1995", "Second 2016", "Third 2024"],
            "year": [1995, 2016, 2024],
            "value": [0.47, 0.31, 0.25],
            "low": [np.nan, np.nan, 0.22],
            "high": [np.nan, np.nan, 0.28],
            "series": ["a", "a", "b"],
        }
    )


GRADES = ("K", "1", "2", "3", "4", "5", "6")
SCHOOL = np.linspace(-0.5, 0.5, 7)


def simulated_shares() -> pd.DataFrame:
    rows = [("nothing", "C7", 0.004), ("nothing", "whole", 0.0003), ("growth", "C7", 0.55), ("growth", "whole", 0.42)]
    table = pd.DataFrame(rows, columns=["row", "event", "share"])
    return table.assign(low=table["share"] * 0.9, high=table["share"] * 1.1, cohorts=1000)


def school_lines() -> pd.DataFrame:
    rows = [
        (a, s, r, t, 0.1 * i + 0.2 * t, 0.1 * i + 0.2 * t - 0.3, 0.1 * i + 0.2 * t + 0.3)
        for i, a in enumerate(trajectories.LINES)
        for s, r in trajectories.PANELS
        for t in SCHOOL
    ]
    table = pd.DataFrame(rows, columns=["attachment", "sex", "risk", "time", "estimate", "low", "high"])
    return table.assign(scenario="one")


def school_children() -> pd.DataFrame:
    rows = [
        (8 * i + c, a, t, np.sin(c + 5 * t)) for i, a in enumerate(trajectories.LINES) for c in range(4) for t in SCHOOL
    ]
    return pd.DataFrame(rows, columns=["child", "attachment", "time", "rating"])


def growth_checks() -> dict[str, pd.DataFrame]:
    at = np.linspace(-2.33, 2.33, 99)
    return {
        "spread": pd.DataFrame({"wave": range(7), "observed": np.full(7, 1.02), "implied": np.ones(7)}),
        "correlation": pd.DataFrame({"lag": range(1, 7), "observed": np.full(6, 0.45), "implied": np.full(6, 0.5)}),
        "residuals": pd.DataFrame({"normal": at, "observed": 1.1 * at}),
    }


def class_shares() -> pd.DataFrame:
    rows = [("everyone", None, 0.5, 0.2, 0.1, 0.2), ("at 18", 819, 0.6, 0.15, 0.1, 0.15)]
    rows += [("secure before", 600, 0.7, 0.1, 0.1, 0.1)]
    return pd.DataFrame(rows, columns=["label", "n", "secure", "avoidant", "resistant", "disorganized"])


def cost_path() -> pd.DataFrame:
    return pd.DataFrame({"month": [-6, 0, 18, 36], "a": [0.0, 900, 4000, 4400], "b": [0.0, 800, 2500, 6100]})


def percents() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["one outcome, first arm", "one outcome, second arm"],
            "percent": ["23", "10"],
            "arm": [22, 19],
            "counts": [{13: 3, 22: 5}, {10: 1}],
        }
    )


def limit_curves() -> pd.DataFrame:
    ratio = np.round(np.arange(0.1, 0.96, 0.05), 2)
    return pd.concat(
        [pd.DataFrame({"test": f"test {i}", "ratio": ratio, "cv": (2 + i / 4) * (1 - ratio)}) for i in range(3)]
    )


def limit_bands() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (t, r, (3 + k) * (1 - r) - 0.2, np.inf if r < 0.3 else (3 + k) * (1 - r))
            for k, t in enumerate(("ranks", "resampling"))
            for r in (0.1, 0.3, 0.5, 0.7)
        ],
        columns=["test", "ratio", "low", "high"],
    )


def trial_reports() -> pd.DataFrame:
    """Made-up reports: two samples with usual care, one of them with a follow-up in the same year, and one other."""
    return pd.DataFrame(
        [
            ("one", "First 1999", "usual care", "adults", 38.0, 1999, "independent sample", "yes"),
            ("one", "First 1999", "usual care", "adults", 30.0, 2004, "follow-up", "yes"),
            ("one", "First 1999", "usual care", "adults", 12.0, 2004, "sub-sample", "no"),
            ("two", "Second 2010", "usual care", "adolescents", 134.0, 2010, "independent sample", "no"),
            ("three", "Third 2021", "another treatment", "carers", np.nan, 2021, "protocol", "not known"),
        ],
        columns=["family", "label", "group", "population", "n", "year", "relation", "developer"],
    ).assign(report="A report")


def ratios() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "work": ["1,000 fits", "all tables", "many models"],
            "peer": ["metafor", "a plain loop", "lme4"],
            "ratio": [267.0, 53.0, 1284.0],
            "bar": [150.0, np.nan, 100.0],
        }
    )


def costs() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"work": work, "axis": axis, "size": size, "seconds": 1e-4 * size**slope}
            for work, axis, slope in (("pooling", "draws", 1.0), ("tables of two columns and two rows", "cases", 2.5))
            for size in (10, 20, 40, 80)
        ]
    )


def outcome_counts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "check": ["percent and count", "mean", "never used"],
            "fine": [40, 10, 0],
            "off": [3, 0, 0],
            "idle": [0, 12, 0],
        }
    )


def graph_boxes() -> dict[str, str]:
    return {"care": "theory", "security": "theory", "mentalizing of oneself": "theory", "genes": "rival cause"}


def graph_arrows() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("G1", "care", "security", "+", "r .30", "pooled correlations"),
            ("G2", "security", "mentalizing of oneself", "+", "d 1.2", "pooled group comparisons"),
            ("G3", "care", "mentalizing of oneself", "−", "", "none pooled"),
            ("G4", "genes", "mentalizing of oneself", "+", "a² .42", "twins or families"),
            ("G5", "genes", "security", "+", "a² .10", "one sample, one time"),
        ],
        columns=["edge", "from", "to", "sign", "estimate", "design"],
    )


def side_by_side() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["G1: care", "G1: care", "G2: security"],
            "label": ["First 2016", "Second 2020", "Third 2021"],
            "printed": ["r .30", "d 0.5", "OR 2.6"],
            "n": ["974", "", ""],
            "y": [0.3, 0.24, 0.25],
            "low": [0.25, np.nan, 0.06],
            "high": [0.35, np.nan, 0.42],
            "design": ["pooled correlations", "pooled group comparisons", "pooled surveys and cohorts"],
        }
    )


def claim_counts() -> pd.DataFrame:
    return pd.DataFrame(
        [[6, 2, 0, 1, 4], [0, 3, 2, 0, 11]],
        index=["one part of the document", "another part"],
        columns=["supported", "consistent", "inconsistent", "contradicted", "not-publicly-checkable"],
    )


def people_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["Externalizing", "All or none"],
            "text": ["d = 0.31, and so many words that they need two lines", "d = 4.00"],
            "d": [0.31, 4.0],
            "overlap": [0.88, 0.05],
            "risk_lower": [0.074, 0.0],
            "risk_higher": [0.128, 1.0],
        }
    )


def pair_groups() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["First 1998", "First 1998", "Second 2000"],
            "group": ["MZ", "DZ", "siblings"],
            "pairs": [40, 30, 138],
            "concordant_low": [30, 12, 85],
            "concordant_high": [30, 12, 86],
            "percent": ["75", "40", "62"],
            "score_low": [0.3, -0.3, 0.1],
            "score_high": [0.4, -0.1, 0.2],
            "liability_low": [0.47, -0.5, 0.2],
            "liability_high": [0.6, -0.2, 0.35],
        }
    )


def twin_share_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": ["First"] * 3 + ["Second"] * 3,
            "share": ["a2", "c2", "e2"] * 2,
            "lowest": [0.1, 0.0, 0.4, 0.2, 0.28, 0.52],
            "highest": [0.6, 0.4, 0.5, 0.2, 0.28, 0.52],
            "ci_lowest": [0.0, 0.0, 0.2, 0.0, 0.0, 0.36],
            "ci_highest": [0.8, 0.7, 0.9, 0.6, 0.55, 0.7],
            "printed": ["25 %", "", "", "", "", ""],
            "printed_value": [0.25] + [np.nan] * 5,
        }
    )


def life() -> pd.DataFrame:
    missing = np.nan
    return pd.DataFrame(
        [
            ("infancy", "First 2003", "laboratory, secure", "classes", missing, 0.52, 0.48, "", "printed"),
            (
                "infancy",
                "First 2003",
                "laboratory, other",
                "classes",
                missing,
                missing,
                missing,
                "only unique; no number",
                "printed",
            ),
            ("15 years", "Second 2014", "interview", "score", 0.40, missing, missing, "", "printed"),
            ("15 years", "Second 2014", "score", "score", 0.2, 0.28, 0.52, "", "assumed"),
        ],
        columns=["age", "study", "measure", "scale", "a2", "c2", "e2", "words", "status"],
    )


def powers() -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (panel, series, share)
            for panel in ("if .25", "if .40")
            for series in ("classes", "a score")
            for share in (0.3, 0.5, 0.7)
        ],
        columns=["panel", "series", "mz_share"],
    )
    power = np.linspace(0.1, 0.49, len(table))
    return table.assign(power=power, low=power - 0.02, high=power + 0.02)


def dated_events() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("2012", "The period begins", "Period begins", "frame", "case study"),
            ("2012-05", "A trial is published", "A trial", "trial", "outside source"),
            ("2012", "A study with a year only", "A study", "research", "outside source"),
            ("2014", "The period ends", "Period ends", "frame", "case study"),
            ("2014-12-01", "A guideline", "A guideline", "policy", "case study"),
            ("2014-02", "A review is published", "A review", "review", "outside source"),
            ("2013-01", "A start", "A programme", "programme", "outside source"),
            ("2013-02", "Money", "An award", "funding", "outside source"),
            ("2013-03", "An evaluation", "An evaluation", "evaluation", "outside source"),
            ("2019", "A trial after all this", "A later trial", "later", "outside source"),
        ],
        columns=["date", "event", "label", "kind", "basis"],
    )


def claim_links() -> pd.DataFrame:
    rows = [(f"A{i}", "1 summary", "supported", "R1", "first") for i in range(12)]
    rows += [(f"B{i}", "2 research", "not-publicly-checkable", "S1", "second") for i in range(4)]
    rows += [("C1", "2 research", "contradicted", "R1", "first"), ("C1", "2 research", "contradicted", "R1", "second")]
    rows += [("C2", "1 summary", "consistent", "none", "second"), ("C3", "2 research", "inconsistent", "S1", "first")]
    return pd.DataFrame(rows, columns=["claim", "section", "verdict", "reference", "chapter"])


def claim_sources() -> pd.DataFrame:
    return pd.DataFrame({"reference": ["R1", "S1", "none"], "independence": ["own research", "in part", "no marker"]})


def claim_chapters() -> pd.DataFrame:
    return pd.DataFrame(
        {"chapter": ["first", "second"], "title": ["A first chapter", "A second"], "certainty": ["low", "not graded"]}
    )


def compared() -> pd.DataFrame:
    missing = np.nan
    return pd.DataFrame(
        [
            ("A count", "1,355", 1355.0, 1355.0, 1355.0, 1355, missing, missing, "P", 0, 1353, 1357),
            ("An average", ".12", 0.12, 0.115, 0.125, 0.1196, missing, missing, "P", 4, 0.1, 0.14),
            ("A set", ".12", 0.12, 0.115, 0.125, missing, 0.079, 0.158, "P", 3, 0.07, 0.17),
            ("Another", ".13", 0.13, 0.125, 0.135, 0.1361, missing, missing, "P", 4, 0.11, 0.15),
        ],
        columns=[
            "title",
            "printed",
            "printed_value",
            "printed_low",
            "printed_high",
            "restated",
            "low",
            "high",
            "grade",
            "decimals",
            "from",
            "to",
        ],
    )


def average_of_many() -> tuple[np.ndarray, SimpleNamespace]:
    return np.random.default_rng(3).normal(0.25, 0.2, 40), fit(0.25, 0.06, pi=0.4)


#: Name -> (a new drawing, the main number its alternative text must say).
def named_places() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("Ayton", "East", "shop"),
            ("Ayton", "East", "school"),
            ("Beeby", "East", "mill"),
            ("Ceston", "West", "school"),
        ],
        columns=["place", "part", "role"],
    )


def bounds_by_response() -> pd.DataFrame:
    rows = [
        (name, rate, 290 / rate * 100, share * rate / 100, share * rate / 100 + 100 - rate)
        for name, share in (("liked it", 89.0), ("used it", 87.0))
        for rate in (100.0, 50.0, 10.0)
    ]
    return pd.DataFrame(rows, columns=["item", "rate", "invited", "low", "high"])


FIGURES = {
    "trial map": (lambda: trialmap.trial_map(trial_reports()), "5 reports on 3 samples"),
    "path": (lambda: mediation.path_diagram(paths(), ("Cause", "Mediator", "Outcome")), ".19"),
    "summed costs": (
        lambda: services.summed(
            cost_path(),
            arms={"a": "first arm", "b": "second arm"},
            windows=["before", "treatment", "follow-up"],
            crossings=[24.0],
            mark="recalled, not verified",
        ),
        "6,100",
    ),
    "denominators": (lambda: services.denominators(percents(), largest=22), "23 %"),
    "limits": (
        lambda: services.limits(
            limit_curves(),
            limit_bands(),
            marks={"a study": 1.2, "another": 1.25},
            region=("seen elsewhere", (1.0, 1.3)),
            top=3.0,
            ratios=("unverified", [0.2, 0.9]),
        ),
        "1.00",
    ),
    "speed": (lambda: cost.speed(ratios()), "53 ×"),
    "growth of cost": (lambda: cost.growth_of_cost(costs(), {"draws": "draws", "cases": "cases"}), "2.5"),
    "outcomes": (lambda: tallies.outcome_bars(outcome_counts(), ["fine", "off", "idle"]), "50 fine"),
    "claims": (lambda: tallies.verdict_bars(claim_counts(), heading="Part"), "29 claims in 2 groups: 6 supported"),
    "pair bars": (lambda: twins.pair_bars(pair_groups()), "85–86 of 138"),
    "twin shares": (lambda: twins.share_ranges(twin_share_rows()), ".10 to .60"),
    "shares by age": (lambda: twins.shares_by_age(life()), "genes .40"),
    "twin power": (lambda: twins.power_by_split(powers()), "49"),
    "graph": (lambda: graph.graph(graph_boxes(), graph_arrows()), "r .30"),
    "cases": (lambda: families.cases(two_panels(), x="hours", y="marks", says="Hours and marks"), "Tutors: 3 marks"),
    "unpooled": (lambda: unpooled.unpooled(side_by_side(), says="Two kinds of evidence"), ".30"),
    "over time": (lambda: decline.over_time(estimates()), ".47"),
    "frequencies": (
        lambda: cohort.shares(
            simulated_shares(),
            {"C7": ("rise", "C7"), "whole": ("pattern", "whole")},
            heading="True",
            axis="percent",
            groups=(1,),
        ),
        "42",
    ),
    "trajectories": (lambda: trajectories.groups(school_lines(), grades=GRADES, axis="rating (SD)"), "0.20"),
    "trajectories of two scenarios": (
        lambda: trajectories.groups(
            pd.concat([school_lines().assign(scenario=name) for name in ("one", "two")]),
            grades=GRADES,
            axis="rating (SD)",
        ),
        "0.40",
    ),
    "children": (lambda: trajectories.individuals(school_children(), grades=GRADES, axis="rating (SD)"), "16"),
    "growth checks": (lambda: cohort.checks(growth_checks(), grades=GRADES), "0.05"),
    "class bars": (lambda: cohort.class_bars(class_shares()), "at 18 15.0"),
    "over time, with a window": (
        lambda: decline.over_time(estimates(), window=(2012, 2014, "dates"), joined=False),
        ".47",
    ),
    "people": (
        lambda: people.hundreds(people_rows(), lower="secure", higher="insecure", outermost="in the worst tenth"),
        "7.4 versus 12.8",
    ),
    "perhundred": (lambda: people.per_hundred(per_hundred_rows()), "8 (1 to 79) of 100 treated"),
    "places": (
        lambda: reach.place_matrix(named_places(), roles=["shop", "school", "mill"], totals={"school": "3"}),
        "school: 2 listed, 3 given as total",
    ),
    "response bounds": (lambda: reach.response_bounds(bounds_by_response()), "89 % if all replied"),
    "timeline": (lambda: timeline.timeline(dated_events(), {"here": (2012, 2014)}), "10 events"),
    "evidence map": (lambda: evidencemap.evidence_map(claim_links(), claim_sources(), claim_chapters()), "19 claims"),
    "number lines": (lambda: anatomy.number_lines(compared()), ".079 to .158"),
    "parts of a number line": (
        lambda: anatomy.annotate(anatomy.number_lines(compared().iloc[[1]]), anatomy.NUMBER_LINE),
        ".1196",
    ),
    "parts of number lines": (
        lambda: anatomy.annotate(anatomy.number_lines(compared()), anatomy.VERDICT_LINES),
        "1,355",
    ),
    "two intervals": (
        lambda: anatomy.annotate(
            anatomy.two_intervals(*average_of_many(), scale=CORRELATION, axis="r"), anatomy.INTERVALS
        ),
        ".25",
    ),
    "parts of a forest": (
        lambda: anatomy.annotate(
            forest.forest(studies(6), fit(k=6), left="less", right="more"), anatomy.FOREST, top=anatomy.FOREST_TOP
        ),
        "9 numbered parts",
    ),
    "parts of a set": (
        lambda: anatomy.annotate(
            sets.set_range([0.42, 0.43, 0.43, 0.5], statistic="phi", plausible=("plausible", 0.42, 0.43)), anatomy.SET
        ),
        "All data sets",
    ),
}


GALLERY = Gallery(FIGURES)
drawn, picture = GALLERY.drawn, GALLERY.picture


def per_hundred_rows():
    ratio, classes = counted.of_ratio(0.36), counted.of_classes(0.5, 0.52)
    return counted.table(
        [
            ("Trials", "treated | not treated", "have the event", ratio, (0.22, 0.02, 2.2)),
            ("Classes", "secure | insecure", "are secure", classes, (0.31, 0.305, 0.315)),
        ]
    )
