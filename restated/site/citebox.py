"""The box at the end of a chapter: how to cite it, and what can be downloaded."""

from __future__ import annotations

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .. import paths


class CiteAndDownload(SphinxDirective):
    """``{cite-and-download}``: citation of this chapter, and where its numbers can be had."""

    def run(self):
        about = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        authors = "; ".join(a.get("name") or f"{a['family-names']}, {a['given-names']}" for a in about["authors"])
        title = next((t.astext() for t in self.state.document.findall(nodes.title)), self.env.docname)
        year = str(about["date-released"])[:4]
        text = f"{authors} ({year}). {title}. In: {about['title']}, version {about['version']}."
        root = "../" * self.env.docname.count("/")
        links = [("ledger.csv", "all numbers as CSV"), ("ledger.json", "as JSON"), ("to-verify.csv", "what is still to be verified")]
        downloads = nodes.paragraph("", "Download: ", classes=["rs-downloads"])
        for i, (file, words) in enumerate(links):
            downloads += [nodes.Text(", ")] if i else []
            downloads += nodes.reference("", words, internal=True, refuri=f"{root}{file}")
        return [nodes.paragraph("", f"Cite this chapter as: {text}"), downloads]


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("cite-and-download", CiteAndDownload)
