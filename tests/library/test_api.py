"""One call for each task: what it returns is what the modules behind it return, and its examples run."""

from __future__ import annotations

import contextlib
import doctest
import functools
import itertools
import math
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import restated as rs
from restated import api
from restated.errors import RestatedError
from restated.reconstruct.tables import two_by_two
from restated_book import paths


def test_the_examples_run():
    assert doctest.testmod(api).failed == 0


def test_the_names_are_there_and_loaded_on_demand():
    assert set(rs.__all__) <= set(dir(api)) and rs.tables is api.tables
    with pytest.raises(AttributeError, match="no attribute 'tabels'"):
        _ = rs.tabels
    code = "import restated, sys; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_tables_are_those_of_the_enumeration():
    found = rs.tables(n=661, agreement="75%", kappa=".49")
    expected = two_by_two(661, agreement="75%", kappa=".49").tables
    assert list(found.frame.columns) == ["a", "b", "c", "d"] and (found.frame.to_numpy() == expected).all()
    assert len(found) == len(expected) and found.basis == "enumerated"
    low, high = found.range("kappa")
    assert 0.485 <= low <= high <= 0.495
    assert found.range(lambda t: t.a + t.b) == (
        (found.frame.a + found.frame.b).min(),
        (found.frame.a + found.frame.b).max(),
    )


def test_a_set_without_members_has_no_range():
    found = rs.tables(n=10, agreement="75%", kappa=".99")
    assert len(found) == 0 and all(map(math.isnan, found.range("kappa"))) and "no integer table fits" in found.summary()


def test_undefined_values_are_in_no_range():
    found = rs.tables(n=4, row1=2, col1=2)
    assert found.range("odds_ratio") == (0.0, 1.0)  # a b or c of 0 has none


def test_members_of_drawn_sets_are_counted_by_set():
    found = rs.study_sets(8, 400, ".31", tau2=0.02, draws=7, seed=1)
    assert len(found) == 7 and len(found.frame) == 56 and found.basis == "assumed"
    assert found.frame.groupby("set").n.sum().eq(400).all()
    again = rs.study_sets(8, 400, ".31", tau2=0.02, draws=7, seed=1)
    assert found.frame.equals(again.frame)


@pytest.mark.parametrize("shape", ["normal", "lognormal", "gamma"])
def test_moments_are_exact(shape):
    values = rs.moments(22, 100, 90, shape=shape, draws=3).frame.groupby("draw")["value"]
    assert values.mean().sub(100).abs().max() < 1e-9 and values.std().sub(90).abs().max() < 1e-9


def test_notebooks_show_a_set():
    shown = rs.counts("50", 4)._repr_html_()
    assert "(enumerated)" in shown and "<table" in shown


@pytest.mark.parametrize(
    ("kind", "printed", "fits"),
    [
        ("t", {"t": "2.20", "df": 28, "p": ".04"}, True),
        ("t", {"t": "2.20", "df": "28", "p": ".36"}, False),
        ("F", {"F": "4.23", "df": (2, 57), "p": ".019"}, True),
        ("chi2", {"chi2": "3.78", "df": 1, "p": "< .05"}, False),
        ("z", {"z": "1.96", "p": ".05"}, True),
        ("r", {"r": ".31", "n": 50, "p": ".028"}, True),
        ("Q", {"Q": "40.0", "df": 20, "p": ".005"}, True),
        ("percent", {"percent": "62.6", "n": 91}, True),
        ("percent", {"percent": "62.6", "n": 90}, False),
        ("percent", {"percent": "50", "n": 10, "count": 5}, True),
        ("grim", {"mean": "3.51", "n": 20}, False),
        ("grimmer", {"mean": "3.5", "sd": "0.58", "n": 4}, True),
        ("debit", {"mean": ".50", "sd": ".51", "n": 40}, True),
        ("interval", {"estimate": "0.50", "low": "0.40", "high": "0.60"}, True),
        ("interval", {"estimate": "2.0", "low": "1.0", "high": "4.0", "scale": "log"}, True),
        ("interval-p", {"estimate": "0.50", "low": "0.40", "high": "0.60", "p": "< .001"}, True),
        ("agreement", {"percent": "72", "kappa": ".43", "n": 50}, True),
        ("counts-p", {"a": 0, "n1": 22, "c": 5, "n2": 22, "p": "<.05"}, True),
    ],
)
def test_checks(kind, printed, fits):
    found = rs.check(kind, **printed)
    assert found.fits is fits and found.detail


