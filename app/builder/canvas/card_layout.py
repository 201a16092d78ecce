"""The places of everything on a card, in pixels: icon, text column, block of the output shape, parameter count."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from app.builder.canvas.activation_strip import STRIP_HEIGHT
from app.builder.canvas.block_painter import ARROW_SIZE, shape_width
from app.builder.canvas.card_model import CardModel
from app.builder.shape_block import BLOCK_SIZE
from app.widgets.plain_text import sentence
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID

TEXT_LEFT = 46
_WIDE = 520
_MIN_TEXT_WIDTH = 80
_NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class CardLayout:
    """The places on a card of one width.

    Attributes:
        boxes: place of each part of the text column: "title", "line", "strip", "remark", "note 0", "fix".
        text_width: width of the text column.
        wide: True if the parameter count has its own column. Else it stands below the shape, in two lines.
        parameters_width: width of the parameter count.
        height: height that the card needs.
    """

    boxes: dict[str, QRect]
    text_width: int
    wide: bool
    parameters_width: int
    height: int


def lay_out_card(model: CardModel, live_line: str, width: int, font: QFont, fix_height: int) -> CardLayout:
    """Find the places on a card.

    Arguments:
        model: content of the card.
        live_line: replaces `model.line` for the current sample; the taller one of both decides. Empty for none.
        width: width of the card in pixels.
        font: font of the card.
        fix_height: height of the fix button in pixels; 0 if the card has none.
    """
    wide = width >= _WIDE
    text_width = _text_width(model, width, wide, font)
    small = QFontMetrics(small_font(font))
    boxes: dict[str, QRect] = {}
    top = GRID

    def place(key: str, height: int, gap: int = 0) -> None:
        nonlocal top
        boxes[key] = QRect(TEXT_LEFT, top + gap, text_width, height)
        top += gap + height

    def wrapped_height(text: str) -> int:
        shown = sentence(text)
        return small.boundingRect(QRect(0, 0, text_width, 10_000), wrap_flags(small, shown, text_width), shown).height()

    place("title", QFontMetrics(bold_font(font)).height())
    if model.line:
        place("line", max(wrapped_height(line) for line in (breakable(model.line), live_line) if line))
    if model.strip:
        place("strip", STRIP_HEIGHT, GRID // 2)
    if model.remark:
        place("remark", wrapped_height(model.remark.sentence), GRID // 2)
    for number, note in enumerate(model.notes):
        place(f"note {number}", wrapped_height(note), GRID // 2)
    if fix_height:
        place("fix", fix_height, GRID // 2 + 2)
    least = 0 if model.is_open else BLOCK_SIZE + GRID // 2
    if not wide and model.parameter_count:
        least = max(least, QFontMetrics(font).height() + 2 * small.height() + 2 * GRID)
    return CardLayout(boxes, text_width, wide, _parameters_width(wide, font), max(top + GRID, least))


def breakable(line: str) -> str:
    """Return the key settings as text that breaks between settings, not inside one such as "padding 2".

    Arguments:
        line: the settings with " · " between them.
    """
    separator = " · "
    return separator.join(part.replace(" ", _NO_BREAK) for part in line.split(separator))


def wrap_flags(metrics: QFontMetrics, text: str, width: int) -> int:
    """Return the flags for text that breaks into lines between words; inside a word only if it does not fit a line.

    Arguments:
        metrics: of the font of the text.
        text: the text.
        width: width of a line in pixels.
    """
    fits = all(metrics.horizontalAdvance(word) <= width for word in text.replace("\n", " ").split(" "))
    wrap = Qt.TextFlag.TextWordWrap if fits else Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
    return int(wrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


def _text_width(model: CardModel, width: int, wide: bool, font: QFont) -> int:
    right = BLOCK_SIZE + _shape_width(font) + (_parameters_width(wide, font) + GRID if wide else 0) + 4 * GRID
    if model.shape is None:
        right = 2 * GRID
    if model.is_open:
        right = shape_width(model, font) + ARROW_SIZE + GRID
    return max(width - TEXT_LEFT - right, _MIN_TEXT_WIDTH)


def _shape_width(font: QFont) -> int:
    """Return the width of the text beside the block. All cards reserve the same width, so that the blocks line up."""
    return max(QFontMetrics(font).horizontalAdvance("128×28×28"), _parameters_width(False, font))


def _parameters_width(wide: bool, font: QFont) -> int:
    """Return the width of the parameter count. All cards reserve the same width."""
    number, word = "888 888", "parameters"
    metrics = QFontMetrics(small_font(font))
    return max(metrics.horizontalAdvance(text) for text in ((f"{number} {word}",) if wide else (number, word)))
