from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots import style

TEXT_ROLES = ("ink", "muted")
MARK_ROLES = ("accent", "second", "third", "warn")
#: Contrast that WCAG 2.2 asks of text (1.4.3) and of marks (1.4.11).
TEXT, MARK = 4.5, 3.0
#: CIE 1976 distance at which two colours are told apart at once; a just noticeable one is about 2.
APART = 20.0
#: Lightness steps of the five-step ramp that survive grey printing.
STEP = 8.0
#: Machado, Oliveira & Fernandes (2009), severity 1, for linear RGB.
VISION = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(code: str) -> np.ndarray:
    c = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(code)) for code in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_known_contrast():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert lab(linear("#ffffff"))[0] == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("role", [*TEXT_ROLES, *MARK_ROLES])
def test_contrast_on_the_page(theme, role):
    page = getattr(style.ROLES["page"], theme)
    assert contrast(getattr(style.ROLES[role], theme), page) >= (TEXT if role in TEXT_ROLES else MARK)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_is_readable_on_fills(theme):
    for fill in ("band", "band2"):
        assert contrast(getattr(style.ROLES["ink"], theme), getattr(style.ROLES[fill], theme)) >= TEXT


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_are_apart_for_every_eye(theme, vision):
    for one, other in combinations(MARK_ROLES, 2):
        a, b = (lab(VISION[vision] @ linear(getattr(style.ROLES[role], theme))) for role in (one, other))
        assert np.linalg.norm(a - b) >= APART, f"{one} and {other}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ramp_is_ordered_by_lightness_away_from_the_page(theme):
    lightness = [lab(linear(getattr(style.ROLES[role], theme)))[0] for role in style.RAMP]
    steps = np.diff(lightness) * (-1 if theme == "light" else 1)
    assert (steps >= STEP).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_funnel_zones_fade_into_the_page(theme):
    page = lab(linear(getattr(style.ROLES["page"], theme)))[0]
    away = [abs(lab(linear(getattr(style.ROLES[role], theme)))[0] - page) for role in ("zone1", "zone2", "zone3")]
    assert np.all(np.diff(away) < -4)


def test_codes_are_unique_so_that_themes_can_be_exchanged():
    for theme in ("light", "dark"):
        codes = [getattr(tone, theme) for tone in style.ROLES.values()]
        assert len(set(codes)) == len(codes)
        assert all(code == code.lower() and len(code) == 7 for code in codes)


def test_colour_names_the_roles_when_there_is_none():
    assert style.colour("accent") == style.ROLES["accent"].light
    with pytest.raises(RestatedError, match="'pink' is not a colour role"):
        style.colour("pink")


def test_look_leaves_the_settings_of_the_caller_alone():
    with mpl.rc_context({"font.size": 31.0, "svg.fonttype": "none"}):
        with style.look():
            assert mpl.rcParams["svg.fonttype"] == "path"
            assert mpl.rcParams["font.size"] == style.BASE
        assert mpl.rcParams["font.size"] == 31.0


def test_text_width_grows_with_text_and_size():
    assert style.text_width("mm", 10) == pytest.approx(2 * style.text_width("m", 10), rel=0.02)
    assert style.text_width("m", 20) == pytest.approx(2 * style.text_width("m", 10), rel=0.02)
    assert style.text_width("m", 10, "bold") > style.text_width("m", 10)


def test_wrap_keeps_all_words_and_the_width():
    text = "caregiver representation of attachment in the second year"
    lines = style.wrap_to(text, 1.2, 10)
    assert " ".join(lines) == text
    assert all(style.text_width(line, 10) <= 1.2 or " " not in line for line in lines)
    assert style.wrap_to("", 1, 10) == []


def test_base_type_is_eleven_pixels_in_the_text_column():
    assert style.WIDE * style.PX_PER_INCH == 720
    assert style.BASE / style.POINTS * style.PX_PER_INCH >= 11
    assert style.COMPACT >= 7
