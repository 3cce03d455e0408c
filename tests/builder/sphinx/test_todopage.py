"""The page of what is to be verified: however long the list, the page has an end."""

from __future__ import annotations

import pytest

from restated_book import todo
from restated_book.sphinx import todopage


def task(number: int, kind: str) -> todo.Task:
    return todo.Task(
        f"n-{number}",
        kind,
        "what",
        "A work; table 1",
        "",
        "data/published/a.csv",
        "2",
        "type",
        "",
        "",
        f"work-{number % 3}",
    )


@pytest.mark.parametrize("kind", ["number", "data"])
def test_a_kind_with_many_entries_shows_the_first_and_says_how_many_more_there_are(kind):
    tasks = [task(i, kind) for i in range(todopage.SHOWN + 1_000)] + [task(-1, "claim")]
    html = todopage.html(tasks, kind)
    assert html.count("<tr id=") == todopage.SHOWN and "<p>1,000 more are in to-verify.csv only.</p>" in html
    assert 'href="../a/claims.html#claim-' in todopage.html([task(-1, "claim")], "claim", claims="../a/claims.html")
    assert "more are" not in todopage.html(tasks[: todopage.SHOWN], kind)
