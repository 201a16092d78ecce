"""Plays the epochs of a run one after the other."""

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.inspector.state import InspectorState
from app.training import Inspection

SPEEDS = (1, 2, 4, 8)
"""The epochs a second to choose from."""


class Player(QObject):
    """Moves the inspection to the next epoch at a steady pace, and stops at the last one.

    It waits for the picture of each epoch: a slow method makes it slower, and skips nothing.

    Arguments:
        state: says when its pictures belong to the chosen epoch.
        inspection: its `epochs` are played.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection, self._epochs = state, inspection, inspection.epochs
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._advance)
        self.set_speed(SPEEDS[1])
        for signal in (inspection.sample_trace_changed, state.reconstruction_changed, inspection.problem_changed):
            # Later, when every view shows this epoch.
            signal.connect(self._advance, Qt.ConnectionType.QueuedConnection)

    @property
    def can_play(self) -> bool:
        """True if there are epochs to play, and their weights are those that the inspection uses."""
        return len(self._epochs.stops) > 1 and self._inspection.snapshot is self._epochs.snapshot

    def set_speed(self, per_second: float) -> None:
        """Choose how many epochs are shown in a second, at most.

        Arguments:
            per_second: above 0.
        """
        self._timer.setInterval(round(1000 / per_second))

    @Slot()
    def toggle(self) -> None:
        """Play from the chosen epoch, or from the first one if the last one is chosen; or stop."""
        if self._epochs.playing:
            self.stop()
            return
        place = self._epochs.place
        if not self.can_play:
            return
        self._epochs.set_playing(True)
        if place in (-1, len(self._epochs.stops) - 1):
            self._epochs.choose(0)
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        """Stay at the epoch that is shown."""
        self._timer.stop()
        self._epochs.set_playing(False)

    @Slot()
    def _advance(self) -> None:
        """Move on if it is time, and if the epoch is shown; the signal that shows it calls this again."""
        if not self._epochs.playing:
            return
        if not self.can_play:
            self.stop()
        elif not self._timer.isActive() and self._is_shown():
            wanted = self._epochs.place + 1
            self._timer.start()  # first, because the choice can be answered at once
            self._epochs.choose(wanted)
            if self._epochs.place != wanted or wanted >= len(self._epochs.stops) - 1:
                self.stop()

    def _is_shown(self) -> bool:
        trace = self._inspection.sample_trace
        return trace is not None and trace.snapshot is self._epochs.snapshot and self._state.up_to_date
