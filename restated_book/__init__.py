"""Builder of the book: checks, executes and typesets it."""

import sys

# jsonschema, which nbformat imports, would compile a grammar of IRIs at every start (1.4 s of processor time) for a
# format that no notebook has. An entry of None makes that import fail, which jsonschema allows for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
