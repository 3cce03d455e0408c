"""The Sphinx side of the book: roles, directives, pages and metadata. ``_config.yml`` names :mod:`.extension`."""
