"""pyproject.toml, environment.yml and the lock describe one environment."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from restated_book.paths import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["optional-dependencies"]
#: Extras that the lock is made for. They bring those of `plot` and `cluster` along.
LOCKED = ("book", "lab", "test")


def locked() -> list[Requirement]:
    return [Requirement(x.rstrip("\\").strip()) for x in LOCK.splitlines() if re.match(r"[a-z0-9]", x, re.I)]


def wanted() -> list[Requirement]:
    """Requirements of the library and of the extras that the lock is made for."""
    listed = PROJECT["dependencies"] + [x for extra in (*LOCKED, "plot", "cluster") for x in EXTRAS[extra]]
    return [r for r in map(Requirement, listed) if r.name != PROJECT["name"]]


@pytest.mark.parametrize("requirement", wanted(), ids=lambda r: r.name)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_holds_what_the_project_asks_for(requirement, python):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    pins = [
        r
        for r in locked()
        if canonicalize_name(r.name) == canonicalize_name(requirement.name)
        and (r.marker is None or Marker(str(r.marker)).evaluate(environment))
    ]
    assert len(pins) == 1
    (version,) = [s.version for s in pins[0].specifier]
    assert requirement.specifier.contains(version)


def test_every_pin_is_exact_and_hashed():
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK, flags=re.I)
    for block in blocks:
        assert re.match(r"[A-Za-z0-9_.\-\[\]]+==[^\s;]+", block), block
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_names_no_package_index():
    assert not re.search(r"https?://|index-url|find-links|file:", LOCK)


def test_conda_and_binder_install_the_lock_on_an_allowed_python():
    (pip,) = [d["pip"] for d in CONDA["dependencies"] if isinstance(d, dict)]
    assert pip == ["--requirement requirements.lock"]
    (python,) = [d.split("=")[1] for d in CONDA["dependencies"] if isinstance(d, str) and d.startswith("python=")]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)
    assert CONDA["name"] == PROJECT["name"]


def test_the_fixed_packages_are_there():
    names = {r.name for r in wanted()}
    assert {"jupyter-book", "pandas", "matplotlib", "statsmodels", "pybtex"} <= names
    (book,) = [r for r in wanted() if r.name == "jupyter-book"]
    assert not book.specifier.contains("2.0") and book.specifier.contains("1.0.4.post1")


def test_the_lock_is_made_for_these_extras():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"--extra (\w+)", makefile) == list(LOCKED)
    assert f"{PROJECT['name']}[plot]" in EXTRAS["book"]
    assert {"plot", *LOCKED, "word", "cluster", "dev"} == set(EXTRAS)


def test_the_library_asks_for_numerics_only():
    assert {Requirement(x).name for x in PROJECT["dependencies"]} == {"numpy", "scipy", "pandas", "statsmodels"}
