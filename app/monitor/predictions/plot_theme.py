"""Plots of this page: axes with a title, in the colours of the theme, without mouse."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.widgets.plot import Plot

_LOW = 150
"""Height in pixels below which the axes have no titles."""


class ThemedPlot(Plot):
    """A plot that is only read: the mouse does not move it, and it follows the theme.

    Arguments:
        bottom: title of the horizontal axis.
        left: title of the vertical axis.
    """

    def __init__(self, bottom: str, left: str, parent: QWidget | None = None) -> None:
        self._ready = False  # pyqtgraph changes the palette before there are axes
        super().__init__(parent)
        self._ready = True
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        for side, text in (("bottom", bottom), ("left", left)):
            self.getAxis(side).enableAutoSIPrefix(False)
            self.setLabel(side, text)
        self.paint_axes()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self._ready and event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.paint_axes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the titles of the axes in a low plot, which needs their room for itself."""
        super().resizeEvent(event)
        if self._ready:
            for side in ("left", "bottom"):
                self.getAxis(side).showLabel(self.height() >= _LOW)
