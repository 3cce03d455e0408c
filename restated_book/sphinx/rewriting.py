"""Pages to write again when the text of some has changed: those, and all if an anchor was added, removed or renamed.

Sphinx checks a link when it writes the page the link is on. While all anchors are unchanged, so are the targets of
links on unchanged pages.
"""

from restated_book import freshness


def anchors(env) -> str:
    """Return the fingerprint of everything a page can link to: labels, headings by their words, titles."""
    std = env.domaindata["std"]
    slugs = {page: sorted(about.get("myst_slugs", {}).items()) for page, about in sorted(env.metadata.items())}
    titles = {page: title.astext() for page, title in sorted(env.titles.items())}
    targets = tuple(sorted(std[kind].items()) for kind in ("anonlabels", "labels", "objects"))
    return freshness.digest(repr((*targets, slugs, titles)))


def to_write(app, env) -> set[str]:
    """Return pages to write besides those that were read: all, or none if no anchor changed."""
    before, env.restated_anchors = getattr(env, "restated_anchors", ""), anchors(env)
    app.restated_anchors_moved = before != env.restated_anchors
    return set(env.found_docs) if app.restated_anchors_moved else set()


def setup(app) -> None:
    """Register the hook."""
    app.connect("env-updated", to_write)