def test_every_check_is_tried_above():
    (mark,) = (m for m in test_checks.pytestmark if m.name == "parametrize")
    assert {kind for kind, *_ in mark.args[1]} == set(api.CHECKS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rs.tables(50, kapa=".43"), "unknown published number 'kapa'. Use one of n, row1"),
        (lambda: rs.tables(50, kappa=0.43), "the digits published for 0.43 are unknown"),
        (lambda: rs.twins(57, agrement="70"), "unknown published number 'agrement'"),
        (lambda: rs.check("t", t="2.2"), "the check 't' needs df, p. It takes t, df, p"),
        (lambda: rs.check("tt", t="2.2"), "unknown check 'tt'"),
        (lambda: rs.check("z", z=1.96, p=".05"), "the digits published for 1.96 are unknown"),
        (lambda: rs.check("z", z="1.96", p=".05", n=3), "unknown published number 'n'"),
        (lambda: rs.scores("3.5", "0.58", 4, 1, 7, dof=1), "unknown argument 'dof'. Use one of mean, sd, n"),
        (lambda: rs.moments(22, 100), "moments needs sd. It takes n, mean, sd, shape"),
        (lambda: rs.tables(50, kappa="0,5%"), "field 'kappa': '0,5%' is in percent. Write it as a proportion."),
        (lambda: rs.counts("1,234", 50), "1.234 or 1234. Write the one that is meant."),
        (lambda: rs.meta(["0,1", "0,2"], [0.1, 0.1]), "values are not numbers. Give numbers, with a decimal point."),
        (lambda: rs.tables(50, 75), "tables takes 1 values without a name, not 2"),
        (lambda: rs.counts("50", 4).range(lambda frame: "x"), "the statistic is not a number for each member"),
        (lambda: rs.counts("50", 4).range("c"), "unknown statistic 'c'. Use one of count, n"),
    ],
)
def test_what_cannot_be_asked_is_one_message(call, message):
    with pytest.raises(RestatedError) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("t", {"t": "2.2", "df": "x", "p": ".04"}, "field 'df': 'x' is not a number"),
        ("t", {"t": "abc", "df": 28, "p": ".04"}, "field 't': 'abc' is not a number"),
        ("t", {"t": "2.2", "df": 28, "p": "1.4"}, "field 'p': '1.4' is not a number from 0 to 1"),
        ("percent", {"percent": "150", "n": 20}, "from 0 to 100"),
        ("percent", {"percent": "50", "n": "2.5"}, "whole number of at least 1"),
        ("agreement", {"percent": "abc", "kappa": ".49", "n": 20}, "'abc' is not a number"),
        ("agreement", {"percent": "75", "kappa": "1.49", "n": 20}, "from −1 to 1"),
        ("r", {"r": ".2", "n": 2, "p": ".04"}, "at least 3"),
        ("interval", {"estimate": ".2", "low": ".4", "high": ".3"}, "runs downwards"),
        ("t", {"t": "1,234", "df": 28, "p": ".04"}, "1.234 or 1234. Write the one that is meant."),
        ("t", {"t": "1,2,3", "df": 28, "p": ".04"}, "Thousands are groups of three digits; decimals follow one comma"),
        (
            "t",
            {"t": "2,2", "df": "38,5", "p": ".04"},
            "not 38, 5. Separate them with commas, and write decimals with points.",
        ),
        ("t", {"t": "2,2", "df": 28, "p": "0,5 %"}, "field 'p': '0,5 %' is in percent. Write it as a proportion."),
        ("r", {"r": "50 per cent", "n": 30, "p": ".04"}, "field 'r': '50 per cent' is in percent"),
        ("grim", {"mean": "3.5", "n": "20%"}, "'20%' is not a whole number of at least 1"),
        (
            "interval-p",
            {"estimate": ".2", "low": ".1", "high": ".3", "p": ".1", "level": "< 95"},
            "'< 95' is not a finite",
        ),
        (
            "interval-p",
            {"estimate": ".2", "low": ".1", "high": ".3", "p": ".1", "level": ",95"},
            "not between 1 and 100",
        ),
        ("grim", {"mean": 3.5, "n": 20}, "digits published for 3.5 are unknown"),
    ],
)
def test_a_check_names_the_number_that_is_wrong(kind, given, message):
    with pytest.raises(RestatedError, match=message):
        rs.check(kind, **given)


