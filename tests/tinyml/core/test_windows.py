"""Windows unrolled into columns, and columns added back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import ShapeError
from tinyml.core.shapes import ignored_border, window_output_shape
from tinyml.core.windows import Sliding, col2im, im2col, maps_to_rows, reach, rows_to_maps, taps

Drawn = tuple[np.ndarray, Sliding]


@st.composite
def images_and_windows(draw: st.DrawFn) -> Drawn:
    sliding = draw(naive.slidings())
    size = (small + more for small, more in zip(naive.smallest_size(sliding), draw(naive.pairs(0, 3)), strict=True))
    shape = (draw(st.integers(0, 2)), draw(st.integers(1, 2)), *size)
    return np.random.default_rng(draw(st.integers(0, 9))).normal(size=shape), sliding


@given(drawn=images_and_windows())
@settings(max_examples=60, deadline=None)
def test_each_column_is_a_window(drawn: Drawn) -> None:
    images, sliding = drawn
    (top, left), (count, channels, height, width) = sliding.padding, images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (top, top), (left, left)))
    rows, columns = naive.output_size((height, width), sliding)
    unrolled = im2col(images, sliding).reshape(channels, *sliding.window, rows, columns, count)
    for c, i, j, p, q, n in np.ndindex(unrolled.shape):
        row = p * sliding.stride[0] + i * sliding.dilation[0]
        column = q * sliding.stride[1] + j * sliding.dilation[1]
        assert unrolled[c, i, j, p, q, n] == padded[n, c, row, column]


@given(drawn=images_and_windows())
@settings(max_examples=60, deadline=None)
def test_adding_back_is_the_transpose_of_unrolling(drawn: Drawn) -> None:
    images, sliding = drawn
    unrolled = im2col(images, sliding)
    columns = np.random.default_rng(0).normal(size=unrolled.shape)
    back = col2im(columns, images.shape, sliding)
    assert back.shape == images.shape
    assert (unrolled * columns).sum() == pytest.approx((images * back).sum(), rel=1e-9, abs=1e-9)


@given(drawn=images_and_windows())
@settings(max_examples=30, deadline=None)
def test_maps_survive_being_laid_out_as_rows(drawn: Drawn) -> None:
    images, _ = drawn
    size = (images.shape[2], images.shape[3])
    np.testing.assert_array_equal(rows_to_maps(maps_to_rows(images), size), images)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_dtype(dtype: type[np.floating]) -> None:
    sliding = Sliding((2, 2), padding=(1, 1))
    columns = im2col(np.ones((1, 1, 3, 3), dtype), sliding)
    assert columns.dtype == dtype
    assert col2im(columns, (1, 1, 3, 3), sliding).dtype == dtype


def test_a_window_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="covers 5×3 pixels is larger than its padded input of 4×6"):
        im2col(np.ones((1, 1, 2, 4)), Sliding((3, 2), padding=(1, 1), dilation=(2, 2)))


@given(sliding=naive.slidings(), extra=naive.pairs(0, 6))
@settings(max_examples=100, deadline=None)
def test_sizes_and_borders_are_those_of_the_taps(sliding: Sliding, extra: tuple[int, int]) -> None:
    size = tuple(small + more for small, more in zip(naive.smallest_size(sliding), extra, strict=True))
    positions = window_output_shape((size[0], size[1]), *sliding)
    assert positions == naive.output_size((size[0], size[1]), sliding)
    *_, last = taps(sliding, positions)
    unseen = (
        min(pixels, max(0, pixels + padding - met.stop))
        for pixels, padding, met in zip(size, sliding.padding, (last.rows, last.columns), strict=True)
    )
    assert ignored_border((size[0], size[1]), *sliding) == tuple(unseen)


@given(sliding=naive.slidings(), extra=naive.pairs(0, 6), data=st.data())
@settings(max_examples=100, deadline=None)
def test_reach_is_the_first_and_the_last_pixel_met(
    sliding: Sliding, extra: tuple[int, int], data: st.DataObject
) -> None:
    size = naive.smallest_size(sliding)[0] + extra[0]
    window, stride, padding, dilation = (pair[0] for pair in sliding)
    positions = (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1
    first = data.draw(st.integers(0, positions - 1))
    end = data.draw(st.integers(first + 1, positions))
    met = {p * stride + i * dilation - padding for p in range(first, end) for i in range(window)}
    start, stop = reach((first, end), window, stride, padding, dilation, size)
    inside = met & set(range(size))
    assert inside <= set(range(start, stop))
    if inside and dilation == 1 and stride <= window:  # otherwise the window steps over some pixels
        assert (start, stop) == (min(inside), max(inside) + 1)


@pytest.mark.parametrize(
    ("sliding", "overlaps"),
    [
        (Sliding((2, 2), (2, 2)), False),
        (Sliding((2, 2), (3, 2)), False),
        (Sliding((2, 3), (2, 2)), True),
        (Sliding((3, 2), (2, 2)), True),
        (Sliding((2, 2), (2, 2), dilation=(1, 2)), True),
    ],
)
def test_tells_whether_windows_overlap(sliding: Sliding, overlaps: bool) -> None:
    assert sliding.overlaps is overlaps
