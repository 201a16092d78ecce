"""Sizes and weights of text, relative to the font of the system."""

from PySide6.QtGui import QFont

SMALL = 0.88
"""Size of secondary text, as a share of the normal size."""


def scaled_font(font: QFont, factor: float) -> QFont:
    """Return the font `factor` times as large."""
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * factor)
    else:
        scaled.setPixelSize(max(round(font.pixelSize() * factor), 1))
    return scaled


def small_font(font: QFont) -> QFont:
    """Return the font for secondary text."""
    return scaled_font(font, SMALL)


def bold_font(font: QFont) -> QFont:
    """Return the font for names and headings."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
