"""YAML: the files at the top of the repository, `_config.yml`, `_toc.yml` and `CITATION.cff`, and the heads of pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from restated.errors import RestatedError
from restated_book.sources import files

_KINDS = {dict: "a list of named values", list: "a list", str: "text"}


class _Loader(yaml.SafeLoader):
    """YAML without what nobody here writes and what goes wrong unseen: aliases, which can stand for more than fits anywhere, and
    names that stand twice, of which the first would be lost."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                problem=f"the alias *{event.anchor}, which is not read here", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"'{key.value}' stands there twice", problem_mark=key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def read(file: Path) -> dict:
    """Named values of a YAML file.

    Raises
    ------
    RestatedError
        As :func:`restated_book.sources.files.text` and :func:`parse`.
    """
    return parse(files.text(file), file)


def parse(text: str, file: Path, *, first: int = 1) -> dict:
    """Named values of YAML text that begins in line `first` of `file`.

    Raises
    ------
    RestatedError
        It is no YAML, holds an alias or a name twice, or something other than named values.
    """
    try:
        content = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise RestatedError(
            f"this is not valid YAML: {what}",
            file=file,
            row=at.line + first if at else None,
            remedy="Mend this line or the one before",
        ) from None
    except RecursionError:
        raise RestatedError(
            "this is not valid YAML: it is nested too deeply", file=file, remedy="Restore it from the repository"
        ) from None
    except (ValueError, OverflowError):
        # PyYAML lets through what Python says of dates that do not exist and of numbers with thousands of digits.
        raise RestatedError(
            "this is not valid YAML: a date that does not exist, or a number with too many digits",
            file=file,
            remedy="Put texts that look like a date or a number in quotation marks",
        ) from None
    if not isinstance(content, dict):
        raise RestatedError("this is not a list of named values", file=file, remedy="Restore it from the repository")
    return content


def value(content: Mapping, name: str, kind: type, file: Path):
    """What `content`, read from `file`, says under `name`, parted by a full stop; an empty one of its `kind` if nothing.

    Raises
    ------
    RestatedError
        It is of another kind than dict, list or str.
    """
    found = content
    *above, last = name.split(".")
    for part in above:
        found = value(found, part, dict, file)
    found = found.get(last)
    if found is None:
        return kind()
    if not isinstance(found, kind):
        raise RestatedError(
            f"this is not {_KINDS[kind]}", file=file, field=name, remedy="Write it as in the file of the repository"
        )
    return found
