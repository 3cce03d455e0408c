"""Downloads of unchanged chapters are taken from the last build."""

import pytest

from restated_book.build import downloads


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A folder to be filled, and the list of what was made for it."""
    monkeypatch.setattr(downloads, "KEPT", tmp_path / "kept")
    calls = []

    def keep(key, text="text", fail=False):
        folder = tmp_path / f"site{len(list(tmp_path.iterdir()))}" / "downloads" / "chapter"

        def make():
            calls.append(key)
            folder.mkdir(parents=True)
            (folder / "file.txt").write_text(text)
            if fail:
                raise OSError("the disk is full")

        downloads._keep(folder, key, make)
        return (folder / "file.txt").read_text()

    return keep, calls


def test_the_same_key_makes_nothing_again(made):
    keep, calls = made
    assert keep("a", "first") == keep("a", "second") == "first"
    assert calls == ["a"]


def test_another_key_makes_it_again_and_forgets_the_first(made):
    keep, calls = made
    keep("a", "first")
    assert keep("b", "second") == "second"
    assert keep("a", "third") == "third"
    assert calls == ["a", "b", "a"]


def test_what_was_changed_by_hand_in_the_last_site_is_made_again(made, tmp_path):
    keep, calls = made
    keep("a", "made")
    (file,) = tmp_path.glob("site*/downloads/chapter/file.txt")
    file.write_text("changed by hand")
    assert keep("a", "made again") == "made again"
    assert calls == ["a", "a"]


def test_what_could_not_be_made_is_not_kept(made):
    keep, _ = made
    with pytest.raises(OSError):
        keep("a", "half", fail=True)
    assert keep("a", "whole") == "whole"
