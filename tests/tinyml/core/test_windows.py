"""Windows unrolled into columns, and columns added back to pixels."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.layers import naive
from tinyml.core import ShapeError, windows
from tinyml.core.shapes import ignored_border, window_output_shape
from tinyml.core.windows import (
    WindowGeometry,
    batch_to_end,
    batch_to_front,
    col2im,
    col2im_blocks,
    empty_batch_last,
    im2col,
    im2col_blocks,
    input_span,
    maps_to_rows,
    rows_to_maps,
    taps,
)

Drawn = tuple[np.ndarray, WindowGeometry]


@st.composite
def images_and_windows(draw: st.DrawFn) -> Drawn:
    geometry = draw(naive.geometries())
    size = (small + more for small, more in zip(naive.smallest_size(geometry), draw(naive.pairs(0, 3)), strict=True))
    shape = (draw(st.integers(0, 2)), draw(st.integers(1, 2)), *size)
    return np.random.default_rng(draw(st.integers(0, 9))).normal(size=shape), geometry


@given(drawn=images_and_windows())
@settings(max_examples=60, deadline=None)
def test_each_column_is_a_window(drawn: Drawn) -> None:
    images, geometry = drawn
    (top, left), (count, channels, height, width) = geometry.padding, images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (top, top), (left, left)))
    rows, columns = naive.output_size((height, width), geometry)
    unrolled = im2col(images, geometry).reshape(channels, *geometry.window, rows, columns, count)
    for c, i, j, p, q, n in np.ndindex(unrolled.shape):
        row = p * geometry.stride[0] + i * geometry.dilation[0]
        column = q * geometry.stride[1] + j * geometry.dilation[1]
        assert unrolled[c, i, j, p, q, n] == padded[n, c, row, column]


@given(drawn=images_and_windows())
@settings(max_examples=60, deadline=None)
def test_col2im_is_the_transpose_of_im2col(drawn: Drawn) -> None:
    images, geometry = drawn
    unrolled = im2col(images, geometry)
    columns = np.random.default_rng(0).normal(size=unrolled.shape)
    back = col2im(columns, images.shape, geometry)
    assert back.shape == images.shape
    assert (unrolled * columns).sum() == pytest.approx((images * back).sum(), rel=1e-9, abs=1e-9)


@given(drawn=images_and_windows())
@settings(max_examples=30, deadline=None)
def test_rows_to_maps_is_the_inverse_of_maps_to_rows(drawn: Drawn) -> None:
    images, _ = drawn
    size = (images.shape[2], images.shape[3])
    np.testing.assert_array_equal(rows_to_maps(maps_to_rows(images), size), images)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_dtype(dtype: type[np.floating]) -> None:
    geometry = WindowGeometry((2, 2), padding=(1, 1))
    columns = im2col(np.ones((1, 1, 3, 3), dtype), geometry)
    assert columns.dtype == dtype
    assert col2im(columns, (1, 1, 3, 3), geometry).dtype == dtype


def test_a_window_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="covers 5×3 pixels is larger than its padded input of 4×6"):
        im2col(np.ones((1, 1, 2, 4)), WindowGeometry((3, 2), padding=(1, 1), dilation=(2, 2)))


@given(geometry=naive.geometries(), extra=naive.pairs(0, 6))
@settings(max_examples=100, deadline=None)
def test_sizes_and_borders_are_those_of_the_taps(geometry: WindowGeometry, extra: tuple[int, int]) -> None:
    size = tuple(small + more for small, more in zip(naive.smallest_size(geometry), extra, strict=True))
    positions = window_output_shape((size[0], size[1]), *geometry)
    assert positions == naive.output_size((size[0], size[1]), geometry)
    *_, last = taps(geometry, positions)
    unseen = (
        min(pixels, max(0, pixels + padding - met.stop))
        for pixels, padding, met in zip(size, geometry.padding, (last.rows, last.columns), strict=True)
    )
    assert ignored_border((size[0], size[1]), *geometry) == tuple(unseen)


@given(geometry=naive.geometries(), extra=naive.pairs(0, 6), data=st.data())
@settings(max_examples=100, deadline=None)
def test_the_input_span_goes_from_the_first_to_the_last_pixel_read(
    geometry: WindowGeometry, extra: tuple[int, int], data: st.DataObject
) -> None:
    size = naive.smallest_size(geometry)[0] + extra[0]
    window, stride, padding, dilation = (pair[0] for pair in geometry)
    positions = (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1
    first = data.draw(st.integers(0, positions - 1))
    end = data.draw(st.integers(first + 1, positions))
    met = {p * stride + i * dilation - padding for p in range(first, end) for i in range(window)}
    start, stop = input_span((first, end), window, stride, padding, dilation, size)
    inside = met & set(range(size))
    assert inside <= set(range(start, stop))
    if inside and dilation == 1 and stride <= window:  # otherwise the window steps over some pixels
        assert (start, stop) == (min(inside), max(inside) + 1)


@pytest.mark.parametrize(
    ("geometry", "overlaps"),
    [
        (WindowGeometry((2, 2), (2, 2)), False),
        (WindowGeometry((2, 2), (3, 2)), False),
        (WindowGeometry((2, 3), (2, 2)), True),
        (WindowGeometry((3, 2), (2, 2)), True),
        (WindowGeometry((2, 2), (2, 2), dilation=(1, 2)), True),
    ],
)
def test_windows_overlap_if_they_share_a_pixel_or_are_dilated(geometry: WindowGeometry, overlaps: bool) -> None:
    assert geometry.overlaps is overlaps


@contextmanager
def small_blocks() -> Iterator[None]:
    """Make blocks of columns so small that there are several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_BLOCK_SIZE", 1500)
        yield


