"""``restated add``: what it writes passes the checks, leaves the rest of each file alone, and is whole or not there."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from restated.errors import RestatedError
from restated_book import add, begin, claims, cli, config, paths, register, studies
from restated_book.chapters import codecells, heads, prose, toc
from restated_book.export import originals
from restated_book.sources import bibliography, dictionary
from tests.builder import books

WORK = ("work", "grote2014", "--author=Groh, Ashley M.", "--title=On skills", "--journal=Journal", "--year=2014")
FINDING = ("finding", "skills", "--title=Skills", "--description=Printed numbers on skills.")
NUMBER = ("number", "grote2014-d", "--finding=skills", "--quantity=skills, security", "--statistic=d", "--value=-.39")
NUMBER = (*NUMBER, "--source-key=grote2014", "--grade=P")
TABLE = ("table", "skills", "--title=Skills", "--description=Samples.", "--status=printed", "--license=CC-BY-4.0")
TABLE = (*TABLE, "--source=abstracts")
COLUMNS = ("--column=row_id=string: Name.", "--column=r=number in correlation: Security with skills.")
ROWS = "row_id;study;r;n;source_key;grade\r\na;Müller & Søn;.3;12;grote2014;P\r\nb;Ó;;;grote2014;S\r\n;;;;;\r\n"


def run(*arguments: str) -> str:
    return add.add(cli._parser("add").parse_args(["add", *arguments]))


def refusal(*arguments: str) -> str:
    """The message of a command that leaves everything as it was."""
    before = books.tree(paths.ROOT)
    with pytest.raises(RestatedError) as caught:
        run(*arguments)
    assert books.tree(paths.ROOT) == before
    return str(caught.value)


def place(patch: pytest.MonkeyPatch, root: Path) -> Path:
    """Make `root` the book."""
    patch.setattr(paths, "ROOT", root)
    patch.setattr(paths, "DATA", root / "data")
    patch.setattr(paths, "PUBLISHED", root / "data" / "published")
    patch.setattr(paths, "BIBLIOGRAPHY", root / "references.bib")
    patch.setattr(config, "load", config.Config)  # which keeps what it read first
    return root


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A book without data and bibliography."""
    return place(monkeypatch, tmp_path)


@pytest.fixture
def begun(fresh):
    """A book with one work, and a finding without numbers."""
    run(*WORK)
    run(*FINDING)
    return fresh


def numbers() -> register.Register:
    """The printed numbers, of a book without a fault."""
    dictionary.check(paths.DATA)
    return register.load(paths.PUBLISHED, bibliography=bibliography.check(paths.BIBLIOGRAPHY))


def only_added(old: bytes, new: bytes) -> None:
    """Assert that all lines are still there, in their order."""
    lines = iter(new.splitlines(keepends=True))
    assert all(line in lines for line in old.splitlines(keepends=True))
    assert len(new) > len(old)


def test_a_book_without_data_gets_its_first_work_finding_number_and_table(fresh, tmp_path_factory):
    rows = tmp_path_factory.mktemp("rows") / "rows.csv"
    rows.write_text(ROWS, encoding="utf-8-sig")
    assert run(*WORK).splitlines()[0] == "Wrote references.bib."
    assert "`restated add number ID --finding skills`" in run(*FINDING)
    with pytest.raises(RestatedError, match=r"skills.csv: the file has a header and no rows"):
        numbers()
    assert run(*NUMBER).splitlines()[0] == "Wrote data/published/skills.csv."
    found = numbers()["grote2014-d"]
    assert (found.study, found.value.text, found.quantity) == ("Groh 2014", "-.39", "skills, security")
    told = run(*TABLE, f"--rows={rows}", COLUMNS[1], "--column=n=integer in children: Size.")
    assert told.startswith("Wrote data/studies/skills.csv, data/datapackage.json.\nNext: load it")
    assert dictionary.check(paths.DATA) == {"published-skills": 1, "skills": 2}
    text = (fresh / "data/studies/skills.csv").read_text(encoding="utf-8")
    assert text == "row_id,study,r,n,source_key,grade\na,Müller & Søn,.3,12,grote2014,P\nb,Ó,,,grote2014,S\n"
    described = dictionary.load(paths.DATA / "datapackage.json")["skills"]
    assert [(f.name, f.type, f.unit) for f in described.fields][2:4] == [
        ("r", "number", "correlation"),
        ("n", "integer", "children"),
    ]
    assert described.primary_key == ("row_id",) and described.status == "printed"


