"""The checks in words: comparison, meaning of the power, and source of the rule."""

from typing import NamedTuple

from restated.audit.derived import FORMULAS

CONSISTENT = "consistent"
INCONSISTENT = "inconsistent as printed"
UNINFORMATIVE = "uninformative"
OUTCOMES = (CONSISTENT, INCONSISTENT, UNINFORMATIVE)


class Check(NamedTuple):
    """One kind of check, in words."""

    title: str
    rule: str
    power: str  # the possible printed values of which `power` is the refused share
    reference: str


CHECKS: dict[str, Check] = {
    "percent-count": Check(
        "percentage, count and denominator",
        "some whole count out of the denominator rounds to the percentage",
        "percentages from 0 to 100 with the printed decimals",
        "arithmetic; the idea of GRIM (Brown & Heathers 2017) for shares",
    ),
    "percent-total": Check(
        "shares that make up a whole",
        "the shares can add up to 100 %, and where the denominator is printed their counts can add up to it",
        "values from 0 to 100 of the last share, the others as printed",
        "arithmetic",
    ),
    "percent-subgroups": Check(
        "percentage of a whole and of its parts",
        "the counts behind the subgroup percentages add up to a count behind the overall percentage",
        "values from 0 to 100 of the overall percentage",
        "arithmetic",
    ),
    "percent-arms": Check(
        "percentages of two groups with only their total printed",
        "two group sizes with the printed total exist for which both percentages are whole counts",
        "totals from 2 to twice the printed one",
        "arithmetic",
    ),
    "group-sizes": Check(
        "sizes of two groups and their total",
        "group sizes add up to n",
        "totals from 0 to twice the recomputed one",
        "arithmetic",
    ),
    "sum": Check(
        "parts and their sum or difference",
        "the parts can add up to the whole",
        "values of the whole between 0 and twice the recomputed one",
        "arithmetic",
    ),
    "grim": Check(
        "mean of whole-number scores (GRIM)",
        "some whole sum divided by n (times items) rounds to the mean",
        "means with the printed decimals within one unit of the scale",
        "Brown & Heathers 2017, doi 10.1177/1948550616673876",
    ),
    "grimmer": Check(
        "mean and SD of whole-number scores (GRIMMER)",
        "some whole sum and sum of squares, both even or both odd, round to the mean and the SD",
        "SDs from 0 to the largest possible on the scale, or to twice the printed one",
        "Anaya 2016, doi 10.7287/peerj.preprints.2400v1; Allard 2018",
    ),
    "debit": Check(
        "mean and SD of scores 0 and 1 (DEBIT)",
        "SD² is n / (n − 1) · mean · (1 − mean)",
        "SDs from 0 to the largest possible",
        "Heathers & Brown 2019, osf.io/5vb3u",
    ),
    "sd-bound": Check(
        "largest SD for a mean on a limited scale (umbrella)",
        "SD² is at most n / (n − 1) · (max − mean)(mean − min)",
        "SDs from 0 to the largest possible anywhere on the scale",
        "Bhatia & Davis 2000, doi 10.1080/00029890.2000.12005203",
    ),
    "interval-centre": Check(
        "estimate and the middle of its interval",
        "the estimate is the middle of the interval on its own scale: logarithm for ratios, plain or Fisher "
        "z for correlations, plain otherwise",
        "estimates inside the printed interval",
        "Altman & Bland 2011, doi 10.1136/bmj.d2090",
    ),
    "interval-p": Check(
        "estimate, interval and p",
        "the p that estimate and interval imply (normal to t) meets the printed p",
        "printable p from 0 to 1; for a printed bound the p values it excludes",
        "Altman & Bland 2011, doi 10.1136/bmj.d2090",
    ),
    "statistic-p": Check(
        "test statistic, degrees of freedom and p",
        "the p of the test statistic meets the printed p",
        "printable p from 0 to 1; for a printed bound the p values it excludes",
        "Nuijten et al. 2016, doi 10.3758/s13428-015-0664-2",
    ),
    "q-i2": Check(
        "Q, degrees of freedom and I²",
        "I² = max(0, (Q − df) / Q)",
        "values of I² from 0 to 100 with the printed decimals",
        "Higgins & Thompson 2002, doi 10.1002/sim.1186",
    ),
    "correlation-triple": Check(
        "three correlations of three variables",
        "the correlation matrix has no negative eigenvalue",
        "values of the third correlation from −1 to 1",
        "Stanley & Wang 1969, doi 10.1177/001316446902900304",
    ),
    "d-r": Check(
        "one effect printed as d and as r",
        "r = d / √(d² + 4), equal groups",
        "values of r from −1 to 1",
        "Borenstein et al. 2009, chapter 7",
    ),
    "falconer": Check(
        "variance components and twin correlations",
        "a² = 2(r MZ − r DZ), c² = 2 r DZ − r MZ, e² = 1 − r MZ, each in 0 to 1; "
        "at a bound also the model of two components",
        "values of the component from 0 to its largest",
        "Falconer & Mackay 1996, chapter 10",
    ),
}

