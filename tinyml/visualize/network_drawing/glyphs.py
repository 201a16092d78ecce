"""The icons of the layer families, and the block of an output shape, as the window draws them."""

import math

from tinyml.core import Shape
from tinyml.visualize.network_drawing.drawing import Drawing, Point

ICON = 16
"""Width and height of an icon in pixels."""
BLOCK = 44
"""Width and height of the place of a block in pixels."""


def draw_icon(drawing: Drawing, at: Point, family: str) -> None:
    """Draw the icon of a layer family.

    Arguments:
        drawing: gets the icon.
        at: left upper corner of its place, (x, y).
        family: name of the family, also of its colour; an unknown one gets an empty frame.
    """
    x, y = at

    def place(*points: Point) -> list[Point]:
        return [(x + across, y + down) for across, down in points]

    def frame(radius: float = 2.5) -> None:
        drawing.box((x + 1, y + 1), (x + 15, y + 15), stroke=family, width=1.6, radius=radius)

    match family:
        case "input":
            drawing.box((x + 1, y + 2), (x + 15, y + 14), stroke=family, width=1.6, radius=2)
            drawing.line(place((2, 12.5), (6, 7.5), (9, 11), (11, 9), (14, 12.5)), family)
            drawing.circle((x + 11, y + 5.5), 1, fill=family)
        case "convolution":
            frame()
            drawing.box((x + 4, y + 4), (x + 11, y + 11), fill=family)
        case "pooling":
            frame()
            drawing.line(place((8, 1), (8, 15)), family)
            drawing.line(place((1, 8), (15, 8)), family)
        case "dense":
            for node in ((12.5, 3.5), (12.5, 12.5)):
                drawing.line(place((3.5, 8), node), family)
            for node in ((3.5, 8), (12.5, 3.5), (12.5, 12.5)):
                drawing.circle(place(node)[0], 2.7, fill=family)
        case "activation":
            drawing.line(place((1, 12), (7.5, 12), (14.5, 3.5)), family)
        case "regularisation":
            for row in range(3):
                for column in range(3):
                    kept = (row + column * 2) % 3 != 1
                    centre = (x + 3 + 5 * column, y + 3 + 5 * row)
                    drawing.circle(centre, 1.8, family if kept else "", "" if kept else family, 1.1)
        case "block":
            drawing.line(place((5, 1), (5, 15)), family)
            drawing.line(place((5, 2), (12.5, 2), (12.5, 14), (5, 14)), family)
            drawing.box((x + 2.5, y + 5.5), (x + 7.5, y + 10.5), fill=family, radius=1.2)
        case "loss":
            drawing.circle((x + 8, y + 8), 6.6, stroke=family, width=1.6)
            drawing.circle((x + 8, y + 8), 3.2, stroke=family, width=1.6)
            drawing.circle((x + 8, y + 8), 0.8, fill=family)
        case _:
            frame()


def block_extent(shape: Shape) -> tuple[float, float, float]:
    """Return width, height and depth of the block of a shape, in pixels.

    The width shows the number of channels or numbers, height and depth show rows and columns. The sizes grow with the
    logarithm, so that 1 channel and 512 channels both fit. They do not depend on other layers.

    Arguments:
        shape: output shape without the batch axis.

    >>> block_extent((8,))[0] > block_extent((2,))[0]
    True
    """

    def grow(base: float, step: float, size: int, limit: float) -> float:
        return min(base + step * math.log2(max(size, 1)), limit)

    if len(shape) == 3:
        channels, rows, columns = shape
        return grow(4, 3, channels, 28), grow(4, 5.2, rows, 34), grow(2, 1.9, columns, 13)
    if len(shape) == 1:
        return grow(8, 3, shape[0], 36), 7, 5
    return 18, 18, 8


def draw_block(drawing: Drawing, centre: Point, shape: Shape, colour: str) -> None:
    """Draw the block of an output shape in isometric view.

    Arguments:
        drawing: gets the block.
        centre: of its place, (x, y).
        shape: output shape without the batch axis.
        colour: name of the colour.
    """
    width, height, depth = block_extent(shape)
    left, top = centre[0] - (width + depth) / 2, centre[1] - (height - depth) / 2
    right, low = left + width, top + height
    faces: tuple[tuple[tuple[Point, ...], float], ...] = (
        (((left, top), (right, top), (right + depth, top - depth), (left + depth, top - depth)), 0.51),
        (((right, top), (right, low), (right + depth, low - depth), (right + depth, top - depth)), 0.12),
        (((left, top), (right, top), (right, low), (left, low)), 0.3),
    )
    for corners, opacity in faces:
        drawing.polygon(corners, colour, colour, opacity)
