"""Requests what the network predicts for points between the samples."""

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from app.jobs import Job
from app.training import Inspection, Snapshot
from app.training.decision_map import Curve, DecisionMap, compute_curve, compute_decision_map


class DecisionMapController(QObject):
    """Requests the decision map or the curve of the current weights, one at a time.

    Samples with two inputs and classes have a decision map. Samples with one input and one target have a curve. Other
    samples have neither.

    Arguments:
        inspection: the samples, the current weights and the runner of jobs.

    Attributes:
        snapshot: weights of the newest result; None before the first one.

    Signals:
        decision_map_computed(DecisionMap): the request is answered with a decision map.
        curve_computed(Curve): the request is answered with a curve.
    """

    decision_map_computed = Signal(object)
    curve_computed = Signal(object)

    def __init__(self, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspection = inspection
        self._job: Job | None = None
        self.snapshot: Snapshot | None = None

    @property
    def requesting(self) -> bool:
        """True while a result is being computed."""
        return self._job is not None and not self._job.state.ended

    def forget(self) -> None:
        """Request a result again even if the weights stay the same, because the samples changed."""
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
        snapshot, description = sample_trace.snapshot, samples.description
        if description.example_shape == (2,) and description.has_classes:
            self._job = self._inspection.submit(partial(compute_decision_map, snapshot, samples, low, high))
        elif description.example_shape == description.target_shape == (1,):
            self._job = self._inspection.submit(partial(compute_curve, snapshot, samples, low[0], high[0]))
        else:
            return
        self._job.returned.connect(self._on_job_returned)

    @Slot(object)
    def _on_job_returned(self, result: DecisionMap | Curve) -> None:
        # A result for a network or for samples that are gone is dropped. New ones bring a new request.
        if self._inspection.sample_trace is None or result.samples is not self._inspection.samples:
            return
        self.snapshot = result.snapshot
        if isinstance(result, DecisionMap):
            self.decision_map_computed.emit(result)
        else:
            self.curve_computed.emit(result)
