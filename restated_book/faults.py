"""Faults of the file system as messages to the reader."""

import errno
import re
import sys
from collections.abc import Callable

from restated.errors import RestatedError
from restated_book import paths

#: What to do about a fault of the file system, by its number.
REMEDIES = {
    getattr(errno, name): f"{remedy}; what was built before is untouched"
    for remedy, names in paths.tables(__file__).items()
    for name in names
    if hasattr(errno, name)
}


def of_system(error: OSError) -> RestatedError:
    """Turn a fault of the file system into a message."""
    if error.errno is None and error.args and isinstance(error.args[0], list):
        # Copying a folder lists each file with its fault in words; the first is enough.
        file, _, words = error.args[0][0]
        number = re.search(r"\[Errno (\d+)\]", str(words))
        error = OSError(int(number[1]) if number else 0, str(words).rsplit("] ", 1)[-1].partition(":")[0], file)
    what = (error.strerror or str(error) or type(error).__name__).lower()
    # A fault while writing does not name its file; everything that is written is in one folder.
    remedy = REMEDIES.get(error.errno or 0, "fix this and start again")
    return RestatedError(what, file=error.filename or paths.BUILD, remedy=remedy)


def exit_code(command: Callable[[], str | None]) -> int:
    """Run a command of an unpacked chapter and print its answer; a fault is one message on standard error."""
    try:
        if (words := command()) is not None:
            print(words)
    except (RestatedError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
