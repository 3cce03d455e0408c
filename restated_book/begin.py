"""Begin a book with one worked example of each kind: ``restated init``. The files are in ``scaffold``."""

import argparse
import json
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from restated.errors import RestatedError
from restated_book import config, paths
from restated_book.chapters import heads
from restated_book.sources import files
from restated_book.sources.cells import in_one_line
from restated_book.sources.changes import Changes

SCAFFOLD = Path(__file__).with_name("scaffold")  #: Files of a new book; ``dot-`` begins the name of one that is hidden
#: Description of the settings, for editors; it goes with every book.
SCHEMA = Path(__file__).with_name("config.schema.json")
QUESTIONS: dict[str, list[str]] = paths.tables(__file__)  #: What is asked, and the answer that is taken without one
_QUOTED = (".yml", ".cff", ".json")  #: Files whose values are in quotation marks
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")


def options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of ``restated init`` the folder, and each question an option."""
    parser.add_argument("folder", metavar="DIR", help="a new or an empty folder")
    for name, (question, usual) in QUESTIONS.items():
        parser.add_argument(f"--{name}", metavar="TEXT", help=f"{question}; by default '{usual}'")
    parser.add_argument("--yes", action="store_true", help="ask nothing")


def init(args: argparse.Namespace) -> str:
    """Write a book that builds at once, and return what comes next; refuse to overwrite anything."""
    folder = Path(args.folder).resolve()
    if not args.folder or any(place.is_file() for place in (folder, *folder.parents)):
        raise RestatedError(f"'{args.folder}' does not name a folder", remedy="name a new or an empty one")
    answers = {name: _answer(name, getattr(args, name), args.yes) for name in QUESTIONS}
    if not _SPDX.fullmatch(answers["licence"]):
        remedy = "use an id of spdx.org/licenses, for example CC-BY-4.0"
        raise RestatedError(f"'{answers['licence']}' is not the id of a licence", field="licence", remedy=remedy)
    answers["date"] = datetime.now(UTC).date().isoformat()
    draft = Changes()
    for file in sorted(path for path in SCAFFOLD.rglob("*") if path.is_file()):
        place = folder / re.sub(r"(^|/)dot-", r"\1.", file.relative_to(SCAFFOLD).as_posix())
        draft.after[place] = _filled(files.text(file), answers, quoted=file.suffix in _QUOTED).encode()
    draft.after[folder / "restated.schema.json"] = SCHEMA.read_bytes()
    if there := next((place for place in draft.after if place.exists() or place.is_symlink()), None):
        message = f"{there.relative_to(folder).as_posix()} is there already, and nothing is overwritten"
        raise RestatedError(message, remedy="name a new folder, or move that file away")
    if outer := next((place for place in folder.parents if (place / config.NAME).is_file()), None):
        raise RestatedError(f"the folder is inside the book {outer.name}", remedy="name a folder outside of it")
    draft.write()
    go = f'cd "{args.folder}"'
    return (
        f"Wrote a book of {len(draft.after)} files.\nNext: {go}, then `restated build`; README.md says what to change."
    )


def _answer(name: str, given: str | None, silent: bool) -> str:
    """Return what was given for a question, else what is typed at a terminal, else what is usual."""
    question, usual = QUESTIONS[name]
    if given is None and not silent and sys.stdin and sys.stdin.isatty():
        with suppress(EOFError):
            given = input(f"{question} [{usual}]: ")
    answer = (given or "").strip() or usual
    if not in_one_line(answer):
        raise RestatedError(
            "the text holds a line end or a control character", field=name, remedy="give it in one line"
        )
    return answer


def _filled(text: str, answers: dict[str, str], *, quoted: bool) -> str:
    for name, answer in answers.items():
        plain = answer if name == "date" else heads.escaped(answer)
        value = json.dumps(answer, ensure_ascii=False) if quoted and name != "date" else plain
        text = text.replace(f"{{{{{name}}}}}", value)
    return text
