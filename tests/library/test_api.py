"""One call for each task: what it returns is what the modules behind it return, and its examples run."""

from __future__ import annotations

import doctest
import math
import re
import subprocess
import sys

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
        (lambda: rs.tables(50, kapa=".43"), "unknown printed number 'kapa'. Use one of row1"),
        (lambda: rs.tables(50, kappa=0.43), "the digits printed for 0.43 are unknown"),
        (lambda: rs.twins(57, agrement="70"), "unknown printed number 'agrement'"),
        (lambda: rs.check("t", t="2.2"), "the check 't' needs df, p. It takes t, df, p"),
        (lambda: rs.check("tt", t="2.2"), "unknown check 'tt'"),
        (lambda: rs.check("z", z=1.96, p=".05"), "the digits printed for 1.96 are unknown"),
        (lambda: rs.check("z", z="1.96", p=".05", n=3), "unknown printed number 'n'"),
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
        ("grim", {"mean": 3.5, "n": 20}, "digits printed for 3.5 are unknown"),
    ],
)
def test_a_check_names_the_number_that_is_wrong(kind, given, message):
    with pytest.raises(RestatedError, match=message):
        rs.check(kind, **given)


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
    assert set(re.findall(r"autofunction:: restated\.(\w+)", page)) == set(rs.__all__)
    assert set(api.CHECKS) <= set(re.findall(r"`([\w-]+)`", page))
