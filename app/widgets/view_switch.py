"""Buttons of which one is pressed: they change between views of one thing."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.widgets.theme.theme import GRID


class ViewSwitch(QWidget):
    """A row of buttons, one for each view.

    Arguments:
        object_name: the objectNames of the buttons begin with it.
        titles: name and title of each view.

    Signals:
        chosen(name): the user chose another view.
    """

    chosen = Signal(str)

    def __init__(self, object_name: str, titles: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for name, title in titles:
            button = QPushButton()
            button.setObjectName(f"{object_name}_{name}")
            button.setProperty("segment", True)
            button.setCheckable(True)
            self._buttons[name] = button
            self.rename(name, title)
            self._group.addButton(button)
            layout.addWidget(button)
        self._group.buttonToggled.connect(self._on_button_toggled)

    @property
    def current(self) -> str:
        """Name of the chosen view; empty if none is offered."""
        return next((name for name, button in self._buttons.items() if button.isChecked() and self._offers(name)), "")

    @property
    def offered(self) -> tuple[str, ...]:
        """Names of the offered views."""
        return tuple(name for name in self._buttons if self._offers(name))

    def offer(self, names: Sequence[str]) -> None:
        """Offer some of the views. If the chosen one is not among them, the first one is chosen, without a signal.

        Arguments:
            names: of the views to offer.
        """
        for name, button in self._buttons.items():
            button.setVisible(name in names)
        self.setVisible(len(names) > 1)
        if names and self.current not in names:
            with QSignalBlocker(self._group):
                self._buttons[names[0]].setChecked(True)

    def rename(self, name: str, title: str) -> None:
        """Show another title for a view.

        Arguments:
            name: of the view.
            title: text of its button.
        """
        self._buttons[name].setText(title)
        self._buttons[name].setAccessibleName(f"Show: {title}")

    def choose(self, name: str) -> None:
        """Choose a view, as a click does.

        Arguments:
            name: of an offered view.
        """
        self._buttons[name].setChecked(True)

    def _offers(self, name: str) -> bool:
        return not self._buttons[name].isHidden()

    @Slot()
    def _on_button_toggled(self) -> None:
        if self.current:
            self.chosen.emit(self.current)
