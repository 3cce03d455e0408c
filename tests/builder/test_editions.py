"""Editions: frozen, compared, listed with reasons, and laid out next to each other."""

from __future__ import annotations

import csv
import io
import json

import pytest
from lxml import etree, html

from restated.errors import RestatedError
from restated_book import editions, entries, paths, publish
from restated_book.cite import citation
from restated_book.sphinx import editionspage


def frozen(version="1.0.0", **parts):
    known = {
        "version": version,
        "date": "2026-01-01",
        "evidence": "2020",
        "numbers": {
            "a-r": ["a correlation", ".31", "0.30", "within rounding"],
            "b-d": ["a difference", "0.5", "", "new"],
        },
        "claims": {"C1": ["it works", "supported: full"]},
        "chapters": {
            "one": {"title": "One", "sha256": "0", "answer": "It works.", "certainty": "low", "say": "It works."}
        },
    }
    return known | parts


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(editions, "folder", lambda: tmp_path / "editions")
    (tmp_path / "editions").mkdir()
    return tmp_path / "editions"


def store(folder, content):
    (folder / f"{content['version']}.json").write_text(json.dumps(content), encoding="utf-8")


def test_equal_editions_do_not_differ():
    assert editions.changes(frozen(), frozen("1.1.0")) == []


@pytest.mark.parametrize(
    ("part", "value", "kind", "old", "new"),
    [
        (
            "chapters",
            {"one": {"title": "One", "sha256": "1", "answer": "It may.", "certainty": "low", "say": "It works."}},
            "conclusion",
            "It works.",
            "It may.",
        ),
        (
            "chapters",
            {"one": {"title": "One", "sha256": "0", "answer": "It works.", "certainty": "high", "say": "It works."}},
            "certainty",
            "low",
            "high",
        ),
        ("claims", {"C1": ["it works", "contradicted: date"]}, "claim", "supported: full", "contradicted: date"),
        (
            "numbers",
            {"a-r": ["a correlation", ".31", "0.20", "differs"], "b-d": ["a difference", "0.5", "", "new"]},
            "verdict",
            ".31 / 0.30: within rounding",
            ".31 / 0.20: differs",
        ),
        (
            "numbers",
            {"a-r": ["a correlation", ".31", "0.31", "within rounding"], "b-d": ["a difference", "0.5", "", "new"]},
            "number",
            ".31 / 0.30",
            ".31 / 0.31",
        ),
        ("numbers", {"a-r": ["a correlation", ".31", "0.30", "within rounding"]}, "number", "0.5", ""),
    ],
)
def test_each_kind_of_change_is_found(part, value, kind, old, new):
    (change,) = editions.changes(frozen(), frozen("1.1.0", **{part: value}))
    assert (change.kind, change.old, change.new) == (kind, old, new)


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        ([], ["0.2 to 0.4"], None, None),
        (["0.2 to 0.4"], ["0.2 to 0.4"], None, None),
        (["0.2 to 0.3"], ["0.2 to 0.4"], "number", ".31 / 0.30 (0.2 to 0.4)"),
        ([], ["0.2 to 0.4"], "verdict", ".31 / 0.30 (0.2 to 0.4): compatible"),
    ],
)
def test_a_range_is_compared_where_both_editions_have_it_and_always_shown(old, new, kind, said):
    def edition(more, verdict):
        return frozen(numbers={"a-r": ["a correlation", ".31", "0.30", verdict, *more]})

    after = "compatible" if kind == "verdict" else "within rounding"
    found = editions.changes(edition(old, "within rounding"), edition(new, after))
    assert [(c.kind, c.new) for c in found] == ([(kind, said)] if kind else [])


def test_a_number_without_any_text_is_neither_new_nor_gone():
    numbers = frozen()["numbers"]
    assert editions.changes(frozen(), frozen(numbers=numbers | {"c-r": ["a word", "", "", "new", ""]})) == []


def test_a_new_text_alone_is_not_a_change_of_conclusion():
    same = frozen()["chapters"]["one"] | {"sha256": "9", "title": "One, again"}
    assert editions.changes(frozen(), frozen("1.1.0", chapters={"one": same})) == []


