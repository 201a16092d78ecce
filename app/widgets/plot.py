"""The base of all plots: pyqtgraph's, without its menus and buttons."""

import pyqtgraph
from PySide6.QtWidgets import QWidget


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
