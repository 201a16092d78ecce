"""Lines over epochs as a PNG file: axes, a grid, a legend, and no plotting library."""

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
_INK, _GRID, _PAPER = "#333333", "#dddddd", "#ffffff"
_FINER = 3
"""Everything is drawn three times as large and then reduced, which smooths the lines."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One line of the figure.

    Attributes:
        values: `(epochs,)` heights, finite.
        colour: as "#rrggbb".
        label: what the legend calls it; empty for a line that the legend leaves out.
        width: in pixels.
        dashed: drawn with gaps.
    """

    values: Array
    colour: str
    label: str = ""
    width: int = 2
    dashed: bool = False


def draw_lines(path: str | Path, title: str, x_label: str, y_label: str, lines: Sequence[Line]) -> None:
    """Draw lines from epoch 1 on, later ones over earlier ones, with the vertical axis from 0 up; write a PNG file.

    Raises `StorageError` when the file cannot be written.
    """
    image = Image.new("RGB", (_WIDTH * _FINER, _HEIGHT * _FINER), _PAPER)
    figure = _Figure(ImageDraw.Draw(image), max(len(line.values) for line in lines), _highest(lines))
    figure.draw_axes(title, x_label, y_label)
    for line in lines:
        figure.draw_line(line)
    figure.draw_legend([line for line in lines if line.label])
    content = io.BytesIO()
    image.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).save(content, "PNG")
    write_atomically(path, content.getvalue())


def ticks(highest: float, most: int = 6) -> list[float]:
    """Return round numbers from 0 to `highest` or a little more.

    >>> ticks(0.7), ticks(50)
    ([0.0, 0.2, 0.4, 0.6, 0.8], [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    """
    rough = highest / most
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(round_ * magnitude for round_ in (1, 2, 5, 10) if round_ * magnitude >= rough)
    return [round(step * number, 10) for number in range(math.ceil(highest / step - 1e-9) + 1)]


def _highest(lines: Sequence[Line]) -> float:
    return max(float(np.max(line.values)) for line in lines) or 1.0


class _Figure:
    """The drawing, with the scales of its axes."""

    def __init__(self, draw: ImageDraw.ImageDraw, epochs: int, highest: float) -> None:
        self._draw, self._epochs = draw, epochs
        self._heights = ticks(highest)

    def draw_axes(self, title: str, x_label: str, y_label: str) -> None:
        """Draw the grid, the numbers along it, and the words."""
        for height in self._heights:
            _, y = self._place(1, height)
            self._stroke([(_LEFT, y), (_WIDTH - _RIGHT, y)], _INK if height == 0 else _GRID, 1)
            self._write((_LEFT - 8, y), f"{height:g}", "rm")
        for epoch in ticks(self._epochs):
            if 1 <= epoch <= self._epochs or epoch == 0:
                x, y = self._place(max(epoch, 1), 0)
                self._stroke([(x, y), (x, y + 5)], _INK, 1)
                self._write((x, y + 8), f"{max(epoch, 1):g}", "mt")
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        self._write((middle, 12), title, "mt", size=17)
        self._write((middle, _HEIGHT - 10), x_label, "mb")
        self._write((_LEFT, _TOP - 8), y_label, "lb")

    def draw_line(self, line: Line) -> None:
        """Draw one line."""
        points = [self._place(epoch, float(value)) for epoch, value in enumerate(line.values, start=1)]
        self._stroke(points, line.colour, line.width, dashed=line.dashed)

    def draw_legend(self, lines: Sequence[Line]) -> None:
        """Name the lines in the upper right corner, on a patch of paper so that the grid does not disturb."""
        names = [line.label for line in lines]
        wide = max(self._draw.textlength(name, font=_font(14)) / _FINER for name in names)
        x, y = _WIDTH - _RIGHT - wide - 60, _TOP + 10
        box = [x - 8, y - 6, _WIDTH - _RIGHT - 4, y + 22 * len(lines)]
        self._draw.rectangle([edge * _FINER for edge in box], fill=_PAPER)
        for number, line in enumerate(lines):
            height = y + 22 * number + 6
            self._stroke([(x, height), (x + 36, height)], line.colour, line.width, dashed=line.dashed)
            self._write((x + 46, height), line.label, "lm")

    def _place(self, epoch: float, value: float) -> Point:
        """Return the pixel of a point."""
        across = (epoch - 1) / max(self._epochs - 1, 1)
        up = value / self._heights[-1]
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    def _stroke(self, points: Sequence[Point], colour: str, width: int, *, dashed: bool = False) -> None:
        finer = [(x * _FINER, y * _FINER) for x, y in points]
        for piece in _dashes(finer, 9 * _FINER) if dashed else [finer]:
            self._draw.line(piece, fill=colour, width=width * _FINER, joint="curve")

    def _write(self, place: Point, text: str, anchor: str, size: int = 14) -> None:
        place = place[0] * _FINER, place[1] * _FINER
        self._draw.text(place, text, fill=_INK, font=_font(size), anchor=anchor)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, which needs no file of the system."""
    return ImageFont.load_default(size * _FINER)


def _dashes(points: Sequence[Point], length: float) -> list[list[Point]]:
    """Cut a line into dashes as long as the gaps between them."""
    corners = np.array(points)
    walked = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])

    def at(distance: float) -> Point:
        return float(np.interp(distance, walked, corners[:, 0])), float(np.interp(distance, walked, corners[:, 1]))

    pieces = []
    for start in np.arange(0, walked[-1], 2 * length):
        inside = (walked > start) & (walked < start + length)
        between = [(float(x), float(y)) for x, y in corners[inside]]
        pieces.append([at(start), *between, at(min(start + length, float(walked[-1])))])
    return pieces
