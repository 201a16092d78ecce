"""Buttons in one row. Those that do not fit are in a menu at its end."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from app.widgets.theme.theme import GRID


class ButtonRow(QWidget):
    """Shows as many of its buttons as fit into a width. The menu of "More" has the others.

    Arguments:
        object_name: of the row; the name of the menu button ends in "_more".
        first: a widget at the beginning, which is always shown.
        buttons: in the order of reading. The last ones go into the menu first.

    Attributes:
        more: the button with the menu; hidden while all buttons fit.
    """

    def __init__(
        self, object_name: str, first: QWidget, buttons: Sequence[QPushButton], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._first, self._buttons = first, tuple(buttons)
        self._offered = self._buttons
        self._shown = self._buttons
        self.more = QPushButton("More")
        self.more.setObjectName(f"{object_name}_more")
        self.more.setToolTip("More commands")
        self._menu = QMenu(self.more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.more.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (first, *self._buttons, self.more):
            row.addWidget(widget)
        row.addStretch(1)
        self.more.hide()

    @property
    def offered(self) -> tuple[QPushButton, ...]:
        """The buttons in the row and in the menu."""
        return self._offered

    def offer(self, buttons: Sequence[QPushButton]) -> None:
        """Offer some of the buttons, in the row or in the menu. `fit` shows the change.

        Arguments:
            buttons: those that the user can use now.
        """
        self._offered = tuple(button for button in self._buttons if button in buttons)

    def least_width(self) -> int:
        """Return the width that one button and the menu need."""
        return self._width(self._offered[:1])

    def fit(self, width: int) -> None:
        """Show as many buttons as fit, and put the others into the menu.

        Arguments:
            width: in pixels.
        """
        number = len(self._offered)
        while number and self._width(self._offered[:number]) > width:
            number -= 1
        self._shown = self._offered[:number]
        for button in self._buttons:
            button.setVisible(button in self._shown)
        self.more.setVisible(number < len(self._offered))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._width(self._shown), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(()), super().minimumSizeHint().height())

    def _width(self, buttons: Sequence[QPushButton]) -> int:
        """Return the width of the row with these buttons, and with the menu if it has others."""
        more = (self.more,) if len(buttons) < len(self._offered) else ()
        widgets: tuple[QWidget, ...] = (self._first, *buttons, *more)
        return sum(widget.sizeHint().width() for widget in widgets) + GRID * (len(widgets) - 1)

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        """List the buttons that are not shown, as they are now."""
        self._menu.clear()
        for button in self._offered[len(self._shown) :]:
            action = self._menu.addAction(button.text(), button.click)
            action.setObjectName(f"{button.objectName()}_action")
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
