"""The extension: configuration, templates, static files, and what each module registers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

from docutils.parsers.rst import Directive
from jinja2 import FileSystemBytecodeCache
from myst_nb.sphinx_ import HideCodeCellNode
from pybtex.backends import plaintext
from pybtex.plugin import register_plugin
from sphinx.errors import ConfigError

from restated.errors import RestatedError
from restated_book import claims, colours, entries, freshness, paths
from restated_book import config as settings
from restated_book.chapters import heads
from restated_book.sphinx import blocks, mathml, pages

HERE = Path(__file__).parent
_TABLES = paths.tables(__file__)
#: Modules that hold directives, or register roles, nodes or hooks; and settings of other extensions that pages need.
PARTS = [import_module(f"restated_book.sphinx.{name}") for name in _TABLES["parts"]]
SETTINGS = _TABLES["settings"] | {"html_last_updated_fmt": None}


def configure(app, config) -> None:
    """Apply our settings; put our templates before the theme's and our static files next to it."""
    for name, value in SETTINGS.items():
        if name in config:
            setattr(config, name, value)
    config.templates_path.insert(0, str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))
    if own := colours.rules(settings.load().colours):
        sheets = Path(app.doctreedir, "colours")
        sheets.mkdir(parents=True, exist_ok=True)
        for name in [*pages.STYLES[1:], pages.EMBEDDED]:
            (sheets / name).write_text((HERE / "static" / name).read_text(encoding="utf-8") + own, encoding="utf-8")
        config.html_static_path.append(str(sheets))  # what is copied later replaces what was copied before
    try:
        # A changed ledger or head of a chapter changes every page that prints it: Sphinx reads all of them again.
        config.restated_digest = entries.load().digest
    except RestatedError as error:
        raise ConfigError(str(error)) from None
    with suppress(RestatedError):  # in a book that only Jupyter Book builds there may be none
        config.restated_digest = freshness.digest(config.restated_digest, repr(heads.chapters()))


def override_visitors(app) -> None:
    """Keep compiled templates of pages; take over nodes of other extensions, which are loaded only now."""
    if app.builder.format == "html":
        app.builder.templates.environment.bytecode_cache = FileSystemBytecodeCache(app.doctreedir)
    if "myst_nb" in app.extensions:
        visitors = pages.visit_hidden_cell, blocks.puts("</details>\n")
        app.add_node(HideCodeCellNode, override=True, html=visitors)


def directives(module: ModuleType) -> Iterator[tuple[str, type[Directive]]]:
    """Yield the directives of a module by name: ``{data-dictionary}`` is its class ``DataDictionary``."""
    for name, of in vars(module).items():
        if (
            isinstance(of, type)
            and issubclass(of, Directive)
            and of.__module__ == module.__name__
            and "run" in vars(of)
        ):
            yield re.sub(r"\B(?=[A-Z])", "-", name).lower(), of


def setup(app) -> dict:
    """Entry point for Sphinx."""
    # Each citation looks it up by name; searching all installed packages takes longer than writing the page.
    register_plugin("pybtex.backends", "plaintext", plaintext.Backend, force=True)
    app.add_config_value("restated_ledger_doc", "book/ledger", "html", str)
    app.add_config_value("restated_claims_doc", claims.PAGE, "html", str)
    app.add_config_value("restated_digest", "", "env", str)
    app.connect("config-inited", configure, priority=900)
    app.connect("builder-inited", override_visitors)
    app.add_html_math_renderer("mathml", (mathml.visit_math, None), (mathml.visit_math_block, None))
    app.add_css_file("restated.css")
    app.add_js_file("restated.js", loading_method="defer")
    for part in PARTS:
        for name, directive in directives(part):
            app.add_directive(name, directive)
        if hasattr(part, "setup"):
            part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