CHECKS |= {
    "effect-p": Check(
        "standardised difference, n and p",
        "the p of t = d √(n1 n2 / n) meets the printed p; where group sizes are unknown, either holds a quarter to "
        "three quarters",
        "printable p from 0 to 1; for a printed bound the p values it excludes",
        "Borenstein et al. 2009, chapter 4",
    ),
    "interval-floor": Check(
        "interval of a pooled effect and its sample",
        "the interval is not narrower than sampling alone makes it",
        "half-widths from 0 to twice the printed one",
        "Borenstein et al. 2009, chapters 4 and 6",
    ),
    "counts-p": Check(
        "events in two groups and p",
        "the p of Fisher's exact test or of chi-squared, with or without correction, meets the printed p",
        "printable p from 0 to 1; for a printed bound the p values it excludes",
        "Agresti 2013, chapter 3",
    ),
    "agreement-kappa": Check(
        "agreement and kappa of one two-way table",
        "some table of n cases has both",
        "kappas from −1 to 1 with the printed decimals",
        "Cohen 1960, doi 10.1177/001316446002000104",
    ),
    "difference-centre": Check(
        "two means and the interval of their difference",
        "the difference of the means is the middle of the interval",
        "values inside the interval",
        "Altman & Bland 2011, doi 10.1136/bmj.d2090",
    ),
    "within": Check(
        "a mean and the range of what it averages",
        "the mean lies between the least and the greatest value",
        "values over twice that range",
        "arithmetic",
    ),
}
CHECKS["difference-words"] = Check(
    "a difference stated in words and its two numbers",
    "|z| of the difference reaches 1.96 in the direction stated, or stays below it where no difference is stated, for "
    "some correlation of the estimates named with the group; without intervals sampling alone makes the errors",
    "first numbers from one end of their scale to the other; for standardised differences 1 around the second",
    "Altman & Bland 2003, doi 10.1136/bmj.326.7382.219",
)
_POWER = "values from 0 to twice the recomputed one"
CHECKS |= {name: Check(f.title, f.rule, _POWER, f.reference) for name, f in FORMULAS.items()}


class Result(NamedTuple):
    """One check of one group of printed numbers; rows graded U make it unverified, shown as such and never counted."""

    check: str  # key of `CHECKS`
    ids: tuple[str, ...]  # register rows used
    compared: str  # the printed numbers put side by side
    outcome: str  # one of `OUTCOMES`
    power: float  # share of the possible printed values (`Check.power`) that the check would have refused
    verified: bool
    sentence: str  # the result in words
    sizes_only: frozenset[str] = frozenset()  # of `ids`, rows whose size was used and whose number was not compared

    @property
    def judged(self) -> list[str]:
        """Ids of the rows whose number was compared."""
        return [id for id in self.ids if id not in self.sizes_only]
