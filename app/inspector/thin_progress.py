"""A thin line that shows how far a computation is. It keeps its room while nothing is computed."""

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme.theme import GRID, current_theme


class ThinProgress(QWidget):
    """A line whose left part has the accent colour; empty while nothing is computed.

    Arguments:
        name: objectName.
        accessible_name: what is computed, for screen readers.

    Attributes:
        share: the share that is done, 0 to 1.
        running: True while something is computed.
    """

    def __init__(self, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.share, self.running = 0.0, False

    def set_running(self, running: bool) -> None:
        """Show the line (`running`), or leave its room empty."""
        if running != self.running:
            self.share, self.running = 0.0, running
            self._describe()

    @Slot(float)
    def set_share(self, share: float) -> None:
        """Show the `share` that is done, 0 to 1."""
        self.share = share
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(8 * GRID, GRID // 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, GRID // 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.running:
            painter, theme = QPainter(self), current_theme()
            painter.fillRect(self.rect(), QColor(theme.track))
            painter.fillRect(QRectF(0, 0, self.share * self.width(), self.height()), QColor(theme.accent))

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{round(100 * self.share)} %" if self.running else "")
        self.update()
