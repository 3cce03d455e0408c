"""Figures as files with words about their content, sources, citation and licence."""

import io
from html import escape
from pathlib import Path

from PIL.PngImagePlugin import PngInfo, putchunk

from restated_book.export import about

PNG_HEAD = 33  #: Bytes of a PNG before its second chunk: the signature and the header
#: The vocabulary that Creative Commons proposes for works in SVG.


def pictures_of(executed: Path) -> Path:
    """Return the folder with the figures of an executed notebook as PNG."""
    return executed.with_suffix(".pictures")


def described_png(picture: bytes, page: str, handed: dict) -> bytes:
    """Add text about itself to a PNG of the notebook `page`, which :mod:`restated_book.show` has `handed` over."""
    text = PngInfo()
    for key, words in about.words(page, handed).items():
        text.add_itxt(key, words)
    # Written between header and image, which is not compressed again.
    out = io.BytesIO()
    out.write(picture[:PNG_HEAD])
    for chunk in text.chunks:
        putchunk(out, *chunk[:2])
    out.write(picture[PNG_HEAD:])
    return out.getvalue()


def described_svg(picture: bytes, page: str, handed: dict) -> bytes:
    """Add text about itself to an SVG; parameters as for :func:`described_png`."""
    words = {key: escape(text) for key, text in about.words(page, handed).items()}
    head, _, rest = picture.decode("utf-8").partition(">")
    words_of = f"<title>{words['Title']}</title><desc>{words['Description']}</desc>"
    return (
        f"{head}>{words_of}{about.text('svg.xml').strip().format(**words, address=about.licence()[1])}{rest}".encode()
    )