def test_a_table_without_rows_says_what_is_to_be_filled_in(begun):
    assert "To fill in: the rows of data/studies/skills.csv." in run(*TABLE, *COLUMNS)
    assert (begun / "data/studies/skills.csv").read_text() == "row_id,r\n"
    assert dictionary.check(paths.DATA) == {"published-skills": 0, "skills": 0}


def test_a_work_that_is_begun_is_named_field_by_field_until_it_is_filled_in(begun):
    number = [text.replace("grote2014", "new2020") for text in NUMBER]
    told = run(*number, "--study=New 2020", "--new-work=book")
    assert "To fill in, in references.bib: author, title, publisher, year of 'new2020'." in told
    for field in ("author", "title", "publisher", "year"):
        with pytest.raises(RestatedError, match=rf"references.bib, row \d+, field '{field}': 'new2020'"):
            numbers()
        books.edit(paths.BIBLIOGRAPHY, f"  {field} = {{}}", f"  {field} = {{2020}}")
        run(*[text.replace("new2020-d", f"new2020-{field}") for text in number], "--study=New 2020")
    assert len(numbers()) == 5


def test_findings_that_wait_for_a_number_hold_up_no_other(begun):
    run(*[text.replace("skills", "talks") for text in FINDING])
    run(*NUMBER)
    with pytest.raises(RestatedError, match=r"talks.csv: the file has a header and no rows"):
        numbers()
    run(*[text.replace("skills", "talks").replace("grote2014-d", "grote2014-g") for text in NUMBER])
    assert len(numbers()) == 2


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The data of a small book."""
    scratch = tmp_path_factory.mktemp("small")
    books.copy(scratch, ("data",), books.FILES)
    books.shrink(scratch)
    return scratch


@pytest.fixture
def book(small, tmp_path, monkeypatch):
    shutil.copytree(small, tmp_path, dirs_exist_ok=True)
    return place(monkeypatch, tmp_path)


@pytest.mark.parametrize("indent", [None, 1, 4, "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_keep_their_order_line_ends_and_indentation(book, indent, end):
    package = paths.DATA / "datapackage.json"
    content = json.loads(package.read_text(encoding="utf-8")) | {"resources": [], "x": "é"}
    resources = json.loads(package.read_text(encoding="utf-8"))["resources"]
    content |= {"resources": resources, "last": [{"resources": []}]}
    text = json.dumps(content, indent=indent, ensure_ascii=False) + "\n"
    package.write_bytes(text.replace("\n", end).encode())
    bib = paths.BIBLIOGRAPHY.read_text(encoding="utf-8")
    paths.BIBLIOGRAPHY.write_bytes(bib.replace("@", "% about the next\n@").replace("\n", end).encode())
    before = books.tree(book)
    run(*WORK)
    run(*FINDING)
    run(*NUMBER)
    after = books.tree(book)
    assert set(after) - set(before) == {"data/published/skills.csv"}
    changed = {name for name, raw in before.items() if after[name] != raw}
    assert changed == {"data/datapackage.json", "references.bib"}
    for name in changed if indent else {"references.bib"}:
        only_added(before[name], after[name])
        assert after[name].count(b"\r\n") == (after[name].count(b"\n") if end == "\r\n" else 0)
    made = json.loads(after["data/datapackage.json"])
    written = json.dumps(made, indent=indent, ensure_ascii=False) + "\n"
    assert indent is None or after["data/datapackage.json"] == written.replace("\n", end).encode()
    assert made["resources"][:-1] == resources and made["last"] == content["last"]
    keys = list(bibliography.keys(paths.BIBLIOGRAPHY))
    assert "grote2014" in keys and keys == sorted(keys)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(("mark", "end", "last"), [(",", "\n", ""), (";", "\r\n", ";; ;\r\n\r\n"), ("\t", "\r", "\r")])
def test_a_row_is_written_like_the_others(begun, encoding, mark, end, last):
    file = paths.PUBLISHED / "skills.csv"
    run(*NUMBER)
    text = file.read_text(encoding="utf-8").replace('"skills, security"', "skills").replace(",", mark)
    text = text.replace("\n", end) + last
    bom = "\ufeff" if encoding == "utf-16-be" else ""
    file.write_bytes((bom + text).encode(encoding))
    before = file.read_bytes()
    run(*[text.replace("grote2014-d", "grote2014-g") for text in NUMBER])
    codec = "utf-16-be" if bom else encoding
    row = mark.join(
        ["grote2014-g", "skills", "Groh 2014", "", '"skills, security"' if mark == "," else "skills, security"]
    )
    new = file.read_bytes().decode(codec)
    at = new.index(row)
    line = new[at : new.index(end, at) + len(end)]
    assert new.replace(line, "") == before.decode(codec)
    assert list(numbers()) == ["grote2014-d", "grote2014-g"]


def test_a_file_without_a_last_line_end_gets_one(begun):
    file = paths.PUBLISHED / "skills.csv"
    file.write_bytes(file.read_bytes().rstrip())
    paths.BIBLIOGRAPHY.write_bytes(paths.BIBLIOGRAPHY.read_bytes().rstrip())
    run(*NUMBER)
    run(*[text.replace("grote2014", "zeta2014") for text in WORK])
    assert list(numbers()) == ["grote2014-d"] and list(bibliography.keys(paths.BIBLIOGRAPHY)) == [
        "grote2014",
        "zeta2014",
    ]


def changed(command, old, new):
    assert any(old in text for text in command)
    return [text.replace(old, new) for text in command]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (WORK, "references.bib, row 8: the key 'grote2014' occurs already in line 1"),
        (changed(WORK, "grote2014", "a b"), "'a b' is not a key"),
        (
            changed(changed(WORK, "grote2014", "new"), "On skills", "On {skills"),
            "field 'title': the braces of 'On {skills' do not match. Close every brace",
        ),
        (changed(changed(WORK, "grote2014", "new"), "2014", ""), "a work needs --year. Give each as an option"),
        (FINDING, "data/published/skills.csv: the table exists"),
        (changed(FINDING, "skills", "../x"), "'../x' is not a name"),
        (changed(FINDING, "skills", "corrections"), "data/published/corrections.csv: the table exists"),
        (changed(NUMBER, "skills", "talks"), "field 'finding': unknown finding 'talks'. Use one of skills, or add"),
        (changed(NUMBER, "grote2014-d", "Groh"), "data/published/skills.csv, row 2, field 'id': 'Groh' is not an id"),
        (changed(NUMBER, "-.39", ""), "a number needs --value. Give each"),
        (changed(NUMBER, "-.39", "no"), "row 2, field 'value': 'no' is not a number"),
        (changed(NUMBER, "-.39", "1\n2"), "field 'value': the text holds a line end"),
        (changed(NUMBER, "=d", "=t-value"), "row 2, field 'statistic': 't-value' is not"),
        (changed(NUMBER, "=d", "=D"), "'D' is not a known statistic. Use 'd', or one of text,"),
        (changed(NUMBER, "=d", "=χ²"), "'χ²' is not a known statistic. Use 'chi2', or one of text,"),
        (changed(NUMBER, "=P", "=A"), "row 2, field 'grade': 'A' is not"),
        (
            (*changed(NUMBER, "key=grote2014", "key=no"), "--study=x"),
            "field 'source_key': 'no' is not in the bibliograph",
        ),
        (changed(NUMBER, "key=grote2014", "key="), "a number needs --source-key. Give each as an option"),
        (TABLE, "field 'column': a table needs columns"),
        ((*TABLE, *COLUMNS, COLUMNS[0]), "field 'column': a table needs columns, each described once"),
        ((*TABLE, "--column=r=number: R."), "field 'column': 'r=number: R.' does not describe a column. Write it as"),
        ((*changed(TABLE, "printed", "guessed"), *COLUMNS), "field 'status': 'guessed' is not a status. Use one of"),
        ((*TABLE, "--rows=no.csv"), "no.csv: the file does not exist"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(begun, arguments, message):
    assert message in refusal(*arguments)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (".3;", "0,3;", "rows.csv, row 2, field 'r': '0,3' is not a number. Give 0.3"),
        ("b;", "a;", "rows.csv, row 3, field 'row_id': 'a' occurs already in row 2"),
        ("grote2014;S", "new2020;S", "field 'source_key': 'new2020' is not in the bibliography. Add it with"),
        (";n;", ";k;", "field 'column': the table has no column 'n'. Its columns are row_id, study, r, k"),
        (";study;", ";where;", "field 'column': the column 'where' is not described. Give --column 'where=integer"),
    ],
)
def test_rows_that_do_not_fit_are_named_in_their_own_file(begun, tmp_path_factory, old, new, message):
    rows = tmp_path_factory.mktemp("rows") / "rows.csv"
    rows.write_text(ROWS.replace(old, new, 1), encoding="utf-8")
    assert message in refusal(*TABLE, f"--rows={rows}", COLUMNS[1], "--column=n=integer: Size.")


def test_a_missing_value_is_asked_for_at_a_terminal_only(begun, monkeypatch):
    asked = []

    def answer(question):
        asked.append(question)
        if question == "grade: ":
            raise EOFError
        return " .4 "

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert "a number needs --grade. Give" in refusal(*changed(changed(NUMBER, "-.39", ""), "=P", "="))
    run(*changed(NUMBER, "-.39", ""))
    assert asked == ["grade: ", "value: ", "value: "] and numbers()["grote2014-d"].value.text == ".4"


def test_nothing_is_added_outside_a_book(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "BIBLIOGRAPHY", tmp_path / "references.bib")
    config.load.cache_clear()
    try:
        assert "there is no book here: restated.toml not found" in refusal(*WORK)
    finally:
        config.load.cache_clear()


# --- claims, and cells of a chapter -----------------------------------------------------------------------------------

CLAIM = ("claim", "A02", "--section=1 text", "--claim=Half of them do", "--kind=research finding", "--where=sentence 2")
CLAIM = (*CLAIM, "--checkable-from=public paper", "--verdict=supported", "--strength=full", "--source-keys=example2024")
CLAIM = (*CLAIM, "--reason=The invented article says so.")
PUBLISHED = "--published=example2024-recovered-treated"
CELLS = [
    ("recomputed", "example-again", "--chapter=example", PUBLISHED),
    ("set", "example-counts", "--chapter=example", PUBLISHED, "--n=40"),
    ("figure", "example-drawn", "--chapter=example", PUBLISHED),
]


@pytest.fixture
def invented(tmp_path, monkeypatch):
    """The book that ``restated init`` writes."""
    assert cli.main(["init", str(tmp_path / "book"), "--yes"]) == 0
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "book" / "notebooks")
    monkeypatch.setattr(dictionary, "DATA", tmp_path / "book" / "data")
    claims._table.cache_clear()
    yield place(monkeypatch, tmp_path / "book")
    claims._table.cache_clear()


def test_a_claim_is_a_row_of_the_claims(invented):
    file = invented / "data" / "claims" / "claims.csv"
    before = file.read_bytes()
    assert run(*CLAIM).startswith("Wrote data/claims/claims.csv.\nNext: link to it")
    only_added(before, file.read_bytes())
    _, rows = dictionary.read_table(file)
    assert (rows[-1][1]["id"], rows[-1][1]["where"], rows[-1][1]["source_keys"]) == ("A02", "sentence 2", "example2024")


def test_cells_come_at_the_end_of_their_chapter_and_run(invented):
    file = invented / "notebooks" / "example.md"
    before = file.read_bytes()
    for words in CELLS:
        assert "open notebooks/example.md" in run(*words)
    only_added(before, file.read_bytes())
    text = file.read_text(encoding="utf-8")
    assert text.index("example-again") < text.index("example-drawn") < text.index("{cite-and-download}")
    prose.check(file)
    first, *others = codecells.parse(text)
    cells = [first, *(cell for cell in others if any(f'"{words[1]}"' in cell.source for words in CELLS))]
    code = "\n".join(cell.source for cell in cells)
    code += "\nprint([record.id for record in ledger.records])"
    env = {**os.environ, "RESTATED_ROOT": str(invented), "PYTHONPATH": str(Path(add.__file__).parents[1])}
    run_ = subprocess.run([sys.executable, "-c", code], cwd=invented, env=env, capture_output=True, text=True)
    assert run_.returncode == 0, run_.stderr
    assert "example-again" in run_.stdout and "example-counts" in run_.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (changed(CLAIM, "--where=sentence 2", "--where="), "a claim needs --where. Give each as an option"),
        (changed(CLAIM, "A02", "A01"), "data/claims/claims.csv, row 3, field 'id': 'A01' occurs already in row 2"),
        (changed(CELLS[0], "=example", "=talks"), "field 'chapter': unknown chapter 'talks'"),
        (changed(CELLS[0], "recovered-treated", "talks"), "no published number has the id 'example2024-talks'"),
        (changed(CELLS[0], "example-again", "Again"), "'Again' is not an id"),
        (changed(CELLS[0], "example-again", "example-pooled"), "the chapter has 'example-pooled' already"),
        (changed(CELLS[1], "--n=40", "--n="), "a set needs --n. Give each as an option"),
    ],
)
def test_a_claim_or_cell_that_cannot_be_right_is_refused(invented, arguments, message):
    assert message in refusal(*arguments)


def test_a_book_without_claims_says_what_they_need(begun):
    assert "this book has no table of claims. Describe data/claims/claims.csv" in refusal(*CLAIM)


# --- whole or not at all ----------------------------------------------------------------------------------------------


def fails_at(count, error):
    """A function in the place of another, which raises an error at the call of that number."""

    def instead(real):
        calls = []

        def made(*arguments, **options):
            calls.append(arguments)
            if len(calls) == count:
                raise error
            return real(*arguments, **options)

        return made

    return instead


FULL, READ_ONLY = OSError(errno.ENOSPC, "No space left on device"), PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("where", "name", "count", "error"),
    [
        *((os, "replace", count, error) for count in (1, 2, 3) for error in (FULL, KeyboardInterrupt())),
        *((shutil, "copy2", count, FULL) for count in (1, 2)),
        *((shutil, "copymode", count, READ_ONLY) for count in (1, 2)),
        *((Path, "open", count, READ_ONLY) for count in (1, 2)),
    ],
)
def test_a_fault_while_writing_leaves_every_file_as_it_was(begun, monkeypatch, where, name, count, error, capsys):
    run(*changed(TABLE, "skills", "first"), *COLUMNS)
    rows = begun / "rows.csv"
    rows.write_text(ROWS.replace("grote2014;S", "new2020;S"), encoding="utf-8")
    arguments = (*TABLE, f"--rows={rows}", COLUMNS[1], "--column=n=integer: Size.", "--new-work=misc")
    before = books.tree(begun)
    writes = add.Draft.write

    def write(draft):
        assert len(draft.after) == 3
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(where, name, fails_at(count, error)(getattr(where, name)))
            writes(draft)

    monkeypatch.setattr(add.Draft, "write", write)
    assert cli.main(["add", *arguments]) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and told.startswith(("error: ", "stopped"))
    assert isinstance(error, KeyboardInterrupt) or error.strerror.lower() in told
    assert books.tree(begun) == before
    monkeypatch.undo()


def test_a_full_disk_leaves_a_book_without_data_without_data(fresh, monkeypatch):
    monkeypatch.setattr(os, "replace", fails_at(2, FULL)(os.replace))
    with pytest.raises(OSError, match="No space left"):
        run(*FINDING)
    assert list(fresh.iterdir()) == []


# --- whatever is typed ------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(' ,;"{}%\\@=\u00a0'), max_size=12)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A book with one work, and a finding without numbers, to copy."""
    root = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        place(patch, root)
        run(*WORK)
        run(*FINDING)
    return root


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["-.39", "0.5", "12", "< .001", "1,364", "0,31", "1,3", "x", "", "-1e999"]),
    st.lists(TEXTS, min_size=4, max_size=4),
)
@example("0.5", ["=1+1", '"', "a\u00a0b", "-"])
def test_what_was_added_is_read_back_or_nothing_is_there(tmp_path_factory, template, value, texts):
    with pytest.MonkeyPatch.context() as patch:
        place(patch, shutil.copytree(template, tmp_path_factory.mktemp("book"), dirs_exist_ok=True))
        before = books.tree(paths.ROOT)
        note, unit, population, title = texts
        given_texts = [f"--note={note}", f"--unit={unit}", f"--population={population}"]
        try:
            run(*changed(NUMBER, "-.39", value), *given_texts)
        except RestatedError as error:
            assert "\n" not in str(error) and books.tree(paths.ROOT) == before
        else:
            row = numbers()["grote2014-d"]
            assert (row.value.text, row.note, row.unit, row.population) == (value, note, unit, population)
        before = books.tree(paths.ROOT)
        try:
            run(*changed(changed(WORK, "grote2014", "zeta"), "On skills", title))
        except RestatedError as error:
            assert "\n" not in str(error) and books.tree(paths.ROOT) == before
        else:
            entry = bibliography.check(paths.BIBLIOGRAPHY)["zeta"]
            # Braces keep capitals, percent signs are escaped, titles lose blanks at their ends and the width of others.
            read, typed = (re.sub(r"[{}]|\\(?=%)", "", text).strip() for text in (entry.fields["title"], title))
            assert " ".join(read.split()) == " ".join(typed.split())


