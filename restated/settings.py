"""What the YAML files at the top of the repository say: `_config.yml`, `_toc.yml`, `CITATION.cff`."""

from __future__ import annotations

from pathlib import Path

import yaml

from .errors import RestatedError


def read(file: Path) -> dict:
    """Named values of a YAML file.

    Raises
    ------
    RestatedError
        The file is missing, is no UTF-8 text or no YAML, or holds something other than named values.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RestatedError(f"this file cannot be read ({error.strerror})", file=file, remedy="Restore it from the repository") from None
    except UnicodeDecodeError:
        raise RestatedError("this is not UTF-8 text", file=file, remedy="Save it as UTF-8") from None
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise RestatedError(f"this is not valid YAML: {what}", file=file, row=at.line + 1 if at else None, remedy="Mend this line or the one before") from None
    if not isinstance(content, dict):
        raise RestatedError("this is not a list of named values", file=file, remedy="Restore it from the repository")
    return content
