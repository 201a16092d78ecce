"""What a network computes over the plane of its two inputs: its outputs, and every unit of one layer."""

from dataclasses import dataclass

import numpy as np

from app.training.decision_map import MAP_SIZE, plane_grid
from app.training.sample_trace import unscaled_output
from app.training.snapshot import Snapshot
from tinyml.data import Dataset
from tinyml.learner import class_scores
from tinyml.net import record

MOST_UNITS = 64
"""Largest number of units of a layer that get a map."""
CURVE_SIZE = 256
"""Number of points along a line, for networks with one input."""


@dataclass(frozen=True, eq=False)
class PlaneMap:
    """The outputs of a network on a grid over the plane of its inputs; with one input, along a line.

    Attributes:
        snapshot: the weights of the network.
        places: `(points, inputs)` where the outputs were computed, in the units of the data.
        rows: rows and columns of the grid; 0 for a line.
        output: `(points, outputs)` the class scores, or the predicted numbers in the units of the data.
        layer: name of the layer whose units are mapped; empty for none.
        units: `(points, units)` the outputs of these units, the first `MOST_UNITS` of them.
        unit_count: number of units of the layer.
    """

    snapshot: Snapshot
    places: np.ndarray
    rows: int
    output: np.ndarray
    layer: str = ""
    units: np.ndarray | None = None
    unit_count: int = 0

    @property
    def grid(self) -> np.ndarray:
        """`(rows, columns, outputs)` the outputs on the grid, the lowest y first."""
        return self.output.reshape(self.rows, self.rows, -1)

    def unit_grid(self, unit: int) -> np.ndarray:
        """Return the `(rows, columns)` output of a unit on the grid, the lowest y first.

        Arguments:
            unit: number of the unit, from 0. Raises `IndexError` if it has no map.
        """
        if self.units is None:
            raise IndexError(f"There are no maps of units, so none of unit {unit}.")
        values: np.ndarray = self.units[:, unit].reshape(self.rows, self.rows)
        return values


def mapped_layers(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the names of the layers whose units can be mapped, in order.

    Arguments:
        snapshot: the network.
    """
    return tuple(layer.name for layer in snapshot.network.layers)


def compute_plane_map(
    snapshot: Snapshot, samples: Dataset, low: np.ndarray, high: np.ndarray, layer: str = "", size: int = MAP_SIZE
) -> PlaneMap:
    """Compute the outputs of a network over the plane of its inputs. Run it in a `Job`: it takes milliseconds.

    Arguments:
        snapshot: the weights of the network, which has one or two inputs.
        samples: examples of the data. Their scaling is replaced by that of the snapshot.
        low, high: `(2,)` the lower left and the upper right corner (x, y) of the part of the plane.
        layer: name of the layer whose units are mapped; empty for none, and for a name that the network does not have.
        size: rows and columns of the grid.
    """
    prepared = snapshot.prepare(samples)
    line = samples.description.example_shape == (1,)
    if line:
        places = np.linspace(low[0], high[0], CURVE_SIZE, dtype=np.float32)[:, np.newaxis]
    else:
        places = plane_grid(low, high, size)
    with np.errstate(all="ignore"):
        trace = record(snapshot.make_net(), prepared.scale(places))
        if samples.description.has_classes:
            targets = _class_targets(snapshot, samples)
            output = class_scores(trace.output, snapshot.training.loss, targets)
        else:
            output = unscaled_output(prepared, trace.output).reshape(len(places), -1)
    units, count = None, 0
    if layer in mapped_layers(snapshot):
        whole = trace.entry(layer).output.reshape(len(places), -1)
        units, count = whole[:, :MOST_UNITS].copy(), whole.shape[1]
    return PlaneMap(snapshot, places, 0 if line else size, output, layer if units is not None else "", units, count)


def _class_targets(snapshot: Snapshot, samples: Dataset) -> np.ndarray:
    """Return the class targets that the weights were trained with. Own points that replace other data have others."""
    known = () if snapshot.preprocessing is None else snapshot.preprocessing.class_targets
    if len(known) == len(samples.class_targets):
        return np.array(known, np.float32)
    return samples.class_targets
