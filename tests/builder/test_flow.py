"""A number's basis follows from the study tables its statement rests on, through the notebook's assignments."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from restated.errors import RestatedError
from restated_book import flow, ledger, show
from restated_book.recording import Ledger
from restated_book.status import SUPPLIED

OPEN, PRINTED, RECALLED = "observed, open data", "printed", "recalled, not verified"
COMPUTED = "computed by us when the evidence was gathered"


@pytest.fixture
def shell(monkeypatch):
    """A notebook in which `load(name, status)` reads a study table."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    monkeypatch.setattr(flow, "_loads", [])

    def load(name, status=OPEN):
        flow.loaded(name, status)
        return [1.0]

    shell.user_ns |= {"load": load, "behind": flow.behind, "ledger": Ledger("page", "finding", {})}
    shell.user_ns["pytest"] = pytest
    yield shell
    InteractiveShell.clear_instance()


def run(shell, *cells):
    for cell in cells:
        result = shell.run_cell(cell, store_history=True)
        result.raise_error()
    return shell.user_ns.get("found")


#: Cells, and the tables behind the last statement.
CASES = {
    "the statement itself": (["found = (load('a'), behind())[1]"], {"a"}),
    "another cell": (["rows = load('a')", "found = (rows, behind())[1]"], {"a"}),
    "a chain": (["rows = load('a')\\nx = rows[0]", "y = x + 1", "found = (y, behind())[1]"], {"a"}),
    "two tables": (["a, b = load('a'), load('b')", "found = (a, behind())[1]"], {"a", "b"}),
    "only one of them": (["a = load('a')", "b = load('b')", "found = (a, behind())[1]"], {"a"}),
    "none": (["a = load('a')", "found = behind()"], set()),
    "a name given anew": (["x = load('a')", "x = 1", "found = (x, behind())[1]"], set()),
    "a tuple given anew": (["x, y = load('a'), 1", "x, y = 1, 2", "found = (x, behind())[1]"], set()),
    "a list filled": (["x = []", "x.append(load('a'))", "found = (x, behind())[1]"], {"a"}),
    "a list filled by another name": (["x = []\ny = x", "y.append(load('a'))", "found = (x, behind())[1]"], {"a"}),
    "a part filled by another name": (["x = {}\ny = x", "y['k'] = load('a')", "found = (x, behind())[1]"], {"a"}),
    "a list filled by a function": (
        ["def fill(into):\n    into += load('a')", "x = []\nfill(x)", "found = (x, behind())[1]"],
        {"a"},
    ),
    "a name that a function assigns": (
        ["x = 0\ndef f():\n    global x\n    x = load('a')", "f()", "found = (x, behind())[1]"],
        {"a"},
    ),
    "a dictionary filled": (["x = {}", "x['k'] = load('a')", "found = (x, behind())[1]"], {"a"}),
    "a loop": (["x = 0\\nfor r in load('a'):\\n    x += r", "found = (x, behind())[1]"], {"a"}),
    "a function of the notebook": (["def f():\\n    return load('a')", "x = f()", "found = (x, behind())[1]"], {"a"}),
    "a function of a name": (["t = load('a')\\ndef f():\\n    return t", "found = (f(), behind())[1]"], {"a"}),
    "a comprehension": (["x = load('a')", "y = [r for r in x]", "found = (y, behind())[1]"], {"a"}),
    "a variable of a comprehension": (["r = load('a')", "y = [r for r in (1, 2)]", "found = (y, behind())[1]"], set()),
    "a variable of a loop given anew": (["x = load('a')", "for x in (1, 2):\\n    found = (x, behind())[1]"], set()),
    "a name given anew in a loop": (
        ["x = load('a')", "for i in (1, 2):\\n    x = i\\n    found = (x, behind())[1]"],
        set(),
    ),
    "a name carried round a loop": (
        ["x = 0", "for i in (1, 2):\\n    found = (x, behind())[1]\\n    x = load('a')"],
        {"a"},
    ),
    "one of two branches": (["x = load('a')\\nif len(x) > 5:\\n    x = 1", "found = (x, behind())[1]"], {"a"}),
    "both branches": (["if load('a'):\\n    x = load('b')\\nelse:\\n    x = 1", "found = (x, behind())[1]"], {"b"}),
    "an attempt": (["try:\\n    x = load('a')\\nfinally:\\n    y = 1", "found = (x, behind())[1]"], {"a"}),
    "a module": (["import math\\nx = math.floor(load('a')[0])", "found = (math.pi, behind())[1]"], set()),
    "a magic command": (["rows = load('a')", "%precision 3", "found = (rows, behind())[1]"], {"a"}),
}


