"""The toolbar: buttons to train, pause, step and stop; chips that show the settings and open them."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from app.document import Document
from app.formatting import format_count
from app.shell.actions import Actions
from app.shell.facts_chip import FactsChip
from app.widgets.plain_text import button_text, short

FIELDS = {"epochs": "epochs", "batch": "batch_size", "optimiser": "learning_rate"}
"""The training setting that each chip opens."""
BUTTONS = ("train", "pause", "step", "stop")
TIPS = {
    "data": "Click to change the data.",
    "epochs": "Click to change the number of epochs.",
    "batch": "Click to change the batch size.",
    "optimiser": "Click to change the optimiser or the learning rate.",
}


class ActionButton(QPushButton):
    """A push button for a QAction: it has the action's text, icon, tool tip and enabled state.

    Arguments:
        actions: the commands of the window.
        name: of the command.
    """

    def __init__(self, actions: Actions, name: str) -> None:
        super().__init__()
        self._action = actions[name]
        self.setObjectName(f"button_{name}")
        self.setProperty("primary", name == "train")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._action.trigger)
        self._action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    @Slot()
    def _on_action_changed(self) -> None:
        text = self._action.text().replace("&", "")
        self.setText(text.removeprefix("One ").capitalize())
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class ToolBar(QToolBar):
    """Shows buttons for the run, chips for the data and the training settings, and the facts of the network.

    Arguments:
        document: its settings are shown.
        actions: the commands of the window.
        window: the main window.

    Signals:
        data_clicked(): the user has clicked the chip of the data.
        training_clicked(field): the user has clicked the chip of a training setting.
    """

    data_clicked = Signal()
    training_clicked = Signal(str)

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
            chip.clicked.connect(self._on_clicked)
            self._chips[name] = chip
            self.addWidget(chip)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.addWidget(FactsChip(document))
        document.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def _on_clicked(self) -> None:
        for name, chip in self._chips.items():
            if chip is self.sender() and name in FIELDS:
                self.training_clicked.emit(FIELDS[name])
            elif chip is self.sender():
                self.data_clicked.emit()

    @Slot()
    def refresh(self) -> None:
        """Show the current data and settings."""
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
            self._chips[name].setToolTip(TIPS[name])
