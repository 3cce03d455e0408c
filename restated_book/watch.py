"""Observe what this process reads: files, answers about files, environment variables, and reads that cannot be seen.

Python reports most reads to audit hooks (PEP 578); functions that answer questions about files (``exists``, ``stat``)
and variables are wrapped. Of what other programs and libraries may read, only that they may is noted.
:mod:`restated_book.provenance` makes the record of a notebook from these notes.
"""

import functools
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

try:
    import sqlite3.dbapi2
except ImportError:  # Python can be built without it
    sqlite3 = None  # type: ignore[assignment]

#: What was read, by kind. Paths are absolute, as they were when they were read: a program may change its folder.
files, folders, asked, variables, numbers, works, heads = (set[str]() for _ in range(7))
sources: set[str] = set()  #: Files read by a loader that notes in more detail what was looked up in them
unobserved: set[str] = set()  #: Why the list may be incomplete, in words
EVERY = "*"  #: In place of an id or key: all of them
#: Audit events by which another process starts, with the place of the program's name in their arguments, if any.
_STARTS = {"os.system": 0, "os.exec": 0, "os.posix_spawn": 0, "os.spawn": 1, "os.fork": None, "os.forkpty": None}
_STARTS |= {"subprocess.Popen": 0, "os.startfile": 0, "_winapi.CreateProcess": 0}

_ATTACH = 24  #: SQLITE_ATTACH, an action that SQLite asks an authorizer about
#: Audit events by which a program gets an answer from the network.
_NETWORK = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
ROOMS = {"restated", "restated_book"}  #: Packages that note what of a book they read
#: Packages that ask about files and start programs for what no result rests on, such as the list of installed fonts.
_HARMLESS = {"matplotlib", "platform", "uuid", "ctypes"}
_PASSING = sys.stdlib_module_names - _HARMLESS  #: Modules of Python, through which other modules read

_SYSTEM = sys.modules["nt" if os.name == "nt" else "posix"]  #: The module behind ``os``

_own: ContextVar[bool] = ContextVar("own", default=False)
_watching = False


def _absolute(path: object) -> str | None:
    """Return a path as text that does not depend on the current folder; None for anything else."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    try:
        return os.path.abspath(os.fsdecode(path))
    except (OSError, ValueError):  # the current folder is gone
        return None


def file(path: object) -> None:
    """Note a file that was opened or asked about; it need not exist."""
    if (place := _absolute(path)) is not None:
        (sources if _own.get() else files).add(place)


def _asked(path: object) -> None:
    """Note a question about a file: notebooks may use all of the answer, libraries ask if it is there."""
    caller = _caller(sys._getframe(2))
    if not _own.get() and _top(caller) not in _HARMLESS and (place := _absolute(path)) is not None:
        # A size or time says more than whether a file is there.
        sized = sys._getframe(2).f_code.co_name in ("getsize", "getmtime", "getctime", "getatime")
        (files if sized or _is_of_the_book(caller) else asked).add(place)


def _event(event: str, args: tuple) -> None:
    """Note one audit event."""
    if event == "open":
        path, mode, flags = args
        only_written = mode is None and isinstance(flags, int) and flags & os.O_ACCMODE == os.O_WRONLY
        if not only_written and not (isinstance(mode, str) and mode[:1] in "wxa" and "+" not in mode):
            file(path)
    elif event in ("os.listdir", "os.scandir"):
        # Imports search folders, too.
        caller = sys._getframe(1)
        searched = caller.f_code.co_filename.startswith("<frozen importlib") or _top(caller) == "importlib"
        if isinstance(args[0], int):
            _numbered(caller)
        elif not (searched or _own.get()) and (place := _absolute("." if args[0] is None else args[0])) is not None:
            folders.add(place)
            if event == "os.scandir" and _is_of_the_book(caller) and os.path.isdir(place):
                files.update(os.path.join(place, name) for name in os.listdir(place))  # its answers hold sizes
    elif event == "sqlite3.connect":
        _database(os.fsdecode(args[0]) if isinstance(args[0], (str, bytes, os.PathLike)) else "")
        if sys._getframe(1).f_code.co_name != "followed":
            unobserved.add("sqlite3, which attaches files")
    elif event == "ctypes.dlsym" and _is_of_the_book(sys._getframe(3)):  # beyond two frames of ctypes
        unobserved.add("a compiled library")
    elif event in _NETWORK and _under_the_book(sys._getframe(1)):
        unobserved.add("the network")
    elif event in _STARTS and _under_the_book(sys._getframe(1)):
        at = _STARTS[event]
        program = args[at] if at is not None and len(args) > at else None
        if isinstance(program, (list, tuple)):
            program = program[0] if program else None
        words = os.fsdecode(program).split() if isinstance(program, (str, bytes, os.PathLike)) else []
        unobserved.add(f"the program {os.path.basename(words[0])}" if words else "another process")


def _database(name: str | None) -> None:
    """Note a database of SQLite, and the file in which it keeps what was written last."""
    if name is None or name.startswith("file:"):
        unobserved.add("sqlite3 by an address")
    elif name not in ("", ":memory:"):
        file(name)
        file(f"{name}-wal")


def _authorized(action: int, name: str | None, *_: str | None) -> int:
    """Note a database that a statement attaches, and allow it."""
    if action == _ATTACH:
        _database(name)
    return 0


def _followed(connect):
    """Wrap a function that opens a database of SQLite: notice what is attached to it."""

    @functools.wraps(connect)
    def followed(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_authorizer(_authorized)
        return connection

    return followed


def _noting(function, note):
    """Wrap a function that answers a question about a path: `note` takes the path, if it is not in an open folder."""

    @functools.wraps(function)
    def noting(path, *args, **kwargs):
        if kwargs.get("dir_fd") is not None:
            _numbered(sys._getframe(1))
        elif note and not sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):  # imports search folders
            note(path)
        return function(path, *args, **kwargs)

    return noting


def _numbered(frame) -> None:
    """Note that the code in `frame` reads in an open folder."""
    while frame.f_back is not None and _top(frame) == "os":
        frame = frame.f_back
    if _is_of_the_book(frame):
        unobserved.add("a folder by its number")


class _Absent:
    """The last finder of modules: what it is asked for does not exist, and may be there the next time."""

    @staticmethod
    def find_spec(name: str, path: Iterable[str] | None = None, target: object = None) -> None:
        if _is_of_the_book(_caller(sys._getframe(1))):
            last = name.rpartition(".")[2]
            for folder in filter(None, map(_absolute, sys.path if path is None else path)):
                asked.update(os.path.join(folder, file) for file in (last, f"{last}.py"))


def _caller(frame):
    """Return the frame of the code that reads in `frame`, perhaps through a module of Python."""
    while frame.f_back is not None and _top(frame) in _PASSING:
        frame = frame.f_back
    return frame


def _under_the_book(frame) -> bool:
    """Return whether code of the book, or a thread, waits for what runs in `frame`, and no harmless package does."""
    while frame is not None and not _is_of_the_book(frame):
        if _top(frame) in _HARMLESS:
            return False
        frame = frame.f_back
    # A thread ends in code of Python; only the book starts any that do such things.
    return frame is not None or threading.current_thread() is not threading.main_thread()


def _is_of_the_book(frame) -> bool:
    """Return whether a notebook's cell, or code that is not an installed package, runs in `frame`."""
    place = frame.f_globals.get("__file__")
    if place is None:
        return _top(frame) == "__main__"  # a cell
    # A thread that begins with what it reads: Thread(target=os.stat).
    begins = frame.f_back is None and _top(frame) == "threading"
    return begins or (not installed(place) and _top(frame) not in ROOMS)


