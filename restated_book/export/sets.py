"""Reconstructed data in the site, the data package and the record of the run, by their index."""

import json
from collections.abc import Mapping
from pathlib import Path

#: Folder of the files below the site, and the file in it that lists them for programs.
FOLDER, INDEX = "downloads/reconstructed", "index.json"
PAGE = "book/reconstructed-data"  #: Page of the book that shows them


def index(folder: Path) -> list[dict]:
    """Return the entries of the index in `folder`; none for a book without such data."""
    file = folder / INDEX
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def files(entry: Mapping) -> dict[str, str]:
    """Return the files of an entry and what each is: rows, workbook, snippets."""
    found = {entry["file"]: entry["title"]}
    if "workbook" in entry:
        found[entry["workbook"]["file"]] = f"{entry['title']}, as a workbook"
    language = {"py": "Python", "R": "R"}
    return found | {one["file"]: f"{entry['title']}: code in {language[key]}" for key, one in entry["snippets"].items()}


def packaged(folder: Path) -> dict[str, Path]:
    """Return the files of `folder` that belong into the archive of the data, workbooks aside, by their name in it."""
    names = [name for entry in index(folder) for name in files(entry) if not name.endswith(".xlsx")]
    return {f"reconstructed/{name}": folder / name for name in (*names, INDEX) if (folder / name).is_file()}


def resources(folder: Path) -> list[dict]:
    """Describe the tables of `folder` for a data package, with their hashes."""
    return [_resource(entry) for entry in index(folder)]


def _resource(entry: Mapping) -> dict:
    described, name = zip(entry["columns"], entry["types"], entry["meanings"], strict=True), entry["file"]
    fields = [{"name": column, "type": kind, "description": meaning} for column, kind, meaning in described]
    resource = {"name": f"reconstructed-{name.partition('.')[0].lower()}", "path": f"reconstructed/{name}"}
    resource |= {"profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    resource |= {"compression": "gz"} if name.endswith(".gz") else {}
    resource |= {"title": entry["title"], "status": entry["status"], "bytes": entry["bytes"]}
    met = f"{entry['status'].capitalize()} ({entry['basis']}). Every set meets: {'; '.join(entry['constraints'])}."
    return {**resource, "hash": f"sha256:{entry['sha256']}", "description": met, "schema": {"fields": fields}}
