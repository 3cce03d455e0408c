"""LaTeX formulas as native MathML, made at build time: no script, no font, no request."""

import html
import re
import unicodedata
from contextlib import suppress
from itertools import accumulate
from xml.etree.ElementTree import Element, tostring

from docutils import nodes
from latex2mathml.converter import convert_to_element
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from restated_book import paths

logger = logging.getLogger(__name__)

_TABLES = paths.tables(__file__)
#: Number of children of an element; equivalents of environments, and those that are set correctly; styled alphabets.
ARITY, ALIASES, LETTERS = _TABLES["arity"], _TABLES["aliases"], _TABLES["letters"]
ENVIRONMENTS = set(_TABLES["environments"])


class MathError(ValueError):
    """A formula that cannot be set."""


def to_mathml(latex: str, *, display: bool = False) -> str:
    """Convert a LaTeX formula to a ``<math>`` element with its source; refuse what the converter would lose."""
    source = " ".join(latex.split())
    if not source:
        raise MathError("the formula is empty")
    braces = re.findall(r"(?<!\\)(?:\\\\)*([{}])", source)
    depths = list(accumulate((1 if brace == "{" else -1 for brace in braces), initial=0))
    if min(depths) < 0 or depths[-1] > 0:
        raise MathError("its braces do not balance")
    known = re.sub(r"\\(begin|end)\{(\w+)\}", lambda m: rf"\{m[1]}{{{ALIASES.get(m[2], m[2])}}}", source)
    for environment in re.findall(r"\\begin\{([^}]*)\}", known):
        if environment not in ENVIRONMENTS:
            raise MathError(f"the environment {environment} is not known")
    try:
        math = convert_to_element(known, display="block" if display else "inline")
    except Exception as error:  # the converter raises a dozen types, StopIteration among them
        raise MathError(str(error) or f"the converter stopped with {type(error).__name__}") from error
    for element in math.iter():
        element.text = html.unescape(element.text or "") or None
    _check(math)
    _repair(math)
    math.set("alttext", source)
    return tostring(math, encoding="unicode")


def _check(math: Element) -> None:
    for element in math.iter():
        text = element.text or ""
        if element.tag != "mtext" and text.startswith("\\") and text != "\\":
            raise MathError(f"the command {text} is not known")
        if element.tag == "mi" and text == "&":
            raise MathError("an alignment mark & is outside an environment that has columns")
        if element.tag == "mspace" and element.get("linebreak"):
            raise MathError("a line break is outside an environment that has lines")
        if len(element) != ARITY.get(element.tag, len(element)):
            raise MathError(f"an argument is missing (in <{element.tag}>)")


def _repair(math: Element) -> None:
    """Correct the converter's output where browsers would show it differently from LaTeX."""
    for element in list(math.iter()):
        text = element.text or ""
        if element.tag == "mi" and re.fullmatch(r"\.\d+", text):
            element.tag = "mn"  # .31 is a number
        elif element.tag == "mi" and text == "~":
            element.tag, element.text = "mo", "\N{TILDE OPERATOR}"
        elif element.tag == "mi" and len(text) == 1 and unicodedata.category(text) in ("Sm", "Ps", "Pe"):
            element.tag = "mo"
        elif element.tag == "mrow" and len(element) == 1 and element[0].tag == "mo" and element[0].text == ",":
            element[0].tag = "mtext"  # 1{,}000: the braces ask for no space after the comma
        elif element.tag == "mo" and len(text) > 1 and text.isalpha():
            element.tag = "mi"  # a function name is not an operator: no space before it
        if (variant := LETTERS.get(element.get("mathvariant", ""))) and text:
            element.text = "".join(_styled(c, variant) for c in text)
            del element.attrib["mathvariant"]
    for parent in list(math.iter()):
        for i in reversed(range(len(parent) - 1 if parent.tag not in ARITY else 0)):
            name, after = parent[i], parent[i + 1]
            if name.tag == "mi" and len(name.text or "") > 1 and after.tag in ("mi", "mn", "mfrac", "msub", "msup"):
                parent.insert(i + 1, Element("mspace", width="0.1667em"))


def _styled(char: str, variant: str) -> str:
    """Return `char` from the mathematical alphabet `variant`; unchanged where that alphabet lacks it."""
    name = re.sub("LATIN |GREEK | LETTER", "", unicodedata.name(char, ""))
    for full in (f"MATHEMATICAL {variant} {name}", f"{variant} {name}"):
        with suppress(KeyError):
            return unicodedata.lookup(full)
    return char


def _or_warning(node: nodes.Node, display: bool) -> str:
    latex = node.astext()
    if display and not node.get("nowrap"):
        parts = [part for part in latex.split("\n\n") if part.strip()]
        latex = r"\\".join(parts)
        if len(parts) > 1 or (r"\\" in latex and r"\begin" not in latex):
            latex = rf"\begin{{split}}{latex}\end{{split}}"
    try:
        return to_mathml(latex, display=display)
    except MathError as error:
        logger.warning("the formula %r cannot be set: %s", latex, error, location=node, type="restated", subtype="math")
        return f'<code class="rs-formula-failed">{html.escape(latex, quote=False)}</code>'


def visit_math(self, node: nodes.math) -> None:
    """HTML visitor of an inline formula."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    self.body.append(_or_warning(node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    """HTML visitor of a displayed formula, with its number and permanent link if it has a label."""
    if "amsmath" in node["classes"]:
        # MyST gives these a random label nobody can refer to, which would make every build different.
        node["ids"], node["number"] = [], None
    self.body.append(self.starttag(node, "div", CLASS="math notranslate"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(_or_warning(node, display=True) + "</div>\n")
    raise nodes.SkipNode
