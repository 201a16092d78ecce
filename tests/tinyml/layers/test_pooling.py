"""MaxPool2D and MaxUnpool2D against loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.tinyml.layers import naive
from tests.tinyml.numerical import kinks
from tinyml.core import SettingsError, ShapeError, TinymlError
from tinyml.core.windows import WindowGeometry
from tinyml.layers import MaxPool2D, MaxUnpool2D
from tinyml.layers.maxpool2d import MaxPool2DSettings
from tinyml.layers.maxunpool2d import MaxUnpool2DSettings


@st.composite
def images_with_ties(draw: st.DrawFn) -> tuple[np.ndarray, WindowGeometry]:
    """Draw a window, and images of few different values: many windows then hold their maximum twice."""
    geometry = draw(naive.geometries(padded=False))
    rows, columns = (w + more for w, more in zip(geometry.window, draw(naive.pairs(0, 4)), strict=True))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 2)), rows, columns)
    return draw(arrays.arrays(np.float64, shape, elements=st.sampled_from([-2.0, -1.0, 0.0, 1.0]))), geometry


@given(drawn=images_with_ties())
@settings(max_examples=80, deadline=None)
def test_pooling_equals_loops(drawn: tuple[np.ndarray, WindowGeometry]) -> None:
    images, geometry = drawn
    layer = MaxPool2D("p", images.shape[1:], geometry.window, geometry.stride, return_index=True)
    output, switches = layer(images)
    expected, expected_switches = naive.max_pooling(images, geometry.window, geometry.stride)
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(switches, expected_switches)
    assert switches.dtype == np.int64


@given(drawn=images_with_ties())
@settings(max_examples=80, deadline=None)
def test_the_gradient_goes_only_to_the_maximum(drawn: tuple[np.ndarray, WindowGeometry]) -> None:
    images, geometry = drawn
    layer = MaxPool2D("p", images.shape[1:], geometry.window, geometry.stride)
    gradient = np.random.default_rng(0).normal(size=layer(images).shape)
    expected = naive.max_unpooling(gradient, layer.switches, (images.shape[2], images.shape[3]), add=True)
    np.testing.assert_allclose(layer.backward(gradient), expected, atol=1e-12)
    np.testing.assert_allclose(layer.deconvolve(gradient, images, layer.switches), expected, atol=1e-12)


@given(drawn=images_with_ties())
@settings(max_examples=60, deadline=None)
def test_unpooling_equals_loops(drawn: tuple[np.ndarray, WindowGeometry]) -> None:
    images, geometry = drawn
    size = (images.shape[2], images.shape[3])
    pool = MaxPool2D("p", images.shape[1:], geometry.window, geometry.stride, return_index=True)
    output, switches = pool(images)
    unpool = MaxUnpool2D("u", output.shape[1:], geometry.window, geometry.stride, output_size=size)
    values = np.random.default_rng(0).normal(size=output.shape)
    np.testing.assert_array_equal(unpool(values, switches), naive.max_unpooling(values, switches, size))
    restored = unpool(output, switches)
    np.testing.assert_array_equal(restored, np.where(restored != 0, images, 0))


def test_unpooling_gives_the_gradient_only_to_the_value_written_last() -> None:
    unpool = MaxUnpool2D("u", (1, 1, 2), (1, 2), 1, output_size=(1, 3))
    same_pixel = np.array([[[[1, 1]]]])
    np.testing.assert_array_equal(unpool(np.array([[[[5.0, 7.0]]]]), same_pixel), [[[[0, 7, 0]]]])
    np.testing.assert_array_equal(unpool.backward(np.array([[[[1.0, 2.0, 3.0]]]])), [[[[0, 2]]]])


def test_a_tie_is_a_kink() -> None:
    layer = MaxPool2D("p", (1, 1, 2), (1, 2), 1)

    def gradient(image: np.ndarray) -> np.ndarray:
        return layer.backward(np.ones_like(layer(image)))

    assert kinks(gradient, np.array([[[[1.0, 1.0]]]])) == [(0, 0, 0, 0), (0, 0, 0, 1)]
    assert kinks(gradient, np.array([[[[1.0, 2.0]]]])) == []


def test_a_window_of_more_than_256_taps_keeps_its_positions() -> None:
    image = np.zeros((1, 1, 20, 20), np.float32)
    image[0, 0, 19, 17] = 1
    layer = MaxPool2D("p", (1, 20, 20), 20, 1)
    assert layer(image)[0, 0, 0, 0] == 1
    assert layer.switches[0, 0, 0, 0] == 19 * 20 + 17
    assert np.argwhere(layer.backward(np.ones((1, 1, 1, 1), np.float32)))[0].tolist() == [0, 0, 19, 17]


def test_nan_stays_nan() -> None:
    image = np.array([[[[1.0, np.nan], [3.0, 2.0]]]])
    assert np.isnan(MaxPool2D("p", (1, 2, 2), 2, 2)(image)).all()


def test_the_error_for_a_window_larger_than_the_input_has_a_fix_that_fits() -> None:
    with pytest.raises(ShapeError, match="Layer 'p': A window that covers 3×3 pixels") as caught:
        MaxPool2D("p", (4, 2, 5), 3, 1)
    assert caught.value.fix.settings == {"window": [2, 3]}


def test_texts_of_the_cards_and_the_notes() -> None:
    assert MaxPool2DSettings().describe() == "2×2 · stride 2"
    assert MaxPool2DSettings(window=(2, 3), stride=(1, 2)).describe() == "2×3 · stride 1×2"
    assert "8×8 pixels become 4×4" in MaxPool2DSettings().explain((3, 8, 8))
    assert MaxPool2DSettings().notes((3, 8, 7)) == ("The last column of the input is ignored: no window reaches it.",)
    assert MaxUnpool2DSettings().describe() == "2×2 · stride 2"


def test_all_settings_of_unpooling_come_from_its_pooling() -> None:
    properties = MaxUnpool2DSettings.model_json_schema()["properties"]
    assert properties
    assert all(rule["from_pooling"] is True for rule in properties.values())
    paired = MaxUnpool2DSettings().with_paired_pooling(MaxPool2DSettings(window=(3, 2), stride=2), (4, 9, 8))
    assert paired == MaxUnpool2DSettings(window=(3, 2), stride=2, output_size=(9, 8), channels=4)
    assert paired.output_shape((4, 4, 4)) == (4, 9, 8)
    for other in ((4, 4, 3), (3, 4, 4)):
        with pytest.raises(ShapeError, match="that gave 4×4×4 but receives"):
            paired.output_shape(other)


@pytest.mark.parametrize(
    ("indices", "error", "words"),
    [
        (np.zeros((1, 1, 1, 1), int), ShapeError, r"max_indices of shape \(1, 1, 1, 1\)"),
        (np.zeros((1, 1, 2, 2)), SettingsError, "max_indices are float64"),
        (np.full((1, 1, 2, 2), 16), TinymlError, "from 16 to 16 .* pixels 0 to 15"),
        (np.full((1, 1, 2, 2), -1), TinymlError, "from -1 to -1"),
    ],
)
def test_impossible_indices_raise_an_error(indices: np.ndarray, error: type[Exception], words: str) -> None:
    layer = MaxUnpool2D("u", (1, 2, 2), 2, 2)
    with pytest.raises(error, match=f"Layer 'u'.*{words}"):
        layer(np.ones((1, 1, 2, 2)), indices)
