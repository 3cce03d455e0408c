"""Messages: each sentence ends with one mark, wherever its words come from."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from restated.errors import RestatedError, together
from restated_book import paths

TWO_MARKS = re.compile(r"[.?!…:;,]\s*[.?!…:;,]+(?:\s|$)")
CALLS = {"RestatedError", "refuse", "_refuse", "_fault", "fault"}


@pytest.mark.parametrize("end", ["", ".", "?", "!", "…", ":", "...", ". ", "?\n", "\n"])
def test_a_sentence_ends_with_one_mark(end):
    message = f"there is no 'a'; did you mean 'b'{end}"
    for error in (
        RestatedError(message),
        RestatedError("it is wrong", remedy=message),
        RestatedError(message, remedy="correct it"),
        together([RestatedError(message), RestatedError("it is wrong.")], "a.csv"),
    ):
        assert not TWO_MARKS.search(str(error)) and re.search(r"[.?!…:]$", str(error)), str(error)


def words(node: ast.expr) -> str | None:
    """The text of a literal; what an f-string fills in is a letter."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) or "x" for part in node.values)
    return None


def said() -> list[str]:
    """Every message and remedy that the three rooms write out."""
    files = [file for room in ("restated", "restated_book", "review") for file in Path(paths.ROOT / room).rglob("*.py")]
    calls = (
        node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    own = (c for c in calls if getattr(c.func, "id", getattr(c.func, "attr", "")) in CALLS)
    given = (value for call in own for value in (*call.args, *(k.value for k in call.keywords if k.arg == "remedy")))
    return [text for value in given if (text := words(value))]


def test_no_message_of_the_rooms_has_two_marks_at_the_end_of_a_sentence():
    messages = said()
    assert len(messages) > 300
    assert [text for text in messages if TWO_MARKS.search(str(RestatedError(text, remedy=text)))] == []
