"""The doctor names what is wrong with a machine and what to do, and runs on a Python that is too old for all else."""

from __future__ import annotations

import ast
import collections
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib

import pytest

from restated_book import paths
from tools import doctor

VERSION = collections.namedtuple("VERSION", "major minor micro")
USAGE = collections.namedtuple("USAGE", "total used free")


def fail(error):
    def raises(*_, **__):
        raise error

    return raises


def no_module(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine on which nothing has been set up yet."""
    monkeypatch.setattr(doctor, "VENV", str(tmp_path / "none"))


@pytest.fixture
def set_up(monkeypatch, tmp_path):
    """A machine with an environment made of the running interpreter."""
    (tmp_path / "bin").mkdir()
    # No link: an interpreter finds its packages from where it lies.
    (tmp_path / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "bin" / "python").chmod(0o700)
    (tmp_path / ".installed").touch()
    monkeypatch.setattr(doctor, "VENV", str(tmp_path))
    return tmp_path


FAULTS = {
    "an old Python": ("python", lambda m: m.setattr(sys, "version_info", VERSION(3, 9, 18)), ["3.9.18", "3.11"]),
    "another system": ("system", lambda m: m.setattr(os, "name", "nt"), ["not supported", "WSL"]),
    "a path that venv refuses": ("system", lambda m: m.setattr(doctor, "ROOT", "/a:b"), ["':'", "rename"]),
    "no venv module": ("modules", no_module, ["apt install python3-venv"]),
    "a read-only folder": (
        "folder",
        lambda m: m.setattr(tempfile, "TemporaryFile", fail(PermissionError(13, "Permission denied"))),
        ["Permission denied", "writable"],
    ),
    "no disk": (
        "space",
        lambda m: m.setattr(shutil, "disk_usage", lambda _: USAGE(9e9, 8.8e9, 0.2e9)),
        ["0.2 GB", "3.0 GB", "free some space"],
    ),
    "a wrong clock": ("clock", lambda m: m.setattr(doctor.time, "time", lambda: 0.0), ["set the date"]),
    "no loopback": (
        "loopback",
        lambda m: m.setattr(socket, "create_connection", fail(OSError("refused"))),
        ["127.0.0.1", "refused"],
    ),
    "an offline index": (
        "index",
        lambda m: (
            m.setenv("PIP_CONFIG_FILE", os.devnull),
            m.setenv("PIP_NO_INDEX", "1"),
            m.setenv("PIP_FIND_LINKS", ""),
        ),
        ["packaging==", "network"],
    ),
}


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_remedy(monkeypatch, capsys, fault):
    name, break_it, says = FAULTS[fault]
    monkeypatch.setattr(doctor, "CHECKS", (getattr(doctor, name),))
    with monkeypatch.context() as broken:
        break_it(broken)
        code = doctor.main()
    said = capsys.readouterr().out
    assert code == 1 and re.search(r"^no  .*\n +\S.*\n +Remedy: \S.*\.$", said, re.M)
    assert all(words in said for words in says), said


def test_what_is_sound_passes(set_up, capsys):
    assert doctor.main() == 0
    said = capsys.readouterr().out
    assert said.count("yes  ") == len(doctor.CHECKS) and "make book" in said


def test_an_environment_that_does_not_run_is_told(set_up):
    (set_up / "bin" / "python").unlink()
    said, remedy = doctor.environment()
    assert "does not work" in said and "rm -r .venv" in remedy
    (set_up / "bin" / "python").symlink_to(shutil.which("false"))
    assert doctor.environment() is not None


def test_every_check_has_a_fault():
    assert {name for name, *_ in FAULTS.values()} == {check.__name__ for check in doctor.CHECKS} - {"environment"}


def test_an_old_python_can_read_it():
    ast.parse((paths.ROOT / "tools" / "doctor.py").read_text(encoding="utf-8"), feature_version=(3, 4))


def test_it_runs_as_a_file_without_the_package():
    call = [sys.executable, "-S", str(paths.ROOT / "tools" / "doctor.py")]
    said = subprocess.run(call, capture_output=True, text=True, check=False).stdout
    assert re.search(r"^yes  The Python is new enough\.$", said, re.M)


def test_what_it_asks_for_is_what_the_project_asks_for():
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = ".".join(map(str, doctor.OLDEST))
    assert project["requires-python"] == f">={oldest}"
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"$(STAMP): {' '.join(os.path.basename(file) for file in doctor.SET_UP_FROM)}\n" in makefile
    assert f"sys.version_info < {doctor.OLDEST}" in makefile and f"Python {oldest} or newer" in makefile
    assert re.match(r"packaging==\S+ \\\n +--hash=sha256:\w+", doctor.smallest_pin())
