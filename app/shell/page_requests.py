"""Shows the page that a view of another page asks for."""

from PySide6.QtCore import QObject, Slot

from app.shell.window_layout import WindowLayout


class PageRequests(QObject):
    """Slots for the requests of the pages, which do not know each other.

    Arguments:
        pages: the pages of the window.
        parent: the owner.
    """

    def __init__(self, pages: WindowLayout, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages

    @Slot()
    def show_data(self) -> None:
        """Show the page Data."""
        self._pages.show_page("data")

    @Slot()
    def show_train(self) -> None:
        """Show the page Train."""
        self._pages.show_page("train")

    @Slot()
    def show_inspect(self) -> None:
        """Show the page Inspect."""
        self._pages.show_page("inspect")
