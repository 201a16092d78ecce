"""All maps at once: the reconstruction of every map of a layer, computed in the background batch by batch."""

from dataclasses import replace
from functools import partial
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.inspector.requests import compute_reconstruction
from app.inspector.state import InspectorState
from app.inspector.target import Method, Target
from app.jobs import LatestJob
from app.training import Inspection
from tinyml.core import describe_shape
from tinyml.data import ProgressCallback
from tinyml.net import Trace

MOST_BYTES = 2**29
"""Largest size of the reconstructions of one sheet in bytes, and of all sheets that are kept together."""
_BATCH_SECONDS = 0.03
"""A batch of reconstructions takes about this long, so that pictures come early and a click does not wait for it."""
_PAUSE_MS = 1000
"""Milliseconds between two sheets while a run changes the weights."""


class MapSheet(QObject):
    """The reconstruction of every feature map of the chosen layer, or of every unit, by the first method of the state.

    While a run changes the weights, a sheet is finished before the next one begins. In all other cases a new choice
    drops the sheet that is being computed. While the user moves through the epochs, no sheet is computed, and the last
    one stays.

    Arguments:
        state: the layer, the method and the recorded forward pass.
        inspection: runs the jobs.

    Attributes:
        images: (C, H, W) the reconstructions of the first maps, in order; all of them when the sheet is complete.
        layer: name of the layer that they belong to.
        count: number of maps of the layer.
        sentence: why there are no more reconstructions; empty while there is nothing to say.

    Signals:
        changed(): an attribute or `busy` changed.
    """

    changed = Signal()

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._inspection = state, inspection
        # The user waits for the sheet, and its batches are short. Those of a slow method would delay the next click.
        self._quick_job, self._slow_job = LatestJob(inspection.quick_jobs, self), LatestJob(inspection.slow_jobs, self)
        self._job = self._quick_job
        for job in (self._quick_job, self._slow_job):
            job.returned.connect(self._on_job_returned)
            job.failed.connect(self._on_job_failed)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._follow)
        self._active = False
        self._trace: Trace | None = None
        self._target: Target | None = None
        self._method: Method | None = None
        self._kept: dict[tuple[Target, Method], tuple[np.ndarray, ...]] = {}
        self._kept_from: Trace | None = None  # a sheet of an earlier forward pass is never wanted again
        self.images: tuple[np.ndarray, ...] = ()
        self.layer, self.count, self.sentence = "", 0, ""
        for signal in (state.output_changed, state.target_changed, state.methods_changed):
            signal.connect(self._follow)
        inspection.epochs.rested.connect(self._follow)

    @property
    def busy(self) -> bool:
        """True while reconstructions are being computed."""
        return self._job.busy

    @property
    def complete(self) -> bool:
        """True if every map has its reconstruction."""
        return 0 < self.count == len(self.images)

    def set_active(self, active: bool) -> None:
        """Compute the sheet, or stop. A hidden sheet costs no time.

        Arguments:
            active: True while the sheet is visible.
        """
        self._active = active
        if active:
            self._follow()
        else:
            self._job.cancel()
            self._pause.stop()
            self._trace = None

    @Slot()
    def cancel(self) -> None:
        """Stop the computation and keep what there is."""
        if self.busy:
            self._job.cancel()
            self.sentence = f"Stopped after {len(self.images)} of {self.count} reconstructions."
            self.changed.emit()

    @Slot()
    def resume(self) -> None:
        """Compute the reconstructions that are missing after `cancel`."""
        if self._trace is not None and not self.busy and not self.complete:
            self.sentence = ""
            self._start_batch()
            self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        """Begin another sheet if layer, method, sample or weights changed."""
        if not self._active:
            return
        trace, target, method = self._state.layer_trace, self._state.target, self._state.methods[0]
        wanted = None
        if target is not None and self._state.shows_pixels:
            wanted = Target(target.layer, 0, whole_map=target.whole_map)
        if trace is self._trace and wanted == self._target and method == self._method:
            return
        only_weights = self._trace is not None and wanted == self._target and method == self._method
        if only_weights and self._inspection.epochs.moving:
            if self.busy:
                self._job.cancel()
                self.changed.emit()
            return  # `rested` follows
        if only_weights and self._inspection.training and (self.busy or self._pause.isActive()):
            return  # the next one begins after this one
        self._job.cancel()
        self._trace, self._target, self._method = trace, wanted, method
        if self._kept_from is not trace:
            self._kept, self._kept_from = {}, trace
        self.images, self.sentence = (), ""
        self.layer, self.count = self._state.layer, 0 if wanted is None else self._state.map_count
        if trace is None or wanted is None:
            self.sentence = self._state.sentence
        elif (wanted, method) in self._kept:
            self.images = self._kept[wanted, method]
        elif trace.input[0].size * 4 * self.count > MOST_BYTES:
            self.sentence = _describe_lack(self.count, trace)
        else:
            self._start_batch()
        self.changed.emit()

    def _start_batch(self) -> None:
        assert self._trace is not None
        assert self._target is not None
        assert self._method is not None
        function = partial(
            reconstruct_some,
            self._method,
            self._trace,
            self._target,
            len(self.images),
            self.count,
        )
        self._job = self._slow_job if self._method.slow else self._quick_job
        self._job.start_with_progress(function)

    @Slot(object)
    def _on_job_returned(self, images: tuple[np.ndarray, ...]) -> None:
        self.images += images
        if not self.complete:
            self._start_batch()
        elif self._trace is not None and self._target is not None and self._method is not None:
            self._keep(self._target, self._method)
            self._pause.start()  # then it follows the weights of a run
        self.changed.emit()

    def _keep(self, target: Target, method: Method) -> None:
        """Keep the complete sheet, and drop the oldest ones if all together are too large."""
        self._kept[target, method] = self.images
        while sum(image.nbytes for images in self._kept.values() for image in images) > MOST_BYTES:
            del self._kept[next(iter(self._kept))]

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self.sentence = sentence
        self.changed.emit()


def reconstruct_some(
    method: Method,
    trace: Trace,
    target: Target,
    first: int,
    count: int,
    progress: ProgressCallback,
) -> tuple[np.ndarray, ...]:
    """Reconstruct as many maps as a short batch allows, at least one. Run it in a `Job`.

    Arguments:
        method: how they are reconstructed.
        trace: a recorded forward pass of one example.
        target: its layer, and whether whole maps are reconstructed; the index of its map does not count.
        first: index of the first map.
        count: number of maps of the layer.
        progress: told the share of the maps that are done, counted from the first of the layer.

    Returns the reconstructions, (C, H, W) float32. Raises `TinymlError` if a map cannot be reconstructed, or
    the memory is too small.
    """
    images: list[np.ndarray] = []
    end = perf_counter() + _BATCH_SECONDS
    for index in range(first, count):
        one = replace(target, map_index=index)
        found = compute_reconstruction(method, trace, one, progress, done=index, count=count)
        images.append(np.array(found.image, np.float32))
        if perf_counter() > end:
            break
    return tuple(images)


def _describe_lack(count: int, trace: Trace) -> str:
    shape = describe_shape(trace.input.shape[1:])
    return (
        f"There is not enough memory for {count} reconstructions of {shape} pixels. Choose a layer with fewer maps, or "
        "smaller images."
    )
