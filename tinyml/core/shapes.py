"""Shapes: how they are written for people, and the arithmetic of sliding windows.

A `Shape` in this project never counts the batch axis: an image is `(C, H, W)`, a vector `(D,)`.
"""

from tinyml.core.errors import ShapeError

Shape = tuple[int, ...]
Pair = tuple[int, int]
"""Two whole numbers for the two axes of an image: (rows, columns), that is (height, width)."""


def describe_shape(shape: Shape) -> str:
    """Write a shape the way the window shows it.

    >>> describe_shape((16, 7, 7)), describe_shape((64,))
    ('16×7×7', '64')
    """
    return "×".join(str(size) for size in shape)


def describe_pair(pair: Pair) -> str:
    """Write two numbers as one when they agree.

    >>> describe_pair((2, 2)), describe_pair((2, 1))
    ('2', '2×1')
    """
    return str(pair[0]) if pair[0] == pair[1] else describe_shape(pair)


def describe_count(count: int, thing: str = "") -> str:
    """Write a whole number with its thousands apart (by a no-break space), and what is counted in the right form.

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
    """Read one number as the same number for both axes.

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
        stride: pixels between two positions, at least 1.
        padding: zeros added at each of the two ends.
        dilation: pixels between two taps of the window, at least 1.

    Returns the number of positions; zero or less when the window is larger than the padded axis.

    >>> window_output_size(28, window=5, stride=1, padding=2)
    28
    """
    return (size + 2 * padding - dilation * (window - 1) - 1) // stride + 1


def transposed_output_size(size: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Count the pixels that windows cover when they are laid out along one axis: the way back of a convolution.

    Formula (Dumoulin & Visin 2016, relationship 13, extended by dilation):
    `(size - 1)·stride + dilation·(window - 1) + 1 - 2·padding`

    Arguments:
        size: number of windows.
        window, stride, dilation: as in `window_output_size`.
        padding: pixels that are cut off at each of the two ends.

    Returns the number of pixels; zero or less when the padding cuts everything off.

    >>> transposed_output_size(14, window=2, stride=2)
    28
    """
    return (size - 1) * stride + dilation * (window - 1) + 1 - 2 * padding


def window_output_shape(
    size: Pair, window: Pair, stride: Pair = (1, 1), padding: Pair = (0, 0), dilation: Pair = (1, 1)
) -> Pair:
    """Apply `window_output_size` to both axes of an image.

    Raises `ShapeError`, with the arithmetic, when the window does not fit into the padded image.

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
    """Count the rows and columns of the image, at its lower and right border, that no window reaches.

    They exist when the stride does not divide the way the window slides; PyTorch ignores them too. Padding that is not
    reached does not count.

    >>> ignored_border((7, 8), window=(2, 2), stride=(2, 2))
    (1, 0)
    """
    rows, columns = (
        max((s + 2 * p - d * (w - 1) - 1) % step - p, 0)
        for s, w, step, p, d in zip(size, window, stride, padding, dilation, strict=True)
    )
    return rows, columns
