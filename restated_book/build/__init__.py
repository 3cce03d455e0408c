import sys

# Notebooks are checked against a schema. For addresses, which that schema never asks for, jsonschema would compile a
# grammar at each start, which takes two seconds.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
