"""The state of the inspector: the chosen activation and its reconstruction, which the widgets show."""

from enum import Enum, auto
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.inspector.layer_outputs import (
    LayerOutput,
    default_layer,
    describe_output,
    output_shapes,
    read_output,
    strongest_map,
)
from app.inspector.target import Method, Target
from app.jobs import Job
from app.training import Inspection, SampleTrace
from app.widgets.images.colormaps import finite_range
from tinyml.core import Pair, Shape
from tinyml.net import Trace
from tinyml.visualize import Reconstruction, reconstruct

STALE_AFTER_MS = 200
"""Milliseconds until a reconstruction of an earlier target disappears. Most new ones are ready sooner."""
SHORTEST_PAUSE_MS = 200
"""Shortest time in milliseconds between a request and the next one that no user made."""

_FUNCTIONS = {Method.DECONVNET: reconstruct}
"""The function that computes a reconstruction, by its method."""
_NO_TARGET = "Choose a layer with feature maps to reconstruct one of its activations in pixels."


class Status(Enum):
    """How the reconstruction that is shown relates to the target."""

    IDLE = auto()
    """There is no target."""
    STALE = auto()
    """The target has just changed. The reconstruction of the earlier target is still shown."""
    WAITING = auto()
    """The reconstruction is being computed. None is shown."""
    SHOWN = auto()
    """It belongs to the target. During training its weights can be a moment older than the newest ones."""
    REFUSED = auto()
    """The target cannot be reconstructed. The sentence says why."""


