"""Reconstructed data for readers: kept from build to build, made next to one when what they rest on has changed."""

import json
from collections.abc import Callable
from pathlib import Path

from restated_book import code, config, paths
from restated_book.build import fingerprints, swap
from restated_book.build.environment import beside
from restated_book.build.places import noted
from restated_book.export import about, sets

#: Files of the last build, and the fingerprint of what they were made from.
KEPT, KEY = paths.BUILD / "reconstructed", paths.BUILD / "reconstructed.json"
_MODULE = "restated_book.reconstructed"
#: Folders of the data that the sets may rest on; what is in the others is a result, or the reader's own.
_DATA = ("published", "studies", "selections", "datapackage.json")


def index() -> list[Path]:
    """Return the file that lists the data sets, if there are any."""
    return [file] if (file := KEPT / sets.INDEX).is_file() else []


def begin() -> Callable[[], None]:
    """Begin to make the files unless the last ones still hold; return the function that waits for them."""
    functions = config.load().reconstructed.values()
    if not functions:
        swap.clear(KEPT)
        return lambda: None
    engine = code.files_of([_MODULE, *(name.partition(":")[0] for name in functions)]).values()
    others = (paths.ROOT / name for name in (config.NAME, "CITATION.cff", "requirements.lock"))
    inputs = [*engine, *others, *fingerprints.listed(*(paths.DATA / name for name in _DATA))]
    titles = (about.title(file.stem) for file in sorted(paths.NOTEBOOKS.glob("*.md")))
    key = fingerprints.fingerprint(sorted({f for f in inputs if f.is_file()}), *titles)
    if noted(KEY).get("key") == key and noted(KEPT / sets.INDEX, list):
        return lambda: None
    made = KEPT.with_name("reconstructed.next")
    KEY.unlink(missing_ok=True)
    swap.clear(made)
    made.mkdir(parents=True)
    ended = beside("-m", _MODULE, str(made))

    def wait() -> None:
        ended()
        swap.clear(KEPT)
        made.rename(KEPT)
        KEY.write_text(json.dumps({"key": key}), encoding="utf-8")

    return wait
