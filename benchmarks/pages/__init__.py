"""Size of the built pages, and their Lighthouse scores: ``make pages``."""
