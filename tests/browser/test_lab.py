"""JupyterLab as `restated lab` starts it: prose with its results, nothing asked of other hosts."""

from __future__ import annotations

import re
import subprocess

import pytest

from restated_book.build import lab

pytestmark = pytest.mark.full

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")
#: Requests that stay on this machine.
OWN = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


@pytest.fixture
def address(site, tmp_path, monkeypatch):
    """The address of a running JupyterLab on the notebooks."""
    monkeypatch.setattr(lab, "HTML", site)
    monkeypatch.setattr(lab, "SETTINGS", tmp_path / "lab")
    own = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces")}
    command = [c for c in lab.command() if c != "--no-browser"] + ["--no-browser", "--ServerApp.port=0"]
    with subprocess.Popen(
        command, env=lab.variables() | own, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as server:
        try:
            yield next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", x) for x in server.stderr)))[
                0
            ]
        finally:
            server.terminate()
            server.stderr.read()


def test_prose_shows_results_and_an_edited_cell_its_roles(address, browser):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address.replace("/lab?", "/lab/tree/service-costs.md?"))
    head = page.locator(".jp-MarkdownCell").first
    head.get_by_text("In plain words").wait_for()
    assert "chapter-head" not in head.inner_text() and "{" not in head.inner_text()
    head.dblclick()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("\n\nNew: {published}`bateman2003-n-general-care` patients.")
    page.keyboard.press("Shift+Enter")
    head.get_by_text("New: 19 patients.").wait_for()
    assert [
        url for url in asked if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
    ] == []
    page.close()