def test_the_description_for_a_first_finding_is_that_of_this_book(begun):
    ours = dictionary.load(paths.DATA / "datapackage.json")["published-skills"]
    assert ours.columns == register.COLUMNS and all(field.description.endswith(".") for field in ours.fields)
    assert {f.name for f in ours.fields if f.type == "integer"} == set(register.COUNT_COLUMNS)


def test_a_command_line_that_adds_all_kinds_leaves_a_book_without_fault(calls, small):
    shutil.rmtree(calls.root, ignore_errors=True)
    shutil.copytree(small, calls.root)
    books.copy(calls.root, ("book", "notebooks"), ("_config.yml", "_toc.yml", "pyproject.toml", "restated.toml"))
    books.forget_chapters(calls.root)
    rows = calls.root / "rows.csv"
    rows.write_text(ROWS, encoding="utf-8")
    table = (*TABLE, f"--rows={rows}", COLUMNS[1], "--column=n=integer: Size.")
    for arguments in (WORK, FINDING, NUMBER, table):
        result = calls("add", *arguments)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        assert result.stdout.startswith("Wrote ") and "\nNext: " in result.stdout
    result = calls("check")
    assert "no fault found" in result.stdout, result.stderr
    code = "from restated_book import studies; print(len(studies.load('skills')))"
    assert calls(code=code).stdout == "2\n"


