"""A block that belongs to a page only while a ledger number rests on a stated basis.

The text of a chapter depends on the data it ran on: on recalled totals it may illustrate, on a reader's original it may
test. Both texts are in the page as prose; the build keeps the one that is true.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from restated.verdict import BASES
from restated_book import entries

logger = logging.getLogger(__name__)


class When(SphinxDirective):
    """``:::{when} <ledger id> <basis>``: its content, if the number was computed from that basis, else nothing."""

    required_arguments = 2
    has_content = True

    def run(self):
        id, basis = self.arguments
        rows, problem = entries.load(), ""
        if id not in rows:
            problem = f"unknown ledger entry '{id}'"
        elif basis not in BASES:
            problem = f"'{basis}' is not a basis; use one of {', '.join(BASES)}"
        if problem:
            place, text = self.get_location(), "page '%s': {when}: %s"
            logger.warning(text, self.env.docname, problem, location=place, type="restated", subtype="when")
            return []
        if rows[id].get("basis") != basis:
            return []
        block = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, block)
        return block.children


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("when", When)
