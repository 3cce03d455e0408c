"""Configuration that cannot be read is told in one line with its place."""

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import settings


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "CITATION.cff"])
def test_own_files_are_named_values(name):
    assert len(settings.read(paths.ROOT / name)) > 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title: [\nauthor: x\n", r"this is not valid YAML: expected ',' or '\]'"),
        (b"a: b\n\tc: d\n", "row 2: this is not valid YAML"),
        (b"a: !!python/object:os.system x\n", "row 1: this is not valid YAML: could not determine a constructor"),
        (b"a: \x00\n", "row 1: the file holds a NUL byte"),
        ("title: Café\n".encode("latin-1"), "row 1: the file is not UTF-8"),
        (b"- a\n- b\n", "this is not a list of named values"),
        (b"", "the file is empty"),
        (b"a: &x [1]\nb: *x\n", r"row 2: this is not valid YAML: the alias \*x, which is not read here"),
        (b"a: 1\nb: 2\na: 3\n", "row 3: this is not valid YAML: 'a' is there twice"),
        (b"a: " + b"[" * 5000, "nested too deeply"),
        (b"a: " + b"9" * 5000, "a number with too many digits"),
        (b"a: 2026-02-30\n", "a date that does not exist"),
        (b"a: \x07\n", "a character that YAML does not allow"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, content, says):
    file = tmp_path / "_config.yml"
    file.write_bytes(content)
    with pytest.raises(RestatedError, match=says) as caught:
        settings.read(file)
    assert "\n" not in str(caught.value) and "_config.yml" in str(caught.value)


def test_a_missing_file_or_a_folder_in_its_place_is_told(tmp_path):
    for file, says in ((tmp_path / "_config.yml", "the file does not exist"), (tmp_path, "this is a folder")):
        with pytest.raises(RestatedError, match=says):
            settings.read(file)


def test_a_value_of_another_kind_is_named():
    content = {"html": {"baseurl": 5}, "sphinx": None}
    assert settings.value(content, "sphinx.config", dict, "f.yml") == {}
    with pytest.raises(RestatedError, match=r"f.yml, field 'html.baseurl': this is not text"):
        settings.value(content, "html.baseurl", str, "f.yml")
    with pytest.raises(RestatedError, match=r"f.yml, field 'html': this is not a list. "):
        settings.value(content, "html", list, "f.yml")
