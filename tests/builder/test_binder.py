"""Running elsewhere: the container, the launch link and the lock describe one environment."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
import yaml

from restated_book.cite import citation
from restated_book.paths import ROOT
from restated_book.sphinx import citebox

ABOUT = dataclasses.replace(citation.about(), repository="")


@pytest.mark.parametrize(
    "repository, address",
    [
        (
            "https://github.com/some-one/restated",
            "https://mybinder.org/v2/gh/some-one/restated/HEAD?labpath=notebooks%2Freach.md",
        ),
        (
            "https://github.com/some-one/restated.git",
            "https://mybinder.org/v2/gh/some-one/restated/HEAD?labpath=notebooks%2Freach.md",
        ),
        ("https://gitlab.com/a/b/c", "https://mybinder.org/v2/gl/a%2Fb%2Fc/HEAD?labpath=notebooks%2Freach.md"),
        ("https://github.com/only-owner", ""),
        ("https://git.example.org/a/b", ""),
        ("", ""),
    ],
)
def test_the_launch_link_fits_the_repository_or_is_absent(repository, address):
    assert citebox.launch(dataclasses.replace(ABOUT, repository=repository), "notebooks/reach") == address


def test_the_container_has_the_python_of_conda_and_installs_from_the_lock():
    described = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    docker = (ROOT / ".devcontainer" / described["build"]["dockerfile"]).read_text(encoding="utf-8")
    (version,) = re.findall(r"^FROM python:(\d+\.\d+)-", docker, re.M)
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"python={version}" in conda["dependencies"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert described["postCreateCommand"] == "make .venv/.installed"
    assert "STAMP := $(VENV)/.installed" in makefile and "--requirement requirements.lock" in makefile
    assert "make" in docker.split() and "chromium" in docker.split()


def test_binder_installs_the_package_after_the_lock():
    assert "pip install --no-deps" in (ROOT / "postBuild").read_text(encoding="utf-8")
