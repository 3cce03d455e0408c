"""An executed notebook for JupyterLab: what only the book's typesetter understands becomes plain text."""

import json
import re
from collections.abc import Callable, Mapping

import yaml

from restated_book import entries, ledger, outputs, provenance
from restated_book.export import about
from restated_book.outputs import HAND_OVER
from restated_book.sources import bibliography

#: MIME types for what notebooks hand over to the build.
PRIVATE = (ledger.MIME, ledger.MIME_READS, provenance.MIME, outputs.MIME_TABLE)
#: What a reader's JupyterLab needs to know.
METADATA = ("kernelspec", "language_info")

_ROLE = re.compile(r"\{(?P<name>[a-z]+(?::[a-z]+)?)\}`(?P<text>[^`]+)`")
_OPEN = re.compile(r"(?P<fence>:{3,}|`{3,})\{(?P<name>[a-z-]+)\}[ \t]*(?P<words>.*)")
_TARGET = re.compile(r"^\([a-z0-9-]+\)=\n", re.M)
#: Links to places of the book, which a notebook on its own does not have.
_INSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)?(?:[\w/-]+\.md)?(?:#[\w-]+)?\)")
_TITLED = re.compile(r"(.+?)\s*<[^>]+>")
_SPARE_LINES = re.compile(r"\n{3,}")


def for_reader(content: Mapping, page: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str:
    """Return the text of the file of an executed notebook.

    Parameters
    ----------
    content : mapping
        The notebook, nbformat 4.
    page : str
        Its name without ending.
    rows : mapping
        Rows of the joined ledger by id.
    works : Bibliography
        What the text cites.
    """
    cells = []
    for cell in content["cells"]:
        source = "".join(cell["source"])
        if source == HAND_OVER:
            continue
        if cell["cell_type"] == "markdown":
            source = readable(source, page, rows, works)
        cell = {**cell, "source": source}
        if "outputs" in cell:
            cell["outputs"] = [_public(output) for output in cell["outputs"]]
        cells.append(cell)
    cells.append({"cell_type": "markdown", "id": "about-this-file", "metadata": {}, "source": _about(page)})
    metadata = {key: content["metadata"][key] for key in METADATA if key in content["metadata"]}
    clean = {**content, "cells": cells, "metadata": metadata}
    return json.dumps(clean, ensure_ascii=False, indent=1) + "\n"


def _public(output: Mapping) -> dict:
    if "data" not in output:
        return dict(output)
    data = {kind: value for kind, value in output["data"].items() if kind not in PRIVATE}
    return {**output, "data": data, "metadata": {}}


def _about(page: str) -> str:
    return (
        f"---\n\n**About this file.** An executed chapter of *{about.book().title}*. To run it again, take the "
        f"chapter's zip, which holds code and data.\n\nCite as: {about.citation_text(page)}\n\n"
        f"Licence of text, tables and figures: {about.LICENCE}; of the code: BSD 3-Clause."
    )


def readable(text: str, page: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str:
    """Turn MyST into plain Markdown: roles into the words they print, blocks into headed paragraphs; the rest stays."""

    def role(found: re.Match) -> str:
        # A table cell ends at a bar.
        words = _words(found["name"], found["text"].strip(), rows, works)
        return found[0] if words is None else words.replace("|", "\\|")

    text = _TARGET.sub("", text)
    text = "\n".join(_blocks(text.split("\n"), page, rows))
    return _SPARE_LINES.sub("\n\n", _INSIDE.sub(r"\1", _ROLE.sub(role, text))).strip("\n")


def _words(name: str, text: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str | None:
    if name in ("published", "restated", "interval", "verdict", "grade"):
        return _number(name, rows[text]) if text in rows else None
    if name == "status":
        return f"status: {entries.STATUSES[text]}" if text in entries.STATUSES else None
    if name == "claim":
        return text
    if name == "doc":
        titled = _TITLED.fullmatch(text)
        return titled[1] if titled else None
    if name in ("cite:t", "cite:p"):
        keys = [key.strip() for key in text.split(",")]
        if not all(key in works for key in keys):
            return None
        works_cited = "; ".join(works.short(key) for key in keys)
        return f"({works_cited})" if name == "cite:p" else works_cited
    return None


def _number(name: str, row: Mapping) -> str:
    """Return a number with the words next to it on the page, so that unverified ones are marked here too."""
    words = entries.words(name, row)
    if name == "published" and row["grade"] == "U":
        return f"{words} (unverified)"
    if name in ("restated", "interval") and row["verdict"] in entries.LOUD:
        return f"{words} ({entries.VERDICT_SHORT[row['verdict']]})"
    return words


def _blocks(lines: list[str], page: str, rows: Mapping[str, Mapping]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(lines):
        found = _OPEN.fullmatch(lines[at].rstrip())
        make = _MADE.get(found["name"]) if found else None
        end = next((i for i in range(at + 1, len(lines)) if found and lines[i].rstrip() == found["fence"]), 0)
        if found is None or make is None or not end:
            out.append(lines[at])
            at += 1
            continue
        inside = make(found["words"].strip(), lines[at + 1 : end], page, rows)
        out += ["", *_blocks(inside, page, rows), ""]
        at = end + 1
    return out


def _head(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    _, options, answer = "\n".join(inside).split("---\n", 2)
    head = {key: " ".join(str(value).split()) for key, value in yaml.safe_load(options).items()}
    lines = [f"**{head['question']}**", "", *answer.strip().split("\n")]
    if "certainty" in head:
        lines += ["", f"**Certainty: {head['certainty']}.** Why: {head['because']}."]
    return lines


def _plain(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    return ["**In plain words**", "", *inside]


def _titled(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    return [f"**{words}**", "", *(line for line in inside if not line.startswith(":class:"))]


def _when(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    id, _, basis = words.partition(" ")
    return inside if rows.get(id, {}).get("basis") == basis.strip() else []


def _claims(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    return ["*The list is on the site; the chapter's zip holds it in `data/claims/`.*"]


def _cite(words: str, inside: list[str], page: str, rows: Mapping) -> list[str]:
    return [f"Cite this chapter as: {about.citation_text(page)}"]


_MADE: dict[str, Callable[[str, list[str], str, Mapping], list[str]]] = {
    "chapter-head": _head,
    "plain-words": _plain,
    "admonition": _titled,
    "dropdown": _titled,
    "when": _when,
    "cite-and-download": _cite,
    "claims-list": _claims,
    "two-places": _claims,
}
