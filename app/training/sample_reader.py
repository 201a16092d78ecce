"""Reads the samples that the inspection shows: one part of the chosen data, in the background."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import BackgroundRunner, LatestJob
from app.training.dataset_cache import Part, load_part
from app.training.reading import Reading
from tinyml.data import DataChoice, DataDescription, Dataset


class SampleReader(QObject):
    """Reads one part of the data at a time, and says how far it is.

    Arguments:
        runner: runs the reading.

    Attributes:
        choice: the data that were read, or are being read; None if they must be read again.
        part: the part that the samples are: the test set, unless `want` named another one.
        text: one line that says how far the reading is; empty when nothing is read.
        unreadable: True if the last reading failed.

    Signals:
        loaded(samples, index): the samples are in memory; `index` is the one to show first.
        failed(sentence): they cannot be read.
        text_changed(text): `text` changed.
    """

    loaded = Signal(object, int)
    failed = Signal(str)
    text_changed = Signal(str)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob(runner, self)
        self._job.progressed.connect(self._on_job_progressed)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)
        self._reading: Reading | None = None
        self._wanted: tuple[DataChoice, int] | None = None
        self.choice: DataChoice | None = None
        self.part: Part = "test"
        self.text = ""
        self.unreadable = False

    @property
    def busy(self) -> bool:
        """True while samples are being read."""
        return self._job.busy

    def want(self, choice: DataChoice, part: Part, index: int) -> None:
        """Name another part to read next.

        Arguments:
            choice: the data now. If other data are chosen before they are read, the wish is forgotten.
            part: the part.
            index: index of the example to show first.
        """
        self._wanted, self.part, self.choice = (choice, index), part, None

    def aim(self, choice: DataChoice) -> None:
        """Forget the samples that are being read, because others follow.

        Arguments:
            choice: the data to read next. Other data than those that `want` named start with the test set.
        """
        self.choice, self.unreadable = choice, False
        if self._wanted is not None and self._wanted[0] != choice:
            self._wanted, self.part = None, "test"
        self._show("")

    def start(self, description: DataDescription) -> None:
        """Read the samples that `aim` named.

        Arguments:
            description: of these data.
        """
        if self.choice is not None:
            self._reading = Reading(description)
            self._job.start_with_progress(partial(load_part, self.choice, self.part))

    def forget(self) -> None:
        """Read the samples again as soon as there is a description of the data."""
        self.choice, self.unreadable = None, False
        self._show("")

    def _show(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.text_changed.emit(text)

    @Slot(float)
    def _on_job_progressed(self, share: float) -> None:
        if self._reading is not None:
            self._reading.report(share)
            self._show(self._reading.text)

    @Slot(object)
    def _on_job_returned(self, samples: Dataset) -> None:
        self._show("")
        index = 0 if self._wanted is None else self._wanted[1]
        self.loaded.emit(samples, index if index < len(samples) else 0)

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._show("")
        self.unreadable = True
        self.failed.emit(sentence)
