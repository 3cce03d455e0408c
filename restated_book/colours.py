"""The colours of a book, by role: those of the library and of the style sheets, and those that replace them."""

from collections.abc import Iterator, Mapping, Sequence

from restated import plots
from restated_book import paths

_TABLES = paths.tables(__file__)
#: Every role with its colour on light and on dark pages.
ROLES: dict[str, Sequence[str]] = paths.tables(plots.__file__.replace("__init__", "style"))["roles"] | _TABLES["pages"]


def faults(own: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield role, fault and remedy of colours that are hard to see on the page, or that two roles share."""
    known = {**ROLES, **own}
    for role, least in _TABLES["contrast"].items() if own else ():
        for code, page, theme in zip(known[role], known["page"], ("light", "dark"), strict=True):
            darker, lighter = sorted((_luminance(code), _luminance(page)))
            if (contrast := (lighter + 0.05) / (darker + 0.05)) < least:
                yield role, f"'{code}' on the {theme} page, '{page}', has a contrast of {contrast:.2f}:1", f"{least}:1"
    for role in own:
        if [code for code, _ in known.values()].count(known[role][0]) > 1:
            yield role, f"another role has '{known[role][0]}', too", "a colour of its own"


def _luminance(code: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rules(own: Mapping[str, Sequence[str]]) -> str:
    """Return what a style sheet says of the colours that replace its own: nothing without any."""
    light, dark = (
        "".join(f" --{name}: {own[role][at]};" for role, name in _TABLES["variables"].items() if role in own)
        for at in (0, 1)
    )
    themes = [f":root {{{light} }}", f'@media screen {{ html[data-theme="dark"] {{{dark} }} }}']
    themes.append(f"@media screen and (prefers-color-scheme: dark) {{ html:not([data-theme]) {{{dark} }} }}")
    return "\n".join(["", *themes, ""]) if light else ""
