"""Measurements of layers that a test makes up."""

import numpy as np

from app.training.layer_history import LayerHistory
from tinyml.learner import BatchFinished
from tinyml.learner.layer_stats import Histogram, LayerStats


def histogram(center: float = 0.0, width: float = 1.0, bins: int = 24) -> Histogram:
    """Return a histogram in the shape of a bell."""
    counts = np.round(1000 * np.exp(-0.5 * np.linspace(-3, 3, bins) ** 2)).astype(int)
    return Histogram(center - 3 * width, center + 3 * width, tuple(counts.tolist()))


def measure(layer: str, time: float = 0.0, **values: object) -> LayerStats:
    """Return a measurement of a layer with parameters; its histograms move with the time."""
    fields: dict[str, object] = {
        "gradient_norm": 0.01 * 0.9**time,
        "update_ratio": 0.002,
        "activation_mean": 0.25,
        "activation_deviation": 0.5,
        "weights": histogram(width=0.1 + 0.02 * time),
        "gradients": histogram(width=0.01 * 0.9**time),
        "activations": histogram(center=0.1 * time, width=1 + 0.1 * time),
    }
    return LayerStats(layer, **(fields | values))  # type: ignore[arg-type]


def measure_relu(layer: str, time: float = 0.0, dead: float | None = 0.04) -> LayerStats:
    """Return a measurement of an activation layer."""
    nothing = dict.fromkeys(("gradient_norm", "update_ratio", "weights", "gradients"))
    return measure(layer, time, **nothing, dead=dead)


def small_network(time: float = 0.0) -> tuple[LayerStats, ...]:
    """Return a measurement of a network with a block, and a layer with many dead units."""
    return (
        measure("conv_1", time),
        measure_relu("relu_1", time),
        measure("residual_1/conv_1", time, update_ratio=0.3),
        measure_relu("residual_1/relu_1", time, dead=max(0.8 - 0.02 * time, 0.6)),
        measure("linear_1", time, update_ratio=2e-6),
        measure_relu("tanh_1", time, dead=None),
    )


def add(history: LayerHistory, step: int, *layers: LayerStats, batches: int = 20) -> None:
    """Add the measurement of a batch to a history; an epoch has 20 batches."""
    epoch, batch = divmod(step - 1, batches)
    history.add(BatchFinished(epoch + 1, batch + 1, batches, step, 8, 0.5, None, layers=layers))


def record(history: LayerHistory, times: int, first: int = 0) -> None:
    """Add measurements to a history: one for every tenth batch."""
    for number in range(first, first + times):
        add(history, 10 * (number + 1), *small_network(float(number)))
