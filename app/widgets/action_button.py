"""A push button for a QAction."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget


class ActionButton(QPushButton):
    """A push button that has the text, icon, tool tip and enabled state of a QAction.

    Arguments:
        action: the command.
        object_name: of the button.
        text: shown instead of the text of the action; empty for that one.
        parent: the parent widget.
    """

    def __init__(self, action: QAction, object_name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action, self._own_text = action, text
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._compact = False
        self.clicked.connect(self._action.trigger)
        self._action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    def set_compact(self, compact: bool) -> None:
        """Show only the icon, or also the text.

        Arguments:
            compact: True for the icon alone.
        """
        if compact != self._compact:
            self._compact = compact
            self._on_action_changed()

    @Slot()
    def _on_action_changed(self) -> None:
        text = self._action.text().replace("&", "").removeprefix("One ").capitalize()
        self.setText("" if self._compact else self._own_text or text)
        self.setAccessibleName(text)
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
