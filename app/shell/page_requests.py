"""Shows the page that a view of another page asks for."""

from PySide6.QtCore import QObject, Slot

from app.builder import UnitClicks
from app.monitor import TrainPage
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

    def follow_units(self, clicks: UnitClicks, train_page: TrainPage) -> None:
        """Show the decision maps of clicked units on the page Train.

        Arguments:
            clicks: reports the units.
            train_page: has the decision maps.
        """
        clicks.unit_requested.connect(self.show_train)
        clicks.unit_requested.connect(train_page.show_unit)

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
