from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from restated.calibrate import cases
from restated.errors import RestatedError
from restated.reconstruct.compatible import RECONSTRUCTORS
from restated_book import calibrate, calibration, cli

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
percent1 = "20.6%"
percent2 = "10%"
n = "58"

[truths]
percent1 = { value = 20.69, how = "100 * 12 / 58" }
other = { value = 1, how = "nobody knows" }
n = { value = 58, how = "length(x)" }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.toml").write_text(CASE)
    return tmp_path / "cases"


def test_the_command_scores_any_folder(folder, tmp_path, capsys):
    out = tmp_path / "rows.csv"
    assert cli.main(["calibrate", str(folder), "--out", str(out)]) == 0
    words = capsys.readouterr().out
    assert "  cover: as printed 0 of 1, usual 1 of 1" in words and "  not supported: as printed 1" in words
    assert "  given: as printed 1" in words
    rows = pd.read_csv(out)
    assert len(rows) == 12 and {"seconds", "inputs"} <= set(rows)
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
    [
        ("rows.xlsx", "End the name in .csv or .json"),
        ("no/rows.csv", "rows.csv: the folder of the results does not exist. Make it"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_message(folder, tmp_path, capsys, out, message):
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / out)]) == 1
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


@pytest.mark.parametrize(
    "where, message",
    [
        ("nowhere", "nowhere: the folder does not exist"),
        ("cases/a.toml", "a.toml: cases are read from a folder, and this is a file"),
    ],
)
def test_a_place_without_cases_is_one_message(folder, tmp_path, capsys, where, message):
    assert cli.main(["calibrate", str(folder.parent / where), "--out", str(tmp_path / "rows.csv")]) == 1
    assert f"{message}. Name a folder with files *.toml" in capsys.readouterr().err


def test_nothing_is_scored_before_the_places_are_checked(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(calibrate.score, "run", lambda _: pytest.fail("scored"))
    monkeypatch.setattr(calibrate, "fingerprint", lambda _: (_ for _ in ()).throw(RestatedError("no book here")))
    for out, message in (("no/rows.csv", "does not exist"), ("rows.csv", "no book here")):
        with pytest.raises(RestatedError, match=message):
            calibrate.run(folder, tmp_path / out)


def test_uses_are_said_apart(folder, tmp_path, capsys):
    (folder / "b.toml").write_text(CASE.replace("a-case", "b-case").replace('"cover"', '"stress"'))
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / "rows.csv")]) == 0
    words = capsys.readouterr().out
    assert "  cover: as printed 0 of 1" in words and "  stress: as printed 0 of 1" in words


def test_a_broken_file_leaves_the_others_to_be_scored(folder, tmp_path, capsys):
    (folder / "b.toml").write_text(CASE.replace("a-case", "b-case").replace('"20.6%"', "20.6"))
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / "rows.csv")]) == 1
    said = capsys.readouterr()
    assert "12 rows of 1 case written" in said.out
    assert said.err.count("\n") == 1 and "b.toml, field 'printed.percent1': 20.6 is not a text" in said.err
    assert set(pd.read_csv(tmp_path / "rows.csv")["case"]) == {"a-case"}


def test_a_link_to_nowhere_leaves_the_others_to_be_scored(folder, tmp_path, capsys):
    (folder / "b.toml").symlink_to(tmp_path / "nowhere.toml")
    assert cli.main(["calibrate", str(folder), "--out", str(tmp_path / "rows.csv")]) == 1
    said = capsys.readouterr()
    assert "12 rows of 1 case written" in said.out and "b.toml: this cannot be read" in said.err


def test_the_examples_of_the_format_are_scored(tmp_path):
    text = (calibration.CASES.parent / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    for i, example in enumerate(examples):
        (tmp_path / f"{i}.toml").write_text(example, encoding="utf-8")
    assert {case.reconstructor for case in cases.load(tmp_path)} == set(RECONSTRUCTORS)
    calibrate.run(tmp_path, tmp_path / "rows.csv")
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert rows.loc[rows["strength"] != "learned elsewhere", "inside"].eq("yes").all()


def test_the_format_names_every_role_and_option():
    text = (calibration.CASES.parent / "README.md").read_text(encoding="utf-8")
    groups = text.replace("`, …", " mean2 sd2 se2 n2 var_residual var_intercept var_slope ")
    named = set(re.findall(r"[A-Za-z_]\w*", groups))
    roles = {role for known in cases._ROLES.values() for role in known} - {"plus_minus"}
    options = {option for one in RECONSTRUCTORS.values() for option in one.options}
    assert not (roles | options) - named


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


def test_the_fingerprint_follows_the_formulas(folder, tmp_path, monkeypatch):
    before, file, name = calibration.fingerprint(folder), calibration.code.file, "restated.reconstruct.statements"
    for suffix in (".py", ".toml"):
        (tmp_path / f"copy{suffix}").write_bytes(file(name).with_suffix(suffix).read_bytes())
    monkeypatch.setattr(calibration.code, "file", lambda m: tmp_path / "copy.py" if m == name else file(m))
    assert calibration.fingerprint(folder) == before
    with (tmp_path / "copy.toml").open("a") as table:
        table.write("# changed")
    assert calibration.fingerprint(folder) != before
