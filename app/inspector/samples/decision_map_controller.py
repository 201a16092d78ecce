"""Requests what the network, or one of its units, gives for points between the samples."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.inspector.state import InspectorState
from app.jobs import Job
from app.training import Inspection, Snapshot
from app.training.plane_map import PlaneMap, compute_plane_map

_ALL_UNITS = 2**31


class DecisionMapController(QObject):
    """Requests the decision map or the curve of the current weights, one at a time.

    Samples with two inputs and classes have a decision map: that of the classes, or that of the unit which is the
    target. Samples with one input and one target have a curve. Other samples have neither.

    Arguments:
        inspection: the samples, the current weights and the runner of jobs.
        state: the target, and whether random weights are shown.

    Attributes:
        snapshot: weights of the newest result; None before the first one.
        shows_unit: True to map the target instead of the classes, if it can be mapped.
        layer, unit: the unit that is mapped; an empty name while the classes are.

    Signals:
        computed(PlaneMap): a request is answered.
        unit_changed(): what is to be mapped changed. The view requests the map again.
    """

    computed = Signal(object)
    unit_changed = Signal()

    def __init__(self, inspection: Inspection, state: InspectorState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection, self._state = inspection, state
        self._job: Job | None = None
        self._requested = self._wanted = ("", 0, False)
        self.snapshot: Snapshot | None = None
        self.shows_unit = False
        state.target_changed.connect(self._follow)
        state.methods_changed.connect(self._follow)
        inspection.samples_changed.connect(self._follow)

    @property
    def layer(self) -> str:
        """Name of the layer of the unit that is mapped; empty while the classes are mapped."""
        return self._wanted[0]

    @property
    def unit(self) -> int:
        """Index of the unit, counted from 0."""
        return self._wanted[1]

    @property
    def requesting(self) -> bool:
        """True while a result is being computed."""
        return self._job is not None and not self._job.state.ended

    @property
    def has_plane(self) -> bool:
        """True if the samples are points of a plane, with classes."""
        samples = self._inspection.samples
        return samples is not None and samples.description.example_shape == (2,) and samples.description.has_classes

    @property
    def offers_unit(self) -> bool:
        """True if the target has a number for each point of the plane. A map has several."""
        return self.has_plane and self._state.map_count > 0 and self._state.maps is None

    @Slot(bool)
    def set_shows_unit(self, shows_unit: bool) -> None:
        """Map the target (`shows_unit`), or the classes."""
        if shows_unit != self.shows_unit:
            self.shows_unit = shows_unit
            self._follow()

    @Slot()
    def _follow(self) -> None:
        """Ask for another map if another one is wanted."""
        target, random = self._state.target, self._state.random_weights
        shows = self.shows_unit and self.offers_unit
        wanted = (target.layer, target.map_index, random) if shows and target is not None else ("", 0, random)
        if wanted != self._wanted:
            self._wanted = wanted
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
        if not self.has_plane and not description.example_shape == description.target_shape == (1,):
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
            random=self._wanted[2],
        )
        self._requested = self._wanted
        self._job = self._inspection.submit(function)
        self._job.returned.connect(self._on_job_returned)

    @Slot(object)
    def _on_job_returned(self, plane_map: PlaneMap) -> None:
        # A result for a network or for samples that are gone is dropped. New ones bring a new request.
        if self._inspection.sample_trace is None or plane_map.samples is not self._inspection.samples:
            return
        # If another unit was chosen meanwhile, the view requests the map of that one next.
        answered = self._requested == self._wanted
        self.snapshot = plane_map.snapshot if answered else None
        self.computed.emit(plane_map)
