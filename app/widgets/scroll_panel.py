"""A panel that never lays out its content below its minimum: it scrolls instead."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def smallest_size(widget: QWidget) -> QSize:
    """Return the size below which a widget must not be laid out.

    Arguments:
        widget: its own minimum counts, else the minimum of its content.
    """
    hint, own = widget.minimumSizeHint(), widget.minimumSize()
    return QSize(own.width() or max(hint.width(), 0), own.height() or max(hint.height(), 0))


class ScrollPanel(QScrollArea):
    """Shows a widget never below its minimum: scroll bars appear instead.

    Arguments:
        widget: the content.

    Signals:
        smallest_changed(): the content needs more or less room.
    """

    smallest_changed = Signal()

    def __init__(self, widget: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(widget)
        self._content = widget
        self._smallest = smallest_size(widget)
        widget.installEventFilter(self)

    @property
    def content(self) -> QWidget:
        """The widget that is shown."""
        return self._content

    @property
    def smallest(self) -> QSize:
        """The minimum of the content."""
        return self._smallest

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            smallest = smallest_size(self._content)
            if smallest != self._smallest:
                self._smallest = smallest
                self.smallest_changed.emit()
        return super().eventFilter(watched, event)
