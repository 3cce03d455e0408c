from __future__ import annotations

import json

import pandas as pd
import pytest

from restated.errors import RestatedError
from restated_book import calibration, cli

CASE = """
id = "a-case"
pair = "a"
kind = "events"
use = "cover"
grade = "P"
citation = "A (2000)"
raw = "package::data"
reconstructor = "statement"

[printed]
m = "20.6%"

[truths]
m = { value = 20.69, how = "100 * 12 / 58" }
other = { value = 1, how = "nobody knows" }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.toml").write_text(CASE)
    return tmp_path / "cases"


def test_the_command_scores_any_folder(folder, tmp_path, capsys):
    out = tmp_path / "rows.csv"
    assert cli.main(["calibrate", str(folder), "--out", str(out)]) == 0
    assert "as printed 0 of 1, usual 1 of 1" in capsys.readouterr().out
    rows = pd.read_csv(out)
    assert len(rows) == 8 and {"seconds", "inputs"} <= set(rows)
    assert rows.loc[rows["truth"] == "other", "inside"].eq("not supported").all()


def test_json_has_null_where_there_is_no_number_and_repeats_itself(folder, tmp_path):
    texts = []
    for name in ("a.json", "b.json"):
        assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / name), "--without-seconds"]) == 0
        texts.append((tmp_path / name).read_text())
    rows = json.loads(texts[0])
    assert texts[0] == texts[1] and rows[0]["size"] is None and "seconds" not in rows[0]


@pytest.mark.parametrize(
    "out, message",
    [("rows.xlsx", "End the name in .csv or .json"), ("no/rows.csv", "rows.csv: no such file or directory")],
)
def test_a_place_that_cannot_be_written_is_one_message(folder, tmp_path, capsys, out, message):
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / out)]) == 1
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_a_broken_case_is_one_message(folder, tmp_path, capsys):
    (folder / "a.toml").write_text(CASE.replace('"P"', '"X"'))
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / "rows.csv")]) == 1
    assert "field 'grade': 'X' is unknown. Choose P, S, U" in capsys.readouterr().err


def test_stored_rows_of_other_cases_are_refused(monkeypatch):
    monkeypatch.setattr(calibration, "fingerprint", lambda: "0" * 16)
    with pytest.raises(RestatedError, match=r"results.csv, field 'inputs'.*make calibration"):
        calibration.load()


def test_the_fingerprint_follows_the_cases(folder):
    before = calibration.fingerprint(folder)
    (folder / "a.toml").write_text(CASE.replace("20.69", "20.68"))
    assert calibration.fingerprint(folder) != before
