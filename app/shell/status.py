"""The status bar: state, epoch, progress, speed, time left, messages, problems."""

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QMainWindow, QProgressBar, QPushButton, QStatusBar, QWidget

from app.document import Document
from app.training import Session, SessionState
from app.widgets.formatting import format_count, format_duration
from app.widgets.plain_label import PlainLabel
from app.widgets.theme.theme import current_theme

REFRESH_MS = 250
"""Numbers that change faster than this cannot be read."""
MESSAGE_MS = 6000
"""How long a message stays."""


class Status(QStatusBar):
    """What the training does right now, in words; and how many problems the network has.

    Messages have a place of their own. `QStatusBar.showMessage` would paint them over the widgets that `refresh` shows.

    Signals:
        problems_clicked(): the user wants to see the next problem.
    """

    problems_clicked = Signal()

    def __init__(self, document: Document, session: Session, window: QMainWindow) -> None:
        self._ready = False
        super().__init__(window)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._document, self._session = document, session
        self._dot, self._state = QLabel("●"), QLabel()
        self._epoch, self._speed, self._time = QLabel(), QLabel(), QLabel()
        self._message = PlainLabel(elides=True)
        self._passing_message = self._tip = ""
        self._progress = QProgressBar(maximum=1000, textVisible=False)
        self._progress.setFixedWidth(170)
        self._problems = QPushButton()
        self._progress.setAccessibleName("Share of the training that is done")
        self._build()
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self._message_timer = QTimer(self, interval=MESSAGE_MS, singleShot=True)
        self._message_timer.timeout.connect(self._on_message_timeout)
        session.state_changed.connect(self._on_state_changed)
        session.epochs_finished.connect(self.refresh)
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
        for name, widget in widgets.items():
            widget.setObjectName(name)
            widget.setContentsMargins(4, 0, 4, 0)
            self.addWidget(widget, 1 if widget is self._message else 0)
        self._problems.setObjectName("status_problems")
        self._problems.setProperty("flat", True)
        self._problems.clicked.connect(self.problems_clicked)
        self.addPermanentWidget(self._problems)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._ready:
            self.refresh()

    @Slot(str)
    def show_message(self, sentence: str) -> None:
        """Show a sentence for some seconds instead of the words about the run."""
        self._passing_message = sentence
        self._message_timer.start()
        self._show_words()

    def show_tip(self, tip: str) -> None:
        """Show the tip of the command under the mouse; an empty one ends that."""
        self._tip = tip
        self._show_words()

    @Slot()
    def _on_message_timeout(self) -> None:
        self._passing_message = ""
        self._show_words()

    def _show_words(self) -> None:
        self._message.setText(self._tip or self._passing_message or self._words())

    @Slot()
    def _on_state_changed(self) -> None:
        if self._session.state.active:
            self._timer.start()
        else:
            self._timer.stop()
        self.refresh()

    def _words(self) -> str:
        """What the run reached or why it failed; or that it is not of what is on the screen."""
        session, project = self._session, self._document.project
        if session.config is None or session.config.project == project:
            return session.message
        ran = session.config.project
        if (ran.network, ran.data, ran.training.loss) == (project.network, project.data, project.training.loss):
            return session.message
        if session.state.active:
            return "The run goes on with the network and the data that it began with."
        return "This run was of another network or other data."

    @Slot()
    def refresh(self) -> None:
        """Show the present state of session and document."""
        session, theme = self._session, current_theme()
        colors = {
            SessionState.RUNNING: "#009E73",
            SessionState.FINISHED: theme.accent,
            SessionState.FAILED: theme.danger,
        }
        color = colors.get(session.state, theme.warning if session.state.active else theme.muted)
        self._dot.setStyleSheet(f"color: {color}")
        self._state.setText(session.state.value)
        ran = session.config is not None and session.batches_done > 0
        for widget in (self._epoch, self._progress, self._speed, self._time):
            widget.setVisible(ran)
        self._show_words()
        if ran and session.config is not None:
            epochs = session.config.epochs
            under_way = 1 if session.state.active and len(session.history) < epochs else 0
            self._epoch.setText(f"epoch {len(session.history) + under_way} / {epochs}")
            self._progress.setValue(round(session.progress * 1000))
            self._speed.setText(f"{format_count(session.examples_per_second)} examples/s")
            left = session.seconds_left
            remaining = f" · {format_duration(left)} left" if session.state.active and left is not None else ""
            self._time.setText(f"{format_duration(session.seconds)} elapsed{remaining}")
        count = len(self._document.problems)
        self._problems.setVisible(count > 0)
        self._problems.setText(f"{count} problem{'s' if count != 1 else ''} · F8")
