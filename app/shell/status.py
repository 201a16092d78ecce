"""The status bar: state, epoch, progress, speed, remaining time, messages and problems."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QProgressBar, QPushButton, QStatusBar, QWidget

from app.document import Document
from app.formatting import format_age, format_count, format_duration
from app.monitor import Monitor
from app.runs import CheckpointKeeper
from app.shell.live_curve import LiveCurve
from app.training import EpochChoice, Session, SessionState
from app.widgets.plain_label import PlainLabel
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.theme import current_theme

REFRESH_MS = 500
"""Milliseconds between two updates of the numbers; faster changes cannot be read, and each lays the bar out again."""
MESSAGE_MS = 6000
"""Milliseconds for which a message stays."""
SMALLEST_MESSAGE = 120
"""Room for the message, in pixels."""
SPACE = 8
"""Room between two parts, in pixels."""


class Status(QStatusBar):
    """Shows the state of the training and the number of problems.

    Messages have their own label: `QStatusBar.showMessage` would paint them over the other widgets.

    Arguments:
        document: its problems are counted.
        session: its run is shown.
        monitor: its numbers stand beside the live curve.
        window: the main window.

    Signals:
        problems_clicked(): the user has clicked the number of problems.
        curve_clicked(): the user has clicked the live curve.
    """

    problems_clicked = Signal()
    curve_clicked = Signal()

    def __init__(self, document: Document, session: Session, monitor: Monitor, window: QMainWindow) -> None:
        self._ready = False
        super().__init__(window)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self.setContentsMargins(SPACE, 0, SPACE, 0)
        self._document, self._session = document, session
        self._dot, self._state = QLabel("●"), QLabel()
        self._epoch, self._speed, self._time = QLabel(), QLabel(), QLabel()
        self._checkpoint, self._weights = QLabel(), QLabel()
        # The text may hold the name of a file, which may look like markup.
        self._weights.setTextFormat(Qt.TextFormat.PlainText)
        self._epochs: EpochChoice | None = None
        self._checkpoints: CheckpointKeeper | None = None
        self._message = PlainLabel(elides=True)
        self._temporary_message = self._tip = self._reading = ""
        self._progress = QProgressBar(maximum=1000, textVisible=False)
        self._progress.setFixedWidth(170)
        self._curve, self._problems = LiveCurve(session, monitor), QPushButton()
        self._progress.setAccessibleName("Finished share of the training")
        self._build()
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._message_timer = QTimer(self, interval=MESSAGE_MS, singleShot=True)
        self._message_timer.timeout.connect(self._on_message_timeout)
        session.state_changed.connect(self._on_state_changed)
        session.run_changed.connect(self.refresh)
        document.changed.connect(self.refresh)
        self._ready = True
        self.refresh()

    def _build(self) -> None:
        widgets: dict[str, QWidget] = {
            "status_dot": self._dot,
            "status_state": self._state,
            "status_epoch": self._epoch,
            "status_progress": self._progress,
            "status_speed": self._speed,
            "status_time": self._time,
            "status_message": self._message,
        }
        for label, name in ((self._weights, "status_weights"), (self._checkpoint, "status_checkpoint")):
            label.setObjectName(name)
            label.setProperty("muted", True)
            label.setContentsMargins(4, 0, 4, 0)
        for name, widget in widgets.items():
            widget.setObjectName(name)
            widget.setContentsMargins(4, 0, 4, 0)
            self.addWidget(widget, 1 if widget is self._message else 0)
        self.addPermanentWidget(self._weights)
        self.addPermanentWidget(self._checkpoint)
        self._curve.clicked.connect(self.curve_clicked)
        self.addPermanentWidget(self._curve)
        self._problems.setObjectName("status_problems")
        self._problems.setProperty("flat", True)
        self._problems.clicked.connect(self.problems_clicked)
        self.addPermanentWidget(self._problems)

    def follow(self, checkpoints: CheckpointKeeper, epochs: EpochChoice) -> None:
        """Show how old the newest checkpoint is, why one could not be written, and which weights Inspect uses.

        Arguments:
            checkpoints: writes them.
            epochs: the choice of the weights.
        """
        self._checkpoints, self._epochs = checkpoints, epochs
        epochs.changed.connect(self.refresh)
        checkpoints.written.connect(self.refresh)
        checkpoints.problem_changed.connect(self._on_problem_changed)
        self.refresh()

    @Slot()
    def _on_problem_changed(self) -> None:
        if self._checkpoints is not None and self._checkpoints.problem:
            self.show_message(self._checkpoints.problem)
        self.refresh()

    def _show_checkpoint(self) -> None:
        """Say when the run can be resumed from; nothing without a checkpoint."""
        age = self._checkpoints.age if self._checkpoints is not None else None
        problem = self._checkpoints.problem if self._checkpoints is not None else ""
        text = "" if age is None else f"checkpoint {format_age(age)} ago"
        self._checkpoint.setText(f"no new checkpoint · {text}".removesuffix(" · ") if problem else text)
        self._checkpoint.setToolTip(tool_tip(problem) if problem else "After a crash, the run resumes from there.")

    def _show_weights(self) -> None:
        """Say which weights Build and Inspect use; nothing before the first run."""
        epochs = self._epochs
        trained = epochs is not None and self._session.run.learned
        text = epochs.describe(epochs.snapshot) if epochs is not None and trained else ""
        self._weights.setText(short(text if epochs is None or epochs.following else f"Inspect: {text}"))
        self._weights.setToolTip("Build and Inspect use these weights. Choose others on the page Inspect.")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._ready:
            self.refresh()

    @Slot(str)
    def show_message(self, sentence: str) -> None:
        """Show a message for some seconds, instead of the text about the run.

        Arguments:
            sentence: the message.
        """
        self._temporary_message = sentence
        self._message_timer.start()
        self._show_text()

    def show_tip(self, tip: str) -> None:
        """Show the tip of the command under the mouse.

        Arguments:
            tip: the text; empty if the mouse has left the command.
        """
        self._tip = tip
        self._show_text()

    @Slot(str)
    def show_reading(self, text: str) -> None:
        """Show how far the reading of data is, outside a run.

        Arguments:
            text: one line; empty when nothing is read.
        """
        self._reading = text
        self._show_text()

    @Slot()
    def _on_message_timeout(self) -> None:
        self._temporary_message = ""
        self._show_text()

    def _show_text(self) -> None:
        self._message.setText(self._tip or self._temporary_message or self._run_text())

    @Slot()
    def _on_state_changed(self) -> None:
        if self._session.state.active:
            self._timer.start()
        else:
            self._timer.stop()
        self.refresh()

    def _run_text(self) -> str:
        """Return what is being read, the result of the run, or a hint that it used another network or other data."""
        session, project = self._session, self._document.project
        if session.reading is not None or self._reading:
            return session.reading.text if session.reading is not None else self._reading
        if session.config is None or session.config.project == project:
            return session.message
        ran = session.config.project
        if (ran.network, ran.data, ran.training.loss) == (project.network, project.data, project.training.loss):
            return session.message
        if session.state.active:
            return "The run continues with its own network and data."
        return "This run used another network or other data."

    @Slot()
    def refresh(self) -> None:
        """Show the current state of session and document."""
        session, theme = self._session, current_theme()
        colors = {
            SessionState.RUNNING: "#009E73",
            SessionState.FINISHED: theme.accent,
            SessionState.FAILED: theme.danger,
        }
        color = colors.get(session.state, theme.warning if session.state.active else theme.muted)
        if self._dot.styleSheet() != f"color: {color}":  # setting a style sheet takes long
            self._dot.setStyleSheet(f"color: {color}")
        self._state.setText(session.state.value)
        ran = session.config is not None and session.batches_done > 0
        self._show_text()
        if ran and session.config is not None:
            epochs = session.config.epochs
            started = 1 if session.state.active and len(session.history) < epochs else 0
            run = session.run
            batch = f"batch {run.batches_done - len(run.history) * run.batches_per_epoch} / {run.batches_per_epoch}"
            paused = f" · {batch}" if session.state is SessionState.PAUSED else ""
            self._epoch.setText(f"epoch {len(session.history) + started} / {epochs}{paused}")
            self._epoch.setToolTip(batch if session.state.active else "")
            self._progress.setValue(round(session.progress * 1000))
            self._speed.setText(f"{format_count(session.examples_per_second)} examples/s")
            left = session.seconds_left
            remaining = f" · {format_duration(left)} left" if session.state.active and left is not None else ""
            self._time.setText(f"{format_duration(session.seconds)} elapsed{remaining}")
        self._show_checkpoint()
        self._show_weights()
        self._curve.setVisible(not self._curve.empty)
        self._curve.refresh()
        count = len(self._document.problems)
        self._problems.setVisible(count > 0)
        self._problems.setText(f"{count} problem{'s' if count != 1 else ''} · F8")
        self._fit()

    # ---------------------------------------------------------------------------------------------------------- room

    def minimumSizeHint(self) -> QSize:
        # Parts are left out if they do not fit, so the status bar never widens the window.
        return QSize(SMALLEST_MESSAGE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._ready:
            self._fit()

    def _fit(self) -> None:
        """Leave out what has no room, the least important part first."""
        session = self._session
        ran = session.config is not None and session.batches_done > 0
        optional: list[QWidget] = [self._epoch, self._progress, self._time, self._speed] if ran else []
        if self._checkpoint.text():
            optional.append(self._checkpoint)
        if self._weights.text():
            optional.append(self._weights)
        for widget in (self._epoch, self._progress, self._time, self._speed, self._checkpoint, self._weights):
            widget.setVisible(widget in optional)
        self._curve.set_compact(False)
        fixed: list[QWidget] = [self._dot, self._state]
        fixed += [widget for widget in (self._curve, self._problems) if not widget.isHidden()]
        room = self.contentsRect().width() - SMALLEST_MESSAGE - sum(_room(widget) for widget in fixed)
        missing = sum(_room(widget) for widget in optional) - room
        while missing > 0 and optional:
            left_out = optional.pop()
            left_out.hide()
            missing -= _room(left_out)
        self._curve.set_compact(missing > 0)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # at once, so that no part is cut off until the next event


def _room(widget: QWidget) -> int:
    """Return the width that a part of the status bar needs, with the space beside it."""
    return max(widget.minimumSizeHint().width(), widget.minimumWidth()) + SPACE
