"""Asking for reconstructions: at once when the user chooses, in step with the training when the weights change."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.training import Inspection, SampleView
from tinyml.visualize import Reconstruction

SHORTEST_PAUSE = 200
"""Milliseconds between two requests that no user made."""
PATIENCE = 2000
"""Milliseconds after which an answer is taken for lost: the network was changed under the request."""


@dataclass(frozen=True)
class Target:
    """What is traced back to the pixels.

    Attributes:
        layer: name of the layer.
        map_index: which of its feature maps, counted from 0.
        position: row and column in the map; None for its strongest activation.
    """

    layer: str
    map_index: int
    position: tuple[int, int] | None = None

    def answered_by(self, reconstruction: Reconstruction) -> bool:
        """Tell whether a reconstruction is of this target."""
        same_map = (reconstruction.layer, reconstruction.map_index) == (self.layer, self.map_index)
        return same_map and self.position in (None, reconstruction.position)


class Requests(QObject):
    """Keeps the reconstruction of one target up to date.

    While an answer is on its way no other is asked for, unless the target changes: a request that makes the former one
    stale, many times a second, would mean that no answer ever comes.

    Arguments:
        inspection: answers.

    Signals:
        answered(Reconstruction): of the present target.
        refused(sentence): the present target cannot be traced back.
    """

    answered = Signal(object)
    refused = Signal(str)

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._target: Target | None = None
        self._waiting = False
        self._outdated = False
        self._asked_of: SampleView | None = None
        self._pause = QTimer(self, singleShot=True, interval=SHORTEST_PAUSE)
        self._pause.timeout.connect(self._ask_again)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._give_up)
        inspection.reconstructed.connect(self._take_answer)
        inspection.reconstruction_failed.connect(self._take_refusal)

    @property
    def target(self) -> Target | None:
        """What is traced back; None for nothing."""
        return self._target

    def aim(self, target: Target | None) -> None:
        """Trace something else back, at once."""
        if target != self._target:
            self._target = target
            self._waiting = False
            self._ask()

    def refresh(self) -> None:
        """The weights or the sample changed: ask again, soon."""
        self._outdated = self._target is not None and self._inspection.view is not self._asked_of
        if not self._waiting and not self._pause.isActive():
            self._ask_again()

    @Slot()
    def _ask_again(self) -> None:
        if self._outdated and not self._waiting:
            self._ask()

    def _ask(self) -> None:
        self._outdated = False
        self._asked_of = self._inspection.view
        if self._target is None or self._asked_of is None:
            return
        self._waiting = True
        self._pause.start()
        self._patience.start()
        self._inspection.reconstruct(self._target.layer, self._target.map_index, self._target.position)

    @Slot()
    def _give_up(self) -> None:
        self._waiting = False
        self._ask_again()

    @Slot(object)
    def _take_answer(self, reconstruction: Reconstruction) -> None:
        if self._target is not None and self._target.answered_by(reconstruction):
            self._note_answer()
            self.answered.emit(reconstruction)

    @Slot(str)
    def _take_refusal(self, sentence: str) -> None:
        if self._target is not None and self._waiting:
            self._note_answer()
            self.refused.emit(sentence)

    def _note_answer(self) -> None:
        self._waiting = False
        self._patience.stop()
        if not self._pause.isActive():
            self._ask_again()
