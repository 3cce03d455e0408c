"""A client of a kernel leaves nothing for the end of Python, however it ends."""

from __future__ import annotations

import asyncio
import atexit

import nbformat
import pytest

from restated.errors import RestatedError
from restated_book.build import kernel, run
from tests.builder.books import completed

NOTEBOOK = (
    "---\nkernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n```{code-cell}\nx = 1\n```\n"
)


class Manager:
    """A kernel that fails over its end."""

    has_kernel, ended = True, False

    async def shutdown_kernel(self, now):
        self.ended = now
        raise RuntimeError("no kernel")


@pytest.mark.parametrize("at", ["async_start_new_kernel", "async_start_new_kernel_client", "_async_cleanup_kernel"])
@pytest.mark.parametrize("error", [asyncio.CancelledError, RuntimeError])
def test_nothing_is_left_for_the_end_of_python(tmp_path, monkeypatch, at, error):
    async def nothing(self, *_, **__):
        self.kc = object()

    async def fails(self, *_, **__):
        raise error("so")

    for name in ("async_start_new_kernel", "async_start_new_kernel_client", "async_execute_cell"):
        monkeypatch.setattr(kernel.Client, name, nothing)
    monkeypatch.setattr(kernel.Client, "create_kernel_manager", lambda self: Manager())
    monkeypatch.setattr(kernel.Client, at, fails)
    monkeypatch.setattr(Manager, "has_kernel", False)
    notebook = tmp_path / "n.md"
    notebook.write_text(NOTEBOOK, encoding="utf-8")
    left = []
    monkeypatch.setattr(atexit, "register", left.append)
    monkeypatch.setattr(atexit, "unregister", lambda call: call in left and left.remove(call))
    with pytest.raises((error, RestatedError)):
        completed(run.run(notebook))
    assert left == []


def test_a_kernel_that_is_left_is_ended_whatever_it_says():
    client = kernel.Client(nbformat.v4.new_notebook())
    client.km = Manager()
    completed(client.end())
    assert client.km.ended
    client.km = None
    assert completed(client.end()) is None
