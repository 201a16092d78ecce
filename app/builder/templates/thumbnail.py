"""The thumbnail of a network: the output shapes of its layers side by side, in the colours of their families."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.builder.shape_block import paint_box
from app.widgets.theme.theme import family_color
from tinyml.core import Shape
from tinyml.data import describe
from tinyml.net import infer
from tinyml.storage import Project
from tinyml.visualize.network_drawing import block_extent

_GAP = 5.0
_THIN = ("activation", "regularisation")
"""Families whose layers keep the shape. They are drawn as thin slices."""
_THIN_WIDTH = 1.5
_LARGEST_SCALE = 1.4


@dataclass(frozen=True)
class ThumbnailPart:
    """The drawing of one layer.

    Attributes:
        family: family of the layer type, which decides the colour.
        extent: width, height and depth in pixels, before the thumbnail is scaled.
    """

    family: str
    extent: tuple[float, float, float]


def make_thumbnail(project: Project) -> tuple[ThumbnailPart, ...]:
    """Return the drawings of the input and of all layers with known shapes.

    Arguments:
        project: a project with a built-in dataset.
    """
    shape = describe(project.data.source).example_shape
    parts = [ThumbnailPart("input", _extent(shape))]
    for inferred in infer(project.network, shape).layers:
        if inferred.output_shape is not None and inferred.layer_type is not None:
            family = inferred.layer_type.Settings.family
            width, height, depth = _extent(inferred.output_shape)
            parts.append(ThumbnailPart(family, (_THIN_WIDTH if family in _THIN else width, height, depth)))
    return tuple(parts)


def paint_thumbnail(painter: QPainter, box: QRectF, parts: tuple[ThumbnailPart, ...]) -> None:
    """Draw a network from left to right, as large as fits.

    Arguments:
        painter: paints on the widget.
        box: the place of the thumbnail.
        parts: result of `make_thumbnail`.
    """
    widths = [part.extent[0] + part.extent[2] for part in parts]
    total = sum(widths) + _GAP * (len(parts) - 1)
    tallest = max(part.extent[1] + part.extent[2] for part in parts)
    scale = min(box.width() / total, box.height() / tallest, _LARGEST_SCALE)
    painter.save()
    painter.translate(box.center())
    painter.scale(scale, scale)
    left = -total / 2
    for part, width in zip(parts, widths, strict=True):
        paint_box(painter, QPointF(left + width / 2, 0), part.extent, family_color(part.family))
        left += width + _GAP
    painter.restore()


def _extent(shape: Shape) -> tuple[float, float, float]:
    """Return the size of a shape's block. A vector stands upright, so that long networks stay narrow."""
    if len(shape) == 1:
        return 3.0, min(6 + 3.4 * math.log2(max(shape[0], 1)), 42), 3.0
    return block_extent(shape)
