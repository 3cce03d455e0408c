"""A client of notebook kernels that gives up on output without end."""

from __future__ import annotations

import asyncio
import atexit
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyter_client.utils import ensure_async
from nbclient import NotebookClient

if TYPE_CHECKING:
    from restated_book.build import fork

#: Most characters of output of a notebook, all its cells together: ten times the largest of the book.
MOST_OUTPUT = 16_000_000


class Client(NotebookClient):
    """As its base, but a kernel that puts out more than :data:`MOST_OUTPUT` is ended; its cell's text is `flooded`."""

    #: Process to fork the kernel from; without one it is a Python of its own.
    zygote: fork.Zygote | None = None
    flooded = ""
    _put_out = 0
    _ending = None

    def create_kernel_manager(self):
        manager = super().create_kernel_manager()
        if self.zygote is not None:
            self.zygote.provision(manager)
        return manager

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        self._put_out += len(content.get("text", "")) + sum(len(str(part)) for part in content.get("data", {}).values())
        if self._put_out <= MOST_OUTPUT:
            return super().process_message(msg, cell, cell_index)
        if self._ending is None:
            self.flooded = cell.source
            self._ending = asyncio.ensure_future(ensure_async(self.km.shutdown_kernel(now=True)))
        return None

    async def end(self) -> None:
        """End what is left of the kernel: a cancelled client would leave that to the end of Python, and fail."""
        atexit.unregister(self._cleanup_kernel)
        if self.km is not None and self.km.has_kernel:
            with suppress(Exception):  # it may be gone, or half started
                await ensure_async(self.km.shutdown_kernel(now=True))
