"""The printed differences on other scales: correlations, and shares of children."""

import pandas as pd

from restated.estimate import individuals
from restated.estimate.effects import d_to_r, r_to_d
from restated_book.register import Register
from review.findings.transmission import printed_over_time


def d_interval_from_r(low: float, high: float) -> tuple[float, float]:
    """Return the differences (two groups of one size) that a box of correlations allows."""
    return float(r_to_d(low)), float(r_to_d(high))


def over_time_rows(register: Register, series: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return printed estimates by year as r (`transmission.printed_over_time`); those with ``-adjusted`` say so."""
    rows = printed_over_time(register, series)
    ids = [id for members in series.values() for id in members]
    rows["label"] += [", adjusted" if id.endswith("-adjusted") else "" for id in ids]
    differs = [register.number(id).statistic == "d" for id in ids]
    limits = ["value", "low", "high"]
    rows.loc[differs, limits] = d_to_r(rows.loc[differs, limits].to_numpy())
    return rows.drop(columns="text")


def for_people(effects: dict[str, tuple[float, float, float]], *, base: float) -> pd.DataFrame:
    """Express mean differences as shares of children, under normal distributions of one spread.

    `effects` maps a name to d and its limits, `base` is the share of insecure children. ``risk_lower, risk_higher,
    ratio, share_higher`` are about the outermost tenth of all children, and given for both limits of d too (``…_at_low,
    …_at_high``).
    """
    names = {"risk_lower": "lower", "risk_higher": "higher", "ratio": "ratio", "share_higher": "share_higher"}
    rows = []
    for label, (d, low, high) in effects.items():
        row = {"label": label, "d": d, "overlap": individuals.overlap(d), "superiority": individuals.superiority(d)}
        for suffix, x in (("", d), ("_at_low", low), ("_at_high", high)):
            at = individuals.outermost(x, base=base, share=0.1)
            row |= {f"{name}{suffix}": getattr(at, field) for name, field in names.items()}
        rows.append(row)
    return pd.DataFrame(rows)
