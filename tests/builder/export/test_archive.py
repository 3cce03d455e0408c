"""Archives: the same files give the same bytes."""

from __future__ import annotations

import io
import time
import zipfile

from restated_book.export import archive

EPOCH = 1_700_000_000


def test_an_archive_depends_on_names_and_contents_only(monkeypatch):
    first = archive.zipped({"b": b"2" * 999, "a/c": b"1"}, EPOCH)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(0))
    assert archive.zipped({"a/c": b"1", "b": b"2" * 999}, EPOCH) == first
    with zipfile.ZipFile(io.BytesIO(first)) as z:
        infos = z.infolist()
    assert [i.filename for i in infos] == ["a/c", "b"]
    assert {i.date_time for i in infos} == {(2023, 11, 14, 22, 13, 20)}
    assert {i.external_attr >> 16 for i in infos} == {0o644}
    assert infos[1].compress_size < 99


def test_a_date_before_zip_is_the_earliest_it_knows():
    with zipfile.ZipFile(io.BytesIO(archive.zipped({"a": b""}, 0))) as z:
        assert z.infolist()[0].date_time[0] == 1980


def test_caches_and_hidden_files_stay_out(tmp_path):
    for name in ("a.txt", ".hidden", "__pycache__/a.pyc", "b/.ipynb_checkpoints/c.md", "b/c.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert set(archive.places(tmp_path)) == {"a.txt", "b/c.md"}
    assert archive.places(tmp_path, "in", files=[tmp_path / "a.txt", tmp_path / "not-there"]) == {
        "in/a.txt": tmp_path / "a.txt"
    }


def test_only_files_that_an_archive_lacks_are_added(tmp_path):
    out = tmp_path / "a.zip"
    for files in ({"b": b"first"}, {"a": b"second", "b": b"second"}):
        archive.write(out, files, EPOCH, add=True)
    with zipfile.ZipFile(out) as z:
        assert {name: z.read(name) for name in z.namelist()} == {"b": b"first", "a": b"second"}
