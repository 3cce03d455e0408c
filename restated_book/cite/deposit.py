"""Metadata for archives and catalogues of software: ``.zenodo.json`` and ``codemeta.json``, made from other files."""

import json
import tomllib

from restated_book import claims, paths
from restated_book.cite import citation
from restated_book.cite.licence import ids
from restated_book.sources import bibliography, files

_TABLES = paths.tables(__file__)  #: What is the same in each record of Zenodo and CodeMeta


def zenodo() -> dict:
    """Return the metadata Zenodo takes for a deposit of the repository."""
    about, (text, code) = citation.about(), ids()
    works = bibliography.load()
    dois = (works[k].fields.get("doi") for k in claims.load("sources")["source_key"] if k in works)
    related = [{"identifier": doi, "relation": "reviews", "scheme": "doi"} for doi in dict.fromkeys(dois) if doi]
    if about.doi:
        related.append({"identifier": about.doi, "relation": "isIdenticalTo", "scheme": "doi"})
    if about.repository:
        related.append({"identifier": about.repository, "relation": "isSupplementedBy", "scheme": "url"})
    return {
        "title": about.title,
        **_TABLES["zenodo"],
        "license": text,
        "description": about.abstract,
        "creators": [
            {"name": citation.spelled(a), **({"orcid": a["ORCID"].rpartition("/")[2]} if "ORCID" in a else {})}
            for a in about.authors
        ],
        "version": about.version,
        "publication_date": about.released.isoformat(),
        "keywords": list(about.keywords),
        "notes": f"Licences: {', '.join(about.licences)}; the code is under {code}, text and data under {text}.",
        "related_identifiers": related,
    }


def codemeta() -> dict:
    """Return the description of the software in CodeMeta 2.0."""
    about, file = citation.about(), paths.ROOT / "pyproject.toml"
    try:
        project = tomllib.loads(files.text(file))["project"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        fault = "it has no part [project]" if isinstance(error, KeyError) else error
        remedy = "restore it from the repository"
        files.refuser(file)(f"not readable as a description of the package ({fault})", remedy)
    record = {
        **_TABLES["codemeta"],
        "identifier": bibliography.doi_address(about.doi) if about.doi else project["name"],
        "name": about.title,
        "description": about.abstract,
        "author": [citation.person(a) for a in about.authors],
        "version": about.version,
        "datePublished": about.released.isoformat(),
        "license": [f"https://spdx.org/licenses/{name}" for name in about.licences],
        "keywords": list(about.keywords),
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": [
            *project["dependencies"],
            *(p for p in project["optional-dependencies"]["book"] if not p.startswith("restated[")),
        ],
        "codeRepository": about.repository,
        "url": about.address,
    }
    return {name: value for name, value in record.items() if value}


#: Name of each file in the root of the repository, and the function that makes it.
FILES = {".zenodo.json": zenodo, "codemeta.json": codemeta}


def text(record: dict) -> str:
    """Return `record` as text of its file."""
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def write() -> list[str]:
    """Write both files; return their names."""
    # Both are made before one is written: a fault in a source leaves both unchanged.
    for name, record in [(name, text(made())) for name, made in FILES.items()]:
        (paths.ROOT / name).write_text(record, encoding="utf-8")
    return list(FILES)
