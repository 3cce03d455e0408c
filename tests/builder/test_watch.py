"""What a notebook read makes it due when it changes, whatever way it was read."""

from __future__ import annotations

import json
import textwrap

import pytest

from restated_book import watch
from tests.builder import books
from tests.builder.calls import ROOMS, Calls

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Chapter

```{code-cell} ipython3
"""

#: Ways to read: the cell, the files there are before it runs, and the change. A file that changes to None is removed.
#: `ROOT` is the folder of the book, `AWAY` one outside it.
WAYS = {
    "open": ("open('beside.txt').read()", {"notebooks/beside.txt": "1"}, ("notebooks/beside.txt", "2")),
    "open-in-text": ("open('../book/part.txt').read()", {"book/part.txt": "1"}, ("book/part.txt", "2")),
    "open-away": ("open(AWAY + '/away.txt').read()", {"AWAY/away.txt": "1"}, ("AWAY/away.txt", "2")),
    "os-open": (
        "import os; os.read(os.open('../book/fd.txt', os.O_RDONLY), 9)",
        {"book/fd.txt": "1"},
        ("book/fd.txt", "2"),
    ),
    "pandas": (
        "import pandas as pd; pd.read_csv('beside.csv')",
        {"notebooks/beside.csv": "a\n1\n"},
        ("notebooks/beside.csv", "a\n2\n"),
    ),
    "numpy": (
        "import numpy as np; np.fromfile('../book/raw.bin', dtype='u1')",
        {"book/raw.bin": "1"},
        ("book/raw.bin", "2"),
    ),
    "helper": (
        "import helper_one; helper_one.X",
        {"notebooks/helper_one.py": "X = 1"},
        ("notebooks/helper_one.py", "X = 22"),
    ),
    "helper-by-name": (
        "import importlib; importlib.import_module('helper_two').X",
        {"notebooks/helper_two.py": "X = 1"},
        ("notebooks/helper_two.py", "X = 22"),
    ),
    "helper-of-helper": (
        "import helper_four",
        {"notebooks/helper_four.py": "import helper_five", "notebooks/helper_five.py": "X = 1"},
        ("notebooks/helper_five.py", "X = 22"),
    ),
    "runpy": (
        "import runpy; runpy.run_path('../book/script.py')",
        {"book/script.py": "X = 1"},
        ("book/script.py", "X = 2"),
    ),
    "package-away": (
        "import sys; sys.path.insert(0, AWAY + '/packages'); import strange; strange.X",
        {"AWAY/packages/strange/__init__.py": "X = 1"},
        ("AWAY/packages/strange/__init__.py", "X = 22"),
    ),
    "exists-later": ("import pathlib; pathlib.Path('../book/later.txt').exists()", {}, ("book/later.txt", "1")),
    "isfile-gone": (
        "import os.path; os.path.isfile('../book/gone.txt')",
        {"book/gone.txt": "1"},
        ("book/gone.txt", None),
    ),
    "access": ("import os; os.access('../book/allowed.txt', os.R_OK)", {}, ("book/allowed.txt", "1")),
    "size": ("import os; os.stat('../book/size.txt').st_size", {"book/size.txt": "1"}, ("book/size.txt", "22")),
    "glob": ("import glob; glob.glob('../book/many/*.txt')", {"book/many/a.txt": "1"}, ("book/many/b.txt", "1")),
    "pathlib-glob": (
        "import pathlib; list(pathlib.Path('../book/more').rglob('*.txt'))",
        {"book/more/a.txt": "1"},
        ("book/more/b.txt", "1"),
    ),
    "listdir": ("import os; os.listdir('../book/listed')", {"book/listed/a.txt": "1"}, ("book/listed/b.txt", "1")),
    "chdir": (
        "import os; os.chdir('../book'); open('moved.txt').read(); os.chdir('../notebooks')",
        {"book/moved.txt": "1"},
        ("book/moved.txt", "2"),
    ),
    "sqlite": (
        "import sqlite3; sqlite3.connect('../book/base.sqlite').execute('select 1')",
        {"book/base.sqlite": ""},
        ("book/base.sqlite", "2"),
    ),
    "sqlite-attached": (
        "import sqlite3; sqlite3.connect(':memory:').execute(\"attach '../book/second.sqlite' as b\")",
        {"book/second.sqlite": ""},
        ("book/second.sqlite", "2"),
    ),
    "sizes": (
        "import os; [entry.stat().st_size for entry in os.scandir('../book/sizes')]",
        {"book/sizes/a.txt": "1"},
        ("book/sizes/a.txt", "22"),
    ),
    "size-for-a-library": (
        "import os, pandas as pd; pd.Series(['../book/mapped.txt']).map(os.path.getsize)",
        {"book/mapped.txt": "1"},
        ("book/mapped.txt", "22"),
    ),
    "variable-in-bytes": ("import os; os.environb.get(b'RESTATED_TEST_BYTES')", {}, ("$RESTATED_TEST_BYTES", "2")),
    "variable": ("import os; os.environ.get('RESTATED_TEST_VARIABLE')", {}, ("$RESTATED_TEST_VARIABLE", "2")),
    "getenv": ("import os; os.getenv('RESTATED_TEST_OTHER', '')", {}, ("$RESTATED_TEST_OTHER", "2")),
    "helper-reads": (
        "import helper_three; helper_three.read()",
        {"notebooks/helper_three.py": "def read():\n    return open('../book/deep.txt').read()", "book/deep.txt": "1"},
        ("book/deep.txt", "2"),
    ),
    "helper-not-there": (
        "try:\n    import helper_six\nexcept ImportError:\n    pass\n0",
        {},
        ("notebooks/helper_six.py", "X = 1"),
    ),
    "helper-looked-for": (
        "import importlib.util; importlib.util.find_spec('helper_seven')",
        {},
        ("notebooks/helper_seven.py", "X = 1"),
    ),
    "module-not-there": (
        "import helper_eight",
        {
            "notebooks/helper_eight.py": "try:\n    from whole import part\nexcept ImportError:\n    part = 0\n",
            "notebooks/whole/__init__.py": "",
        },
        ("notebooks/whole/part.py", "X = 1"),
    ),
    "data-among-code": ("open('../review/rows.csv').read()", {"review/rows.csv": "1"}, ("review/rows.csv", "2")),
    "commit": ("open('../.git/HEAD').read()", {".git/HEAD": "1"}, (".git/HEAD", "2")),
    "sqlite-by-another-name": (
        "import sqlite3.dbapi2 as s; s.connect(':memory:').execute(\"attach '../book/third.sqlite' as b\")",
        {"book/third.sqlite": ""},
        ("book/third.sqlite", "2"),
    ),
    "all-variables": ("import os; [name for name in os.environ if 'LISTED' in name]", {}, ("$RESTATED_LISTED", "2")),
    "size-below-os": (
        "import posix; posix.stat('../book/below.txt').st_size",
        {"book/below.txt": "1"},
        ("book/below.txt", "22"),
    ),
    "size-compared": (
        "import filecmp; filecmp.cmp('../book/same.txt', '../book/same.txt')",
        {"book/same.txt": "1"},
        ("book/same.txt", "22"),
    ),
    "size-in-a-thread": (
        "import os, threading as t; p = t.Thread(target=os.stat, args=('../book/thread.txt',)); p.start(); p.join()",
        {"book/thread.txt": "1"},
        ("book/thread.txt", "22"),
    ),
    "variable-below-os": ("import posix; posix.environ.get(b'RESTATED_TEST_BELOW')", {}, ("$RESTATED_TEST_BELOW", "2")),
    "variable-in-a-text": (
        "import os, string; string.Template('$RESTATED_TEST_TEXT').safe_substitute(os.environ)",
        {},
        ("$RESTATED_TEST_TEXT", "2"),
    ),
    "variable-in-a-thread": (
        "import os, threading as t; p = t.Thread(target=os.getenv, args=('RESTATED_TEST_THREAD',)); "
        "p.start(); p.join()",
        {},
        ("$RESTATED_TEST_THREAD", "2"),
    ),
    "variable-in-a-pool": (
        "import os; from concurrent.futures import ThreadPoolExecutor as P; "
        "P(1).submit(os.environ.get, 'RESTATED_TEST_POOL').result()",
        {},
        ("$RESTATED_TEST_POOL", "2"),
    ),
    "variable-by-a-library": (
        "import os, pandas as pd; pd.Series(['RESTATED_TEST_MAPPED']).map(os.environ.get)",
        {},
        ("$RESTATED_TEST_MAPPED", "2"),
    ),
    "getenv-by-a-library": (
        "import os, numpy as np; np.vectorize(os.getenv, otypes=[object])(['RESTATED_TEST_VECTOR'])",
        {},
        ("$RESTATED_TEST_VECTOR", "2"),
    ),
    "variables-into-a-library": ("import os, pandas as pd; pd.Series(os.environ)", {}, ("$RESTATED_TEST_SERIES", "2")),
    "before-any-import": ("open('../book/first.txt').read()", {"book/first.txt": "1"}, ("book/first.txt", "2")),
}

#: Reads that cannot be observed: the notebook is run in every build, and the build says why.
UNOBSERVED = {
    "subprocess": ("import subprocess; subprocess.run(['cat', '/dev/null'])", "cat"),
    "system": ("import os; os.system('true')", "true"),
    "fork": (
        "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); p.join()",
        "process",
    ),
    "thread": (
        "import subprocess, threading as t; p = t.Thread(target=subprocess.run, args=(['true'],)); p.start(); p.join()",
        "true",
    ),
    "spawn": (
        "import multiprocessing as m; p = m.get_context('spawn').Process(target=print); p.start(); p.join()",
        "process",
    ),
    "attached": ("import sqlite3; sqlite3.connect('').execute('attach ? as b', (':memory:',))", "sqlite3"),
    "sqlite-without-connect": ("import sqlite3; sqlite3.Connection(':memory:').close()", "sqlite3"),
    "open-in-a-folder": ("import os; os.open('.', os.O_RDONLY, dir_fd=os.open('..', os.O_RDONLY))", "folder"),
    "stat-in-a-folder": ("import os; os.stat('.', dir_fd=os.open('..', os.O_RDONLY)).st_size", "folder"),
    "walk-in-folders": ("import os; list(os.fwalk('../book'))", "folder"),
    "datagram": ("import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))", "network"),
    "name-of-a-host": ("import socket; socket.getaddrinfo('localhost', 80)", "network"),
    "network": ("import socket; socket.socket().connect_ex(('127.0.0.1', 9))", "network"),
    "c-library": ("import ctypes; ctypes.CDLL(None).abs(-1)", "compiled"),
    "library": ("import lxml.etree", "lxml"),
    "built": ("import os; os.path.exists('../_build/html/index.html')", "_build"),
}

CODE = """
import json, os, sys
from pathlib import Path
from restated_book import freshness, paths
from restated_book.build import execute, fork
from restated_book.build.environment import environment

root, away, changes = paths.ROOT, {away!r}, json.loads({changes!r})
notebooks = sorted(paths.NOTEBOOKS.glob("*.md"))
with fork.Zygote() as zygote:
    targets = execute.execute(notebooks, paths.BUILD / "executed", zygote)

def due():
    sources = freshness.Sources(environment())
    return [n.stem for n, t in zip(notebooks, targets) if not execute.refreshed(n, t, sources)]

always, found = due(), {{}}
for name, (what, new) in changes.items():
    if what.startswith("$"):
        os.environ[what[1:]] = new
        found[name] = [n for n in due() if n not in always]
        del os.environ[what[1:]]
        continue
    place = Path(what.replace("AWAY", away)) if what.startswith("AWAY") else root / what
    old = place.read_bytes() if place.exists() else None
    place.unlink(missing_ok=True) if new is None else place.write_text(new)
    found[name] = [n for n in due() if n not in always]
    place.unlink(missing_ok=True) if old is None else place.write_bytes(old)
print("RESULT", json.dumps([always, found, [n for n in due() if n not in always]]))
"""


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    """The notebooks due at once, those due after each change and in the end, the report, what was started."""
    with Calls(tmp_path_factory.mktemp("reads") / "book", own_code=True) as calls:
        root, away = calls.root, tmp_path_factory.mktemp("away")
        books.copy(root, (*ROOMS, "data", "book"), books.FILES)
        books.forget_chapters(root)
        cells = {name: (cell, files) for name, (cell, files, _) in WAYS.items()}
        cells |= {name: (cell, {}) for name, (cell, _) in UNOBSERVED.items()}
        for name, (cell, files) in cells.items():
            for place, text in files.items():
                file = away / place.removeprefix("AWAY/") if place.startswith("AWAY") else root / place
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            (root / "notebooks").mkdir(exist_ok=True)
            cell = f"AWAY = {str(away)!r}; _ = None\n{cell};"
            (root / "notebooks" / f"{name}.md").write_text(f"{HEAD}{textwrap.dedent(cell)}\n```\n", encoding="utf-8")
        own = "open('../started.txt', 'w').write(str('STARTED' in globals()))"
        (root / "notebooks" / "own.md").write_text(f"{HEAD}{own};\n```\n", encoding="utf-8")
        (profile := away / "profile_default" / "startup").mkdir(parents=True)
        for script in (away / "start.py", profile / "start.py"):
            script.write_text("STARTED = True", encoding="utf-8")
        changes = json.dumps({name: change for name, (_, _, change) in WAYS.items()})
        reader = {"PYTHONSTARTUP": str(away / "start.py"), "IPYTHONDIR": str(away)}
        result = calls(code=CODE.format(away=str(away), changes=changes), **reader)
        assert result.returncode == 0, result.stderr
        started = (root / "started.txt").read_text(encoding="utf-8")
    line = next(x for x in result.stdout.splitlines() if x.startswith("RESULT "))
    return (*json.loads(line.removeprefix("RESULT ")), result.stdout, started)


@pytest.mark.parametrize("way", WAYS)
def test_a_change_of_what_was_read_makes_exactly_its_reader_due(observed, way):
    _, found, *_ = observed
    assert found[way] == sorted(
        {way, "all-variables", "variables-into-a-library"} if WAYS[way][2][0].startswith("$") else {way}
    )


def test_nothing_is_due_once_all_is_as_before(observed):
    assert observed[2] == []


@pytest.mark.parametrize("way", UNOBSERVED)
def test_what_cannot_be_observed_is_run_each_time_and_the_build_says_so(observed, way):
    always, _, _, report, _ = observed
    assert way in always
    after = report.partition(f"notebooks/{way}.md ")[2].splitlines()[1]
    assert "is run in every build" in after and UNOBSERVED[way][1] in after


def test_what_a_reader_has_run_at_each_start_is_not_run(observed):
    assert observed[-1] == "False"


def test_nothing_else_is_run_each_time(observed):
    assert set(observed[0]) == set(UNOBSERVED)


@pytest.mark.parametrize("value", [None, 3, 4.5, b"\0bad", "x\0y"])
def test_what_is_no_path_is_ignored(value):
    before = set(watch.files)
    watch.file(value)
    assert watch.files - before <= {watch._absolute(value)}
