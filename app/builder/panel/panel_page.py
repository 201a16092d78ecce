"""The base of the panel's pages: a page that is not visible does no work."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class PanelPage(QWidget):
    """A page that is refreshed only while it is visible, and else when it is shown the next time.

    Arguments:
        name: objectName of the page.
        title: accessible name of the page.
        parent: the parent widget.

    Attributes:
        refreshes: number of times that the page was refreshed; for tests.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.refreshes = 0
        self._outdated = True

    @Slot()
    def request_refresh(self) -> None:
        """Refresh the page now if it is visible, and else when it is shown."""
        self._outdated = True
        if self.isVisible():
            self._refresh_now()

    def refresh(self) -> None:
        """Show the current state of the document; each page implements it."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._refresh_now()

    def _refresh_now(self) -> None:
        self._outdated = False
        self.refreshes += 1
        self.refresh()
