"""YAML: ``_config.yml``, ``_toc.yml`` and ``CITATION.cff``, and the front matter of pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from restated_book.sources import files

_KINDS: dict[type, str] = {dict: "a list of named values", list: "a list", str: "text"}


class _Loader(yaml.SafeLoader):
    """YAML without aliases, which can stand for more than fits into memory, and without names that are repeated."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            message = f"the alias *{event.anchor}, which is not read here"
            raise yaml.composer.ComposerError(problem=message, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                message = f"'{key.value}' is there twice"
                raise yaml.constructor.ConstructorError(problem=message, problem_mark=key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def read(file: Path) -> dict:
    """Return the named values of a YAML file; see :func:`parse`."""
    return parse(files.text(file), file)


def parse(text: str, file: Path, *, first: int = 1) -> dict:
    """Return the named values of YAML that begins in line `first` of `file`; refuse aliases and a name twice."""
    refuse = files.refuser(file)
    try:
        content = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "a character that YAML does not allow"
        row = at.line + first if at else None
        refuse(f"this is not valid YAML: {what}", "correct this line or the one before", row=row)
    except RecursionError:
        refuse("this is not valid YAML: it is nested too deeply", "restore it from the repository")
    except (ValueError, OverflowError):
        # PyYAML passes on the errors of Python for dates that do not exist and numbers with thousands of digits.
        message = "this is not valid YAML: a date that does not exist, or a number with too many digits"
        refuse(message, "put texts that look like a date or a number in quotation marks")
    if not isinstance(content, dict):
        refuse("this is not a list of named values", "restore it from the repository")
    return content


def value(content: Mapping, name: str, kind: type, file: Path) -> Any:
    """Return the value under `name`, levels separated by full stops; empty if missing, refused if of another `kind`."""
    found: Any = content
    *above, last = name.split(".")
    for part in above:
        found = value(found, part, dict, file)
    found = found.get(last)
    if found is None:
        return kind()
    if not isinstance(found, kind):
        files.refuser(file)(f"this is not {_KINDS[kind]}", "write it as in the file of the repository", field=name)
    return found
