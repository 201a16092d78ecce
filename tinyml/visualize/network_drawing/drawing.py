"""A drawing of shapes and text whose colours have names, as SVG or as pixels.

The same drawing serves a file (with the colours of a palette) and a page that has a light and a dark look (with the
variables of its style sheet as colours).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tinyml.core.text_picture import Font, font_for

Point = tuple[float, float]

_BOLD = 1.14
"""Bold letters are so many times as wide."""
_ALWAYS = "×·…"
"""Letters that every drawing has."""


@dataclass(frozen=True)
class Shape:
    """A polygon, a line or a rounded rectangle.

    Attributes:
        kind: "polygon", "line", "box" or "circle".
        points: the corners; of a box the left upper and the right lower one, of a circle those of its square.
        fill: name of the colour inside; empty for none.
        stroke: name of the colour of the line; empty for none.
        width: of the line in pixels.
        opacity: of the colour inside, from 0 to 1.
        radius: of the corners of a box.
    """

    kind: str
    points: tuple[Point, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    opacity: float = 1.0
    radius: float = 0.0

    @property
    def extent(self) -> tuple[float, float]:
        """The upper and the lower end."""
        rows = [y for _, y in self.points]
        return min(rows) - self.width, max(rows) + self.width

    def as_svg(self, colours: Mapping[str, str]) -> str:
        """Return the element of an SVG file.

        Arguments:
            colours: each colour by its name.
        """
        fill = colours[self.fill] if self.fill else "none"
        look = f'fill="{fill}"' + (f' fill-opacity="{self.opacity:g}"' if self.opacity < 1 else "")
        if self.stroke:
            look += f' stroke="{colours[self.stroke]}" stroke-width="{self.width:g}" stroke-linejoin="round"'
            look += ' stroke-linecap="round"' if self.kind == "line" else ""
        (left, top), (right, bottom) = self.points[0], self.points[-1]
        if self.kind == "box":
            corner = f' rx="{self.radius:g}"' if self.radius else ""
            place = f'x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}"'
            return f"<rect {place}{corner} {look}/>"
        if self.kind == "circle":
            place = f'cx="{(left + right) / 2:g}" cy="{(top + bottom) / 2:g}" r="{(right - left) / 2:g}"'
            return f"<circle {place} {look}/>"
        corners = " ".join(f"{x:g},{y:g}" for x, y in self.points)
        return f'<{"polyline" if self.kind == "line" else "polygon"} points="{corners}" {look}/>'


@dataclass(frozen=True)
class Label:
    """One line of text.

    Attributes:
        at: the end of the baseline that `anchor` names.
        text: in any script, without characters that do not print.
        size: height of the font in pixels.
        fill: name of the colour.
        bold: True for bold letters.
        anchor: "start" or "end".
    """

    at: Point
    text: str
    size: int
    fill: str
    bold: bool = False
    anchor: str = "start"

    @property
    def extent(self) -> tuple[float, float]:
        """The upper and the lower end."""
        return self.at[1] - 1.5 * self.size, self.at[1] + self.size

    def as_svg(self, colours: Mapping[str, str]) -> str:
        """Return the element of an SVG file.

        Arguments:
            colours: each colour by its name.
        """
        more = ' font-weight="600"' if self.bold else ""
        more += ' text-anchor="end"' if self.anchor == "end" else ""
        place = f'x="{self.at[0]:g}" y="{self.at[1]:g}" font-size="{self.size}"'
        return f'<text {place} fill="{colours[self.fill]}"{more}>{escape(self.text)}</text>'


class Drawing:
    """Shapes and labels, one above the other.

    Arguments:
        width: in pixels.
        title: what the drawing shows, for screen readers.

    Attributes:
        width, height: in pixels. `height` is set when the drawing is complete.
        elements: what was drawn, in order.

    >>> drawing = Drawing(40, "a box")
    >>> drawing.box((4, 4), (36, 16), fill="card", radius=2)
    >>> drawing.height = 20
    >>> drawing.as_svg({"card": "#ffffff"}).count("<rect")
    1
    """

    def __init__(self, width: int, title: str) -> None:
        self.width, self.height = width, 0
        self.elements: list[Shape | Label] = []
        self._title = title

    def box(
        self,
        start: Point,
        end: Point,
        fill: str = "",
        stroke: str = "",
        width: float = 1.0,
        radius: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Draw a rectangle.

        Arguments:
            start, end: the left upper and the right lower corner, (x, y).
            fill, stroke, width, radius, opacity: as the attributes of `Shape`.
        """
        self.elements.append(Shape("box", (start, end), fill, stroke, width, opacity, radius))

    def circle(self, centre: Point, radius: float, fill: str = "", stroke: str = "", width: float = 1.0) -> None:
        """Draw a circle.

        Arguments:
            centre: (x, y).
            radius: in pixels.
            fill, stroke, width: as the attributes of `Shape`.
        """
        (x, y), corners = centre, (-radius, radius)
        self.elements.append(Shape("circle", tuple((x + shift, y + shift) for shift in corners), fill, stroke, width))

    def line(self, points: Sequence[Point], stroke: str, width: float = 1.6) -> None:
        """Draw a line through points.

        Arguments:
            points: each (x, y).
            stroke, width: as the attributes of `Shape`.
        """
        self.elements.append(Shape("line", tuple(points), "", stroke, width))

    def polygon(self, points: Sequence[Point], fill: str, stroke: str = "", opacity: float = 1.0) -> None:
        """Draw a polygon.

        Arguments:
            points: its corners, each (x, y).
            fill, stroke, opacity: as the attributes of `Shape`.
        """
        self.elements.append(Shape("polygon", tuple(points), fill, stroke, 1.1, opacity))

    def text(
        self, at: Point, text: str, size: int, fill: str, bold: bool = False, anchor: str = "start", most: float = 0.0
    ) -> float:
        """Write one line, and return its width in pixels.

        Arguments:
            at, text, size, fill, bold, anchor: as the attributes of `Label`.
            most: largest width; a longer text loses its end. 0 for no limit.
        """
        shown = cut_text(text, size, most, bold) if most else printable(text)
        if shown:
            self.elements.append(Label(at, shown, size, fill, bold, anchor))
        return text_width(shown, size, bold)

    def as_svg(self, colours: Mapping[str, str], background: str = "") -> str:
        """Return the drawing as an SVG element.

        Arguments:
            colours: each colour by its name, as CSS writes it.
            background: name of the colour behind everything; empty for none.
        """
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" font-family="system-ui, sans-serif">',
            f"<title>{escape(printable(self._title))}</title>",
        ]
        if background:
            lines.append(f'<rect width="100%" height="100%" fill="{colours[background]}"/>')
        return "\n".join([*lines, *(element.as_svg(colours) for element in self.elements), "</svg>"])


