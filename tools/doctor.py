"""``make doctor``: report what keeps this machine from building the book. Needs nothing but a Python, however old."""

# Written for any Python 3: it has to run to report that the Python is too old. No import from the packages of this
# repository, for the same reason.

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements.lock")
#: What the environment is set up from, as in the Makefile.
SET_UP_FROM = (LOCK, os.path.join(ROOT, "pyproject.toml"))
#: As in pyproject.toml, which an old Python cannot read.
OLDEST = (3, 11)
#: The environment takes 1.2 GB and what it is installed from as much again, a build 0.2 GB; an environment that is
#: there leaves the build.
SETUP_GB, BUILD_GB = 3.0, 0.5
#: 2026-01-01, before which no package of the lock was there: a clock behind that fails every certificate.
EARLIEST_CLOCK = 1767225600
#: Seconds an answer of the package index may take.
PATIENCE = 30


def runs(name):
    """Return True if a program of this name is on the path, and starts."""
    try:
        return subprocess.call([name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def python():
    """The Python is new enough."""
    if sys.version_info[:2] < OLDEST:
        wanted, has = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:3]))
        newer = [name for name in ("python3.%d" % n for n in range(OLDEST[1] + 9, OLDEST[1] - 1, -1)) if runs(name)]
        remedy = "install a newer one from your system's packages or python.org"
        if newer:
            remedy = "make book PYTHON=" + newer[0]
        return "Python %s is too old; %s or newer is needed." % (has, wanted), remedy


def system():
    """The system has what builds rely on."""
    if os.name != "posix":
        remedy = "work in the Dev Container or in WSL or install the package and run `restated build`"
        return "`make` is not supported on this system.", remedy
    if os.pathsep in ROOT:
        fault = "The folder's path has a '%s' in it, which virtual environments do not allow." % os.pathsep
        return fault, "rename the folder"


def modules():
    """Python can make virtual environments."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        fault = "This Python came without a part it needs to set up packages (%s)." % error
        return fault, "on Debian and Ubuntu: apt install python3-venv"


def folder():
    """The folder is writable."""
    try:
        with tempfile.TemporaryFile(dir=ROOT):
            pass
    except OSError as error:
        remedy = "make the folder writable, or copy it to a place that is"
        return "Nothing can be written here: %s." % (error.strerror or error), remedy


def space():
    """There is enough free space."""
    needed = BUILD_GB if installed() else SETUP_GB
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed:
        return "Only %.1f GB are free on this disk; %.1f GB are needed." % (free, needed), "free some space"


def clock():
    """The clock is not far behind."""
    if time.time() < EARLIEST_CLOCK:
        remedy = "set the date: with a wrong one nothing can be downloaded"
        return "The clock is at %s." % time.strftime("%Y-%m-%d"), remedy


def loopback():
    """Programs on this machine can talk to each other, as notebooks and their kernels do."""
    try:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen(1)
            socket.create_connection(server.getsockname(), timeout=PATIENCE).close()
    except OSError as error:
        remedy = "let programs connect to 127.0.0.1 (a firewall or sandbox forbids it)"
        return "Notebooks cannot reach their kernels on 127.0.0.1: %s." % error, remedy


def installed():
    """Return True if the environment was set up from the lock and the list of packages as they are."""
    stamp = os.path.join(VENV, ".installed")
    return os.path.exists(stamp) and os.path.getmtime(stamp) >= max(os.path.getmtime(file) for file in SET_UP_FROM)


def environment():
    """The environment that is set up works."""
    if not installed():
        return None
    call = [os.path.join(VENV, "bin", "python"), "-c", "import pandas, matplotlib, statsmodels, pybtex, jupyter_book"]
    try:
        done = subprocess.run(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        broken, report = done.returncode, done.stderr.decode("utf-8", "replace").strip().splitlines()
    except OSError as error:
        broken, report = True, [str(error)]
    if broken:
        fault = "".join(": " + x for x in report[-1:])
        return "The environment in .venv does not work%s." % fault, "rm -r .venv, then make book"


def smallest_pin():
    """Return the lines of the lock for one small package that everything needs, to ask an index for."""
    with open(LOCK) as lock:
        return re.search(r"^packaging==.*(?:\n .*)*", lock.read(), re.M).group()


def index():
    """Packages can be downloaded, if some have to be."""
    if installed():
        return None
    place = tempfile.mkdtemp()
    try:
        wanted = os.path.join(place, "wanted.txt")
        with open(wanted, "w") as file:
            file.write(smallest_pin())
        call = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0"]
        call += ["--timeout", str(PATIENCE), "--disable-pip-version-check", "--require-hashes"]
        call += ["--dest", place, "--requirement", wanted]
        done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            report = done.stdout.decode("utf-8", "replace").strip().splitlines()
            remedy = "connect to the network, or tell pip of the index you use: pip config set global.index-url ADDRESS"
            return "No package could be downloaded: %s" % (report[-1] if report else "pip does not run"), remedy
    finally:
        shutil.rmtree(place, ignore_errors=True)


#: In this order: what comes first makes what follows fail.
CHECKS = (python, system, modules, folder, space, clock, loopback, environment, index)


def notes():
    """Yield what is missing for a part of the work only."""
    if not shutil.which("git"):
        yield "git was not found: the book has a fixed date instead of that of its commit"
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))):
        yield "Chromium was not found: no PDFs (`make pdf`), and the browser tests are left out"


def main():
    """Run all checks; exit code 1 if something is wrong."""
    if sys.version_info[0] < 3:
        print("This is Python 2. Try: make doctor PYTHON=python3")
        return 1
    wrong = 0
    for check in CHECKS:
        found = check()
        print("%s  %s" % ("no " if found else "yes", check.__doc__.split("\n")[0]))
        if found:
            wrong += 1
            print("     %s\n     Remedy: %s." % found)
    for note in notes():
        print("note %s." % note)
    if wrong:
        print("%d of %d checks failed." % (wrong, len(CHECKS)))
    else:
        print("This machine can build the book: `make book`.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
