from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated_book.sphinx.mathml import MathError, to_mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def parsed(latex: str, **kwargs) -> ElementTree.Element:
    return ElementTree.fromstring(to_mathml(latex, **kwargs))


def pairs(latex: str) -> list[tuple[str, str]]:
    return [(e.tag.removeprefix(SPACE), e.text) for e in parsed(latex).iter() if e.text]


def test_a_formula_keeps_its_source_and_its_place():
    math = parsed(r"a <  b", display=True)
    assert (math.tag, math.get("display"), math.get("alttext")) == (f"{SPACE}math", "block", "a < b")
    assert parsed("a").get("display") == "inline"


def test_text_and_operators_are_escaped():
    assert pairs(r"\text{a & b <c>}") == [("mtext", "a\xa0&\xa0b\xa0<c>")]
    assert pairs("a<b") == [("mi", "a"), ("mo", "<"), ("mi", "b")]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("r = .31", [("mi", "r"), ("mo", "="), ("mn", ".31")]),
        (r"x \sim y", [("mi", "x"), ("mo", "∼"), ("mi", "y")]),
        (r"\mathcal{N}", [("mi", "𝒩")]),
        (r"\mathcal{L}", [("mi", "ℒ")]),
        (r"\mathbf{X}", [("mi", "𝐗")]),
        (r"\boldsymbol{\beta}", [("mi", "𝜷")]),
        (r"\mathbf 1", [("mn", "𝟏")]),
        (r"\operatorname{atanh} r", [("mi", "atanh"), ("mi", "r")]),
        (r"1{,}000", [("mn", "1"), ("mtext", ","), ("mn", "000")]),
        (r"\lfloor x \rfloor", [("mo", "⌊"), ("mi", "x"), ("mo", "⌋")]),
    ],
)
def test_what_the_converter_gets_wrong_is_set_right(latex, expected):
    assert pairs(latex) == expected


def test_a_function_name_stands_off_its_argument_but_not_off_a_bracket():
    assert parsed(r"\log x").find(f".//{SPACE}mspace") is not None
    assert parsed(r"\log(x)").find(f".//{SPACE}mspace") is None


@pytest.mark.parametrize("environment", ["aligned", "split", "align", "align*", "gathered", "cases", "pmatrix"])
def test_environments_become_rows(environment):
    cells = "a & b \\\\ c & d" if environment != "gathered" else "a \\\\ c"
    math = parsed(rf"\begin{{{environment}}}{cells}\end{{{environment}}}", display=True)
    assert len(math.findall(f".//{SPACE}mtr")) == 2
    assert "(1)" not in "".join(math.itertext())  # numbering is Sphinx's


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        ("", "empty"),
        ("{x", "braces"),
        ("x}", "braces"),
        (r"\foo{x}", r"command \\foo"),
        (r"\frac{1}", "argument is missing"),
        (r"\left( x \right", "converter"),
        ("a & b", "alignment mark"),
        (r"a \\ b", "line break"),
        (r"\begin{foo}a\end{foo}", "environment foo"),
    ],
)
def test_a_formula_that_would_come_out_wrong_is_refused(latex, words):
    with pytest.raises(MathError, match=words):
        to_mathml(latex)


def test_escaped_braces_need_no_partner():
    assert ("mo", "{") in pairs(r"x \in \{ 0")


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(alphabet="abxy01.,+-=<>&_^{}()\\ \"'~%", max_size=25))
def test_any_input_is_well_formed_or_refused(latex):
    try:
        html = to_mathml(latex)
    except MathError:
        return
    assert ElementTree.fromstring(html).get("alttext") == " ".join(latex.split())
