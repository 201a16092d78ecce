"""A figure of pictures and lines of text, saved as PNG, SVG or PDF."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from tinyml.core import Pair, StorageError
from tinyml.core.files import show_path, write_atomically
from tinyml.core.text_picture import GREY, INK, MARGIN, Sheet

FORMATS = (".png", ".svg", ".pdf")
"""The endings of the files that a figure can be saved as."""

_BASELINE = 0.8
"""Distance from the upper edge of a line of text to its baseline, in heights of the font."""
_DOTS_PER_INCH = 144


class Figure:
    """A white figure with a heading. Everything is drawn as pixels and, for SVG, as elements at the same time.

    Arguments:
        width, height: in pixels.
        title: of the heading.
        lines: below the title, at most two.

    >>> figure = Figure(300, 120, "conv_1", ["of a LeNet"])
    >>> figure.add_picture((20, 80), (8, 8), np.zeros((2, 2, 3), np.uint8))
    >>> figure.pixels()[80, 20].tolist()
    [0, 0, 0]
    """

    def __init__(self, width: int, height: int, title: str, lines: Sequence[str]) -> None:
        self._sheet = Sheet(width, height, title, lines)
        self._elements: list[str] = []
        self._add_text((MARGIN, MARGIN), title, 20, INK)
        for place, line in enumerate(lines):
            self._add_text((MARGIN, MARGIN + 28 + 18 * place), line, 13, GREY)

    def add_text(self, at: Pair, text: str, size: int = 13, colour: str = INK, most: int = 0) -> None:
        """Write one line.

        Arguments:
            at: left upper corner, (x, y).
            text: in any script.
            size: height of the font in pixels.
            colour: as "#rrggbb".
            most: largest width; a longer text is cut off. 0 for no limit.
        """
        self._sheet.write(at, text, size, colour, most=most)
        self._add_text(at, text, size, colour)

    def add_picture(self, at: Pair, size: Pair, colours: np.ndarray) -> None:
        """Draw a picture.

        Arguments:
            at: left upper corner, (x, y).
            size: (width, height) in the figure. Small pictures get large pixels, large ones are scaled down smoothly.
            colours: `(H, W, 3)` bytes.
        """
        picture = Image.fromarray(np.ascontiguousarray(colours))
        if size[0] < picture.width or size[1] < picture.height:
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        self._sheet.image.paste(picture.resize(size, Image.Resampling.NEAREST), at)
        self._elements.append(
            f'<image x="{at[0]}" y="{at[1]}" width="{size[0]}" height="{size[1]}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{_as_base64(picture)}"/>'
        )

    def add_frame(self, at: Pair, size: Pair, colour: str, thickness: int = 2) -> None:
        """Draw a frame around a rectangle, outside of its pixels.

        Arguments:
            at: left upper corner of the rectangle, (x, y).
            size: (width, height) of the rectangle.
            colour: as "#rrggbb".
            thickness: in pixels.
        """
        x, y, (width, height) = at[0] - thickness, at[1] - thickness, size
        right, bottom = x + width + 2 * thickness - 1, y + height + 2 * thickness - 1
        self._sheet.draw.rectangle([x, y, right, bottom], outline=colour, width=thickness)
        half = thickness / 2
        self._elements.append(
            f'<rect x="{x + half}" y="{y + half}" width="{width + thickness}" height="{height + thickness}" '
            f'fill="none" stroke="{colour}" stroke-width="{thickness}"/>'
        )

    def pixels(self) -> np.ndarray:
        """Return the figure as bytes `(H, W, 3)`."""
        return np.array(self._sheet.image)

    def save(self, path: str | Path) -> None:
        """Write the figure. An older file of that name is replaced, or unchanged after an error.

        Arguments:
            path: of the file; its ending decides the format: .png, .svg or .pdf.

        Raises `StorageError` for another ending, or if the file cannot be written.
        """
        ending = require_format(path)
        if ending == ".svg":
            write_atomically(path, self._as_svg().encode())
            return
        content = io.BytesIO()
        if ending == ".png":
            self._sheet.image.save(content, "PNG", optimize=True)
        else:
            # Without dates, so that the same figure is the same bytes.
            self._sheet.image.save(
                content, "PDF", resolution=_DOTS_PER_INCH, creationDate=None, modDate=None, quality=95
            )
        write_atomically(path, content.getvalue())

    def _add_text(self, at: Pair, text: str, size: int, colour: str) -> None:
        shown = escape("".join(letter if letter.isprintable() else "?" for letter in text))
        self._elements.append(
            f'<text x="{at[0]}" y="{at[1] + _BASELINE * size:g}" font-size="{size}" fill="{colour}">{shown}</text>'
        )

    def _as_svg(self) -> str:
        width, height = self._sheet.image.size
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif">'
        )
        return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *self._elements, "</svg>\n"])


def require_format(path: str | Path) -> str:
    """Return the ending of a path in small letters; raises `StorageError` if a figure has no such format.

    Arguments:
        path: of a file to write.

    >>> require_format("Sheet.PNG")
    '.png'
    """
    ending = Path(path).suffix.lower()
    if ending not in FORMATS:
        raise StorageError(
            f"'{show_path(path)}' does not end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}. Choose one of them."
        )
    return ending


def _as_base64(picture: Image.Image) -> str:
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return base64.b64encode(content.getvalue()).decode()
