"""The base of all plots: pyqtgraph's, without its menus and buttons."""

import pyqtgraph
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.theme.theme import current_theme


class Plot(pyqtgraph.PlotWidget):
    """A plot without pyqtgraph's context menus and without its button "A".

    Arguments:
        parent: the parent widget.
        options: for pyqtgraph's `PlotItem`, such as `axisItems`.
    """

    def __init__(self, parent: QWidget | None = None, **options: object) -> None:
        super().__init__(parent, **options)
        self.setMenuEnabled(False)
        self.hideButtons()
        # pyqtgraph makes this menu in any case. Without a parent, Python's garbage collector would delete it and its
        # widgets some time after the plot, and in whichever thread it runs: Qt crashes if that is not the window's.
        menu = self.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())

    def paint_axes(self) -> None:
        """Use the colours of the current theme for the background and the axes, and the font of the plot."""
        theme = current_theme()
        self.setBackground(theme.surface)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(QPen(QColor(theme.border), 0))
            axis.setTextPen(QColor(theme.muted))
            axis.setTickFont(self.font())
