"""Refresh a view only while it is visible."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget


class VisibleRefresh(QObject):
    """Tells a view to refresh itself: at once if it is visible, else when it is shown the next time.

    Views connect the signals of the document to `request`.

    Arguments:
        view: the view; it owns this object.
        before_window: refresh the view at once while its window is not shown yet, because the window asks for its size;
            False if the size of the view does not depend on what it shows.

    Signals:
        due(): the view must show the current state.
    """

    due = Signal()

    def __init__(self, view: QWidget, before_window: bool = True) -> None:
        super().__init__(view)
        self._outdated = False
        self._before_window = before_window
        view.installEventFilter(self)
        # Qt paints before it handles a timer without delay.
        self._painted_timer = QTimer(self, singleShot=True, interval=0)
        self._painted_timer.timeout.connect(self.request)

    @Slot()
    def request_after_paint(self) -> None:
        """As `request`, but let the other views paint first what the user waits for."""
        self._painted_timer.start()

    @Slot()
    def request(self) -> None:
        """Refresh the view now if it is visible, and else when it is shown."""
        view = self.parent()
        assert isinstance(view, QWidget), "the constructor sets the parent"
        self._outdated = True
        if view.isVisible() or (self._before_window and not view.window().isVisible()):
            self.catch_up()

    @Slot()
    def catch_up(self) -> None:
        """Refresh the view now if something has changed since it was last visible."""
        if self._outdated:
            self._outdated = False
            self.due.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Refresh the view when it is shown."""
        if event.type() == QEvent.Type.Show and watched is self.parent():
            self.catch_up()
        return False
