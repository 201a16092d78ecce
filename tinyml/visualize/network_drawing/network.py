"""The drawing of a network: cards from the data to the loss, in the look of the builder."""

from collections.abc import Sequence

from tinyml.core import describe_count, describe_shape
from tinyml.visualize.network_drawing.cards import Card
from tinyml.visualize.network_drawing.drawing import Drawing, text_width
from tinyml.visualize.network_drawing.glyphs import BLOCK, ICON, draw_block, draw_icon

WIDTH = 720
"""Width of the drawing of a network in pixels."""
_MARGIN, _GAP, _INDENT = 16, 14, 20
_TEXT = 30
"""Distance from the left edge of a card to its text."""
_SHAPE, _COUNT = 100, 136
"""Width of the columns of the output shape and of the parameter count."""
_NAME, _SMALL = 14, 12
_LINE = 17
_MOST_LINES = 4

LIGHT = {
    "canvas": "#ecedf1",
    "card": "#ffffff",
    "border": "#d9dbe1",
    "text": "#1d2127",
    "muted": "#5f6672",
    "track": "#e9eaee",
    "input": "#8a8f98",
    "convolution": "#0072B2",
    "pooling": "#CC79A7",
    "dense": "#D55E00",
    "activation": "#009E73",
    "regularisation": "#E69F00",
    "block": "#56B4E9",
    "loss": "#8a8f98",
    "": "#5f6672",
}
"""The colours on a light background; each layer family has one (Okabe & Ito 2008: distinct for people with any colour
vision)."""

DARK = LIGHT | {
    "canvas": "#17181b",
    "card": "#25282e",
    "border": "#3a3e46",
    "text": "#e6e8ec",
    "muted": "#9aa1ad",
    "track": "#33373e",
    "convolution": "#3d9fdb",
    "dense": "#e8762c",
    "activation": "#1fb58c",
    "": "#9aa1ad",
}
"""The same on a dark background. The darkest colours are lighter here."""


def draw_network(cards: Sequence[Card], title: str) -> Drawing:
    """Draw a network from the first card to the last one.

    Arguments:
        cards: from the data to the loss.
        title: of the drawing, for screen readers.

    >>> drawing = draw_network([Card("fc", "Linear", "dense", ("2 outputs",), (2,), 10, 1.0)], "tiny")
    >>> drawing.width, drawing.height > 40
    (720, True)
    """
    drawing = Drawing(WIDTH, title)
    bottom = _draw_stack(drawing, cards, _MARGIN, WIDTH - _MARGIN, _MARGIN)
    drawing.height = round(bottom + _MARGIN)
    return drawing


def _draw_stack(drawing: Drawing, cards: Sequence[Card], left: float, right: float, top: float) -> float:
    """Draw cards one below the other, with arrows between them. Return the lower end of the last one."""
    for number, card in enumerate(cards):
        if number:
            _draw_arrow(drawing, left + _TEXT - ICON / 2 - 2, top, top + _GAP)
            top += _GAP
        top = (
            _draw_block_card(drawing, card, left, right, top) if card.inside else _draw(drawing, card, left, right, top)
        )
    return top


def _draw_arrow(drawing: Drawing, x: float, top: float, bottom: float) -> None:
    drawing.line([(x, top + 2), (x, bottom - 2)], "muted", 1.2)
    drawing.line([(x - 3, bottom - 5), (x, bottom - 2), (x + 3, bottom - 5)], "muted", 1.2)


def _draw(drawing: Drawing, card: Card, left: float, right: float, top: float) -> float:
    """Draw a card without cards inside. Return its lower end."""
    columns = right - _SHAPE - _COUNT - BLOCK if card.shape else right
    lines = [part for text in card.lines[:_MOST_LINES] for part in _wrap(text, columns - left - _TEXT - 16)]
    height = max(16 + _NAME + 4 + _LINE * len(lines), BLOCK + 4 if card.shape else 40)
    _draw_frame(drawing, card.family, left, right, top, top + height)
    draw_icon(drawing, (left + 10, top + (height - ICON) / 2), card.family)
    first = top + (height - _NAME - 4 - _LINE * len(lines)) / 2 + _NAME
    _draw_title(drawing, card, left + _TEXT + 4, columns - 12, first)
    for number, line in enumerate(lines):
        baseline = first + 4 + _LINE * (number + 0.8)
        drawing.text((left + _TEXT + 4, baseline), line, _SMALL, "muted", most=columns - left - _TEXT - 12)
    if card.shape:
        middle = top + height / 2
        draw_block(drawing, (columns + BLOCK / 2, middle), card.shape, card.family)
        drawing.text((columns + BLOCK + 8, middle + 5), describe_shape(card.shape), _NAME - 1, "text", most=_SHAPE - 12)
        if card.parameters:
            _draw_count(drawing, card, right - _COUNT, right - 12, middle)
    return top + height


def _wrap(text: str, width: float) -> list[str]:
    """Break a line of settings between two settings, never inside one."""
    lines: list[str] = []
    for part in text.split(" · "):
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and text_width(longer, _SMALL) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _draw_frame(drawing: Drawing, family: str, left: float, right: float, top: float, bottom: float) -> None:
    drawing.box((left, top), (left + 16, bottom), fill=family, radius=6)
    drawing.box((left + 4, top), (left + 18, bottom), fill="card")
    drawing.box((left + 12, top), (right, bottom), fill="card", radius=6)
    drawing.box((left, top), (right, bottom), stroke="border", radius=6)


def _draw_title(drawing: Drawing, card: Card, left: float, right: float, baseline: float) -> None:
    used = drawing.text((left, baseline), card.name, _NAME, "text", bold=True, most=(right - left) * 0.7)
    room = right - left - used - 10
    if room > 24:
        drawing.text((left + used + 10, baseline), card.kind, _NAME - 1, "muted", most=room)


def _draw_count(drawing: Drawing, card: Card, left: float, right: float, middle: float) -> None:
    """Write the parameter count above a bar with its share of the network's parameters."""
    drawing.text((left, middle + 1), describe_count(card.parameters, "parameter"), _SMALL, "muted", most=right - left)
    bar = middle + 8
    drawing.box((left, bar), (right, bar + 3), fill="track", radius=1.5)
    drawing.box((left, bar), (left + max((right - left) * card.share, 2), bar + 3), fill=card.family, radius=1.5)


def _draw_block_card(drawing: Drawing, card: Card, left: float, right: float, top: float) -> float:
    """Draw a block: a header, and below it the cards inside, indented. Return its lower end."""
    header = 16 + _NAME + 6
    place = len(drawing.elements)
    bottom = _draw_stack(drawing, card.inside, left + _INDENT, right - 10, top + header) + 10
    cards = drawing.elements[place:]
    del drawing.elements[place:]
    drawing.box((left, top), (right, bottom), fill=card.family, radius=8, opacity=0.1)
    drawing.box((left, top), (right, bottom), stroke=card.family, radius=8)
    draw_icon(drawing, (left + 10, top + (header - ICON) / 2), card.family)
    _draw_title(drawing, card, left + _TEXT + 4, right - _SHAPE - 12, top + 10 + _NAME)
    if card.shape:
        shape = describe_shape(card.shape)
        drawing.text((right - 12, top + 10 + _NAME), shape, _NAME - 1, "text", anchor="end", most=_SHAPE)
    drawing.elements += cards
    if card.shortcut:
        x = left + _INDENT / 2
        drawing.line([(x, top + header), (x, bottom - 10)], card.family, 1.6)
        drawing.line([(x - 3, bottom - 14), (x, bottom - 10), (x + 3, bottom - 14)], card.family, 1.6)
    return bottom
