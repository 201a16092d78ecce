"""What comparisons of whole networks share: unusual networks, random tensors, and the environment of programs."""

import os
from typing import Any

import numpy as np

from tinyml.core import Shape
from tinyml.net import LayerSpecification, Sequential

ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}
"""Environment of programs: on a busy machine, several threads of PyTorch wait for each other."""


def with_random_tensors(net: Sequential) -> Sequential:
    """Give every parameter and buffer random values, so that no 0 or 1 hides a mistake. Variances are positive."""
    rng = np.random.default_rng(0)
    for name, tensor in net.named_tensors.items():
        spread = rng.normal(0, 0.3, tensor.shape)
        tensor[...] = 0.5 + np.abs(spread) if name.endswith("running_var") else tensor + spread
    return net


def layer(kind: str, name: str, **settings: Any) -> LayerSpecification:
    return LayerSpecification(type=kind, name=name, settings=settings)


POOLED = [layer("MaxPool2D", "down", window=(2, 2)), layer("Tanh", "between"), layer("MaxUnpool2D", "up")]
UNUSUAL: dict[str, tuple[list[LayerSpecification], Shape]] = {
    "unpooling": ([layer("Conv2D", "conv", filters=3), *POOLED, layer("MaxPool2D", "last")], (2, 9, 8)),
    "nested unpooling": (
        [
            layer("MaxPool2D", "a"),
            layer("MaxPool2D", "b", window=(2, 3)),
            layer("MaxUnpool2D", "c"),
            layer("MaxUnpool2D", "d"),
        ],
        (2, 9, 8),
    ),
    "unpooling in a block": (
        [layer("MaxPool2D", "a"), layer("Residual", "block", layers=POOLED), layer("MaxUnpool2D", "z")],
        (2, 8, 8),
    ),
    "standard blocks": ([layer("Residual", "r"), layer("Flatten", "f"), layer("Residual", "s")], (2, 4, 4)),
    "names that PyTorch refuses": (
        [
            layer("Linear", "train", outputs=4),
            layer("Linear", "a.b", outputs=4),
            layer("Residual", "1.x", layers=[layer("Linear", "forward", outputs=4), layer("BatchNorm1D", "c.d")]),
            layer("BatchNorm1D", "__class__"),
            layer("Linear", "T_destination", outputs=4, initialiser="orthogonal"),
            layer("Linear", "layer_1", outputs=4),
        ],
        (3,),
    ),
    "texts": ([layer("Linear", '"\n\\', outputs=4), layer("Linear", "Schicht ü", outputs=4)], (3,)),
}