def printable(text: str) -> str:
    """Return a text with "?" for characters that do not print: an XML file may not hold all of them.

    Arguments:
        text: any text.

    >>> printable("a" + chr(0))
    'a?'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text.replace("\u00a0", " "))


def drawing_font(text: str, size: int) -> tuple[Font, str]:
    """Return a font for a line, and what it writes. Lines of Latin letters have the same font, with or without "×".

    Arguments:
        text: the line.
        size: height in pixels.
    """
    font, shown = font_for(f"{text}{_ALWAYS}", size)
    return font, shown[: len(text)]


def text_width(text: str, size: int, bold: bool = False) -> float:
    """Return about how wide a line is, in pixels. A browser may have another font.

    Arguments:
        text: the line.
        size: height of the font in pixels.
        bold: True for bold letters.
    """
    font, shown = drawing_font(text, size)
    return float(font.getlength(shown)) * (_BOLD if bold else 1.0)


def cut_text(text: str, size: int, most: float, bold: bool = False) -> str:
    """Return the beginning of a text that fits into a width, with "…" if it is cut.

    Arguments:
        text: any text.
        size: height of the font in pixels.
        most: the width in pixels.
        bold: True for bold letters.

    >>> cut_text("fc", 13, 60), cut_text("fc", 13, 1)
    ('fc', '')
    """
    shown = printable(text[:500])
    if text_width(shown, size, bold) <= most:
        return shown
    while shown and text_width(f"{shown}…", size, bold) > most:
        shown = shown[:-1]
    return f"{shown.rstrip()}…" if shown else ""
