"""Decodes many image files with several threads, into one array of bytes.

Pillow decodes without holding the interpreter, so threads help. Each image is brought to its final size at once, and
`_PixelBudget` limits how many pixels are decoded at the same time, so the memory for large photographs is bounded. The
bytes do not depend on the number of threads.

The calling thread only waits, and calls `progress`. So an exception from `progress` cancels within a fraction of a
second, also while large images are being decoded; a thread that decodes one finishes it and ends.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tinyml.core import DataError
from tinyml.core.threads import thread_count
from tinyml.data.images.encode import ImageForm, image_bytes
from tinyml.data.images.opening import open_listed

_PIXELS_AT_ONCE = 48 * 10**6
"""The most pixels that are decoded at the same time: four photographs of 12 million, or one larger image."""
_BLOCK = 16
"""Number of images that a thread takes at once."""
_REPORT_SECONDS = 0.05


def decode_images(
    folder: Path,
    names: Sequence[str],
    form: ImageForm,
    into: NDArray[np.uint8],
    progress: Callable[[float], None],
) -> dict[str, str]:
    """Decode images into an array.

    Arguments:
        folder: the folder of the dataset.
        names: the images, relative to the folder.
        form: size, rule and channels of all images.
        into: the array; it is filled in the order of the names.
        progress: called some times per second with the share that is done, from 0 to 1. An exception from it cancels.

    Shapes: into `(len(names), channels, height, width)`.

    Returns a sentence for each image that cannot be read.
    """
    return _Decoding(folder, names, form, into).run(progress)


class _Decoding:
    """The state that the threads share."""

    def __init__(self, folder: Path, names: Sequence[str], form: ImageForm, into: NDArray[np.uint8]) -> None:
        self.folder, self.names, self.form, self.into = str(folder), names, form, into
        self.budget = _PixelBudget(_PIXELS_AT_ONCE)
        self.broken: dict[int, str] = {}
        self.lock = threading.Lock()
        self.taken = self.done = 0
        self.stopped = False
        self.finished = threading.Semaphore(0)

    def run(self, progress: Callable[[float], None]) -> dict[str, str]:
        progress(0.0)
        workers = max(1, min(thread_count(), -(-len(self.names) // _BLOCK)))
        executor = ThreadPoolExecutor(workers, "tinyml_images")
        try:
            tasks = [executor.submit(self._work) for _ in range(workers)]
            running = workers
            while running:
                progress(self.done / len(self.names))
                if self.finished.acquire(timeout=_REPORT_SECONDS):
                    running -= 1
            for task in tasks:
                task.result()
        finally:
            self.stopped = True
            self.budget.open()
            executor.shutdown(wait=False, cancel_futures=True)
        progress(1.0)
        return {self.names[index]: self.broken[index] for index in sorted(self.broken)}

    def _work(self) -> None:
        try:
            while not self.stopped:
                with self.lock:
                    start, self.taken = self.taken, min(self.taken + _BLOCK, len(self.names))
                    end = self.taken
                if start == end:
                    return
                for index in range(start, end):
                    if self.stopped:
                        return
                    self._decode(index)
                with self.lock:
                    self.done += end - start
        except BaseException:
            self.stopped = True
            raise
        finally:
            self.finished.release()

    def _decode(self, index: int) -> None:
        try:
            with open_listed(f"{self.folder}/{self.names[index]}") as image:
                pixels = min(image.width * image.height, _PIXELS_AT_ONCE)
                self.budget.take(pixels)
                try:
                    if not self.stopped:
                        self.into[index] = image_bytes(image, self.form)
                finally:
                    self.budget.give_back(pixels)
        except DataError as error:
            self.broken[index] = str(error)


class _PixelBudget:
    """Limits the number of pixels that are decoded at the same time. A single image may use all of it.

    Arguments:
        total: the most pixels.
    """

    def __init__(self, total: int) -> None:
        self._free = total
        self._unlimited = False
        self._changed = threading.Condition()

    def take(self, pixels: int) -> None:
        """Wait until so many pixels are free."""
        with self._changed:
            self._changed.wait_for(lambda: self._free >= pixels or self._unlimited)
            self._free -= pixels

    def give_back(self, pixels: int) -> None:
        with self._changed:
            self._free += pixels
            self._changed.notify_all()

    def open(self) -> None:
        """Let all waiting threads continue, because their work is cancelled."""
        with self._changed:
            self._unlimited = True
            self._changed.notify_all()
