"""All methods against Captum's: networks of each kind, maps at a place, whole maps and class scores."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.tinyml.compare import tally
from tests.tinyml.net.stacks import stack
from tinyml.core import Array, Pair, Shape
from tinyml.net import Sequential, Trace, build, record
from tinyml.visualize import (
    Reconstruction,
    gradient,
    gradient_times_input,
    guided_backprop,
    integrated_gradients,
    occlusion,
    reconstruct,
)

pytest.importorskip("torch", reason="PyTorch is not installed: make compare")
pytest.importorskip("captum", reason="Captum is not installed: make compare")

import torch
from captum import attr
from torch import Tensor, nn

from tests.tinyml.compare.counterparts import module_for_network

LIMITS: dict[type[np.floating], float] = {np.float64: 1e-10, np.float32: 1e-5}
ROUNDED = {"integrated gradients": 1e-5, "occlusion": 1e-6}
"""The limits of methods that Captum computes in float32 at least in part, also for a network in float64."""
POINTS = 20
WINDOW, STRIDE = (3, 2), (2, 2)
CONV, POOL, RELU, NORM = "Conv2D", "MaxPool2D", "ReLu", "BatchNorm2D"
OVERLAP = {"window": [3, 3], "stride": [2, 2]}
SCORES = ("Linear", {"outputs": 5})
END = ("Flatten", ("Linear", {"outputs": 12}), RELU, SCORES)

NETWORKS: dict[str, tuple[Shape, tuple[Any, ...]]] = {
    "plain": ((1, 12, 12), (CONV, RELU, POOL, CONV, RELU, POOL, *END)),
    "strided": ((1, 13, 13), ((CONV, {"stride": [2, 1]}), RELU, (CONV, {"stride": [1, 3]}), RELU, *END)),
    "overlapping pooling": (
        (1, 12, 12),
        (CONV, RELU, (POOL, OVERLAP), CONV, RELU, (POOL, {"window": [3, 2], "stride": [1, 1]}), *END),
    ),
    "padded": ((1, 8, 8), ((CONV, {"padding": [3, 2]}), RELU, POOL, (CONV, {"padding": [0, 2]}), RELU, *END)),
    "dilated": (
        (1, 14, 14),
        ((CONV, {"dilation": [2, 3]}), RELU, (CONV, {"dilation": [3, 1], "padding": [1, 1]}), RELU, *END),
    ),
    "colour": ((3, 12, 12), (CONV, RELU, POOL, CONV, RELU, CONV, RELU, *END)),
    "not square": (
        (2, 15, 9),
        ((CONV, {"window": [5, 2]}), RELU, (POOL, {"window": [3, 1], "stride": [2, 1]}), CONV, RELU, *END),
    ),
    "BatchNorm": (
        (3, 10, 10),
        (CONV, NORM, RELU, POOL, CONV, NORM, RELU, "Flatten", ("Linear", {"outputs": 9}), "BatchNorm1D", RELU, SCORES),
    ),
    "residual": (
        (3, 10, 8),
        (CONV, NORM, RELU, "Residual", RELU, POOL, "Residual", RELU, "GlobalAvgPool2D", SCORES),
    ),
    "mean pooling": (
        (1, 12, 12),
        (CONV, RELU, "AvgPool2D", "Dropout", ("Upsample2D", {"scale": [2, 1]}), CONV, RELU, "GlobalAvgPool2D", SCORES),
    ),
    "transposed": (
        (1, 8, 10),
        (CONV, RELU, POOL, ("Deconv2D", {"filters": 4, "stride": [2, 2], "padding": [1, 0]}), RELU, *END),
    ),
}
SMOOTH = (CONV, "LeakyReLu", POOL, CONV, "ELU", CONV, "GELU", "Flatten", SCORES, "Tanh", SCORES, "Sigmoid")


class WholeMap(nn.Module):
    """The sum of the positive values of one map, as one number for each example."""

    def __init__(self, module: nn.Module, map_index: int) -> None:
        super().__init__()
        self.module, self.map_index = module, map_index

    def forward(self, input: Tensor) -> Tensor:
        """Return `(N,)`."""
        return self.module(input)[:, self.map_index].clamp(min=0).reshape(len(input), -1).sum(1)


def captum_deconvnet(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    return attr.Deconvolution(model).attribute(input, target=target)


def captum_guided(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    return attr.GuidedBackprop(model).attribute(input, target=target)


def captum_gradient(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    return attr.Saliency(model).attribute(input, target=target, abs=False)


def captum_product(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    return attr.InputXGradient(model).attribute(input, target=target)


def captum_integrated(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    return attr.IntegratedGradients(model).attribute(input, 0.25, target=target, n_steps=POINTS)


def captum_occlusion(model: nn.Module, input: Tensor, target: Any) -> Tensor:
    channels = input.shape[1]
    with torch.no_grad():
        return attr.Occlusion(model).attribute(input, (channels, *WINDOW), (channels, *STRIDE), 0.25, target=target)


METHODS: dict[str, tuple[Callable[..., Reconstruction], Callable[[nn.Module, Tensor, Any], Tensor], dict[str, Any]]] = {
    "deconvnet": (reconstruct, captum_deconvnet, {}),
    "guided": (guided_backprop, captum_guided, {}),
    "gradient": (gradient, captum_gradient, {}),
    "gradient times input": (gradient_times_input, captum_product, {}),
    "integrated gradients": (integrated_gradients, captum_integrated, {"steps": POINTS, "baseline": 0.25}),
    "occlusion": (occlusion, captum_occlusion, {"size": WINDOW, "stride": STRIDE, "baseline": 0.25}),
}


def network(layers: tuple[Any, ...], shape: Shape, dtype: type[np.floating]) -> Sequential:
    """Build a network whose running statistics are those of a batch."""
    net = build(stack(*layers), shape, np.random.default_rng(5), dtype)
    net(np.random.default_rng(6).normal(0.5, 2, size=(16, *shape)).astype(dtype))
    return net


def targets(trace: Trace) -> Iterator[tuple[str, int, Pair, Any]]:
    """Yield layer, index, position and Captum's target: the strongest value of some maps or units that fire."""
    for entry in trace.entries:
        values = entry.output[0].reshape(entry.output.shape[1], -1)
        columns = entry.output.shape[3] if entry.output.ndim == 4 else 1
        for index in np.flatnonzero(values.max(axis=1) > 0)[:3].tolist():
            row, column = divmod(int(values[index].argmax()), columns)
            yield entry.layer.name, index, (row, column), (index, row, column) if entry.output.ndim == 4 else index


