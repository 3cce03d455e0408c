"""Licences of texts and code: those of ``restated.toml``, else the usual ones of ``CITATION.cff``."""

from __future__ import annotations

import dataclasses

import pytest

from restated_book import config
from restated_book.cite import citation, licence


@pytest.mark.parametrize(
    ("cited", "given", "ids", "shown"),
    [
        (("BSD-3-Clause", "CC-BY-4.0"), {}, ("CC-BY-4.0", "BSD-3-Clause"), ("CC BY 4.0", "BSD 3-Clause")),
        (("CC-BY-NC-4.0",), {}, ("CC-BY-NC-4.0", "BSD-3-Clause"), ("CC BY-NC 4.0", "BSD 3-Clause")),
        (("MIT", "CC0-1.0"), {}, ("CC0-1.0", "MIT"), ("CC0 1.0", "MIT")),
        (("CC-BY-4.0",), {"text": "OGL-UK-3.0", "code": "MIT"}, ("OGL-UK-3.0", "MIT"), ("OGL-UK-3.0", "MIT")),
    ],
)
def test_the_licences_are_those_that_the_book_names(monkeypatch, cited, given, ids, shown):
    about = dataclasses.replace(citation.about(), licences=cited)
    monkeypatch.setattr(citation, "about", lambda: about)
    monkeypatch.setattr(config, "load", lambda: config.Config(licences=given))
    assert licence.ids() == ids
    assert (licence.licence()[2], licence.licence(code=True)[2]) == shown
    assert licence.licence()[1].startswith("https://")
