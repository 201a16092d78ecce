"""AvgPool2D, GlobalAvgPool2D, Upsample2D and Reshape against loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import SettingsError, ShapeError
from tinyml.core.windows import WindowGeometry
from tinyml.layers import AvgPool2D, Flatten, GlobalAvgPool2D, Reshape, Upsample2D
from tinyml.layers.avgpool2d import AvgPool2DSettings
from tinyml.layers.globalavgpool2d import GlobalAvgPool2DSettings
from tinyml.layers.reshape import ReshapeSettings
from tinyml.layers.upsample2d import Upsample2DSettings


@st.composite
def images_and_windows(draw: st.DrawFn) -> tuple[np.ndarray, WindowGeometry]:
    geometry = draw(naive.geometries(padded=False))
    rows, columns = (w + more for w, more in zip(geometry.window, draw(naive.pairs(0, 4)), strict=True))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), rows, columns)
    return np.random.default_rng(draw(st.integers(0, 99))).normal(size=shape), geometry


@given(drawn=images_and_windows())
@settings(max_examples=60, deadline=None)
def test_average_pooling_equals_loops(drawn: tuple[np.ndarray, WindowGeometry]) -> None:
    images, geometry = drawn
    layer = AvgPool2D("p", images.shape[1:], geometry.window, geometry.stride)
    expected = naive.average_pooling(images, geometry.window, geometry.stride)
    np.testing.assert_allclose(layer(images), expected, atol=1e-12)


@given(drawn=images_and_windows())
@settings(max_examples=30, deadline=None)
def test_average_pooling_shares_out_gradients_and_signals(
    drawn: tuple[np.ndarray, WindowGeometry],
) -> None:
    images, geometry = drawn
    layer = AvgPool2D("p", images.shape[1:], geometry.window, geometry.stride)
    signal = np.random.default_rng(0).normal(size=layer(images).shape)
    shared = layer.backward(signal)
    np.testing.assert_allclose(layer.deconvolve(signal, images, None), shared, atol=1e-12)
    # The transpose of the layer. If every pixel is in one window, the sum stays the same.
    assert np.sum(shared * images) == pytest.approx(np.sum(signal * layer(images)))
    assert shared.sum() == pytest.approx(signal.sum())


@given(size=naive.pairs(1, 4), scale=naive.pairs(1, 3), examples=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_upsampling_equals_loops(size: tuple[int, int], scale: tuple[int, int], examples: int) -> None:
    images = np.random.default_rng(0).normal(size=(examples, 2, *size))
    layer = Upsample2D("u", scale)
    output = layer(images)
    np.testing.assert_array_equal(output, naive.upsampling(images, scale))
    signal = np.random.default_rng(1).normal(size=output.shape)
    down = layer.backward(signal)
    assert np.sum(down * images) == pytest.approx(np.sum(signal * output))
    np.testing.assert_array_equal(layer.deconvolve(signal, images, None), down)


def test_the_receptive_field_of_upsampled_pixels_is_the_pixels_that_they_copy() -> None:
    assert Upsample2DSettings(scale=(2, 3)).receptive_field(((3, 4), (2, 5)), (1, 4, 4)) == ((1, 2), (0, 2))


def test_the_global_mean_is_one_number_for_each_map() -> None:
    layer = GlobalAvgPool2D("g")
    np.testing.assert_array_equal(layer(np.arange(12.0).reshape(1, 2, 2, 3)), [[2.5, 8.5]])
    np.testing.assert_array_equal(layer.backward(np.array([[6.0, 12.0]])), [[[[1] * 3] * 2, [[2] * 3] * 2]])


@given(maps=st.integers(1, 3), size=naive.pairs(1, 4))
@settings(max_examples=20, deadline=None)
def test_reshape_is_the_inverse_of_flatten(maps: int, size: tuple[int, int]) -> None:
    images = np.random.default_rng(0).normal(size=(2, maps, *size))
    batch_last = images.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2)
    layer = Reshape("r", size)
    np.testing.assert_array_equal(layer(Flatten("f")(batch_last)), images)
    np.testing.assert_array_equal(layer.backward(images), images.reshape(2, -1))
    np.testing.assert_array_equal(Reshape("r", 1)(images)[:, :, 0, 0], images.reshape(2, -1))


def test_the_error_for_numbers_that_do_not_fill_the_maps_has_a_size_that_fits() -> None:
    with pytest.raises(ShapeError, match=r"Layer 'r': The 30 numbers of 30 do not fill whole maps of 4×4") as caught:
        Reshape("r", (4, 4))(np.ones((1, 30)))
    assert caught.value.fix.settings == {"size": [2, 1]}
    assert ReshapeSettings(size=(2, 1)).output_shape((30,)) == (15, 2, 1)
    with pytest.raises(ShapeError, match="Layer 'r'"):
        Reshape("r")(np.ones(3))


@pytest.mark.parametrize("make", [lambda: Upsample2D("u", 0), lambda: Reshape("u", (1, 2, 3)), lambda: Reshape("u", 0)])
def test_impossible_sizes_are_refused(make) -> None:
    with pytest.raises(SettingsError, match="Layer 'u'"):
        make()


def test_texts_of_the_cards() -> None:
    assert AvgPool2DSettings().describe() == "2×2 · stride 2"
    assert "8×7 pixels become 4×3" in AvgPool2DSettings().explain((3, 8, 7))
    assert AvgPool2DSettings().notes((3, 8, 7)) == ("The last column of the input is ignored: no window reaches it.",)
    assert Upsample2DSettings(scale=(2, 3)).describe() == "× 2×3"
    assert "3×8×7 becomes 3×16×14" in Upsample2DSettings().explain((3, 8, 7))
    assert "3 maps become a vector of 3 numbers" in GlobalAvgPool2DSettings().explain((3, 8, 7)).replace("\xa0", " ")
    assert ReshapeSettings(size=4).describe() == "maps of 4×4"
    assert "32 numbers of the input into 2 maps of 4×4" in ReshapeSettings(size=4).explain((32,)).replace("\xa0", " ")
