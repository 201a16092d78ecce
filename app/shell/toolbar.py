"""The toolbar: buttons to train, pause, step and stop; chips that show the settings and open them."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QToolBar, QToolButton, QWidget

from app.document import Document
from app.formatting import format_count
from app.shell.actions import Actions
from app.shell.facts_chip import FactsChip
from app.widgets.action_button import ActionButton
from app.widgets.plain_text import button_text, short, tool_tip

FIELDS = {"epochs": "epochs", "batch": "batch_size", "optimiser": "learning_rate"}
"""The training setting that each chip opens."""
SHORT_TITLE = 14
"""Number of characters of a title if there is little room."""
SMALLEST_WIDTH = 200
"""Width below which the toolbar is not laid out, in pixels."""
SPACE = 8
"""Room between two widgets, as in the style sheet, in pixels."""
BUTTONS = ("train", "pause", "step", "stop")
TIPS = {
    "data": "Click to change the data.",
    "epochs": "Click to change the number of epochs.",
    "batch": "Click to change the batch size.",
    "optimiser": "Click to change the optimiser or the learning rate.",
}


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
        self._buttons = [ActionButton(actions[name], f"button_{name}") for name in BUTTONS]
        self._buttons[0].setProperty("primary", True)
        for button in self._buttons:
            self.addWidget(button)
        self.addSeparator()
        self._chips: dict[str, QToolButton] = {}
        self._texts: dict[str, tuple[str, ...]] = {}
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
        name = short(data.title, 28) if data else "…" if pending else "none"
        count = f" · {format_count(data.count)}" if data else ""
        optimizer = training.describe_optimizer()
        self._texts = {
            "data": (f"data: {name}{count}", f"data: {short(name, SHORT_TITLE)}"),
            "epochs": (f"epochs {training.epochs}",),
            "batch": (f"batch {training.batch_size}",),
            "optimiser": (optimizer, optimizer.split(",")[0]),
        }
        for chip, texts in self._texts.items():
            self._chips[chip].setToolTip(f"{tool_tip(texts[0])}\n{TIPS[chip]}")
        self._fit()

    # ---------------------------------------------------------------------------------------------------------- room

    def minimumSizeHint(self) -> QSize:
        # What has no room is in the menu at the end of the toolbar.
        return QSize(SMALLEST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        """Say less if there is little room: short chips, then icons without text. Qt moves the rest into a menu."""
        for icons_only, short_chips in ((False, False), (False, True), (True, True)):
            for button in self._buttons[1:]:
                button.set_compact(icons_only)
            for name, texts in self._texts.items():
                self._chips[name].setText(button_text(texts[-1 if short_chips else 0], 48))
            if self._needed_width() <= self.width():
                break

    def _needed_width(self) -> int:
        widgets = [self.widgetForAction(action) for action in self.actions()]
        margins = self.contentsMargins()
        widths = sum(max(widget.minimumSizeHint().width(), 0) + SPACE for widget in widgets)
        return widths + margins.left() + margins.right() + 2 * SPACE
