"""Plots from plain tables: each is a picture with its alternative text and its data.

Importing the package alone does not load matplotlib.
"""

#: Id of the root of every SVG; addresses that end in it show the dark colours.
DARK = "dark"
