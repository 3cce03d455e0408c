"""Visitors of our nodes for builders other than HTML, which show the children, plain text."""

from docutils import nodes


def nothing(self, node: nodes.Node) -> None:
    """Visitor that adds nothing of its own."""


#: Visitors for ``app.add_node``.
OTHERS = dict.fromkeys(("latex", "text", "man", "texinfo"), (nothing, nothing))
