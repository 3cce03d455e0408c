"""Figures of the book: plain tables in; out come a picture, its alternative text and the data it shows.

Importing this package loads no plotting library: the build asks it only for a name.
"""

#: Id of the root of every SVG: an address that ends in it shows the dark colours.
DARK = "dark"
