"""A splitter whose handle is a thin line: drag it to resize, double-click it to fold the panel beside it."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from app.widgets.theme.theme import current_theme

LINE = 1
"""Width of the line, in pixels. Qt lets the mouse grab a splitter this thin some pixels beside the line."""
HOVERED_LINE = 3
"""Width of the line under the mouse, in pixels."""


class LineSplitter(QSplitter):
    """A splitter with thin handles.

    Arguments:
        orientation: of the splitter.

    Signals:
        handle_double_clicked(index): the user has double-clicked the handle with this index.
    """

    handle_double_clicked = Signal(int)

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setHandleWidth(LINE)
        self.setChildrenCollapsible(False)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    """One line between two widgets; the accent shows that the mouse can drag it."""

    def __init__(self, orientation: Qt.Orientation, splitter: LineSplitter) -> None:
        super().__init__(orientation, splitter)
        self._splitter = splitter
        self.setToolTip("Drag to resize. Double-click to fold.")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, width = current_theme(), HOVERED_LINE if self.underMouse() else LINE
        line = QRect(0, 0, width, self.height())
        if self.orientation() == Qt.Orientation.Vertical:
            line = QRect(0, 0, self.width(), width)
        line.moveCenter(self.rect().center())
        painter = QPainter(self)
        painter.fillRect(line, theme.accent if self.underMouse() else theme.border)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._splitter.indexOf(self)
        self._splitter.handle_double_clicked.emit(index)
