"""A line with one sentence that the user can dismiss."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.widgets.plain_label import PlainLabel
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID


class MessageLine(QFrame):
    """A line with a message. It is hidden while there is no message.

    The `keyPressEvent` of the parent widget calls `handle_escape`, so that Esc dismisses the message.

    Signals:
        dismissed(): the user or a call of `dismiss` has hidden the message.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_line")
        self.setProperty("advice", True)
        self._label = PlainLabel()
        self._label.setObjectName("message_words")
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton("Dismiss")
        self._button.setObjectName("message_dismiss")
        self._button.setAccessibleName("Dismiss the message")
        self._button.setToolTip("Esc")
        self._button.setProperty("flat", True)
        self._button.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button)
        self.hide()

    @property
    def text(self) -> str:
        """The message; empty while the line is hidden."""
        return "" if self.isHidden() else self._label.text()

    def show_error(self, sentence: str) -> None:
        """Show a `sentence` that says what went wrong."""
        self._show(sentence, danger=True)

    def show_note(self, sentence: str) -> None:
        """Show a `sentence` that informs the user and is not an error."""
        self._show(sentence, danger=False)

    @Slot()
    def dismiss(self) -> None:
        """Hide the line if it is visible."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def handle_escape(self, event: QKeyEvent) -> bool:
        """Dismiss the message if the key is Esc. Return True if a message was dismissed.

        Arguments:
            event: the key event of the parent widget.
        """
        if event.key() != Qt.Key.Key_Escape or self.isHidden():
            return False
        self.dismiss()
        return True

    def _show(self, sentence: str, danger: bool) -> None:
        set_style_property(self._label, "danger", danger)
        self._label.setText(sentence)
        self.show()
