"""Rules over the columns of a table, as ``datapackage.json`` states them for a resource under ``rules``."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from restated import words
from restated_book.sources import files

SAID_SO = "counts add up to"  #: Words in the note of a row whose source is inconsistent; its sums are not checked
Row = tuple[int, dict]  #: Row number and typed cells
Fault = tuple[int | None, str, str, str]  #: Row (None for the table), column, message and remedy


def _sums(rows: Sequence[Row], rule: Mapping, values: Mapping) -> Iterator[Fault]:
    parts, total = rule["parts"], rule["total"]
    for number, cells in rows:
        counts = [cells[part] for part in parts]
        if all(count is None for count in counts):
            continue
        if None in counts:
            message = "the count is missing while others of the table are given"
            yield number, parts[counts.index(None)], message, "give all counts of the row or none"
        elif sum(counts) != cells[total] and SAID_SO not in (cells.get("note") or ""):
            message = f"the counts {parts[0]} to {parts[-1]} add up to {sum(counts)}, not to {cells[total]}"
            yield number, total, message, f"correct them, or note what the '{SAID_SO}' if the source is so"


def _parts(rows: Sequence[Row], rule: Mapping, values: Mapping) -> Iterator[Fault]:
    part, whole = rule["part"], rule["whole"]
    for number, cells in rows:
        if None not in (cells[part], cells[whole]) and cells[part] > cells[whole]:
            message = f"{cells[part]} is more than {cells[whole]}, the value of {whole}"
            remedy = "count cases, not events or percentages, and give the cases they are counted among"
            yield number, part, message, remedy


def _spreads(rows: Sequence[Row], column: str, values: Mapping) -> Iterator[Fault]:
    for number, cells in rows:
        if cells[column] == 0:
            message = "a standard deviation of 0 would mean that all scored alike"
            yield number, column, message, "give the standard deviation, not a standard error or a rounded zero"


def _constant(rows: Sequence[Row], column: str, values: Mapping) -> Iterator[Fault]:
    for number, cells in rows:
        if cells[column] != rows[0][1][column]:
            message = f"'{cells[column]}' differs from '{rows[0][1][column]}' in the rows before"
            yield number, column, message, f"give all rows the same {column}"


def _amounts(rows: Sequence[Row], rule: Mapping, values: Mapping) -> Iterator[Fault]:
    for number, cells in rows:
        n, mean, sd = (cells[rule[key]] for key in ("n", "mean", "sd"))
        if None in (n, mean, sd):
            continue
        # Largest where one of the n has the whole amount and the others nothing.
        if sd > (most := mean * math.sqrt(max(n, 0))):
            message = f"{n} amounts of at least 0 with a mean of {mean:g} have a standard deviation of at most "
            remedy = "check mean, standard deviation and number in the source"
            yield number, rule["sd"], f"{message}{most:.0f}, not {sd:g}", remedy


def _complete(rows: Sequence[Row], rule: Mapping, values: Mapping) -> Iterator[Fault]:
    column, value, by = rule["column"], rule["value"], rule["by"]
    found = {tuple(cells[name] for name in by) for _, cells in rows if cells[column] == value}
    # A table without rows gets a message of its own.
    for wanted in product(*(values[name] for name in by)) if rows else ():
        if wanted not in found:
            message = f"there is no row '{value}' for {', '.join(wanted)}"
            yield None, column, message, "add the row: the book needs all of them"


#: Check of each rule and the properties of its items.
RULES: dict[str, Any] = {name: (globals()[f"_{name}"], kinds) for name, kinds in words.tables(__file__).items()}


def read(
    given: Mapping, columns: Mapping[str, str], listed: Collection[str], owner: str, path: Path
) -> dict[str, list]:
    """Check the ``rules`` of a resource, `owner`, by the types of `columns` and those `listed` by an enum."""
    refuse = files.refuser(path)
    fits = {
        "number": lambda name: columns.get(name) in ("integer", "number"),
        "any": columns.__contains__,
        "listed": listed.__contains__,
        "text": lambda text: True,
    }

    def value(item: Any, kind: str, rule: str) -> None:
        several = kind.startswith("[")
        if several and not (isinstance(item, list) and item):
            refuse(f"the rule '{rule}' of {owner} lacks a list of columns", "put it in square brackets", field="rules")
        for name in item if several else [item]:
            if not isinstance(name, str) or not fits[kind.strip("[]")](name):
                message = f"'{name}' does not fit the rule '{rule}' of {owner}"
                remedy = "name a column of the table: for sums one of numbers, for combinations one with an enum"
                refuse(message, remedy, field="rules")

    for rule, items in given.items():
        if rule not in RULES:
            refuse(f"{owner} has the unknown rule '{rule}'", f"use one of {', '.join(RULES)}", field="rules")
        if not isinstance(items, list):
            refuse(f"the rule '{rule}' of {owner} is not a list", "put it in square brackets", field="rules")
        kinds = RULES[rule][1]
        for item in items:
            if isinstance(kinds, str):
                value(item, kinds, rule)
            elif not isinstance(item, dict) or set(item) != set(kinds):
                refuse(f"the rule '{rule}' of {owner} is not complete", f"give {', '.join(kinds)}", field="rules")
            else:
                for key, kind in kinds.items():
                    value(item[key], kind, rule)
    return dict(given)


def check(rows: Sequence[Row], rules: Mapping[str, list], values: Mapping[str, Sequence[str]], path: Path) -> None:
    """Refuse a table, of row numbers and typed cells, that breaks a rule; `values` are those of enums, by column."""
    refuse = files.refuser(path)
    for rule, items in rules.items():
        for item in items:
            for row, field, message, remedy in RULES[rule][0](rows, item, values):
                refuse(message, remedy, row=row, field=field)
