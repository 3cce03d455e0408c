"""The record of which notebook made which figure and table from which data: a Process Run Crate.

References
----------
RO-Crate; Process Run Crate profile 0.5: one ``CreateAction`` for each notebook, with the notebook as instrument, the
files it was observed to read as objects, and what it shows as results.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from restated_book import paths
from restated_book.cite import citation
from restated_book.export import about

#: Name the specification gives the file, which is in the root of the site.
NAME = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
#: Media types of what the pages offer.
TYPES = {".csv": "text/csv", ".png": "image/png", ".svg": "image/svg+xml", ".ipynb": "application/x-ipynb+json"}


def _of(file: Path) -> dict:
    content = file.read_bytes()
    return {
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "encodingFormat": TYPES.get(file.suffix, "text/plain"),
    }


def results(page: str, shown: list[Mapping]) -> dict[str, Mapping]:
    """Return the files a page offers of each figure and table: path below the site, and what it shows."""
    name = page.rsplit("/", 1)[-1]
    found = {}
    for part in shown:
        found[f"downloads/{name}/{part['id']}.csv"] = part
        if part["kind"] == "figure":
            found[f"downloads/{name}/{part['id']}.png"] = part
            found[f"figures/{name}/{part['id']}.svg"] = part
    return found


def made(site: Path, parts: Mapping[str, Mapping], epoch: int) -> dict:
    """Describe the finished site as a crate.

    Parameters
    ----------
    site : Path
        Files are described as they are there.
    parts : mapping
        By page: ``title``, ``shown`` and ``files`` of its notebook.
    epoch : int
        Date of the run: that of the commit, so that two builds of it agree.

    Returns
    -------
    dict
        JSON-LD.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

    book = about.book()
    when = datetime.fromtimestamp(epoch, UTC).isoformat()
    crate = ROCrate()

    def known(id: str, **properties) -> ContextEntity:
        return crate.get(id) or crate.add(
            ContextEntity(crate, id, properties={k.replace("type_", "@type"): v for k, v in properties.items()})
        )

    profile = known(PROFILE, type_="CreativeWork", name="Process Run Crate", version="0.5")
    licence = known(about.LICENCE_ADDRESS, type_="CreativeWork", name=about.LICENCE)
    crate.name, crate.description, crate.license, crate.datePublished = book.title, book.abstract, licence, when
    crate.root_dataset["conformsTo"] = profile
    crate.root_dataset["version"] = book.version
    people = [
        known(f"#{citation.spelled(a)}", type_="Organization" if "literal" in a else "Person", name=citation.spelled(a))
        for a in book.authors
    ]
    crate.root_dataset["author"] = people
    lock = paths.ROOT / "requirements.lock"
    environment = known("#requirements.lock", type_="MediaObject", name="the pinned packages", **_of(lock))
    python = known(
        "#python", type_="SoftwareApplication", name="Python", version=f"{sys.version_info[0]}.{sys.version_info[1]}"
    )
    builder = known(
        "#restated",
        type_="SoftwareApplication",
        name="restated",
        version=book.version,
        softwareRequirements=[python, environment],
    )
    actions = []
    for page, part in parts.items():
        name = page.rsplit("/", 1)[-1]
        file = f"downloads/{name}/{name}.ipynb"
        notebook = crate.add_file(
            site / file,
            file,
            properties={"@type": ["File", "SoftwareSourceCode"], "name": part["title"], **_of(site / file)},
        )
        notebook["softwareRequirements"] = [python, environment]
        read = []
        for source in part["files"]:  # many notebooks read the same: each is hashed once
            # Data travel in the archive of the data, readers' originals not at all: here a file is only named, with its
            # hash.
            if not source.startswith("data/originals/"):
                read.append(
                    crate.get(f"#{source}")
                    or known(f"#{source}", type_="MediaObject", name=source, **_of(paths.ROOT / source))
                )
        shown = []
        for file, what in results(page, part["shown"]).items():
            said = {"name": what["caption"], "description": f"Status: {what['status']}", **_of(site / file)}
            entity = crate.add_file(site / file, file, properties=said)
            entity["license"] = licence
            shown.append(entity)
        action = known(f"#run-{name}", type_="CreateAction", name=f"Run of the notebook {name}", endTime=when)
        action["instrument"], action["agent"], action["object"], action["result"] = notebook, builder, read, shown
        actions.append(action)
    crate.root_dataset["mentions"] = actions
    return crate.metadata.generate()


def text(graph: dict) -> str:
    """Return the text of the crate's file, entities sorted by name: the library keeps them in no fixed order."""
    entities = sorted(graph["@graph"], key=lambda e: e["@id"])
    return (
        json.dumps({**graph, "@graph": entities}, ensure_ascii=False, indent=0, separators=(",", ":"), sort_keys=True)
        + "\n"
    )
