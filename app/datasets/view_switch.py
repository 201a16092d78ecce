"""The buttons that choose how the examples are shown."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QWidget

TITLES = {"points": "points", "columns": "columns", "rows": "rows", "class": "by class", "all": "all", "mean": "mean"}
"""The text of the button of each view."""
_TIPS = {
    "class": "The classes with some of their examples",
    "all": "All examples",
    "mean": "The mean image of each class",
    "columns": "The columns of the table with their ranges and histograms",
    "rows": "All rows of the table",
    "points": "The examples as points",
}


class ViewSwitch(QWidget):
    """Buttons side by side, one of which is chosen. The arrow keys choose, too.

    Signals:
        chosen(view): the user chose another view.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_views")
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._buttons: dict[str, QPushButton] = {}
        for view, title in TITLES.items():
            button = QPushButton(title)
            button.setObjectName(f"data_page_view_{view}")
            button.setAccessibleName(_TIPS[view])
            button.setToolTip(_TIPS[view])
            button.setCheckable(True)
            button.setProperty("segment", True)
            self._group.addButton(button)
            self._buttons[view] = button
            layout.addWidget(button)
        self._group.buttonClicked.connect(self._on_button_clicked)
        self.show_views((), "")

    @property
    def views(self) -> tuple[str, ...]:
        """The views to choose from."""
        return tuple(view for view, button in self._buttons.items() if not button.isHidden())

    def show_views(self, views: Sequence[str], current: str) -> None:
        """Show other views to choose from.

        Arguments:
            views: their names; fewer than two need no choice.
            current: the chosen one.
        """
        for view, button in self._buttons.items():
            button.setVisible(view in views)
            button.setChecked(view == current)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if view == current else Qt.FocusPolicy.ClickFocus)
        self.setVisible(len(views) > 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        views = self.views
        checked = [view for view in views if self._buttons[view].isChecked()]
        if not step or not checked:
            super().keyPressEvent(event)
            return
        view = views[(views.index(checked[0]) + step) % len(views)]
        self._buttons[view].setFocus()
        self._buttons[view].click()

    @Slot(QAbstractButton)
    def _on_button_clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(next(view for view, each in self._buttons.items() if each is button))
