"""Finding the cell, the functions and the files behind a number."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated_book import ledger, register, where
from restated_book.chapters import codecells
from restated_book.ledger import Record

NOTEBOOK = """# A page

```{code-cell}
import numpy as np

from restated.estimate import effects, meta
from restated.estimate.effects import fisher_z as to_z
from restated_book import show

ledger = show.open_ledger("a-page", "transmission")


def pooled(r, n):
    y, v = to_z(np.array(r)), effects.fisher_z_variance(n)
    return meta.fit(y, v)
```

```{code-cell}
fit, other = pooled([0.1, 0.2], [20, 30]), effects.r_to_d(0.3)
for id, value in (("fit-r", np.tanh(fit.estimate)), ("other-d", other)):
    ledger.record(id, value, published="verhage2016-secure-r", basis="arithmetic")
for first_id, second_id, r in (("pair-d", "pair-z", 0.3),):
    ledger.record(first_id, effects.r_to_d(r), basis="arithmetic", quantity="d")
    ledger.record(second_id, to_z(r), basis="arithmetic", quantity="z")
ledger.record("typed", 3, basis="arithmetic", quantity="three")
ledger.record_many([("many-d", other, "d"), ("many-r", fit.estimate, "r")], basis="arithmetic")
```
"""


@pytest.fixture
def built(tmp_path, monkeypatch):
    """Rows of a ledger and the files its page read."""
    monkeypatch.setattr(ledger.paths, "NOTEBOOKS", tmp_path)
    (tmp_path / "a-page.md").write_text(NOTEBOOK, encoding="utf-8")
    records = [
        Record(id, "transmission", "q", "arithmetic", "a-page", 0.3, published=published, cell=2, line=line)
        for id, line, published in (
            ("fit-r", 2, "verhage2016-secure-r"),
            ("other-d", 2, None),
            ("pair-d", 4, None),
            ("pair-z", 4, None),
            ("typed", 7, None),
            ("many-d", 8, None),
            ("many-r", 8, None),
        )
    ]
    rows = {r["id"]: r for r in ledger.join(register.load(), records)}
    return rows, {"notebooks/a-page": ["data/published/transmission.csv"]}


def names(id: str, line: int) -> list[str]:
    found = where.functions(tuple(codecells.parse(NOTEBOOK)), 2, line, id)
    return [function.name.removeprefix("restated.estimate.") for function in found]


def test_functions_are_followed_through_the_cells():
    assert names("fit-r", 2) == ["meta:fit", "effects:fisher_z", "effects:fisher_z_variance"]
    assert names("typed", 7) == []


def test_of_a_table_only_the_row_of_the_number_counts():
    assert names("other-d", 2) == names("many-d", 8) == ["effects:r_to_d"]
    assert names("many-r", 8)[0] == "meta:fit"


def test_of_a_loop_only_the_call_that_records_the_number_counts():
    assert names("pair-d", 4) == ["effects:r_to_d"]
    assert names("pair-z", 4) == ["effects:fisher_z"]


def test_a_recomputed_number_has_cell_functions_files_and_printed_number(built):
    said = where.of("fit-r", *built)
    for part in (
        "recorded in  notebooks/a-page.md:20, code cell 2 of notebooks/a-page.html",
        "computed by  restated.estimate.meta:fit  restated/estimate/meta.py:",
        "through      restated.estimate.effects:fisher_z  restated/estimate/effects.py:",
        "chapter read data/published/transmission.csv",
        "restates     verhage2016-secure-r, printed .31: differs",
    ):
        assert part in said


def test_a_number_without_a_function_was_typed(built):
    assert "computed by  typed in the cell" in where.of("typed", *built)


def test_a_printed_number_has_its_file_row_and_restatements(built):
    said = where.of("verhage2016-secure-r", *built)
    assert "typed in     data/published/transmission.csv:" in said
    assert "restated as  fit-r" in said
    assert "restated as  nothing" in where.of("vanijzendoorn1995-secure-d", *built)


def test_an_unknown_id_is_refused_with_the_nearest_ones(built):
    with pytest.raises(RestatedError, match=r"'fit-s' is not an id of the ledger\. The nearest ids are fit-r"):
        where.of("fit-s", *built)
    with pytest.raises(RestatedError, match=r"See ledger\.csv for all ids"):
        where.of("qqqqqqqq", *built)