@pytest.mark.parametrize("case", CASES)
def test_tables_are_followed(shell, case):
    cells, expected = CASES[case]
    assert set(run(shell, *(cell.replace("\\n", "\n") for cell in cells))) == expected


@pytest.mark.parametrize(
    ("statuses", "written", "basis"),
    [
        ([OPEN], None, "open-data"),
        ([SUPPLIED], None, "original"),
        ([OPEN, SUPPLIED], None, "original"),
        ([PRINTED], None, "arithmetic"),
        ([SUPPLIED, RECALLED], None, "recalled"),
        ([OPEN, COMPUTED], None, "computed"),
        ([SUPPLIED], "open-data", "original"),
        ([SUPPLIED], "enumerated", "original"),
        ([SUPPLIED], "arithmetic", "original"),
        ([SUPPLIED], "assumed", "assumed"),
        ([OPEN], "enumerated", "enumerated"),
        ([], "arithmetic", "arithmetic"),
    ],
)
def test_the_basis_is_the_observed_one(shell, statuses, written, basis):
    loads = ", ".join(f"load('{i}', {status!r})" for i, status in enumerate(statuses))
    run(shell, f"rows = [{loads}]", f"ledger.record('x', len(rows), quantity='q', basis={written!r})")
    assert shell.user_ns["ledger"].records[0].basis == basis


@pytest.mark.parametrize(
    ("statuses", "written"), [([PRINTED], "open-data"), ([OPEN], "original"), ([], "open-data"), ([], None)]
)
def test_a_basis_that_contradicts_what_was_read_is_refused(shell, statuses, written):
    loads = ", ".join(f"load('{i}', {status!r})" for i, status in enumerate(statuses))
    with pytest.raises(RestatedError, match=r"ledger entry 'x'.*basis"):
        run(shell, f"rows = [{loads}]", f"ledger.record('x', len(rows), quantity='q', basis={written!r})")


@pytest.mark.parametrize(
    ("observed", "written", "status"),
    [
        (SUPPLIED, OPEN, SUPPLIED),
        (SUPPLIED, "enumerated", SUPPLIED),
        (SUPPLIED, "assumed", "assumed"),
        (OPEN, OPEN, OPEN),
        (PRINTED, "enumerated", "enumerated"),
    ],
)
def test_the_status_of_a_figure_is_the_observed_one(shell, observed, written, status):
    shell.user_ns["checked"] = show._checked
    found = run(shell, f"rows = load('a', {observed!r})", f"found = (rows, checked('x', {written!r}, 'A caption'))[1]")
    assert found == status


def test_a_status_that_contradicts_what_was_read_is_refused(shell):
    shell.user_ns["checked"] = show._checked
    with pytest.raises(RestatedError, match="rests on rows that are printed"):
        run(shell, f"rows = load('a', {PRINTED!r})", f"(rows, checked('x', {OPEN!r}, 'A caption'))")


def test_outside_a_notebook_nothing_is_observed():
    InteractiveShell.clear_instance()
    assert flow.place() == (None, None) and flow.behind() == {}
    page = Ledger("page", "finding", {})
    page.record("x", 1.0, quantity="q", basis="open-data")
    assert page.records[0].basis == "open-data" and ledger.STATUS_OF_BASIS["open-data"] == OPEN