@pytest.mark.parametrize(
    ("log", "why"),
    [
        ("# Changelog\n\n- Other things.\n- `b`, `a-r`:\n  Counted\n  again.\n\n## Older\n- `a-r`: Old.\n", "again."),
        ("- `a-*`: All of them.\n- `a-r`: This one.\n", "This one."),
        ("- `b-*`, `a-*`: All of them.\n", "All of them."),
        ("- The sample was counted again: `a-r`.\n- `a-r2`: Another.\n", ""),
    ],
)
def test_reasons_come_from_the_entries_of_the_changelog_that_begin_with_the_id(log, why):
    numbers = frozen()["numbers"] | {"a-r": ["a correlation", ".31", "0.20", "differs"]}
    (change,) = editions.changes(frozen(), frozen("1.1.0", numbers=numbers), log)
    assert change.why.endswith(why)
    assert bool(change.why) is bool(why)


def test_whatever_changed_since_the_first_edition_has_a_reason(site):
    changed = [c for c in editions.compared("0.1.0", "now") if c.old and c.new]
    assert changed
    assert [c.id for c in changed if not c.why] == []


def test_the_build_is_frozen_once_and_under_its_own_version(site, kept):
    version = citation.about().version
    with pytest.raises(RestatedError, match="the version is"):
        editions.freeze("99.0.0")
    editions.freeze(version)
    content = editions.load(version)
    assert set(content["numbers"]) == set(entries.load())
    assert all("{" not in chapter["answer"] for chapter in content["chapters"].values())
    assert editions.changes(content, editions.load("now")) == []
    before = (kept / f"{version}.json").read_bytes()
    with pytest.raises(RestatedError, match="is frozen"):
        editions.freeze(version)
    assert (kept / f"{version}.json").read_bytes() == before


@pytest.mark.parametrize(
    ("version", "message"), [("7.7.7", "there is no edition"), ("../x", "not a version"), ("", "not a version")]
)
def test_an_unknown_version_is_refused(kept, version, message):
    with pytest.raises(RestatedError, match=message):
        editions.load(version)


