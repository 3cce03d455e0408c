"""From a drawn figure to bytes: small, deterministic SVG for the light and the dark theme, and PNG."""

import io
import re
import xml.etree.ElementTree as ET
from typing import Any, cast

from matplotlib.figure import Figure
from PIL import Image

from restated.errors import RestatedError
from restated.plots import DARK
from restated.plots.minify import PAINT, minify, short
from restated.plots.style import POINTS, PX_PER_INCH, ROLES, look

AROUND = 0.04  #: Inches above and below what is drawn in a picture that is trimmed
PRINT_DPI = 300  #: Dots per inch journals ask for in line drawings with text
#: Colours kept in a PNG. Fewer shift the colours of the book visibly, more save nothing but shades at edges.
PNG_COLOURS = 32
PNG_EFFORT = 5  #: Effort of compression, up to 9: two steps more would take half as long again to save a thirtieth
NEARLY_WHITE = 254  #: Palette values from here on become white: they are means, and the ground has to be white in print
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


def svg(fig: Figure, *, trimmed: bool = False) -> str:
    """Figure as SVG text, only as high as what is drawn if `trimmed`; a colour outside `style.ROLES` is refused.

    One file serves both themes: where its address ends in ``#dark`` the root is the target, and rules for ``:target``
    change the light colours, which programs without style rules show.
    """
    root = minify(_raw(fig))
    width, whole = (float(side) for side in fig.get_size_inches())
    top, height = _drawn(fig) if trimmed else (0.0, whole)
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": DARK,
        "width": short(width * PX_PER_INCH, 0),
        "height": short(height * PX_PER_INCH, 0),
        "viewBox": f"0 {short(top * POINTS)} {short(width * POINTS)} {short(height * POINTS)}",
        "stroke-linejoin": "round",  # a style rule in matplotlib's own SVG
    }
    rules = ET.Element("style")
    rules.text = _dark_rules(ET.tostring(root, encoding="unicode"))
    root.insert(0, rules)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True).replace(" />", "/>") + "\n"


def _drawn(fig: Figure) -> tuple[float, float]:
    """Inches from the upper edge of a figure to what is drawn on it, and height of that with a little space around."""
    with look():
        box = fig.get_tightbbox(cast(Any, fig.canvas).get_renderer())
    return float(fig.get_figheight() - box.y1 - AROUND), float(box.height + 2 * AROUND)


def _raw(fig: Figure) -> str:
    buffer = io.StringIO()
    with look():
        fig.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _dark_rules(text: str) -> str:
    """Style rules that give everything painted in `text` its dark colour."""
    dark = {tone.light: tone.dark for tone in ROLES.values()}
    strangers = sorted(set(_HEX.findall(text)) - set(dark))
    if strangers:
        raise RestatedError(
            f"the figure uses colours without a role: {', '.join(strangers)}", remedy="Take colours from style.colour()"
        )
    painted = sorted(set(PAINT.findall(text)))
    return "".join(f':target [style*="{kind}:{code}"]{{{kind}:{dark[code]}!important}}' for kind, code in painted)


def png(fig: Figure, dpi: int = PRINT_DPI) -> bytes:
    """Figure as PNG bytes: light colours on white, in its own size on paper, in few colours and few bytes."""
    buffer = io.BytesIO()
    with look():
        fig.savefig(buffer, format="rgba", dpi=dpi, facecolor="white")
    width, height = (int(side * dpi) for side in fig.get_size_inches())
    # The image is opaque: the ground is white.
    picture = Image.frombytes("RGB", (width, height), buffer.getbuffer(), "raw", "RGBX")
    # A quarter of the dots has all the colours; each dot then gets the nearest of those kept.
    few = picture.resize((width // 2, height // 2), Image.Resampling.NEAREST).quantize(
        PNG_COLOURS, method=Image.Quantize.FASTOCTREE
    )
    few = picture.quantize(palette=few, dither=Image.Dither.NONE)
    few.putpalette([255 if value >= NEARLY_WHITE else value for value in few.getpalette() or ()])
    out = io.BytesIO()
    few.save(out, "png", dpi=(dpi, dpi), compress_level=PNG_EFFORT)
    return out.getvalue()