TITLE = "Is <b> & `c` | {d}, $e$, *f* or &lt; 'so' \"so\"?"


def test_the_title_of_a_chapter_is_shown_as_it_was_given(begun, monkeypatch):
    run(*NUMBER)
    monkeypatch.setattr(paths, "NOTEBOOKS", begun / "notebooks")
    (begun / "_toc.yml").write_text("format: jb-book\nroot: a\nchapters:\n  - file: notebooks/b\n", encoding="utf-8")
    run("chapter", "markup", f"--title={TITLE}", "--finding=skills")
    written = begun / "notebooks" / "markup.md"
    assert heads.title(written) == TITLE
    line = next(text for text in written.read_text(encoding="utf-8").splitlines() if text.startswith("# "))
    (heading,) = [token for token in MarkdownIt().parse(line) if token.type == "inline"]
    assert "".join(child.content for child in heading.children) == TITLE


def test_a_page_is_a_file_of_the_book_and_a_line_below_the_last_one(invented):
    # A page of that folder goes below the others of it, whatever the line ends of the contents.
    contents = invented / "_toc.yml"
    for end, last in (("\n", "\n"), ("\r\n", "\r\n"), ("\n", "")):
        contents.write_bytes(contents.read_text("utf-8").rstrip().replace("\n", end).encode() + last.encode())
        name = f"how-{len(toc.toc())}"
        assert "open book/how" in run("page", name, f"--title={TITLE}", '--description=A: "b" # ü')
        written = invented / "book" / f"{name}.md"
        assert heads.title(written) == TITLE
        assert heads.front_matter(written)["myst"]["html_meta"]["description"] == 'A: "b" # ü'
        assert toc.toc()[-1] == f"book/{name}" and toc.toc()[1:3] == ["notebooks/example", "book/claims"]
    assert "book/how-11.md: the page exists" in refusal("page", name, "--title=A", "--description=B")
    assert "'Über' is not a name" in refusal("page", "Über", "--title=A", "--description=B")
    assert "a page needs --description" in refusal("page", "more", "--title=A")
    contents.write_text("format: jb-book\nroot: book/index\n", encoding="utf-8")
    assert "Add the line '- file: book/more' there by hand" in refusal("page", "more", "--title=A", "--description=B")


