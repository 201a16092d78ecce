"""Conv2D against seven loops, and its texts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import ChangeSettings, RemoveLayer, SettingsError, ShapeError, set_seed
from tinyml.core.windows import WindowGeometry
from tinyml.layers import Conv2D
from tinyml.layers.conv2d import Conv2DSettings


@given(
    geometry=naive.geometries(),
    extra=naive.pairs(0, 3),
    counts=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    bias=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_equals_seven_loops(
    geometry: WindowGeometry, extra: tuple[int, int], counts: tuple[int, int, int], bias: bool
) -> None:
    examples, channels, filters = counts
    rows, columns = (small + more for small, more in zip(naive.smallest_size(geometry), extra, strict=True))
    rng = np.random.default_rng(0)
    window, stride, padding, dilation = geometry
    layer = Conv2D(
        "c", (channels, rows, columns), filters, *window, stride, padding, dilation, bias, dtype=np.float64, rng=rng
    )
    images = rng.normal(size=(examples, channels, rows, columns))
    expected = naive.convolution(images, layer.weight.tensor, layer.bias.tensor if layer.bias else None, geometry)
    np.testing.assert_allclose(layer(images), expected, rtol=1e-12, atol=1e-12)


def test_initial_weights_are_uniform_within_one_over_the_root_of_the_fan_in() -> None:
    layer = Conv2D("c", (3, 9, 9), 64, 5, 4, 1, 0, rng=np.random.default_rng(0))
    limit = 1 / np.sqrt(3 * 5 * 4)
    for parameter in layer.parameters:
        values = parameter.tensor
        assert values.dtype == np.float32
        assert abs(values).max() <= limit
        assert abs(values).max() > 0.9 * limit
        assert values.std() == pytest.approx(limit / np.sqrt(3), rel=0.2)


def test_layers_made_by_hand_share_a_generator() -> None:
    set_seed(3)
    first = Conv2D("a", (1, 4, 4), 2, 3, 3, 1, 0)
    set_seed(3)
    second, third = Conv2D("b", (1, 4, 4), 2, 3, 3, 1, 0), Conv2D("c", (1, 4, 4), 2, 3, 3, 1, 0)
    np.testing.assert_array_equal(first.weight.tensor, second.weight.tensor)
    assert (second.weight.tensor != third.weight.tensor).any()


def test_a_window_larger_than_its_padded_input_is_refused_with_the_arithmetic() -> None:
    with pytest.raises(ShapeError) as caught:
        Conv2D("conv_2", (8, 4, 6), 16, 5, 5, 1, 0)
    assert str(caught.value) == ("Layer 'conv_2': A window that covers 5×5 pixels is larger than its input of 4×6.")
    assert caught.value.fix == ChangeSettings("Set window to 4×5", {"window": [4, 5]})


@given(geometry=naive.geometries(), size=naive.pairs(1, 4))
@settings(max_examples=60, deadline=None)
def test_the_window_of_the_fix_fits(geometry: WindowGeometry, size: tuple[int, int]) -> None:
    values = {**geometry._asdict(), "window": tuple(w + 2 for w in geometry.window)}
    model = Conv2DSettings(**values)
    if min(naive.output_size(size, model.geometry)) >= 1:
        model.output_shape((1, *size))
        return
    with pytest.raises(ShapeError) as caught:
        model.output_shape((1, *size))
    fix = caught.value.fix
    if fix == RemoveLayer():
        assert all(
            pixels + 2 * pad <= dilation for pixels, pad, dilation in zip(size, *model.geometry[2:], strict=True)
        )
        return
    fixed = Conv2DSettings(**{**values, **fix.settings})
    assert all(new <= old for new, old in zip(fixed.window, model.window, strict=True))
    fixed.output_shape((1, *size))


def test_the_error_for_a_vector_says_what_is_needed() -> None:
    with pytest.raises(
        ShapeError, match=r"Conv2D needs maps \(channels × rows × columns\) but receives a vector of 64"
    ):
        Conv2DSettings().output_shape((64,))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 3, 3, 1, 0), "Layer 'c': Filters is 0 but should be at least 1."),
        ((4, 0, 3, 1, 0), "Layer 'c': Window is 0 but should be at least 1."),
        ((4, 3, 3, 0, 0), "Layer 'c': Stride is 0 but should be at least 1."),
        ((4, 3, 3, 1, -1), "Layer 'c': Padding is -1 but should be at least 0."),
        ((4, 3, 3, 1, 0, (1, 2, 3)), "Layer 'c': Dilation is (1, 2, 3) but should be one whole number, or two"),
        ((4, 3, 3, 1.5, 0), "Layer 'c': Stride is 1.5 but should be one whole number, or two"),
    ],
)
def test_impossible_settings_are_refused_in_one_sentence(arguments: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Conv2D("c", (1, 9, 9), *arguments)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("input_dim", [(0, 9, 9), (1, 9.5, 9), ("1", 9, 9), None])
def test_an_impossible_input_dim_is_refused(input_dim: object) -> None:
    with pytest.raises(SettingsError, match="Layer 'c': input_dim is"):
        Conv2D("c", input_dim, 1, 3, 3, 1, 0)  # type: ignore[arg-type]


def test_accepts_numpy_numbers() -> None:
    three, one = np.int64(3), np.int64(1)
    assert Conv2D("c", np.array([1, 9, 9]), three, three, three, one, one).output_dim == (3, 9, 9)


def test_texts_of_the_card_and_the_explanation() -> None:
    model = Conv2DSettings(filters=16, window=5, padding=0)
    assert model.describe() == "16 filters · 5×5 · stride 1 · padding 0"
    assert model.explain((8, 12, 12)).replace("\xa0", " ") == (
        "Each of the 16 filters looks at all 8 maps through a 5×5 window. "
        "16 × (8 × 5 × 5) weights + 16 biases = 3 216 parameters."
    )
    uneven = Conv2DSettings(filters=1, window=(3, 2), stride=(2, 1), dilation=2, bias=False)
    assert uneven.describe() == "1 filter · 3×2 · stride 2×1 · padding 1 · dilation 2 · no bias"
    assert uneven.explain((1, 9, 9)) == (
        "The filter looks at the map through a 3×2 window. 1 × (1 × 3 × 2) weights = 6 parameters."
    )


@pytest.mark.parametrize(
    ("values", "size", "notes"),
    [
        ({"window": 3, "padding": 0, "stride": 2}, (7, 7), ()),
        ({"window": 3, "padding": 0, "stride": 2}, (8, 7), ("The last row of the input is ignored",)),
        (
            {"window": 3, "padding": 0, "stride": 3},
            (8, 7),
            ("The last 2 rows and the last column of the input are ignored: no window reaches them",),
        ),
        ({"window": 3, "padding": 1, "stride": 2}, (8, 7), ()),  # only padding is ignored
        ({"window": 1, "padding": 0, "stride": 2}, (7, 7), ("stride is larger than the window",)),
    ],
)
def test_notes_name_the_pixels_that_no_window_reaches(
    values: dict[str, int], size: tuple[int, int], notes: tuple[str, ...]
) -> None:
    found = Conv2DSettings(**values).notes((1, *size))
    assert len(found) == len(notes)
    assert all(part in note for part, note in zip(notes, found, strict=True))


def test_a_single_number_stands_for_both_axes() -> None:
    assert Conv2DSettings(window=5, stride=2, padding=0) == Conv2DSettings(window=(5, 5), stride=(2, 2), padding=(0, 0))


def test_a_float32_layer_gives_float32_for_any_input() -> None:
    layer = Conv2D("c", (1, 4, 4), 2, 3, 3, 1, 0)
    for dtype in (np.uint8, np.float64):
        assert layer(np.ones((2, 1, 4, 4), dtype)).dtype == np.float32
