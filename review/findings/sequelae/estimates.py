"""The twelve printed estimates of the three reviews and the precision that their intervals imply."""

import re
from collections.abc import Sequence

import pandas as pd

from restated.audit.intervals import centred
from restated.errors import RestatedError
from restated.estimate import contrasts
from restated_book import paths
from restated_book.ledger import in_digits
from restated_book.register import PublishedNumber, Register
from review.findings.numbers import ends, estimate, rounding

_TABLES = paths.tables(__file__)
#: The three reviews, in the order of their outcomes on the page, with the printed id of each pattern.
REVIEWS: dict[str, tuple[str, list[str]]] = {
    group: (review["key"], review["patterns"]) for group, review in _TABLES["reviews"].items()
}
PATTERN: dict[str, str] = _TABLES["pattern"]  #: The insecure groups as rows name them
HEADLINES = ("groh2014-security-d", "fearon2010-insecurity-d", "groh2012-insecurity-d")
OUTCOMES = ("peers", "externalizing", "internalizing")
CONVENTION = 0.95  #: Level of an interval whose level was not printed: the convention of the series
_IN_WORDS = re.compile(r"significance reported in words: ([^;]+)")


def ids() -> list[str]:
    """Return the printed ids of the twelve estimates, review by review."""
    return [f"{key}-{pattern}-d" for key, patterns in REVIEWS.values() for pattern in patterns]


def printed_estimates(register: Register) -> pd.DataFrame:
    """Return the twelve printed estimates for their figure."""
    rows = []
    for group, (key, patterns) in REVIEWS.items():
        for i, pattern in enumerate(patterns):
            n = register.number(f"{key}-{pattern}-d")
            total = f"{int(n.n):,}" if n.n else "–"
            rows.append((group, PATTERN[pattern], *estimate(n), i == 0, n.k or "–", total, n.grade, n.id))
    return pd.DataFrame(rows, columns=["group", "label", "value", "low", "high", "strong", "k", "n", "grade", "id"])


def range_texts(low: Sequence[float], high: Sequence[float], digits: int) -> list[str]:
    """Return ranges for table cells: "3.52 to 4.30", one number where both ends show the same digits, or "< 0.0001"."""

    def text(x: float) -> str:
        return f"< {10.0**-digits:.{digits}f}" if 0 < x < 0.5 * 10.0**-digits else in_digits(x, digits)

    return [text(a) if text(a) == text(b) else f"{text(a)} to {text(b)}" for a, b in zip(low, high, strict=True)]


def se_box(n: PublishedNumber, *, convention: float = CONVENTION) -> tuple[float, float]:
    """Return the standard errors, lowest and highest, behind a printed interval, of level `convention` if unprinted."""
    if n.ci_low is None or n.ci_high is None:
        raise RestatedError(f"'{n.id}' was printed without an interval", remedy="Leave it out with a note.")
    low, high = rounding(n.ci_low, "ci_low"), rounding(n.ci_high, "ci_high")
    return contrasts.standard_error(low, high, level=float(n.ci_level) / 100 if n.ci_level else convention)


def precision(register: Register, which: Sequence[str]) -> pd.DataFrame:
    """Return standard error, z, p and middle that printed intervals imply over the rounding box.

    `centred` is True where the estimate can be the middle, `in_words` is the significance as the source prints it.
    """
    rows = []
    for n in (register.number(i) for i in which):
        se = se_box(n)
        z = contrasts.z_difference(n.interval, (0.0, 0.0), se, (1e-12, 1e-12))
        assert n.ci_low and n.ci_high  # se_box refuses a number without an interval
        middle = centred(n.value, n.ci_low, n.ci_high, ["plain"])
        words = _IN_WORDS.search(n.note)
        implied = (*se, *z, *contrasts.two_sided_p(z), middle.low, middle.high, middle.fits)
        rows.append((n.id, n.value.text, *implied, words.group(1).strip() if words else ""))
    return pd.DataFrame(rows, columns=["id", "d", *ends("se", "z", "p", "middle"), "centred", "in_words"])
