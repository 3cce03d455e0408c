"""Plots from plain tables, each a picture with alternative text and data; importing this alone loads no matplotlib."""

DARK = "dark"  #: Id of the root of every SVG; addresses that end in it show the dark colours
