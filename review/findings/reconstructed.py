"""Data sets behind the results, for readers; no row is a real person or a real study.

Each function makes the sets of one chapter from the register, the study tables of this book (never a table of the
reader's own) and seeds. ``restated.toml`` names them, ``reconstructed.toml`` next to this file describes what they
hold, and :mod:`restated_book.reconstructed` writes the files.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from restated.estimate import agreement, costsets, meta
from restated.reconstruct import moments, studysets
from restated.reconstruct.tables import two_by_two
from restated_book import register, studies
from restated_book.reconstructed import Dataset
from review.findings import numbers, programmes, service_costs, transmission, trials, twins
from review.findings.cohort import effects, model, statements
from review.findings.cohort.design import CELLS, TIMES, Cohort, Design

#: Cohorts in a file: some to compare, few enough for a spreadsheet; the chapter's shares rest on thousands.
COHORTS, COHORT_SEED = 5, 1364
#: SD/mean of the costs: the two of the chapter's main result, one below and one between.
SPREADS, COST_DRAWS, COST_SEED = (0.6, 1.0, 1.4, 2.0), 5, 2003
#: Variances between studies inside the range of the chapter, and its draws and seed, of which the first sets are kept.
TAU2, STUDY_DRAWS, STUDY_SETS, STUDY_SEED = {"low": 0.01, "middle": 0.03, "high": 0.05}, 1000, 20, 2016
SCORE_DRAWS, SCORE_SEED = 5, 2009


_register = cache(register.load)


def _count(id: str) -> int:
    return int(numbers.value(_register()[id].value))


@cache
def _described(kind: str) -> dict:
    """Return the description of a kind of file, with what it takes from another."""
    every = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    own = dict(every[kind])
    if not (like := own.pop("like", "")):
        return own
    base, dropped = _described(like), own.pop("drop", ())
    columns = {name: words for name, words in base["columns"].items() if name not in dropped}
    return {**base, **own, "columns": columns | own.get("columns", {})}


def _dataset(kind: str, frame: pd.DataFrame, within, constraints: list[str], name="", seed=None, **words) -> Dataset:
    """Return a data set as described; `within` is the range of what its snippets print, `words` are filled in."""
    texts = {key: _described(kind)[key] for key in ("title", "python", "r")}
    for word, value in words.items():
        texts = {key: text.replace(f"{{{word}}}", str(value)) for key, text in texts.items()}
    own = {"name": name or kind, "frame": frame, "constraints": constraints, "seed": seed}
    return Dataset(**_described(kind) | texts | own, low=float(within[0]), high=float(within[1]))


def cohort() -> Iterator[Dataset]:
    """Make whole cohorts under each scenario of the chapter, one row per child and one row per rating."""
    printed, design = _register(), Design.standard()
    drawn = [_children(design, draw) for draw in range(1, COHORTS + 1)]
    middle, within = design.middle(), None
    for key, truth in effects.scenarios(printed).items():
        frames = []
        for children, whole, made in drawn:
            rise = {"trend": whole.trend, "trend_boys": whole.trend_boys}
            levels = {"boys": middle["level_boys"], "risk": middle["level_risk"]}
            y = design.ratings(whole, effects.cell_lines(truth, effects.shares(printed), **rise, **levels))
            y = y[np.isfinite(y).all(axis=1)].round(3)
            ratings = {f"rating{g}": y[:, g] for g in range(len(TIMES))}
            frames.append(children.assign(**ratings, **{f"made{g}": made[:, g] for g in range(len(TIMES))}))
        wide = pd.concat(frames, ignore_index=True)
        long = wide[list(children)].loc[wide.index.repeat(len(TIMES))].reset_index(drop=True)
        long = long.assign(grade=np.tile(np.arange(len(TIMES)), len(wide)), time=np.tile(TIMES.round(6), len(wide)))
        for name in ("rating", "made"):
            long[name] = wide.filter(regex=f"{name}[0-9]").to_numpy().ravel()
        label = "no effect of attachment" if key == "nothing" else truth.label
        given = {"n": len(children), "classified": design.ranges["classified"], "label": label}
        constraints = [text.format(**given) for text in _described("cohort")["constraints"]]
        # Effects are in the column space of the model: the errors are those of every scenario.
        within = within or _four_way_errors(long, design.high_risk)
        for kind, frame in (("cohort", wide), ("cohort-long", long)):
            name = kind.replace("cohort", f"cohort-{key}")
            yield _dataset(kind, frame, within, constraints, name, COHORT_SEED, label=label)


def _children(design: Design, draw: int) -> tuple[pd.DataFrame, Cohort, np.ndarray]:
    """Draw, from the same random numbers, a cohort without loss and which of its ratings the design would lose."""
    everyone = design.with_ranges(classified=design.ranges["recruited"])
    kept = everyone.with_ranges(ever_rated=(1, 1), missed=(0, 0), lost=(0, 0))
    whole, partly = (one.draw(np.random.default_rng([COHORT_SEED, draw])) for one in (kept, everyone))
    there = np.isfinite(whole.y).all(axis=1)
    cells = [CELLS[cell] for cell in whole.truly[there]]
    rng, (low, high) = np.random.default_rng([COHORT_SEED, draw, 1]), map(int, design.ranges["classified"])
    classified = rng.permutation(len(cells)) < rng.integers(low, high + 1)
    columns = {"draw": draw, "child": np.arange(1, len(cells) + 1), "attachment": [a for a, _, _ in cells]}
    columns |= {"boy": [int(s == "boy") for _, s, _ in cells], "high_risk": [int(r == "high") for _, _, r in cells]}
    return pd.DataFrame(columns | {"classified": classified * 1}), whole, np.isfinite(partly.y[there]) * 1


def _four_way_errors(long: pd.DataFrame, high_risk: float) -> tuple[float, float]:
    """Return the lowest and highest standard error of the four-way term over cohorts, fitted as in the chapter."""
    long = long[long["classified"] == 1]
    found = []
    for _, one in long.assign(rating=long["rating"].where(long["made"] == 1)).groupby("draw"):
        y = one.pivot(index="child", columns="grade", values="rating").to_numpy()
        child = one.drop_duplicates("child")
        sex, risk = child["boy"].map({1: "boy", 0: "girl"}), child["high_risk"].map({1: "high", 0: "lower"})
        fit = model.fit(child.assign(sex=sex, risk=risk), y, TIMES, high_risk=high_risk)
        found.append(fit.fixed_se[0, statements.indices(statements.FOUR_WAY)[0]])
    return min(found), max(found)


def costs() -> Iterator[Dataset]:
    """Make costs of single patients in two arms by window, shape and spread; the means are recalled, not verified."""
    sizes = {"ph": "bateman2003-n-partial-hospital", "gpc": "bateman2003-n-general-care"}
    n = {arm: _count(id) for arm, id in sizes.items()}
    months = {p: _count(f"bateman2003-window-{p.replace('-', '')}") for p in service_costs.windows.PERIODS}
    six = service_costs.windows.totals(studies.load("service-costs", originals=False), months).to_dict("records")
    frames = []
    for i, (row, (shape, (kind, share)), spread) in enumerate(
        product(six, service_costs.compatible.SHAPES.items(), SPREADS)
    ):
        size, mean = n[row["arm"]], row["per_window"]
        zeros, seed = round(share * size), COST_SEED + i
        if spread * mean <= moments.sd_range(size, mean, zeros)[0]:
            continue  # this number of zeros needs a larger SD
        x = moments.exact_samples(size, mean, spread * mean, kind, zeros=zeros, draws=COST_DRAWS, seed=seed).round(2)
        draw, patient = (at.ravel() + 1 for at in np.indices(x.shape))
        named = {"window": row["period"], "months": row["months"], "arm": row["arm"], "shape": shape, "spread": spread}
        frames.append(pd.DataFrame({**named, "draw": draw, "patient": patient, "cost": x.ravel()}))
    limits = [100 * costsets.critical_ratio(1.0, n["ph"], n["gpc"], test) for test in costsets.BY_MOMENTS]
    constraints = [text.format(**n) for text in _described("costs")["constraints"]]
    frame = pd.concat(frames, ignore_index=True)
    within, name = (min(limits), max(limits)), "service-costs-patients"
    yield _dataset("costs", frame, within, constraints, name, COST_SEED, **n)


def generations() -> Iterator[Dataset]:
    """Make study sets behind the headline, and list all two-by-two tables of 1995 and of the foster dyads."""
    printed = _register()
    k, total = _count("verhage2016-total-samples"), _count("verhage2016-total-n")
    pooled = printed["verhage2016-secure-r"].value.text
    for size, tau2 in TAU2.items():
        found = studysets.study_sets(k, total, pooled, tau2=tau2, draws=STUDY_DRAWS, seed=STUDY_SEED)
        z, n = found.z[:STUDY_SETS], found.n[:STUDY_SETS]
        r = studysets.summaries(studysets.StudySets(z, n)).r
        number, study = (at.ravel() + 1 for at in np.indices(n.shape))
        frame = pd.DataFrame({"set": number, "study": study, "n": n.ravel(), "z": z.ravel().round(7)})
        frame["r"] = np.tanh(frame["z"]).round(6)
        constraints = [f"{k} studies and {total:,} dyads in each set", f"pooled r rounds to {pooled}"]
        constraints.append(f"estimated tau² {tau2:g} on Fisher z, an assumption")
        words = {"k": k, "size": size, "tau2": f"{tau2:g}"}
        within, name = (r.min(), r.max()), f"study-sets-{size}"
        yield _dataset("study-sets", frame, within, constraints, name, STUDY_SEED, **words)
    for kind, id in (("tables-1995", "vanijzendoorn1995-twoway"), ("tables-foster", "dozier2001")):
        percent, kappa = (printed[f"{id}-{name}"] for name in ("agreement", "kappa"))
        every = two_by_two(int(percent.n), agreement=percent.value.text, kappa=kappa.value.text)
        frame = pd.DataFrame(every.tables, columns=list("abcd")).assign(plausible=transmission.plausible(every) * 1)
        phi = agreement.phi(every.tables)
        given = [f"a + b + c + d = {every.n}", f"agreement {percent.value.text} %", f"kappa {kappa.value.text}"]
        yield _dataset(kind, frame, (phi.min(), phi.max()), [*given, "no other table has these numbers"])


def twin_pairs() -> Iterator[Dataset]:
    """List all tables of twin and sibling pairs that give the printed concordances."""
    rows = studies.load("twin-pairs", originals=False)
    sets = twins.concordance.groups(rows)
    p, _ = twins.concordance.concordance_difference(*twins.concordance.by_zygosity(sets)["finkel2000"])
    names = ["both", "discordant", "neither"]
    frames = [pd.DataFrame(s.tables, columns=names).assign(group=name, pairs=s.pairs) for name, s in sets.items()]
    percent = rows.set_index("row_id")["agreement"]
    constraints = [f"{name}: {each.pairs} pairs, {percent[name]} % in the same class" for name, each in sets.items()]
    yield _dataset("tables-twins", pd.concat(frames)[["group", "pairs", *names]], (p, p), constraints)


def trial_arms() -> Iterator[Dataset]:
    """Make the arms of trials: scores of single patients, counts of self-harm, and attempts among patients lost."""
    scores, counts = (studies.load(name, originals=False) for name in ("mbt-scores", "mbt-events"))
    frames, constraints = [], []
    rows = scores.set_index("row_id").loc[list(trials.severity.SEVERITY)]
    for i, ((id, row), arm) in enumerate(product(rows.iterrows(), ("mbt", "control"))):
        n, key = int(row[f"n_{arm}"]), f"{str(id).replace('-78', '-18m')}-{arm}"
        printed = [_register()[name].value for name in (key, f"{key}-sd")]
        mean, sd = map(numbers.value, printed)
        constraints.append("{}, {}: n = {}, mean {}, SD {}".format(row["trial"], arm, n, *(p.text for p in printed)))
        for shape, draw in product(("lognormal", "gamma"), range(1, SCORE_DRAWS + 1)):
            seed = SCORE_SEED + SCORE_DRAWS * i + draw
            made = moments.exact_samples(n, mean, sd, shape, draws=1, seed=seed)
            named = {"trial": row["trial"], "instrument": row["instrument"], "arm": arm, "shape": shape, "draw": draw}
            frames.append(pd.DataFrame({**named, "patient": np.arange(1, n + 1), "score": made.ravel().round(6)}))
    each = trials.severity.severity(scores, counts)
    g = meta.fit(each["y"], each["v"], method="DL").estimate
    yield _dataset("trial-arms-severity", pd.concat(frames), (g, g), constraints, seed=SCORE_SEED)
    yield _self_harm()
    yield _lost(counts)


def _self_harm() -> Dataset:
    """List all counts of self-harm that give three printed risk ratios of one trial."""
    printed = _register()
    found = trials.selfharm.pairs(printed)
    names = ["events1", "n1", "events2", "n2"]
    frame = pd.concat([pd.DataFrame(s.tables, columns=names).assign(follow_up=at) for at, s in found.items()])
    (split,) = set.intersection(*(each.splits for each in found.values()))
    (a, n1, c, n2), *_ = (row for row in next(iter(found.values())).tables.tolist() if (row[1], row[3]) == split)
    ratio = (a / n1) / (c / n2)
    constraints = [
        f"{at} months: {sum(split)} patients, risk ratio {trials.sources.written(printed[id])}"
        for at, id in trials.selfharm.ROWS.items()
    ]
    return _dataset("tables-self-harm", frame[["follow_up", *names]], (ratio, ratio), constraints)


def _lost(counts: pd.DataFrame) -> Dataset:
    """List all numbers of suicide attempts with none to all of the patients lost among them."""
    rows = trials.attempts.attempts(counts, trials.attempts.THREE)
    grid, y, v = trials.attempts.over_lost(rows, counts)
    ratio = np.exp(meta.fit_batch(y, v, method="DL").estimate)
    names = [f"{arm}{i}" for arm in ("mbt", "control") for i in range(1, len(rows) + 1)]
    frame = pd.DataFrame(grid, columns=names).assign(risk_ratio=ratio.round(6))
    most = dict(zip(names, grid.max(axis=0), strict=True))
    constraints, (a, n1, c, n2) = [], trials.attempts.arms(rows)
    for i, trial in enumerate(rows["trial"]):
        both = ((a[i], most[f"mbt{i + 1}"], n1[i]), (c[i], most[f"control{i + 1}"], n2[i]))
        of = (f"{x} of {n}" if x == end else f"{x} to {end} of {n}" for x, end, n in both)
        constraints.append(f"{trial}: {' and '.join(of)} patients with an attempt, MBT and control")
    words = {"n1": ", ".join(map(str, n1)), "n2": ", ".join(map(str, n2))}
    return _dataset("tables-attempts-lost", frame, (ratio.min(), ratio.max()), constraints, **words)


def programme_tables() -> Iterator[Dataset]:
    """List all two-by-two tables behind printed percentages of the programmes."""
    printed = _register()
    arms = _count("ordway2018-n-mtb"), _count("ordway2018-n-control")
    questions = {"ordway2018-obesity": "obesity at two years", "sadler2013-secure": "secure attachment"}
    questions |= {"sadler2013-disorganized": "disorganized attachment", "sadler2013-cps": "open child protection case"}
    frames, constraints = [], []
    for id, question in questions.items():
        first, second = (printed[f"{id}-{arm}"] for arm in ("mtb", "control"))
        sizes = [arms] if id.startswith("ordway2018") else programmes.splits(int(first.n))
        found = programmes.tables(first.value, second.value, sizes)
        frames.append(found[["a", "n1", "b", "n2", "risk_ratio"]].assign(question=question))
        of = "arms of {} and {}".format(*arms) if len(sizes) == 1 else f"{first.n} in two arms"
        constraints.append(f"{question}: {first.value.text} % and {second.value.text} %, {of}")
    ratio = frames[0]["risk_ratio"]
    frame = pd.concat(frames)[["question", "a", "n1", "b", "n2"]]
    yield _dataset("tables-programmes", frame, (ratio.min(), ratio.max()), constraints)
