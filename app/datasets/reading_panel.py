"""What the Data page shows in place of the examples: a message, or the progress of the reading."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_BAR_WIDTH = 40 * GRID
_STEPS = 1000


class ReadingPanel(QWidget):
    """Shows a sentence with its way out, or how far the reading is.

    Signals:
        cancelled(): the user does not want to wait.
        retried(): the user wants the data to be read again.
    """

    cancelled = Signal()
    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_reading")
        self._message = make_label("data_page_message", wraps=True, selectable=True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._way_out = make_label("data_page_way_out", style_class="muted", wraps=True)
        self._way_out.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar(maximum=_STEPS, textVisible=False)
        self._bar.setObjectName("data_page_progress")
        self._bar.setAccessibleName("Share of the data that is read")
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._cancel, self._retry = QPushButton("Cancel"), QPushButton("Try again")
        self._cancel.setObjectName("data_page_cancel")
        self._cancel.setAccessibleName("Cancel reading the data")
        self._retry.setObjectName("data_page_retry")
        self._retry.setAccessibleName("Read the data again")
        self._cancel.clicked.connect(self.cancelled)
        self._retry.clicked.connect(self.retried)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._retry)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID + GRID // 2)
        layout.addStretch(1)
        layout.addWidget(self._message)
        layout.addWidget(self._way_out)
        layout.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        add_layout(layout, buttons)
        layout.addStretch(2)
        self.show_message("")

    @property
    def message(self) -> str:
        """The sentence on screen."""
        return self._message.text()

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 10 * GRID)

    def show_message(self, sentence: str, way_out: str = "", danger: bool = False, retry: bool = False) -> None:
        """Show a sentence.

        Arguments:
            sentence: why there are no examples.
            way_out: what the user can do; empty if there is only to wait.
            danger: True for an error.
            retry: offer to read the data again.
        """
        show_text(self._way_out, way_out)
        set_style_property(self._message, "danger", danger)
        set_style_property(self._message, "muted", not danger)
        self._message.setText(sentence)
        self._bar.hide()
        self._cancel.hide()
        self._retry.setVisible(retry)

    def show_progress(self, text: str, share: float) -> None:
        """Show how far the reading is.

        Arguments:
            text: one line.
            share: of the data that is read, 0 to 1.
        """
        self.show_message(text)
        self._bar.setValue(round(share * _STEPS))
        self._bar.show()
        self._cancel.show()
