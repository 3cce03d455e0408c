"""Files of reconstructed data, read back: each satisfies what it claims; its snippets repeat a number of the book."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest

from restated.estimate import agreement
from restated.estimate.meta import fit
from restated.intervals import closed_interval
from restated.reconstruct import studysets
from restated_book import reconstructed, register, studies
from restated_book.export import sets
from review.findings import service_costs, trials, twins
from review.findings.cohort import effects
from review.findings.cohort.design import Design

#: Scenarios of the cohort differ in the name of the file only: one stands for the others where fitting takes seconds.
COHORT = "cohort-extra-050"
LANGUAGES = {"py": [sys.executable], **({"R": ["Rscript"]} if shutil.which("Rscript") else {})}
KINDS = (
    *("study-sets-low", "study-sets-middle", "study-sets-high", "tables-1995", "tables-foster", "tables-twins"),
    *("service-costs-patients", "trial-arms-severity", "tables-self-harm", "tables-attempts-lost", "tables-programmes"),
)


@pytest.fixture(scope="module")
def made(once):
    return once("reconstructed", reconstructed.write)


@pytest.fixture(scope="module")
def index(made):
    return {entry["file"].partition(".")[0]: entry for entry in sets.index(made)}


@pytest.fixture(scope="module")
def read(made, index):
    return lambda name: pd.read_csv(made / index[name]["file"])


@pytest.fixture(scope="module")
def printed():
    return register.load()


def rounds(values, text: str) -> bool:
    """True if all values lie in the rounding interval of a printed text."""
    low, high = closed_interval(text, "printed")
    return bool((np.asarray(values) >= float(low) - 1e-9).all() and (np.asarray(values) <= float(high) + 1e-9).all())


def test_every_file_says_that_it_is_not_real_and_the_index_describes_it(made, index, read):
    assert {*KINDS, COHORT, f"{COHORT}-long"} <= set(index)
    for name, entry in index.items():
        frame = read(name)
        assert list(frame) == entry["columns"] and len(frame) == entry["rows"]
        assert frame.iloc[:, 0].unique().tolist() == [entry["status"]]
        assert re.fullmatch("reconstructed: not real (people|studies)", entry["status"])
        assert all(entry["meanings"]) and entry["constraints"] and entry["basis"]
        assert (entry["seed"] is None) == (entry["basis"] == "enumerated")
    there = {file.name for file in made.iterdir()} - {sets.INDEX}
    assert there == {name for entry in index.values() for name in sets.files(entry)}
    assert sum(file.stat().st_size for file in made.iterdir()) < 25_000_000


def test_the_same_seeds_make_the_same_bytes(made, tmp_path):
    reconstructed.write(tmp_path)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {f.name: f.read_bytes() for f in made.iterdir()}


@pytest.mark.parametrize("key", ["nothing", "main-low", "main", "main-high", "extra-020", "extra-050", "extra-080"])
def test_a_cohort_is_one_of_its_scenario(key, read, printed):
    wide, long = read(f"cohort-{key}"), read(f"cohort-{key}-long")
    low, high = Design.standard().ranges["classified"]
    assert wide.groupby("draw").size().tolist() == [1364] * 5
    assert wide.groupby("draw")["classified"].sum().between(low, high).all()
    assert len(long) == 7 * len(wide) and long["rating"].notna().all()
    assert (long["rating"].to_numpy() == wide.filter(regex="rating").to_numpy().ravel()).all()
    assert (long["made"].to_numpy() == wide.filter(regex="made").to_numpy().ravel()).all()
    assert 0.6 < long["made"].mean() < 0.95
    # Growth put into the decisive cell alone: its expected change beyond that of the same children without any.
    same = read("cohort-main" if key.startswith("extra") else "cohort-nothing")
    by = (wide["attachment"] == "disorganized") & (wide["boy"] == 1) & (wide["high_risk"] == 1)
    change = (wide["rating6"] - wide["rating0"]) - (same["rating6"] - same["rating0"])
    extra = effects.scenarios(printed)[key].extra
    assert np.allclose(change[by], extra, atol=0.0021) and np.allclose(change[~by], 0, atol=0.0021)


def test_classes_of_the_cohorts_have_the_assumed_shares(read):
    wide, ranges = read("cohort-main"), Design.standard().ranges
    low, high = ranges["share_disorganized"]
    share = (wide["attachment"] == "disorganized").mean()
    assert low - 0.02 < share < high + 0.02
    assert abs(wide["boy"].mean() - 0.515) < 0.02 and abs(wide["high_risk"].mean() - 0.25) < 0.02


def test_costs_have_the_means_and_spreads_they_state(read):
    table = read("service-costs-patients")
    months = {"pretreatment": 6, "treatment": 18, "follow-up": 18}
    six = service_costs.windows.totals(studies.load("service-costs", originals=False), months)
    wanted = {(row["period"], row["arm"]): (row["per_window"], row["n"]) for row in six.to_dict("records")}
    assert set(table["spread"]) == {0.6, 1.0, 1.4, 2.0}
    for (window, arm, _, spread, _), costs in table.groupby(["window", "arm", "shape", "spread", "draw"])["cost"]:
        mean, n = wanted[window, arm]
        assert len(costs) == n and (costs >= 0).all()
        assert abs(costs.mean() - mean) <= 0.005 and abs(costs.std() / mean - spread) < 1e-5
    zeros = table[table["shape"].str.contains("zeros")].groupby("arm")["cost"].agg(lambda x: (x == 0).mean())
    assert zeros.round(2).to_dict() == {"gpc": 0.32, "ph": 0.32}


@pytest.mark.parametrize(("size", "tau2"), [("low", 0.01), ("middle", 0.03), ("high", 0.05)])
def test_study_sets_pool_to_the_printed_correlation(size, tau2, read, printed):
    table = read(f"study-sets-{size}")
    assert table.groupby("set").size().tolist() == [95] * 20 and (table.groupby("set")["n"].sum() == 4819).all()
    z, n = (table.pivot(index="set", columns="study", values=name).to_numpy() for name in ("z", "n"))
    found = studysets.summaries(studysets.StudySets(z, n))
    assert rounds(found.r, printed["verhage2016-secure-r"].value.text)
    assert np.allclose(found.tau2, tau2, atol=1e-6)
    assert np.allclose(np.tanh(table["z"]), table["r"], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "n", "percent", "kappa", "count"),
    [("tables-1995", 661, "75", ".49", 43162), ("tables-foster", 50, "72", ".43", 40)],
)
def test_every_table_has_the_printed_agreement_and_kappa(name, n, percent, kappa, count, read):
    table = read(name)
    cells = table[list("abcd")]
    assert len(table) == count == len(cells.drop_duplicates()) and (cells.sum(axis=1) == n).all()
    assert rounds(100 * (table["a"] + table["d"]) / n, percent)
    assert rounds(agreement.kappa_square(cells.to_numpy().reshape(-1, 2, 2)), kappa)


def test_twin_tables_are_all_that_give_each_percentage(read):
    table = read("tables-twins")
    rows = studies.load("twin-pairs", originals=False).set_index("row_id")
    assert (table[["both", "discordant", "neither"]].sum(axis=1) == table["pairs"]).all()
    for name, group in table.groupby("group"):
        assert rounds(100 * (1 - group["discordant"] / group["pairs"]), rows.loc[name, "agreement"])
        assert len(group) == len(twins.concordance.groups(rows.loc[[name]].reset_index())[name])


def test_scores_have_the_listed_means_and_sds(read):
    table = read("trial-arms-severity")
    rows = studies.load("mbt-scores", originals=False).set_index("row_id").loc[list(trials.severity.SEVERITY)]
    rows = rows.set_index("trial")
    groups = table.groupby(["trial", "arm", "shape", "draw"])["score"]
    assert len(groups) == 3 * 2 * 2 * 5
    most = {"IIP": 4, "BPDSI": 90, "BPDSI-IV": 90}
    assert (table["score"] >= 0).all() and (table["score"] <= table["instrument"].map(most)).all()
    for (trial, arm, *_), scores in groups:
        assert len(scores) == rows.loc[trial, f"n_{arm}"]
        assert np.allclose(
            (scores.mean(), scores.std()), rows.loc[trial, [f"mean_{arm}", f"sd_{arm}"]].tolist(), atol=2e-6
        )


def test_counts_of_self_harm_give_the_printed_ratios(read, printed):
    table = read("tables-self-harm")
    assert (table["n1"] + table["n2"] == 41).all()
    for at, rows in table.groupby("follow_up"):
        number = printed[trials.selfharm.ROWS[at]]
        assert rounds((rows["events1"] / rows["n1"]) / (rows["events2"] / rows["n2"]), number.value.text)


def test_attempts_among_the_lost_are_pooled_row_by_row(read):
    table = read("tables-attempts-lost")
    rows = trials.attempts.attempts(studies.load("mbt-events", originals=False), trials.attempts.THREE)
    names = [f"{arm}{i}" for arm in ("mbt", "control") for i in (1, 2, 3)]
    grid = table[names]
    assert len(grid.drop_duplicates()) == len(grid) == (grid.max() - grid.min() + 1).prod()
    a, _, c, _ = trials.attempts.arms(rows)
    assert grid.min().tolist() == [*a, *c]
    own = rows.assign(events_mbt=grid.iloc[-1, :3].to_numpy(), events_control=grid.iloc[-1, 3:].to_numpy())
    y, v = trials.attempts.over_lost(own, studies.load("mbt-events", originals=False).iloc[:0])[1:]
    assert np.exp(fit(y[0], v[0], method="DL").estimate) == pytest.approx(table["risk_ratio"].iloc[-1], abs=1e-6)


def test_tables_of_the_programmes_print_as_published(read, printed):
    table = read("tables-programmes")
    ids = {"obesity at two years": "ordway2018-obesity", "secure attachment": "sadler2013-secure"}
    ids |= {"disorganized attachment": "sadler2013-disorganized", "open child protection case": "sadler2013-cps"}
    assert set(table["question"]) <= set(ids)
    for question, rows in table.groupby("question"):
        for events, n, arm in (("a", "n1", "mtb"), ("b", "n2", "control")):
            assert rounds(100 * rows[events] / rows[n], printed[f"{ids[question]}-{arm}"].value.text)


@pytest.mark.parametrize("name", [COHORT, "tables-1995", "tables-foster", "service-costs-patients"])
def test_a_workbook_holds_the_same_rows_with_a_codebook(name, made, index, read):
    book = openpyxl.load_workbook(made / index[name]["workbook"]["file"], read_only=True)
    assert book.sheetnames == ["About", "codebook", "how it was made", "data"]
    lines = list(book["data"].iter_rows(values_only=True))
    frame = read(name)
    assert list(lines[0]) == list(frame) and len(lines) == len(frame) + 1
    assert pd.DataFrame(lines[1:], columns=lines[0]).astype(frame.dtypes).equals(frame)
    assert [row[0] for row in book["codebook"].iter_rows(min_row=2, values_only=True)] == list(frame)
    about = "\n".join(str(cell) for row in book["About"].iter_rows(values_only=True) for cell in row)
    assert "Cite as" in about and "not real" in about
    assert pd.read_excel(made / index[name]["workbook"]["file"], "data").equals(frame)


def test_snippets_have_three_lines_and_differ_between_scenarios_in_the_file_only(index, made):
    for name, entry in index.items():
        for ending, one in entry["snippets"].items():
            text = (made / one["file"]).read_text(encoding="utf-8")
            assert text == one["text"] and len(text.splitlines()) == 3, one["file"]
            assert entry["file"] in text and "{" not in text.replace("function(cost) {", "").split("f <- function")[0]
            if name.startswith("cohort"):
                like = index[f"{COHORT}-long" if name.endswith("-long") else COHORT]
                assert text.replace(entry["file"], like["file"]) == like["snippets"][ending]["text"]


@pytest.fixture(scope="module")
def ledger(site):
    with (site / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


#: Runs Python snippets one after the other, each with names of its own: pandas is loaded once.
ALL_SNIPPETS = """
import contextlib, io, json, runpy, sys
said = {}
for file in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(file, run_name="__main__")
    said[file] = out.getvalue()
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def answered(made, index):
    """What the snippet of a data set prints, by language and name."""

    def run(command):
        result = subprocess.run(command, cwd=made, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def of(name, language):
        file = index[name]["snippets"][language]["file"]
        return said[file] if language == "py" else run([*LANGUAGES[language], file])

    said = json.loads(run([*LANGUAGES["py"], "-c", ALL_SNIPPETS, *(index[x]["snippets"]["py"]["file"] for x in NAMES)]))
    return of


NAMES = [*KINDS, COHORT, f"{COHORT}-long"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_snippet_repeats_the_number_of_the_book(name, language, answered, index, ledger):
    """What is printed lies in the range of the set, and the ledger has the same number there."""
    entry = index[name]
    found = [float(text) for text in answered(name, language).split()]
    low, high = entry["repeats"]["low"], entry["repeats"]["high"]
    # Packages differ in small-sample factors and in when an iteration ends.
    near = 1e-3 * abs(high)
    assert found and min(found) >= low - near and max(found) <= high + near
    if len(found) == 2:
        assert found == pytest.approx([low, high], abs=near)
    row = ledger[entry["repeats"]["id"]]
    known = [float(row[column]) for column in ("restated", "restated_low", "restated_high") if row[column]]
    if entry["basis"] == "assumed" and name.startswith("cohort"):
        assert low <= known[0] <= high
    elif row["restated"]:
        assert found == pytest.approx([known[0]] * len(found), abs=near)
    else:
        assert known[0] - near <= min(found) and max(found) <= known[1] + near


def test_the_site_has_the_files_and_the_page_shows_them(site, index):
    folder = site / sets.FOLDER
    assert {entry["file"]: entry["sha256"] for entry in sets.index(folder)} == {
        entry["file"]: entry["sha256"] for entry in index.values()
    }
    page = (site / f"{sets.PAGE}.html").read_text(encoding="utf-8")
    links = set(re.findall(r'href="\.\./downloads/reconstructed/([^"]+)"', page))
    assert links == {name for entry in index.values() for name in sets.files(entry)} | {sets.INDEX}
    assert page.count("not real people</span>") + page.count("not real studies</span>") == len(index)
    # Two clicks from the front page to a file.
    assert f'href="{sets.PAGE.partition("/")[2]}.html"' in (site / "book/index.html").read_text(encoding="utf-8")
    for chapter in {entry["chapter"] for entry in index.values()}:
        text = (site / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
        assert f'href="../{sets.PAGE}.html#sets-{chapter}"' in text and f'id="sets-{chapter}"' in page


def test_the_archive_of_the_data_describes_them(site, tmp_path, index):
    import frictionless

    shutil.unpack_archive(site / "downloads/restated-data.zip", tmp_path)
    package = json.loads((tmp_path / "restated-data/datapackage.json").read_text(encoding="utf-8"))
    described = [r for r in package["resources"] if r["name"].startswith("reconstructed-")]
    assert len(described) == len(index)
    for resource in (r for r in described if "cohort" not in r["name"] or COHORT in r["name"]):
        one = frictionless.Package({"resources": [resource]}, basepath=str(tmp_path / "restated-data"))
        report = one.validate()
        assert report.valid, report.flatten()
    assert (tmp_path / "restated-data/reconstructed" / f"{COHORT}.py").is_file()
