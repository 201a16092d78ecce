"""One card of the canvas, painted by hand: a hundred of them must follow every edit."""

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QWidget

from app.builder.canvas.activation_strip import (
    STRIP_HEIGHT,
    Tiles,
    example_tile,
    paint_bars,
    paint_tiles,
    paint_waiting,
    tiles_of,
)
from app.builder.canvas.card_model import CardModel
from app.builder.layer_icons import BLOCK_SIZE, ICON_SIZE, paint_block, paint_layer_icon
from app.widgets.formatting import format_count, format_quantity
from app.widgets.plain_text import button_text, sentence, short, visible
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme, family_color
from tinyml.core import describe_shape

_EDGE = 4
_TEXT_LEFT = 46
_WIDE = 480
"""From this width on the parameter count has a column of its own."""

_PARAMETERS_WIDTH = 104
_WRAP = int(
    Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
)


class Card(QWidget):
    """What is known of one layer, of the data, or of the loss.

    Attributes:
        content: what it says; set by `show_content`.
        rebuilds: how often it was given another content.

    Signals:
        fix_requested(): the one-click fix was pressed.
    """

    fix_requested = Signal()

    def __init__(self, model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.rebuilds = 0
        self._selected = self._hovered = False
        self._live_line = ""
        self._values: np.ndarray | None = None
        self._tiles: Tiles | None = None
        self._heights: dict[int, int] = {}
        self._fix_button: QPushButton | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._adopt(model)

    # -------------------------------------------------------------------------------------------------- what it shows

    def show_model(self, model: CardModel) -> bool:
        """Show another content; tell whether it differs from the present one."""
        if model == self.model:
            return False
        if model.shape != self.model.shape or model.name != self.model.name:
            self.show_activations(None)
        self._adopt(model)
        return True

    def show_activations(self, values: np.ndarray | None, live_line: str = "") -> None:
        """Show `(C, H, W)` maps or a `(D,)` vector, as they are now; None when they are not known."""
        if values is None and self._values is None and live_line == self._live_line:
            return
        self._values, self._tiles = values, None
        if live_line != self._live_line:
            self._live_line = live_line
            self._heights.clear()
        self.update()

    @property
    def activations(self) -> np.ndarray | None:
        """The live activations that are shown; None while they are not known."""
        return self._values

    @property
    def selected(self) -> bool:
        """Whether the card is painted as selected."""
        return self._selected

    def set_selected(self, selected: bool) -> None:
        """Paint the card as selected, or not."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    @property
    def hovered(self) -> bool:
        """Whether the card is painted as being under the mouse."""
        return self._hovered

    def set_hovered(self, hovered: bool) -> None:
        """Paint the card as being under the mouse, or not."""
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def _adopt(self, model: CardModel) -> None:
        self.model = model
        self.rebuilds += 1
        self._heights.clear()
        self.setObjectName(f"{model.family}_card" if model.family in ("input", "loss") else f"card_{model.name}")
        self.setAccessibleName(visible(model.in_words()))
        fix = model.problem.fix if model.problem else None
        if fix is None:
            if self._fix_button is not None:
                if self._fix_button.hasFocus():
                    self.setFocus()  # Qt would give the keyboard to whatever comes next in the window
                self._fix_button.hide()
        else:
            button = self._fix_button or self._make_fix_button()
            button.setObjectName(f"fix_button_{model.name}")
            button.setText(button_text(fix.label, 40))
            button.setAccessibleName(f"{short(fix.label)} ({short(model.name)})")
            button.show()
            self._place_fix_button()
        self.update()

    def _make_fix_button(self) -> QPushButton:
        self._fix_button = QPushButton(self)
        self._fix_button.setProperty("fix", True)
        self._fix_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._fix_button.clicked.connect(self.fix_requested)
        return self._fix_button

    # ------------------------------------------------------------------------------------------------------- geometry

    def height_for(self, width: int) -> int:
        """Tell how high the card must be at a width."""
        if width not in self._heights:
            self._heights = {width: self._measure(width)}
        return self._heights[width]

    def _measure(self, width: int) -> int:
        _, bottom = self._text_boxes(width)
        return max(bottom + GRID, BLOCK_SIZE + GRID // 2)

    def _text_width(self, width: int) -> int:
        right = BLOCK_SIZE + self._shape_width() + (_PARAMETERS_WIDTH + GRID if width >= _WIDE else 0) + 4 * GRID
        if self.model.shape is None:
            right = 2 * GRID
        return max(width - _TEXT_LEFT - right, 80)

    def _shape_width(self) -> int:
        """Tell how much room the words beside the block get: the same on all cards, so that they stand in a column."""
        small = QFontMetrics(small_font(self.font()))
        return max(
            QFontMetrics(self.font()).horizontalAdvance("128×28×28"),
            small.horizontalAdvance(format_quantity(33_333, "parameter").replace("parameter", "param")),
        )

    def _text_boxes(self, width: int) -> tuple[dict[str, QRect], int]:
        """Place everything in the text column, from the top down; also return where it ends."""
        model, room = self.model, self._text_width(width)
        small = QFontMetrics(small_font(self.font()))
        boxes: dict[str, QRect] = {}
        top = GRID

        def place(key: str, height: int, gap: int = 0) -> None:
            nonlocal top
            boxes[key] = QRect(_TEXT_LEFT, top + gap, room, height)
            top += gap + height

        def wrapped(text: str) -> int:
            return small.boundingRect(QRect(0, 0, room, 10_000), _WRAP, text).height()

        place("title", QFontMetrics(bold_font(self.font())).height())
        if model.line:
            lines = [sentence(line) for line in (model.line, self._live_line) if line]
            place("line", max(map(wrapped, lines)))
        if model.strip:
            place("strip", STRIP_HEIGHT, GRID // 2)
        if model.problem:
            place("problem", wrapped(sentence(model.problem.sentence)), GRID // 2)
        for number, note in enumerate(model.notes):
            place(f"note {number}", wrapped(sentence(note)), GRID // 2)
        if model.problem and model.problem.fix and self._fix_button is not None:
            place("fix", self._fix_button.sizeHint().height(), GRID // 2 + 2)
        return boxes, top

    def _place_fix_button(self) -> None:
        box = self._text_boxes(self.width())[0].get("fix")
        if box is not None and self._fix_button is not None:
            self._fix_button.setGeometry(
                box.x(), box.y(), min(self._fix_button.sizeHint().width(), self.width() - box.x() - GRID), box.height()
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_fix_button()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heights.clear()
            self._place_fix_button()
            self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        # A card that was moved away from under the mouse has not heard of it: one card at a time.
        parent = self.parentWidget()
        for card in parent.findChildren(Card) if parent is not None else (self,):
            card.set_hovered(card is self)

    def leaveEvent(self, event: QEvent) -> None:
        self.set_hovered(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the canvas decides what a press means

    # -------------------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter)
        icon_top = (self.height() - ICON_SIZE) / 2
        if self.height() > 88:
            icon_top = GRID + 2
        paint_layer_icon(painter, QRectF(17, icon_top, ICON_SIZE, ICON_SIZE), self.model.family)
        boxes, _ = self._text_boxes(self.width())
        self._paint_text(painter, boxes)
        if "strip" in boxes:
            self._paint_strip(painter, QRectF(boxes["strip"]))
        if self.model.shape is not None:
            self._paint_shape(painter)
        painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        theme = current_theme()
        frame = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        path = QPainterPath()
        path.addRoundedRect(frame, RADIUS, RADIUS)
        painter.fillPath(path, QColor(theme.card))
        if self._selected:
            tint = QColor(theme.accent)
            tint.setAlpha(26 if theme.dark else 14)
            painter.fillPath(path, tint)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(frame.left(), frame.top(), _EDGE, frame.height()), family_color(self.model.family))
        painter.restore()
        if self._selected:
            pen = QPen(QColor(theme.accent), 2 if self.hasFocus() else 1.4)
        elif self.hasFocus():
            pen = QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine)
        elif self.model.problem:
            pen = QPen(QColor(theme.danger), 1.2)
        else:
            pen = QPen(QColor(theme.muted if self._hovered else theme.border), 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_text(self, painter: QPainter, boxes: dict[str, QRect]) -> None:
        theme, model = current_theme(), self.model
        muted, danger = QColor(theme.muted), QColor(theme.danger)
        bold, title = bold_font(self.font()), boxes["title"]
        bold_metrics = QFontMetrics(bold)
        name = bold_metrics.elidedText(short(model.name), Qt.TextElideMode.ElideMiddle, title.width())
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.setFont(self.font())
        painter.setPen(muted)
        self._draw_line(
            painter, title.adjusted(bold_metrics.horizontalAdvance(name) + GRID, 0, 0, 0), short(model.type_name)
        )
        painter.setFont(small_font(self.font()))
        if "line" in boxes:
            painter.drawText(boxes["line"], _WRAP, sentence(self._live_line or model.line))
        for key, box in boxes.items():
            if key.startswith("note "):
                painter.drawText(box, _WRAP, sentence(model.notes[int(key[5:])]))
        if model.problem:
            painter.setPen(danger)
            painter.drawText(boxes["problem"], _WRAP, sentence(model.problem.sentence))

    def _draw_line(self, painter: QPainter, box: QRect, text: str) -> None:
        if box.width() > GRID:
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _paint_strip(self, painter: QPainter, box: QRectF) -> None:
        values, shape = self._values, self.model.shape
        if values is None:
            if shape is not None:
                paint_waiting(painter, box, shape)
        elif values.ndim == 3:
            if self._tiles is None:
                self._tiles = example_tile(values) if self.model.family == "input" else tiles_of(values)
            paint_tiles(painter, box, self._tiles)
        else:
            paint_bars(painter, box, values.reshape(-1), family_color(self.model.family))

    def _paint_shape(self, painter: QPainter) -> None:
        theme, model = current_theme(), self.model
        assert model.shape is not None
        wide = self.width() >= _WIDE
        left = _TEXT_LEFT + self._text_width(self.width()) + GRID
        middle = self.height() / 2
        block = QRectF(left, middle - BLOCK_SIZE / 2, BLOCK_SIZE, BLOCK_SIZE)
        paint_block(painter, block, model.shape, family_color(model.family))
        painter.setFont(self.font())
        painter.setPen(QColor(theme.text))
        counted = model.parameter_count > 0
        text_left = block.right() + GRID
        line = QFontMetrics(self.font()).height()
        stacked = counted and not wide
        text_top = middle - line if stacked else middle - line / 2
        column = self.width() - _PARAMETERS_WIDTH - GRID * 1.5 if wide else text_left
        text_right = column - GRID if wide and counted else self.width() - GRID
        text_box = QRectF(text_left, text_top, text_right - text_left, line)
        self._draw_line(painter, text_box.toRect(), describe_shape(model.shape))
        if counted:
            room = self.width() - column - GRID * 1.5
            self._paint_parameters(painter, QRectF(column, middle - (line if wide else 0), room, 2 * line))

    def _paint_parameters(self, painter: QPainter, box: QRectF) -> None:
        theme, model = current_theme(), self.model
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(theme.muted))
        metrics = painter.fontMetrics()
        full = format_quantity(model.parameter_count, "parameter")
        number = format_count(model.parameter_count)
        candidates = (full, full.replace("parameter", "param"), number)
        text = next((each for each in candidates if metrics.horizontalAdvance(each) <= box.width()), number)
        painter.drawText(QRectF(box.left(), box.top(), box.width(), metrics.height()), 0, text)
        bar = QRectF(box.left(), box.top() + metrics.height() + 3, box.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        bar.setWidth(max(bar.width() * model.share, 2))
        painter.setBrush(family_color(model.family))
        painter.drawRoundedRect(bar, 1.5, 1.5)
