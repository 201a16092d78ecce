"""The search field of the palette."""

import qtawesome
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.theme.theme import current_theme
from app.widgets.undo_keys import DraftLineEdit


class SearchField(DraftLineEdit):
    """A field for the search text. Esc clears it; the arrow keys ask for another search result.

    Arguments:
        parent: the parent widget.

    Signals:
        step_requested(distance): ↑ or ↓ was pressed; `distance` is -1 or 1.
    """

    step_requested = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette_search")
        self.setAccessibleName("Search layers")
        self.setPlaceholderText("Search layers…")
        self.setToolTip("Search the layer types (Ctrl+F). ↑ ↓: choose a result. Enter: insert it. Esc: clear.")
        self.setClearButtonEnabled(True)
        self._icon = QAction(self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self._apply_theme()

    def _apply_theme(self) -> None:
        self._icon.setIcon(qtawesome.icon("mdi6.magnify", color=current_theme().muted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_theme()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step_requested.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
