"""Figures of the book: each function takes plain tables and gives back a picture, its alternative text and its data."""

from __future__ import annotations

from .style import Drawn

__all__ = ["Drawn"]
