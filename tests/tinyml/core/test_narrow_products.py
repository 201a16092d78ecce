"""Products of which one matrix has few rows: the same numbers, whether or not the columns are cut into pieces."""

import numpy as np
import pytest

from tinyml.core import narrow_products
from tinyml.core.narrow_products import multiply_along_columns_of_few_rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("left_rows", "right_rows", "columns", "length"),
    [
        (400, 8, 1792, 256),  # whole pieces
        (401, 7, 1793, 256),  # a column is left over
        (800, 8, 1300, 128),  # short pieces
        (400, 8, 500, 0),  # too few columns
        (400, 13, 1792, 0),  # too many rows
        (100, 8, 1792, 0),  # a small result
        (800, 12, 1792, 0),  # a piece would be a large product
        (3, 2, 0, 0),
    ],
)
def test_pieces_give_the_product(
    dtype: type[np.floating], left_rows: int, right_rows: int, columns: int, length: int
) -> None:
    assert narrow_products._length_of_piece(left_rows, right_rows, columns) == length
    rng = np.random.default_rng(0)
    # As in a convolution, the rows of both matrices are parts of longer rows.
    left = rng.normal(size=(left_rows, columns + 16)).astype(dtype)[:, :columns]
    right = rng.normal(size=(right_rows, 2 * columns)).astype(dtype)[:, :columns]
    found = multiply_along_columns_of_few_rows(left, right)
    assert found.dtype == dtype
    exact = left.astype(np.float64) @ right.astype(np.float64).T
    np.testing.assert_allclose(found, exact, atol=1e-3 if dtype == np.float32 else 1e-11)
    assert found.tobytes() == multiply_along_columns_of_few_rows(left, right).tobytes()
