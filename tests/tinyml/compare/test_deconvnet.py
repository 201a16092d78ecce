"""The deconvnet against Captum's on trained networks."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tests.tinyml.compare import tally
from tests.tinyml.net.stacks import stack
from tinyml.core import Array, Pair
from tinyml.data import DataChoice, load, split
from tinyml.learner import TrainingSettings, TrainingSetup, set_up_training
from tinyml.net import Trace, record
from tinyml.storage import example_path, read_project
from tinyml.visualize import reconstruct

pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
pytest.importorskip("captum", reason="Captum is not installed: make compare")

import torch
from captum.attr import Deconvolution

from tests.tinyml.compare.counterparts import module_for_network

LIMIT = 1e-5
SAMPLES = 3

# Overlapping pooling, windows that are not square, a stride, a dilation, a border that no window reaches, dropout.
UNUSUAL = stack(
    ("Conv2D", {"filters": 6, "window": [3, 2], "padding": [1, 0]}),
    "ReLu",
    ("MaxPool2D", {"window": [3, 2], "stride": [1, 1]}),
    ("Conv2D", {"filters": 10, "window": [3, 3], "dilation": [1, 2], "padding": [1, 1], "bias": False}),
    "ReLu",
    ("Dropout", {"probability": 0.1}),
    ("Conv2D", {"filters": 8, "window": [2, 2], "stride": [2, 1], "padding": [0, 0]}),
    "ReLu",
    "Flatten",
    ("Linear", {"outputs": 10}),
)


def setup(name: str) -> TrainingSetup:
    """Prepare one of the three networks: two examples that the program ships, and an unusual one."""
    if name == "unusual":
        data = DataChoice(source="digits")
        training = TrainingSettings(epochs=8, learning_rate=0.05)
        return set_up_training(UNUSUAL, training, split(load("digits"), data))
    project = read_project(example_path(name))
    training = project.training.model_copy(update={"epochs": 4})
    return set_up_training(project.network, training, split(load(project.data.source), project.data))


@cache
def trained(name: str) -> TrainingSetup:
    """Train one of the networks."""
    prepared = setup(name)
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in prepared.run():
            pass
    return prepared


def strongest(trace: Trace, layer: str) -> Iterator[tuple[int, Pair]]:
    """Yield each map that fires, with the place of its strongest value."""
    for index, values in enumerate(trace.entry(layer).output[0]):
        if values.max() > 0:
            row, column = divmod(int(values.argmax()), values.shape[1])
            yield index, (row, column)


def captums_image(model: Any, input: Array, map_index: int, position: Pair, activation: float) -> Array:
    """Return Captum's reconstruction. It starts from 1 where ours starts from the activation."""
    image = Deconvolution(model).attribute(torch.tensor(input, requires_grad=True), target=(map_index, *position))
    found: Array = image.detach().numpy()[0] * np.float32(activation)
    return found


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize("name", ["lenet-digits", "shapes", "unusual"])
def test_a_reconstruction_is_captums(name: str) -> None:
    ready = trained(name)
    assert ready.test().accuracy > 0.6  # the network is trained; how well depends on the number of threads
    net, pictures, worst = ready.net, 0, 0.0
    names = [layer.name for layer in net.layers]
    for sample in ready.splits.test.inputs[:SAMPLES]:
        trace = record(net, sample[np.newaxis])
        maps = [entry.layer.name for entry in trace.entries if entry.output.ndim == 4]
        for layer in maps:
            model = module_for_network(net.layers[: names.index(layer) + 1], sample.shape).eval()
            for map_index, position in strongest(trace, layer):
                ours = reconstruct(trace, layer, map_index)
                assert ours.position == position
                theirs = captums_image(model, trace.input, map_index, position, ours.activation)
                found = tally.error(ours.image, theirs)
                assert found <= LIMIT, f"{layer}, map {map_index}: relative error {found:.3g}"
                pictures, worst = pictures + 1, max(worst, found)
    assert pictures > 50
    tally.note(f"deconvnet on {name}, against Captum", np.float32, worst, pictures)
