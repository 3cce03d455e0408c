"""A new book takes the place of the old; killed before any step, one of the two is whole after recovery."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.build import swap

PAGES = 3


def lay_out(folder):
    for name in ("html", "html.next"):
        (folder / name / "book").mkdir(parents=True)
        for page in range(PAGES):
            (folder / name / "book" / f"{page}.html").write_text(name)


def texts(html):
    """Return the texts of the pages of a book; None without a book."""
    return [page.read_text() for page in sorted(html.rglob("*.html"))] if html.exists() else None


WHOLE = (["html"] * PAGES, ["html.next"] * PAGES)


def killed_before_step(n, folder):
    """Swap in a child process that ends, as if killed, before the n-th audit event; return True if it finished."""
    child = os.fork()
    if child == 0:
        steps = iter(range(n))
        sys.addaudithook(lambda *_: next(steps, None) is None and os._exit(1))
        swap.swap_in(folder / "html.next", folder / "html")
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def kills(folder):
    """The folder after a kill before each step, one after the other, the last after none."""
    for n in range(10_000):
        shutil.rmtree(folder, ignore_errors=True)
        lay_out(folder)
        done = killed_before_step(n, folder)
        yield folder / "html"
        if done:
            assert n > 5
            return
    raise AssertionError("it never ends")


def test_after_a_kill_the_next_build_finds_or_puts_back_a_whole_book(tmp_path):
    found = []
    for html in kills(tmp_path / "build"):
        found.append(texts(html))
        swap.recover(html)
        assert texts(html) in WHOLE
    assert all(book in (None, *WHOLE) for book in found) and None in found
    assert found[0] == WHOLE[0] and found[-1] == WHOLE[1]
    assert [p.name for p in (tmp_path / "build").iterdir()] == ["html"]


def test_the_first_book_needs_none_before_it(tmp_path):
    lay_out(tmp_path)
    shutil.rmtree(tmp_path / "html")
    swap.swap_in(tmp_path / "html.next", tmp_path / "html")
    assert texts(tmp_path / "html") == WHOLE[1]


def test_two_builds_do_not_run_at_once_and_a_killed_one_holds_no_lock(tmp_path):
    code = "import sys; from pathlib import Path; from restated_book.build import swap\n"
    code += "with swap.alone(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    call = [sys.executable, "-c", code, str(tmp_path)]
    other = subprocess.Popen(call, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    with pytest.raises(RestatedError, match="another build"), swap.alone(tmp_path):
        pass
    other.kill()
    other.communicate()
    with swap.alone(tmp_path), pytest.raises(RestatedError, match="another build"), swap.alone(tmp_path):
        pass


def test_nothing_that_only_one_system_has_is_imported():
    """As on Windows, where these modules are missing."""
    code = "import sys\nfor name in ('fcntl', 'resource', 'pwd', 'grp', 'termios'): sys.modules[name] = None\n"
    code += "import restated_book.build.swap, restated_book.build.zygote"
    subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, check=True)


def test_what_is_read_only_is_cleared_away_and_what_is_not_there_too(tmp_path):
    folder = tmp_path / "old"
    (folder / "in" / "it").mkdir(parents=True)
    (folder / "in" / "it" / "a").write_text("a")
    for place in (folder / "in" / "it", folder / "in", folder):
        place.chmod(0o500)
    swap.clear(folder)
    swap.clear(folder)
    (tmp_path / "away").mkdir()
    folder.symlink_to(tmp_path / "away")
    swap.clear(folder)
    assert [p.name for p in tmp_path.iterdir()] == ["away"]


@pytest.mark.parametrize("possible", [True, False])
def test_a_linked_file_is_there_where_the_file_system_has_no_links(possible, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError("not supported")

    if not possible:
        monkeypatch.setattr(os, "link", refused)
    (tmp_path / "one").write_text("text")
    swap.link(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_text() == "text"
    assert (tmp_path / "two").samefile(tmp_path / "one") == possible
