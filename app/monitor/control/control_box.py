"""The box with which the user controls a run."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.document import Document
from app.monitor.control.checkpoint_line import CheckpointLine
from app.monitor.control.difference_notice import DifferenceNotice
from app.monitor.control.next_batch_dialog import NextBatchDialog
from app.monitor.control.rate_line import RateLine
from app.monitor.control.tips import set_enabled
from app.runs import CheckpointKeeper
from app.training import Session, SessionState
from app.training.continuation import MOST_EPOCHS
from app.widgets.action_button import ActionButton
from app.widgets.labels import make_caption, make_label
from app.widgets.layouts import add_layout
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh

_ROWS = (
    ("", (("step_epoch", "One epoch"),)),
    ("Again", (("train_again", "Same seed"), ("train_new_seed", "New seed"))),
    ("", (("best_weights", ""),)),
)
"""The caption of each row of buttons, and its commands with their texts; empty for the text of the command."""

_CONTINUES = (
    "Train this run for so many more epochs, as one longer run",
    "How many epochs are added to those that are done",
)
_ADDS = ("Let the run end so many epochs later", "How many epochs are added to the planned ones")
"""What the button and the number of epochs mean after a run, and while it is active."""


class ControlBox(QWidget):
    """Learning rate, more epochs, one epoch, the best weights, and the same run again.

    Arguments:
        document: is compared with the run.
        session: its run is controlled.
        parent: the parent widget.

    Attributes:
        next_batch: shows the examples of the next batch.

    Signals:
        continue_requested(epochs): the user wants so many more epochs of the shown run.
    """

    continue_requested = Signal(int)

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("control_box")
        self.setAccessibleName("Control of the run")
        self._session = session
        self._notice = DifferenceNotice(document, session)
        self._continue_action: QAction | None = None
        self._followed: int | None = None
        self._epochs = NumberBox(NumberRange(1, MOST_EPOCHS, whole=True), unit="epochs")
        self._epochs.setObjectName("control_epochs")
        self._epochs.setAccessibleName("Number of epochs to continue for")
        self._continue = QPushButton("Continue")
        self._continue.setObjectName("control_continue")
        self._continue.setAccessibleName("Continue the run for this number of epochs")
        self.next_batch = NextBatchDialog(session, self)
        self._look = QPushButton("Next batch…", self)
        self._look.setObjectName("control_next_batch")
        self._look.setAccessibleName("Show the next batch")
        self._buttons = QVBoxLayout()
        self._buttons.setSpacing(GRID // 2)
        self._lay_out()
        self._epochs.edited.connect(self._on_edited)
        self._continue.clicked.connect(self._on_clicked)
        self._look.clicked.connect(self._on_look_clicked)
        refresh = VisibleRefresh(self)
        refresh.due.connect(self._refresh)
        for signal in (session.state_changed, session.run_changed, session.started, session.continued):
            signal.connect(refresh.request)
        for signal in (document.changed, session.setting_changed):
            signal.connect(refresh.request)
        self._refresh()

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Make the buttons for the commands of the window, which menus and shortcuts share.

        Arguments:
            actions: the commands by name.
        """
        for caption, commands in _ROWS:
            row = QHBoxLayout()
            row.setSpacing(GRID // 2)
            if caption:
                row.addWidget(make_caption(caption))
            for name, text in commands:
                row.addWidget(ActionButton(actions[name], f"control_{name}", text), 1)
            if commands[0][0] == "step_epoch":
                row.addWidget(self._look, 1)
            add_layout(self._buttons, row)
        self._continue_action = actions["continue_training"]
        self._continue_action.changed.connect(self._refresh)
        self._refresh()

    def shutdown(self) -> None:
        """End the thread of the next batch. The window calls it when it closes."""
        self.next_batch.shutdown()

    def set_checkpoints(self, checkpoints: CheckpointKeeper) -> None:
        """Show how often checkpoints are written.

        Arguments:
            checkpoints: writes them.
        """
        layout = self.layout()
        if layout is not None:
            layout.addWidget(CheckpointLine(checkpoints))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(make_caption("More epochs"))
        row.addWidget(self._epochs, 1)
        row.addWidget(self._continue)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._notice)
        layout.addWidget(make_label("control_rate_heading", "Learning rate", "heading"))
        layout.addWidget(RateLine(self._session))
        add_layout(layout, row)
        add_layout(layout, self._buttons)

    @property
    def _offered(self) -> int:
        """The epochs that an interrupted run has left; for a run that has ended, as many as it was trained for."""
        session = self._session
        if session.config is None:
            return 1
        left = session.config.epochs - len(session.history)
        return left if left > 0 else session.config.project.training.epochs

    @Slot()
    def _refresh(self) -> None:
        if not self._session.state.active and self._offered != self._followed:
            self._followed = self._offered
            self._epochs.show_value(self._offered)
        self._notice.refresh()
        action = self._continue_action
        obstacle = "" if action is None or action.isEnabled() else action.toolTip()
        effect, meaning = _CONTINUES
        if self._session.state.active:
            effect, meaning = _ADDS
            obstacle = "The run is ending." if self._session.state is SessionState.STOPPING else ""
        self._continue.setText("Add" if self._session.state.active else "Continue")
        set_enabled(self._continue, obstacle, effect)
        paused = self._session.state is SessionState.PAUSED
        reason = "" if paused else "Pause the run to look at its next batch (F6)."
        set_enabled(self._look, reason, "Show the examples of the next batch, as augmented")
        set_enabled(self._epochs, obstacle, meaning)

    @Slot()
    def _on_look_clicked(self) -> None:
        self.next_batch.open_for_run()

    @Slot(object, bool)
    def _on_edited(self, epochs: Any, _continues: bool) -> None:
        self._epochs.show_value(epochs)

    @Slot()
    def _on_clicked(self) -> None:
        self._epochs.commit()
        if not self._epochs.has_draft:
            self.continue_requested.emit(self._epochs.value)
