"""Configuration that cannot be read is told in one line with its place."""

import pytest

from restated import paths, settings
from restated.errors import RestatedError


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "CITATION.cff"])
def test_own_files_are_named_values(name):
    assert len(settings.read(paths.ROOT / name)) > 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title: [\nauthor: x\n", r"this is not valid YAML: expected ',' or '\]'"),
        (b"a: b\n\tc: d\n", "row 2: this is not valid YAML"),
        (b"a: !!python/object:os.system x\n", "row 1: this is not valid YAML: could not determine a constructor"),
        (b"a: \x00\n", "this is not valid YAML"),
        ("title: Café\n".encode("latin-1"), "this is not UTF-8 text"),
        (b"- a\n- b\n", "this is not a list of named values"),
        (b"", "this is not a list of named values"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path, content, says):
    file = tmp_path / "_config.yml"
    file.write_bytes(content)
    with pytest.raises(RestatedError, match=says) as caught:
        settings.read(file)
    assert "\n" not in str(caught.value) and "_config.yml" in str(caught.value)


def test_a_missing_file_or_a_folder_in_its_place_is_told(tmp_path):
    for file in (tmp_path / "_config.yml", tmp_path):
        with pytest.raises(RestatedError, match="cannot be read"):
            settings.read(file)
