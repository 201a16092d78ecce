"""The base of all plots: its axes in the colours of the theme."""

from PySide6.QtGui import QColor

from app.widgets.plot import Plot
from app.widgets.theme.theme import DARK, LIGHT, palette_for


def test_the_axes_have_the_colours_of_the_theme_and_the_font_of_the_plot(qtbot, qapp) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    font = plot.font()
    font.setPointSize(21)
    plot.setFont(font)
    before = qapp.palette()
    try:
        for theme in (DARK, LIGHT):
            qapp.setPalette(palette_for(theme))
            plot.paint_axes()
            assert plot.backgroundBrush().color() == QColor(theme.surface)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                assert axis.pen().color() == QColor(theme.border)
                assert axis.textPen().color() == QColor(theme.muted)
                assert axis.style["tickFont"].pointSize() == 21
    finally:
        qapp.setPalette(before)
