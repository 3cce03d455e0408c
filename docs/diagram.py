"""Draw ``docs/architecture.svg`` from the imports: ``make diagram``. A test compares the file with what this draws."""

from __future__ import annotations

from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "architecture.svg"

#: The rooms from the foundation up, and what each is.
ROOMS = {
    "restated": "the library: statistics only",
    "restated_book": "the builder: any such book",
    "review": "this review: findings and figures",
}
#: Size of a room, of the gap between two, and of a line of text, in pixels.
WIDTH, GAP, LINE = 250, 70, 19


def parts(graph: grimp.ImportGraph, room: str) -> list[str]:
    """List the packages and modules directly in a room, packages first."""
    children = sorted(graph.find_children(room))
    packages = [c for c in children if graph.find_children(c)]
    names = [f"{c.rsplit('.', 1)[1]}/" for c in packages]
    return names + [c.rsplit(".", 1)[1] for c in children if c not in packages and not c.endswith("__main__")]


def lines(names: list[str], width: int = 30) -> list[str]:
    """Fill names into lines of at most `width` characters."""
    filled = [""]
    for name in names:
        if len(filled[-1]) + len(name) + 2 > width:
            filled.append("")
        filled[-1] += f"{', ' if filled[-1] else ''}{name}"
    return filled


def drawn() -> str:
    """Return the diagram as SVG."""
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    texts = {room: lines(parts(graph, room)) for room in ROOMS}
    height = 70 + LINE * max(map(len, texts.values()))
    places = {room: 10 + i * (WIDTH + GAP) for i, room in enumerate(ROOMS)}
    out = []
    for room, words in ROOMS.items():
        x = places[room]
        out.append(f'<rect x="{x}" y="60" width="{WIDTH}" height="{height}" rx="8" fill="#f4f6f8" stroke="#445"/>')
        out.append(f'<text x="{x + 12}" y="84" font-weight="bold">{room}/</text>')
        out.append(f'<text x="{x + 12}" y="104" fill="#445">{escape(words)}</text>')
        for i, line in enumerate(texts[room]):
            out.append(f'<text x="{x + 12}" y="{130 + i * LINE}" font-size="13">{escape(line)}</text>')
    # The arrows are the contracts of .importlinter, which the checks hold the code to.
    for above, below in (("restated_book", "restated"), ("review", "restated_book"), ("review", "restated")):
        start, end = places[above], places[below] + WIDTH
        if end + GAP == start:
            out.append(f'<path d="M{start} 90H{end + 8}" stroke="#123" marker-end="url(#a)"/>')
        else:
            out.append(f'<path d="M{start + 60} 60V34H{end - 60}V52" fill="none" stroke="#123" marker-end="url(#a)"/>')
    width = 20 + len(ROOMS) * WIDTH + (len(ROOMS) - 1) * GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 70}" role="img" '
        'aria-label="The three rooms and the imports between them" font-family="sans-serif" font-size="14">'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#123"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(out)}</svg>\n'
    )


if __name__ == "__main__":
    FILE.write_text(drawn(), encoding="utf-8")
