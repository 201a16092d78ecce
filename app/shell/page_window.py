"""The window of a page that was torn off the main window."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class PageWindow(QWidget):
    """Holds one page. All shortcuts of the main window work in it.

    It has no parent, because a child would always lie in front of the main window.

    Arguments:
        name: of the page.
        content: the page.
        actions: the commands whose shortcuts work.

    Signals:
        closing(name): the user closes the window; the page is still in it.
    """

    closing = Signal(str)

    def __init__(self, name: str, content: QWidget, actions: list[QAction]) -> None:
        super().__init__()
        self._name = name
        self.setObjectName(f"page_window_{name}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(content)
        content.show()
        self.addActions(actions)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closing.emit(self._name)
