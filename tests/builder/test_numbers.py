"""Sets and checks on the command line: three outputs, and one message for what cannot be read."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

import restated as rs
from restated_book import cli, paths


def run(capsys, *words):
    code = cli.main(list(words))
    return code, *capsys.readouterr()


def test_a_set_as_table_csv_and_json(capsys):
    given = ("set", "table", "--n", "50", "--agreement", "72%", "--kappa=.43")
    code, out, _ = run(capsys, *given)
    assert code == 0 and out.startswith("40 integer tables fit") and "20 more rows" in out
    _, out, _ = run(capsys, *given, "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    expected = rs.tables(50, agreement="72%", kappa=".43").frame
    assert [tuple(map(int, row.values())) for row in rows] == [tuple(row) for row in expected.to_numpy()]
    _, out, _ = run(capsys, *given, "--output", "json")
    found = json.loads(out)
    assert len(found["rows"]) == 40 and found["basis"] == "enumerated"


@pytest.mark.parametrize(
    "words",
    [
        ("set", "count", "--percent", "62.6", "--n", "91"),
        ("set", "score", "--mean", "3.5", "--sd", "0.58", "--n", "4", "--low", "1", "--high", "7"),
        ("set", "studies", "--k", "8", "--n", "400", "--pooled", ".31", "--tau2", "0.02", "--draws", "3"),
        ("set", "moments", "--n", "22", "--mean", "100", "--sd", "90", "--shape", "gamma"),
        ("set", "rank", "--z", "-1.98", "--n1", "10", "--n2", "12"),
        ("set", "twin", "--pairs", "57", "--agreement", "70"),
        ("check", "t", "--t", "2.20", "--df", "28", "--p", ".04"),
        ("check", "grim", "--mean", "3.50", "--n", "20", "--output", "csv"),
    ],
)
def test_every_kind_is_made_from_text(capsys, words):
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "") and out.strip()


def test_a_check_says_what_it_found(capsys):
    _, out, _ = run(capsys, "check", "grim", "--mean", "3.51", "--n", "20")
    assert out.startswith("inconsistent as published: the nearest possible means are 3.5 and 3.55")
    _, out, _ = run(capsys, "check", "grim", "--mean", "3.51", "--n", "20", "--output=json")
    assert json.loads(out)["fits"] is False


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("set", "tble", "--n", "3"), "unknown set 'tble'. Use one of table, count"),
        (("set", "table", "--agreement", "75%"), "a set of the kind 'table' needs --n"),
        (("set", "table", "--n", "x"), "field 'n': 'x' is not a whole number of at least 1"),
        (("set", "count", "--percent", "x", "--n", "9"), "'x' is not a number"),
        (("set", "count", "--percent", "50", "--m", "9"), "unknown option 'm'. Use one of percent, n, output"),
        (
            ("set", "table", "--n", "9", "--format", "csv"),
            "unknown option 'format'. Use --output with one of table, csv",
        ),
        (("set", "count", "50"), "'50' has no value, or is none"),
        (("check", "t", "--t"), "'--t' has no value, or is none"),
        (("check", "t", "--t", "2.2", "--df", "28", "--p", ".04", "--output", "pdf"), "unknown output 'pdf'"),
    ],
)
def test_bad_input_is_one_message(capsys, words, message):
    code, out, err = run(capsys, *words)
    assert code == 1 and not out and message in err and err.count("\n") == 1


def test_output_that_nobody_reads_to_its_end_is_not_a_fault():
    call = f"{sys.executable} -m restated_book set table --n 661 --agreement 75% --kappa .49 --output csv"
    done = subprocess.run(
        ["bash", "-c", f"{call} | head -n 2"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("a,b,c,d") and not done.stderr
