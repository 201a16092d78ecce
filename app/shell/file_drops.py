"""Files, folders and images that the user drops on any part of the window, or pastes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QDropEvent, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

_NOTHING_TO_PASTE = "The clipboard holds no image and no file. Copy an image in another program, then paste it here."
_ONLY_AN_ADDRESS = (
    "Only the address of something on the internet was dropped, and TinyML loads nothing from there. Save the image as "
    "a file and drop that, or copy the image and paste it with Ctrl+V."
)


class FileDrops(QObject):
    """Accepts what is dropped on the main window or on the window of a page, and what is pasted there.

    It filters the events of the native windows, which get a drag before any widget: a text field would insert the path
    of the file. Drags without files and images continue to the widgets. Ctrl+V arrives only if no widget takes it, as
    text fields and the canvas do.

    Arguments:
        window: the main window.

    Signals:
        dropped(list[Path]): local files and folders, in the order of the drag.
        image_dropped(QImage): an image without a file, such as one from a browser.
        refused(sentence): nothing that was dropped or pasted can be used; says what to do.
    """

    dropped = Signal(list)
    image_dropped = Signal(QImage)
    refused = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.watch(window)

    def watch(self, window: QWidget) -> None:
        """Accept what is dropped on another window, or pasted there, too.

        Arguments:
            window: a window that is not shown yet.
        """
        # Without this, the platform sends no drags to the native window.
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @Slot()
    def paste(self) -> None:
        """Take the image or the files on the clipboard."""
        self.paste_or(lambda: self.refused.emit(_NOTHING_TO_PASTE))

    def paste_or(self, otherwise: Callable[[], object]) -> None:
        """Take the image or the files on the clipboard.

        Arguments:
            otherwise: called if the clipboard holds neither.
        """
        if not self._take(QApplication.clipboard().mimeData()):
            otherwise()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWidget):
            return self._filter_window(watched, event)
        if not isinstance(event, QDropEvent) or QApplication.activeModalWidget() is not None:
            return False
        content = event.mimeData()
        if not (holds_something(content) or content.hasUrls()):
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop and not self._take(content):
            self.refused.emit(_ONLY_AN_ADDRESS)
        return True

    def _filter_window(self, window: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            handle = window.windowHandle()
            if handle is not None:
                handle.removeEventFilter(self)
                handle.installEventFilter(self)
        elif _is_paste_key(event):
            self.paste()
            return True
        return False

    def _take(self, content: QMimeData) -> bool:
        """Report files, else an image. Return False if there is neither."""
        paths = local_paths(content)
        if paths:
            self.dropped.emit(paths)
        elif content.hasImage():
            self.image_dropped.emit(QImage(content.imageData()))
        return holds_something(content)


def _is_paste_key(event: QEvent) -> bool:
    if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
        return False
    return event.matches(QKeySequence.StandardKey.Paste)


def local_paths(content: QMimeData) -> list[Path]:
    """Return the local files and folders of a drag or of the clipboard.

    Arguments:
        content: what is dropped or pasted.
    """
    return [Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile()]


def holds_something(content: QMimeData) -> bool:
    """Return True if a drag or the clipboard holds a local file, a local folder or an image.

    Arguments:
        content: what is dropped or pasted.
    """
    return bool(local_paths(content)) or content.hasImage()
