"""What the layers made of the sample, read from the recorded forward pass."""

import math

import numpy as np

from tinyml.core import Shape
from tinyml.net import Trace


def output_shapes(trace: Trace) -> dict[str, Shape]:
    """Return the shape of each layer's output, without the batch axis, by the layer's name."""
    return {entry.layer.name: tuple(entry.output.shape[1:]) for entry in trace.entries}


def has_maps(shape: Shape) -> bool:
    """Tell whether an output consists of feature maps: (C, H, W)."""
    return len(shape) == 3


def first_choice(trace: Trace) -> str:
    """Return the layer to show while none is selected: the last convolution, else the last with maps, else the last."""
    with_maps = [entry for entry in trace.entries if has_maps(entry.output.shape[1:])]
    convolutions = [entry for entry in with_maps if entry.layer.settings.family == "convolution"]
    for entries in (convolutions, with_maps, trace.entries):
        if entries:
            return entries[-1].layer.name
    return ""


def strongest_map(maps: np.ndarray) -> int:
    """Return the index of the map with the largest finite number in `maps` (C, H, W); 0 when there is none."""
    peaks = np.where(np.isfinite(maps), maps, -np.inf).max(axis=(1, 2))
    return int(peaks.argmax())


def describe_output(shape: tuple[int, ...]) -> str:
    """Describe a layer's output: "16 feature maps, 8×8" or "64 numbers".

    >>> describe_output((16, 8, 8)), describe_output((1, 4, 4)), describe_output((64,))
    ('16 feature maps, 8×8', '1 feature map, 4×4', '64 numbers')
    """
    if len(shape) == 3:
        plural = "" if shape[0] == 1 else "s"
        return f"{shape[0]} feature map{plural}, {shape[1]}×{shape[2]}"
    return "1 number" if shape == (1,) else f"{math.prod(shape)} numbers"