def _asks(frame) -> bool:
    """Return whether the book reads a variable in `frame`, also by a function that it gave a library to call."""
    caller = _caller(frame)
    while frame is not caller and _top(frame) in ("os", "collections"):  # the methods of os.environ
        frame = frame.f_back
    given = frame is caller and not {"environ", "environb", "getenv", "getenvb"}.intersection(frame.f_code.co_names)
    return _is_of_the_book(caller) or (given and _under_the_book(caller))


def _top(frame) -> str:
    """Return the name of the top-level package whose code runs in `frame`."""
    return str(frame.f_globals.get("__name__")).partition(".")[0]


@functools.cache
def installed(place: str) -> bool:
    """Return whether a file belongs to Python or to the packages installed with it."""
    place = os.path.abspath(place)
    homes = {sys.prefix, sys.base_prefix, os.path.dirname(os.__file__)}
    return any(place.startswith(os.path.join(home, "")) for home in homes)


def start() -> None:
    """Note reads from now on; Python cannot undo it."""
    global _watching
    if _watching:
        return
    _watching = True
    sys.addaudithook(_event)
    sys.meta_path.append(_Absent)  # type: ignore[arg-type]
    for name in ("stat", "lstat", "access", "readlink", "open"):
        plain, noting = getattr(os, name), _noting(getattr(os, name), _asked if name != "open" else None)
        for able in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if plain in able:
                able.add(noting)
        setattr(os, name, noting)
        setattr(_SYSTEM, name, noting)
    _SYSTEM.environ = getattr(os, "environb", os.environ)  # type: ignore[attr-defined]
    if os.name == "nt":  # there these ask the system directly
        for name in ("exists", "lexists", "isfile", "isdir", "islink"):
            setattr(os.path, name, _noting(getattr(os.path, name), _asked))
    if sqlite3 is not None:
        sqlite3.connect = sqlite3.dbapi2.connect = _followed(sqlite3.connect)
    if passing := sys.modules.get("_posixsubprocess"):  # multiprocessing starts processes by it, without an event
        starts = passing.fork_exec

        def started(*args):
            if _under_the_book(sys._getframe(1)):
                unobserved.add("another process")
            return starts(*args)

        passing.fork_exec = started  # type: ignore[attr-defined]
    value_of, names = os._Environ.__getitem__, os._Environ.__iter__

    def looked_up(self, key):
        if isinstance(key, (str, bytes)) and _asks(sys._getframe(1)):
            variables.add(os.fsdecode(key))
        return value_of(self, key)

    def listed(self):
        if _asks(sys._getframe(1)):
            variables.add(EVERY)
        return names(self)

    os._Environ.__getitem__, os._Environ.__iter__ = looked_up, listed  # type: ignore[method-assign]


@contextmanager
def own() -> Iterator[None]:
    """Read files whose content is noted in more detail, such as single printed numbers instead of their file."""
    token = _own.set(True)
    try:
        yield
    finally:
        _own.reset(token)
