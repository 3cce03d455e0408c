"""The record of which notebook made which figure and table from which data: a Process Run Crate 0.5 (RO-Crate).

A ``CreateAction`` for each notebook has it as instrument, the files it read as objects, what it shows as results.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from restated_book import code, paths
from restated_book.cite import citation
from restated_book.export import about, sets
from restated_book.outputs import NARROW
from restated_book.status import SUPPLIED

NAME = "ro-crate-metadata.json"  #: Name the specification gives the file, which is in the root of the site
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TYPES: dict[str, str] = paths.tables(__file__)  #: Media types of what the pages offer


def _of(file: Path, content: bytes | None = None) -> dict:
    content = file.read_bytes() if content is None else content
    kind, digest = TYPES.get(file.suffix, "text/plain"), hashlib.sha256(content).hexdigest()
    return {"contentSize": str(len(content)), "sha256": digest, "encodingFormat": kind}


def results(page: str, shown: list[Mapping]) -> dict[str, Mapping]:
    """Return the files a page offers of each figure and table: path below the site, and what it shows."""
    name = page.rsplit("/", 1)[-1]
    found: dict[str, Mapping] = {}
    for part in (part for part in shown if part["status"] != SUPPLIED):
        picture = f"figures/{name}/{part['id']}"
        drawn = (f"downloads/{name}/{part['id']}.png", f"{picture}.svg", f"{picture}{NARROW}")
        files = [f"downloads/{name}/{part['id']}.csv", *(drawn if part["kind"] == "figure" else ())]
        found |= dict.fromkeys(files, part)
    return found


def made(site: Path, parts: Mapping[str, Mapping], epoch: int) -> dict:
    """Describe the finished site in JSON-LD, dated `epoch`; `parts` has title, ``shown`` and ``files`` by page."""
    run = _Run(site, epoch)
    actions = [run.action(page.rsplit("/", 1)[-1], part) for page, part in parts.items()]
    run.crate.root_dataset["mentions"] = actions + run.reconstruction()
    return run.crate.metadata.generate()


class _Run:
    """A crate of the run of all notebooks: at first the book and its software, then an action for each notebook."""

    def __init__(self, site: Path, epoch: int):
        book = about.book()
        self.site, self.when = site, datetime.fromtimestamp(epoch, UTC).isoformat()
        self.crate = crate = ROCrate()
        self.licence = self.known(about.licence()[1], "CreativeWork", name=about.licence()[0])
        crate.name, crate.description, crate.license = book.title, book.abstract, self.licence
        crate.datePublished = self.when
        profile = self.known(PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
        crate.root_dataset["conformsTo"], crate.root_dataset["version"] = profile, book.version
        kinds = {citation.spelled(a): "Organization" if "literal" in a else "Person" for a in book.authors}
        crate.root_dataset["author"] = [self.known(f"#{name}", kind, name=name) for name, kind in kinds.items()]
        lock = _of(Path("requirements.lock"), code.lock().encode())
        environment = self.known("#requirements.lock", "MediaObject", name="the pinned packages", **lock)
        version = ".".join(map(str, sys.version_info[:2]))
        self.needs = [self.known("#python", "SoftwareApplication", name="Python", version=version), environment]
        about_it = {"name": "restated", "version": book.version, "softwareRequirements": self.needs}
        self.builder = self.known("#restated", "SoftwareApplication", **about_it)

    def known(self, id: str, kind: str, **properties):
        """Return the entity `id`, added if it is new."""
        entity = ContextEntity(self.crate, id, properties={"@type": kind, **properties})
        return self.crate.get(id) or self.crate.add(entity)

    def file(self, file: str, **properties):
        """Add a file of the site."""
        return self.crate.add_file(self.site / file, file, properties={**properties, **_of(self.site / file)})

    def source(self, name: str):
        """Return a file of the data, named with its hash: the archive of the data holds it."""
        return self.crate.get(f"#{name}") or self.known(f"#{name}", "MediaObject", name=name, **_of(paths.ROOT / name))

    def action(self, name: str, part: Mapping):
        """Add the run of the notebook `name`."""
        kind = {"@type": ["File", "SoftwareSourceCode"], "name": part["title"]}
        notebook = self.file(f"downloads/{name}/{name}.ipynb", **kind)
        notebook["softwareRequirements"] = self.needs
        shown = []
        # A figure may have no drawing for narrow screens.
        made = {f: what for f, what in results(name, part["shown"]).items() if (self.site / f).is_file()}
        for file, what in made.items():
            shown.append(self.file(file, name=what["caption"], description=f"Status: {what['status']}"))
            shown[-1]["license"] = self.licence
        action = self.known(f"#run-{name}", "CreateAction", name=f"Run of the notebook {name}", endTime=self.when)
        action["instrument"], action["agent"], action["result"] = notebook, self.builder, shown
        # Originals of readers are not named at all.
        action["object"] = [self.source(f) for f in part["files"] if not f.startswith("data/originals/")]
        return action

    def reconstruction(self) -> list:
        """Add the files of reconstructed data, and the run that made them; nothing for a book without any."""
        if not (listed := sets.index(self.site / sets.FOLDER)):
            return []
        made = [self.file(f"{sets.FOLDER}/{sets.INDEX}", name="Index of the reconstructed data")]
        for entry in listed:
            words = {"description": f"Status: {entry['status']}; {entry['basis']}", "license": self.licence}
            made += [self.file(f"{sets.FOLDER}/{n}", name=what, **words) for n, what in sets.files(entry).items()]
        code = {"name": "functions under [reconstructed] in restated.toml", "softwareRequirements": self.needs}
        run = {"name": "Make the reconstructed data", "endTime": self.when}
        action = self.known("#run-reconstructed-data", "CreateAction", **run)
        action["instrument"] = self.known("#reconstructed-data", "SoftwareSourceCode", **code)
        tables = (f for folder in (paths.PUBLISHED, paths.STUDIES) for f in sorted(folder.glob("*.csv")))
        action["object"] = [self.source(paths.shown(file)) for file in tables]
        action["agent"], action["result"] = self.builder, made
        return [action]


def write(site: Path, parts: Mapping[str, Mapping], epoch: int) -> None:
    """Write the record into `site`, entities sorted by name: the library keeps them in no fixed order."""
    graph = made(site, parts, epoch)
    content = {**graph, "@graph": sorted(graph["@graph"], key=lambda e: e["@id"])}
    text = json.dumps(content, ensure_ascii=False, indent=0, separators=(",", ":"), sort_keys=True)
    (site / NAME).write_text(f"{text}\n", encoding="utf-8")
