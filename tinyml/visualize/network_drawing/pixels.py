"""A drawing as pixels: a PNG file in the resolution of print."""

import io
from collections.abc import Mapping

from PIL import Image, ImageColor, ImageDraw

from tinyml.visualize.network_drawing.drawing import Drawing, Label, Shape, drawing_font

SCALE = 2.0
"""Pixels of a picture for each pixel of a drawing."""
_TALLEST = 32_000
"""Largest height of a picture in pixels; many programs open no taller ones. A taller drawing gets a smaller scale."""
_BAND = 1024
"""Rows of pixels that are painted together, so that a long network needs little memory."""
_FINER = 2
"""Shapes are painted so many times larger, and then made smaller, so that their edges are smooth."""


def draw_png(
    drawing: Drawing, colours: Mapping[str, str], background: str, scale: float = SCALE, quick: bool = False
) -> bytes:
    """Return a drawing as the content of a PNG file.

    Arguments:
        drawing: the drawing.
        colours: each colour by its name, as "#rrggbb".
        background: name of the colour behind everything.
        scale: pixels of the picture for each pixel of the drawing.
        quick: True for a larger file that is made in less time.

    >>> drawing = Drawing(40, "a box")
    >>> drawing.height = 20
    >>> draw_png(drawing, {"canvas": "#ecedf1"}, "canvas")[1:4]
    b'PNG'
    """
    scale = min(scale, _TALLEST / drawing.height)
    width, height = max(round(drawing.width * scale), 1), max(round(drawing.height * scale), 1)
    picture = Image.new("RGB", (width, height))
    for top in range(0, height, _BAND):
        rows = min(_BAND, height - top)
        picture.paste(_paint_band(drawing, colours, background, scale, (width, top, rows)), (0, top))
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=not quick, compress_level=1 if quick else 9)
    return content.getvalue()


def _paint_band(
    drawing: Drawing, colours: Mapping[str, str], background: str, scale: float, place: tuple[int, int, int]
) -> Image.Image:
    """Paint the rows of pixels from `top` on; `place` is width, top and number of rows."""
    width, top, rows = place
    first, last = top / scale, (top + rows) / scale
    seen = [each for each in drawing.elements if each.extent[1] >= first and each.extent[0] <= last]
    large = Image.new("RGB", (width * _FINER, rows * _FINER), colours[background])
    painter = ImageDraw.Draw(large, "RGBA")
    for element in seen:
        if isinstance(element, Shape):
            _paint_shape(painter, element, colours, scale * _FINER, top * _FINER)
    band = large.resize((width, rows), Image.Resampling.BOX)
    writer = ImageDraw.Draw(band)
    for element in seen:
        if isinstance(element, Label):
            _write(writer, element, colours, scale, top)
    return band


def _paint_shape(
    painter: ImageDraw.ImageDraw, shape: Shape, colours: Mapping[str, str], scale: float, top: int
) -> None:
    points = [(x * scale, y * scale - top) for x, y in shape.points]
    fill = (*ImageColor.getrgb(colours[shape.fill])[:3], round(255 * shape.opacity)) if shape.fill else None
    stroke = colours[shape.stroke] if shape.stroke else None
    width = max(round(shape.width * scale), 1)
    match shape.kind:
        case "box":
            (left, upper), (right, lower) = points
            corners = (left, upper, max(right - 1, left), max(lower - 1, upper))
            painter.rounded_rectangle(corners, shape.radius * scale, fill, stroke, width if stroke else 0)
        case "circle":
            painter.ellipse((*points[0], *points[1]), fill, stroke, width if stroke else 0)
        case "polygon":
            painter.polygon(points, fill)
            if stroke:
                painter.line([*points, points[0]], stroke, width, "curve")
        case _:
            painter.line(points, stroke, width, "curve")


def _write(writer: ImageDraw.ImageDraw, label: Label, colours: Mapping[str, str], scale: float, top: int) -> None:
    font, shown = drawing_font(label.text, max(round(label.size * scale), 1))
    x, y = label.at[0] * scale, label.at[1] * scale - top
    anchor = "rs" if label.anchor == "end" else "ls"
    # The built-in font has no bold letters: they are written twice, one beside the other.
    for shift in (0.0, 0.35 * scale) if label.bold else (0.0,):
        writer.text((x + shift, y), shown, colours[label.fill], font, anchor)
