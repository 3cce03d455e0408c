"""JupyterLab starts for any user and on any machine, on the notebooks, with kernels as the build has them."""

from __future__ import annotations

import json
import os
import sys
import webbrowser

import pytest
from jupyter_server.services.config.manager import ConfigManager

from restated.errors import RestatedError
from restated_book import cli, outputs, paths
from restated_book.build import environment, lab
from restated_book.export import about, chapter
from restated_book.faults import exit_code

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(lab, "HTML", tmp_path / "html")
    monkeypatch.setattr(lab, "SETTINGS", tmp_path / "_build" / "lab")
    monkeypatch.setattr(sys, "platform", "linux")
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(("user", "root"), [(0, True), (1000, False)])
def test_root_alone_is_let_in_as_root(monkeypatch, user, root):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab.command()) == root
    assert lab.command()[:3] == [sys.executable, "-m", "jupyterlab"] and lab.command()[-1] == str(paths.NOTEBOOKS)


def test_a_browser_is_opened_where_there_is_one_with_a_screen(monkeypatch):
    monkeypatch.setattr(webbrowser, "get", lambda: None)
    assert "--no-browser" in lab.command()
    monkeypatch.setenv("DISPLAY", ":0")
    assert "--no-browser" not in lab.command()

    def none():
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    assert "--no-browser" in lab.command()


def test_kernels_have_the_environment_of_the_build_but_end_as_in_a_lab(monkeypatch):
    build, found = environment.environment(), lab.variables()
    assert {name for name in build if found.get(name) != build[name]} <= {"RESTATED_WATCH", "JUPYTER_CONFIG_PATH"}
    assert "RESTATED_WATCH" not in found


def test_a_double_click_opens_a_notebook_without_a_setting_of_the_user(book, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", lab.variables()["JUPYTER_CONFIG_PATH"])
    settings = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers["markdown"] == viewers["myst"] == "Jupytext Notebook"
    assert str(lab.SETTINGS).startswith(str(book))


def test_it_asks_nobody_for_news_or_updates(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", lab.variables()["JUPYTER_CONFIG_PATH"])
    settings = ConfigManager(config_dir_name="labconfig").get("default_setting_overrides")
    silent = settings["@jupyterlab/apputils-extension:notification"]
    assert silent["fetchNews"] == "false" and silent["checkForUpdates"] is False


def test_prose_is_shown_with_the_results_of_the_last_build(book, monkeypatch):
    assert lab.prose() == {"cells": {}, "roles": {}}
    cells = [
        {"cell_type": "markdown", "metadata": {outputs.MYST: "{restated}`a`"}, "source": "0.5"},
        {"cell_type": "markdown", "metadata": {}, "source": "Words."},
    ]
    text = json.dumps({"cells": cells, "metadata": {outputs.MYST: {"{restated}`a`": "0.5"}}})
    for place in (book / "one.ipynb", book / "html" / "downloads" / "two" / "two.ipynb"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        assert lab.prose() == {"cells": {"{restated}`a`": "0.5"}, "roles": {"{restated}`a`": "0.5"}}
        place.unlink()
    (book / "one.ipynb").write_text(text)
    lab.variables()
    script = (lab.SETTINGS / "labextensions" / lab.EXTENSION / "static" / "prose.js").read_text()
    assert script.startswith("const PROSE = {") and json.dumps("{restated}`a`") in script


def test_settings_of_the_user_are_kept(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "elsewhere")
    assert lab.variables()["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(lab.SETTINGS), "elsewhere"]


@pytest.mark.parametrize("start", [lambda: cli.main(["lab"]), lambda: exit_code(lab.lab)])
def test_it_becomes_the_lab(monkeypatch, start):
    called = []
    monkeypatch.setattr(os, "execve", lambda *call: called.append(call))
    assert start() == 0
    assert called[0][0] == sys.executable and called[0][1] == lab.command()


def test_what_is_missing_is_said(monkeypatch, capsys):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert exit_code(lab.lab) == 1 and "jupyterlab is not installed" in capsys.readouterr().err
    paths.NOTEBOOKS.rmdir()
    with pytest.raises(RestatedError, match="there are no notebooks here"):
        lab.lab()


def test_an_unpacked_chapter_starts_it_too_and_saves_as_the_book(monkeypatch):
    monkeypatch.undo()
    assert f"-m {chapter.LAB}\n" in about.text("chapter.mk") and lab.__name__ == chapter.LAB
    held = chapter.sources("proof", [])
    assert {
        "restated_book/build/lab.py",
        "restated_book/build/lab.js",
        "restated_book/build/environment.py",
        "notebooks/jupytext.toml",
    } <= held.keys()