@given(drawn=images_and_windows(), batch_last=st.booleans(), row_of_ones=st.booleans())
@settings(max_examples=100, deadline=None)
def test_im2col_blocks_gives_the_columns_of_im2col(drawn: Drawn, batch_last: bool, row_of_ones: bool) -> None:
    images, geometry = drawn
    if batch_last:
        images = batch_to_front(np.ascontiguousarray(batch_to_end(images)))
    whole = im2col(images, geometry)
    if row_of_ones:
        whole = np.concatenate((whole, np.ones_like(whole[:1])))
    found = np.full_like(whole, np.nan)
    end = 0
    with small_blocks():
        for positions, columns in im2col_blocks(images, geometry, row_of_ones):
            assert positions.start == end
            end = positions.stop
            found[:, positions] = columns
    assert end == whole.shape[1]
    np.testing.assert_array_equal(found, whole)


@given(drawn=images_and_windows())
@settings(max_examples=100, deadline=None)
def test_col2im_blocks_gives_the_image_of_col2im(drawn: Drawn) -> None:
    images, geometry = drawn
    columns = np.random.default_rng(1).normal(size=im2col(images, geometry).shape)
    found = empty_batch_last(images.shape, images.dtype)
    found[...] = np.nan
    with small_blocks():
        for positions, block in col2im_blocks(found, geometry):
            block[...] = columns[:, positions]
    np.testing.assert_allclose(found, col2im(columns, images.shape, geometry), rtol=1e-12, atol=1e-12)


def test_the_columns_of_these_tests_need_several_blocks() -> None:
    with small_blocks():
        assert len(list(im2col_blocks(np.ones((2, 2, 9, 9)), WindowGeometry((3, 3))))) > 2


@given(drawn=images_and_windows(), filters=st.integers(1, 2))
@settings(max_examples=100, deadline=None)
def test_the_transposed_window_gives_the_input_gradient(drawn: Drawn, filters: int) -> None:
    images, geometry = drawn
    geometry = geometry._replace(stride=(1, 1))
    count, channels, height, width = images.shape
    weight = np.random.default_rng(2).normal(size=(filters, channels, *geometry.window))
    unrolled = im2col(images, geometry)
    gradient = rows_to_maps(
        np.random.default_rng(3).normal(size=(filters, unrolled.shape[1])),
        naive.output_size((height, width), geometry),
    )
    back = col2im(weight.reshape(filters, -1).T @ maps_to_rows(gradient), images.shape, geometry)
    turned_weight = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3).reshape(channels, -1)
    pixels = np.full((channels, height * width * count), np.nan)
    with small_blocks():
        for positions, columns in im2col_blocks(gradient, geometry.transposed):
            pixels[:, positions] = turned_weight @ columns
    np.testing.assert_allclose(rows_to_maps(pixels, (height, width)), back, rtol=1e-10, atol=1e-10)


def test_a_negative_padding_cuts_pixels_off() -> None:
    images = np.arange(2.0 * 5 * 6).reshape(2, 1, 5, 6)
    (found,) = [columns.copy() for _, columns in im2col_blocks(images, WindowGeometry((2, 2), padding=(-1, -2)))]
    np.testing.assert_array_equal(found, im2col(images[:, :, 1:-1, 2:-2], WindowGeometry((2, 2))))


def test_im2col_blocks_refuses_a_window_that_does_not_fit() -> None:
    geometry = WindowGeometry((3, 2), padding=(1, 1), dilation=(2, 2))
    for blocks in (im2col_blocks(np.ones((1, 1, 2, 4)), geometry), col2im_blocks(np.ones((1, 1, 2, 4)), geometry)):
        with pytest.raises(ShapeError, match="covers 5×3 pixels is larger than its padded input of 4×6"):
            next(blocks)


@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
)
def test_the_same_padding_is_the_one_that_keeps_every_size(window, stride, dilation) -> None:
    def keeps_sizes(padding) -> bool:
        geometry = WindowGeometry(window, stride, padding, dilation)
        try:
            return all(window_output_shape(size, *geometry) == size for size in [(9, 9), (20, 31)])
        except ShapeError:
            return False

    keeping = list(filter(keeps_sizes, itertools.product(range(10), repeat=2)))
    same = WindowGeometry(window, stride, (3, 3), dilation).same_padding
    assert keeping == ([] if same is None else [same])
