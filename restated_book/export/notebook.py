"""An executed notebook for JupyterLab: what only the book's typesetter understands becomes plain text."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from restated_book import config, entries, ledger, outputs, paths, provenance
from restated_book.chapters import heads
from restated_book.cite.licence import licence
from restated_book.export import about
from restated_book.outputs import HAND_OVER
from restated_book.sources import bibliography
from restated_book.status import SUPPLIED, WITHHELD

#: MIME types for what notebooks hand over to the build.
PRIVATE = (ledger.MIME, ledger.MIME_READS, provenance.MIME, outputs.MIME_TABLE)
METADATA = ("kernelspec", "language_info")  #: What a reader's JupyterLab needs to know

_ROLE = re.compile(r"\{(?P<name>[a-z]+(?::[a-z]+)?)\}`(?P<text>[^`]+)`")
_OPEN = re.compile(r"(?P<fence>:{3,}|`{3,})\{(?P<name>[a-z-]+)\}[ \t]*(?P<words>.*)")
_TARGET = re.compile(r"^(?:\([a-z0-9-]+\)=|%.*)\n", re.M)  #: Targets of links, and comments, which only the source has
#: Links to places of the book, which a notebook on its own does not have.
_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)?(?:[\w/-]+\.md)?(?:#[\w-]+)?\)")
_TITLED = re.compile(r"(.+?)\s*<[^>]+>")
_SPARE_LINES = re.compile(r"\n{3,}")


def for_reader(content: Mapping, page: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str:
    """Return the file of the executed notebook `page`, with the words of ledger `rows` and of the `works` it cites."""
    cells, roles = [], dict[str, str]()
    for cell in content["cells"]:
        source = written = "".join(cell["source"])
        if source == HAND_OVER:
            continue
        changed: dict[str, Any] = {"outputs": [_public(o) for o in cell["outputs"]]} if "outputs" in cell else {}
        if cell["cell_type"] == "markdown" and (source := readable(written, page, rows, works)) != written:
            changed = {"metadata": {**cell["metadata"], outputs.MYST: written.strip()}}
            roles |= {role[0]: readable(role[0], page, rows, works) for role in _ROLE.finditer(written)}
        cells.append({**cell, "source": source, **changed})
    given = {"title": about.book().title, "cite": about.citation_text(page)}
    given |= {"text": licence()[0], "code": licence(code=True)[0]}
    own = {id: words.format(**given) for id, words in paths.tables(__file__).items()}
    first, last = ({"cell_type": "markdown", "id": id, "metadata": {}, "source": words} for id, words in own.items())
    cells = [first, *cells, last]
    metadata = {key: content["metadata"][key] for key in METADATA if key in content["metadata"]} | {outputs.MYST: roles}
    return json.dumps({**content, "cells": cells, "metadata": metadata}, ensure_ascii=False, indent=1) + "\n"


def _public(output: Mapping) -> Mapping:
    if output.get("metadata", {}).get(outputs.MARK, {}).get("status") == SUPPLIED:
        return {**output, "data": {"text/plain": WITHHELD}, "metadata": {}}
    data = {kind: value for kind, value in output.get("data", {}).items() if kind not in PRIVATE}
    if "text/html" in data:
        data["text/html"] = outputs.without_narrow("".join(data["text/html"]))
    return {**output, "data": data, "metadata": {}} if "data" in output else output


def readable(text: str, page: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str:
    """Turn MyST into plain Markdown: roles into the words they print, blocks into headed paragraphs; the rest stays."""

    def role(found: re.Match) -> str:
        # A table cell ends at a bar.
        words = _words(found["name"], found["text"].strip(), rows, works)
        return found[0] if words is None else words.replace("|", "\\|")

    text = _TARGET.sub("", text)
    text = "\n".join(_blocks(text.split("\n"), page, rows))
    return _SPARE_LINES.sub("\n\n", _LINK.sub(r"\1", _ROLE.sub(role, text))).strip("\n")


def _words(name: str, text: str, rows: Mapping[str, Mapping], works: bibliography.Bibliography) -> str | None:
    """Return the words that a role prints; None for one that stays as it is."""
    keys = [key.strip() for key in text.split(",")]
    match name:
        case "published" | "restated" | "interval" | "verdict" | "grade" if text in rows:
            return _number(name, rows[text])
        case "status" if text in entries.STATUSES:
            return f"**status: {entries.STATUSES[text]}**"
        case "claim":
            return text
        case "doc" | "ref" if titled := _TITLED.fullmatch(text):
            return titled[1]
        case "cite:t" | "cite:p" if all(key in works for key in keys):
            cited = "; ".join(map(works.short, keys))
            return f"({cited})" if name == "cite:p" else cited
    return None


def _number(name: str, row: Mapping) -> str:
    """Return a number with the words next to it on the page, so that unverified ones are marked here too."""
    words = entries.words(name, row)
    if name == "published" and row["grade"] == "U":
        return f"{words} (unverified)"
    if name in ("restated", "interval") and row["verdict"] in entries.LOUD:
        return f"{words} ({entries.short(entries.answer(row))})"
    return words


def _blocks(lines: list[str], page: str, rows: Mapping[str, Mapping]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(lines):
        found = _OPEN.fullmatch(lines[at].rstrip())
        end = next((i for i in range(at + 1, len(lines)) if found and lines[i].rstrip() == found["fence"]), 0)
        block = (found["name"], found["words"].strip()) if found and end else ("", "")
        inside = _inside(*block, lines[at + 1 : end], page, rows)
        if inside is None:
            out.append(lines[at])
            at += 1
        else:
            out += ["", *_blocks(inside, page, rows), ""]
            at = end + 1
    return out


def _inside(name: str, words: str, lines: list[str], page: str, rows: Mapping) -> list[str] | None:
    """Return the plain lines of a block with `words` after its name; None for a block that stays as it is."""
    match name:
        case "chapter-head":
            _, options, answer = "\n".join(lines).split("---\n", 2)
            head = {key: " ".join(str(value).split()) for key, value in yaml.safe_load(options).items()}
            found = [f"**{head['question']}**", "", *answer.strip().split("\n")]
            if "certainty" in head:
                found += ["", f"**Certainty: {head['certainty']}.** Why: {head['because']}."]
            return found
        case "plain-words":
            return ["**In plain words**", "", *lines]
        case "if-you-use-this":
            own, use = heads.read(paths.NOTEBOOKS / f"{page}.md"), config.load().findings.use
            return [x for o, says in use.items() if own and o in own.row for x in (f"**{says}:** {own.row[o]}", "")]
        case "admonition" | "dropdown":
            return [f"**{words}**", "", *(line for line in lines if not line.startswith(":class:"))]
        case "when":
            id, _, basis = words.partition(" ")
            return lines if rows.get(id, {}).get("basis") == basis.strip() else []
        case "cite-and-download":
            chapter = page if (paths.NOTEBOOKS / f"{page}.md").is_file() else ""
            return [f"Cite this {'chapter' if chapter else 'book'} as: {about.citation_text(chapter)}"]
        case "all-plain-words":
            return [x for h in heads.chapters() if h.plain for x in (f"## {h.title}", "", *h.plain.split("\n"), "")]
        case "glossary":
            return lines
        case "claims-list" | "two-places" | "contradicted-claims":
            return ["*The list is on the site; the chapter's zip holds it in `data/claims/`.*"]
    return None
