"""The deconvnet against dense matrices and loops, and against common mistakes."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tests.tinyml.net.stacks import stack
from tinyml.core import Array, Shape, TinymlError
from tinyml.core.threads import blas_is_held
from tinyml.layers import GELU, Conv2D, Flatten, Layer, Linear, MaxPool2D, ReLU, Softmax, Tanh
from tinyml.net import NetworkSpecification, Sequential, Trace, build, infer, record
from tinyml.visualize import reconstruct

LENET = stack("Conv2D", "ReLu", "MaxPool2D", ("Conv2D", {"filters": 5, "padding": 0}), "ReLu", "Dropout")


def net_of(network: NetworkSpecification, shape: Shape, seed: int = 0) -> Sequential:
    return build(network, shape, np.random.default_rng(seed), np.float64)


def recorded(network: NetworkSpecification = LENET, shape: Shape = (3, 9, 8), seed: int = 0) -> Trace:
    image = np.random.default_rng(seed + 1).normal(size=(1, *shape))
    return record(net_of(network, shape, seed), image)


def dense_filters(layer: Conv2D) -> np.ndarray:
    """Return a convolution without its bias as a matrix (outputs, inputs), from its output for each single pixel."""
    pixels = np.eye(int(np.prod(layer.input_dim))).reshape(-1, *layer.input_dim)
    geometry = layer.settings.geometry  # type: ignore[attr-defined]
    return naive.convolution(pixels, layer.weight.tensor, None, geometry).reshape(len(pixels), -1).T


def naive_deconvnet(trace: Trace, layer_name: str, kept: np.ndarray) -> np.ndarray:
    """Carry a signal down with dense matrices and loops."""
    names = [entry.layer.name for entry in trace.entries]
    signal = kept[np.newaxis]
    for entry in trace.entries[names.index(layer_name) :: -1]:
        layer = entry.layer
        if isinstance(layer, Conv2D):
            signal = (dense_filters(layer).T @ signal.ravel()).reshape(entry.input.shape)
        elif isinstance(layer, MaxPool2D):
            window, stride = layer.settings.window, layer.settings.stride  # type: ignore[attr-defined]
            _, switches = naive.max_pooling(entry.input, window, stride)
            signal = naive.max_unpooling(signal, switches, entry.input.shape[2:], add=True)
        elif isinstance(layer, ReLU):
            signal = np.where(signal > 0, signal, 0)
    return signal[0]


@st.composite
def conv_stacks(draw: st.DrawFn) -> tuple[NetworkSpecification, Shape]:
    """Draw small stacks of convolution, ReLU and pooling for greyscale and RGB images, mostly not square."""
    pair = naive.pairs(1, 3).map(list)
    conv = st.builds(
        lambda filters, window, stride, padding, dilation: (
            "Conv2D",
            {"filters": filters, "window": window, "stride": stride, "padding": padding, "dilation": dilation},
        ),
        st.integers(1, 3),
        pair,
        st.sampled_from([[1, 1], [2, 1], [1, 2]]),
        st.sampled_from([[0, 0], [1, 0], [1, 1], [0, 2]]),
        st.sampled_from([[1, 1], [1, 2]]),
    )
    pool = st.builds(lambda window, stride: ("MaxPool2D", {"window": window, "stride": stride}), pair, pair)
    layers = draw(st.lists(st.one_of(conv, st.just("ReLu"), pool), min_size=1, max_size=5))
    return stack(*layers), (draw(st.sampled_from([1, 3])), draw(st.integers(4, 8)), draw(st.integers(4, 8)))


@given(drawn=conv_stacks(), seed=st.integers(0, 50), data=st.data())
@settings(max_examples=60, deadline=None)
def test_equals_dense_matrices_and_loops(
    drawn: tuple[NetworkSpecification, Shape], seed: int, data: st.DataObject
) -> None:
    network, shape = drawn
    inferred_layers = [inferred for inferred in infer(network, shape).layers if inferred.output_shape is not None]
    if not inferred_layers:
        return
    trace = recorded(
        NetworkSpecification(layers=tuple(inferred.specification for inferred in inferred_layers)), shape, seed
    )
    entry = data.draw(st.sampled_from(trace.entries))
    maps, rows, columns = entry.output.shape[1:]
    position = data.draw(st.none() | st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)))
    picture = reconstruct(trace, entry.layer.name, data.draw(st.integers(0, maps - 1)), position)
    expected = naive_deconvnet(trace, entry.layer.name, picture.kept)
    np.testing.assert_allclose(picture.image, expected, rtol=1e-9, atol=1e-12)
    assert picture.image.shape == shape
    assert bool(picture.blank_reason) == (not picture.image.any())
    (top, bottom), (left, right) = picture.receptive_field
    outside = picture.image.copy()
    outside[:, top:bottom, left:right] = 0
    assert not outside.any()


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 7)])
def test_a_linear_stack_gives_the_transposed_weights(shape: Shape) -> None:
    first, second = {"filters": 2, "window": [3, 2]}, {"filters": 3, "stride": 2, "padding": 0}
    trace = recorded(stack(("Conv2D", first), ("Conv2D", second)), shape)
    entry = trace.entries[1]
    both = dense_filters(entry.layer) @ dense_filters(trace.entries[0].layer)
    rows, columns = entry.output.shape[2:]
    picture = reconstruct(trace, "layer_1", 2)
    row, column = picture.position
    weights = both[(2 * rows + row) * columns + column].reshape(shape)
    np.testing.assert_allclose(picture.image, picture.activation * weights, rtol=1e-9, atol=1e-12)


def test_keeps_the_strongest_activation_and_nothing_else() -> None:
    trace = recorded()
    output = trace.output[0]
    assert output.max(axis=(1, 2)).tolist().count(0) == 1  # one map is zero, four are not
    for map_index in range(len(output)):
        picture = reconstruct(trace, "layer_5", map_index)
        assert picture.activation == output[map_index].max() == picture.kept.max()
        assert picture.kept[map_index][picture.position] == picture.activation
        assert np.count_nonzero(picture.kept) == (picture.activation > 0)


def test_of_equal_activations_the_first_in_scan_order_is_kept() -> None:
    net = net_of(stack(("Conv2D", {"filters": 1, "padding": 0})), (1, 5, 6))
    net.layers[0].parameters[0].tensor[...] = 1.0
    picture = reconstruct(record(net, np.ones((1, 1, 5, 6))), "layer_0", 0)
    assert picture.position == (0, 0)
    assert picture.receptive_field == ((0, 3), (0, 3))
    assert np.count_nonzero(picture.image) == 9


def test_biases_are_ignored() -> None:
    trace = recorded()
    before = reconstruct(trace, "layer_4", 1)
    for entry in trace.entries:
        if isinstance(entry.layer, Conv2D):
            entry.layer.bias.tensor[...] = 1e6
    np.testing.assert_array_equal(reconstruct(trace, "layer_4", 1).image, before.image)
    assert before.image.any()


def test_relu_rectifies_the_signal_and_ignores_the_forward_input() -> None:
    """A gradient, or guided backpropagation, would be zero here: the second map is negative in the forward pass."""
    first = Conv2D("c1", (1, 1, 1), 2, 1, 1, 1, 0, bias=False, dtype=np.float64)
    second = Conv2D("c2", (2, 1, 1), 1, 1, 1, 1, 0, bias=False, dtype=np.float64)
    first.weight.tensor[...] = np.reshape([1, -3], (2, 1, 1, 1))
    second.weight.tensor[...] = np.reshape([2, 5], (1, 2, 1, 1))
    trace = record(Sequential([first, ReLU("r"), second]), np.ones((1, 1, 1, 1)))
    picture = reconstruct(trace, "c2", 0)
    assert picture.activation == 2
    assert [step.signal.ravel().tolist() for step in picture.steps] == [[4, 10], [4, 10], [4 - 30]]
    assert picture.image.ravel().tolist() == [-26]  # the last step is not rectified


def test_each_step_names_its_layer_and_its_operation() -> None:
    trace = recorded()
    picture = reconstruct(trace, "layer_5", 0)
    assert [(step.layer, step.operation) for step in picture.steps] == [
        ("layer_5", "identity"),
        ("layer_4", "rectify"),
        ("layer_3", "filters transposed"),
        ("layer_2", "unpool"),
        ("layer_1", "rectify"),
        ("layer_0", "filters transposed"),
    ]
    for step in picture.steps:
        assert step.signal.shape == trace.entry(step.layer).input.shape[1:]
    np.testing.assert_array_equal(picture.steps[-1].signal, picture.image)


def test_uses_the_switches_of_the_recorded_pass() -> None:
    net = net_of(LENET, (3, 9, 8))
    trace = record(net, np.random.default_rng(1).normal(size=(1, 3, 9, 8)))
    before = reconstruct(trace, "layer_4", 2)
    net(np.random.default_rng(2).normal(size=(4, 3, 9, 8)))
    np.testing.assert_array_equal(reconstruct(trace, "layer_4", 2).image, before.image)


def test_every_example_of_a_batch_can_be_reconstructed() -> None:
    images = np.random.default_rng(1).normal(size=(3, 3, 9, 8))
    net = net_of(LENET, (3, 9, 8))
    together = record(net, images)
    for example in range(3):
        alone = reconstruct(record(net, images[example : example + 1]), "layer_4", 1)
        picture = reconstruct(together, "layer_4", 1, example=example)
        np.testing.assert_allclose(picture.image, alone.image, rtol=1e-10, atol=1e-14)
        assert picture.position == alone.position


@pytest.mark.parametrize("shape", [(1, 12, 9), (3, 9, 12)])
def test_the_receptive_field_is_what_the_activation_depends_on(shape: Shape) -> None:
    network = stack(
        ("Conv2D", {"window": [3, 2], "stride": [2, 1], "padding": [1, 0]}), ("Conv2D", {"dilation": [1, 2]}), "Conv2D"
    )
    net = net_of(network, shape)
    for parameter in net.parameters:
        parameter.tensor[...] = abs(parameter.tensor) + 0.1
    trace = record(net, np.ones((1, *shape)))
    rows, columns = trace.output.shape[2:]
    for position in np.ndindex(rows, columns):
        net(trace.input)
        gradient = np.zeros_like(trace.output)
        gradient[(0, 0, *position)] = 1
        seen = np.argwhere(net.backward(gradient)[0].any(axis=0))
        (top, left), (bottom, right) = seen.min(axis=0), seen.max(axis=0) + 1
        assert reconstruct(trace, "layer_2", 0, position).receptive_field == ((top, bottom), (left, right))


def one_by_one(first: float, second: float, pixel: float) -> Trace:
    """Record two 1×1 convolutions of one pixel with a ReLU between and one at the end."""
    layers: list[Layer] = []
    for name, weight in (("a", first), ("b", second)):
        layer = Conv2D(name, (1, 1, 2), 1, 1, 1, 1, 0, bias=False, dtype=np.float64)
        layer.weight.tensor[...] = weight
        layers += [layer, ReLU(f"relu_{name}")]
    return record(Sequential(layers), np.array([[[[pixel, 1.0]]]]))


def with_bias(trace: Trace, name: str, output: float) -> Trace:
    """Replace the output of a layer, as a bias does."""
    entries = tuple(
        dataclasses.replace(entry, output=np.full_like(entry.output, output)) if entry.layer.name == name else entry
        for entry in trace.entries
    )
    return dataclasses.replace(trace, entries=entries)


@pytest.mark.parametrize(
    ("trace", "position", "reason"),
    [
        (one_by_one(1, -1, 1), None, "Map 0 does not fire for this sample: none of its values is positive."),
        (
            one_by_one(1, 1, -2),
            (0, 0),
            "The activation at row 0, column 0 is 0, not positive, so nothing made it fire.",
        ),
        (
            with_bias(one_by_one(1, -1, 1), "relu_b", 3.0),
            None,
            "After 'relu_a' (rectify) the signal is zero: every value that reached it was negative and was rectified "
            "away.",
        ),
        (
            with_bias(one_by_one(1, 0, 1), "relu_b", 3.0),
            None,
            "After 'b' (filters transposed) the signal is zero: its weights pass none of the signal on.",
        ),
    ],
    ids=["dead map", "not positive", "rectified away", "zero weights"],
)
def test_a_blank_image_has_a_reason(trace: Trace, position: tuple[int, int] | None, reason: str) -> None:
    picture = reconstruct(trace, "relu_b", 0, position)
    assert not picture.image.any()
    assert picture.blank_reason == reason


def test_a_negative_activation_gives_a_blank_image() -> None:
    picture = reconstruct(one_by_one(1, 1, -2), "a", 0, (0, 0))
    assert picture.activation == -2
    assert not picture.kept.any()
    assert not picture.image.any()
    assert picture.blank_reason.startswith("The activation at row 0, column 0 is -2, not positive")


def test_an_image_that_is_not_blank_has_no_reason() -> None:
    picture = reconstruct(one_by_one(2, 3, 1), "relu_b", 0, (0, 1))
    assert picture.blank_reason == ""
    assert picture.image.ravel().tolist() == [0, 36]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("layer_9", 0), "no layer 'layer_9'. Did you mean 'layer_"),
        (("layer_3", 5), "'layer_3' has no map 5: its maps are 0 to 4"),
        (("layer_3", -1), "'layer_3' has no map -1"),
        (("layer_3", 0, (2, 1)), r"no position \(2, 1\): it has 2 rows and 2 columns"),
        (("layer_3", 0, (-1, 0)), r"no position \(-1, 0\)"),
        (("layer_3", 0, None, 1), "no example 1: the recorded batch has the examples 0 to 0"),
    ],
)
def test_an_unknown_layer_map_position_or_example_is_named(arguments: tuple, words: str) -> None:
    with pytest.raises(TinymlError, match=words):
        reconstruct(recorded(), *arguments)


@pytest.mark.parametrize(
    ("layers", "layer", "words"),
    [
        ([Conv2D("c", (1, 4, 4), 2, 3, 3, 1, 1), Tanh("t"), ReLU("r")], "r", r"cannot go back through Tanh \('t'\)"),
        ([Softmax("s"), Conv2D("c", (1, 4, 4), 2, 3, 3, 1, 1)], "c", r"cannot go back through Softmax \('s'\)"),
        ([Flatten("f"), Linear("fc", 16, 3), GELU("g")], "g", r"cannot go back through GELU \('g'\)"),
    ],
)
def test_the_error_names_the_layer_that_has_no_way_back(layers: list[Layer], layer: str, words: str) -> None:
    trace = record(Sequential(layers), np.ones((1, 1, 4, 4), np.float32))
    with pytest.raises(TinymlError, match=words):
        reconstruct(trace, layer, 0)


def test_a_diverged_map_is_refused() -> None:
    net = net_of(LENET, (3, 9, 8))
    net.parameters[0].tensor[0] = np.nan
    with pytest.raises(TinymlError, match="Map 0 of 'layer_1' holds values that are infinite or not a number"):
        reconstruct(record(net, np.ones((1, 3, 9, 8))), "layer_1", 0)


def test_blas_has_one_thread_during_a_reconstruction_and_all_threads_afterwards() -> None:
    held: list[str] = []

    class Witness(ReLU):
        def forward(self, input: Array) -> Array:
            held.append(f"forward {blas_is_held()}")
            return super().forward(input)

        def deconvolve(self, signal: Array, recorded_input: Array, switches: np.ndarray | None) -> Array:
            held.append(f"deconvolve {blas_is_held()}")
            return super().deconvolve(signal, recorded_input, switches)

    trace = record(Sequential([Witness("relu")]), np.ones((1, 1, 2, 2), np.float32))
    assert not blas_is_held()
    reconstruct(trace, "relu", 0)
    assert held == ["forward True", "deconvolve True"]
    assert not blas_is_held()
