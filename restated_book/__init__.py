"""Builder of the book: checks, executes and typesets it."""

import sys

# jsonschema, which nbformat imports, would take 1.4 s for a grammar of IRIs that no notebook needs; None prevents it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