def relative_error(ours: Array, theirs: Array) -> float:
    """Return the largest difference of two pictures, relative to the largest number of Captum's."""
    scale = float(abs(theirs).max())
    difference = float(abs(ours - theirs).max())
    return difference / scale if scale > 0 else difference


def compare(name: str, layers: tuple[Any, ...], shape: Shape, dtype: type[np.floating]) -> int:
    """Compare the pictures of a network by one method; return their number."""
    ours, theirs, settings = METHODS[name]
    net = network(layers, shape, dtype)
    input = np.random.default_rng(7).normal(0.5, 1, size=(1, *shape)).astype(dtype)
    trace, worst, pictures = record(net, input), 0.0, 0
    names = [layer.name for layer in net.layers]
    net.eval()
    for layer, index, position, target in targets(trace):
        model = module_for_network(net.layers[: names.index(layer) + 1], shape).eval()
        # For a whole map, a deconvnet starts from all activations, which Captum's cannot.
        for whole_map in (False,) if name == "deconvnet" else (False, True):
            found = ours(trace, layer, index, whole_map=whole_map, **settings)
            started = (WholeMap(model, index), None) if whole_map else (model, target)
            expected = theirs(started[0], torch.tensor(input, requires_grad=True), started[1]).detach().numpy()[0]
            if name == "deconvnet":
                expected = expected * dtype(found.activation)  # Captum's starts from 1, ours from the activation
            limit = LIMITS[dtype] if dtype is np.float32 else ROUNDED.get(name, LIMITS[dtype])
            if name == "occlusion" and dtype is np.float32:
                limit, expected = _exact_occlusion(started, input, expected)
            error = relative_error(found.image, expected)
            assert error <= limit, f"{layer}, {index}, {'whole map' if whole_map else position}: error {error:.3g}"
            assert (found.position, found.image.dtype) == (position, dtype)
            pictures, worst = pictures + 1, max(worst, error)
    tally.note(f"{name}, against Captum", dtype, worst, pictures)
    return pictures


def _exact_occlusion(started: tuple[nn.Module, Any], input: Array, theirs: Array) -> tuple[float, Array]:
    """Return the limit for a network in float32, and Captum's picture of the same weights in float64.

    A fall is a small difference of two large numbers. In float32 it can be far from the exact one, also Captum's: by
    4e-5 of the picture for a score after Sigmoid. Ours may be twice as far.
    """
    exact = captum_occlusion(copy.deepcopy(started[0]).double(), torch.tensor(input.astype(np.float64)), started[1])
    return max(LIMITS[np.float32], 2 * relative_error(theirs, exact.numpy()[0])), exact.numpy()[0]


@pytest.mark.filterwarnings("ignore:Setting backward hooks", "ignore:Setting forward, backward hooks")
@pytest.mark.parametrize("dtype", LIMITS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_a_picture_is_captums(kind: str, name: str, dtype: type[np.floating]) -> None:
    shape, layers = NETWORKS[kind]
    assert compare(name, layers, shape, dtype) >= 12


@pytest.mark.parametrize("dtype", LIMITS, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("name", ["gradient", "gradient times input", "integrated gradients", "occlusion"])
def test_through_other_activations_a_picture_is_captums(name: str, dtype: type[np.floating]) -> None:
    assert compare(name, SMOOTH, (2, 12, 11), dtype) > 12


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
def test_at_a_leaky_relu_ours_leaks_the_signal_and_captums_passes_the_gradient() -> None:
    """Where we depart: Captum's hooks see only ReLU."""
    shape, dtype = (1, 8, 8), np.float64
    net = network((CONV, ("LeakyReLu", {"slope": 0.2}), CONV), shape, dtype)
    trace = record(net, np.random.default_rng(7).normal(size=(1, *shape)))
    net.eval()
    model = module_for_network(net.layers, shape).eval()
    index = int(trace.output[0].max(axis=(1, 2)).argmax())
    plain = gradient(trace, "layer_2", index)
    for ours, theirs in ((reconstruct, captum_deconvnet), (guided_backprop, captum_guided)):
        found = ours(trace, "layer_2", index)
        expected = theirs(model, torch.tensor(trace.input, requires_grad=True), (index, *found.position))
        np.testing.assert_allclose(expected.detach().numpy()[0], plain.image, atol=1e-12)
        assert relative_error(found.image, plain.image) > 0.01
