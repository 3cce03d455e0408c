"""JupyterLab on the notebooks of the book or of an unpacked chapter, with kernels as the build has them.

The zip of a chapter starts this module by ``python -m restated_book.build.lab``.
"""

import json
import os
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path

from restated.errors import RestatedError
from restated_book import paths
from restated_book.build.environment import environment
from restated_book.build.places import HTML
from restated_book.faults import exit_code
from restated_book.outputs import MYST

#: Where JupyterLab finds these settings: in the folder of the book, not among those of its user.
SETTINGS = paths.BUILD / "lab"
EXTENSION = "restated-lab"  #: The extension that shows results in prose
_BUILD_ONLY = ("RESTATED_WATCH",)  #: What only kernels of the build have: these do not end with their notebook


def command() -> list[str]:
    """Return the command that opens JupyterLab on the notebooks, as this user and on this machine."""
    root = ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    browser, extensions = [] if _browser() else ["--no-browser"], SETTINGS / "labextensions"
    options = [*root, f"--LabApp.extra_labextensions_path={extensions}", *browser]
    return [sys.executable, "-m", "jupyterlab", *options, str(paths.NOTEBOOKS)]


def _browser() -> bool:
    """Tell whether there is a browser with a screen: one in the terminal would keep the server waiting."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform not in ("darwin", "win32") and not any(os.environ.get(name) for name in screens):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def variables() -> dict[str, str]:
    """Return the environment of JupyterLab and its kernels; write the settings it names."""
    extension, script = SETTINGS / "labextensions" / EXTENSION, Path(__file__).with_suffix(".js").read_text("utf-8")
    settings = paths.tables(__file__)
    written = {
        SETTINGS / "labconfig" / "default_setting_overrides.json": json.dumps(settings["overrides"], indent=1),
        extension / "package.json": json.dumps({"name": EXTENSION, **settings["package"]}, indent=1),
        extension / "static" / "prose.js": f"const PROSE = {json.dumps(prose())};\n{script}",
    }
    for file, text in written.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = {name: value for name, value in environment().items() if name not in _BUILD_ONLY}
    named = filter(None, (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")))
    return found | {"JUPYTER_CONFIG_PATH": os.pathsep.join(named)}


def prose() -> dict[str, dict[str, str]]:
    """Return cells of prose and roles with the plain text that the last build made of them; empty before a build."""
    found: dict[str, dict[str, str]] = {"cells": {}, "roles": {}}
    for file in sorted([*HTML.glob("downloads/*/*.ipynb"), *paths.ROOT.glob("*.ipynb")]):
        notebook = json.loads(file.read_text(encoding="utf-8"))
        found["roles"] |= notebook["metadata"].get(MYST, {})
        found["cells"] |= {c["metadata"][MYST]: c["source"] for c in notebook["cells"] if MYST in c["metadata"]}
    return found


def lab() -> None:
    """Become JupyterLab on the notebooks; refuse a folder without notebooks, and an environment without JupyterLab."""
    if not paths.NOTEBOOKS.is_dir():
        raise RestatedError("there are no notebooks here", file=paths.NOTEBOOKS, remedy="start it in a book's folder")
    for name in ("jupyterlab", "jupytext"):
        if find_spec(name) is None:
            raise RestatedError(f"the package {name} is not installed", remedy="install what requirements.lock lists")
    python, *arguments = command()
    os.execve(python, [python, *arguments], variables())


if __name__ == "__main__":
    sys.exit(exit_code(lab))
