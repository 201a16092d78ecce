"""The base of the panel's pages: a page that is not visible does no work."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.widgets.visible_refresh import VisibleRefresh


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
        self._visible_refresh = VisibleRefresh(self, before_window=False)
        self._visible_refresh.due.connect(self._on_visible_refresh_due)
        self._visible_refresh.request()

    @Slot()
    def request_refresh(self) -> None:
        """Refresh the page now if it is visible, and else when it is shown."""
        self._visible_refresh.request()

    def refresh(self) -> None:
        """Show the current state of the document; each page implements it."""
        raise NotImplementedError

    @Slot()
    def _on_visible_refresh_due(self) -> None:
        self.refreshes += 1
        self.refresh()
