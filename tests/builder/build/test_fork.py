"""Kernels that are forked give what kernels of their own give, and are gone when the build is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from restated_book import paths, provenance
from restated_book.build import fork, run
from tests.builder.books import completed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

#: A kernel as its notebook sees it.
STATE = """
import gc, hashlib, json, os, signal, sys, warnings
import matplotlib, numpy, pandas
from restated_book import show, studies
rows = studies.load("paternal-sensitivity")
environment = {k: v for k, v in os.environ.items() if not k.startswith("JPY_")}
print(json.dumps({
    "argv": [os.path.basename(sys.argv[0]), len(sys.argv)], "path": sys.path, "folder": os.getcwd(),
    "environment": environment, "hash": hash("a text"), "sum": rows["r"].sum(), "leads": os.getpid() == os.getsid(0),
    "rc": hashlib.sha256(repr(dict(matplotlib.rcParams)).encode()).hexdigest(),
    "signals": [str(signal.getsignal(number)) for number in (signal.SIGCHLD, signal.SIGINT)],
    "stdin": os.read(0, 1).decode(), "main": __name__, "threshold": gc.get_threshold(),
}))
"""
RANDOM = "import random, numpy\nprint(random.random(), numpy.random.random())"


def notebook(folder, code):
    file = folder / "state.md"
    head = "---\nkernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n"
    file.write_text(f"{head}```{{code-cell}} ipython3\n{code.strip()}\n```\n", encoding="utf-8")
    return file


def said(content):
    return content.cells[0].outputs[0].text


@pytest.fixture(scope="module")
def zygote():
    with fork.Zygote() as zygote:
        zygote.start()
        yield zygote


def test_a_forked_kernel_is_like_one_of_its_own(tmp_path, zygote):
    file = notebook(tmp_path, STATE)
    forked, plain = completed(run.run(file, zygote=zygote)), completed(run.run(file))
    assert json.loads(said(forked)) == json.loads(said(plain))
    assert provenance.traced(forked) == provenance.traced(plain)
    assert "restated_book.studies" in provenance.traced(forked)["modules"]
    assert forked == plain


def test_kernels_draw_different_random_numbers(tmp_path, zygote):
    file = notebook(tmp_path, RANDOM)
    one, other = (said(completed(run.run(file, zygote=zygote))) for _ in range(2))
    assert not set(one.split()) & set(other.split())


def test_kernels_are_their_own_where_forking_is_switched_off_or_fails(tmp_path, monkeypatch):
    file = notebook(tmp_path, "import os\nprint(os.getppid())")
    with fork.Zygote() as zygote:
        zygote.start()
        assert int(said(completed(run.run(file, zygote=zygote)))) == zygote.pid
        os.kill(zygote.pid, 9)
        assert int(said(completed(run.run(file, zygote=zygote)))) == os.getpid()
    monkeypatch.setenv(fork.SWITCH, "0")
    with fork.Zygote() as zygote:
        zygote.start()
        assert zygote.pid is None
        assert int(said(completed(run.run(file, zygote=zygote)))) == os.getpid()


def test_a_forked_kernel_ends_with_the_process_it_came_from(tmp_path):
    code = textwrap.dedent(f"""
        import os, sys
        from restated_book.build import fork
        with fork.Zygote() as zygote, open({str(tmp_path / "err")!r}, "w") as err:
            zygote.start()
            zygote.fork(["-f", {str(tmp_path / "kernel.json")!r}], {str(tmp_path)!r}, dict(os.environ), err.fileno())
            os.kill(os.getpid(), 9)
    """)
    # The kernel holds the same standard output: its end shows that of the kernel.
    subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, check=False, timeout=600)