#: Calls that work, whose arguments are replaced one by one.
WORKING = {
    "tables": {"n": 50, "agreement": "72%", "kappa": ".43", "phi": ".4", "chi2": "9", "row1": 20, "sensitivity": ".7"},
    "counts": {"percent": "62.6", "n": 91},
    "scores": {"mean": "3.5", "sd": "0.58", "n": 4, "low": 1, "high": 7, "ddof": 1, "limit": 9, "draws": 2, "seed": 0},
    "study_sets": {"k": 8, "n": 400, "pooled": ".31", "tau2": 0.02, "draws": 2, "seed": 0, "min_n": 9, "size_shape": 1},
    "moments": {"n": 22, "mean": 100, "sd": 90, "shape": "gamma", "zeros": 1, "draws": 2, "seed": 0},
    "ranks": {"z": "-1.98", "n1": 10, "n2": 12, "factor": 1},
    "twins": {"pairs": 57, "agreement": "70", "prevalence": "20", "both": 5, "discordant": 3},
    "meta": {"y": [0.1, 0.3, 0.5], "v": [0.02, 0.02, 0.02], "method": "REML", "ci": "wald"},
    "growth": {"y": np.eye(6)[:, :4], "times": range(4), "covariates": np.zeros((6, 0)), "degree": 1, "method": "ML"},
}
CHECKED = {kind: printed for kind, printed, _ in next(iter(test_checks.pytestmark)).args[1]}
ODD = ["abc", "", None, math.nan, math.inf, -1, 2.5, "60.5", True, [], {}, (2, 1), ("a", "b"), "1,250", object(), "-5"]
ODD += ["150", 10**30, b"x", 1e300, {1, 2}, (None, None), 1 + 2j, np.array([1.0, 2.0]), "1_000", "²", "9" * 5000]


@pytest.mark.parametrize("name", [*WORKING, *CHECKED])
def test_odd_arguments_are_answered_or_refused_in_one_sentence(name):
    given = WORKING.get(name) or CHECKED[name]
    call = getattr(rs, name) if name in WORKING else functools.partial(rs.check, name)
    for argument, odd in itertools.product(given, ODD):
        with contextlib.suppress(rs.RestatedError), np.errstate(all="ignore"):
            call(**given | {argument: odd})


@pytest.mark.parametrize("name", WORKING)
def test_unknown_and_missing_arguments_are_named(name):
    with pytest.raises(rs.RestatedError, match=r"unknown (argument|published number) 'nope'"):
        getattr(rs, name)(**WORKING[name], nope=1)
    first = next(iter(WORKING[name]))
    with pytest.raises(rs.RestatedError, match=f"{name} needs {first}"):
        getattr(rs, name)(**{key: value for key, value in WORKING[name].items() if key != first})


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: rs.growth(**WORKING["growth"] | {"degree": 0}), "degree"),
        (lambda: rs.meta(["a"], [0.1]), "y"),
        (lambda: rs.tables(50, agreement="172%"), "agreement"),
        (lambda: rs.tables(50, kappa="1.2"), "kappa"),
        (lambda: rs.tables(50, row1=51), "row1"),
        (lambda: rs.tables("60.5"), "n"),
        (lambda: rs.tables(-5), "n"),
        (lambda: rs.counts("162.6", 50), "percent"),
        (lambda: rs.twins(57, agreement="700"), "agreement"),
        (lambda: rs.twins(57, both="60"), "both"),
        (lambda: rs.moments(22, 10, 3, shape="normal", zeros=2), "zeros"),
        (lambda: rs.moments(22, 10, 3, draws=0), "draws"),
        (lambda: rs.moments(22, 10, 0), "sd"),
        (lambda: rs.moments(22, 10, 3, seed="x"), "seed"),
        (lambda: rs.moments(10**6, 10, 3, draws=10**6), "draws"),
        (lambda: rs.scores("3.5", "-1", 4, 1, 7), "sd"),
        (lambda: rs.study_sets(8, 400, "1.31", tau2=0.02), "pooled"),
        (lambda: rs.study_sets(8, 400, ".31", tau2=math.nan), "tau2"),
        (lambda: rs.check("percent", percent="50", n=10, count=50), "count"),
        (lambda: rs.check("counts-p", a=30, n1=22, c=5, n2=22, p=".05"), "a"),
        (lambda: rs.check("interval-p", estimate=".2", low="-.1", high=".5", p=".2", scale="log"), "low"),
        (lambda: rs.check("interval", estimate=".2", low=".1", high="1.5", scale="fisher-z"), "high"),
        (lambda: rs.check("interval-p", estimate=".2", low=".1", high=".5", p=".2", level="150"), "level"),
        (lambda: rs.check("t", t="2.2", df="1e", p=".04"), "df"),
        (lambda: rs.check("z", z="about 2", p=".04"), "z"),
    ],
)
def test_what_cannot_be_is_refused_under_the_name_of_its_argument(call, argument):
    with pytest.raises(rs.RestatedError) as caught:
        call()
    assert caught.value.field == argument