class InspectorState(QObject):
    """Holds the layer, feature map and position that the user chose, and requests the reconstruction in pixels.

    Widgets read the attributes and call the commands; only this class changes an attribute. A command that changes
    nothing emits no signal.

    A choice of the user is requested at once and cancels the request before it. When the weights or the sample change,
    the next request waits for the answer and for a pause. Otherwise training would cancel every request.

    Arguments:
        document: its selection decides the layer.
        inspection: the sample with its recorded forward pass, and the runner of background jobs.

    Attributes:
        trace: the recorded forward pass of the sample; None until there is one.
        shapes: shape of each layer's output without the batch axis, by the layer's name.
        sample: (C, H, W) the image that the network received, before scaling; None if it is not an image.
        output: output of the chosen layer; None until the first forward pass is recorded.
        own_scale: True if each feature map has its own colour scale, False if all maps share one.
        method: how the reconstruction is computed.
        target: the activation to reconstruct; None if the layer has no feature maps.
        status: how `reconstruction` relates to `target`.
        reconstruction: what to show; None if there is nothing to show.
        sentence: what to tell the user about the status; can be empty.

    Signals:
        output_changed(): `trace`, `shapes`, `sample`, `output` or `own_scale` changed.
        target_changed(): `target` changed, and `status` is STALE now. Widgets keep the earlier reconstruction.
        reconstruction_changed(): `status` is no longer STALE, or `reconstruction` or `sentence` changed.
    """

    output_changed = Signal()
    target_changed = Signal()
    reconstruction_changed = Signal()

    def __init__(self, document: Document, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._inspection = document, inspection
        self._active = False
        self._sample_trace: SampleTrace | None = None
        self._chosen_maps: dict[str, int] = {}
        self._position: Pair | None = None
        self._job: Job | None = None
        self._requested_from: SampleTrace | None = None
        self._stale_timer = QTimer(self, singleShot=True, interval=STALE_AFTER_MS)
        self._stale_timer.timeout.connect(self._show_waiting)
        self._pause_timer = QTimer(self, singleShot=True, interval=SHORTEST_PAUSE_MS)
        self._pause_timer.timeout.connect(self._request_if_outdated)
        self.trace: Trace | None = None
        self.shapes: dict[str, Shape] = {}
        self.sample: np.ndarray | None = None
        self.output: LayerOutput | None = None
        self.own_scale = True
        self.method = Method.DECONVNET
        self.target: Target | None = None
        self.status = Status.IDLE
        self.reconstruction: Reconstruction | None = None
        self.sentence = _NO_TARGET
        document.selection_changed.connect(self._refresh)
        inspection.sample_trace_changed.connect(self._refresh)

    @property
    def layer(self) -> str:
        """Name of the chosen layer; empty until the first forward pass is recorded."""
        return self.output.layer if self.output is not None else ""

    @property
    def maps(self) -> np.ndarray | None:
        """(C, H, W) the feature maps of the chosen layer; None if it has none."""
        return self.output.maps if self.output is not None else None

    @property
    def map_index(self) -> int:
        """Index of the chosen feature map, counted from 0; -1 if the layer has no maps."""
        return self._chosen_maps[self.layer] if self.maps is not None else -1

    @property
    def map_values(self) -> np.ndarray | None:
        """(H, W) the numbers of the chosen feature map; None if the layer has no maps."""
        return self.maps[self.map_index] if self.maps is not None else None

    @property
    def color_range(self) -> tuple[float | None, float | None]:
        """Numbers with the first and the last colour; None stands for the smallest and largest of each map."""
        return (None, None) if self.own_scale or self.maps is None else finite_range(self.maps)

    @property
    def position(self) -> Pair | None:
        """Row and column of the target in its map; None while the strongest activation is not known."""
        if self.target is not None and self.target.position is not None:
            return self.target.position
        return self.reconstruction.position if self.reconstruction and self.status is Status.SHOWN else None

    @property
    def receptive_field(self) -> tuple[Pair, Pair] | None:
        """Pixels that the activation can depend on: (first, last + 1) of the rows and of the columns."""
        return self.reconstruction.receptive_field if self.reconstruction is not None else None

    # ------------------------------------------------------------------------------------------------------ commands

    def set_active(self, active: bool) -> None:
        """Follow the document and the inspection, or stop. A hidden inspector costs no time.

        Arguments:
            active: True while the inspector is visible.
        """
        self._active = active
        self._refresh()

    def choose_layer(self, name: str) -> None:
        """Show another layer and select it in the document.

        Arguments:
            name: name of the layer.
        """
        self._document.select((name,))
        # The layer can be selected already while another one is shown, because it had no output before.
        self._refresh()

    @Slot(int)
    def choose_map(self, index: int) -> None:
        """Reconstruct the strongest activation of another feature map.

        Arguments:
            index: index of the map, counted from 0.
        """
        if self.maps is not None and 0 <= index < len(self.maps):
            self._chosen_maps[self.layer] = index
            self._position = None
            self._update_target()

    @Slot(int, int)
    def choose_position(self, row: int, column: int) -> None:
        """Reconstruct the activation at one position of the chosen feature map.

        Arguments:
            row, column: the position, counted from 0.
        """
        if self.map_values is not None and 0 <= row < len(self.map_values) and 0 <= column < self.map_values.shape[1]:
            self._position = (row, column)
            self._update_target()

    @Slot()
    def choose_strongest(self) -> None:
        """Reconstruct the strongest activation of the chosen feature map."""
        self._position = None
        self._update_target()

    @Slot(bool)
    def set_own_scale(self, own_scale: bool) -> None:
        """Choose the colour scale of the feature maps.

        Arguments:
            own_scale: True for one scale per map, False for one that all maps share.
        """
        if own_scale != self.own_scale:
            self.own_scale = own_scale
            self.output_changed.emit()

    # ------------------------------------------------------------------------------------------------------ the target

    @Slot()
    def _refresh(self) -> None:
        """Read the output of the chosen layer again, if the layer, the sample or the weights changed."""
        sample_trace = self._inspection.visible_trace
        if sample_trace is None:
            self._cancel_request()
            return
        if not self._active:
            return
        self.trace, self.shapes = sample_trace.trace, output_shapes(sample_trace.trace)
        layer = self._find_layer(default_layer(sample_trace.trace))
        if not layer or (sample_trace is self._sample_trace and layer == self.layer):
            return
        if layer != self.layer:
            self._position = None
        if sample_trace is not self._sample_trace:
            self._sample_trace = sample_trace
            image = sample_trace.sample.picture
            self.sample = image if image.ndim == 3 else None
        self.output = read_output(sample_trace.trace, layer, self._inspection.samples)
        self._keep_choice_valid()
        self.output_changed.emit()
        self._update_target()
        self._request_if_outdated()

    def _find_layer(self, default: str) -> str:
        """Return the selected layer or its outermost block, else the layer that is shown, else the default."""
        for name in reversed(self._document.block[:1] or self._document.selection):
            if name in self.shapes:
                return name
        return self.layer if self.layer in self.shapes else default

    def _keep_choice_valid(self) -> None:
        self._chosen_maps = {name: index for name, index in self._chosen_maps.items() if name in self.shapes}
        if self.maps is None:
            return
        count, rows, columns = self.maps.shape
        if self._chosen_maps.get(self.layer, count) >= count:
            self._chosen_maps[self.layer] = strongest_map(self.maps)
        if self._position is not None and not (self._position[0] < rows and self._position[1] < columns):
            self._position = None

    def _update_target(self) -> None:
        """Set the target from the choices. Request its reconstruction if it is another one."""
        target = None
        if self.maps is not None:
            target = Target(self.layer, self.map_index, self._position)
        changed = target != self.target
        if changed:
            self.target, self.status = target, Status.STALE
            self.target_changed.emit()
        if target is None:
            self._stale_timer.stop()
            self._drop_job()
            self._show(Status.IDLE, None, self._explain_no_target())
        elif changed:
            self._stale_timer.start()
            self._request()

    def _explain_no_target(self) -> str:
        if self.output is None:
            return _NO_TARGET
        return f"This layer gives {describe_output(self.output.values.shape)} without positions. {_NO_TARGET}"

    # ------------------------------------------------------------------------------------------------------ requests

    @property
    def _requesting(self) -> bool:
        return self._job is not None and not self._job.state.ended

    def _request(self) -> None:
        self._drop_job()
        self._requested_from = self._inspection.visible_trace
        if self.target is None or self._requested_from is None:
            return
        self._pause_timer.start()
        layer, map_index, position = self.target.layer, self.target.map_index, self.target.position
        function = partial(_FUNCTIONS[self.method], self._requested_from.trace, layer, map_index, position)
        self._job = self._inspection.quick_jobs.submit(function)
        self._job.returned.connect(self._on_job_returned)
        self._job.failed.connect(self._on_job_failed)

    @Slot()
    def _request_if_outdated(self) -> None:
        outdated = self._inspection.visible_trace is not self._requested_from
        if self._active and outdated and not self._requesting and not self._pause_timer.isActive():
            self._request()

    def _cancel_request(self) -> None:
        """Cancel the request because the network changed. A new one follows with the next forward pass."""
        if self._requesting:
            self._drop_job()
            self._show_waiting()

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_job_returned(self, reconstruction: Reconstruction) -> None:
        self._stale_timer.stop()
        self._show(Status.SHOWN, reconstruction, reconstruction.blank_reason)
        self._request_if_outdated()

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._stale_timer.stop()
        self._show(Status.REFUSED, None, sentence)
        self._request_if_outdated()

    @Slot()
    def _show_waiting(self) -> None:
        self._stale_timer.stop()
        self._show(Status.WAITING, None, "Computing the reconstruction…")

    def _show(self, status: Status, reconstruction: Reconstruction | None, sentence: str) -> None:
        unchanged = reconstruction is self.reconstruction and (status, sentence) == (self.status, self.sentence)
        self.status, self.reconstruction, self.sentence = status, reconstruction, sentence
        if not unchanged:
            self.reconstruction_changed.emit()
