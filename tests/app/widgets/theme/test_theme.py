from dataclasses import fields, replace

import pytest
from PySide6.QtGui import QColor, QPalette

from app.widgets.theme.theme import (
    DARK,
    DARK_FAMILY_COLORS,
    FAMILY_COLORS,
    LIGHT,
    Theme,
    current_theme,
    family_color,
    palette_for,
)


def luminance(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.1 defines it."""
    channels = [channel / 255 for channel in QColor(color).getRgb()[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def theme(request, qapp) -> Theme:
    before = qapp.palette()
    qapp.setPalette(palette_for(request.param))
    yield request.param
    qapp.setPalette(before)
    qapp.processEvents()


def test_text_is_readable_on_every_background(theme) -> None:
    for text in ("text", "muted", "danger", "warning"):
        for background in ("surface", "card", "field"):
            ratio = contrast(getattr(theme, text), getattr(theme, background))
            assert ratio >= 4.5, f"{text} on {background}: {ratio:.2f}"
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def test_the_palette_decides_the_theme(theme) -> None:
    assert current_theme() is theme
    assert palette_for(theme).color(QPalette.ColorRole.Highlight) == QColor(theme.accent)


def test_every_family_has_a_distinct_color_in_both_themes(theme) -> None:
    colors = DARK_FAMILY_COLORS if theme.dark else FAMILY_COLORS
    assert family_color("convolution") == QColor(colors["convolution"])
    assert family_color("unknown") == QColor(theme.muted)
    layers = [color for family, color in colors.items() if family not in ("input", "loss")]
    assert len(set(layers)) == len(layers)


def test_every_color_of_a_theme_is_valid(theme) -> None:
    for field in fields(theme):
        if field.name != "dark":
            assert QColor(getattr(theme, field.name)).isValid(), field.name
    assert replace(theme) == theme
