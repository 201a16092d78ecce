"""The state of the inspector: the chosen activation and its reconstruction, which the widgets show."""

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.document import Document
from app.inspector.choice import Choice, count_maps, explain_no_picture, find_layer
from app.inspector.layer_outputs import LayerOutput, read_output
from app.inspector.random_weights import RandomPass, RandomWeights
from app.inspector.recorded_layers import RecordedLayer, find_layers
from app.inspector.requests import ReconstructionRequests, Result, Status
from app.inspector.target import Method, Target
from app.training import Inspection, SampleTrace
from app.widgets.images.colormaps import finite_range
from tinyml.core import Pair
from tinyml.layers.base import Box
from tinyml.net import Trace, trace_to
from tinyml.visualize import Reconstruction


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
        layer_trace: `trace`, or the pass to the chosen layer if it is inside a block.
        layers: all layers by their names, those inside blocks by their joined names.
        sample: (C, H, W) the image that the network received, before scaling; None if it is not an image.
        output: output of the chosen layer; None until the first forward pass is recorded.
        own_scale: True if each feature map has its own colour scale, False if all maps share one.
        target: the chosen activation; None if the layer has neither feature maps nor units.
        methods: how it is reconstructed, side by side; at least one.
        notice: why random weights cannot be shown; empty if they can.

    Signals:
        output_changed(): `trace`, `layer_trace`, `layers`, `sample`, `output` or `own_scale` changed.
        target_changed(): `target` changed, and each result is STALE now. Widgets keep the earlier reconstructions.
        methods_changed(): `methods` or `random_weights` changed; `results` can have other keys.
        reconstruction_changed(): a result of `results` changed, and is not STALE.
        arithmetic_requested(): the user wants to see how the activation is computed.
    """

    output_changed = Signal()
    target_changed = Signal()
    methods_changed = Signal()
    reconstruction_changed = Signal()
    arithmetic_requested = Signal()

    def __init__(self, document: Document, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._inspection = document, inspection
        self._active = False
        self._sample_trace: SampleTrace | None = None
        self._choice = Choice()
        self._random = RandomWeights(inspection, self)
        self._random.ready.connect(self._refresh)
        self._shown: tuple[object, ...] = ()
        self._requests = ReconstructionRequests(inspection, self)
        self._requests.changed.connect(self.reconstruction_changed)
        self._requests.ready.connect(self._refresh)
        self._requests.ready.connect(self._request_if_outdated)
        self._random.failed.connect(self._on_random_failed)
        self.trace: Trace | None = None
        self.layer_trace: Trace | None = None
        self.layers: dict[str, RecordedLayer] = {}
        self.sample: np.ndarray | None = None
        self.output: LayerOutput | None = None
        self.own_scale = True
        self.target: Target | None = None
        self.methods: tuple[Method, ...] = (Method.DECONVNET,)
        self.notice = ""
        self._requests.choose(self.methods)
        self._requests.show_nothing(explain_no_picture(None, None))
        document.selection_changed.connect(self._refresh)
        inspection.sample_trace_changed.connect(self._refresh)

    @property
    def up_to_date(self) -> bool:
        """True if all pictures belong to the newest forward pass, and none is being computed."""
        newest = self._inspection.visible_trace
        is_requested = not self.shows_pixels or self._requests.asked_from is self.layer_trace
        busy = self._random.busy or self._requests.busy or self._requests.stale
        return newest is not None and newest is self._sample_trace and is_requested and not busy

    @property
    def shows_pixels(self) -> bool:
        """True if the target is reconstructed: the sample is an image, and the layer has maps or units."""
        return self.target is not None and self.sample is not None

    @property
    def layer(self) -> str:
        """Name of the chosen layer; empty until the first forward pass is recorded."""
        return self.output.layer if self.output is not None else ""

    @property
    def maps(self) -> np.ndarray | None:
        """(C, H, W) the feature maps of the chosen layer; None if it has none."""
        return self.output.maps if self.output is not None else None

    @property
    def map_count(self) -> int:
        """Number of feature maps of the chosen layer, or of units if it is dense; 0 if it has neither."""
        return count_maps(self.output) if self.output is not None else 0

    @property
    def map_index(self) -> int:
        """Index of the chosen feature map or unit, counted from 0; -1 if the layer has none."""
        return self._choice.maps[self.layer] if self.map_count else -1

    @property
    def map_values(self) -> np.ndarray | None:
        """(H, W) the numbers of the chosen feature map; None if the layer has no maps."""
        return self.maps[self.map_index] if self.maps is not None else None

    @property
    def color_range(self) -> tuple[float | None, float | None]:
        """Numbers with the first and the last colour; None stands for the smallest and largest of each map."""
        return (None, None) if self.own_scale or self.maps is None else finite_range(self.maps)

    @property
    def results(self) -> dict[Method, Result]:
        """What each of the methods has found, in their order."""
        return self._requests.results

    @property
    def status(self) -> Status:
        """How the reconstruction by the first method relates to the target."""
        return self.results[self.methods[0]].status

    @property
    def reconstruction(self) -> Reconstruction | None:
        """The reconstruction by the first method; None if there is nothing to show."""
        return self.results[self.methods[0]].reconstruction

    @property
    def sentence(self) -> str:
        """What to tell the user about the reconstruction by the first method; can be empty."""
        return self.results[self.methods[0]].sentence

    @property
    def position(self) -> Pair | None:
        """Row and column of the target in its map; None while the strongest activation is not known."""
        if self.target is None or self.target.whole_map or self.maps is None:
            return None
        if self.target.position is not None:
            return self.target.position
        return self.found.position if self.found is not None else None

    @property
    def receptive_field(self) -> Box | None:
        """Pixels that the activation can depend on: (first, last + 1) of the rows and of the columns."""
        shown = (result.reconstruction for result in self.results.values() if result.reconstruction is not None)
        return next((found.receptive_field for found in shown), None)

    @property
    def found(self) -> Reconstruction | None:
        """The first reconstruction that belongs to the target, by any method; None while there is none."""
        shown = (result.reconstruction for result in self.results.values() if result.status is Status.SHOWN)
        return next(shown, None)

    @property
    def random_weights(self) -> bool:
        """True if all pictures show the network with fresh initial weights, instead of its own."""
        return self._random.on

    @property
    def sample_title(self) -> str:
        """What the sample is, as "test example 5"; empty until there is one."""
        if self._sample_trace is None:
            return ""
        sample = self._sample_trace.sample
        return "own example" if sample.own is not None else f"{self._inspection.part} example {sample.index}"

    # ------------------------------------------------------------------------------------------------------ commands

    def set_active(self, active: bool) -> None:
        """Follow the document and the inspection, or stop. A hidden inspector costs no time.

        Arguments:
            active: True while the inspector is visible.
        """
        self._active = active
        if active:
            self._refresh()
            self._request_if_outdated()
            return
        self._random.cancel()
        self._requests.stop()

    def choose_layer(self, name: str) -> None:
        """Show another layer and select it in the document.

        Arguments:
            name: name of the layer, or joined name of a layer inside a block.
        """
        path = self.layers[name].path if name in self.layers else (name,)
        self._document.select(path[-1:], block=path[:-1])
        # The layer can be selected already while another one is shown, because it had no output before.
        self._refresh()

    @Slot(int)
    def choose_map(self, index: int) -> None:
        """Choose another feature map, or another unit of a dense layer: its strongest activation, or the whole map.

        Arguments:
            index: index of the map or unit, counted from 0.
        """
        if 0 <= index < self.map_count:
            self._choice.pick(self.layer, index)
            self._update_target()

    @Slot(int, int)
    def choose_position(self, row: int, column: int) -> None:
        """Reconstruct the activation at one position of the chosen feature map.

        Arguments:
            row, column: the position, counted from 0.
        """
        if self.map_values is not None and 0 <= row < len(self.map_values) and 0 <= column < self.map_values.shape[1]:
            self._choice.position, self._choice.whole_map = (row, column), False
            self._update_target()

    @Slot()
    def choose_strongest(self) -> None:
        """Reconstruct the strongest activation of the chosen feature map."""
        self._choice.position, self._choice.whole_map = None, False
        self._update_target()

    @Slot()
    def choose_whole_map(self) -> None:
        """Reconstruct all activations of the chosen feature map together."""
        self._choice.position, self._choice.whole_map = None, True
        self._update_target()

    def set_methods(self, methods: tuple[Method, ...]) -> None:
        """Choose how the target is reconstructed. The results of methods that stay are kept.

        Arguments:
            methods: the methods, side by side in this order; without any of them, nothing changes.
        """
        methods = tuple(dict.fromkeys(methods))
        if not methods or methods == self.methods:
            return
        new = self._requests.choose(methods)
        self.methods = methods
        self.methods_changed.emit()
        if not self.shows_pixels:
            self._requests.show_nothing(explain_no_picture(self.output, self.sample))
        elif new:
            # If the weights have changed since, the results that stay would belong to other weights than the new ones.
            self._request(new if self.layer_trace is self._requests.asked_from else methods)
        self.reconstruction_changed.emit()

    @Slot(bool)
    def set_random_weights(self, random_weights: bool) -> None:
        """Show the network with fresh initial weights in all pictures, or with its own weights again.

        Arguments:
            random_weights: True for fresh weights.
        """
        if random_weights != self.random_weights:
            self._switch_weights(random_weights, "")

    @Slot(str)
    def _on_random_failed(self, sentence: str) -> None:
        self._switch_weights(False, sentence)

    def _switch_weights(self, random_weights: bool, notice: str) -> None:
        self._random.switch(random_weights)
        self.notice = notice
        self._shown = ()
        self._requests.mark_stale()
        self.methods_changed.emit()
        self._refresh()

    @Slot()
    def show_arithmetic(self) -> None:
        """Ask for the arithmetic behind the chosen activation. The panel that shows it follows the signal."""
        if self.target is not None:
            self.arithmetic_requested.emit()

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
            self._requests.cancel()
            return
        if not self._active:
            return
        if self._sample_trace is not None and self._can_wait(sample_trace):
            sample_trace = self._sample_trace
        recorded = self._random.find_pass(sample_trace)
        shown = self._shown
        new = recorded is not None and self._follow(sample_trace, recorded)
        at_once = shown != self._shown
        layer = find_layer(self._document, self.layer, self.trace, self.layers) if self.trace is not None else ""
        if self.trace is None or not layer or (not new and layer == self.layer):
            return
        if layer != self.layer:
            self._choice.position = None
        inside = {each.path: each.entry for each in self.layers.values() if each.is_inside}
        self.layer_trace = trace_to(self.trace, layer, inside)
        samples = self._inspection.samples if self.layer_trace is self.trace else None
        self.output = read_output(self.layer_trace, layer, samples)
        self._choice.keep_valid(self.output, self.layers)
        self._update_target(at_once, output_changed=True)
        self._request_if_outdated()

    def _what_is_shown(self, sample_trace: SampleTrace) -> tuple[object, ...]:
        """Return what the user chose. If only the weights are newer, the pictures can wait."""
        return (sample_trace.sample.index, sample_trace.sample.own, self.random_weights)

    def _can_wait(self, sample_trace: SampleTrace) -> bool:
        """Return True just after a request if only the weights of a run are newer: the picture comes first.

        Its request is `ready` after the picture, which refreshes again.
        """
        newer = self._inspection.training and self._inspection.epochs.following and self._requests.pausing
        return newer and self._what_is_shown(sample_trace) == self._shown

    def _follow(self, sample_trace: SampleTrace, recorded: SampleTrace | RandomPass) -> bool:
        """Use another recorded pass. Return True if it is a new one: newer real weights do not change random ones."""
        self._sample_trace = sample_trace
        shown = self._what_is_shown(sample_trace)
        if recorded.trace is self.trace and shown == self._shown:
            return False
        self.trace, self._shown = recorded.trace, shown
        self.layers = find_layers(recorded.trace, recorded.inside)
        image = sample_trace.sample.picture
        self.sample = image if image.ndim == 3 else None
        return True

    def _update_target(self, at_once: bool = False, output_changed: bool = False) -> None:
        """Set the target from the choices. Request its pictures if it is another one, or if `at_once` is True.

        The pictures are computed in the background while the panels show the new output and the new target.
        """
        target = self._choice.find_target(self.output)
        changed = target != self.target
        self.target = target
        if self.shows_pixels and (changed or at_once):
            self._requests.mark_stale()
            self._request(self.methods)
        if output_changed:
            self.output_changed.emit()
        if changed:
            self.target_changed.emit()
        if not self.shows_pixels:
            self._requests.show_nothing(explain_no_picture(self.output, self.sample))

    def _request(self, methods: tuple[Method, ...]) -> None:
        """Request the reconstruction of the target by some methods."""
        if self.target is not None and self.layer_trace is not None and self.shows_pixels:
            self._requests.ask(self.layer_trace, self.target, methods)

    @Slot()
    def _request_if_outdated(self) -> None:
        """Request all reconstructions again if they were computed from an earlier forward pass."""
        outdated = self.layer_trace is not self._requests.asked_from and self._inspection.visible_trace is not None
        # The user waits for the pictures of an epoch that they chose. Those of a run may come later.
        pausing = self._requests.pausing and self._inspection.epochs.following
        if self._active and outdated and not self._requests.busy and not pausing:
            self._request(self.methods)