def test_a_page_goes_below_what_is_nested_in_the_last_one(invented):
    nested = "chapters:\n- file: book/ledger\n  title: All\n  sections:\n  - file: notebooks/example\n"
    (invented / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\n{nested}", encoding="utf-8")
    run("page", "more", "--title=A", "--description=B")
    assert (invented / "_toc.yml").read_text(encoding="utf-8").endswith(f"{nested}- file: book/more\n")


def test_a_chapter_with_other_line_ends_gets_its_cell_in_the_right_place(invented):
    file = invented / "notebooks" / "example.md"
    run(*CELLS[0])
    plain = file.read_text(encoding="utf-8")
    shutil.copy(begin.SCAFFOLD / "notebooks" / "example.md", file)
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    run(*CELLS[0])
    assert file.read_bytes().decode() == plain.replace("\n", "\r\n")


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", "\r\n\r\n"])
def test_a_cell_has_a_blank_line_before_it(invented, end):
    file = invented / "notebooks" / "example.md"
    file.write_bytes(b"# A chapter" + end.encode())
    run(*CELLS[0])
    assert file.read_text(encoding="utf-8").startswith("# A chapter\n\n```{code-cell}")


def test_a_percentage_with_its_sign_has_one(invented):
    books.edit(invented / "data" / "published" / "example.csv", ",43,", ",43 %,")
    run(*CELLS[1])
    assert "{published}`example2024-recovered-treated` stand for" in (invented / "notebooks/example.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("blank", "\u00a0\u2009\u202f")
def test_blanks_of_any_width_are_taken_as_they_are_printed(begun, blank):
    run(*changed(changed(NUMBER, "=d", "=mean"), "-.39", f"3{blank}500,25"), f"--note=p{blank}=")
    number = numbers()["grote2014-d"]
    assert float(number.value.value) == 3500.25 and number.note == f"p{blank}="
    assert "the text holds a line end or a control character" in refusal(*NUMBER, "--note=a\u2028b")


def test_a_folder_is_named_where_a_table_belongs(begun, monkeypatch):
    monkeypatch.chdir(begun)
    assert refusal(*TABLE, "--rows=.").startswith(".: this is a folder, not a file")


@pytest.mark.parametrize("text", ["1. One", "- one", "+ one", ": one", "= one", "% one", "a_b_c ~x~ [y](z) #1"])
def test_text_that_begins_like_a_block_stays_a_paragraph(text):
    (_, inline, _) = MarkdownIt().parse(heads.escaped(text))
    assert "".join(child.content for child in inline.children) == text


def test_words_of_a_work_are_not_taken_for_commands(fresh):
    run("work", "a2020", "--author=A, B", "--title=50% of A & #1 a_b", "--journal=J & K", "--year=2020")
    assert "title = {50\\% of A & #1 a_b}" in (fresh / "references.bib").read_text(encoding="utf-8")


def test_an_unknown_work_is_named_with_the_one_that_was_meant(begun):
    message = refusal(*NUMBER[:-2], "--source-key=grohte2014", "--grade=P")
    assert "'grohte2014' is not in the bibliography" in message and "Use 'grote2014'" in message


@pytest.mark.parametrize(
    ("published", "n", "words"),
    [
        ("grote2014-d", "12", ["'grote2014-d' is a d", "percentage", "rs.scores"]),
        ("grote2014-p", "twelve", ["'twelve' is not a number of people"]),
        ("grote2014-p", "13", ["57.1", "13", "Compare both"]),
    ],
)
def test_a_set_that_cannot_be_is_refused(begun, monkeypatch, published, n, words):
    monkeypatch.setattr(paths, "NOTEBOOKS", begun / "notebooks")
    run(*NUMBER)
    run(
        "number", "grote2014-p", "--finding=skills", "--quantity=q", "--statistic=percent", "--value=57.1", *NUMBER[-2:]
    )
    (begun / "notebooks").mkdir()
    (begun / "notebooks" / "c.md").write_text("# C\n", encoding="utf-8")
    message = refusal("set", "a-set", "--chapter=c", f"--published={published}", f"--n={n}")
    assert all(word in message for word in words), message


SLOT = (
    "original",
    "roster",
    "--title=Roster",
    "--description=Rows.",
    "--license=agreement",
    "--source=School | archive",
)


def test_a_table_that_readers_can_supply_gets_its_slot_and_is_read(begun, monkeypatch):
    (begun / "restated.toml").write_text('[originals]\nother = "a:b"\n', encoding="utf-8")
    (begun / "data" / "originals").mkdir()
    monkeypatch.setattr(paths, "ORIGINALS", begun / "data" / "originals")
    monkeypatch.setattr(dictionary, "DATA", begun / "data")
    said = run(*SLOT, "--column=id=string: Name.", "--column=score=integer in points: Score.")
    assert 'studies.original("roster")' in said
    settings_of = tomllib.loads((begun / "restated.toml").read_text(encoding="utf-8"))
    assert settings_of["originals"] == {"roster": "restated_book.studies:original", "other": "a:b"}
    assert (begun / "data/originals/templates/roster.csv").read_text(encoding="utf-8") == "id,score\n"
    assert "School \\| archive" in (begun / "data/originals/README.md").read_text(encoding="utf-8")
    assert originals.may_leave(begun / "data/originals/templates/roster.csv")
    assert studies.original("roster") is None
    (begun / "data/originals/roster.csv").write_text("id;score\na;3\n", encoding="utf-8")
    frame = studies.original("roster")
    assert frame["score"].to_list() == [3] and frame.attrs["status"] == studies.SUPPLIED
    assert not originals.may_leave(begun / "data/originals/roster.csv")
    assert "already" in refusal(*SLOT, "--column=id=string: Name.")


def test_a_slot_needs_a_study_table_or_columns(begun):
    assert "'roster' is not a study table" in refusal(*SLOT[:2])
    assert "--title" in refusal(*SLOT[:2], "--column=id=string: Name.")
