"""The outputs of the layers for the sample, read from the recorded forward pass."""

import math
from dataclasses import dataclass

import numpy as np

from tinyml.core import Shape
from tinyml.data import Dataset
from tinyml.net import Trace


@dataclass(frozen=True, eq=False)
class LayerOutput:
    """The output of one layer for the sample.

    Attributes:
        layer: name of the layer; the joined name of a layer inside a block.
        family: family of the layer, such as "convolution".
        values: (C, H, W) feature maps, or numbers of any other shape.
        names: a name for each number; empty if the numbers have no names.
    """

    layer: str
    family: str
    values: np.ndarray
    names: tuple[str, ...] = ()

    @property
    def maps(self) -> np.ndarray | None:
        """(C, H, W) the feature maps; None if the output has none."""
        return self.values if has_maps(self.values.shape) else None


def read_output(trace: Trace, layer: str, samples: Dataset | None) -> LayerOutput:
    """Return the output of a layer for the first example of a recorded forward pass.

    Arguments:
        trace: a recorded forward pass through the network, or one that ends with a layer inside a block.
        layer: name of one of its layers.
        samples: dataset of the example. Its class names name the numbers of the last layer, if these numbers stand for
            the classes one by one. None leaves the numbers without names.
    """
    entry = trace.entry(layer)
    values = entry.output[0]
    names: tuple[str, ...] = ()
    if samples is not None and entry is trace.entries[-1]:
        class_names, targets = samples.description.class_names, samples.class_targets
        if values.shape == (len(class_names),) and np.array_equal(targets, np.eye(len(targets))):
            names = class_names
    return LayerOutput(layer, entry.layer.settings.family, values, names)


def has_maps(shape: Shape) -> bool:
    """Return True if an output of this shape, without the batch axis, consists of feature maps: (C, H, W)."""
    return len(shape) == 3


def default_layer(trace: Trace) -> str:
    """Return the name of the layer to show while none is selected.

    It is the last activation with feature maps: its maps show what the next layers see. Without one it is the last
    convolution, else the last layer with feature maps, else the last layer.

    Arguments:
        trace: a recorded forward pass. If it has no layers, the name is empty.
    """
    with_maps = [entry for entry in trace.entries if has_maps(entry.output.shape[1:])]
    for family in ("activation", "convolution"):
        found = [entry for entry in with_maps if entry.layer.settings.family == family]
        if found:
            return found[-1].layer.name
    entries = with_maps or trace.entries
    return entries[-1].layer.name if entries else ""


def strongest_map(values: np.ndarray) -> int:
    """Return the index of the map, or of the unit, that holds the largest finite number.

    Arguments:
        values: (C, H, W) feature maps, or (N,) the outputs of units. If none of their numbers is finite, the index
            is 0.
    """
    peaks = np.where(np.isfinite(values), values, -np.inf).reshape(len(values), -1).max(axis=1)
    return int(peaks.argmax())


def describe_output(shape: Shape) -> str:
    """Describe a layer's output: "16 feature maps, 8×8" or "64 numbers".

    Arguments:
        shape: the shape of the output without the batch axis.

    >>> describe_output((16, 8, 8)), describe_output((1, 4, 4)), describe_output((64,))
    ('16 feature maps, 8×8', '1 feature map, 4×4', '64 numbers')
    """
    if has_maps(shape):
        plural = "" if shape[0] == 1 else "s"
        return f"{shape[0]} feature map{plural}, {shape[1]}×{shape[2]}"
    return "1 number" if shape == (1,) else f"{math.prod(shape)} numbers"
