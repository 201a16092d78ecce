"""The five networks of the benchmark: shapes, losses, rates. This module imports neither framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Bars:
    """Targets for one batch size: PyTorch's time divided by ours.

    Attributes:
        training: for the training step.
        inference: for inference.
        workers: the smallest number of workers for which they hold.
    """

    training: float
    inference: float
    workers: int = 1


@dataclass(frozen=True)
class Workload:
    """A network and its training settings. Its layers are in `ours.py` and in `pytorch.py`.

    Attributes:
        name: "W1" to "W5".
        description: the layers in one line.
        input_shape: shape of one example: `(D,)` or `(C, H, W)`.
        outputs: number of outputs for one example.
        batches: batch sizes to measure.
        learning_rate, momentum: settings of gradient descent.
        classifies: True for cross-entropy with integer labels, False for the mean squared error.
        bars: the targets of some batch sizes.
    """

    name: str
    description: str
    input_shape: tuple[int, ...]
    outputs: int
    batches: tuple[int, ...]
    learning_rate: float
    momentum: float = 0.0
    classifies: bool = True
    bars: Mapping[int, Bars] = field(default_factory=dict)

    @property
    def has_maps(self) -> bool:
        """True if the examples are images, for which PyTorch has two memory layouts."""
        return len(self.input_shape) == 3


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "W1",
            "2-25-25-25-2, ReLU, Tanh out, MSE, SGD 0.1",
            (2,),
            2,
            (10,),
            learning_rate=0.1,
            classifies=False,
            bars={10: Bars(4.0, 4.0)},
        ),
        Workload(
            "W2",
            "784-128-64-10, ReLU, cross-entropy, momentum 0.9",
            (784,),
            10,
            (64,),
            learning_rate=0.01,
            momentum=0.9,
            bars={64: Bars(2.0, 1.5)},
        ),
        Workload(
            "W3",
            "Conv 1→32 3×3, ReLU, Conv 32→64 3×3, ReLU, MaxPool 2, Linear 9216→128, ReLU, Linear 128→10 on 28×28",
            (1, 28, 28),
            10,
            (32, 128),
            learning_rate=0.01,
            bars={128: Bars(1.25, 1.25)},
        ),
        Workload(
            "W4",
            "Conv 1→8 5×5 pad 2, ReLU, MaxPool 2, Conv 8→16 5×5 pad 2, ReLU, MaxPool 2, Linear 784→64, ReLU, "
            "Linear 64→10 on 28×28",
            (1, 28, 28),
            10,
            (32, 128),
            learning_rate=0.01,
            bars={128: Bars(1.5, 1.5, workers=2)},
        ),
        Workload(
            "W5",
            "[Conv 3×3 pad 1, ReLU] ×2 (3→32→32), MaxPool 2, ×2 (32→64→64), MaxPool 2, Linear 4096→128, ReLU, "
            "Linear 128→10 on 3×32×32",
            (3, 32, 32),
            10,
            (32, 64, 128),
            learning_rate=0.01,
            bars={64: Bars(1.0, 1.0)},
        ),
    )
}


def draw_batch(workload: Workload, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw random examples.

    Returns `(count, *input_shape)` float32 between 0 and 1, and the targets: `(count,)` int64 labels or
    `(count, outputs)` float32 between -0.9 and 0.9, which Tanh can reach.
    """
    rng = np.random.default_rng(seed)
    inputs = rng.random((count, *workload.input_shape), np.float32)
    if workload.classifies:
        return inputs, rng.integers(workload.outputs, size=count)
    return inputs, rng.uniform(-0.9, 0.9, (count, workload.outputs)).astype(np.float32)
