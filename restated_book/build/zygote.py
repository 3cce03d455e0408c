"""A process that has loaded what notebooks import, and forks a kernel whenever the build asks for one by a socket.

It imports nothing of a book's own packages: what a notebook rests on is observed after the fork.
"""

import atexit
import gc
import json
import os
import random
import signal
import socket
import sys
import time
import tomllib
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

#: What most notebooks import, where it is installed. `restated.words` would read it, but a book may bring that package.
PRELOADED: list[str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["preloaded"]
REQUEST_BYTES = 1 << 17  #: Largest request: arguments and environment of one kernel


def _become_kernel(zygote: int, stderr: int, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run a kernel in this forked process as `python -m ipykernel_launcher` would."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stderr, 2)
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    launcher = find_spec("ipykernel_launcher")
    sys.argv[:] = [(launcher and launcher.origin) or "", *arguments]
    try:
        # A kernel ends when its parent does, which is the zygote instead of the build.
        watched = f"--IPKernelApp.parent_handle={zygote}"
        sys.modules["ipykernel.kernelapp"].launch_new_instance(argv=[*arguments, watched])
    finally:
        # The end of a Python with thousands of modules takes longer than a notebook should wait for.
        atexit._run_exitfuncs()
        os._exit(0)


def main() -> None:
    """Load, then fork until the build closes its end of the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the build ends this process
    zygote, link = os.getpid(), socket.socket(fileno=int(sys.argv[1]))
    for name in PRELOADED:
        with suppress(ImportError):
            import_module(name)
    gc.collect()
    gc.freeze()  # so that forked kernels share these objects
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, *_ = socket.recv_fds(link, REQUEST_BYTES, 2)
        if not request:
            return
        stderr, alive = descriptors
        os.set_inheritable(alive, False)
        if (child := os.fork()) == 0:
            link.close()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _become_kernel(zygote, stderr, *json.loads(request))
        os.close(stderr)
        os.close(alive)
        link.send(str(child).encode())


if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    main()
