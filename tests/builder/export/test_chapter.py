"""Which printed numbers the zip of a chapter holds: those it looked up, by file."""

from __future__ import annotations

from restated_book import provenance, register, watch
from restated_book.export import chapter

ROWS = {"a": {"finding": "stability"}, "b": {"finding": "twins"}, "c": {"finding": "theory"}}


def notebook(*numbers: str) -> dict:
    return {"cells": [{"outputs": [{"data": {provenance.MIME: {"numbers": list(numbers)}}}]}]}


def published(files) -> set[str]:
    return {name.removeprefix("data/published/") for name in files if name.startswith("data/published/")}


def test_the_findings_are_those_of_the_numbers_looked_up_or_all():
    assert chapter.findings(notebook("a", "b", "in no file"), ROWS) == {"stability", "twins"}
    assert chapter.findings(notebook(), ROWS) == set()
    assert chapter.findings(notebook(watch.EVERY), ROWS) is None


def test_files_of_other_findings_are_left_out_and_a_register_has_at_least_one():
    every = {file.name for file in register.files()}
    assert published(chapter.sources("reach", [], None)) == every | set(register.NOT_FINDINGS)
    assert published(chapter.sources("reach", [], {"stability"})) == {"stability.csv", *register.NOT_FINDINGS}
    assert len(published(chapter.sources("reach", [], set())) & every) == 1
    assert "data/datapackage.json" in chapter.sources("reach", [], {"stability"})


def test_the_code_is_what_the_notebook_imported_and_what_runs_it_again():
    def modules(*imported: str) -> set[str]:
        return {name for name in chapter.sources("reach", imported, set()) if name.endswith(".py")}

    least, more = modules(), modules("restated.estimate.effects", "review")
    assert {"restated_book/build/rerun.py", "restated_book/build/run.py", "restated_book/outputs.py"} <= least
    assert not least & {"restated_book/cli.py", "restated_book/build/book.py", "restated_book/build/zygote.py"}
    assert not any(name.startswith(("review/", "restated_book/sphinx/", "restated_book/export/")) for name in least)
    assert {"restated/estimate/__init__.py", "restated/estimate/effects.py", "review/__init__.py"} <= more - least
    assert "restated.toml" in chapter.sources("reach", [], set())
