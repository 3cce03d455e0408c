"""Cases on which the explorers' scripts and the library must agree: ``python -m tests.browser.explorers`` stores them.

Every case has the fields of a page as a reader types them, and what the library answers: numbers, or its message.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import restated as rs
from restated.errors import RestatedError
from restated.estimate import costsets, individuals
from tests.browser import heterogeneity, patterns

FILE = Path(__file__).with_name("explorers.json")
#: Cases of each kind of check and of each other page; any number will do, these make more than a thousand.
EACH, OTHERS = 75, 100
SEED = 2021
#: What readers mistype, by check: the answer is a message.
WRONG = [
    *({"check": "t", "statistic": text, "df": "28", "p": ".04"} for text in ("abc", "", "1,250", "2..2", "1.2.3")),
    *({"check": "t", "statistic": "2.20", "df": text, "p": ".04"} for text in ("", "x", "0")),
    *({"check": "t", "statistic": "2.20", "df": "28", "p": text} for text in ("1.4", "abc", "p")),
    {"check": "F", "statistic": "3.1", "df": "2", "p": ".04"},
    *({"check": "r", "statistic": text, "n": n, "p": ".04"} for text, n in (("1.2", "30"), (".2", "2"))),
    *({"check": "percent", "percent": text, "n": "20"} for text in ("150", "abc", "<50")),
    *({"check": "percent", "percent": "50", "n": text} for text in ("0", "2.5", "x", "")),
    {"check": "grim", "mean": "3.5", "n": "20", "items": "0"},
    {"check": "agreement", "percent": "75", "kappa": "1.49", "n": "20"},
    *(
        {"check": of, "estimate": ".2", "low": low, "high": high, "scale": scale, "p": ".04"}
        for of in ("interval", "interval-p")
        for low, high, scale in (
            (".4", ".3", "plain"),
            ("-0.1", ".5", "log"),
            ("0.0", ".5", "log"),
            (".1", "1.5", "fisher-z"),
        )
    ),
]
#: Numbers with decimal commas: next to one, a point before three digits parts thousands.
COMMAS = [
    {"check": "interval", "estimate": "1.250", "low": "1.100,5", "high": "1.400,5", "scale": "plain"},
    {"check": "interval", "estimate": "1,250", "low": "0,9", "high": "1,7", "scale": "log"},
    {"check": "F", "statistic": "1.250", "df": "2,57", "p": ".29"},
    {"check": "F", "statistic": "1,250", "df": "2,57", "p": ",29"},
]
#: Numbers as people also write them, and what looks like one.
SPELLED = [
    "2·20",
    "2,20",
    " 2.20 ",
    "+2.20",
    "−2.20",
    "–2.2",
    "220e-2",
    "2.2e0",
    "2.2 × 10⁰",
    "22 x 10^-1",
    "= 2.20",
    "٢٫٢٠",
    "２.２０",
]
SPELLED += [
    "1 000",
    "1'000",
    "1,000",
    "1,000.5",
    "1.000,5",
    "1.000.000",
    "1 00",
    "01,000",
    "1e3",
    "1e",
    "e3",
    "1e999",
    "10^2",
    "2.2%",
]
SPELLED += [
    "2.2 per cent",
    "0,5 %",
    "0.5\u066a",
    "less than 3",
    "at least 2",
    "≥ 2",
    "<2,20",
    "< two",
    "two",
    "half",
    "about 2",
    "17/40",
    "2 to 3",
    "3 to 2",
]
SPELLED += [
    "nan",
    "inf",
    "1_000",
    "²",
    "--2",
    "2-",
    "60.5",
    "60.0",
    "0",
    "-0",
    "12345678901",
    "1" * 29,
    "1 2",
    "0x10",
    "½",
]
WRONG += [{"check": "t", "statistic": text, "df": "28", "p": ".04"} for text in SPELLED]
WRONG += [
    {"check": of, "statistic": "2.20", "df": text, "p": ".04"}
    for of in ("t", "F")
    for text in (*SPELLED, "2, 57", "-3")
]
WRONG += [{"check": "z", "statistic": "2.20", "p": text} for text in (*SPELLED, "< 5e-2", "<.05", "> 2", "4 %")]
WRONG += [{"check": "percent", "percent": "50", "n": text} for text in (*SPELLED, "1,364")]
WRONG += [{"check": "grim", "mean": text, "n": "20", "items": "1"} for text in SPELLED]
WRONG += [{"check": "percent", "percent": text, "n": "50"} for text in (*SPELLED, "62 %", "6.2e1", "62·0")]
#: Words and numbers that chance rarely meets: digits cut off, and an end halfway between two that are shown.
WRONG += [
    {"check": "t", "statistic": "2.00", "df": "58", "p": ".04"},
    {"check": "agreement", "percent": "73", "kappa": "0.56", "n": "74"},
]
TESTS = ("t", "F", "chi2", "z", "r")


def _checks(rng: random.Random) -> Iterator[dict[str, str]]:
    for _ in range(EACH):
        p = rng.choice(["<.001", ".05", f".{rng.randrange(1, 100):02}", f".{rng.randrange(1, 1000):03}"])
        size = f"{rng.uniform(0, 4):.2f}"
        yield {
            "check": "t",
            "statistic": rng.choice("-−") * rng.randrange(2) + size,
            "df": str(rng.randrange(3, 300)),
            "p": p,
        }
        yield {"check": "z", "statistic": size, "p": p}
        yield {"check": "F", "statistic": size, "df": f"{rng.randrange(1, 5)}, {rng.randrange(5, 200)}", "p": p}
        yield {"check": "chi2", "statistic": f"{rng.uniform(0, 20):.1f}", "df": str(rng.randrange(1, 12)), "p": p}
        yield {"check": "r", "statistic": f"{rng.uniform(-0.9, 0.9):.2f}", "n": str(rng.randrange(5, 400)), "p": p}
        percent = f"{rng.uniform(0, 100):.{rng.randrange(3)}f}"
        yield {"check": "percent", "percent": percent, "n": str(rng.randrange(1, 500))}
        yield {
            "check": "grim",
            "mean": f"{rng.uniform(1, 7):.2f}",
            "n": str(rng.randrange(5, 150)),
            "items": rng.choice("1123"),
        }
        yield {
            "check": "agreement",
            "percent": str(rng.randrange(50, 96)),
            "kappa": f"{rng.uniform(-0.1, 0.9):.2f}",
            "n": str(rng.randrange(20, 120)),
        }
        centre, half = rng.uniform(0.1, 0.5), rng.uniform(0.05, 0.3)
        ends = {
            "estimate": f"{centre:.2f}",
            "low": f"{centre - half:.2f}",
            "high": f"{centre + half + rng.choice((0, 0.05)):.2f}",
        }
        yield {"check": "interval", **ends, "scale": rng.choice(["plain", "fisher-z"])}
        yield {"check": "interval-p", **ends, "scale": rng.choice(["plain", "fisher-z"]), "p": p}
        k = rng.randrange(3, 120)
        yield {
            "check": "pooled",
            **ends,
            "measure": rng.choice("rd"),
            "k": str(k),
            "n": str(k * rng.randrange(10, 200)),
        }


def _groups(rng: random.Random) -> dict[str, str]:
    sizes = {name: str(rng.randrange(5, 120)) for name in ("n1", "n2")}
    return {
        "spread": f"{rng.uniform(0.1, 3):.2f}",
        "ratio": f"{rng.uniform(0.05, 0.99):.2f}",
        "test": rng.choice(["Welch", "Student"]),
        **sizes,
    }


def _cell(rng: random.Random) -> dict[str, str]:
    sizes = {
        "group": str(rng.randrange(4, 200)),
        "groups": str(rng.randrange(1, 40)),
        "n": str(rng.randrange(190, 3000)),
    }
    return {
        "change": f"{rng.uniform(0, 1.5):.2f}",
        **sizes,
        "detectable": f"{rng.uniform(0.1, 1.5):.2f}",
        "reference": str(rng.randrange(5, 100)),
    }


def _people(rng: random.Random) -> dict[str, str]:
    shares = {name: str(rng.randrange(5, 96)) for name in ("first", "second")}
    phis = sorted(rng.uniform(-0.2, 0.6) for _ in range(3))
    ends = dict(zip(("low", "phi", "high"), (f"{x:.2f}" for x in phis), strict=True))
    return {**ends, **shares, "stability": f"{rng.uniform(0, 1):.2f}"}


def of_check(now: dict[str, str]) -> dict[str, Any]:
    """Answer a case of the page that checks numbers."""
    kind = now["check"]
    given = {name: text for name, text in now.items() if name not in ("check", "statistic")}
    if kind == "pooled":
        ends = (given[name] for name in ("estimate", "low", "high"))
        found = heterogeneity.of_interval(*ends, int(given["k"]), int(given["n"]), given["measure"])
        return {"tau2": [found.tau2_low, found.tau2_high], "prediction": [found.prediction_low, found.prediction_high]}
    if kind in TESTS:
        given[kind] = now["statistic"]
    if kind == "interval":
        given.pop("p", None)
    found = rs.check(kind, **given)
    answer = {"fits": found.fits, "low": found.low, "high": found.high, "detail": found.detail}
    if kind == "percent":
        answer["count"] = len(rs.counts(given["percent"], given["n"]))
    if kind == "agreement":
        answer["count"] = len(rs.tables(given["n"], agreement=f"{given['percent']}%", kappa=given["kappa"]))
    return answer


def of_groups(now: dict[str, str]) -> dict[str, Any]:
    """Answer a case of the page on two groups."""
    spread, ratio, n1, n2 = float(now["spread"]), float(now["ratio"]), int(now["n1"]), int(now["n2"])
    return {
        "p": float(costsets.p_by_moments(ratio, spread, spread, n1, n2, now["test"])),
        "most": float(costsets.critical_cv(ratio, n1, n2, now["test"])),
        "limit": costsets.critical_ratio(spread, n1, n2, now["test"]),
        "other": costsets.critical_ratio(spread, n2, n1, now["test"]),
    }


def of_cell(now: dict[str, str]) -> dict[str, Any]:
    """Answer a case of the page on one small group."""
    sd = patterns.sd_of_change(float(now["detectable"]), float(now["reference"]))
    found = patterns.chance(float(now["change"]), int(now["group"]), int(now["n"]), sd, groups=int(now["groups"]))
    return {"sd": sd, "change": found.change, "pattern": found.pattern, "byLuck": found.by_luck}


def of_people(now: dict[str, str]) -> dict[str, Any]:
    """Answer a case of the page on people."""
    shares, stability = (int(now["first"]) / 100, int(now["second"]) / 100), float(now["stability"])
    at = {name: individuals.shares_given(float(now[name]) * stability, *shares) for name in ("phi", "low", "high")}
    return {"of": list(at["phi"]), "low": list(at["low"]), "high": list(at["high"])}


ANSWERS: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "check": of_check,
    "groups": of_groups,
    "cell": of_cell,
    "people": of_people,
}


def cases() -> list[dict[str, Any]]:
    """Return all cases: the kind of the page, its fields, and the library's answer or message."""
    rng = random.Random(SEED)
    given = [("check", now) for now in (*_checks(rng), *WRONG, *COMMAS)]
    for kind, make in (("groups", _groups), ("cell", _cell), ("people", _people)):
        given += [(kind, make(rng)) for _ in range(OTHERS)]
    return [{"kind": kind, "given": now, "answer": _answer(kind, now)} for kind, now in given]


def _answer(kind: str, now: dict[str, str]) -> dict[str, Any]:
    try:
        found = ANSWERS[kind](now)
    except RestatedError as error:
        return {"fault": str(error)}
    return {name: None if isinstance(x, float) and not math.isfinite(x) else x for name, x in found.items()}


if __name__ == "__main__":
    FILE.write_text(
        "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases()) + "\n]\n", encoding="utf-8"
    )
