"""What people can break, and what they are told: one message with file, place and remedy, and nothing is written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import socket
import subprocess

import pytest

from restated_book import paths
from restated_book.sources import files
from tests.builder import books

REGISTER = "data/published/transmission.csv"
#: A row whose numbers disagree on what a comma is.
EITHER = (("statistic", "MD"), ("value", "1,250"), ("ci_low", "0.9"), ("p", "0,03"))
STUDY = "data/studies/paternal-sensitivity.csv"
CLAIMS = "data/claims/claims.csv"
PACKAGE = "data/datapackage.json"
COSTS = "data/originals/service-costs.csv"
BIB = "references.bib"
PAGE = "notebooks/reach.md"
PROSE = "book/run-it.md"

#: A row of the register, a study and a work that the faults change.
ROW = "verhage2016-secure-r,"
FATHERS = "Belsky,1983,51,0.11,"
WORK = "@article{verhage2016,"

#: More digits than Python reads as a whole number.
DIGITS = "9" * 5000
HOSTILE = "<script>alert(1)</script>"

NOTEBOOK = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A small chapter

```{code-cell} ipython3
%s
```

```{code-cell} ipython3
1 / 0
```
"""


# --- how to break something -------------------------------------------------------------------------------------------


def write(name, content):
    def breaks(root):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return breaks


def edit(name, old, new):
    """The first `old` becomes `new`."""

    def breaks(root):
        raw = (root / name).read_bytes()
        before, after = (text if isinstance(text, bytes) else text.encode() for text in (old, new))
        assert before in raw
        (root / name).write_bytes(raw.replace(before, after, 1))

    return breaks


def cut(name, lines):
    """Only the first `lines` remain."""
    return lambda root: (root / name).write_bytes(b"".join((root / name).read_bytes().splitlines(True)[:lines]))


def again(name, line, **changed):
    """A line stands there once more, at the end, with some texts replaced."""

    def breaks(root):
        found = (root / name).read_text(encoding="utf-8").splitlines()[line - 1]
        for old, new in changed.items():
            found = found.replace(old, new, 1)
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(found + "\n")

    return breaks


def recoded(name, encoding):
    return lambda root: (root / name).write_bytes(
        (root / name).read_text(encoding="utf-8").encode(encoding, errors="replace")
    )


