"""Reconstruct, re-estimate and check printed numbers: ``import restated as rs``.

The names below are one obvious call for each task (:mod:`restated.api`); they load what they need when they are used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from restated.errors import RestatedError

__version__ = "0.2.0"
__all__ = ["RestatedError", "check", "counts", "growth", "meta", "moments", "ranks", "scores", "study_sets", "tables"]
__all__ += ["twins"]

if TYPE_CHECKING:
    from restated.api import check, counts, growth, meta, moments, ranks, scores, study_sets, tables, twins


def __getattr__(name: str) -> Any:
    """Return a name of :mod:`restated.api`, loaded when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'restated' has no attribute '{name}'")
    return getattr(importlib.import_module("restated.api"), name)
