"""Works read as the build checks them, and formatted once; sphinxcontrib-bibtex formats for each list and tooltip."""

from pathlib import Path

from pybtex.database import BibliographyData
from pybtex.style.formatting import BaseStyle
from pybtex.style.formatting.unsrt import Style
from pybtex.style.template import field, href, join
from sphinx.errors import ConfigError
from sphinxcontrib.bibtex import bibfile

from restated.errors import RestatedError
from restated_book.sources import bibliography

_format, _parse = BaseStyle.format_entry, bibfile.parse_bibdata


def parse(bibfilenames: list[Path], encoding: str) -> bibfile.BibData:
    """Read works by :mod:`restated_book.sources.bibliography`; a file that is missing remains a warning."""
    data, read = BibliographyData(), dict[Path, bibfile.BibFile]()
    for file in bibfilenames:
        if not file.is_file():
            read |= _parse([file], encoding).bibfiles
            continue
        try:
            works = bibliography.check(file).data.entries
        except RestatedError as error:
            raise ConfigError(str(error)) from None
        new = [key for key in works if key not in data.entries]
        data.add_entries((key, works[key]) for key in new)
        read[file] = bibfile.BibFile(bibfile.get_mtime(file), dict.fromkeys(new))
    return bibfile.BibData(encoding, read, data)


def format_doi(self, entry):
    """Return the template of a DOI, whose address would end at a "#" in it."""
    return href(field("doi", raw=True, apply_func=bibliography.doi_address))[join["doi:", field("doi", raw=True)]]


def keep(app, env, docnames) -> None:
    """Take formatted works from the environment, which Sphinx stores, and put new ones there."""
    kept = env.__dict__.setdefault("restated_works", {})

    def format_entry(self, label, entry, bib_data=None):
        key = type(self).__qualname__, label, repr(entry)
        if key not in kept:
            kept[key] = _format(self, label, entry, bib_data)
        return kept[key]

    BaseStyle.format_entry = format_entry


def setup(app) -> None:
    """Register the hook, and ours in place of theirs."""
    bibfile.parse_bibdata, Style.format_doi = parse, format_doi
    app.connect("env-before-read-docs", keep)
