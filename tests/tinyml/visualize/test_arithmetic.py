"""The arithmetic of one activation adds up to the activation of the recorded forward pass."""

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import Array, TinymlError
from tinyml.layers import (
    ELU,
    GELU,
    AvgPool2D,
    BatchNorm1D,
    BatchNorm2D,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Flatten,
    GlobalAvgPool2D,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2D,
    MaxUnpool2D,
    ReLU,
    Reshape,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample2D,
)
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import Arithmetic, arithmetic_csv, arithmetic_of, arithmetic_text, largest_products

RNG = np.random.default_rng(0)


def with_statistics(layer: BatchNorm2D | BatchNorm1D) -> Layer:
    """Give a batch normalisation statistics and parameters that are not 0 and 1."""
    rng = np.random.default_rng(3)
    for array in (layer.running_mean, layer.weight.tensor, layer.bias.tensor):
        array[:] = rng.normal(size=array.shape)
    layer.running_var[:] = rng.uniform(0.5, 2, layer.running_var.shape)
    return layer


def every_layer() -> Sequential:
    """Return a network with every layer type except those for its end."""
    double = {"dtype": np.float64, "rng": np.random.default_rng(1)}
    return Sequential(
        [
            Conv2D("conv", (2, 9, 8), 3, 3, 2, stride=(1, 2), padding=(2, 1), dilation=(2, 1), **double),
            with_statistics(BatchNorm2D("norm", (3, 9, 5), dtype=np.float64)),
            LeakyReLU("leaky", 0.2),
            MaxPool2D("pool", (3, 9, 5), (3, 2), (2, 1)),
            MaxUnpool2D("unpool", (3, 4, 4), (3, 2), (2, 1), output_size=(9, 5)),
            ELU("elu"),
            ConvTranspose2D("deconv", (3, 9, 5), 2, 3, 2, stride=(2, 3), dilation=(1, 2), padding=(1, 0), **double),
            GELU("gelu"),
            AvgPool2D("avg", (2, 17, 15), (3, 4), (2, 3)),
            Residual("block", (2, 8, 4), [Conv2D("inner", (2, 8, 4), 2, 3, 3, 1, 1, **double), Tanh("tanh")]),
            Upsample2D("up", (1, 2)),
            Softmax("soft_maps", axis=1),
            Flatten("flat"),
            Dropout("drop", 0.5),
            Linear("fc", 128, 12, **double),
            with_statistics(BatchNorm1D("norm_1d", 12, dtype=np.float64)),
            Sigmoid("sigmoid"),
            Tanh("tanh"),
            Reshape("reshape", (2, 2)),
            ReLU("relu"),
            GlobalAvgPool2D("global"),
            Linear("last", 3, 4, bias=False, **double),
            Softmax("soft", eps=1e-3),
        ]
    )


@pytest.fixture(scope="module")
def trace() -> Trace:
    return record(every_layer(), np.random.default_rng(2).normal(size=(2, 2, 9, 8)))


def units(output: Array) -> list[tuple[int, tuple[int, int]]]:
    """Return every map and position of one output."""
    shape = output.shape[1:] if output.ndim == 4 else (output.shape[1], 1, 1)
    return [(unit, (row, column)) for unit, row, column in np.ndindex(*shape)]


@pytest.mark.parametrize("name", [layer.name for layer in every_layer().layers])
def test_the_numbers_add_up_to_every_activation(trace: Trace, name: str) -> None:
    output = trace.entry(name).output
    for unit, position in units(output):
        found = arithmetic_of(trace, name, unit, position, example=1)
        expected = output[1, unit] if output.ndim == 2 else output[(1, unit, *position)]
        assert found.value == expected
        assert found.computed == pytest.approx(expected, rel=1e-12, abs=1e-13)
        assert found.computed == found.lines[-1].number


