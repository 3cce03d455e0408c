"""Where a build works and what it leaves, and the lines by which it reports."""

from restated_book import paths

HTML, STATE = paths.BUILD / "html", paths.BUILD / "state.json"
STAGE, OUT, EXTRA, EXECUTED = (paths.BUILD / name for name in ("stage", "out", "extra", "executed"))
#: What pages are typeset from, as well as their text: the joined ledger, and the figures and tables of each notebook.
ENTRIES, SHOWN = paths.BUILD / "entries.json", paths.BUILD / "shown.json"
LOG = paths.BUILD / "typeset.log"


def say(text: str) -> None:
    """Report a step at once, also where output goes to a file."""
    print(text, flush=True)
