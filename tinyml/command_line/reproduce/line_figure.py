"""Line plots over epochs as PNG files, drawn with pillow.

pillow is a dependency already, and two simple figures do not need matplotlib.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tinyml.core import Array
from tinyml.core.files import write_atomically

_WIDTH, _HEIGHT = 800, 500
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 50, 25, 60
_FOREGROUND, _GRID, _BACKGROUND = "#333333", "#dddddd", "#ffffff"
_SUPERSAMPLING = 3
"""Everything is drawn three times as large and then scaled down, which smooths the lines."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of the figure.

    Attributes:
        values: `(epochs,)` finite numbers.
        colour: as "#rrggbb".
        label: name in the legend; empty for a line that is not in the legend.
        width: in pixels.
        dashed: True for a dashed line.
    """

    values: Array
    colour: str
    label: str = ""
    width: int = 2
    dashed: bool = False


def draw_lines(path: str | Path, title: str, x_label: str, y_label: str, lines: Sequence[Line]) -> None:
    """Draw lines and write them as a PNG file. The first epoch is 1, and the vertical axis begins at 0.

    Arguments:
        path: of the PNG file.
        title, x_label, y_label: the texts above the plot and at its axes.
        lines: a later line covers an earlier one.

    Raises `StorageError` if the file cannot be written.
    """
    image = Image.new("RGB", (_WIDTH * _SUPERSAMPLING, _HEIGHT * _SUPERSAMPLING), _BACKGROUND)
    figure = _Figure(ImageDraw.Draw(image), max(len(line.values) for line in lines), _highest(lines))
    figure.draw_axes(title, x_label, y_label)
    for line in lines:
        figure.draw_line(line)
    figure.draw_legend([line for line in lines if line.label])
    content = io.BytesIO()
    image.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(content, "PNG")
    write_atomically(path, content.getvalue())


def ticks(highest: float, most: int = 6) -> list[float]:
    """Return round numbers from 0 to at least `highest`, for the ticks of an axis.

    Arguments:
        highest: largest number on the axis, greater than 0.
        most: largest number of ticks above 0.

    >>> ticks(0.7), ticks(50)
    ([0.0, 0.2, 0.4, 0.6, 0.8], [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    """
    rough = highest / most
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough)
    return [round(step * number, 10) for number in range(math.ceil(highest / step - 1e-9) + 1)]


def _highest(lines: Sequence[Line]) -> float:
    return max(float(np.max(line.values)) for line in lines) or 1.0


class _Figure:
    """The plot, with the scales of its axes."""

    def __init__(self, draw: ImageDraw.ImageDraw, epochs: int, highest: float) -> None:
        self._draw, self._epochs = draw, epochs
        self._y_ticks = ticks(highest)

    def draw_axes(self, title: str, x_label: str, y_label: str) -> None:
        """Draw the grid, the tick labels, the title and the axis labels."""
        for value in self._y_ticks:
            _, y = self._to_pixels(1, value)
            self._stroke([(_LEFT, y), (_WIDTH - _RIGHT, y)], _FOREGROUND if value == 0 else _GRID, 1)
            self._write((_LEFT - 8, y), f"{value:g}", "rm")
        for epoch in ticks(self._epochs):
            if 1 <= epoch <= self._epochs or epoch == 0:
                x, y = self._to_pixels(max(epoch, 1), 0)
                self._stroke([(x, y), (x, y + 5)], _FOREGROUND, 1)
                self._write((x, y + 8), f"{max(epoch, 1):g}", "mt")
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        self._write((middle, 12), title, "mt", size=17)
        self._write((middle, _HEIGHT - 10), x_label, "mb")
        self._write((_LEFT, _TOP - 8), y_label, "lb")

    def draw_line(self, line: Line) -> None:
        """Draw one line."""
        points = [self._to_pixels(epoch, float(value)) for epoch, value in enumerate(line.values, start=1)]
        self._stroke(points, line.colour, line.width, dashed=line.dashed)

    def draw_legend(self, lines: Sequence[Line]) -> None:
        """Draw the legend in the upper right corner, on a background that hides the grid."""
        names = [line.label for line in lines]
        width = max(self._draw.textlength(name, font=_font(14)) / _SUPERSAMPLING for name in names)
        x, y = _WIDTH - _RIGHT - width - 60, _TOP + 10
        box = [x - 8, y - 6, _WIDTH - _RIGHT - 4, y + 22 * len(lines)]
        self._draw.rectangle([edge * _SUPERSAMPLING for edge in box], fill=_BACKGROUND)
        for number, line in enumerate(lines):
            middle = y + 22 * number + 6
            self._stroke([(x, middle), (x + 36, middle)], line.colour, line.width, dashed=line.dashed)
            self._write((x + 46, middle), line.label, "lm")

    def _to_pixels(self, epoch: float, value: float) -> Point:
        """Return the pixel coordinates of a point."""
        across = (epoch - 1) / max(self._epochs - 1, 1)
        up = value / self._y_ticks[-1]
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    def _stroke(self, points: Sequence[Point], colour: str, width: int, *, dashed: bool = False) -> None:
        scaled = [(x * _SUPERSAMPLING, y * _SUPERSAMPLING) for x, y in points]
        for piece in _dashes(scaled, 9 * _SUPERSAMPLING) if dashed else [scaled]:
            self._draw.line(piece, fill=colour, width=width * _SUPERSAMPLING, joint="curve")

    def _write(self, position: Point, text: str, anchor: str, size: int = 14) -> None:
        position = position[0] * _SUPERSAMPLING, position[1] * _SUPERSAMPLING
        self._draw.text(position, text, fill=_FOREGROUND, font=_font(size), anchor=anchor)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return pillow's built-in font, because a system may have no font files."""
    return ImageFont.load_default(size * _SUPERSAMPLING)


def _dashes(points: Sequence[Point], length: float) -> list[list[Point]]:
    """Cut a line into dashes of this length, with gaps of the same length between them."""
    corners = np.array(points)
    distances = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])

    def at(distance: float) -> Point:
        """Return the point at a distance from the start, measured along the line."""
        return float(np.interp(distance, distances, corners[:, 0])), float(
            np.interp(distance, distances, corners[:, 1])
        )

    pieces = []
    for start in np.arange(0, distances[-1], 2 * length):
        inside = (distances > start) & (distances < start + length)
        between = [(float(x), float(y)) for x, y in corners[inside]]
        pieces.append([at(start), *between, at(min(start + length, float(distances[-1])))])
    return pieces
