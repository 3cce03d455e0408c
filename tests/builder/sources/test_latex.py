from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.plugin import find_plugin

from restated_book.sources import latex

HTML = find_plugin("pybtex.backends", "html")()

#: Markup of .bib files, and the text it prints.
READ = {
    "Plain words": "Plain words",
    r"50\% \& \_more\# {\&} {\%}": "50% & _more# & %",
    r"\$5 and \{x\}": "$5 and {x}",
    r"{\"U}ber \'{\i}, \v{c} {\c c} \o{} {\ss} na\"\i ve": "Über í, č ç ø ß naïve",
    r"\d{o} \b{b} \t{oo} \k{a} \H{o} \r a": "ọ ḇ o͡o ą ő å",
    "pages 1--2 --- ``quoted'' 'single'": "pages 1–2 — “quoted” 'single'",
    r"On \emph{Tristram}, \textit{S} and {\em old} {\bf b}": "On Tristram, S and old b",
    r"CO$_2$, H$_2$O, $^{137}$Cs, Ca$^{2+}$": "CO₂, H₂O, ¹³⁷Cs, Ca²⁺",
    r"$\alpha$-level at $p<.05$, \(\beta\), \ensuremath{\gamma}": "α-level at p<.05, β, γ",
    r"$\chi^2$, $R^{2}$, $10^{-3}$, $n \geq 3$, $\bar{x}$, $\pm 1$": "χ², R², 10⁻³, n ≥ 3, x̄, ± 1",
    r"21\textsuperscript{st}, x\textsubscript{1}": "21st, x₁",
    r"p \textless{} .05 \textgreater .01": "p < .05 >.01",
    "A &amp; B &amp;amp; C &#8217;n&#x2019; D": "A & B & C ’n’ D",
    "<i>Homo</i> and H<sub>2</sub>O, <sup>3</sup>He": "Homo and H₂O, ³He",
    "&lt;i&gt;Homo&lt;/i&gt;": "Homo",
    r"{\textless}i{\textgreater}Homo{\textless}/i{\textgreater}": "Homo",
    r"$<$i$>$Homo$<$/i$>$ {\&}amp; more": "Homo & more",
    '<span class="nocase">x Y</span><br/>z': "x Y z",
    r"See \url{https://a.org/b_c%20d~e} or \href{https://b.org/\_x}{this {\em page}}": (
        "See https://a.org/b_c%20d~e or this page"
    ),
    r"\relax a\,b\ c\-d\/e {\rm f} \mbox{g} \enquote{h} \dots{} \LaTeX{} i": "a\u2009b cde f g “h” … LaTeX i",
    r"a~b\\c": "a\u00a0b c",
    r"\noopsort{1}x \textasciitilde{} \^{} \textbackslash": "x ~ ^ \\",
    "if a<b and c>d, the <title> of it": "if a<b and c>d, the <title> of it",
}
#: Markup that has no meaning here, and what the refusal says.
REFUSED = {
    r"\emph Tristram": "not in braces",
    r"\foo{x}": "'\\foo' is a command",
    r"\'{} x\'": "a command that",
    "50% of them": "percent sign",
    "x^2": "'^' has no partner",
    "a $5 book": "'$' has no partner",
    "from $5 to $6": "sums of money",
    r"$\frac{1}{2}$": "'\\frac'",
    "<i>open": "the tag '<i>'",
    "<mml:math>x</mml:math>": "the tag '<mml:math>'",
    "&bogus;": "'&bogus;'",
    "{open": "opening brace",
    "closed}": "closing brace",
    "{" * 40 + "}" * 40: "too deeply",
    "\ufdd0": "character that is none",
}
#: What must not be left on a page.
LEFT = re.compile(r"[\\{}$]|&#?\w+;|</?(?:i|b|em|sub|sup|span)>|[\ufdd0-\ufdef]")


@pytest.mark.parametrize("markup", READ)
def test_markup_is_printed_as_it_is_meant(markup):
    assert str(latex.rich(markup)) == READ[markup]
    # The escapes of a text are not read as markup of HTML.
    assert "<title>" not in latex.rich(markup).render(HTML)


@pytest.mark.parametrize("markup", REFUSED)
def test_what_would_be_left_on_the_page_is_refused_with_a_remedy(markup):
    with pytest.raises(latex.Unprintable, match=re.escape(REFUSED[markup])) as caught:
        latex.rich(markup)
    assert caught.value.remedy


def test_emphasis_and_scripts_are_tags_and_keep_their_capitals():
    text = latex.rich(r"On \emph{Homo} <b>Sapiens</b> and CO$_2$ x$_{ij}$ AND")
    made = re.sub("</?span[^>]*>", "", text.capitalize().render(HTML))
    assert made == "On <em>Homo</em> <strong>Sapiens</strong> and CO₂ x<sub>ij</sub> and"


def test_names_keep_the_braces_that_bibtex_needs():
    names = r"J\o rgen {\'E}mile \v{C}ech and {World Health Organization} and M&uuml;ller"
    assert latex.unaccented(names) == "Jørgen Émile Čech and {World Health Organization} and Müller"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (r"10.1007/978-3-319\_53", "10.1007/978-3-319_53"),
        (r"http://a/b{\_}c{\%}20{~}x\&y", "http://a/b_c%20~x&y"),
        ("10.1002/(SICI)1$<$1::A$>$3.0", "10.1002/(SICI)1<1::A>3.0"),
        (r"a\textless1{\textgreater}2&lt;&amp;amp;", "a<1>2<&"),
        (r"http://x/\~{}u/\textasciitilde v/$\sim$w", "http://x/~u/~v/~w"),
        ("https://x.org/a--b", "https://x.org/a--b"),
    ],
)
def test_addresses_lose_their_escapes(typed, meant):
    assert latex.address(typed) == meant


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*READ, *REFUSED, *"\\{}$%^~&<>;_'`-", "\\d", " x", "emph{", "é"]), max_size=7))
def test_any_text_is_refused_or_leaves_nothing(pieces):
    try:
        shown = str(latex.rich("".join(pieces)))
    except latex.Unprintable:
        return
    kept = re.findall(r"\\[${}]|\\text(?:backslash|dollar)", "".join(pieces))
    assert bool(LEFT.search(shown)) <= bool(kept), shown


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text):
    try:
        str(latex.rich(text)), latex.unaccented(text), latex.address(text)
    except latex.Unprintable as error:
        assert error.remedy
