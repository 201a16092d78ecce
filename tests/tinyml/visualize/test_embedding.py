"""The embedding of a layer, against a singular value decomposition of all its outputs."""

import tracemalloc

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import DataError, SettingsError, ShapeError, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.data import load
from tinyml.layers import Conv2D, Dropout, Flatten, Linear, ReLU
from tinyml.net import Sequential, build
from tinyml.visualize import Embedding, embed, embed_by_batch


def identity() -> Sequential:
    return Sequential([Dropout("same", 0.5)])


def decaying(count: int, size: int, seed: int = 0) -> np.ndarray:
    """Return rows with a few strong directions and noise in all others, away from zero."""
    rng = np.random.default_rng(seed)
    strong = rng.normal(size=(count, 5)) * [9, 7, 5, 3, 1]
    return strong @ rng.normal(size=(5, size)) / np.sqrt(size) + 0.02 * rng.normal(size=(count, size)) + 4


@one_blas_thread()
def by_decomposition(rows: np.ndarray, count: int = 2) -> Embedding:
    """Return the embedding from the singular value decomposition of all rows at once."""
    flat = rows.reshape(len(rows), -1).astype(np.float64)
    mean = flat.mean(axis=0)
    left, lengths, right = np.linalg.svd(flat - mean, full_matrices=False)
    signs = np.sign(np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, np.newaxis], axis=1))[:count]
    components = (right[:count] * signs).reshape(count, *rows.shape[1:])
    points = left[:, :count] * lengths[:count] * signs.T
    return Embedding(points, lengths[:count] ** 2 / np.sum(lengths**2), components, mean.reshape(rows.shape[1:]))


def assert_equal(found: Embedding, expected: Embedding, tolerance: float) -> None:
    scale = np.abs(expected.points).max()
    np.testing.assert_allclose(found.points, expected.points, atol=tolerance * scale)
    np.testing.assert_allclose(found.shares, expected.shares, rtol=tolerance)
    np.testing.assert_allclose(found.components, expected.components, atol=tolerance)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shape", [(3,), (256,), (4, 6, 5)])
@pytest.mark.parametrize("batch_size", [1, 30, 200])
def test_short_outputs_are_exact(shape: tuple[int, ...], batch_size: int) -> None:
    rows = decaying(150, int(np.prod(shape))).reshape(150, *shape)
    assert_equal(embed(identity(), rows, "same", batch_size=batch_size), by_decomposition(rows), 1e-9)


@pytest.mark.parametrize("batch_size", [1, 64, 200, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_long_outputs_have_the_same_strongest_components(batch_size: int, dtype: type) -> None:
    rows = decaying(250, 500).reshape(250, 5, 10, 10).astype(dtype)
    found = embed(identity(), rows, "same", count=3, batch_size=batch_size)
    assert_equal(found, by_decomposition(rows, 3), 2e-3)


def test_the_maps_of_a_network_on_digits_give_nearly_the_exact_points() -> None:
    data = load("digits").take(np.arange(600))
    net = build(stack(("Conv2D", {"filters": 8}), "ReLu"), (1, 8, 8), np.random.default_rng(0), np.float32)
    outputs = net.predict(data.inputs)  # 8 maps of 64 pixels: longer than what is exact
    found, expected = embed(net, data, "layer_1", batch_size=50), by_decomposition(outputs)
    np.testing.assert_allclose(found.shares, expected.shares, rtol=1e-3)
    for axis in range(2):
        assert np.corrcoef(found.points[:, axis], expected.points[:, axis])[0, 1] > 0.999


def test_points_are_projections_of_the_outputs_on_the_components() -> None:
    rows = decaying(200, 700)
    found = embed(identity(), rows, "same", count=4)
    np.testing.assert_allclose((rows - found.mean) @ found.components.T, found.points, atol=2e-2)
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(found.points.mean(axis=0), 0, atol=1e-9)


@pytest.mark.parametrize("size", [50, 500])
def test_the_largest_number_of_each_component_is_positive(size: int) -> None:
    for sign in (1, -1):
        for component in embed(identity(), sign * decaying(80, size), "same").components:
            assert component[np.abs(component).argmax()] > 0


@pytest.mark.parametrize("size", [1, 3, 500])
def test_equal_outputs_are_one_point(size: int) -> None:
    for count in (1, 300):
        found = embed(identity(), np.full((count, size), 7.5, np.float32), "same")
        assert found.points.shape == (count, 2)
        assert not found.points.any()
        assert found.shares.tolist() == [0, 0]
        assert not found.components.any()


def test_a_single_number_for_each_example_gets_a_second_axis_of_zeros() -> None:
    found = embed(identity(), np.array([[1.0], [3.0]]), "same")
    assert found.points.tolist() == [[-1, 0], [1, 0]]
    assert found.shares.tolist() == [1, 0]
    assert found.components.tolist() == [[1], [0]]


def test_each_step_returns_the_progress_and_the_last_one_the_result() -> None:
    steps = list(embed_by_batch(identity(), decaying(10, 4), "same", batch_size=4))
    assert [(done, found is None) for done, found in steps] == [(4, True), (8, True), (10, False)]


def test_only_the_layers_up_to_the_chosen_one_run_in_evaluation_mode() -> None:
    net = Sequential([Dropout("dropout", 0.9), Flatten("flat"), Linear("wrong", 999, 2)])
    rows = decaying(30, 12).reshape(30, 3, 4)
    assert_equal(embed(net, rows, "flat"), by_decomposition(rows.reshape(30, 12)), 1e-9)
    assert all(layer.training for layer in net.layers)


def test_long_outputs_need_the_memory_of_one_batch() -> None:
    net = Sequential([Conv2D("conv", (1, 20, 20), 16, 3, 3, 1, 1)])
    inputs = np.random.default_rng(0).normal(size=(1024, 1, 20, 20)).astype(np.float32)
    embed(net, inputs[:64], "conv", batch_size=64)
    tracemalloc.start()
    embed(net, inputs, "conv", batch_size=64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024 * 16 * 20 * 20 * 4 / 2  # half of the layer's output for all examples


@pytest.mark.parametrize(
    ("inputs", "layer", "count", "batch_size", "error", "words"),
    [
        (np.ones((3, 4)), "fc_9", 2, 64, TinymlError, r"no layer 'fc_9'\. Did you mean 'fc_1'"),
        (np.ones((0, 4)), "fc_1", 2, 64, DataError, "There are no examples"),
        (np.ones((3, 4)), "fc_1", 0, 64, SettingsError, "count is 0"),
        (np.ones((3, 4)), "fc_1", 2, 0, SettingsError, "batch_size is 0"),
        (np.ones((3, 5)), "fc_1", 2, 64, ShapeError, "'fc_1'"),
    ],
)
def test_bad_input_is_named(
    inputs: np.ndarray, layer: str, count: int, batch_size: int, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        embed(Sequential([Linear("fc_1", 4, 3), ReLU("relu")]), inputs, layer, count, batch_size)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_outputs_that_are_no_numbers_are_an_error(value: float) -> None:
    rows = decaying(9, 300)
    rows[7, 5] = value
    with pytest.raises(TinymlError, match=f"An output of 'same' is {value} for example 7.*lower learning rate"):
        embed(identity(), rows, "same", batch_size=4)
