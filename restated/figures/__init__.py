"""Figures of the book: plain tables in; out come a picture, its alternative text and the data it shows."""

from __future__ import annotations

from .style import Drawn

__all__ = ["Drawn"]
