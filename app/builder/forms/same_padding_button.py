"""The button below the field for the padding: it sets the padding that keeps the size."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.widgets.theme.fonts import small_font
from tinyml.core import describe_pair
from tinyml.layers import LayerSettings

PADDING = "padding"
"""Name of the setting that the button sets."""


class SamePaddingButton(QPushButton):
    """Sets the padding with which the output is as large as the input. It is hidden if there is no such padding.

    Arguments:
        parent: the parent widget.

    Signals:
        requested(name, value, continues): the user wants this value of the setting `padding`. `continues` is always
            False: the change is an undo step of its own.
    """

    requested = Signal(str, object, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._value: tuple[int, int] | None = None
        self.setObjectName("setting_padding_same")
        self.setProperty("link", True)
        self.setFont(small_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolTip("Pad with as many zeros as keep the rows and columns of the input (“same” padding).")
        self.clicked.connect(self._on_clicked)
        self.hide()

    def show_settings(self, settings: LayerSettings | None) -> None:
        """Show the padding that keeps the size with these settings.

        Arguments:
            settings: settings of the layer; None if they are wrong.
        """
        self._value = settings.same_padding if settings is not None else None
        current: Any = getattr(settings, PADDING, None)
        self.setVisible(self._value is not None)
        if self._value is None:
            return
        in_force = tuple(current) == self._value
        self.setEnabled(not in_force)
        self.setText("Keeps the size" if in_force else f"Same size: padding {describe_pair(self._value)}")
        self.setAccessibleName(self.text())

    @Slot()
    def _on_clicked(self) -> None:
        self.requested.emit(PADDING, self._value, False)
