"""Notebook kernels forked from one warm process (:mod:`restated_book.build.zygote`), where the system allows it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from restated_book import paths
from restated_book.build.environment import environment

SWITCH = "RESTATED_FORK"  #: Set to 0, every kernel is a Python of its own


def possible() -> bool:
    """True where kernels can be forked: the libraries of macOS do not survive a fork, and Windows has none."""
    return sys.platform == "linux" and os.environ.get(SWITCH) != "0"


class Forked:
    """A kernel that was forked, as its provisioner uses it; only it holds the write end of the pipe `alive`."""

    stdin = stdout = stderr = None
    returncode: int | None = None

    def __init__(self, pid: int, alive: int):
        self.pid, self._alive = pid, alive

    def poll(self) -> int | None:
        """Return 0 once the kernel has ended: its parent alone knows the exit code."""
        if self.returncode is None and select.select([self._alive], [], [], 0)[0]:
            os.close(self._alive)
            self.returncode = 0
        return self.returncode

    def wait(self) -> int | None:
        """Return when the kernel has ended."""
        if self.returncode is None:
            select.select([self._alive], [], [])
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """The warm process: none before :meth:`start`, ended at the end of this context."""

    _process: subprocess.Popen | None = None

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_) -> None:
        if self._process is not None:
            self._link.close()
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int | None:
        """Process id; None before the start."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process, unless it runs already or kernels cannot be forked here."""
        if self._process or not possible():
            return
        self._asking = threading.Lock()
        self._link, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        file = Path(__file__).with_name("zygote.py")
        with far:
            call, silent = [sys.executable, str(file), str(far.fileno())], subprocess.DEVNULL
            self._process = subprocess.Popen(
                call, cwd=paths.ROOT, env=environment(), stdin=silent, stderr=silent, pass_fds=[far.fileno()]
            )

    def provision(self, manager: KernelManager) -> None:
        """Let `manager` fork its kernel from this process if that was started."""
        if self._process:
            manager.kernel_id = str(uuid.uuid4())
            known = {"kernel_id": manager.kernel_id, "kernel_spec": manager.kernel_spec}
            manager.provisioner = Provisioner(parent=manager, **known)
            manager.provisioner.zygote = self

    def fork(self, arguments: list[str], folder: str, env: dict[str, str], stderr: int) -> Forked:
        """Fork a kernel with `arguments` of ``ipykernel_launcher``; raise an OSError if the warm process has ended."""
        ours, theirs = os.pipe()
        try:
            with self._asking:
                socket.send_fds(self._link, [json.dumps([arguments, folder, env]).encode()], [stderr, theirs])
                answer = self._link.recv(32)
            if not answer:
                raise ConnectionResetError("the process that forks kernels has ended")
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return Forked(int(answer), ours)


class Provisioner(LocalProvisioner):
    """Launch a kernel as a fork of `zygote`; by the usual way where that fails."""

    zygote: Zygote
    #: As in the base, or forked.
    process: Any

    async def launch_kernel(self, cmd: list[str], **kwargs):
        try:
            launcher = cmd.index("ipykernel_launcher")
            self.process = await asyncio.to_thread(
                self.zygote.fork, cmd[launcher + 1 :], kwargs["cwd"], kwargs["env"], kwargs["stderr"].fileno()
            )
        except (OSError, ValueError):
            return await super().launch_kernel(cmd, **kwargs)
        # A kernel leads its own process group.
        self.pid = self.pgid = self.process.pid
        return self.connection_info