@st.composite
def windows(draw: st.DrawFn) -> tuple[Layer, Array]:
    """Draw a layer with a window, and an input for it."""
    channels, rows, columns = draw(st.integers(1, 3)), draw(st.integers(5, 8)), draw(st.integers(5, 8))
    shape, (height, width) = (channels, rows, columns), draw(naive.pairs(1, 3))
    stride, dilation, padding = draw(naive.pairs(1, 3)), draw(naive.pairs(1, 2)), draw(naive.pairs(0, 1))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    bias = draw(st.booleans())
    kind = draw(st.sampled_from([Conv2D, ConvTranspose2D, MaxPool2D, AvgPool2D]))
    layer: Layer
    if kind in (MaxPool2D, AvgPool2D):
        layer = kind("layer", shape, (height, width), stride)
    elif kind is Conv2D:
        layer = Conv2D("layer", shape, 2, height, width, stride, padding, dilation, bias, np.float32, rng)
    else:
        layer = ConvTranspose2D("layer", shape, 2, height, width, stride, dilation, padding, bias, np.float32, rng)
    return layer, rng.normal(size=(1, *shape)).astype(np.float32)


@settings(max_examples=100)
@given(windows(), st.data())
def test_random_windows_add_up_in_float32(drawn: tuple[Layer, Array], data: st.DataObject) -> None:
    layer, input = drawn
    trace = record(Sequential([layer]), input)
    unit, position = data.draw(st.sampled_from(units(trace.output)))
    found = arithmetic_of(trace, "layer", unit, position)
    scale = sum(float(np.abs(part.products).sum()) for part in found.parts) + 1
    assert abs(found.computed - float(trace.output[(0, unit, *position)])) <= 1e-6 * scale


def test_a_window_shows_its_pixels_its_padding_and_its_weights() -> None:
    conv = Conv2D("conv", (2, 3, 3), 1, 2, 2, stride=2, padding=1, rng=RNG)
    image = np.arange(18, dtype=np.float32).reshape(1, 2, 3, 3)
    first, second = arithmetic_of(record(Sequential([conv]), image), "conv", 0, (0, 1)).parts
    assert first.source == "map 0"
    assert (first.rows.tolist(), first.columns.tolist()) == ([-1, 0], [1, 2])
    assert first.padding.tolist() == [[True, True], [False, False]]
    assert first.inputs.tolist() == [[0, 0], [1, 2]]
    assert second.inputs.tolist() == [[0, 0], [10, 11]]
    assert np.array_equal(second.weights, conv.weight.tensor[0, 1])
    assert np.allclose(second.products, second.inputs * conv.weight.tensor[0, 1])
    assert second.total == pytest.approx(float(second.products.sum()))


def test_a_pooling_names_its_first_maximum() -> None:
    image = np.array([[[[1.0, 7.0], [7.0, 2.0]]]])
    found = arithmetic_of(record(Sequential([MaxPool2D("pool", (1, 2, 2), 2, 2)]), image), "pool", 0)
    assert found.parts[0].winner == (0, 1)
    assert "row 0, column 1 of map 0" in found.sentence


def test_a_linear_layer_after_maps_reads_them_map_by_map(trace: Trace) -> None:
    parts = arithmetic_of(trace, "fc", 5).parts
    assert [part.source for part in parts] == ["map 0", "map 1"]
    assert np.array_equal(parts[1].inputs, trace.entry("soft_maps").output[0, 1])


def test_a_linear_layer_after_a_vector_reads_one_row(trace: Trace) -> None:
    (part,) = arithmetic_of(trace, "last", 0).parts
    assert (part.source, part.inputs.shape) == ("input", (1, 3))


@pytest.mark.parametrize("between", [Linear("square", 64, 64), BatchNorm1D("norm", 64), Softmax("soft")])
def test_behind_a_layer_that_mixes_the_maps_there_are_none(between: Layer) -> None:
    """A layer that keeps the shape can still make other numbers, which are no pixels of a map."""
    net = Sequential([Flatten("flat"), between, ReLU("relu"), Linear("fc", 64, 10)])
    (part,) = arithmetic_of(record(net, np.ones((1, 4, 4, 4), np.float32)), "fc", 0).parts
    assert (part.source, part.inputs.shape) == ("input", (1, 64))


