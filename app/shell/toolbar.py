"""The toolbar: train, pause, step, stop; and what would be trained, in chips that lead to their settings."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from app.document import Document
from app.shell.actions import Actions
from app.widgets.formatting import format_count
from app.widgets.plain_text import button_text, short

BUTTONS = ("train", "pause", "step", "stop")


class ActionButton(QPushButton):
    """A push button that is the face of a QAction: same text, icon, tool tip and enabled state."""

    def __init__(self, actions: Actions, name: str) -> None:
        super().__init__()
        self._action = actions[name]
        self.setObjectName(f"button_{name}")
        self.setProperty("primary", name == "train")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._action.trigger)
        self._action.changed.connect(self._show_action)
        self._show_action()

    @Slot()
    def _show_action(self) -> None:
        text = self._action.text().replace("&", "")
        self.setText(text.removeprefix("One ").capitalize())
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class ToolBar(QToolBar):
    """Buttons for the run, chips for data and training settings, and the size of the network.

    Signals:
        data_clicked(), training_clicked(): the user wants to change what the chip shows.
    """

    data_clicked = Signal()
    training_clicked = Signal()

    def __init__(self, document: Document, actions: Actions, window: QMainWindow) -> None:
        super().__init__("Toolbar", window)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self._document = document
        for name in BUTTONS:
            self.addWidget(ActionButton(actions, name))
        self.addSeparator()
        self._chips: dict[str, QToolButton] = {}
        for name in ("data", "epochs", "batch", "optimiser"):
            chip = QToolButton()
            chip.setObjectName(f"chip_{name}")
            chip.setProperty("chip", True)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(self.data_clicked if name == "data" else self.training_clicked)
            self._chips[name] = chip
            self.addWidget(chip)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self._size = QLabel()
        self._size.setObjectName("chip_parameters")
        self._size.setProperty("chip", True)
        self.addWidget(self._size)
        document.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the document's present data, settings and size."""
        training, data, pending = self._document.project.training, self._document.data, self._document.data_pending
        texts = {
            "data": f"data: {short(data.title, 28)} · {format_count(data.count)}"
            if data
            else "data: …"
            if pending
            else "data: none",
            "epochs": f"epochs {training.epochs}",
            "batch": f"batch {training.batch_size}",
            "optimiser": training.describe_optimizer(),
        }
        for name, text in texts.items():
            self._chips[name].setText(button_text(text, 48))
            self._chips[name].setToolTip("Click to change it." if name != "optimiser" else "How each update is made.")
        count = self._document.inference.parameter_count
        self._size.setText("… parameters" if pending else f"{format_count(count)} parameters")
