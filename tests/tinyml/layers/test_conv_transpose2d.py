"""ConvTranspose2D against loops, and as the transpose of Conv2D."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import ChangeSettings, ShapeError
from tinyml.core.windows import WindowGeometry
from tinyml.layers import Conv2D, ConvTranspose2D
from tinyml.layers.conv_transpose2d import ConvTranspose2DSettings


@given(
    geometry=naive.geometries(),
    size=naive.pairs(1, 4),
    counts=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    bias=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_equals_loops(
    geometry: WindowGeometry, size: tuple[int, int], counts: tuple[int, int, int], bias: bool
) -> None:
    examples, channels, filters = counts
    model = ConvTranspose2DSettings(filters=filters, bias=bias, **geometry._asdict())
    try:
        model.output_shape((channels, *size))
    except ShapeError:
        assume(False)
    rng = np.random.default_rng(0)
    layer = ConvTranspose2D.from_settings("d", model, (channels, *size), rng, np.float64)
    maps = rng.normal(size=(examples, channels, *size))
    expected = naive.deconvolution(maps, layer.weight.tensor, layer.bias.tensor if layer.bias else None, geometry)
    np.testing.assert_allclose(layer(maps), expected, rtol=1e-12, atol=1e-12)


@given(geometry=naive.geometries(), positions=naive.pairs(1, 3))
@settings(max_examples=40, deadline=None)
def test_is_the_transpose_of_the_convolution_with_the_same_weights(
    geometry: WindowGeometry, positions: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    window, stride, padding, dilation = geometry
    try:
        deconvolution = ConvTranspose2D(
            "d", (4, *positions), 2, *window, stride, dilation, padding, bias=False, dtype=np.float64, rng=rng
        )
    except ShapeError:
        assume(False)
    convolution = Conv2D(
        "c", deconvolution.output_dim, 4, *window, stride, padding, dilation, bias=False, dtype=np.float64, rng=rng
    )
    convolution.weight.tensor[...] = deconvolution.weight.tensor
    assert convolution.output_dim == deconvolution.input_dim
    image, maps = rng.normal(size=(1, *deconvolution.output_dim)), rng.normal(size=(1, *deconvolution.input_dim))
    assert (convolution(image) * maps).sum() == pytest.approx((image * deconvolution(maps)).sum(), rel=1e-10)


def test_the_error_for_a_padding_that_cuts_everything_off_has_a_fix_that_fits() -> None:
    with pytest.raises(ShapeError, match="Layer 'd': A padding of 2 cuts off all of the 4×4 pixels") as caught:
        ConvTranspose2D("d", (1, 2, 2), 1, 3, 3, 1, padding=2)
    assert caught.value.fix == ChangeSettings("Set padding to 1×1", {"padding": [1, 1]})
    ConvTranspose2D("d", (1, 2, 2), 1, 3, 3, 1, padding=1)


def test_the_bias_is_added_once_to_each_pixel() -> None:
    layer = ConvTranspose2D("d", (1, 2, 3), 2, 2, 2, 2)
    layer.weight.tensor[...] = 0
    layer.bias.tensor[...] = [1.5, -2]
    output = layer(np.ones((1, 1, 2, 3), np.float32))
    assert output.shape == (1, 2, 4, 6)
    assert (output[0, 0] == 1.5).all()
    assert (output[0, 1] == -2).all()


def test_initial_weights_are_within_one_over_the_root_of_the_fan_in() -> None:
    layer = ConvTranspose2D("d", (4, 3, 3), 32, 4, 3, (2, 1), rng=np.random.default_rng(0))
    limit = 1 / np.sqrt(4 * 2 * 3)
    assert 0.9 * limit < abs(layer.weight.tensor).max() <= limit


def test_texts_of_the_card_and_the_explanation() -> None:
    model = ConvTranspose2DSettings(filters=3, window=2, stride=2, padding=0)
    assert model.describe() == "3 filters · 2×2 · stride 2 · padding 0"
    assert model.explain((8, 7, 7)) == (
        "Each pixel of all 8 maps is spread over a 2×2 window of 3 new maps, and where windows overlap they add up. "
        "8 × (3 × 2 × 2) weights + 3 biases = 99 parameters."
    )