def test_behind_activations_and_dropout_the_maps_are_still_there() -> None:
    net = Sequential([Flatten("flat"), Tanh("tanh"), Dropout("drop", 0.5), ReLU("relu"), Linear("fc", 64, 10)])
    parts = arithmetic_of(record(net, np.ones((1, 4, 4, 4), np.float32)), "fc", 0).parts
    assert [part.source for part in parts] == ["map 0", "map 1", "map 2", "map 3"]


def test_without_a_position_it_is_the_strongest(trace: Trace) -> None:
    feature_map = trace.entry("conv").output[0, 1]
    assert arithmetic_of(trace, "conv", 1).value == feature_map.max()
    assert arithmetic_of(trace, "fc", 2).place == "unit 2"


def test_the_largest_products_come_first_and_the_rest_is_summed(trace: Trace) -> None:
    found = arithmetic_of(trace, "fc", 3)
    places, rest = largest_products(found, 4)
    largest = [found.parts[part].products[row, column] for part, row, column in places]
    everything = np.concatenate([part.products.ravel() for part in found.parts])
    assert [abs(number) for number in largest] == sorted(np.abs(everything), reverse=True)[:4]
    assert sum(largest) + rest == pytest.approx(everything.sum())
    assert largest_products(arithmetic_of(trace, "relu", 0), 3) == ([], 0.0)


def test_the_csv_has_every_product_and_ends_with_the_activation(trace: Trace) -> None:
    found = arithmetic_of(trace, "conv", 0, (0, 0))
    rows = list(csv.DictReader(io.StringIO(arithmetic_csv(found))))
    products = [float(row["product"]) for row in rows if row["weight"]]
    assert len(products) == 2 * 3 * 2
    assert math.fsum(products) == pytest.approx(found.lines[0].number)
    assert "padding" in {row["row"] for row in rows}
    assert (rows[-1]["term"], float(rows[-1]["product"])) == ("activation", found.computed)


@pytest.mark.parametrize("name", ["conv", "pool", "norm", "fc"])
def test_the_text_says_what_it_is_and_what_comes_out(trace: Trace, name: str) -> None:
    found = arithmetic_of(trace, name, 1)
    text = arithmetic_text(found)
    assert text.startswith(f"{name}, {found.place}: {found.formula}")
    assert f"{found.value:.6g}" in text.splitlines()[-1]


def test_a_wrong_weight_would_be_noticed(trace: Trace) -> None:
    """The parts are the layer's numbers and not made from the result."""
    net = every_layer()
    changed = record(net, trace.input)
    net["conv"].weight.tensor[:] += 1  # type: ignore[attr-defined]
    found: Arithmetic = arithmetic_of(changed, "conv", 0, (4, 2))
    assert abs(found.computed - found.value) > 1e-3


class Twice(Layer):
    """A layer type without a rule."""

    def __init__(self) -> None:
        super().__init__("twice", ReLU.Settings())

    def build(self, *_: object) -> None:
        """Do nothing: there are no parameters."""

    def forward(self, input: Array) -> Array:
        return 2 * input

    def backward(self, in_gradient: Array) -> Array:
        return 2 * in_gradient


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("convv", 0), "no layer 'convv'"),
        (("conv", 3), "has no map 3: it has the maps 0 to 2"),
        (("fc", 12), "has no unit 12"),
        (("conv", 0, (9, 0)), r"no position \(9, 0\)"),
        (("fc", 0, (0, 1)), r"no position \(0, 1\)"),
        (("conv", 0, None, 2), "no example 2"),
    ],
)
def test_a_unit_that_does_not_exist_is_refused(trace: Trace, arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(TinymlError, match=sentence):
        arithmetic_of(trace, *arguments)  # type: ignore[arg-type]


def test_a_layer_type_without_a_rule_is_refused_with_a_remedy() -> None:
    own = record(Sequential([Twice()]), np.ones((1, 3)))
    with pytest.raises(TinymlError, match="Choose another layer"):
        arithmetic_of(own, "twice", 0)


def test_an_output_of_other_shape_is_refused() -> None:
    with pytest.raises(TinymlError, match="neither maps nor a vector"):
        arithmetic_of(record(Sequential([ReLU("relu")]), np.ones((1, 2, 3))), "relu", 0)