@pytest.mark.parametrize("name", [*WORKING, *CHECKED])
def test_every_result_has_the_same_surface(name):
    given = (WORKING.get(name) or CHECKED[name]).copy()
    found = getattr(rs, name)(**given) if name in WORKING else rs.check(name, **given)
    assert isinstance(found.frame, pd.DataFrame) and found.summary().startswith(found.message)
    assert "<table" in found._repr_html_()
    names = found.frame.get("quantity", found.frame.columns)
    low, high = found.range(names[0])
    assert low <= high or math.isnan(low)
    with pytest.raises(rs.RestatedError, match="unknown statistic 'no'"):
        found.range("no")


def test_ranges_of_estimates_are_their_intervals():
    found = rs.meta([0.1, 0.3, 0.5], [0.02, 0.02, 0.02])
    assert found.range("estimate") == (found.ci_low, found.ci_high)
    assert found.range("new study") == (found.pi_low, found.pi_high)
    checked = rs.check("t", t="2.20", df=28, p=".04")
    assert checked.range("p") == (checked.low, checked.high) and checked.frame["value"].tolist() == [".04"]
    growth = rs.growth(**WORKING["growth"])
    low, high = growth.range("time")
    assert (high - low) / 2 == pytest.approx(1.959964 * growth.fixed_se[1])


def test_whole_numbers_may_have_their_thousands_parted():
    assert rs.check("percent", percent="50.0", n="1,364").fits


def test_the_tutorial_runs_as_it_is_printed():
    page = (paths.ROOT / "book" / "library-tutorial.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(>>> .*?)^```$", page, re.S | re.M)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "tutorial", "library-tutorial.md", 0)
    assert len(test.examples) > 10
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_reference_page_has_every_call_and_every_check():
    page = (paths.ROOT / "book" / "library-reference.md").read_text(encoding="utf-8")
    assert set(re.findall(r"autofunction:: restated\.(\w+)", page)) | {"RestatedError"} == set(rs.__all__)
    assert "restated.RestatedError" in page
    assert set(api.CHECKS) <= set(re.findall(r"`([\w-]+)`", page))


def test_a_decimal_comma_of_one_number_says_what_marks_of_others_are():
    assert rs.check("interval", estimate="1,250", low="0,9", high="1,7", scale="log").high < 2
    assert rs.moments(22, "1,250", "0,9").frame["value"].mean() == pytest.approx(1.25)
    assert len(rs.tables(100, odds_ratio="1,250", agreement="50,0%")) == len(
        rs.tables(100, odds_ratio="1.250", agreement="50.0%")
    )
    # Commas between degrees of freedom are none of a number.
    assert rs.check("F", F="1.250", df="2,57", p=".29").low < 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: rs.check("interval", estimate="1.250", low="0,9", high="1,6"),
        lambda: rs.check("interval", estimate="1.250", low="1.100,5", high="1.400,5"),
        lambda: rs.moments(22, "1.250", "90,2"),
        lambda: rs.tables(100, chi2="1.250", agreement="50,0%"),
    ],
)
def test_next_to_a_decimal_comma_a_point_before_three_digits_is_refused_with_both_readings(call):
    with pytest.raises(
        RestatedError, match=r"point of '1.250' can separate decimals or thousands: 1.250 or 1250\. Write"
    ):
        call()


def test_a_comma_before_three_digits_that_nothing_explains_is_refused():
    with pytest.raises(RestatedError, match="can separate decimals or thousands"):
        rs.check("interval", estimate="1,250", low="1,100", high="1,400")
