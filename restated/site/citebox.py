"""The box at the end of a chapter: how to cite it, and what can be downloaded."""

from __future__ import annotations

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .. import paths


class CiteAndDownload(SphinxDirective):
    """``{cite-and-download}``: citation of this chapter, links to its numbers."""

    def run(self):
        about = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        authors = "; ".join(a.get("name") or f"{a['family-names']}, {a['given-names']}" for a in about["authors"])
        title = next((t.astext() for t in self.state.document.findall(nodes.title)), self.env.docname)
        text = f"{authors}. {title}. In: {about['title']}, version {about['version']}."
        return [nodes.paragraph("", text)]


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("cite-and-download", CiteAndDownload)
