"""Occlusion against a loop over windows."""

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, Pair, TinymlError
from tinyml.net import Sequential, Trace, build, record
from tinyml.visualize import occlusion

SHAPE = (3, 9, 7)


def network() -> Sequential:
    layers = stack(("Conv2D", {"filters": 4}), "ReLu", "MaxPool2D", "Conv2D", "Flatten", ("Linear", {"outputs": 3}))
    return build(layers, SHAPE, np.random.default_rng(0), np.float64)


def recorded() -> Trace:
    return record(network(), np.random.default_rng(1).normal(size=(2, *SHAPE)))


def by_hand(name: str, map_index: int, position: Pair, size: Pair, stride: Pair, whole_map: bool) -> Array:
    """Cover one window after the other, and run the network for each."""

    def measure(image: Array) -> float:
        values = np.atleast_2d(record(network(), image[np.newaxis]).entry(name).output[0, map_index])
        return float(np.maximum(values, 0).sum() if whole_map else values[position])

    image = recorded().input[1]
    total, count = np.zeros(SHAPE), np.zeros(SHAPE)
    for row in range(0, SHAPE[1] - size[0] + stride[0], stride[0]):
        for column in range(0, SHAPE[2] - size[1] + stride[1], stride[1]):
            window = np.s_[:, row : row + size[0], column : column + size[1]]
            covered = image.copy()
            covered[window] = 0.25
            total[window] += measure(image) - measure(covered)
            count[window] += 1
    return total / np.maximum(count, 1)


@pytest.mark.parametrize("name", ["layer_0", "layer_3", "layer_5"])
@pytest.mark.parametrize(
    ("size", "stride"),
    [((1, 1), (1, 1)), ((3, 2), (1, 1)), ((2, 3), (2, 3)), ((4, 4), (3, 2)), ((9, 7), (1, 1)), ((2, 2), (4, 3))],
    ids=str,
)
@pytest.mark.parametrize("whole_map", [False, True])
def test_equals_a_loop_over_windows(name: str, size: Pair, stride: Pair, whole_map: bool) -> None:
    found = occlusion(recorded(), name, 1, None, 1, whole_map, size=size, stride=stride, baseline=0.25)
    expected = by_hand(name, 1, found.position, size, stride, whole_map)
    np.testing.assert_allclose(found.image, expected, atol=1e-12)
    assert found.method == "occlusion"


def test_reports_progress_and_obeys_a_cancel() -> None:
    shares: list[float] = []
    occlusion(recorded(), "layer_5", 0, size=1, stride=1, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        occlusion(recorded(), "layer_5", 0, progress=cancel)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 8}, "size is 8×8, but the image has only 9×7 pixels"),
        ({"size": 0}, "size is 0 but should be at least 1"),
        ({"stride": (1, 0)}, r"stride is \(1, 0\) but should be at least 1"),
    ],
)
def test_impossible_windows_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(TinymlError, match=words):
        occlusion(recorded(), "layer_5", 0, **arguments)


def test_a_map_that_does_not_fire_gives_a_blank_image_with_a_reason() -> None:
    trace = recorded()
    for parameter in trace.entries[0].layer.parameters:
        parameter.tensor[...] = -1
    found = occlusion(record(Sequential([entry.layer for entry in trace.entries]), abs(trace.input)), "layer_1", 0)
    assert not found.image.any()
    assert found.blank_reason == "No window changes the activation when it is covered."
