"""Files and folders that the user drops on any part of the window."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


class FileDrops(QObject):
    """Accepts files that are dropped on the main window or on the window of a page.

    It filters the events of the native windows, which get a drag before any widget: a text field would insert the path
    of the file. Drags without files continue to the widgets.

    Arguments:
        window: the main window.

    Signals:
        dropped(list[Path]): local files and folders, in the order of the drag.
    """

    dropped = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.watch(window)

    def watch(self, window: QWidget) -> None:
        """Accept files that are dropped on another window too.

        Arguments:
            window: a window that is not shown yet.
        """
        # Without this, the platform sends no drags to the native window.
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            handle = watched.windowHandle()
            if handle is not None:
                handle.removeEventFilter(self)
                handle.installEventFilter(self)
            return False
        if not isinstance(event, QDropEvent) or isinstance(watched, QWidget):
            return False
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths or QApplication.activeModalWidget() is not None:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self.dropped.emit(paths)
        return True
