"""Networks made by hand, so that what a picture must show is known."""

import numpy as np
import pytest

from tinyml.core import Array
from tinyml.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import (
    gradient,
    gradient_times_input,
    guided_backprop,
    integrated_gradients,
    occlusion,
    reconstruct,
)

SIZE = 16
TO_RIGHT = np.array([[-1.0, 0, 1]] * 3)
"""Answers to dark on the left and bright on the right."""
FILTERS = np.stack([TO_RIGHT, TO_RIGHT.T, -TO_RIGHT, -TO_RIGHT.T])
"""Brighter to the right, to the bottom, to the left, to the top."""


def edges() -> Sequential:
    """Four maps of edges, and a map of corners: bright to the right and to the bottom."""
    conv = Conv2D("conv", (1, SIZE, SIZE), 4, 3, 3, 1, 1, bias=False, dtype=np.float64)
    conv.weight.tensor[...] = FILTERS[:, np.newaxis]
    corner = Conv2D("corner", (4, SIZE // 2, SIZE // 2), 1, 3, 3, 1, 1, dtype=np.float64)
    corner.weight.tensor[...] = np.reshape([1.0, 1, -1, -1], (1, 4, 1, 1))
    corner.bias.tensor[...] = -9  # type: ignore[union-attr]  # one edge alone is not enough
    return Sequential(
        [conv, ReLU("relu"), MaxPool2D("pool", (4, SIZE, SIZE), 2, 2), corner, ReLU("found")],
    )


def step_image(at: int, turns: int = 0) -> Array:
    """Return an image that is dark before column `at` and bright from there on, turned by quarters to the left."""
    image = np.zeros((SIZE, SIZE))
    image[:, at:] = 1
    return np.rot90(image, turns)[np.newaxis, np.newaxis]


@pytest.mark.parametrize("at", [5, 8, 11])
@pytest.mark.parametrize(("turns", "map_index"), [(0, 0), (3, 1), (2, 2), (1, 3)])
@pytest.mark.parametrize("method", [reconstruct, guided_backprop, gradient], ids=lambda method: method.__name__)
def test_an_edge_filter_shows_the_edge_where_and_how_it_lies(method, at: int, turns: int, map_index: int) -> None:
    trace = record(edges(), step_image(at, turns))
    picture = np.rot90(method(trace, "pool", map_index, whole_map=True).image[0], -turns)  # bright to the right again
    inside = picture[3:-3]  # the padding of the image is an edge too
    columns = np.abs(inside).sum(axis=0)
    assert set(np.flatnonzero(columns[3:-3]) + 3) <= set(range(at - 2, at + 2))  # it lies at the edge
    assert (inside[:, at : at + 2] >= 0).all()  # bright on the bright side
    assert (inside[:, at - 2 : at] <= 0).all()
    assert inside[:, at : at + 2].sum() == pytest.approx(-inside[:, at - 2 : at].sum())
    assert inside[:, at : at + 2].sum() > 0
    assert np.abs(inside[:, at - 2 : at + 2]).sum(axis=1).all()  # along its whole length


def test_the_filter_of_another_direction_does_not_fire_and_says_so() -> None:
    image = np.ones((1, 1, SIZE, SIZE))
    image[..., : SIZE // 2] = 0.5
    trace = record(edges(), image)
    maps = trace.entry("pool").output[0, :, 1:-1, 1:-1]
    assert [bool(each.any()) for each in maps] == [True, False, False, False]
    picture = reconstruct(trace, "relu", 2, position=(8, 8))
    assert not picture.image.any()
    assert "nothing made it fire" in picture.blank_reason


def square(top: int, left: int) -> Array:
    image = np.zeros((1, 1, SIZE, SIZE))
    image[..., top:, left:] = 1
    image[..., -1:, :] = image[..., -2:-1, :]
    return image


@pytest.mark.parametrize(("top", "left"), [(6, 6), (7, 9), (10, 5)])
def test_a_corner_shows_both_of_its_edges_at_its_place(top: int, left: int) -> None:
    trace = record(edges(), square(top, left))
    picture = reconstruct(trace, "found", 0)
    row, column = picture.position
    assert abs(2 * row - top) <= 3
    assert abs(2 * column - left) <= 3
    strongest = np.unravel_index(np.abs(picture.image[0]).argmax(), (SIZE, SIZE))
    assert abs(int(strongest[0]) - top) <= 2
    assert abs(int(strongest[1]) - left) <= 2
    (first, last), (begin, end) = picture.receptive_field
    outside = picture.image[0].copy()
    outside[first:last, begin:end] = 0
    assert not outside.any()
    inner, outer = picture.image[0, top : top + 2, left : left + 2], picture.image[0, top - 2 : top, left - 2 : left]
    assert inner.sum() > 0 > outer.sum()


def linear_network() -> Trace:
    rng = np.random.default_rng(0)
    conv = Conv2D("conv", (2, 5, 6), 3, 3, 2, 1, 1, bias=False, dtype=np.float64, rng=rng)
    dense = Linear("fc", 3 * 5 * 7, 4, bias=False, dtype=np.float64, rng=rng)
    return record(Sequential([conv, Flatten("flatten"), dense]), rng.normal(size=(1, 2, 5, 6)))


def test_without_rectifiers_all_methods_agree() -> None:
    trace = linear_network()
    unit = int(trace.output.argmax())
    slope = gradient(trace, "fc", unit).image
    product = gradient_times_input(trace, "fc", unit)
    np.testing.assert_allclose(guided_backprop(trace, "fc", unit).image, slope)
    np.testing.assert_allclose(reconstruct(trace, "fc", unit).image, slope * product.activation)
    np.testing.assert_allclose(integrated_gradients(trace, "fc", unit, steps=3).image, product.image)
    assert product.image.sum() == pytest.approx(product.activation)
    covered = occlusion(trace, "fc", unit, size=1, stride=1).image
    both_channels = np.broadcast_to(product.image.sum(axis=0), covered.shape)
    np.testing.assert_allclose(covered, both_channels, atol=1e-12)


def test_the_sign_of_a_deconvnet_is_not_that_of_the_derivative() -> None:
    """One pixel feeds two units. The deconvnet shows the silent one too, whose derivative is zero."""
    first = Conv2D("first", (1, 1, 1), 2, 1, 1, 1, 0, bias=False, dtype=np.float64)
    second = Conv2D("second", (2, 1, 1), 1, 1, 1, 1, 0, bias=False, dtype=np.float64)
    first.weight.tensor[...] = np.reshape([1, -3], (2, 1, 1, 1))
    second.weight.tensor[...] = np.reshape([2, 5], (1, 2, 1, 1))
    trace = record(Sequential([first, ReLU("relu"), second]), np.ones((1, 1, 1, 1)))
    assert reconstruct(trace, "second", 0).image.item() == 2 * (2 - 15)
    assert gradient(trace, "second", 0).image.item() == 2
    brighter = record(Sequential([entry.layer for entry in trace.entries]), trace.input + 0.5)
    assert brighter.output.item() > trace.output.item()
