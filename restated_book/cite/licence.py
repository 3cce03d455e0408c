"""Licences of texts and of code: those that ``restated.toml`` names, else the usual ones of ``CITATION.cff``."""

from restated_book import config, paths
from restated_book.cite import citation

#: Usual licences of texts and of code by SPDX id: name, address, short name.
TEXTS, CODE = (paths.tables(__file__)[kind] for kind in ("texts", "code"))


def ids() -> tuple[str, str]:
    """Return the SPDX ids of the licences of texts and of code; code without any has that of the tool."""
    given, cited = config.load().licences, citation.about().licences
    text = next(id for first in (TEXTS, set(cited) - CODE.keys(), cited) for id in cited if id in first)
    return given.get("text", text), given.get("code", next((id for id in cited if id in CODE), next(iter(CODE))))


def licence(*, code: bool = False) -> tuple[str, str, str]:
    """Return name, address and short name of the licence of texts, or of `code`."""
    id = ids()[code]
    name, address, short = (TEXTS | CODE).get(id, (id, f"https://spdx.org/licenses/{id}.html", id))
    return name, address, short
