"""What is wrong with the sheets of a printed PDF, read from its tags and the positions of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pikepdf

#: Of the height between its margins, a sheet with less is nearly empty: about six lines.
LEAST = 0.12
#: Tags that say nothing about what a text is.
NEUTRAL = {"NonStruct", "Span", "Link", "Strong", "Em", "Code", "P"}
#: Upper and lower margin of the sheets in points.
MARGINS = (62.4, 56.7)


@dataclass(eq=False)
class Tag:
    """An element of the structure, with the marks (sheet, number) of what it has on the sheets itself."""

    kind: str
    above: Tag | None
    below: list[Tag]
    marks: list[tuple[int, int]]

    def all(self, kind: str = "") -> Iterator[Tag]:
        for tag in self.below:
            if kind in ("", tag.kind):
                yield tag
            yield from tag.all(kind)

    def sheets(self) -> set[int]:
        return {sheet for tag in (self, *self.all()) for sheet, _ in tag.marks}


def tags(pdf: pikepdf.Pdf) -> Tag:
    number = {page.obj.objgen: i for i, page in enumerate(pdf.pages, 1)}

    def build(node: pikepdf.Dictionary, above: Tag | None, sheet: int) -> Tag:
        tag = Tag(str(node.get("/S", "/")).lstrip("/"), above, [], [])
        sheet = number[node.Pg.objgen] if "/Pg" in node else sheet
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, (list, pikepdf.Array)) else [kids]:
            if isinstance(kid, int):
                tag.marks.append((sheet, kid))
            elif "/MCID" in kid:  # the head of a table once more, on a later sheet
                tag.marks.append((number[kid.Pg.objgen] if "/Pg" in kid else sheet, int(kid.MCID)))
            elif "/S" in kid:
                tag.below.append(build(kid, tag, sheet))
        return tag

    return build(pdf.Root.StructTreeRoot, None, 0)


def lowest(page: pikepdf.Page) -> dict[int, float]:
    """Return for each mark on a sheet the height of its lowest text above the foot, in points."""
    heights: dict[int, float] = {}
    matrix, line = pikepdf.Matrix(), pikepdf.Matrix()
    kept: list[pikepdf.Matrix] = []
    marks: list[int | None] = []
    for words, operator in pikepdf.parse_content_stream(page, "q Q cm BDC BMC EMC BT Tm Td Tj TJ"):
        match str(operator):
            case "q":
                kept.append(matrix)
            case "Q":
                matrix = kept.pop()
            case "cm":
                matrix = pikepdf.Matrix(*words) @ matrix
            case "BDC" | "BMC":
                facts = words[-1]
                marks.append(int(facts.MCID) if isinstance(facts, pikepdf.Dictionary) and "/MCID" in facts else None)
            case "EMC":
                marks.pop()
            case "BT":
                line = pikepdf.Matrix()
            case "Tm":
                line = pikepdf.Matrix(*words)
            case "Td":
                line = pikepdf.Matrix(1, 0, 0, 1, *words) @ line
            case _:
                mark = next((m for m in reversed(marks) if m is not None), None)
                if mark is not None:
                    height = (line @ matrix).f
                    heights[mark] = min(height, heights.get(mark, height))
    return heights


def _tables(root: Tag) -> Iterator[tuple[int, str]]:
    for table in root.all("Table"):
        rows = [row for row in table.all("TR") if row.sheets()]
        heads = list(takewhile(lambda row: all(cell.kind == "TH" for cell in row.below), rows))
        body = rows[len(heads) :]
        filled = set().union(*(row.sheets() for row in body))
        for sheet in set().union(*(head.sheets() for head in heads)) - filled:
            yield sheet, "a head without a row"
        for row in body:
            if len(row.sheets()) > 1:
                yield min(row.sheets()), "a row cut"
        for one, other in ((0, 1), (-1, -2)):
            if len(body) > 1 and not body[one].sheets() & body[other].sheets():
                yield min(body[one].sheets()), "a row alone"
        above = table
        while above.above is not None and above.kind != "Figure":
            above = above.above
        captions = [*table.below, *above.below] if not next(above.all("Figure"), None) else table.below
        for caption in captions:
            if caption.kind == "Caption" and body and max(caption.sheets()) not in body[0].sheets():
                yield max(caption.sheets()), "a caption without its table"


def _figures(root: Tag) -> Iterator[tuple[int, str]]:
    for figure in root.all("Figure"):
        pictures = set().union(*(inner.sheets() for inner in [figure, *figure.all("Figure")] if inner.marks))
        captions = set().union(*(caption.sheets() for caption in figure.all("Caption")))
        if len(pictures) > 1:
            yield min(pictures), "a figure cut"
        elif pictures and captions and pictures != captions:
            yield min(pictures), "a figure without its caption"


def faults(file: Path) -> list[tuple[int, str]]:
    """Return what is wrong on which sheet of `file`, counted from 1."""
    with pikepdf.open(file) as pdf:
        root = tags(pdf)
        owners = {mark: tag for tag in root.all() for mark in tag.marks}
        found = [*_tables(root), *_figures(root)]
        drawn = {sheet for (sheet, _), tag in owners.items() if tag.kind == "Figure"}
        for sheet, page in enumerate(pdf.pages, 1):
            texts = {owners[sheet, m]: y for m, y in lowest(page).items() if (sheet, m) in owners}
            high = float(page.mediabox[3]) - MARGINS[0]
            if sheet not in drawn and (not texts or high - min(texts.values()) < LEAST * (high - MARGINS[1])):
                found.append((sheet, "nearly empty"))
            last = min(texts, key=texts.__getitem__) if texts else root
            while last.kind in NEUTRAL and last.above is not None:
                last = last.above
            if last.kind[:1] == "H":
                found.append((sheet, "a heading at the foot"))
    return sorted(found)
