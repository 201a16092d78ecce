"""Requests what the network, or one of its units, gives for points between the samples."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from app.training import Inspection, Snapshot
from app.training.plane_map import PlaneMap, compute_plane_map, mapped_layers

_ALL_UNITS = 2**31


class DecisionMapController(QObject):
    """Requests the decision map or the curve of the current weights, one at a time. It also holds the chosen unit.

    Samples with two inputs and classes have a decision map. Samples with one input and one target have a curve. Other
    samples have neither.

    Arguments:
        inspection: the samples, the current weights and the runner of jobs.

    Attributes:
        snapshot: weights of the newest result; None before the first one.
        layer, unit: the unit whose output is mapped instead of the classes; an empty name for none.

    Signals:
        computed(PlaneMap): a request is answered.
        unit_changed(): `layer` or `unit` changed. The view requests the map again.
    """

    computed = Signal(object)
    unit_changed = Signal()

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._job: Job | None = None
        self.snapshot: Snapshot | None = None
        self.layer, self.unit = "", 0

    @property
    def requesting(self) -> bool:
        """True while a result is being computed."""
        return self._job is not None and not self._job.state.ended

    @property
    def offers_units(self) -> bool:
        """True if the samples are points of a plane on which the output of a unit can be shown."""
        samples = self._inspection.samples
        return samples is not None and samples.description.example_shape == (2,) and samples.description.has_classes

    def choose_unit(self, layer: str, unit: int = 0) -> None:
        """Map the output of a unit instead of the classes.

        Arguments:
            layer: name of its layer; empty to map the classes again.
            unit: its index, counted from 0.
        """
        if (layer, unit) != (self.layer, self.unit):
            self.layer, self.unit = layer, unit
            self.forget()
            self.unit_changed.emit()

    def unit_grid(self, plane_map: PlaneMap) -> np.ndarray | None:
        """Return the `(rows, columns)` output of the chosen unit on the grid; None if the map does not hold it.

        Arguments:
            plane_map: an answer.
        """
        holds = bool(self.layer) and plane_map.layer == self.layer and self.unit < plane_map.unit_count
        return plane_map.unit_grid(self.unit) if holds else None

    def forget(self) -> None:
        """Request a result again even if the weights stay the same, because the samples or the unit changed."""
        self.snapshot = None

    def request(self, low: np.ndarray, high: np.ndarray) -> None:
        """Request a result, unless the newest one has the current weights or another one is being computed.

        During training, snapshots arrive faster than results. Call this again after each result.

        Arguments:
            low, high: `(2,)` the corners (x, y) of the part of the plane.
        """
        sample_trace, samples = self._inspection.sample_trace, self._inspection.samples
        if sample_trace is None or samples is None or sample_trace.snapshot is self.snapshot or self.requesting:
            return
        description = samples.description
        if not self.offers_units and not description.example_shape == description.target_shape == (1,):
            return
        function = partial(
            compute_plane_map,
            sample_trace.snapshot,
            samples,
            low,
            high,
            self.layer,
            most_units=_ALL_UNITS,
            predicts=description.has_classes,
        )
        self._job = self._inspection.submit(function)
        self._job.returned.connect(self._on_job_returned)

    @Slot(object)
    def _on_job_returned(self, plane_map: PlaneMap) -> None:
        # A result for a network or for samples that are gone is dropped. New ones bring a new request.
        if self._inspection.sample_trace is None or plane_map.samples is not self._inspection.samples:
            return
        # If another unit was chosen meanwhile, the view requests the map of that one next.
        answered = plane_map.layer == self.layer or self.layer not in mapped_layers(plane_map.snapshot)
        self.snapshot = plane_map.snapshot if answered else None
        self.computed.emit(plane_map)
