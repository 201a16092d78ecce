"""A window with the examples of the next batch, as augmented."""

from functools import partial

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from app.formatting import format_list, format_value
from app.jobs import BackgroundRunner, LatestJob
from app.training import Session, SessionState
from app.training.dataset_cache import load_splits
from app.widgets.images.colormaps import sample_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.images.thumbnails import thumbnails
from app.widgets.labels import make_label
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.data import DataChoice, Dataset
from tinyml.learner import TrainingSettings
from tinyml.learner.next_batch import NextBatch, next_batch

_MOST = 100
"""Examples that are shown."""
_NUMBERS = 8
"""Numbers of one example that are written."""
_SIZE = 60 * GRID, 50 * GRID

Shown = tuple[NextBatch, list[str]]
"""A batch, and what is written below or beside each of its examples."""


class NextBatchDialog(QDialog):
    """Shows the next batch of a paused run, and the one after it after a step.

    The batch is computed again, in the background, so the random numbers of the run are not disturbed.

    Arguments:
        session: has the run.
        parent: the parent widget.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("next_batch_dialog")
        self.setWindowTitle("Next batch")
        self.resize(*_SIZE)
        self._session = session
        self._runner = BackgroundRunner()
        self._job = LatestJob(self._runner, self)
        self._heading = make_label("next_batch_heading", "", "heading", wraps=True)
        self._grid = ImageGrid()
        self._grid.setObjectName("next_batch_images")
        self._grid.setAccessibleName("Images of the next batch")
        self._list = QListWidget()
        self._list.setObjectName("next_batch_list")
        self._list.setAccessibleName("Examples of the next batch")
        self._views = QStackedWidget()
        self._views.addWidget(self._grid)
        self._views.addWidget(self._list)
        layout = QVBoxLayout(self)
        layout.addWidget(self._heading)
        layout.addWidget(self._views, 1)
        self._job.returned.connect(self._on_returned)
        self._job.failed.connect(self._on_failed)
        session.state_changed.connect(self._on_state_changed)

    def open_for_run(self) -> None:
        """Show the next batch of the paused run."""
        self.show()
        self.raise_()
        self._load()

    def shutdown(self) -> None:
        """End the thread. The window calls it when it closes."""
        self.close()
        self._runner.shutdown()

    def _load(self) -> None:
        config = self._session.config
        if config is not None:
            self._job.start(partial(_compute, config.project.data, config.project.training, self._session.batches_done))

    @Slot()
    def _on_state_changed(self) -> None:
        if not self.isVisible():
            return
        state = self._session.state
        if not state.active:
            self.close()
        elif state is SessionState.PAUSED:
            self._load()
        elif state is SessionState.RUNNING:
            # The next batch is another one a moment later.
            self._job.cancel()
            self._on_failed("The run trains. Pause it (F6) to see its next batch.")

    @Slot(object)
    def _on_returned(self, shown: Shown) -> None:
        batch, words = shown
        count = len(batch.rows)
        more = f", the first {_MOST} of them" if count > _MOST else ""
        self._heading.setText(
            f"Batch {batch.number} of {batch.batches} in epoch {batch.epoch}: {count} examples, as augmented{more}."
        )
        is_image = batch.inputs.ndim == 4
        self._views.setCurrentWidget(self._grid if is_image else self._list)
        if is_image:
            pictures = zip(batch.inputs, words, strict=False)
            self._grid.set_images([GridImage(sample_image(pixels), text, text) for pixels, text in pictures])
        else:
            self._list.clear()
            self._list.addItems([f"{_write(row)}  →  {text}" for row, text in zip(batch.inputs, words, strict=False)])

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._heading.setText(sentence)
        self._grid.set_images([])
        self._list.clear()


def _compute(choice: DataChoice, training: TrainingSettings, done: int) -> Shown:
    """Compute what is shown; a background thread calls this."""
    train = load_splits(choice).train
    batch = next_batch(train, training, done)
    inputs = thumbnails(batch.inputs[:_MOST])
    words = _targets(train, batch.rows[:_MOST])
    return NextBatch(batch.epoch, batch.number, batch.batches, batch.rows, inputs.copy()), words


def _targets(train: Dataset, rows: np.ndarray) -> list[str]:
    names = train.description.class_names
    if train.description.has_classes:
        return [short(names[label], 12) for label in train.labels[rows]]
    if train.description.target == "input":
        return [""] * len(rows)
    return [_write(np.asarray(numbers)) for numbers in train.unscaled_target_numbers(rows)]


def _write(numbers: np.ndarray) -> str:
    return format_list([format_value(float(number)) for number in numbers.ravel()[: _NUMBERS + 1]], _NUMBERS)
