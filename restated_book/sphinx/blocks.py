"""Nodes of ours: HTML that is made when a page is written, and what builders other than HTML show."""

from collections.abc import Callable

from docutils import nodes


def nothing(self, node: nodes.Node) -> None:
    """Visitor that adds nothing of its own."""


#: Visitors for ``app.add_node``: builders other than HTML show the children, plain text.
OTHERS = dict.fromkeys(("latex", "text", "man", "texinfo"), (nothing, nothing))


class late(nodes.General, nodes.Element):
    """HTML by ``make`` of builder and ``options`` when the page is written, since addresses are relative to it."""


def block(make: Callable[..., str], words: str = "", **options) -> late:
    """Return the node of HTML by `make`; other builders print `words`."""
    return late("", nodes.paragraph("", words), make=make, options=options)


def visit_late(self, node: late) -> None:
    """HTML visitor."""
    self.body.append(str(node["make"](self.builder, **node["options"])))
    raise nodes.SkipNode


def html(text: str) -> nodes.raw:
    """Return the node of HTML that is the same on every page."""
    return nodes.raw("", text, format="html")


def puts(text: str) -> Callable[..., None]:
    """Return the visitor that writes a text."""
    return lambda self, node: self.body.append(text)


def section(id: str, title: str | nodes.Node, *children: nodes.Node) -> nodes.section:
    """Return a section with its title, a text or an inline node."""
    shown = nodes.title("", title) if isinstance(title, str) else nodes.title("", "", title)
    return nodes.section("", shown, *children, ids=[id], names=[])


def root(page: str) -> str:
    """Return the address of the site's root relative to `page`."""
    return "../" * page.count("/")


def setup(app) -> None:
    """Register the node."""
    app.add_node(late, html=(visit_late, nothing), **OTHERS)
