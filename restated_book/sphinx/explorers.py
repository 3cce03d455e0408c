"""Pages on which readers change what was assumed; the scripts ``static/explore*.js`` compute in the browser."""

import json
import re
from html import escape

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from restated_book import entries
from restated_book.cite import citation
from restated_book.sphinx import blocks

KINDS = ("check", "groups", "cell", "people")  #: Scripts of each kind, after the one they share
COMMON = "explore.js"


class explorer(nodes.General, nodes.Element):
    """The text for readers without scripts; `kind`, `start` (JSON) and `cite` are for the script."""


class Explorer(SphinxDirective):
    """``{explorer} KIND``: YAML with ``start`` (values) and ``words`` (names of groups), then ``---`` and text.

    A value ``published:ID`` or ``restated:ID`` is that number of the ledger, ``low:ID`` and ``high:ID`` the ends of its
    interval. The text is what readers see without scripts.
    """

    has_content = True
    required_arguments = 1

    def run(self):
        kind = self.arguments[0]
        if kind not in KINDS:
            raise self.error(f"'{kind}' is not an explorer; use one of {', '.join(KINDS)}")
        lines = list(self.content)
        end = lines.index("---") if "---" in lines else -1
        given = yaml.safe_load("\n".join(lines[: max(end, 0)])) or {}
        given["start"] = {name: self._number(str(value)) for name, value in given.get("start", {}).items()}
        title = self.env.titles[self.env.docname].astext() if self.env.docname in self.env.titles else ""
        title = title or next((t.astext() for t in self.state.document.findall(nodes.title)), kind)
        cite = citation.written(citation.item(citation.about(), "chapter", title, self.env.docname), "APA")
        node = explorer(kind=kind, start=json.dumps(given, ensure_ascii=False, sort_keys=True), cite=cite)
        self.set_source_info(node)
        text = StringList(lines[end + 1 :], source=self.get_source_info()[0])
        self.state.nested_parse(text, self.content_offset + end + 1, node)
        return [node]

    def _number(self, value: str) -> str:
        """Return a value, or the number of the ledger it names, with a point and without its unit."""
        kind, colon, id = value.partition(":")
        if not colon:
            return value
        rows = entries.load()
        if kind not in ("published", "restated", "low", "high") or id not in rows:
            raise self.error(f"'{value}' is not in the ledger; write published:ID, restated:ID, low:ID or high:ID")
        text = entries.words("interval" if kind in ("low", "high") else kind, rows[id])
        numbers = re.findall(r"-?[0-9]*\.?[0-9]+", text.replace("\u2212", "-").replace(",", ""))
        if not numbers:
            raise self.error(f"'{value}' has no digits")
        return numbers[-1] if kind == "high" else numbers[0]


def visit_explorer(self, node: explorer) -> None:
    """HTML visitor."""
    attrs = "".join(f' data-{name}="{escape(node[name], quote=True)}"' for name in ("kind", "start", "cite"))
    self.body.append(f'<div class="rs-explorer"{attrs}>\n')


def scripts(doctree: nodes.document | None) -> list[str]:
    """Return the scripts that the explorers of a page need."""
    kinds = {node["kind"] for node in doctree.findall(explorer)} if doctree is not None else set()
    return [COMMON, *(f"explore-{kind}.js" for kind in KINDS if kind in kinds)] if kinds else []


def setup(app) -> None:
    """Register the node."""
    app.add_node(explorer, html=(visit_explorer, blocks.puts("</div>\n")), **blocks.OTHERS)
