"""Outputs that would not appear properly are refused in one message; plain remarks and marked outputs pass."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated_book import ledger, outputs, paths, provenance
from restated_book.build import outputcheck

FILE = paths.NOTEBOOKS / "n.md"
NOW = datetime.now(UTC)


def book(*found):
    empty = nbformat.v4.new_code_cell("")
    return nbformat.v4.new_notebook(cells=[empty, nbformat.v4.new_code_cell("# note\nf(x)", outputs=list(found))])


def data(metadata=None, **parts):
    named = {name.replace("__", "/"): part for name, part in parts.items()}
    return nbformat.v4.new_output("display_data", data=named, metadata=metadata or {})


def mime(name, text="x"):
    return nbformat.v4.new_output("display_data", data={name: text, "text/plain": "x", "text/html": "<b>x</b>"})


def result(text):
    return nbformat.v4.new_output("execute_result", data={"text/plain": text}, execution_count=1)


def printed(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def marked(id="a", **parts):
    return data({outputs.MARK: {"kind": "table", "id": id, "status": "assumed"}}, **parts)


def refused(*found):
    with pytest.raises(RestatedError) as error:
        outputcheck.check(book(*found), FILE)
    text = str(error.value)
    assert text.startswith("notebooks/n.md: code cell 2 ('f(x)') ") and "\n" not in text
    return text.partition("('f(x)') ")[2]


REFUSED = {
    "a picture": (mime("image/png"), ["figure without a status", "show.figure("]),
    "a drawing": (data(**{"image__svg+xml": "<svg/>"}), ["figure without a status"]),
    "an axes": (result("<Axes: >"), ["figure without a status", "plt.close()"]),
    "a figure": (result("<Figure size 640x480 with 1 Axes>"), ["figure without a status"]),
    "lines": (result("[<matplotlib.lines.Line2D at 0x7f0a1b2c3d4e>]"), ["figure without a status"]),
    "axes": (result("array([[<Axes: >, <Axes: >]], dtype=object)"), ["figure without a status"]),
    "a frame": (data(text__html="<table><tr><td>1</td></tr></table>"), ["table without a status", "show.table("]),
    "a table in Markdown": (data(text__markdown="| a | b |\n|---|---|\n| c | d |"), ["table without a status"]),
    "a table without bars at its sides": (data(text__markdown="a | b\n--- | ---\nc | d"), ["table without a status"]),
    "text in Markdown": (data(text__markdown="**so**"), ["text with markup", "text of the page"]),
    "HTML": (data(text__html="<b>so</b>"), ["text with markup"]),
    "a formula": (data(text__latex="$x$", text__plain="x"), ["formula", "$…$"]),
    "HTML with LaTeX for paper": (mime("text/latex"), ["text with markup"]),
    "a list of words": (printed("['a', 'b']\n"), ["result: ['a', 'b']"]),
    "a dictionary of words": (data(text__plain="{'a': 'x'}"), ["result: {'a': 'x'}"]),
    "a displayed word": (data(text__plain="'words'"), ["result: 'words'"]),
    "truths of numpy": (printed("[ True False]\n"), ["result"]),
    "a named truth": (printed("so: True\n"), ["result"]),
    "a named infinity": (printed("r = inf\n"), ["result"]),
    "a function": (printed("<built-in function f>\n"), ["result"]),
    "a printed CSV": (printed("name,value\nx,high\ny,low\n"), ["table without a status"]),
    "bars behind numbers": (result("(array([1., 0.]), array([1.]), <BarContainer object of 1 artists>)"), ["figure"]),
    "a nan behind a word": (printed("mean nan\n"), ["result: mean nan"]),
    "an infinity behind a word": (printed("from -inf to so\n"), ["result"]),
    "a named tuple": (printed("Point(x='a')\n"), ["result: Point(x='a')"]),
    "an array of words": (printed("array(['a',\n       'b'], dtype=object)\n"), ["result"]),
    "an index": (printed("Index(['a'], dtype='object')\n"), ["result"]),
    "an empty frame": (printed("Empty DataFrame\nColumns: []\nIndex: []\n"), ["result"]),
    "bars of blocks": (printed("▁▂▃█\n"), ["table without a status"]),
    "a script": (mime("application/javascript"), ["script"]),
    "JSON": (mime("application/json"), ["text with markup"]),
    "a map": (data(**{"application__geo+json": "{}"}), ["application/geo+json, which a page cannot hold"]),
    "plotly": (mime("application/vnd.plotly.v1+json"), ["needs a script", "matplotlib"]),
    "altair": (mime("application/vnd.vegalite.v5+json"), ["needs a script"]),
    "bokeh": (mime("application/vnd.bokehjs_exec.v0+json"), ["needs a script"]),
    "a widget": (mime("application/vnd.jupyter.widget-view+json"), ["widget", "show.table("]),
    "a value": (result("0.1234"), ["bare value: 0.1234", "ledger.record("]),
    "a word": (result("'so'"), ["bare value: 'so'"]),
    "an object": (result("<object object at 0x7f0a1b2c3d4e>"), ["memory address"]),
    "a printed object": (printed("<object at 0x7F0A1B2C>"), ["memory address"]),
    "a printed number": (printed("r is .31\n"), ["result: r is .31", "ledger.record("]),
    "another printed number": (printed("It is ½ or ٣."), ["result"]),
    "a printed truth": (printed("True\n"), ["result: True"]),
    "a printed nothing": (printed("so\nnan\n"), ["result: so nan"]),
    "a printed frame": (printed("  study  r\n0     a  1\n"), ["table without a status"]),
    "a printed frame of words": (printed("study   place\nbelow   here\n"), ["table without a status"]),
    "a printed box": (printed("┌──┐\n│a │\n└──┘"), ["table without a status"]),
    "much text": (printed("word " * 200), ["1,000 characters", "text of the page"]),
    "colours": (printed("\x1b[31mred\x1b[0m"), ["colours", "plain text"]),
    "a bar": (printed("a\rb\rc"), ["progress bar"]),
    "a bar on standard error": (printed("\r 10%|█ | 1/10", "stderr"), ["progress bar"]),
    "a bar of an old kind": (printed("a\x08b"), ["progress bar"]),
    "a path": (printed("/home/me/file"), ["path or the name of this machine, /home/me/file", "folder of the book"]),
    "a path on Windows": (printed(r"C:\Users\me"), ["path or the name of this machine"]),
    "a path on a server": (printed(r"see \\server\share\me"), ["path or the name of this machine"]),
    "a path of the book": (printed(f"in {paths.ROOT}/data"), ["path or the name of this machine"]),
    "a path of Python": (printed(sys.prefix), ["path or the name of this machine"]),
    "a traceback": (nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["t"]), ["traceback: E: v"]),
    "a printed traceback": (
        printed('Traceback (most recent call last):\n  File "/tmp/ipykernel_7/1.py", line 3\nOSError: so\n'),
        ["shows a traceback", "say in words"],
    ),
    "a path of a server": (printed("/srv/me/file"), ["path or the name of this machine, /srv/me/file"]),
    "a number in words": (printed("We found Twelve studies.\n"), ["result: We found Twelve studies."]),
    "a share in words": (printed("A third of them recovered.\n"), ["result"]),
    "the name of the machine": (
        printed("Run on build-7.example.org.\n"),
        ["the name of this machine, build-7.example.org"],
    ),
    "its whole name in a table": (marked(text__plain="on build-7.example.org"), ["the name of this machine"]),
    "a warning of a cell": (
        printed("/tmp/ipykernel_77/123.py:3: UserWarning: old\n  warn()\n", "stderr"),
        ["standard error: UserWarning: old (line 3 of the cell)", "filterwarnings("],
    ),
    "a warning of a package": (
        printed("/usr/lib/x.py:3: FutureWarning: use /tmp/y z\n  warn()\n", "stderr"),
        ["standard error: FutureWarning: use … z"],
    ),
    "a log in colours": (printed("\x1b[33mslow\x1b[0m\n", "stderr"), ["standard error: slow.", "logging.disable()"]),
    "an address in a table": (marked(text__plain="<A object at 0x7f0a1b2c>"), ["memory address"]),
    "a process in a table": (marked(text__plain="ipykernel_1234"), ["id of a process"]),
    "a path in a table": (marked(text__plain="see /tmp/x/y"), ["path or the name of this machine, /tmp/x/y"]),
    "a time in a table": (marked(text__plain=f"{NOW:%Y-%m-%d %H:%M:%S.%f}"), ["time of this run"]),
    "another time in a table": (marked(text__plain=time.asctime(NOW.timetuple())), ["time of this run"]),
    "seconds in a table": (marked(application__json={"rows": [[1, [time.time()]]]}), ["time of this run"]),
    "a path in a record": (
        data({outputs.MARK: {"kind": "records"}}, **{ledger.MIME: [{"reason": "/root/x/y"}]}),
        ["path or the name of this machine"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_not_appear_properly_is_refused_naming_the_cell(case, monkeypatch):
    found, says = REFUSED[case]
    monkeypatch.setattr(outputcheck.platform, "node", lambda: "build-7.example.org")
    outputcheck._paths.cache_clear()
    text = refused(found)
    assert all(part in text for part in says), text
    assert "0x7" not in text and "ipykernel" not in text


TAKEN = {
    "nothing": [],
    "an empty line on standard error": [printed("\n", "stderr")],
    "a remark": [printed("There is no data/originals/x.csv here: see https://example.org/home/x.\n")],
    "words that are values elsewhere": [
        printed("True to form, none of them: no, none; (so it is)\nNone said so,\nbut, well.\n")
    ],
    "sentences": [printed("So it is.  And so:  it ends, and/or stops.\r\n")],
    "two tables": [marked("a", text__plain="1"), marked("b", text__plain="2016-01-31 12:30 to ratio a:b")],
    "a table with pictures and HTML": [marked(text__html="<img src='/tmp/x/y'>", text__plain="x")],
    "a time of another day": [marked(text__plain=f"{NOW - timedelta(days=3):%Y-%m-%d %H:%M}, 2026-02-30 10:10")],
    "seconds of another day": [marked(application__json=[time.time() - 3e5, True, None])],
    "words that hold others": [printed("Often the tenth is the second on build-x and prebuild.")],
    "the trace": [data({outputs.MARK: {"kind": "records"}}, **{provenance.MIME: {"files": ["/root/x"]}})],
}


@pytest.mark.parametrize("case", TAKEN)
def test_plain_remarks_and_marked_outputs_pass(case):
    assert outputcheck.check(book(*TAKEN[case]), FILE) is None


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.sampled_from(["stdout", "stderr"]))
def test_any_printed_text_passes_without_a_number_or_is_refused_in_one_line(text, name):
    try:
        outputcheck.check(book(printed(text, name)), FILE)
    except RestatedError as error:
        assert "code cell 2 ('f(x)')" in str(error) and "\n" not in str(error)
    else:
        assert not any(sign.isdigit() or sign in "|\t\x1b\x08" for sign in text)
        assert name == "stdout" or not text.strip()


def test_one_id_cannot_be_shown_twice():
    cells = [nbformat.v4.new_code_cell("x", outputs=[marked(text__plain="x")]) for _ in range(2)]
    with pytest.raises(RestatedError, match="code cells 1 and 2 both show 'a'"):
        outputcheck.check(nbformat.v4.new_notebook(cells=cells), Path("n.md"))
