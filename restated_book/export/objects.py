"""The objects of a printed PDF packed into compressed streams, with metadata that do not depend on clock or machine.

The tags of a book are some 60,000 small objects. Chromium writes each in plain text; PDF 1.5 lets them be packed, which makes
the file less than half as large. pypdf, which reads such files, does not write them and needs half a minute to copy a book.
"""

from __future__ import annotations

import io
import re
import zlib

from pypdf.generic import ByteStringObject, DictionaryObject, NameObject, create_string_object

from restated.errors import RestatedError

#: Objects in one stream: readers unpack a whole stream for one object, and larger ones are hardly smaller in all.
OBJECTS_IN_STREAM = 500

#: Bytes of the three fields of a cross-reference: kind; offset or stream; unused or index.
WIDTHS = (1, 4, 2)
FREE, PLAIN, PACKED = 0, 1, 2

#: Tags of PDF 2.0 that Chromium uses, and what a reader of PDF 1.7 takes them for.
ROLES = b"/RoleMap <</Em /Span /Strong /Span /Title /P /Aside /Note /FENote /Note>>"

#: The name by which the cells of a table refer to its headings.
_NODE = re.compile(rb"\(node(\d+)\)")

_TABLE = re.compile(rb"xref\s+0 (\d+)\s+")
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)
_BODY = re.compile(rb"\s*\d+ 0 obj\b\s*(.*?)\s*endobj\s*$", re.DOTALL)
_REFERENCE = rb"/%s\s+(\d+) 0 R"


def _objects(printed: bytes) -> tuple[dict[int, bytes], int, int]:
    """The objects of a file with one plain table of cross-references, by number; which of them are the root and the facts."""
    trailer = _TRAILER.search(printed[-2000:])
    table = trailer and _TABLE.match(printed, int(trailer[2]))
    root, info = ((trailer and re.search(_REFERENCE % name, trailer[1])) for name in (b"Root", b"Info"))
    if not (table and root and info):
        raise RestatedError(
            "Chromium wrote a PDF of another build than this book can pack", remedy="use another version of Chromium"
        )
    start = table.end()
    offsets = {}
    for number in range(int(table[1])):
        line = printed[start + 20 * number : start + 20 * number + 20]
        if line[17:18] == b"n":
            offsets[number] = int(line[:10])
    order = sorted(offsets, key=offsets.get)
    ends = [offsets[n] for n in order[1:]] + [int(trailer[2])]
    return (
        {n: _BODY.match(printed, offsets[n], end)[1] for n, end in zip(order, ends, strict=True)},
        int(root[1]),
        int(info[1]),
    )


def _renamed(objects: dict[int, bytes]) -> dict[int, bytes]:
    """The objects with their nodes counted from 1: Chromium counts those of its own start along, of which there are more or fewer."""
    plain = {n: body for n, body in objects.items() if not body.endswith(b"endstream")}
    found = sorted({int(node) for body in plain.values() for node in _NODE.findall(body)})
    names = {node: b"(node%08d)" % i for i, node in enumerate(found, 1)}
    return objects | {n: _NODE.sub(lambda m: names[int(m[1])], body) for n, body in plain.items()}


def _written(thing) -> bytes:
    out = io.BytesIO()
    thing.write_to_stream(out)
    return out.getvalue()


def _stream(entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<<%s /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def repack(printed: bytes, facts: dict[str, str], identity: bytes) -> bytes:
    """The file `printed` in the form of PDF 1.7, smaller, with `facts` for what Chromium wrote about itself.

    Parameters
    ----------
    printed : bytes
        As Chromium writes it.
    facts : dict
        The document information: ``/Title`` and the like.
    identity : bytes
        16 bytes.

    Raises
    ------
    RestatedError
        If the file is not of the form that Chromium writes.
    """
    objects, root, info = _objects(printed)
    objects = _renamed(objects)
    objects[info] = _written(DictionaryObject({NameObject(k): create_string_object(v) for k, v in facts.items()}))
    tags = re.search(_REFERENCE % b"StructTreeRoot", objects[root])
    if tags and b"/RoleMap" not in objects[int(tags[1])]:
        objects[int(tags[1])] = objects[int(tags[1])].replace(b"<<", b"<<" + ROLES, 1)
    numbers = sorted(objects)
    small = [n for n in numbers if not objects[n].endswith(b"endstream")]
    free = numbers[-1] + 1
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, tuple[int, int, int]] = {0: (FREE, 0, 0xFFFF)}

    def put(number: int, body: bytes) -> None:
        places[number] = (PLAIN, out.tell(), 0)
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    for n in numbers:
        if objects[n].endswith(b"endstream"):
            put(n, objects[n])
    for i in range(0, len(small), OBJECTS_IN_STREAM):
        group = small[i : i + OBJECTS_IN_STREAM]
        heads, content = [], b""
        for k, n in enumerate(group):
            heads.append(b"%d %d" % (n, len(content)))
            content += objects[n] + b"\n"
            places[n] = (PACKED, free, k)
        head = b" ".join(heads) + b"\n"
        put(free, _stream(b"/Type /ObjStm /N %d /First %d" % (len(group), len(head)), head + content))
        free += 1
    start = out.tell()
    places[free] = (PLAIN, start, 0)
    rows = (places.get(n, (FREE, 0, 0)) for n in range(free + 1))
    table = b"".join(value.to_bytes(width, "big") for row in rows for value, width in zip(row, WIDTHS, strict=True))
    name = _written(ByteStringObject(identity))
    entries = b"/Type /XRef /Size %d /W [%d %d %d] /Root %d 0 R /Info %d 0 R /ID [%s %s]" % (
        free + 1,
        *WIDTHS,
        root,
        info,
        name,
        name,
    )
    out.write(b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (free, _stream(entries, table), start))
    return out.getvalue()
