"""Nothing of the machine that built the book, and no secret, is in what is published, however deep it is packed."""

from __future__ import annotations

import io
import re
import socket
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from restated_book import paths

#: Forms of keys and passes that services give out, and of private keys.
SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[baprs]-[A-Za-z0-9-]{10,}|://[^/\s:@\"'<>]{1,64}:[^/\s@\"'<>]{1,64}@"
)


def places() -> list[bytes]:
    """Folders of this machine, and its name where that is no common word."""
    folders = {paths.ROOT, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix), Path(sys.base_prefix)}
    found = [f"{folder}/" for folder in folders if len(folder.parts) > 1]
    if re.search(r"[\d-]", name := socket.gethostname()):
        found.append(name)
    return [text.encode() for text in found]


def unpacked(name: str, content: bytes):
    """A file, and all that is in it if it is an archive."""
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inside in archive.namelist():
                yield from unpacked(f"{name}: {inside}", archive.read(inside))


@pytest.fixture(scope="module")
def published(site):
    found = [
        pair
        for file in sorted(site.rglob("*"))
        if file.is_file()
        for pair in unpacked(file.relative_to(site).as_posix(), file.read_bytes())
    ]
    assert any(name.count(": ") == 2 for name, _ in found), "no workbook in an archive was looked into"
    return found


def test_no_place_of_this_machine_is_published(published):
    wanted = places()
    assert [(name, place) for name, content in published for place in wanted if place in content] == []


def test_no_secret_is_published(published):
    # In what is compressed or drawn, any few letters turn up.
    assert [
        (name, found[0])
        for name, content in published
        if not name.endswith((".png", ".zip", ".xlsx")) and (found := SECRETS.search(content))
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        b"https://someone:secret@host.example/",
        b"ghp_" + b"a1B2" * 9,
        b"AKIA" + b"ABCD1234" * 2,
        b"-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_a_secret_would_be_found(text):
    assert SECRETS.search(b"x " + text + b" y")
    assert not SECRETS.search(b"https://doi.org/10.1000/a:b, see a@b.example and sha256-AKIA")


def test_originals_are_not_published(published):
    """Their folder is named on pages; of its files only the note and the empty templates are in an archive."""
    inside = {name.rpartition("originals/")[2] for name, _ in published if "originals/" in name}
    assert all(name == "README.md" or name.startswith("templates/") for name in inside), inside
