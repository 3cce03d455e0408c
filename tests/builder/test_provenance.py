from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from restated_book import paths, provenance

CODE = """
import json
from restated_book import watch
watch.start()
from restated_book import provenance, register, show, studies
studies.load("stability")
numbers = register.load()
numbers["opie2021-secure-insecure-r"], "no-such-number" in numbers
print(json.dumps(provenance.trace()))
"""


def test_what_a_process_reads_is_observed():
    run = subprocess.run([sys.executable, "-c", CODE], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert {"data/studies/stability.csv", "data/originals/stability.csv", "data/datapackage.json"} <= set(
        found["files"]
    )
    assert {"references.bib", "data/published/stability.csv"} <= set(found["sources"])
    assert "data/studies/twin-pairs.csv" not in found["files"] and not any(f.endswith(".py") for f in found["files"])
    assert {"restated_book.studies", "restated_book.register"} <= set(
        found["modules"]
    ) and "restated_book.build.book" not in found["modules"]
    # What is not there is an answer too: a number of that name may be added.
    assert found["numbers"] == ["no-such-number", "opie2021-secure-insecure-r"]
    assert found["folders"] == found["heads"] == found["works"] == found["unobserved"] == []


def test_a_file_behind_a_linked_folder_is_known_by_both_ways(tmp_path, monkeypatch):
    """The link may lead elsewhere later."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "book" / "first").mkdir(parents=True)
    (tmp_path / "book" / "now").symlink_to("first")
    found = provenance._places([str(tmp_path / "book" / "now" / "x.csv"), str(tmp_path / "_build" / "x.csv")])
    assert found == ["book/first/x.csv", "book/now/x.csv"]


@pytest.mark.parametrize("home", [".venv", "", "../venv"])
def test_what_somebody_put_into_an_environment_counts_and_what_packages_put_there_does_not(tmp_path, monkeypatch, home):
    prefix = (tmp_path / "book" / home).resolve()
    packages = prefix / "lib" / "python3" / "site-packages"
    monkeypatch.setattr(paths, "ROOT", tmp_path / "book")
    monkeypatch.setattr(provenance.sys, "prefix", str(prefix))
    monkeypatch.setattr(provenance, "_PACKAGES", {f"{packages}{os.sep}"})
    monkeypatch.setattr(provenance, "_locked", lambda: {"known"})
    own = [prefix / "note.txt", prefix / "sets" / "x.csv", packages / "other" / "x.csv"]
    others = [
        prefix / "pyvenv.cfg",
        prefix / "share" / "jupyter" / "k.json",
        prefix / "etc" / "x.cfg",
        packages / "a.pth",
    ]
    others += [
        packages / "setuptools" / "x.py",
        packages / "known" / "x.csv",
        packages / "other-1.dist-info" / "METADATA",
        prefix,
    ]
    for file in own:
        file.parent.mkdir(parents=True, exist_ok=True)
    found = provenance._places(map(str, [*own, *others]))
    assert found == sorted(paths.inside(file) or str(file) for file in own)


@pytest.mark.parametrize("walk", ["list(numbers)", "len(numbers)", "list(numbers.values())", "list(numbers.items())"])
def test_going_through_the_register_rests_on_all_of_it(walk):
    code = f"from restated_book import provenance, register\nnumbers = register.load()\n{walk}\n"
    code += "print(provenance.trace()['numbers'])"
    run = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['*']"


def test_the_list_is_read_back_from_a_notebook():
    trace = {
        "files": ["_toc.yml", "data/originals/none.csv", "data/datapackage.json", "references.bib"],
        "modules": ["restated_book.show"],
    }
    cell = {"outputs": [{"data": {provenance.MIME: trace}}]}
    assert provenance.traced({"cells": [{}, cell]}) == trace
    assert provenance.files({"cells": [{}, cell]}) == ["data/datapackage.json", "references.bib"]
    assert provenance.files({"cells": [{"outputs": [{"text": "x"}]}]}) == []
