"""Printed PDFs made smaller (tags packed into compressed streams), with metadata independent of clock and machine."""

import io
import re
from pathlib import Path

import pikepdf

from restated.errors import RestatedError

#: Tags of PDF 2.0 that Chromium uses, and what a reader of PDF 1.7 takes them for.
ROLES = {"Em": "Span", "Strong": "Span", "Title": "P", "Aside": "Note", "FENote": "Note"}
#: Parts of a file whose absence a reader would miss, and what they are.
PARTS = {"/StructTreeRoot": "tags", "/Outlines": "bookmarks"}
_NODE = re.compile(rb"\(node(\d{8})\)")  #: Name by which the cells of a table refer to its headings

pikepdf.settings.set_flate_compression_level(9)


def page_numbers(file: Path) -> tuple[dict[str, int], int]:
    """Return the page, counted from 1, of each place in `file` that a link leads to, and the number of pages."""
    with pikepdf.open(file) as pdf:
        pages: dict[tuple[int, int], int] = {page.obj.objgen: i for i, page in enumerate(pdf.pages, 1)}
        places = pdf.Root.get("/Dests") or pikepdf.Dictionary()
        return {name.lstrip("/"): pages[place[0].objgen] for name, place in dict(places).items()}, len(pages)


def repack(printed: bytes, facts: dict[str, str]) -> bytes:
    """Return the file `printed` by Chromium as PDF 1.7 with `facts` about it; refuse one without tags or bookmarks."""
    out = io.BytesIO()
    # Nodes are numbered from 1: Chromium counts those of its own start along, of which there are more or fewer.
    names = {node: b"(node%08d)" % i for i, node in enumerate(sorted(set(_NODE.findall(printed))), 1)}
    try:
        with pikepdf.open(io.BytesIO(_NODE.sub(lambda found: names[found[1]], printed))) as pdf:
            if missing := [words for part, words in PARTS.items() if part not in pdf.Root]:
                raise RestatedError(f"Chromium printed a file without {' and '.join(missing)}")
            if "/RoleMap" not in pdf.Root.StructTreeRoot:
                roles = {f"/{name}": pikepdf.Name(f"/{role}") for name, role in ROLES.items()}
                pdf.Root.StructTreeRoot.RoleMap = pikepdf.Dictionary(roles)
            # The browser's own note names it and the machine in full.
            del pdf.trailer["/Info"]
            for name, text in facts.items():
                pdf.docinfo[name] = text
            packed = pikepdf.ObjectStreamMode.generate
            pdf.save(out, object_stream_mode=packed, recompress_flate=True, deterministic_id=True, force_version="1.7")
    except pikepdf.PdfError as error:
        raise RestatedError(f"Chromium wrote a PDF that cannot be read: {error}") from None
    return out.getvalue()
