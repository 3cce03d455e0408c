"""Start a build, or find that nothing has changed, before the packages are loaded that only a build needs."""

import gc
import json
import pkgutil
import time
from collections.abc import Mapping

from restated_book import config, freshness, paths
from restated_book.build import fingerprints, swap
from restated_book.build.environment import environment
from restated_book.build.places import ENTRIES, HTML, LOG, OUT, STAGE, STATE, noted, say
from restated_book.build.typeset import typesetter


def build(*, pdf: bool = False, word: bool = False) -> str:
    """Build the book, with `pdf` also as PDFs, with `word` also as Word files; return its one-line summary."""
    # Most of what a build makes lives until its end: at the usual pace garbage collection takes a tenth of the time.
    gc.set_threshold(100_000)
    config.load()  # outside the folder of a book nothing is written
    # Looked for first: nothing is executed for files that cannot be made.
    wanted = {"pdf": "pdf:browser"} if pdf else {}
    wanted |= {"word": "word:pandoc"} if word else {}
    tools = {form: pkgutil.resolve_name(f"restated_book.export.{name}")() for form, name in wanted.items()}
    with swap.alone(paths.BUILD):
        swap.recover(HTML)
        key = fingerprints.book_key()
        last = noted(STATE)
        is_last = last.get("key") == key and set(tools) <= set(last.get("forms", ()))
        if is_last and (HTML / "index.html").is_file() and last.get("reads") and last["reads"] == _reads(last):
            say("Nothing has changed since the last build.")
            return last["summary"]
        start = time.perf_counter()
        with typesetter(STAGE, OUT, ENTRIES, LOG, forms=tools) as process:
            made = pkgutil.resolve_name("restated_book.build.book:make")(process, last, tools=tools)
        last = {"key": key, "forms": sorted(tools), **made}
        STATE.write_text(json.dumps(last | {"reads": _reads(last)}), encoding="utf-8")
        say(f"Built in {time.perf_counter() - start:.0f} s")
        gc.freeze()  # at its end Python would look through all that was made
        return last["summary"]


def _reads(last: Mapping) -> dict | None:
    """Return the state of what notebooks read in the last build, wherever it is; None if that is not known."""
    trace = last.get("trace") or {"unobserved": ["all"]}
    return None if trace["unobserved"] else freshness.Sources(environment()).state(trace)
