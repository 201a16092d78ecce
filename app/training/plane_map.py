"""What a network computes over the plane of its two inputs: its outputs, and every unit of one layer."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from app.training.sample_trace import unscaled_output
from app.training.snapshot import Snapshot
from tinyml.core import TinymlError
from tinyml.data import Dataset
from tinyml.learner import class_scores
from tinyml.net import record, trace_to
from tinyml.visualize import randomise

MAP_SIZE = 48
"""Rows and columns of a map."""
MOST_UNITS = 64
"""Largest number of units of a layer that get a map."""
CURVE_SIZE = 256
"""Number of points along a line, for networks with one input."""
_BATCH_SIZE = 1024
"""Number of samples in one batch of the forward pass. A small batch limits the memory that a large network needs."""


@dataclass(frozen=True, eq=False)
class PlaneMap:
    """The outputs of a network on a grid over the plane of its inputs; with one input, along a line.

    Attributes:
        snapshot: the weights of the network.
        samples: the examples that are shown together with the map.
        places: `(points, inputs)` where the outputs were computed, in the units of the data.
        rows: rows and columns of the grid; 0 for a line.
        output: `(points, outputs)` the class scores, or the predicted numbers in the units of the data.
        layer: name of the layer whose units are mapped; empty for none.
        units: `(points, units)` the outputs of these units, as many of the first ones as were asked for.
        unit_count: number of units of the layer.
        predictions: `(N,)` the predicted class of each sample; None if it was not asked for.
    """

    snapshot: Snapshot
    samples: Dataset
    places: np.ndarray
    rows: int
    output: np.ndarray
    layer: str = ""
    units: np.ndarray | None = None
    unit_count: int = 0
    predictions: np.ndarray | None = None

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
    snapshot: Snapshot,
    samples: Dataset,
    low: np.ndarray,
    high: np.ndarray,
    layer: str = "",
    size: int = MAP_SIZE,
    most_units: int = MOST_UNITS,
    predicts: bool = False,
    random: bool = False,
) -> PlaneMap:
    """Compute the outputs of a network over the plane of its inputs. Run it in a `Job`: it takes milliseconds.

    Arguments:
        snapshot: the weights of the network, which has one or two inputs.
        samples: examples of the data. Their scaling is replaced by that of the snapshot.
        low, high: `(2,)` the lower left and the upper right corner (x, y) of the part of the plane.
        layer: name of the layer whose units are mapped, or joined name of one inside a block; empty for none, and for a
            name that the network does not have.
        size: rows and columns of the grid.
        most_units: number of units of the layer that are mapped, at most.
        predicts: True to predict the class of each sample, too.
        random: True to map the same network with fresh initial weights. The predictions stay those of the snapshot.
    """
    prepared = snapshot.prepare(samples)
    line = samples.description.example_shape == (1,)
    if line:
        places = np.linspace(low[0], high[0], CURVE_SIZE, dtype=np.float32)[:, np.newaxis]
    else:
        places = plane_grid(low, high, size)
    net, targets, predictions = snapshot.make_net(), _class_targets(snapshot, samples), None
    with np.errstate(all="ignore"):
        trace = record(randomise(net) if random else net, prepared.scale(places))
        if samples.description.has_classes:
            output = class_scores(trace.output, snapshot.training.loss, targets)
        else:
            output = unscaled_output(prepared, trace.output).reshape(len(places), -1)
        if predicts:
            predicted = net.predict(prepared.inputs, _BATCH_SIZE)
            predictions = class_scores(predicted, snapshot.training.loss, targets).argmax(axis=1)
    units, count = None, 0
    if layer:
        with suppress(TinymlError):  # there is no such layer
            whole = trace_to(trace, layer).entry(layer).output.reshape(len(places), -1)
            units, count = whole[:, :most_units].copy(), whole.shape[1]
    rows, layer = 0 if line else size, layer if units is not None else ""
    return PlaneMap(snapshot, samples, places, rows, output, layer, units, count, predictions)


def plane_grid(low: np.ndarray, high: np.ndarray, size: int) -> np.ndarray:
    """Return the points in the middle of the cells of a grid, `(size · size, 2)` float32, the lowest y first.

    Arguments:
        low, high: `(2,)` the lower left and the upper right corner (x, y) of the grid.
        size: rows and columns of the grid.

    >>> plane_grid(np.zeros(2), np.full(2, 4.0), 2).tolist()
    [[1.0, 1.0], [3.0, 1.0], [1.0, 3.0], [3.0, 3.0]]
    """
    step = (high - low) / size
    columns = low[0] + step[0] * (np.arange(size) + 0.5)
    rows = low[1] + step[1] * (np.arange(size) + 0.5)
    x, y = np.meshgrid(columns, rows)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _class_targets(snapshot: Snapshot, samples: Dataset) -> np.ndarray:
    """Return the class targets that the weights were trained with. Own points that replace other data have others."""
    known = () if snapshot.preprocessing is None else snapshot.preprocessing.class_targets
    if len(known) == len(samples.class_targets):
        return np.array(known, np.float32)
    return samples.class_targets
