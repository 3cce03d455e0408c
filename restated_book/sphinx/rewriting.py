"""Which pages are written anew when the text of some has changed: those, and all where an anchor came, went or was renamed.

Sphinx checks a link when it writes the page the link is on. While all anchors are where they were, a link on a page that did
not change leads where it led.
"""

from __future__ import annotations

from restated_book import freshness


def anchors(env) -> str:
    """Fingerprint of everything a page can link to: labels, headings by their words, titles."""
    std = env.domaindata["std"]
    slugs = {page: sorted(said.get("myst_slugs", {}).items()) for page, said in sorted(env.metadata.items())}
    titles = {page: title.astext() for page, title in sorted(env.titles.items())}
    parts = (
        sorted(std["anonlabels"].items()),
        sorted(std["labels"].items()),
        sorted(std["objects"].items()),
        slugs,
        titles,
    )
    return freshness.digest(repr(parts))


def to_write(app, env) -> set[str]:
    """Pages to write beside those that were read: all, or none where every anchor is where it was."""
    before, env.restated_anchors = getattr(env, "restated_anchors", ""), anchors(env)
    app.restated_anchors_moved = before != env.restated_anchors
    return set(env.found_docs) if app.restated_anchors_moved else set()


def setup(app) -> None:
    """Register the hook."""
    app.connect("env-updated", to_write)
