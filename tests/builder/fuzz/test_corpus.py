"""What fuzzing has found is refused or taken, and so is what can be made from it by a few changes."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from tests.builder.fuzz.__main__ import CORPUS
from tests.builder.fuzz.targets import TARGETS

KEPT = sorted(CORPUS.glob("*/*"))

#: What a change puts in: what parsers trip over.
TRIPS = (
    b"",
    b"\n",
    b"\r\n",
    b"\0",
    b",",
    b";",
    b'"',
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"---\n",
    b"```",
    b":::",
    b"|",
    b"%",
    b"\\",
    b"$",
    b"*x",
    b"&x ",
    b"\xff",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"NaN",
    b"inf",
    b"-",
    b"0",
    b"1e999",
    b"9" * 40,
    b"1/0",
    b"../",
    b"<script>",
    b"null",
    b"true",
    b"{}",
    b"[]",
)


@cache
def seeds(target: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted((CORPUS / target).iterdir())]


@st.composite
def changed(draw, target: str) -> bytes:
    """A kept input with some bytes taken out and others put in."""
    data = draw(st.sampled_from(seeds(target)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        out = draw(st.integers(0, 8))
        data = data[:at] + draw(st.sampled_from(TRIPS) | st.binary(max_size=6)) + data[at + out :]
    return data


def test_every_target_has_an_input_it_takes():
    assert {file.parent.name for file in KEPT} == TARGETS.keys()
    assert {file.parent.name for file in KEPT if file.name.startswith("good")} == TARGETS.keys()


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_was_kept_is_refused_or_taken(file):
    try:
        TARGETS[file.parent.name](file.read_bytes())
    except RestatedError:
        # What begins with "good" is here so that a target is seen to take something.
        assert not file.name.startswith("good")


@pytest.mark.parametrize("target", TARGETS)
def test_a_change_is_refused_or_taken(target):
    @settings(derandomize=True, deadline=None, max_examples=40, database=None, suppress_health_check=list(HealthCheck))
    @given(changed(target))
    def run(data):
        try:
            TARGETS[target](data)
        except RestatedError as error:
            # Of several faults of a file, each has a line of its own.
            assert str(error).count("\n") == str(error).count("\n  ")

    run()
