"""Works formatted once: sphinxcontrib-bibtex formats each for its list and again for its tooltip, in every build."""

from pybtex.style.formatting import BaseStyle

_format = BaseStyle.format_entry


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
    """Register the hook."""
    app.connect("env-before-read-docs", keep)
