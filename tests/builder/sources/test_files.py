"""Files are read in one place: what is wrong with them is told before they are parsed."""

from __future__ import annotations

import os

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import files


def refusal(read, *arguments):
    with pytest.raises(RestatedError) as caught:
        read(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda f: None, "the file does not exist"),
        (os.mkdir, "this is a folder"),
        (lambda f: os.mkfifo(f), "this is a pipe or a device"),
        (lambda f: f.symlink_to(f.name), "the file cannot be read (Too many levels of symbolic links)"),
        (lambda f: f.symlink_to("nowhere"), "the file does not exist"),
        (lambda f: f.symlink_to("/dev/zero"), "this is a pipe or a device"),
    ],
)
def test_what_is_no_file_is_not_opened(tmp_path, make, says):
    make(tmp_path / "table.csv")
    assert f"table.csv: {says}" in refusal(files.content, tmp_path / "table.csv")


def test_a_name_no_file_can_have_is_refused(tmp_path):
    assert "cannot be read (embedded null byte)" in refusal(files.content, tmp_path / "a\0b")
    assert "cannot be read (File name too long)" in refusal(files.content, tmp_path / ("a" * 300))


def test_a_file_is_read_up_to_the_largest_size_and_not_beyond(tmp_path):
    file = tmp_path / "table.csv"
    file.touch()
    os.truncate(file, files.LARGEST)
    assert len(files.content(file)) == files.LARGEST
    os.truncate(file, files.LARGEST + 1)
    assert "table.csv: the file has 250 MB, more than the 250 MB that are read" in refusal(files.content, file)


@pytest.mark.parametrize(
    ("raw", "text"), [(b"a\r\nb\rc\n", "a\nb\nc\n"), (b"\xef\xbb\xbfa", "a"), ("é\u2028".encode(), "é\u2028")]
)
def test_marks_and_line_ends_that_say_nothing_are_dropped(raw, text):
    assert files.decoded(raw, "f") == text


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "f: the file is empty"),
        (b"\xef\xbb\xbf \r\n", "f: the file is empty"),
        ("a\n".encode("utf-16"), "f: the file is UTF-16"),
        ("a\n".encode("utf-16-be"), "f, row 1: the file holds a NUL byte"),
        (b"a\nb\xe9\n", "f, row 2: the file is not UTF-8"),
        (b"a\n\n\0", "f, row 3: the file holds a NUL byte"),
    ],
)
def test_what_is_no_text_is_named_with_its_row(raw, says):
    assert refusal(files.decoded, raw, "f").startswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "row 1: not readable as JSON (Expecting property name"),
        ("[\n" + "[" * 100_000, "nested too deeply"),
        ("9" * 5000, "too many digits"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_json_is_told(tmp_path, content, says):
    (tmp_path / "f.json").write_text(content)
    assert says in refusal(files.json, tmp_path / "f.json")


def test_a_message_is_one_line_whatever_stands_in_it():
    error = RestatedError(
        f"'a\n\x1b[2J{'x' * 900}'", file=paths.ROOT / "data" / "f\n.csv", row=2, field="n\tm", remedy="Look."
    )
    assert str(error).startswith("data/f .csv, row 2, field 'n\\tm': 'a \\x1b[2Jxx") and str(error).endswith("x… Look.")
    assert "\n  listed" in str(RestatedError("said:\n  listed\n"))  # what we indent ourselves stays


def test_a_link_lies_where_it_is_and_not_where_it_leads(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path.resolve() / "book")
    inside = tmp_path / "book" / "data"
    inside.mkdir(parents=True)
    (tmp_path / "kept.csv").touch()
    (inside / "link.csv").symlink_to(tmp_path / "kept.csv")
    (inside / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "way").symlink_to(inside)
    assert paths.shown(inside / "link.csv") == "data/link.csv" == paths.shown(tmp_path / "way" / "link.csv")
    assert (
        paths.shown(inside / "loop.csv") == "data/loop.csv"
        and paths.shown(inside / "loop.csv" / "x") == "data/loop.csv/x"
    )
    assert paths.inside(tmp_path / "kept.csv") is None and paths.shown(tmp_path / "kept.csv") == "kept.csv"
    assert paths.inside(inside / ".." / ".." / "kept.csv") is None and paths.inside(tmp_path / "book") is None
