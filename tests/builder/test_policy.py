"""What pages may load is said in them, and true: one script in the page, all else in files of the book."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from restated_book import policy

#: The page that only leads on has nothing in it that could run.
REDIRECT = "index.html"

#: Pages for other pages need no script.
EMBEDDED = "embed/"

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


@pytest.fixture(scope="module")
def pages(site):
    found = {file.relative_to(site).as_posix(): file.read_text(encoding="utf-8") for file in site.rglob("*.html")}
    assert len(found) > 30
    return found


def test_every_page_says_it_before_anything_could_be_loaded(pages):
    for name, html in pages.items():
        says = policy.BARE if name == REDIRECT else policy.QUIET if name.startswith(EMBEDDED) else policy.PAGE
        assert html.count(says) == 1 == html.count('http-equiv="Content-Security-Policy"'), name
        assert not re.search(r"<(?:script|link|style|img|base)\b", html[: html.index(says)]), name


def test_the_script_in_the_page_is_the_one_allowed(pages):
    for name, html in pages.items():
        inside = [
            m["text"]
            for m in _SCRIPT.finditer(html)
            if "src=" not in m["attributes"] and "application/ld+json" not in m["attributes"]
        ]
        assert inside == ([] if name == REDIRECT or name.startswith(EMBEDDED) else [policy.THEME_SCRIPT]), name
    digest = base64.b64encode(hashlib.sha256(policy.THEME_SCRIPT.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy.PAGE and "unsafe" not in policy.PAGE


def test_nothing_in_a_page_needs_more(pages):
    for name, html in pages.items():
        tags = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        assert not re.search(r"<[a-z][^<>]*\s(?:on[a-z]+|style|srcdoc)\s*=", tags, re.IGNORECASE), name
        assert not re.search(
            r"<(?:style|iframe|object|embed|base)\b|[\"'](?:javascript|vbscript|data):", tags, re.IGNORECASE
        ), name


def test_a_script_of_no_page_is_made_from_text(site):
    for script in (site / "_static").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        if data := re.fullmatch(r"window\.RESTATED_SEARCH=(.*);\s*", text, re.DOTALL):
            assert json.loads(data[1])  # nothing but data, which may quote code
            continue
        assert not re.search(
            r"\beval\(|new Function|setTimeout\([\"']|document\.write|\.innerHTML|insertAdjacentHTML", text
        ), script