@pytest.mark.parametrize(
    "change",
    [{"numbers": 5}, {"numbers": {"a": ["b"]}}, {"claims": []}, {"claims": {"A": "b"}}, {"chapters": {"c": {}}}, []],
)
def test_a_broken_file_is_named(kept, change):
    content = {**frozen("1.0.0"), **change} if change else change
    (kept / "1.0.0.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RestatedError, match=r"1\.0\.0\.json.*not an edition"):
        editions.load("1.0.0")


def test_versions_are_in_order(kept):
    for version in ("0.10.0", "0.9.0", "0.10.0-rc1"):
        store(kept, frozen(version))
    assert editions.versions() == ["0.9.0", "0.10.0", "0.10.0-rc1"]


def test_changes_are_written_for_people_and_programs():
    found = editions.changes(
        frozen(), frozen("1.1.0", claims={"C1": ["it works", "contradicted: date"], "C2": ["x", "supported: full"]})
    )
    rows = list(csv.DictReader(io.StringIO(editions.written(found, "csv"))))
    assert [row["id"] for row in rows] == [c["id"] for c in json.loads(editions.written(found, "json"))] == ["C1", "C2"]
    assert "1 x claim changed" in editions.written(found)
    assert "1 new" in editions.written(found)


def test_what_changed_leads_to_where_this_edition_has_it():
    new = frozen("1.1.0", claims={"C1": ["it works", "contradicted: date"]})
    new["numbers"] = new["numbers"] | {
        "a-r": ["a correlation", ".31", "0.20", "differs"],
        "b-d": ["a difference", "0.6", "", "new"],
    }
    new["chapters"] = {"one": new["chapters"]["one"] | {"answer": "It may work."}}
    found = editions.changes(frozen(), new)
    page = html.fromstring(str(editionspage.PARTS.changes(found, "1.0.0", "../", "../claims.html")))
    assert {a.text_content(): a.get("href") for a in page.iterfind(".//tbody//a")} == {
        "one": "../notebooks/one.html",
        "C1": "../claims.html#claim-c1",
        "a-r": "../book/ledger.html#a-r",
        "b-d": "../book/ledger.html#b-d",
    }


def test_the_feed_is_atom(kept):
    for version in ("1.0.0", "1.1.0"):
        store(kept, frozen(version))
    tree = etree.fromstring(editionspage.feed().encode())
    name = "{http://www.w3.org/2005/Atom}"
    assert [e.findtext(f"{name}title") for e in tree.findall(f"{name}entry")] == ["Edition 1.1.0", "Edition 1.0.0"]
    assert all(e.findtext(f"{name}id") and e.findtext(f"{name}updated") for e in (tree, *tree.findall(f"{name}entry")))


@pytest.fixture
def two(tmp_path, monkeypatch, kept):
    """A built site, and the kept one of an earlier edition."""
    monkeypatch.setattr(publish, "KEPT", tmp_path / "sites")
    monkeypatch.setattr(publish, "PUBLIC", tmp_path / "public")
    site, older = tmp_path / "site", tmp_path / "sites" / "0.0.1"
    for page in (site / "a.html", older / "a.html", older / "b" / "old.html"):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<body><main id=x><p>text</p></main></body>", encoding="utf-8")
    (site / "index.html").write_text("<main></main>", encoding="utf-8")
    monkeypatch.setattr(publish, "HTML", site)
    store(kept, frozen("0.0.1"))
    return site


@pytest.mark.parametrize("named", [False, True])
def test_an_older_edition_says_that_there_is_a_newer_one(tmp_path, two, named):
    public = tmp_path / ("on a server" if named else "public")
    assert f"{public.name} holds edition" in publish.publish(public if named else None)
    old = (public / "v" / "0.0.1" / "a.html").read_text(encoding="utf-8")
    assert 'href="../../a.html"' in old
    assert old.index("rs-newer") > old.index("<main")
    assert 'href="../../../index.html"' in (public / "v" / "0.0.1" / "b" / "old.html").read_text(encoding="utf-8")
    assert "rs-newer" not in (public / "a.html").read_text(encoding="utf-8")
    assert (public / "v" / citation.about().version / "index.html").is_file()
    assert named is not (tmp_path / "public").exists()


@pytest.mark.parametrize("place", ["full", "file", "site/inside"])
def test_a_folder_that_holds_something_is_never_published_into(tmp_path, two, place):
    (tmp_path / "full").mkdir()
    for file in ("full/mine.txt", "file"):
        (tmp_path / file).write_text("mine", encoding="utf-8")
    with pytest.raises(RestatedError, match=r"is not an empty folder\. Name a new folder"):
        publish.publish(tmp_path / place)
    assert (tmp_path / "full" / "mine.txt").read_text(encoding="utf-8") == "mine"
    (tmp_path / "empty").mkdir()
    assert "holds edition" in publish.publish(tmp_path / "empty")


def test_a_build_with_a_table_of_a_reader_is_not_frozen(tmp_path, monkeypatch, two, kept):
    monkeypatch.setattr(
        publish, "noted", lambda _: {"key": "k", "trace": {"files": ["data/originals/one.csv", "_toc.yml"]}}
    )
    monkeypatch.setattr(publish.fingerprints, "book_key", lambda: "k")
    monkeypatch.setattr(publish.editions, "freeze", lambda version: f"frozen {version}")
    for name, place in (("ROOT", tmp_path), ("ORIGINALS", tmp_path / "data" / "originals")):
        monkeypatch.setattr(paths, name, place)
    assert publish.edition("1.0.0").startswith("frozen 1.0.0")
    (tmp_path / "data" / "originals").mkdir(parents=True)
    (tmp_path / "data" / "originals" / "one.csv").write_text("", encoding="utf-8")
    with pytest.raises(
        RestatedError, match=r"rests on what a reader supplied: data/originals/one\.csv\. Move that out"
    ):
        publish.edition("1.0.0")


def test_equal_editions_are_said_to_be_equal():
    assert editions.written([]) == "nothing differs" and editions.written([], "json") == "[]"


def test_an_older_build_is_not_frozen(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "state.json").write_text('{"key": "of another day"}', encoding="utf-8")
    monkeypatch.setattr(publish, "HTML", tmp_path)
    monkeypatch.setattr(publish, "STATE", tmp_path / "state.json")
    with pytest.raises(RestatedError, match=r"older than what the book says now.*restated build"):
        publish.edition("1.0.0")
