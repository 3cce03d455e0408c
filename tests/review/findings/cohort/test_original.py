"""The licensed table of a reader: clear messages, aggregates only, and the way into a scratch book and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from restated.errors import RestatedError
from restated_book import paths
from review.findings.cohort import original
from review.findings.cohort.design import CELLS, DECISIVE
from tests.builder.books import forget_chapters, settle
from tests.review.findings.cohort import made_up

TABLE = made_up.children()


@pytest.fixture
def supply(tmp_path, monkeypatch):
    """Put a table in the place of the original and read it."""
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)

    def put(table=TABLE):
        made_up.write(tmp_path, table)
        return original.load()

    return put


def shrunk(cell, keep):
    """Return the table with only the first `keep` children of one cell."""
    code, (_, sex, risk) = made_up.CODES[cell[0]], cell
    # The upper quarter of a normal index; where a whole cell goes the cut moves down a little.
    high = TABLE["risk"] >= (0.675 if keep else 0.6)
    inside = (TABLE["attachment"] == code) & (TABLE["sex"] == sex) & (high == (risk == "high"))
    rated = TABLE[list(made_up.RATINGS)].notna().sum(axis=1) >= 2
    drop = (
        TABLE.index[inside][keep:]
        if keep == 0
        else TABLE.index[inside & rated][keep:].union(TABLE.index[inside & ~rated])
    )
    return TABLE.drop(drop)


def test_without_a_file_there_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)
    assert original.load() is None


def test_a_good_file_gives_children_without_ids(supply):
    held = supply()
    assert set(held.children.columns) == {"attachment", "sex", "risk"}
    assert held.rows == len(TABLE) and held.unclassified == 21
    assert held.counts.sum() == len(held.children) == held.y.shape[0]
    assert held.high_risk == pytest.approx(0.25, abs=0.02)
    assert abs(np.nanmean(held.y)) < 1e-12
    rest = pd.Series(held.y[:, 3]).groupby(held.children["attachment"].to_numpy()).transform(lambda x: x - x.mean())
    assert (rest**2).sum() / (rest.count() - 4) == pytest.approx(1)


def cell(row, column, value):
    return lambda t: t.assign(**{column: t[column].astype(object).where(t.index != row, value)})


BAD = {
    "a missing column": (lambda t: t.drop(columns="risk"), "'risk': the column is missing"),
    "an unknown column": (lambda t: t.assign(iq=100), "'iq': the column is not known"),
    "columns in another order": (lambda t: t[[*t.columns[1:], "child_id"]], "is where 'child_id' belongs"),
    "an impossible score": (cell(5, "ext_g2", 412), "row 7, field 'ext_g2': 412.* above 100"),
    "a negative score": (cell(5, "ext_g2", -3), "row 7, field 'ext_g2': -3.* below 0"),
    "a score in words": (cell(4, "ext_k", "high"), "row 6, field 'ext_k': 'high' is not a number"),
    "a code for missing": (cell(4, "ext_k", "NA"), "'NA' is not a number"),
    "a child twice": (cell(9, "child_id", f"{made_up.MARK}1000"), "row 11, field 'child_id'.*occurs already in row 2"),
    "an unknown attachment code": (
        cell(30, "attachment", "U"),
        "row 32, field 'attachment': 'U' is not one of A, B, C, D",
    ),
    "an unknown sex": (cell(30, "sex", "M"), "row 32, field 'sex': 'M' is not one of girl, boy"),
    "a child without a name": (cell(30, "child_id", None), "row 32, field 'child_id': the value is missing"),
    "one sex only": (lambda t: t[t["sex"] == "boy"], "'sex': .*all of one sex"),
    "one risk only": (lambda t: t.assign(risk=1), "'risk': all children have the same risk"),
    "one wave only": (lambda t: t.assign(**dict.fromkeys(made_up.RATINGS[1:])), "only 1 grades have ratings"),
    "no rows": (lambda t: t.iloc[:0], "a header and no rows"),
    "an empty cell": (
        lambda t: shrunk(("resistant", "girl", "high"), 0),
        "resistant girls at high risk have two ratings",
    ),
    "the same ratings for all": (
        lambda t: t.assign(**dict.fromkeys(made_up.RATINGS, 50)),
        "all ratings within a class are the same",
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_fault_is_named_with_its_place(supply, fault):
    change, message = BAD[fault]
    with pytest.raises(RestatedError, match=message) as caught:
        supply(change(TABLE))
    assert "cohort-children.csv" in str(caught.value)


def test_high_risk_is_the_upper_part_nearest_to_a_quarter(supply):
    counted = TABLE.assign(
        risk=np.arange(len(TABLE)) % 7
    )  # a count of risks: the upper two of seven are 29 %, one is 14 %
    assert supply(counted).high_risk == pytest.approx(2 / 7, abs=0.01)
    two = TABLE.assign(risk=(np.arange(len(TABLE)) % 3 == 0).astype(int))  # never everybody
    assert supply(two).high_risk == pytest.approx(1 / 3, abs=0.02)


def test_true_effects_are_found(supply):
    held = supply()
    found = original.analyse(held)
    table = original.contrasts(held, found).set_index("Quantity")
    growth = table.loc["change of disorganized boys at high risk"]
    assert float(growth["Lower"]) < 0.65 < float(growth["Upper"])  # 0.8 and the falling trend of 0.15
    met = original.rule_results(held, found).set_index("Name")["Met"]
    assert met["C3"] == met["C7"] == "yes" and set(met) <= {"yes", "no"}
    assert len(original.trajectories(held, found)) == 16 * 7
    assert original.checks(held, found) is not None


def test_nothing_is_shown_about_a_small_group(supply):
    held = supply(shrunk(CELLS[DECISIVE], 5))  # the cut moves a little, so the count may too
    assert 2 <= held.counts[DECISIVE] < original.SMALLEST_CELL
    found = original.analyse(held)
    shown = original.cells(held)
    hidden = shown["Children"].str.startswith("withheld")
    assert hidden[DECISIVE] and hidden.sum() == 2, "one more is withheld, so that no total gives it away"
    contrasts = original.contrasts(held, found).set_index("Quantity")["Estimate (SD)"]
    assert contrasts["change of disorganized boys at high risk"].startswith("withheld")
    assert contrasts["level, disorganized above secure"].startswith("withheld")
    assert not contrasts["level, avoidant above secure"].startswith("withheld")
    met = original.rule_results(held, found).set_index("Name")["Met"]
    assert {k for k, v in met.items() if v.startswith("withheld")} == {
        "C3",
        "C4",
        "C5",
        "C6",
        "C7",
        "whole",
        "four-way",
        "strict",
        "any-class",
        "any-term",
    }
    lines = original.trajectories(held, found)
    assert CELLS[DECISIVE] not in set(zip(lines["attachment"], lines["sex"], lines["risk"], strict=True))


def test_round_numbers_do_not_give_a_small_group_away(supply):
    assert all(re.fullmatch(r"about [\d,]*0|\d+ %", value) for value in original.overview(supply())["Value"])


def test_the_columns_are_explained():
    table = original.columns()
    assert list(table["Column"]) == list(TABLE.columns) and (table["Holds"].str.len() > 5).all()


def test_a_made_up_original_goes_all_the_way_and_no_child_of_it_appears(tmp_path):
    for name in ("restated", "restated_book", "review", "data"):
        shutil.copytree(paths.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "originals"))
    forget_chapters(tmp_path)
    shutil.copytree(paths.ROOT / "tests" / "reference", tmp_path / "tests" / "reference")
    for name in ("_config.yml", "restated.toml", "references.bib", "requirements.lock", "CITATION.cff"):
        shutil.copy(paths.ROOT / name, tmp_path)
    settle(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "book").mkdir()
    for name in ("ledger", "references"):
        shutil.copy(paths.ROOT / "book" / f"{name}.md", tmp_path / "book")
    (tmp_path / "book" / "index.md").write_text("# A scratch book\n\nOne chapter.\n", encoding="utf-8")
    chapter = (paths.NOTEBOOKS / "externalizing-growth.md").read_text(encoding="utf-8")
    (tmp_path / "notebooks" / "externalizing-growth.md").write_text(chapter, encoding="utf-8")
    pages = "".join(f"  - file: {p}\n" for p in ("notebooks/externalizing-growth", "book/ledger", "book/references"))
    (tmp_path / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\nchapters:\n{pages}", encoding="utf-8")
    made_up.write(tmp_path / "data" / "originals", TABLE)
    env = {k: v for k, v in os.environ.items() if k not in ("RESTATED_ROOT", "PYTHONPATH")}
    run = subprocess.run(
        [sys.executable, "-m", "restated_book", "build"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    html = (tmp_path / "_build/html/notebooks/externalizing-growth.html").read_text(encoding="utf-8")
    for id in (
        "tab-original-overview",
        "tab-original-cells",
        "tab-original-contrasts",
        "tab-original-met",
        "fig-original-trajectories",
        "fig-original-checks",
    ):
        block = html[html.index(f'id="{id}"') :][:200]
        assert 'data-status="observed, original file supplied by the reader"' in block, id
    built = [p for p in (tmp_path / "_build").rglob("*") if p.is_file()]
    assert len(built) > 50
    for file in built:
        assert made_up.MARK.encode() not in file.read_bytes(), file
    # Pictures of originals hold no mark per child: far fewer marks than children.
    for name in ("original-trajectories", "original-checks"):
        (svg,) = (tmp_path / "_build/html").rglob(f"{name}.svg")
        assert svg.read_text(encoding="utf-8").count("<use") < len(TABLE), name
