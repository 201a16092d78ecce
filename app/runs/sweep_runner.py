"""Runs a sweep: one run after the other in the session, and their results."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.runs.record import RunRecord, record_of
from app.runs.sweep import SweepSetting, parse_values, sweep_configs
from app.training.run import Run, SessionState
from app.training.session import Session
from app.training.training_config import TrainingConfig, freeze_config
from tinyml.core import TinymlError

_LIVE_MS = 500
"""Milliseconds between two updates of the run that is trained."""


@dataclass(frozen=True)
class SweepRow:
    """One value of a sweep.

    Attributes:
        value: of the setting.
        record: the result so far; None while the run has not started.
        running: True while the run is trained.
    """

    value: float
    record: RunRecord | None = None
    running: bool = False


class SweepRunner(QObject):
    """Trains a new run for each value of one setting. The document does not change.

    A run that fails, for example because its learning rate is too high, is a result; the next value follows. A run that
    the user stops, another run that the user starts, and another project end the sweep.

    Arguments:
        session: trains the runs.
        document: gives the project at the start of the sweep.

    Attributes:
        setting: what varies; None before the first sweep.
        rows: a row for each value.
        sentence: why the sweep ended early; empty if it did not.

    Signals:
        changed(): `rows`, `running` or `sentence` changed.
    """

    changed = Signal()

    def __init__(self, session: Session, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._document = session, document
        self._configs: tuple[TrainingConfig, ...] = ()
        self._run: Run | None = None
        self._place = -1
        self.setting: SweepSetting | None = None
        self.rows: tuple[SweepRow, ...] = ()
        self.sentence = ""
        self._live_timer = QTimer(self, interval=_LIVE_MS, singleShot=True)
        self._live_timer.timeout.connect(self._update_row)
        self._next_timer = QTimer(self, interval=0, singleShot=True)
        self._next_timer.timeout.connect(self._on_timeout)
        session.state_changed.connect(self._on_state_changed)
        session.epochs_finished.connect(self._on_epochs_finished)
        document.replaced.connect(self._on_replaced)

    @property
    def running(self) -> bool:
        """True from the start of the first run to the end of the last one."""
        return self._place >= 0

    @property
    def finished_runs(self) -> int:
        """How many runs have ended."""
        return sum(row.record is not None and not row.running for row in self.rows)

    def start(self, setting: SweepSetting, text: str) -> None:
        """Start a sweep of the project as it is now.

        Arguments:
            setting: what varies.
            text: the values as the user typed them, see `parse_values`.

        Raises `TinymlError` with the reason if a value is wrong, the network cannot be trained, or a run is active.
        """
        if self.running or self._session.state.active:
            raise TinymlError("A run is active. Stop it, or wait until it has ended, to start a sweep.")
        values = parse_values(text, setting.whole)
        self._configs = sweep_configs(freeze_config(self._document), setting, values)
        self.setting, self.sentence = setting, ""
        self.rows = tuple(SweepRow(value) for value in values)
        self._start_run(0)

    def stop(self) -> None:
        """End the sweep. The run that is trained stops after its batch, and is kept."""
        if self._run is not None and self._run.state.active and self._session.run is self._run:
            self._session.stop()  # the end of the run ends the sweep
        else:
            self._end("The sweep was stopped.")

    def _start_run(self, place: int) -> None:
        self._place, self._run = place, None
        try:
            self._session.start(config=self._configs[place])
        except TinymlError as error:
            self._end(str(error))
            return
        self._run = self._session.run
        self._update_row()

    @Slot()
    def _update_row(self) -> None:
        run = self._run
        if run is None or run.config is None or self._place < 0:
            return
        row = SweepRow(self.rows[self._place].value, record_of(run, run.config, self._document.name), run.state.active)
        self.rows = (*self.rows[: self._place], row, *self.rows[self._place + 1 :])
        self.changed.emit()

    def _end(self, sentence: str) -> None:
        self._next_timer.stop()
        self._live_timer.stop()
        if not self.running:
            return
        if self._run is not None:
            self._update_row()
        self._place, self._run = -1, None
        self.sentence = sentence
        self.changed.emit()

    @Slot()
    def _on_state_changed(self) -> None:
        run = self._run
        if run is None:
            return
        if self._session.run is not run:
            self._end("The sweep ended, because another run was started.")
        elif run.state is SessionState.STOPPED:
            self._end("The sweep was stopped.")
        elif not run.state.active:
            self._update_row()
            # Later, so that every view has seen the end of this run.
            self._next_timer.start()
        else:
            self._update_row()

    @Slot()
    def _on_epochs_finished(self) -> None:
        if self._run is not None and not self._live_timer.isActive():
            self._live_timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._session.state.active:
            self._end("The sweep ended, because another run was started.")
        elif self._place + 1 < len(self.rows):
            self._start_run(self._place + 1)
        else:
            self._end("")

    @Slot()
    def _on_replaced(self) -> None:
        self._end("The sweep ended, because another project was opened.")
