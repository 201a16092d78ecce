"""Scrolling while the pointer drags something near the upper or lower edge of a scroll area."""

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QScrollArea

from app.widgets.theme.theme import GRID

_ZONE = 6 * GRID
"""Height in pixels of the zones at the upper and lower edge."""

_MILLISECONDS = 16


class EdgeScrolling(QObject):
    """Scrolls an area as long as the pointer stays near an edge.

    Arguments:
        parent: the owner of this object.

    Signals:
        scrolled(): the area has scrolled, so that something else is under the pointer.
    """

    scrolled = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._area: QScrollArea | None = None
        self._pointer = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(_MILLISECONDS)
        self._timer.timeout.connect(self._on_timeout)

    def follow(self, area: QScrollArea, pointer: QPoint) -> None:
        """Tell where the pointer is.

        Arguments:
            area: the area under the pointer.
            pointer: in global coordinates.
        """
        self._area, self._pointer = area, pointer
        if _find_step(area, pointer):
            self._timer.start()

    def stop(self) -> None:
        """End the scrolling, because nothing is dragged over an area any more."""
        self._area = None
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        step = _find_step(self._area, self._pointer) if self._area is not None else 0
        if self._area is None or not step:
            self._timer.stop()
            return
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + step)
        self.scrolled.emit()


def _find_step(area: QScrollArea, pointer: QPoint) -> int:
    """Return how many pixels to scroll: more if the pointer is nearer to the upper or lower edge, 0 far from both."""
    viewport = area.viewport()
    zone = min(_ZONE, viewport.height() // 4)
    y = viewport.mapFromGlobal(pointer).y()
    above, below = zone - y, y - (viewport.height() - zone)
    if above > 0:
        return -(above // 4 + 1)
    return below // 4 + 1 if below > 0 else 0
