"""Patches: what an activation looks at, and how it is cut out of an image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.net.stacks import stack
from tinyml.core import ShapeError, TinymlError
from tinyml.layers import Conv2D, Flatten, GlobalAvgPool2D, Linear, MaxPool2D, ReLU
from tinyml.net import Sequential, build, record
from tinyml.visualize import patch, patch_box, reconstruct

SHAPE = (2, 30, 26)


def built(*layers: object, shape: tuple[int, int, int] = SHAPE) -> Sequential:
    return build(stack(*layers), shape, np.random.default_rng(0), np.float64)


LENET = (
    ("Conv2D", {"filters": 3, "window": [5, 5], "padding": [2, 2]}),
    "ReLu",
    ("MaxPool2D", {"window": [2, 2], "stride": [2, 2]}),
    ("Conv2D", {"filters": 4, "window": [5, 5], "padding": [2, 2]}),
    "ReLu",
)


@pytest.mark.parametrize(
    ("position", "box"),
    [((0, 0), ((-6, 8), (-6, 8))), ((7, 6), ((8, 22), (6, 20))), ((14, 12), ((22, 36), (18, 32)))],
)
def test_the_box_of_a_lenet_has_the_same_size_everywhere(position: tuple[int, int], box: object) -> None:
    assert patch_box(built(*LENET), "layer_4", SHAPE, position) == box


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_inside_the_image_the_box_is_the_receptive_field_of_the_reconstruction(data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(1, 2), st.integers(1, 3)).map(list)
    fixed = {"filters": st.just(2), "padding": st.just([0, 0])}
    conv = st.fixed_dictionaries({**fixed, "window": pairs, "stride": pairs, "dilation": pairs}).map(
        lambda chosen: ("Conv2D", chosen)
    )
    pool = st.fixed_dictionaries({"window": pairs, "stride": pairs}).map(lambda chosen: ("MaxPool2D", chosen))
    scale = st.fixed_dictionaries({"scale": pairs}).map(lambda chosen: ("Upsample2D", chosen))
    net = built(*data.draw(st.lists(st.one_of(conv, pool, scale, st.just("ReLu")), min_size=1, max_size=2)))
    trace = record(net, np.ones((1, *SHAPE)))
    last = trace.entries[-1]
    rows, columns = last.output.shape[2:]
    position = data.draw(st.tuples(st.integers(0, rows - 1), st.integers(0, columns - 1)))
    box = patch_box(net, last.layer.name, SHAPE, position)
    # None of these layers is padded, so that no box goes over a border.
    assert box == reconstruct(trace, last.layer.name, 0, position).receptive_field


@pytest.mark.parametrize(
    "layers",
    [
        ("Residual",),
        ("Conv2D", ("Residual", {}), "MaxPool2D"),
        (("ConvTranspose2D", {"filters": 2, "window": [3, 3], "stride": [2, 2]}), "Conv2D"),
    ],
)
def test_no_pixel_outside_the_box_changes_the_activation(layers: tuple[object, ...]) -> None:
    net = built(*layers)
    name, image = net.layers[-1].name, np.random.default_rng(1).normal(size=(1, *SHAPE))
    output = net.predict(image)
    for position in [(0, 0), (output.shape[2] // 2, output.shape[3] // 3), (output.shape[2] - 1, output.shape[3] - 1)]:
        (top, bottom), (left, right) = patch_box(net, name, SHAPE, position)
        changed = image + 1
        inside = (..., slice(max(top, 0), bottom), slice(max(left, 0), right))
        changed[inside] = image[inside]
        np.testing.assert_allclose(net.predict(changed)[0, :, *position], output[0, :, *position], rtol=1e-12)
        assert bottom - top < SHAPE[1]


@pytest.mark.parametrize("layer", ["flat", "fc", "relu_2"])
def test_a_unit_of_a_dense_layer_looks_at_the_whole_image(layer: str) -> None:
    net = Sequential([Conv2D("conv", (1, 6, 5), 2, 3, 3, 1, 0), ReLU("relu"), Flatten("flat"), Linear("fc", 24, 3)])
    net.add(ReLU("relu_2"))
    assert patch_box(net, layer, (1, 6, 5), (0, 0)) == ((0, 6), (0, 5))


def test_the_mean_of_a_map_looks_at_the_whole_image_and_a_vector_is_one_row() -> None:
    assert patch_box(Sequential([GlobalAvgPool2D("mean")]), "mean", (2, 6, 5), (0, 0)) == ((0, 6), (0, 5))
    assert patch_box(Sequential([Linear("fc", 7, 3)]), "fc", (7,), (0, 0)) == ((0, 1), (0, 7))


def test_unknown_layers_and_examples_of_other_shapes_are_named() -> None:
    net = Sequential([MaxPool2D("pool_1", (1, 4, 4), 2, 2)])
    with pytest.raises(TinymlError, match=r"no layer 'pool_2'\. Did you mean 'pool_1'"):
        patch_box(net, "pool_2", (1, 4, 4), (0, 0))
    with pytest.raises(ShapeError):
        patch_box(net, "pool_1", (4,), (0, 0))


@given(
    first=st.tuples(st.integers(-4, 8), st.integers(-4, 8)),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    fill=st.sampled_from([0.0, -1.5]),
)
def test_a_patch_is_a_window_into_a_padded_image(first: tuple[int, int], size: tuple[int, int], fill: float) -> None:
    image = np.random.default_rng(0).normal(size=(3, 6, 5))
    padded = np.pad(image, ((0, 0), (20, 20), (20, 20)), constant_values=fill)
    box = (first[0], first[0] + size[0]), (first[1], first[1] + size[1])
    cut = patch(image, box, fill)
    np.testing.assert_array_equal(cut, padded[:, slice(*(20 + np.array(box[0]))), slice(*(20 + np.array(box[1])))])


def test_a_patch_is_a_copy() -> None:
    image = np.zeros((1, 3, 3))
    patch(image, ((0, 3), (0, 3)))[...] = 5
    assert not image.any()
