"""What a reader puts into data/originals stays there."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from restated_book import paths
from restated_book.export import book, chapter, originals

SECRET = "4711.0815"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of the data with a reader's tables in every place one could put them."""
    copy = tmp_path / "data"
    shutil.copytree(paths.DATA, copy, ignore=shutil.ignore_patterns("originals"))
    templates = copy / "originals" / "templates"
    templates.mkdir(parents=True)
    shutil.copy(paths.ORIGINALS / "README.md", copy / "originals")
    shutil.copy(paths.ORIGINALS / "templates" / "service-costs.csv", templates)
    (templates / "filled.csv").write_text(f"row_id,mean,sd\na,{SECRET},\n")
    (templates / "other.csv").write_text(f"row_id,amount\na,{SECRET}\n")
    (copy / "originals" / "service-costs.csv").write_text(f"row_id,mean,sd\na,{SECRET},\n")
    (copy / "originals" / "deeper").mkdir()
    (copy / "originals" / "deeper" / "children.csv").write_text(SECRET)
    monkeypatch.setattr(paths, "DATA", copy)
    monkeypatch.setattr(paths, "ORIGINALS", copy / "originals")
    return copy


def test_only_the_note_and_empty_templates_leave(data):
    left = originals.public_data()
    inside = {name for name in left if name.startswith("data/originals")}
    assert inside == {"data/originals/README.md", "data/originals/templates/service-costs.csv"}
    assert not [name for name, file in left.items() if SECRET.encode() in file.read_bytes()]
    assert {"data/datapackage.json", "data/published/trials.csv", "data/studies/stability.csv"} <= set(left)


def test_no_archive_holds_a_table_of_a_reader(data, monkeypatch, tmp_path):
    # The dictionary is read from where the package was loaded; it describes columns and holds no row.
    chapters = chapter.sources("service-costs", [])
    chapters = {
        name: content.read_bytes() if isinstance(content, Path) else content for name, content in chapters.items()
    }
    book.write_data(target := tmp_path / "all.zip", 1_700_000_000)
    with zipfile.ZipFile(target) as z:
        whole = {name: z.read(name) for name in z.namelist()}
    assert "data/originals/README.md" in chapters and "restated-data/datapackage.json" in whole
    for files in (chapters, whole):
        assert not [name for name, content in files.items() if SECRET.encode() in content]


def test_a_table_leaves_as_its_description_promises(data, tmp_path):
    file = data / "studies" / "paternal-sensitivity.csv"
    ours = file.read_bytes()
    file.write_bytes((ours.decode() + "," * 11 + "\n").replace("\n", "\r\n").encode("utf-16"))
    left = originals.described_data()
    assert left["data/studies/paternal-sensitivity.csv"] == ours
    assert left["data/studies/stability.csv"] == data / "studies" / "stability.csv"
