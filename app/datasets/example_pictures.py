"""Pictures of examples, painted off the GUI thread when a view needs them."""

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from app.datasets.example_index import Example, ExampleIndex
from app.jobs import BackgroundRunner, LatestJob
from app.widgets.images.colormaps import sample_image
from tinyml.data import ProgressCallback

LARGEST = 128
"""Longest side of a picture in pixels; larger examples are made smaller."""
_CHUNK = 48
"""Number of pictures that are painted together."""
_MOST_CHUNKS = 60
"""Number of chunks that are kept: about 100 MB of the largest pictures."""


def paint_example(example: Example, largest: int = LARGEST) -> QImage:
    """Return the picture of an example. Its proportions stay.

    Arguments:
        example: an example that is an image.
        largest: longest side of the picture in pixels.
    """
    image = sample_image(example.inputs)
    if max(image.width(), image.height()) > largest:
        room = QSize(largest, largest)
        image = image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return image


class ExamplePictures(QObject):
    """Paints the pictures that a view asks for, the newest request first, and keeps the last ones.

    Arguments:
        runner: runs the jobs.

    Signals:
        painted(first, last): the pictures at these positions are there.
    """

    painted = Signal(int, int)

    def __init__(self, runner: BackgroundRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._index: ExampleIndex | None = None
        self._chunks: OrderedDict[int, list[QImage]] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._job = LatestJob(runner, self)
        self._job.returned.connect(self._on_job_returned)
        # A request comes from painting, in which no job should start.
        self._start_timer = QTimer(self, interval=0, singleShot=True)
        self._start_timer.timeout.connect(self._start)

    def use(self, index: ExampleIndex | None) -> None:
        """Forget all pictures, and paint those of other examples.

        Arguments:
            index: the examples; None for none.
        """
        self._index = index
        self._job.cancel()
        self._chunks.clear()
        self._wanted.clear()

    def get(self, position: int) -> QImage | None:
        """Return a picture; None if it is not painted yet. It is then painted, and `painted` says so.

        Arguments:
            position: in the list of the examples.
        """
        chunk = position // _CHUNK
        images = self._chunks.get(chunk)
        if images is not None:
            self._chunks.move_to_end(chunk)
            return images[position % _CHUNK]
        self._wanted[chunk] = None
        self._wanted.move_to_end(chunk)
        if not self._job.busy:
            self._start_timer.start()
        return None

    def forget_requests(self) -> None:
        """Drop the requests that no picture was painted for yet: the view shows other examples now."""
        self._wanted.clear()

    @Slot()
    def _start(self) -> None:
        if self._index is None or not self._wanted or self._job.busy:
            return
        chunk, _ = self._wanted.popitem()
        self._job.start_with_progress(partial(_paint_chunk, self._index, chunk))

    @Slot(object)
    def _on_job_returned(self, result: tuple[int, list[QImage]]) -> None:
        chunk, images = result
        self._chunks[chunk] = images
        while len(self._chunks) > _MOST_CHUNKS:
            self._chunks.popitem(last=False)
        self.painted.emit(chunk * _CHUNK, chunk * _CHUNK + len(images) - 1)
        self._start()


def _paint_chunk(index: ExampleIndex, chunk: int, progress: ProgressCallback) -> tuple[int, list[QImage]]:
    images = []
    for position in range(chunk * _CHUNK, min((chunk + 1) * _CHUNK, len(index))):
        images.append(paint_example(index[position]))
        progress(0.0)  # it stops the work after a cancellation
    return chunk, images
