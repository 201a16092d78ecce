"""Sizes and weights of text, always relative to the system's font."""

from PySide6.QtGui import QFont

SMALL = 0.88
"""Size of secondary words, as a share of the normal size."""


def scaled_font(font: QFont, factor: float) -> QFont:
    """Return the font in another size."""
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * factor)
    else:
        scaled.setPixelSize(max(round(font.pixelSize() * factor), 1))
    return scaled


def small_font(font: QFont) -> QFont:
    """Return the font for secondary words."""
    return scaled_font(font, SMALL)


def bold_font(font: QFont) -> QFont:
    """Return the font for names and headings."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
