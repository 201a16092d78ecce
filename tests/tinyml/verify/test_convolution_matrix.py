"""W* of specification 002: a convolution as one matrix."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers.naive import geometries, pairs, smallest_size
from tinyml.core import SettingsError, ShapeError
from tinyml.core.windows import WindowGeometry
from tinyml.layers import Conv2D, ConvTranspose2D
from tinyml.verify import conv_as_matrix


@st.composite
def cases(draw: st.DrawFn) -> tuple[Conv2D, np.ndarray]:
    """Draw a convolution without bias and some images."""
    geometry: WindowGeometry = draw(geometries())
    least, more = smallest_size(geometry), draw(pairs(0, 4))
    channels, filters, count = draw(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape = channels, least[0] + more[0], least[1] + more[1]
    window, stride, padding, dilation = geometry
    conv = Conv2D("conv", shape, filters, *window, stride, padding, dilation, bias=False, dtype=np.float64, rng=rng)
    return conv, rng.normal(size=(count, *shape))


def matrix_of(conv: Conv2D) -> np.ndarray:
    _, stride, padding, dilation = conv.settings.geometry  # type: ignore[attr-defined]
    return conv_as_matrix(conv.weight.tensor, conv.input_dim, stride, padding, dilation)


def unrolled(images: np.ndarray) -> np.ndarray:
    """Unroll every image into a column."""
    return images.reshape(len(images), -1).T


def test_the_matrix_equals_the_example_of_the_seed() -> None:
    """The filter 11, 12, 21, 22 and the image 1 … 9 show the origin of every entry."""
    matrix = conv_as_matrix(np.array([[[[11, 12], [21, 22]]]]), (1, 3, 3))
    np.testing.assert_array_equal(
        matrix,
        [
            [11, 12, 0, 21, 22, 0, 0, 0, 0],
            [0, 11, 12, 0, 21, 22, 0, 0, 0],
            [0, 0, 0, 11, 12, 0, 21, 22, 0],
            [0, 0, 0, 0, 11, 12, 0, 21, 22],
        ],
    )
    a, b = np.arange(1, 10).reshape(3, 3), np.array([[11, 12], [21, 22]])
    by_hand = [
        a[0, 0] * b[0, 0] + a[0, 1] * b[0, 1] + a[1, 0] * b[1, 0] + a[1, 1] * b[1, 1],
        a[0, 1] * b[0, 0] + a[0, 2] * b[0, 1] + a[1, 1] * b[1, 0] + a[1, 2] * b[1, 1],
        a[1, 0] * b[0, 0] + a[1, 1] * b[0, 1] + a[2, 0] * b[1, 0] + a[2, 1] * b[1, 1],
        a[1, 1] * b[0, 0] + a[1, 2] * b[0, 1] + a[2, 1] * b[1, 0] + a[2, 2] * b[1, 1],
    ]
    assert by_hand == [229, 295, 427, 493]
    np.testing.assert_array_equal(matrix @ a.reshape(-1), by_hand)


@given(case=cases())
@settings(max_examples=60, deadline=None)
def test_the_matrix_is_the_convolution(case: tuple[Conv2D, np.ndarray]) -> None:
    conv, images = case
    output = conv(images)
    matrix = matrix_of(conv)
    assert matrix.shape == (output[0].size, images[0].size)
    np.testing.assert_allclose(matrix @ unrolled(images), unrolled(output), atol=1e-12)


@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_its_transpose_gives_the_input_gradient(case: tuple[Conv2D, np.ndarray], seed: int) -> None:
    conv, images = case
    gradient = np.random.default_rng(seed).normal(size=conv(images).shape)
    np.testing.assert_allclose(matrix_of(conv).T @ unrolled(gradient), unrolled(conv.backward(gradient)), atol=1e-12)


@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_gradient_of_a_filter_sums_the_gradient_of_the_matrix(case: tuple[Conv2D, np.ndarray], seed: int) -> None:
    """Law 2 gives ∂ℓ/∂W* = ∇ X*ᵀ. Each weight is at many places of W*, and its gradient is the sum over them."""
    conv, images = case
    gradient = np.random.default_rng(seed).normal(size=conv(images).shape)
    conv.backward(gradient)
    of_matrix = unrolled(gradient) @ unrolled(images).T
    numbered = np.arange(1, conv.weight.tensor.size + 1, dtype=float).reshape(conv.weight.tensor.shape)
    conv.weight.tensor[...] = numbered
    places = matrix_of(conv)
    gathered = [of_matrix[places == number].sum() for number in numbered.flat]
    np.testing.assert_allclose(conv.weight.gradient.ravel(), gathered, atol=1e-11)


@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_its_transpose_is_the_transposed_convolution(case: tuple[Conv2D, np.ndarray], seed: int) -> None:
    conv, images = case
    window, stride, padding, dilation = conv.settings.geometry  # type: ignore[attr-defined]
    maps = np.random.default_rng(seed).normal(size=conv(images).shape)
    channels, *_ = conv.input_dim
    try:
        deconv = ConvTranspose2D(
            "deconv", maps.shape[1:], channels, *window, stride, dilation, padding, bias=False, dtype=np.float64
        )
    except ShapeError:  # with this padding, no output is left
        return
    deconv.weight.tensor[...] = conv.weight.tensor
    spread = deconv(maps)
    # For images of this size, the convolution ignores no border and gives maps of the right size.
    matrix = conv_as_matrix(conv.weight.tensor, spread.shape[1:], stride, padding, dilation)
    np.testing.assert_allclose(matrix.T @ unrolled(maps), unrolled(spread), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_it_keeps_the_dtype_and_the_filters(dtype: Any) -> None:
    filters = np.ones((2, 1, 2, 2), dtype)
    matrix = conv_as_matrix(filters, (1, 3, 3))
    assert matrix.dtype == dtype
    matrix[...] = 7
    assert (filters == 1).all()


@pytest.mark.parametrize(
    ("filters", "input_shape", "options", "error", "words"),
    [
        ((1, 2, 2, 2), (1, 3, 3), {}, ShapeError, "Filters of 1×2×2×2 do not fit an input of 1×3×3"),
        ((2, 2), (1, 3, 3), {}, ShapeError, "Filters of 2×2"),
        ((0, 1, 2, 2), (1, 3, 3), {}, ShapeError, "Filters of 0×1×2×2"),
        ((1, 1, 2, 2), (3, 3), {}, ShapeError, "an input of 3×3"),
        ((1, 1, 4, 4), (1, 3, 3), {}, ShapeError, "larger than its input"),
        ((1, 1, 2, 2), (1, 3, 3), {"stride": 0}, SettingsError, "The stride is 0 but should be at least 1"),
        ((1, 1, 2, 2), (1, 3, 3), {"padding": (0, -1)}, SettingsError, r"The padding is \(0, -1\)"),
        ((1, 1, 2, 2), (1, 3, 3), {"dilation": 0}, SettingsError, "The dilation is 0"),
        ((64, 3, 3, 3), (3, 224, 224), {}, SettingsError, "Use smaller images or fewer filters"),
    ],
)
def test_invalid_convolutions_are_refused(
    filters: Any, input_shape: Any, options: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        conv_as_matrix(np.ones(filters), input_shape, **options)
