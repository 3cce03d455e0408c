from __future__ import annotations

import io

import pypdf
import pytest

from restated.errors import RestatedError
from restated_book.export import objects

FACTS = {"/Title": "Tést – x", "/CreationDate": "D:20260101000000+00'00'"}


def printed(first: int = 1) -> bytes:
    """One empty page in the form that Chromium writes, with a heading cell called after node `first` and a cell that names it."""
    bodies = [
        b"<</Title (As printed)>>",
        b"<</Type /Page /Parent 3 0 R /MediaBox [0 0 100 100] /Contents 4 0 R>>",
        b"<</Type /Pages /Kids [2 0 R] /Count 1>>",
        b"<</Length 4>> stream\nq Q\n\nendstream",
        b"<</Type /StructTreeRoot /K [6 0 R 7 0 R]>>",
        b"<</Type /StructElem /S /TH /P 5 0 R /ID (node%08d)>>" % first,
        b"<</Type /StructElem /S /TD /P 5 0 R /A [<</O /Table /Headers [(node%08d)]>>]>>" % first,
        b"<</Type /Catalog /Pages 3 0 R /MarkInfo <</Marked true>> /Lang (en) /Outlines 9 0 R /StructTreeRoot 5 0 R>>",
        b"<</Type /Outlines /Count 0>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, rows)
    return (
        out
        + table
        + b"trailer\n<</Size %d /Root 8 0 R /Info 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))
    )


def test_everything_is_still_there():
    reader = pypdf.PdfReader(io.BytesIO(objects.repack(printed(), FACTS)), strict=True)
    root = reader.trailer["/Root"]
    assert len(reader.pages) == 1
    assert reader.pages[0].get_contents().get_data().split() == [b"q", b"Q"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/StructTreeRoot"]["/RoleMap"]["/Em"] == "/Span"
    assert dict(reader.metadata) == FACTS


def test_cells_refer_to_their_heading_by_a_name_that_does_not_depend_on_the_start_of_the_browser():
    one, other = (objects.repack(printed(first), FACTS) for first in (146, 148))
    assert one == other
    heading, cell = pypdf.PdfReader(io.BytesIO(one)).trailer["/Root"]["/StructTreeRoot"]["/K"]
    assert heading.get_object()["/ID"] == cell.get_object()["/A"][0]["/Headers"][0] == "node00000001"


@pytest.mark.parametrize(
    "file, words",
    [(b"%PDF-1.4\nnothing more", "cannot be read"), (printed().replace(b"/Outlines", b"/Nothing"), "bookmarks")],
)
def test_what_is_not_a_whole_pdf_is_refused(file, words):
    with pytest.raises(RestatedError, match=words):
        objects.repack(file, FACTS)


def test_a_file_depends_on_its_content_only():
    assert objects.repack(printed(), FACTS) == objects.repack(printed(), FACTS)
