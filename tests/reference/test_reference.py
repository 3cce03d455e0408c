"""The reference files are complete and say where they come from."""

from __future__ import annotations

import itertools

import pytest

from tests.reference import FOLDER, load
from tests.reference.regenerate import SCRIPTS

NAMES = [script.removesuffix(".R") for script in SCRIPTS]


def test_each_script_has_its_values_and_each_file_its_script():
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_origin_and_versions_are_recorded(name):
    values = load(name)
    assert values["script"] == f"{name}.R"
    assert values["r"].count(".") == 2
    assert values["packages"] and all(values["packages"].values())


def grid(cases, *fields):
    keys = [tuple(case[field] for field in fields) for case in cases]
    assert len(keys) == len(set(keys)), "a case appears twice"
    return set(keys)


def product(*fields):
    return set(itertools.product(*fields))


METHODS = ["FE", "DL", "HE", "SJ", "PM", "ML", "REML"]
TESTS = ["z", "knha"]
ALL = ["bcg", "paternal", "homogeneous", "three"]
LARGE = ["bcg", "paternal", "homogeneous"]
COUNTS = ["one-zero", "common", "rare", "three-trials", "four-trials"]
MEASURES = ["OR", "RR", "RD"]


@pytest.mark.parametrize(
    ("name", "part", "fields", "expected"),
    [
        ("meta", "pooled", ("data", "method", "test"), product(ALL, METHODS, [*TESTS, "adhoc"])),
        ("meta", "selection", ("data", "step"), product(["bcg", "rows"], [0.025, 0.05, 0.5])),
        (
            "meta",
            "corrected",
            ("method",),
            product(
                [
                    "PET, weighted least squares",
                    "PEESE, weighted least squares",
                    "PET, REML",
                    "PEESE, REML",
                    "Selection model, maximum likelihood",
                ]
            ),
        ),
        ("robust", "multilevel", ("data", "rho"), product(["secure", "organised", "kappa"], [0, 0.6, 0.8])),
        ("meta", "profile", ("data", "level"), product(ALL, [0.9, 0.95])),
        (
            "meta",
            "regression",
            ("data", "method", "test", "formula"),
            product(LARGE, METHODS, [*TESTS, "adhoc"], ["~ x", "~ x + I(x^2)"]),
        ),
        (
            "meta",
            "asymmetry",
            ("data", "kind"),
            product(
                ALL,
                [
                    "classical",
                    "mixed-DL-z",
                    "mixed-DL-knha",
                    "mixed-REML-z",
                    "classical-variance",
                    "mixed-REML-z-variance",
                ],
            ),
        ),
        (
            "meta",
            "filled",
            ("data", "method", "estimator", "side"),
            product(LARGE, ["FE", "DL", "REML"], ["L0", "R0"], ["left", "right", "default"]),
        ),
        ("meta", "sequences", ("data", "method", "kind"), product(LARGE, ["DL", "REML"], ["leave1out", "cumul"])),
        (
            "robust",
            "cases",
            ("data", "rho", "small", "formula"),
            product(["secure", "organised", "kappa"], [0, 0.2, 0.8, 1], [True, False], ["y ~ 1", "y ~ x"]),
        ),
        ("events", "single", ("data", "measure", "rule"), product(COUNTS, MEASURES, ["only0", "all"])),
        ("events", "treatment_arm", ("data", "measure"), product(COUNTS, MEASURES)),
        ("events", "inverse", ("data", "measure", "method", "test"), product(COUNTS, MEASURES, ["DL", "REML"], TESTS)),
        (
            "events",
            "pooled",
            ("data", "measure", "method"),
            product(COUNTS, ["OR"], ["Mantel-Haenszel", "Peto", "logistic-normal"])
            | product(COUNTS, ["RR", "RD"], ["Mantel-Haenszel"]),
        ),
        ("differences", "single", ("data",), product(["as-listed", "other-sd", "small"])),
        (
            "differences",
            "pooled",
            ("data", "method", "test"),
            product(["as-listed", "other-sd", "small"], ["DL", "REML"], TESTS),
        ),
        (
            "costs",
            "cases",
            ("data", "method"),
            product(["skewed", "tied"], ["Student", "Welch", "Mann-Whitney-TRUE", "Mann-Whitney-FALSE", "gamma"]),
        ),
        ("contrasts", "cases", ("data", "rho"), product(["peers", "reversed", "equal"], [-0.3, 0, 0.5, 0.8])),
        (
            "individuals",
            "cases",
            ("d", "base", "share"),
            product([-0.5, 0, 0.15, 0.31, 0.39, 2], [0.2, 0.484], [0.02, 0.1, 0.5]),
        ),
        (
            "costs",
            "moments",
            ("ratio", "cv1", "cv2", "method"),
            product([0.2, 0.5, 0.85], [0.4, 0.9], [0.4, 0.9], ["Student", "Welch", "gamma model"]),
        ),
        ("costs", "ranks", ("data", "correct"), product(["distinct", "zeros"], [True, False])),
        (
            "costs",
            "risks",
            ("x1", "n1", "x2", "n2"),
            {(5, 22, 14, 19), (3, 13, 14, 19), (2, 15, 13, 15), (10, 22, 1, 10)},
        ),
        (
            "correlations",
            "differences",
            ("case",),
            {("fP fS mP mS",), ("fR fS mR mS",), ("fA fR mA mR",), ("fA mP fS mS",)},
        ),
        ("correlations", "single", ("case",), {("fP fS fA",), ("mP mS mA",), ("fR fS mR",)}),
    ],
)
def test_the_grid_of_cases_is_complete(name, part, fields, expected):
    cases = load(name)[part]
    assert grid(cases, *fields) == expected
    assert all(case["call"] for case in cases)
