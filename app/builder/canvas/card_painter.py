"""The painting of a card: frame, icon, text, activations, output shape and parameter count."""

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen

from app.builder.canvas.activation_strip import Tiles, paint_bars, paint_empty_tiles, paint_tiles
from app.builder.canvas.block_painter import arrow_rect
from app.builder.canvas.card_layout import TEXT_LEFT, CardLayout, breakable, wrap_flags
from app.builder.canvas.card_model import CardModel
from app.builder.layer_icons import ICON_SIZE, paint_layer_icon
from app.builder.shape_block import BLOCK_SIZE, paint_block
from app.widgets.plain_text import sentence, short
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme, family_color
from tinyml.core import describe_count, describe_shape

_EDGE = 4
_MUTED = 130
"""Opacity, of 255, of the canvas colour on the cards of a standard block."""

_TALL = 88
"""Height in pixels above which the icon is at the top of the card instead of in the middle."""


class CardPainter:
    """Paints the parts of one card.

    Arguments:
        painter: paints on the card.
        rect: the whole card, in pixels.
        font: font of the card.
        model: content of the card.
        layout: the places on the card.
    """

    def __init__(self, painter: QPainter, rect: QRect, font: QFont, model: CardModel, layout: CardLayout) -> None:
        self._painter = painter
        self._rect = rect
        self._font = font
        self._model = model
        self._layout = layout

    def paint_frame(self, selected: bool, hovered: bool, focused: bool) -> None:
        """Paint background, coloured edge and outline.

        Arguments:
            selected: True if the card is selected.
            hovered: True if the mouse is over the card.
            focused: True if the card has the keyboard focus.
        """
        theme, painter = current_theme(), self._painter
        frame = QRectF(self._rect).adjusted(1.5, 1.5, -1.5, -1.5)
        path = QPainterPath()
        path.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(path, QColor(theme.card))
        if self._model.standard:
            muted = QColor(theme.canvas)
            muted.setAlpha(_MUTED)
            painter.fillPath(path, muted)
        if selected:
            tint = QColor(theme.accent)
            tint.setAlpha(26 if theme.dark else 14)
            painter.fillPath(path, tint)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(frame.left(), frame.top(), _EDGE, frame.height()), family_color(self._model.family))
        painter.restore()
        if selected:
            pen = QPen(QColor(theme.accent), 2 if focused else 1.4)
        elif focused:
            pen = QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine)
        elif self._model.problem:
            pen = QPen(QColor(theme.danger), 1.2)
        elif self._model.hint:
            pen = QPen(QColor(theme.warning), 1.2)
        else:
            pen = QPen(QColor(theme.muted if hovered else theme.border), 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def paint_icon(self) -> None:
        """Paint the icon of the layer family."""
        height = self._layout.height if self._model.is_open else self._rect.height()
        top = GRID + 2 if height > _TALL else (height - ICON_SIZE) / 2
        paint_layer_icon(self._painter, QRectF(17, top, ICON_SIZE, ICON_SIZE), self._model.family)

    def paint_text(self, live_line: str) -> None:
        """Paint name, layer type, key settings, notes, and the problem or the hint.

        Arguments:
            live_line: replaces the key settings for the current sample; empty for none.
        """
        theme, model, painter, boxes = current_theme(), self._model, self._painter, self._layout.boxes
        bold, title = bold_font(self._font), boxes["title"]
        bold_metrics = QFontMetrics(bold)
        name = bold_metrics.elidedText(short(model.name), Qt.TextElideMode.ElideMiddle, title.width())
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(self._font)
        painter.setPen(QColor(theme.muted))
        rest = title.adjusted(bold_metrics.horizontalAdvance(name) + GRID, 0, 0, 0)
        self._draw_line(rest, fitting_type_name(model, painter.fontMetrics(), rest.width()))
        painter.setFont(small_font(self._font))
        if "line" in boxes:
            self._draw_lines(boxes["line"], live_line or breakable(model.line))
        for number, note in enumerate(model.notes):
            self._draw_lines(boxes[f"note {number}"], note)
        if model.remark:
            painter.setPen(QColor(theme.danger if model.problem else theme.warning))
            self._draw_lines(boxes["remark"], model.remark.sentence)

    def paint_activations(self, values: np.ndarray | None, tiles: Tiles | None) -> None:
        """Paint the strip of activations, if the card has one.

        Arguments:
            values: `(C, H, W)` or `(D,)`; None if they are not known yet.
            tiles: the picture of `(C, H, W)`; None for a vector.
        """
        if "strip" not in self._layout.boxes:
            return
        box, shape = QRectF(self._layout.boxes["strip"]), self._model.shape
        if values is None:
            if shape is not None:
                paint_empty_tiles(self._painter, box, shape)
        elif tiles is not None:
            paint_tiles(self._painter, box, tiles)
        else:
            paint_bars(self._painter, box, values.reshape(-1), family_color(self._model.family))

    def paint_shape(self, preview: str = "") -> None:
        """Paint the block of the output shape, the shape as text, and the parameter count, if the shape is known.

        Arguments:
            preview: the output shape after a drop, shown in place of the shape; empty for none.
        """
        model, painter, wide = self._model, self._painter, self._layout.wide
        color = QColor(current_theme().accent if preview else current_theme().text)
        if model.is_open or (preview and model.shape is None):
            text = preview or (describe_shape(model.shape) if model.shape is not None else "")
            arrow = arrow_rect(self._rect.width()).left() if model.foldable else self._rect.width() - GRID
            title = self._layout.boxes["title"]
            painter.setFont(self._font)
            painter.setPen(color)
            box = QRect(title.left(), title.top(), arrow - GRID // 2 - title.left(), title.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), text)
        if model.shape is None or model.is_open:
            return
        left = TEXT_LEFT + self._layout.text_width + GRID
        middle = self._rect.height() / 2
        block = QRectF(left, middle - BLOCK_SIZE / 2, BLOCK_SIZE, BLOCK_SIZE)
        paint_block(painter, block, model.shape, family_color(model.family))
        painter.setFont(self._font)
        painter.setPen(color)
        counted = model.parameter_count > 0
        text_left = block.right() + GRID
        line = QFontMetrics(self._font).height()
        small = QFontMetrics(small_font(self._font)).height()
        text_top = middle - line / 2 - (small if counted and not wide else 0)
        column = self._rect.width() - self._layout.parameters_width - GRID * 1.5 if wide else text_left
        text_right = column - GRID if wide and counted else self._rect.width() - GRID
        text_box = QRectF(text_left, text_top, text_right - text_left, line)
        self._draw_line(text_box.toRect(), preview or describe_shape(model.shape))
        if counted:
            width = self._rect.width() - column - GRID * 1.5
            self._paint_parameters(QRectF(column, middle - small if wide else text_box.bottom(), width, 2 * small))

    def _paint_parameters(self, box: QRectF) -> None:
        """Paint the parameter count above a bar with its share of the network's parameters."""
        theme, model, painter = current_theme(), self._model, self._painter
        painter.setFont(small_font(self._font))
        painter.setPen(QColor(theme.muted))
        text = describe_count(model.parameter_count, "parameter")
        if not self._layout.wide:
            number, _, word = text.rpartition(" ")
            text = f"{number}\n{word}"
        height = painter.fontMetrics().height() * (text.count("\n") + 1)
        painter.drawText(QRectF(box.left(), box.top(), box.width(), height), 0, text)
        bar = QRectF(box.left(), box.top() + height + 3, box.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        bar.setWidth(max(bar.width() * model.share, 2))
        painter.setBrush(family_color(model.family))
        painter.drawRoundedRect(bar, 1.5, 1.5)

    def _draw_lines(self, box: QRect, text: str) -> None:
        shown = sentence(text)
        self._painter.drawText(box, wrap_flags(self._painter.fontMetrics(), shown, box.width()), shown)

    def _draw_line(self, box: QRect, text: str) -> None:
        if box.width() > GRID:
            shown = self._painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            self._painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), shown)


def fitting_type_name(model: CardModel, metrics: QFontMetrics, width: int) -> str:
    """Return the layer type with its summary, or the type alone if both do not fit.

    Arguments:
        model: content of the card.
        metrics: of the font of the text.
        width: room for the text in pixels.
    """
    text = short(model.type_name)
    return text if metrics.horizontalAdvance(text) <= width else text.partition(" · ")[0]
