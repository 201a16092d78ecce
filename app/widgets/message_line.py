"""A line with one sentence that the user can dismiss."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.widgets.plain_label import PlainLabel
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID


class MessageLine(QFrame):
    """A line with a message. It is hidden while there is none.

    Esc dismisses the message while the parent widget has the focus, if that passes its keys to `handle_escape`.

    Signals:
        dismissed(): the user, or the program, has hidden the message.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_line")
        self.setProperty("advice", True)
        self._words = PlainLabel()
        self._words.setObjectName("message_words")
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton("Dismiss")
        self._button.setObjectName("message_dismiss")
        self._button.setAccessibleName("Dismiss the message")
        self._button.setToolTip("Esc")
        self._button.setProperty("flat", True)
        self._button.clicked.connect(self.dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._button)
        self.hide()

    @property
    def text(self) -> str:
        """The message; empty while the line is hidden."""
        return "" if self.isHidden() else self._words.text()

    def show_error(self, sentence: str) -> None:
        """Show a `sentence` that says what went wrong."""
        self._show(sentence, danger=True)

    def show_note(self, sentence: str) -> None:
        """Show a `sentence` that is worth knowing."""
        self._show(sentence, danger=False)

    @Slot()
    def dismiss(self) -> None:
        """Hide the line if it is visible."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()

    def handle_escape(self, event: QKeyEvent) -> bool:
        """Dismiss the message if the key is Esc, and return True if it was. For the parent's `keyPressEvent`."""
        if event.key() != Qt.Key.Key_Escape or self.isHidden():
            return False
        self.dismiss()
        return True

    def _show(self, sentence: str, danger: bool) -> None:
        set_style_property(self._words, "danger", danger)
        self._words.setText(sentence)
        self.show()
