"""Shapes as text, and the arithmetic of sliding windows.

A `Shape` never includes the batch axis: an image is `(C, H, W)`, a vector is `(D,)`.
"""

from tinyml.core.errors import ShapeError

Shape = tuple[int, ...]
Pair = tuple[int, int]
"""Two whole numbers for the axes of an image: (rows, columns) = (height, width)."""


def describe_shape(shape: Shape) -> str:
    """Return a shape as text, as the window shows it.

    >>> describe_shape((16, 7, 7)), describe_shape((64,))
    ('16×7×7', '64')
    """
    return "×".join(str(size) for size in shape)


def describe_pair(pair: Pair) -> str:
    """Return a pair as text; two equal numbers become one.

    >>> describe_pair((2, 2)), describe_pair((2, 1))
    ('2', '2×1')
    """
    return str(pair[0]) if pair[0] == pair[1] else describe_shape(pair)


def describe_count(count: int, thing: str = "") -> str:
    """Return a whole number as text, with no-break spaces between the thousands, and a noun in singular or plural.

    Arguments:
        count: the number.
        thing: the noun in singular; empty for the number alone.

    >>> describe_count(3216), describe_count(1, "map"), describe_count(8, "bias")
    ('3\\xa0216', '1 map', '8 biases')
    """
    number = f"{count:,}".replace(",", "\u00a0")
    if not thing:
        return number
    if count == 1:
        return f"{number} {thing}"
    return f"{number} {thing}es" if thing.endswith("s") else f"{number} {thing}s"


def as_pair(value: int | Pair) -> Pair:
    """Return a pair of whole numbers; a single value stands for both axes.

    >>> as_pair(2), as_pair((2, 3))
    ((2, 2), (2, 3))
    """
    if isinstance(value, int):
        return value, value
    rows, columns = value
    return int(rows), int(columns)


def window_output_size(size: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the positions of a window that slides along one axis.

    Formula (Dumoulin & Visin 2016, relationship 6, extended by dilation):
    `floor((size + 2·padding - dilation·(window - 1) - 1) / stride) + 1`

    Arguments:
        size: length of the axis in pixels, without padding.
        window: length of the window in taps.
        stride: distance of two positions in pixels, at least 1.
        padding: number of zeros at each end.
        dilation: distance of two taps in pixels, at least 1.

    Returns the number of positions; zero or less if the window is larger than the padded axis.

    >>> window_output_size(28, window=5, stride=1, padding=2)
    28
    """
    return (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1


def transposed_output_size(size: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the pixels that windows cover along one axis: the output size of a transposed convolution.

    Formula (Dumoulin & Visin 2016, relationship 13, extended by dilation):
    `(size - 1)·stride + dilation·(window - 1) + 1 - 2·padding`

    Arguments:
        size: number of windows.
        window, stride, dilation: as in `window_output_size`.
        padding: number of pixels to cut off at each end.

    Returns the number of pixels; zero or less if the padding cuts off everything.

    >>> transposed_output_size(14, window=2, stride=2)
    28
    """
    return (size - 1) * stride + dilation * (window - 1) + 1 - 2 * padding


def window_output_shape(
    size: Pair, window: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)
) -> Pair:
    """Apply `window_output_size` to both axes of an image.

    Arguments:
        size: (height, width) of the image.
        window, stride, padding, dilation: pairs, as for `window_output_size`.

    Raises `ShapeError`, with the arithmetic, if the window does not fit into the padded image.

    >>> window_output_shape((28, 20), window=(5, 3))
    (24, 18)
    """
    rows, columns = (window_output_size(*axis) for axis in zip(size, window, stride, padding, dilation, strict=True))
    if rows < 1 or columns < 1:
        spread = tuple(d * (w - 1) + 1 for w, d in zip(window, dilation, strict=True))
        padded = tuple(s + 2 * p for s, p in zip(size, padding, strict=True))
        room = f"its input of {describe_shape(size)}"
        if any(padding):
            arithmetic = f"{describe_shape(size)} + 2 × padding {describe_pair(padding)}"
            room = f"its padded input of {describe_shape(padded)} ({arithmetic})"
        raise ShapeError(f"A window that covers {describe_shape(spread)} pixels is larger than {room}.")
    return rows, columns


def ignored_border(
    size: Pair, window: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)
) -> Pair:
    """Count the rows and columns at the lower and right border of an image that no window covers.

    They exist if the stride does not divide the distance that the window slides. PyTorch ignores them too. Padding does
    not count.

    Arguments:
        size: (height, width) of the image.
        window, stride, padding, dilation: pairs, as for `window_output_size`.

    >>> ignored_border((7, 8), window=(2, 2), stride=(2, 2))
    (1, 0)
    """
    rows, columns = (
        max((s + 2 * p - d * (w - 1) - 1) % step - p, 0)
        for s, w, step, p, d in zip(size, window, stride, padding, dilation, strict=True)
    )
    return rows, columns
