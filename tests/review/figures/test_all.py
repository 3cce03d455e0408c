"""Conditions that every figure of the review meets."""

from __future__ import annotations

import pytest

from tests.library.plots.checks import ALL
from tests.review.figures.samples import FIGURES, GALLERY


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_every_figure(check, name):
    check(GALLERY, name)