def field(name, line, column, value):
    """Another value in a cell of a table."""

    def breaks(root):
        with (root / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[line - 1][rows[0].index(column)] = value
        with (root / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return breaks


def huge(name):
    """A file of a gigabyte that takes no place."""

    def breaks(root):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
        os.truncate(root / name, 10**9)

    return breaks


def instead(name, make):
    """Something else stands in the place of a file."""

    def breaks(root):
        (root / name).unlink(missing_ok=True)
        make(root / name)

    return breaks


def loop(file):
    file.symlink_to(file.name)


def pipe(file):
    os.mkfifo(file)


def package(change):
    """The description of the first table is changed."""

    def breaks(root):
        content = json.loads((root / PACKAGE).read_text(encoding="utf-8"))
        change(content["resources"][0])
        (root / PACKAGE).write_text(json.dumps(content), encoding="utf-8")

    return breaks


def original(change=lambda text: text, name=COSTS):
    """The template of service costs, filled in and changed."""

    def breaks(root):
        with (root / "data/originals/templates/service-costs.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["category"] == "total"]
        lines = io.StringIO()
        filled = csv.DictWriter(lines, rows[0], lineterminator="\n")
        filled.writeheader()
        filled.writerows(row | {"mean": 1000 + number, "basis": "per year"} for number, row in enumerate(rows))
        write(name, change(lines.getvalue()))(root)

    return breaks


def tracked(root):
    original()(root)
    for call in (("init", "-q"), ("add", "--force", COSTS)):
        subprocess.run(["git", *call], cwd=root, check=True, capture_output=True)


def cell(code):
    """A chapter that was unpacked, whose first cell is `code`."""

    def breaks(root):
        write("expected.json", '{"page": "small", "records": []}')(root)
        write("notebooks/small.md", NOTEBOOK % code)(root)

    return breaks


def nothing(root):
    pass


CHECK = ("check",)
ADD = ("add", "number", "--quantity=q", "--statistic=r", "--value=.3", "--source-key=verhage2016", "--grade=P")
FAULTS = {
    # the register
    "register in half a UTF-16": (
        lambda root: write(REGISTER, (root / REGISTER).read_text(encoding="utf-8").encode("utf-16")[:-1])(root),
        CHECK,
        [REGISTER, "UTF-16", "damaged", "Save it as UTF-8"],
    ),
    "register with an empty row": (edit(REGISTER, ROW, " ,\xa0,,\n" + ROW), CHECK, [REGISTER, "row ", "is empty"]),
    "register in Latin-1": (edit(REGISTER, ROW, b"caf\xe9,"), CHECK, [REGISTER, "row ", "not UTF-8"]),
    "register with a NUL": (edit(REGISTER, ROW, b"\0" + ROW.encode()), CHECK, [REGISTER, "row ", "NUL byte"]),
    "register of a gigabyte": (huge(REGISTER), CHECK, [REGISTER, "1,000 MB", "right file"]),
    "register as a loop of links": (instead(REGISTER, loop), CHECK, [REGISTER, "cannot be read", "symbolic links"]),
    "register as a folder": (instead(REGISTER, os.mkdir), CHECK, [REGISTER, "folder, not a file"]),
    "register as a pipe": (instead(REGISTER, pipe), CHECK, [REGISTER, "pipe or a device"]),
    "register without a byte": (write(REGISTER, ""), CHECK, [REGISTER, "empty"]),
    "register of blank lines": (write(REGISTER, "\r\n \r\n"), CHECK, [REGISTER, "empty"]),
    "register with a header only": (cut(REGISTER, 1), CHECK, [REGISTER, "header and no rows"]),
    "register with a ragged row": (edit(REGISTER, ROW, "x,y\n" + ROW), CHECK, [REGISTER, "row ", "2 cells"]),
    "register with an open quotation": (
        again(REGISTER, 2, verhage='"verhage'),
        CHECK,
        [REGISTER, "row ", "quotation marks"],
    ),
    "register with a column twice": (
        edit(REGISTER, "ci_low,ci_high", "ci_low,ci_low"),
        CHECK,
        [REGISTER, "row 1", "'ci_low'", "twice"],
    ),
    "register without a column": (
        edit(REGISTER, "locator", "place"),
        CHECK,
        [REGISTER, "row 1", "'locator'", "missing"],
    ),
    "register with semicolons in part": (
        edit(REGISTER, "id,finding", "id;finding"),
        CHECK,
        [REGISTER, "row 1", "commas and semicolons", "with commas only"],
    ),
    "an id twice": (again(REGISTER, 2), CHECK, [REGISTER, "row ", "'id'", "occurs already"]),
    "an id in two files": (
        lambda root: edit(
            "data/published/twins.csv",
            "\n",
            "\n"
            + (root / REGISTER).read_text(encoding="utf-8").splitlines()[1].replace(",transmission,", ",twins,", 1)
            + "\n",
        )(root),
        CHECK,
        ["data/published/twins.csv", "row 2", "'id'", "transmission.csv"],
    ),
    "a count of no kind": (
        lambda root: [
            field(REGISTER, 2, column, value)(root)
            for column, value in {"statistic": "count", "value": "5", "ci_low": "", "ci_high": "", "kind": ""}.items()
        ],
        CHECK,
        [REGISTER, "row 2", "'kind'", "a count can be a result", "Say which it is"],
    ),
    "an id that climbs": (
        field(REGISTER, 2, "id", "../../etc/passwd"),
        CHECK,
        [REGISTER, "row 2", "'id'", "is not an id"],
    ),
    "an id of markup": (field(REGISTER, 2, "id", HOSTILE), CHECK, [REGISTER, "row 2", "'id'", "is not an id"]),
    "an id of two lines": (
        field(REGISTER, 2, "id", "a\nb\x1b[2J"),
        CHECK,
        [REGISTER, "row 2", "'id'", "'a b\\x1b[2J'"],
    ),
    "a row of another finding": (field(REGISTER, 2, "finding", "twins"), CHECK, [REGISTER, "row 2", "'finding'"]),
    "an unknown statistic": (
        field(REGISTER, 2, "statistic", "omega"),
        CHECK,
        [REGISTER, "row 2", "'statistic'", "Use one of"],
    ),
    "an unknown grade": (field(REGISTER, 2, "grade", "p"), CHECK, [REGISTER, "row 2", "'grade'", "Use P, S or U"]),
    "an unknown source": (
        field(REGISTER, 2, "source_key", "nobody1900"),
        CHECK,
        [REGISTER, "row 2", "'source_key'", "bibliography"],
    ),
    "a printed count with decimals": (
        field(REGISTER, 2, "value", "0,31"),
        CHECK,
        [REGISTER, "row 2", "'value'", "'0,31' is not a whole number"],
    ),
    "a comma that can be either": (
        lambda root: [field(REGISTER, 2, *cell)(root) for cell in EITHER],
        CHECK,
        [REGISTER, "row 2", "'value'", "'1,250' can be 1.250 or 1250", "'decimal comma' or 'thousands comma'"],
    ),
    "a value that is NaN": (
        field(REGISTER, 2, "value", "NaN"),
        CHECK,
        [REGISTER, "row 2", "'value'", "'NaN' is not a number"],
    ),
    "a value without end": (
        field(REGISTER, 2, "value", "inf"),
        CHECK,
        [REGISTER, "row 2", "'value'", "'inf' is not a number"],
    ),
    "a value of 5,000 digits": (
        field(REGISTER, 2, "value", DIGITS),
        CHECK,
        [REGISTER, "row 2", "'value'", "more than 28 digits"],
    ),
    "a fraction of 5,000 digits": (
        field(REGISTER, 2, "value", f"1/{DIGITS}"),
        CHECK,
        [REGISTER, "row 2", "'value'", "more than 28 digits"],
    ),
    "a count of 5,000 digits": (field(REGISTER, 2, "n", DIGITS), CHECK, [REGISTER, "row 2", "'n'", "too large"]),
    "a division by zero": (
        field(REGISTER, 2, "value", "3/0"),
        CHECK,
        [REGISTER, "row 2", "'value'", "is not a number"],
    ),
    "a correlation above 1": (
        edit(REGISTER, ",r,result,.31,", ",r,result,1.31,"),
        CHECK,
        [REGISTER, "row ", "'value'", "above 1"],
    ),
    "an interval upside down": (
        lambda root: [field(REGISTER, 2, c, v)(root) for c, v in (("ci_low", ".9"), ("ci_high", ".1"))],
        CHECK,
        [REGISTER, "row 2", "'ci_low'", "Exchange its ends"],
    ),
    "a p value above 1": (field(REGISTER, 2, "p", "5"), CHECK, [REGISTER, "row 2", "'p'", "probability"]),
    "a blank at an end": (
        field(REGISTER, 2, "unit", "correlation "),
        CHECK,
        [REGISTER, "row 2", "'unit'", "Remove them"],
    ),
    "a folder without a register": (
        lambda root: shutil.rmtree(root / "data/published"),
        CHECK,
        ["data/published/", "does not exist", "Restore it"],
    ),
    # tables of evidence and their descriptions
    "a table that is gone": (lambda root: (root / STUDY).unlink(), CHECK, [STUDY, "does not exist", "Restore it"]),
    "a table nobody described": (
        write("data/studies/new.csv", "a\n1\n"),
        CHECK,
        ["data/studies/new.csv", "not described", "Describe it"],
    ),
    "a count with decimals": (
        edit(STUDY, FATHERS, "Belsky,1983,51.5,0.11,"),
        CHECK,
        [STUDY, "row 2", "'n'", "'51.5' is not a whole number"],
    ),
    "a count of 5,000 digits in a table": (
        edit(STUDY, FATHERS, f"Belsky,1983,{DIGITS},0.11,"),
        CHECK,
        [STUDY, "row 2", "'n'", "too large"],
    ),
    "a decimal comma in a table": (
        edit(STUDY, FATHERS, 'Belsky,1983,51,"0,11",'),
        CHECK,
        [STUDY, "row 2", "'r'", "Give 0.11."],
    ),
    "NaN in a table": (
        edit(STUDY, FATHERS, "Belsky,1983,51,nan,"),
        CHECK,
        [STUDY, "row 2", "'r'", "'nan' is not a number"],
    ),
    "a number beyond all floats": (
        edit(STUDY, FATHERS, "Belsky,1983,51,1e999,"),
        CHECK,
        [STUDY, "row 2", "'r'", "'1e999' is not a number"],
    ),
    "an impossible correlation": (
        edit(STUDY, FATHERS, "Belsky,1983,51,1.11,"),
        CHECK,
        [STUDY, "row 2", "'r'", "greatest possible"],
    ),
    "a word that is none of the list": (
        field(STUDY, 2, "grade", "A"),
        CHECK,
        [STUDY, "row 2", "'grade'", "not one of"],
    ),
    "a row twice": (again(STUDY, 2), CHECK, [STUDY, "row ", "occurs already in row 2"]),
    "descriptions that are no JSON": (edit(PACKAGE, "{", "{{"), CHECK, [PACKAGE, "row 1", "not readable as JSON"]),
    "descriptions without end": (write(PACKAGE, "[" * 100_000), CHECK, [PACKAGE, "nested too deeply"]),
    "a number of 5,000 digits in descriptions": (
        write(PACKAGE, f'{{"resources": {DIGITS}}}'),
        CHECK,
        [PACKAGE, "too many digits"],
    ),
    "descriptions that are a list": (write(PACKAGE, "[]"), CHECK, [PACKAGE, "'resources'"]),
    "a description that climbs": (
        package(lambda r: r.update(path="../../../etc/passwd.csv")),
        CHECK,
        [PACKAGE, "'path'", "below the folder of the data"],
    ),
    "a table whose name climbs": (
        package(lambda r: r.update(name="../x")),
        CHECK,
        [PACKAGE, "'name'", "not a valid table name"],
    ),
    "a constraint that is no number": (
        package(lambda r: r["schema"]["fields"][0].update(type="number", constraints={"minimum": "0"})),
        CHECK,
        [PACKAGE, "'minimum'", "not a number"],
    ),
    "a pattern that is none": (
        package(lambda r: r["schema"]["fields"][0].update(constraints={"pattern": "("})),
        CHECK,
        [PACKAGE, "'pattern'", "not a pattern"],
    ),
    "an unknown type": (
        package(lambda r: r["schema"]["fields"][0].update(type="date")),
        CHECK,
        [PACKAGE, "unknown type 'date'"],
    ),
    "a claim whose chapter climbs": (
        field(CLAIMS, 2, "chapters", "../../etc/passwd"),
        CHECK,
        [CLAIMS, "row 2", "'chapters'", "not known"],
    ),
    "a claim on an unknown number": (
        field(CLAIMS, 2, "numbers", "nothing"),
        CHECK,
        [CLAIMS, "row 2", "'numbers'", "'nothing' is not known"],
    ),
    "a claim twice": (again(CLAIMS, 2), CHECK, [CLAIMS, "row ", "'id'", "occurs already in row 2"]),
    "a verdict without its strength": (
        field(CLAIMS, 2, "strength", "direct"),
        CHECK,
        [CLAIMS, "row 2", "'strength'", "Use one of"],
    ),
    # originals
    "an original of another name": (
        original(name="data/originals/service_costs.csv"),
        CHECK,
        ["service_costs.csv", "no chapter reads", "Name it after"],
    ),
    "an original whose name climbs": (
        original(name="data/originals/service-costs%2f..%2f..%2fpasswd.csv"),
        CHECK,
        ["passwd.csv", "no chapter reads", "Name it after"],
    ),
    "a workbook": (
        write("data/originals/service-costs.xlsx", b"PK\3\4"),
        CHECK,
        ["service-costs.xlsx", "as CSV", "Save it as CSV UTF-8"],
    ),
    "an original of a gigabyte": (huge(COSTS), CHECK, [COSTS, "1,000 MB"]),
    "an original as a loop of links": (instead(COSTS, loop), CHECK, [COSTS, "symbolic links"]),
    "an original as a pipe": (instead(COSTS, pipe), CHECK, [COSTS, "pipe or a device"]),
    "an original as a folder": (instead(COSTS, os.mkdir), CHECK, [COSTS, "folder, not a file"]),
    "an original as a link to nothing": (
        instead(COSTS, lambda file: file.symlink_to("nowhere.csv")),
        CHECK,
        [COSTS, "does not exist"],
    ),
    "an original in Windows-1252": (
        original(lambda text: text.replace("US dollars", "\u00a3", 1).encode("cp1252")),
        CHECK,
        [COSTS, "row 2", "Windows-1252", "CSV UTF-8"],
    ),
    "an original with a header only": (
        original(lambda text: text.splitlines()[0]),
        CHECK,
        [COSTS, "header and no rows"],
    ),
    "an original without a column": (
        original(lambda text: text.replace("basis", "base", 1)),
        CHECK,
        [COSTS, "row 1", "'basis'"],
    ),
    "an original with a recalled row": (
        original(lambda text: text.replace(",P,", ",U,", 1)),
        CHECK,
        [COSTS, "row 2", "'grade'", "Compare it"],
    ),
    "an original without a total": (
        original(lambda text: "\n".join(text.splitlines()[:-1])),
        CHECK,
        [COSTS, "'category'", "no row 'total'"],
    ),
    "a cost below 0": (
        original(lambda text: text.replace(",1000,", ",-1,")),
        CHECK,
        [COSTS, "row 2", "'mean'", "below 0"],
    ),
    "a cost with a thousands mark": (
        original(lambda text: text.replace(",1000,", ',"1,000",')),
        CHECK,
        [COSTS, "row 2", "'mean'", "Give 1.000 or 1000."],
    ),
    "an original that git tracks": (tracked, CHECK, [COSTS, "git tracks", "git rm --cached"]),
    "children of an unknown class": (
        write(
            "data/originals/cohort-children.csv",
            f"child_id,attachment,sex,risk,ext_k,{','.join(f'ext_g{g}' for g in range(1, 7))}\nc1,E,girl,0,50,,,,,,\n",
        ),
        CHECK,
        ["cohort-children.csv", "row 2", "'attachment'"],
    ),
    # the bibliography
    "a work twice": (edit(BIB, WORK, "@article{atkinson2000,"), CHECK, [BIB, "row ", "'atkinson2000' occurs already"]),
    "a work twice in another case": (
        edit(BIB, WORK, "@article{Atkinson2000,"),
        CHECK,
        [BIB, "row ", "as 'atkinson2000'"],
    ),
    "a brace left open": (edit(BIB, WORK, "@article{verhage2016 {"), CHECK, [BIB, "row ", "Check braces"]),
    "an abbreviation nobody defined": (
        edit(BIB, "year = {2004}", "year = undefined"),
        CHECK,
        [BIB, "row ", "undefined"],
    ),
    "an abbreviation of itself": (
        edit(BIB, WORK, "@string{x = x # x}\n" + WORK),
        CHECK,
        [BIB, "row ", "not readable as BibTeX"],
    ),
    "braces without end": (
        edit(BIB, "year = {2004}", f"year = {'{' * 9000}{'}' * 9000}"),
        CHECK,
        [BIB, "row ", "nested braces"],
    ),
    "a work within a line": (edit(BIB, WORK, "x " + WORK), CHECK, [BIB, "'verhage2016'", "a line of its own"]),
    "a work without a title": (edit(BIB, "  title =", "  titel ="), CHECK, [BIB, "row 1", "'title'", "Fill it in"]),
    "a work of an unknown type": (
        edit(BIB, "@article{agrawal2004", "@paper{agrawal2004"),
        CHECK,
        [BIB, "row 1", "unknown type 'paper'"],
    ),
    "a DOI with a full stop": (
        edit(BIB, "10.1080/10673220490447218", "10.1080/10673220490447218."),
        CHECK,
        [BIB, "row 9", "'doi'", "bare DOI", "as 10.1080/10673220490447218."],
    ),
    "a key of markup": (edit(BIB, "agrawal2004", HOSTILE), CHECK, [BIB, "row 1", "is not a key"]),
    "a bibliography in Latin-1": (edit(BIB, "Agrawal", b"Agr\xe1wal"), CHECK, [BIB, "row ", "not UTF-8"]),
    "a bibliography of a gigabyte": (huge(BIB), CHECK, [BIB, "1,000 MB"]),
    "an empty bibliography": (write(BIB, ""), CHECK, [BIB, "empty"]),
    # pages and notebooks
    "front matter that is no YAML": (edit(PAGE, "---\n", "---\na: [\n"), CHECK, [PAGE, "row ", "not valid YAML"]),
    "front matter without end": (
        lambda root: [
            edit(PAGE, "\n---\n", "\n")(root) for _ in range((root / PAGE).read_text(encoding="utf-8").count("\n---\n"))
        ],
        CHECK,
        [PAGE, "row 1", "front matter", "---"],
    ),
    "a notebook without front matter": (edit(PAGE, "---\n", "\n"), CHECK, [PAGE, "front matter"]),
    "a cell without end": (edit(PAGE, "\n```\n", "\n\n"), CHECK, [PAGE, "row ", "not closed"]),
    "a chapter head without end": (edit(PAGE, "\n:::\n", "\n\n"), CHECK, [PAGE, "row ", "not closed"]),
    "an unknown option of a chapter head": (
        edit(PAGE, "question:", "query:"),
        CHECK,
        [PAGE, "'query'", "Use one of question"],
    ),
    "a chapter head with an alias": (edit(PAGE, "question:", "question: *x\nx:"), CHECK, [PAGE, "row ", "alias"]),
    "a number typed by hand": (edit(PROSE, "# ", "# 3.14 "), CHECK, [PROSE, "row ", "3.14", "Name its ledger row"]),
    "a section out of its frame": (
        edit(PAGE, "## Result", "## Results"),
        CHECK,
        [PAGE, "row ", "'Results'", "subsection"],
    ),
    "a page in Latin-1": (edit(PROSE, "# ", b"# \xe9"), CHECK, [PROSE, "row ", "not UTF-8"]),
    "a page of a gigabyte": (huge(PROSE), CHECK, [PROSE, "1,000 MB"]),
    "a page as a loop of links": (instead(PROSE, loop), CHECK, ["_toc.yml", "book/run-it", "Correct its name"]),
    "a term twice": (
        edit("book/glossary.md", "```{glossary}\n", "```{glossary}\nTwice\n  One.\n\nTwice\n  Two.\n\n"),
        CHECK,
        ["book/glossary.md", "'Twice' twice", "Keep one"],
    ),
    "a cell that fails": (
        cell("nothing_here"),
        ("rerun",),
        ["notebooks/small.md", "code cell 1 ('nothing_here')", "NameError", "restated lab"],
    ),
    "a cell that says it wants to end": (
        cell("exit()"),
        ("rerun",),
        ["notebooks/small.md", "code cell 2 ('1 / 0')", "ZeroDivisionError"],
    ),
    "a kernel that dies": (
        cell("import os; os._exit(3)"),
        ("rerun",),
        ["notebooks/small.md", "code cell 1", "Kernel died"],
    ),
    "output without end": (
        cell("while True: print('x' * 100_000)"),
        ("rerun",),
        ["notebooks/small.md", "more than 16 MB", "Let it print less"],
    ),
    # configuration
    "configuration that is no YAML": (
        edit("_config.yml", "title: Restated", "title: ["),
        CHECK,
        ["_config.yml", "row ", "not valid YAML"],
    ),
    "configuration that runs code": (
        edit("_config.yml", "title: Restated", "title: !!python/object/apply:os.system [x]"),
        CHECK,
        ["_config.yml", "row 1", "could not determine"],
    ),
    "configuration that explodes": (
        write(
            "_config.yml",
            "a0: &a0 x\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)),
        ),
        CHECK,
        ["_config.yml", "row 2", "alias *a0"],
    ),
    "configuration of another kind": (
        edit("_config.yml", "html:\n", "html: 5\nhtml2:\n"),
        CHECK,
        ["_config.yml", "'html'", "list of named values"],
    ),
    "execution of another kind": (
        edit("_config.yml", "execute:\n", "execute: off\nexecute2:\n"),
        CHECK,
        ["_config.yml", "'execute'", "list of named values"],
    ),
    "an address that is none": (
        edit("_config.yml", "html:\n", 'html:\n  baseurl: "javascript:alert(1)"\n'),
        CHECK,
        ["_config.yml", "'html.baseurl'", "https://"],
    ),
    "configuration said twice": (
        edit("_config.yml", "title: Restated", "title: Restated\ntitle: Again"),
        CHECK,
        ["_config.yml", "row 2", "'title' is there twice"],
    ),
    "configuration in UTF-16": (recoded("_config.yml", "utf-16"), CHECK, ["_config.yml", "UTF-16"]),
    "no configuration": (lambda root: (root / "_config.yml").unlink(), CHECK, ["_config.yml", "does not exist"]),
    "contents with a page that is not there": (
        edit("_toc.yml", "notebooks/reach", "notebooks/reech"),
        CHECK,
        ["_toc.yml", "notebooks/reech", "Correct its name"],
    ),
    "contents with a notebook in JSON": (
        lambda root: [
            write("notebooks/new.ipynb", "{}")(root),
            edit("_toc.yml", "notebooks/reach", "notebooks/new.ipynb")(root),
        ],
        CHECK,
        ["_toc.yml", "'file'", "notebooks/new.ipynb", "jupytext --to md:myst notebooks/new.ipynb"],
    ),
    "contents with a notebook in JSON, without its suffix": (
        lambda root: [
            write("notebooks/new.ipynb", "{}")(root),
            edit("_toc.yml", "notebooks/reach", "notebooks/new")(root),
        ],
        CHECK,
        ["_toc.yml", "'file'", "notebooks/new.ipynb", "jupytext --to md:myst notebooks/new.ipynb"],
    ),
    "a notebook for another kernel": (
        edit(PAGE, "  language: python\n  name: python3", "  language: R\n  name: ir"),
        CHECK,
        [PAGE, "'kernelspec.language'", "kernel 'R'", "Python only"],
    ),
    "a cell in another language": (
        edit(PAGE, "```{code-cell} ipython3", "```{code-cell} julia"),
        CHECK,
        [PAGE, "row ", "'julia'", "Python only"],
    ),
    "a footnote without its text": (edit(PROSE, "\n\n", "\n\nSo it is.[^why]\n\n"), CHECK, [PROSE, "row ", "[^why]"]),
    "a pattern in the contents": (
        edit("_toc.yml", "file: notebooks/reach", "glob: notebooks/r*"),
        CHECK,
        ["_toc.yml", "field 'glob'", "Write each as '- file: <page>'"],
    ),
    "contents that climb": (
        edit("_toc.yml", "notebooks/reach", "../../etc/passwd"),
        CHECK,
        ["_toc.yml", "'../../etc/passwd' is not a valid page name", "without suffix"],
    ),
    "contents from the root of the disk": (
        edit("_toc.yml", "notebooks/reach", "/etc/passwd"),
        CHECK,
        ["_toc.yml", "'/etc/passwd' is not a valid page name"],
    ),
    "contents with a page twice": (
        edit("_toc.yml", "notebooks/reach", "notebooks/claims"),
        CHECK,
        ["_toc.yml", "notebooks/claims", "twice"],
    ),
    "contents without a front page": (
        edit("_toc.yml", "root: book/index\n", ""),
        CHECK,
        ["_toc.yml", "'root'", "book/index"],
    ),
    "contents of another kind": (
        edit("_toc.yml", "- file: notebooks/reach", "- notebooks/reach"),
        CHECK,
        ["_toc.yml", "'notebooks/reach' is not an entry"],
    ),
    "a book without an author": (
        edit("CITATION.cff", '- name: "The', '- nome: "The'),
        CHECK,
        ["CITATION.cff", "'authors'", "author 1", "Give family-names"],
    ),
    "a book without a title": (edit("CITATION.cff", "title:", "titel:"), CHECK, ["CITATION.cff", "'title'", "Add it"]),
    "a day that is none": (
        edit("CITATION.cff", '"2026-11-30"', '"2026-02-30"'),
        CHECK,
        ["CITATION.cff", "'date-released'", "Write it as"],
    ),
    "a day that is none, without quotation marks": (
        edit("CITATION.cff", '"2026-11-30"', "2026-02-30"),
        CHECK,
        ["CITATION.cff", "date that does not exist"],
    ),
    "keywords as a text": (
        edit("CITATION.cff", "keywords:\n", "keywords: all\nmore:\n"),
        CHECK,
        ["CITATION.cff", "'keywords'", "not a list"],
    ),
    "a package nobody can read": (
        write("pyproject.toml", "[project\n"),
        ("deposit",),
        ["pyproject.toml", "not readable", "Restore it"],
    ),
    # the command line
    "no command": (nothing, (), ["usage:", "required: command"]),
    "an unknown command": (nothing, ("bild",), ["usage:", "invalid choice: 'bild'", "build"]),
    "an unknown option": (nothing, ("check", "--fast"), ["usage:", "unrecognized arguments: --fast"]),
    "nothing named to add": (nothing, ("add",), ["usage:", "required: what"]),
    "a number without its values": (
        nothing,
        ("add", "number", "new-r", "--finding", "transmission"),
        ["a number needs --quantity, --statistic, --source-key, --grade, --value. ", "Give each"],
    ),
    "a number that is there": (
        nothing,
        (*ADD, "verhage2016-secure-r", "--finding=transmission"),
        [REGISTER, "'id'", "occurs already"],
    ),
    "a number for a finding that climbs": (
        nothing,
        (*ADD, "new-r", "--finding=../claims/claims"),
        ["unknown finding '../claims/claims'", "Use one of"],
    ),
    "a number in a book with a fault": (
        edit(REGISTER, ROW, "Verhage,"),
        (*ADD, "new-r", "--finding=transmission"),
        [REGISTER, "row ", "'Verhage' "],
    ),
    "a table outside the data": (
        nothing,
        ("add", "table", "../x", *(f"--{name}=x" for name in ("title", "description", "status", "license", "source"))),
        ["'../x' is not a name", "Use lower-case"],
    ),
    "a port that is a word": (nothing, ("serve", "--port", "http"), ["usage:", "--port", "'http'"]),
    "a port beyond all ports": (nothing, ("serve", "--port", "99999"), ["usage:", "--port", "between 0 and 65535"]),
    "a port of 5,000 digits": (nothing, ("serve", "--port", DIGITS), ["usage:", "--port"]),
    "nothing to serve": (nothing, ("serve",), ["not built yet", "restated build"]),
    "nothing to verify yet": (nothing, ("todo",), ["_build/entries.json", "not built yet", "restated build"]),
    "an unknown id": (
        write("_build/entries.json", "[\n]\n"),
        ("todo", "../../etc/passwd"),
        ["'../../etc/passwd'", "restated todo"],
    ),
    "a list that was cut off": (
        write("_build/entries.json", '[{"id": "a"'),
        ("todo",),
        ["_build/entries.json", "not JSON"],
    ),
    "no chapter to run again": (nothing, ("rerun",), ["expected.json", "Unpack the zip"]),
    "a chapter whose numbers are no JSON": (
        write("expected.json", "{"),
        ("rerun",),
        ["expected.json", "not readable as JSON"],
    ),
    "a chapter whose name climbs": (
        write("expected.json", '{"page": "../book/index", "records": []}'),
        ("rerun",),
        ["expected.json", "not the numbers of a chapter"],
    ),
    "a chapter that is not there": (
        write("expected.json", '{"page": "nowhere", "records": []}'),
        ("rerun",),
        ["notebooks/nowhere.md", "does not exist"],
    ),
    "a build from a gigabyte": (huge("data/studies/huge.csv"), ("build",), ["data/studies/huge.csv", "1,000 MB"]),
    "ensembles without a register": (
        lambda root: shutil.rmtree(root / "data/published"),
        ("ensembles",),
        ["no published number has the id", "Look it up in data/published"],
    ),
}

#: What a command may leave where it has failed: a build holds its lock there.
TOLERATED = {"build": {"_build", "_build/.lock"}}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """What people write, with the printed numbers of a few findings."""
    folder = tmp_path_factory.mktemp("sources")
    books.copy(folder, ("data", "book", "notebooks"), ("_config.yml", "_toc.yml", "pyproject.toml", *books.FILES))
    books.shrink(folder, (*books.FINDINGS, "service-costs", "twins"), works=["agrawal2004"])
    return folder


@pytest.fixture
def root(calls, sources):
    """A copy of the sources where calls look for them; the package is the one under test."""
    shutil.rmtree(calls.root, ignore_errors=True)
    shutil.copytree(sources, calls.root)
    return calls.root


def tree(root):
    """Everything below `root` with kind, size and time of change; links are not followed."""
    found = {}
    for folder, inside, names in os.walk(root):
        inside[:] = [name for name in inside if name != ".git"]
        for name in (*inside, *names):
            stat = os.lstat(os.path.join(folder, name))
            found[os.path.relpath(os.path.join(folder, name), root)] = (
                stat.st_mode,
                stat.st_size,
                stat.st_mtime_ns if name not in inside else 0,
            )
    return found


def refused(calls, arguments, **environment):
    """The one message of a command that fails as it should."""
    root = calls.root
    before = tree(root)
    result = calls(*arguments, **environment)
    told = result.stderr
    assert result.returncode == (2 if told.startswith("usage:") else 1), told
    assert "Traceback" not in told + result.stdout
    assert str(root) not in told and str(paths.ROOT) not in told
    after = tree(root)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= TOLERATED.get(
        arguments[0] if arguments else "", set()
    )
    if told.startswith("usage:"):
        assert re.fullmatch(r"usage:.*\n(?: .*\n)*restated(?: \w+)?: error: .*\n", told), told
    else:
        # One line: what is wrong, and as a sentence of its own the remedy.
        assert re.fullmatch(r"error: .*[^ .]\. [A-Za-z].*\.\n", told), told
        assert told.isascii() or told.removesuffix("\n").isprintable()
    return told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_message_with_place_and_remedy_and_nothing_is_written(calls, root, fault):
    breaks, arguments, says = FAULTS[fault]
    breaks(root)
    told = refused(calls, arguments)
    for part in says:
        assert part in told, told


def test_the_matrix_is_as_long_as_was_asked_for():
    different = {json.dumps([list(arguments), says]) for _, arguments, says in FAULTS.values()}
    assert len(FAULTS) >= 60 and len(different) >= 60


@pytest.mark.skipif(books.ORDINARY is None, reason="root may read everything")
def test_a_file_nobody_may_read_is_named(root):
    (root / REGISTER).chmod(0)
    result = books.run(root, *CHECK, before=books.ORDINARY)
    assert result.returncode == 1
    assert f"{REGISTER}: the file cannot be read (Permission denied)" in result.stderr


def test_a_port_in_use_is_named(calls, root):
    write("_build/html/index.html", "<p>A book</p>")(root)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = refused(calls, ("serve", "--port", port))
    assert told == f"error: port {port} cannot be used: Address already in use. Choose another --port.\n"


@pytest.mark.parametrize("moment", ["yesterday", "-1", "0", DIGITS, "²"])
def test_a_time_that_is_none_is_refused(calls, root, moment):
    assert "SOURCE_DATE_EPOCH" in refused(calls, CHECK, SOURCE_DATE_EPOCH=moment)


def test_a_traceback_is_shown_to_those_who_ask(calls, root):
    write(REGISTER, "")(root)
    result = calls("--debug", "check")
    assert result.returncode != 0 and "Traceback" in result.stderr and "RestatedError" in result.stderr


# --- what is taken ----------------------------------------------------------------------------------------------------

TAKEN = {
    "nothing broken": nothing,
    "the register as Excel saves it": lambda root: write(
        REGISTER, b"\xef\xbb\xbf" + (root / REGISTER).read_bytes().replace(b"\n", b"\r\n")
    )(root),
    "an original as Excel saves it": original(lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    "an original with the line ends of an old Macintosh": original(lambda text: text.replace("\n", "\r")),
    "a bibliography and pages as Notepad saves them": lambda root: [
        write(name, b"\xef\xbb\xbf" + (root / name).read_bytes().replace(b"\n", b"\r\n"))(root)
        for name in (BIB, PAGE, PROSE, "_config.yml", "_toc.yml", "CITATION.cff", PACKAGE)
    ],
    "an original as a link to where it is kept": lambda root: (
        original(name="kept.csv")(root),
        (root / COSTS).symlink_to(root / "kept.csv"),
    ),
    "hostile text where any text may stand": lambda root: [
        field(REGISTER, 2, column, text)(root)
        for column, text in (("quantity", HOSTILE), ("note", "=cmd|' /C calc'!A0"))
    ],
    "notes of an editor among the originals": write("data/originals/.~lock.service-costs.csv#", "me"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_editors_and_spreadsheets_do_is_taken(calls, root, case):
    TAKEN[case](root)
    before = tree(root)
    result = calls("check")
    assert (result.returncode, result.stderr) == (0, "") and result.stdout.endswith("no fault found\n")
    assert tree(root) == before


def test_the_largest_file_that_is_read_is_far_larger_than_any_source():
    sources = [
        p
        for folder in ("data", "book", "notebooks", "tests/reference")
        for p in (paths.ROOT / folder).rglob("*")
        if p.is_file()
    ]
    assert 10 * max(p.stat().st_size for p in sources) < files.LARGEST
