"""Chains of links: their products, and the share of an observed association that a mediator can carry."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import qmc

from restated.estimate import path
from restated_book.register import Register
from review.findings.numbers import ends
from review.findings.theory.links import Link, link

#: Draws of every simulation of this chapter. The Monte Carlo error of a limit of a product is then below .001.
DRAWS = 100_000
#: Points, quasi-random, for limits of a ratio whose denominator comes near zero; they leave an error below .001.
RATIO_POINTS = 2**20
SEED = 2002  # the year of the book
LEVEL = 0.95  # of every interval


class Chain(NamedTuple):
    """Links whose correlations are multiplied."""

    links: tuple[str, ...]  # register ids
    n: tuple[float | None, ...]  # sample size of each link, where no interval was printed


def chain_table(register: Register, chains: Mapping[str, Chain]) -> pd.DataFrame:
    """Multiply links, with the ranges that rounding, the printed intervals and sampling leave open.

    ``box`` is over the rounding of the print, ``ends`` with every link at the same end of its interval (nan where a
    link has none), ``delta`` by the delta method, ``low, high`` by Monte Carlo; ``precision`` names the sources of the
    standard errors.
    """
    rows = []
    for name, chain in chains.items():
        parts = [link(register.number(i), n=n) for i, n in zip(chain.links, chain.n, strict=True)]
        box = path.over_box(lambda *r: math.prod(r), *(p.box for p in parts))
        same_end = np.prod([p.interval for p in parts], axis=0)
        values, errors = [p.value for p in parts], [p.se_z for p in parts]
        drawn = path.chain_interval(values, errors, level=LEVEL, draws=DRAWS, seed=SEED)
        sampled = (drawn.delta_low, drawn.delta_high, drawn.simulated_low, drawn.simulated_high)
        words = "; ".join(dict.fromkeys(p.precision for p in parts))
        rows.append((name, len(parts), drawn.estimate, box.low, box.high, *same_end, *sampled, words))
    columns = ["chain", "links", "product", *ends("box", "ends", "delta"), "low", "high", "precision"]
    return pd.DataFrame(rows, columns=columns)


def mediation_table(
    register: Register, first: str, seconds: Mapping[str, str], observed: Mapping[str, str], *, share: float = 0.5
) -> pd.DataFrame:
    """Share of an observed association that a mediator can carry, for every second link and observed association.

    ``share`` is that of the product in the observed association, ``share_box`` its range over rounding, ``share_low,
    share_high`` its 95 % limits, quasi-Monte Carlo (nan where the interval of the observed association includes zero:
    no ratio is then bounded). ``indirect, indirect_share, direct`` are of the regression of the outcome on cause and
    mediator, nan where no three variables have these correlations (``possible``).

    `first` is the id of the link from cause to mediator; `seconds` and `observed` map names to ids of links to the
    outcome and of associations of cause and outcome; group comparisons become correlations at a `share` of patients.

    The share is also the reliability of a mediator that carries everything: the observed association would then be
    r_xm r_my / rho (Hoyle & Kenny, 1999, in Hoyle (ed.), Statistical strategies for small sample research, 195-222).
    """
    a = link(register.number(first))
    rows = []
    for second, second_id in seconds.items():
        b = link(register.number(second_id), share=share)
        product = a.value * b.value
        for against, observed_id in observed.items():
            c = link(register.number(observed_id), share=share)
            box = path.over_box(lambda x, y, z: x * y / z, a.box, b.box, c.box)
            shares = (product / c.value, box.low, box.high, *_share_limits(a, b, c))
            possible, regression = bool(path.feasible(a.value, c.value, b.value)), (np.nan,) * 3
            if possible:
                p = path.two_predictor(a.value, c.value, b.value)
                regression = (float(p.indirect), float(p.share), float(p.direct))
            rows.append((second, against, product, c.value, *shares, *regression, possible))
    columns = ["second", "against", "product", "observed", "share", *ends("share_box", "share")]
    return pd.DataFrame(rows, columns=[*columns, "indirect", "indirect_share", "direct", "possible"])


def _share_limits(a: Link, b: Link, observed: Link) -> np.ndarray:
    """Return the limits of the ratio of a product of links to an observed association, all three independent."""
    if observed.interval[0] <= 0 <= observed.interval[1]:
        return np.full(2, np.nan)
    # An association without an interval is taken as known.
    errors = [a.se_z, b.se_z, observed.se_z if np.isfinite(observed.se_z) else 0.0]
    normal = ndtri(qmc.Sobol(len(errors), rng=SEED).random(RATIO_POINTS))
    x, y, z = np.tanh(np.arctanh([a.value, b.value, observed.value]) + errors * normal).T
    tail = (1 - LEVEL) / 2
    return np.quantile(x * y / z, [tail, 1 - tail])


def implied_and_observed(
    chains: pd.DataFrame, register: Register, observed: Mapping[str, str], edges: pd.DataFrame
) -> pd.DataFrame:
    """Return products of links above observed associations, on the scale of r, for the figure of estimates."""
    designs = edges.drop_duplicates("register_id").set_index("register_id")["design_class"]
    rows = [
        ("implied by the links", c["chain"], c["product"], c["low"], c["high"], "product of links")
        for c in chains.to_dict("records")
    ]
    for name, i in observed.items():
        one = link(register.number(i))
        rows.append(("observed: trauma and borderline disorder", name, one.value, *one.interval, designs[i]))
    return pd.DataFrame(rows, columns=["group", "label", "y", "low", "high", "design"])
