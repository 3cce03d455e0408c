"""Lay out what Jupyter Book typesets, and what goes into the site next to its pages."""

import json
import os
import re
import shutil
from collections import UserDict
from collections.abc import Mapping
from pathlib import Path

import yaml

from restated_book import ledger, outputs, paths, provenance, register, todo
from restated_book.build import swap
from restated_book.build.execute import RESTS_ON
from restated_book.chapters import heads
from restated_book.export import chapter, links, pictures, tables
from restated_book.freshness import digest
from restated_book.sources import settings


def stage(executed: list[Path], entries: Mapping[str, dict], tasks: str, folder: Path, extra: Path) -> None:
    """Lay out text and configuration for Jupyter Book in `folder`, pictures and ledger in `extra`, `tasks` in both."""
    previous = folder.with_name("stage.previous")
    swap.clear(previous)
    if folder.exists():
        folder.rename(previous)
    swap.clear(extra)
    extra.mkdir(parents=True)
    shutil.copytree(paths.BOOK, folder / "book")
    for name in ("_toc.yml", "references.bib"):
        if (paths.ROOT / name).exists():
            shutil.copy(paths.ROOT / name, folder / name)
    config = settings.read(paths.ROOT / "_config.yml")
    config.setdefault("execute", {})["execute_notebooks"] = "off"
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")

    (folder / "notebooks").mkdir()
    for prose in (folder / "book").rglob("*.md"):
        prose.write_text(_links_to_executed(prose.read_text(encoding="utf-8")), encoding="utf-8")
    for file in executed:
        content = json.loads(file.read_text(encoding="utf-8"))
        numbers = {(mark["kind"], mark["id"]): mark["number"] for mark in outputs.shown(content)}
        content["cells"] = [c for c in content["cells"] if "".join(c["source"]) != outputs.HAND_OVER]
        content["metadata"].pop(RESTS_ON, None)
        # The head of a chapter and its figures link to the box at its end.
        if not any("{cite-and-download}" in "".join(c["source"]) for c in content["cells"]):
            box = "## Cite and download\n\n```{cite-and-download}\n```"
            content["cells"].append({"id": "cite", "cell_type": "markdown", "metadata": {}, "source": box})
        for cell in content["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = _links_to_executed("".join(cell["source"]))
            for output in cell.get("outputs", ()):
                handed = output.get("data", {}).pop(outputs.MIME_TABLE, None)
                block = output.get("data", {}).get("text/html")
                if block is None:
                    continue
                text, files = outputs.extract("".join(block), f"../figures/{file.stem}/")
                if handed:
                    handed["number"] = numbers[handed["kind"], handed["id"]]
                    text = links.added(text, file.stem, handed)
                output["data"]["text/html"] = text
                for name, picture in files.items():
                    target = extra / "figures" / file.stem / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(pictures.described_svg(picture, file.stem, handed))
        (folder / "notebooks" / file.name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    ledger.write(entries.values(), extra)
    for place in (folder, extra):
        (place / todo.LIST).write_text(tasks, encoding="utf-8")
    _keep_times(previous, folder)
    swap.clear(previous)


def _keep_times(previous: Path, folder: Path) -> None:
    """Give unchanged files in `folder` the times they had in `previous`: Sphinx reads what is newer than before."""
    for file in (f for f in folder.rglob("*") if f.is_file()):
        old = previous / file.relative_to(folder)
        if old.is_file() and old.read_bytes() == file.read_bytes():
            stat = old.stat()
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


class Executed(UserDict):
    """Executed notebooks by name, each read when it is asked for: those of a large book need not fit into memory."""

    def __getitem__(self, name: str) -> dict:
        return json.loads(self.data[name].read_text(encoding="utf-8"))


def parts_of(name: str, content: dict, entries: Mapping[str, Mapping]) -> dict:
    """Return what other pages need of a notebook: its title, the figures and tables it shows, and the files it read.

    ``alts`` has the alternative text of each figure, and the digest of each table, by its id. Of the register ``files``
    are those of the numbers that were looked up; `entries` are the rows of the ledger.
    """
    findings = chapter.findings(content, entries)

    def is_read(file: str) -> bool:
        return findings is None or Path(file).stem in findings or not register.is_register_file(file)

    read = [file for file in provenance.files(content) if is_read(file)]
    made = tables.collect(content)
    alts = {table.id: table.alt if table.kind == "figure" else digest(table.html) for table in made}
    title = heads.title(paths.NOTEBOOKS / f"{name}.md")
    return {"title": title, "shown": outputs.shown(content), "files": read, "alts": alts}


def _links_to_executed(text: str) -> str:
    """Point links at the executed notebook, the form in which Jupyter Book gets a chapter, instead of its text."""
    return re.sub(r"(\]\((?:\.\./)?notebooks/[a-z0-9-]+)\.md(?=[#)])", r"\1.ipynb", text)
