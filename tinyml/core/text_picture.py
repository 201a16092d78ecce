"""A white picture with a heading, and text in any script."""

from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

MARGIN = 20
HEADING = 84
"""Height of the heading with the title, in pixels."""
INK, GREY, LIGHT, ACCENT = "#222222", "#666666", "#e4e7eb", "#2f6fde"

_FONT_FILES = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "wqy-microhei.ttc",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "msyh.ttc",
    "arial.ttf",
    "segoeui.ttf",
)
"""Fonts of Linux, macOS and Windows that know many scripts. Pillow's own font knows only the Latin letters."""
_NO_GLYPH = "\uffff"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Sheet:
    """A white picture with a heading.

    Arguments:
        width, height: in pixels, with the heading.
        title: of the heading.
        lines: below the title, at most two.

    Attributes:
        image: the picture.
        draw: draws on it.

    >>> Sheet(200, 100, "LeNet", ["of digits"]).image.size
    (200, 100)
    """

    def __init__(self, width: int, height: int, title: str, lines: Sequence[str]) -> None:
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)
        most = width - 2 * MARGIN
        self.write((MARGIN, MARGIN), title, 20, most=most)
        for place, line in enumerate(lines):
            self.write((MARGIN, MARGIN + 28 + 18 * place), line, 13, GREY, most=most)

    def write(
        self, at: tuple[float, float], text: str, size: int = 13, colour: str = INK, anchor: str = "lt", most: int = 0
    ) -> None:
        """Write one line.

        Arguments:
            at: place of the anchor.
            text: in any script. A letter that no font of this machine knows becomes a box or "?".
            size: height of the font in pixels.
            colour: as "#rrggbb".
            anchor: as in Pillow: "lt" is the left upper corner.
            most: largest width; a longer text is cut off and ends with "…". 0 for no limit.
        """
        font, shown = font_for(text, size)
        if most and self.draw.textlength(shown, font=font) > most:
            while shown and self.draw.textlength(f"{shown}…", font=font) > most:
                shown = shown[:-1]
            shown += "…"
        self.draw.text(at, shown, fill=colour, font=font, anchor=anchor)


def font_for(text: str, size: int) -> tuple[Font, str]:
    """Return a font that knows the letters of a text, and the text with "?" for letters that cannot be drawn.

    Arguments:
        text: in any script.
        size: height in pixels.

    >>> font_for("cat\\n", 13)[1]
    'cat?'
    """
    spaced = text.replace("\u00a0", " ")
    shown = "".join(letter if letter.isprintable() else "?" for letter in spaced)
    own = _own_font(size)
    if not isinstance(own, ImageFont.FreeTypeFont):
        return own, shown.encode("latin-1", "replace").decode("latin-1")
    letters = frozenset(shown)
    if _knows(own, letters):
        return own, shown
    known = [font for font in _system_fonts(size) if _knows(font, letters)]
    return (known[0] if known else own), shown


@cache
def _own_font(size: int) -> Font:
    """Return pillow's built-in font, because a system may have no font files."""
    return ImageFont.load_default(size)


@cache
def _system_fonts(size: int) -> tuple[ImageFont.FreeTypeFont, ...]:
    found = []
    for name in _FONT_FILES:
        try:
            found.append(ImageFont.truetype(name, size))
        except (OSError, ValueError):
            continue
    return tuple(found)


@cache
def _no_glyph(font: ImageFont.FreeTypeFont) -> bytes:
    return bytes(font.getmask(_NO_GLYPH))


def _knows(font: ImageFont.FreeTypeFont, letters: frozenset[str]) -> bool:
    """Return True if a font has all of the letters. It draws the same box for all letters that it does not have."""
    unknown = _no_glyph(font)
    return all(letter.isascii() or bytes(font.getmask(letter)) != unknown for letter in letters)
