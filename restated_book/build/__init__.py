"""Building the book: check, execute, join, typeset, swap in."""
