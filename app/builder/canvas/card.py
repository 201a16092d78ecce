"""One card of the canvas. It paints itself instead of holding many widgets, so a hundred cards change quickly."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QEnterEvent,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QToolTip, QWidget

from app.builder.canvas.activation_strip import Tiles, make_example_tile, make_tiles
from app.builder.canvas.block_painter import FOOT, arrow_rect, indent_for, paint_arrow, paint_inside
from app.builder.canvas.card_layout import CardLayout, lay_out_card
from app.builder.canvas.card_model import CardModel
from app.builder.canvas.card_painter import CardPainter
from app.builder.canvas.card_picture import PICTURE_NUMBERS, find_picture
from app.builder.canvas.compact_card import (
    COMPACT_HEIGHT,
    COMPACT_SCALE,
    is_compact,
    is_readable,
    paint_compact_row,
    paint_tiny_row,
)
from app.widgets.plain_text import button_text, short, tool_tip, visible
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID


class Card(QWidget):
    """Shows one layer, the data or the loss.

    Arguments:
        model: content of the card.
        parent: the parent widget.

    Attributes:
        model: content of the card; `show_model` changes it.
        rebuilds: number of times that the content was set, in the constructor too; for tests.

    Signals:
        fix_requested(): the fix button was pressed.
        dismiss_requested(): the button that dismisses the hint was pressed.
    """

    fix_requested = Signal()
    dismiss_requested = Signal()

    def __init__(self, model: CardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.rebuilds = 0
        self._width, self._zoom = 0, 1.0
        self._selected = self._hovered = False
        self._live_line = self._preview = ""
        self._values: np.ndarray | None = None
        self._tiles: Tiles | None = None
        self._layouts: dict[int, CardLayout] = {}
        self._picture_number = next(PICTURE_NUMBERS)
        self._fix_button: QPushButton | None = None
        self._dismiss_button: QPushButton | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMouseTracking(True)  # the stack shows a button in the gaps inside an open block
        self._apply_model(model)

    # -------------------------------------------------------------------------------------------------------- content

    def show_model(self, model: CardModel) -> None:
        """Show other content. Equal content changes nothing.

        Arguments:
            model: the new content.
        """
        if model == self.model:
            return
        if model.shape != self.model.shape or model.name != self.model.name:
            self.show_activations(None)
        self._apply_model(model)

    def show_activations(self, values: np.ndarray | None, live_line: str = "") -> None:
        """Show the activations for the current sample.

        Arguments:
            values: feature maps `(C, H, W)` or a vector `(D,)`; None if they are not known.
            live_line: shown instead of `model.line`; empty to show `model.line`.
        """
        if values is None and self._values is None and live_line == self._live_line:
            return
        self._values, self._tiles = values, None
        if live_line != self._live_line:
            self._live_line = live_line
            self._layouts.clear()
        self._repaint()

    @property
    def preview(self) -> str:
        """The output shape after a drop, while it is previewed; empty otherwise."""
        return self._preview

    def show_preview(self, shape: str) -> None:
        """Show the output shape that the layer would have after a drop, in place of its shape.

        Arguments:
            shape: the shape as text; empty to show the shape that the layer has.
        """
        if shape != self._preview:
            self._preview = shape
            self._repaint()

    @property
    def activations(self) -> np.ndarray | None:
        """The activations on the card; None if they are not known."""
        return self._values

    @property
    def strip(self) -> QRect:
        """Where the activations are painted; empty on a compact card."""
        box = self._layout_for(self._logical_width).boxes.get("strip", QRect())
        return QRect() if is_compact(self._zoom) else scaled_rect(box, self._zoom)

    @property
    def live_line(self) -> str:
        """The line about the sample; empty if the card has none."""
        return self._live_line

    @property
    def description(self) -> str:
        """The whole card as text, with what it shows for the current sample."""
        return ", ".join(part for part in (self.model.describe(), self._live_line) if part)

    @property
    def selected(self) -> bool:
        """True if the card is painted as selected."""
        return self._selected

    def set_selected(self, selected: bool) -> None:
        """Paint the card as selected or not.

        Arguments:
            selected: True if the card is selected.
        """
        if selected != self._selected:
            self._selected = selected
            self._repaint()

    @property
    def hovered(self) -> bool:
        """True if the card is painted as under the mouse."""
        return self._hovered

    def set_hovered(self, hovered: bool) -> None:
        """Paint the card as under the mouse or not.

        Arguments:
            hovered: True if the mouse is over the card.
        """
        if hovered != self._hovered:
            self._hovered = hovered
            self._repaint()

    def _apply_model(self, model: CardModel) -> None:
        self.model = model
        self.rebuilds += 1
        self._layouts.clear()
        path = "/".join(model.path)
        self.setObjectName(f"{model.family}_card" if model.family in ("input", "loss") else f"card_{path}")
        self.setAccessibleName(visible(model.describe()))
        fix = model.remark.fix if model.remark else None
        if fix is not None:
            self._fix_button = self._fix_button or self._make_button(self.fix_requested)
            self._fix_button.setObjectName(f"fix_button_{path}")
            self._fix_button.setText(button_text(fix.label, 40))
            self._fix_button.setAccessibleName(f"{short(fix.label)} ({short(model.name)})")
            set_style_property(self._fix_button, "hint", model.problem is None)
        if self._has_dismiss:
            self._dismiss_button = self._dismiss_button or self._make_button(self.dismiss_requested)
            self._dismiss_button.setObjectName(f"dismiss_button_{path}")
            self._dismiss_button.setText("Dismiss")
            self._dismiss_button.setToolTip("Do not show this hint here any more. Undo brings it back.")
            self._dismiss_button.setAccessibleName(f"Dismiss the hint ({short(model.name)})")
            set_style_property(self._dismiss_button, "hint", True)
        self._place_buttons()
        self._repaint()

    def _make_button(self, pressed: SignalInstance) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("fix", True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(pressed)
        return button

    # --------------------------------------------------------------------------------------------------------- layout

    def height_for(self, width: int, zoom: float = 1.0) -> int:
        """Return the height that the card needs, in pixels at 100 %.

        Arguments:
            width: width of the card in pixels at 100 %.
            zoom: size on screen divided by the size at 100 %. It decides if the card is compact.
        """
        return COMPACT_HEIGHT if is_compact(zoom) else self._layout_for(width).height

    def set_scale(self, width: int, zoom: float) -> None:
        """Set how large the card is painted. Its geometry on screen is `width` × `zoom` pixels wide.

        Arguments:
            width: width of the card in pixels at 100 %.
            zoom: size on screen divided by the size at 100 %.
        """
        if (width, zoom) != (self._width, self._zoom):
            self._width, self._zoom = width, zoom
            self._place_buttons()
            self._repaint()

    @property
    def header_height(self) -> int:
        """Height that the content needs, in pixels of the screen. An open block is higher, by the cards inside."""
        return round(self.height_for(self._logical_width, self._zoom) * self._zoom)

    @property
    def fits(self) -> bool:
        """True if the card has the height that its content needs."""
        return self.height() == self.header_height

    @property
    def title_rect(self) -> QRect:
        """The place of the name and the type, in pixels of the screen."""
        if is_compact(self._zoom):
            return self.rect()
        box = self._layout_for(self._logical_width).boxes["title"]
        return scaled_rect(box, self._zoom)

    @property
    def _logical_width(self) -> int:
        return self._width or self.width()

    def _layout_for(self, width: int) -> CardLayout:
        if width not in self._layouts:
            fix_height = self._button_size(self._fix_button).height() if self._has_fix else 0
            self._layouts = {width: lay_out_card(self.model, self._live_line, width, self.font(), fix_height)}
        return self._layouts[width]

    @property
    def _has_fix(self) -> bool:
        return self.model.remark is not None and self.model.remark.fix is not None

    @property
    def _has_dismiss(self) -> bool:
        return self.model.problem is None and self.model.hint is not None

    def _button_size(self, button: QPushButton | None) -> QSize:
        """Return the size of a button at 100 %."""
        metrics, text = QFontMetrics(self.font()), button.text() if button is not None else ""
        return QSize(metrics.horizontalAdvance(text.replace("&&", "&")) + 3 * GRID, metrics.height() + GRID)

    def _place_buttons(self) -> None:
        """Give the buttons their places and sizes. A compact card has no room for them."""
        box = self._layout_for(self._logical_width).boxes.get("fix")
        room = self._logical_width - (box.x() if box is not None else 0) - GRID
        dismiss_width = self._button_size(self._dismiss_button).width() if self._has_dismiss else 0
        fix_width = min(self._button_size(self._fix_button).width(), room - (dismiss_width and dismiss_width + GRID))
        self._place_button(self._fix_button, box, 0, fix_width)
        self._place_button(self._dismiss_button, box if self._has_dismiss else None, fix_width + GRID, dismiss_width)

    def _place_button(self, button: QPushButton | None, box: QRect | None, left: int, width: int) -> None:
        """Place one button, `left` pixels from the left of a box, or hide it if there is no box."""
        if button is None:
            return
        shown = box is not None and not is_compact(self._zoom)
        if not shown and button.hasFocus():
            self.setFocus()  # else Qt moves the focus out of the canvas
        button.setVisible(shown)
        if box is not None and shown:
            button.setFont(scaled_font(self.font(), self._zoom))
            place = QRect(box.x() + left, box.y(), width, box.height())
            button.setGeometry(scaled_rect(place, self._zoom))

    # --------------------------------------------------------------------------------------------------------- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint()
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._repaint()
            self._layouts.clear()
            self._place_buttons()
            self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        # Qt sends no leave event to a card that moves away from the mouse, so this card clears the others.
        parent = self.parentWidget()
        for card in parent.findChildren(Card) if parent is not None else (self,):
            card.set_hovered(card is self)

    def leaveEvent(self, event: QEvent) -> None:
        self.set_hovered(False)

    def event(self, event: QEvent) -> bool:
        """Show as a tool tip what a screen reader is told. Only then the text is made."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tool_tip(self.description), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the canvas handles it

    def _repaint(self) -> None:
        """Show the card again, because something on it has changed."""
        self._picture_number = next(PICTURE_NUMBERS)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the picture of the card. It is painted once for each change, so that scrolling is fast."""
        painter = QPainter(self)
        on_screen = painter.paintEngine().type() == QPaintEngine.Type.Raster
        if self.model.is_open or not on_screen:
            self._paint(painter)  # large blocks would need much memory, and an SVG file gets text and no pixels
        else:
            key = f"{self._picture_number} {self._zoom} {self.hasFocus()}"
            painter.drawPixmap(0, 0, find_picture(key, self.size(), self.devicePixelRatioF(), self._paint))
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        compact = is_compact(self._zoom)
        scale = self._zoom * (COMPACT_SCALE if compact else 1)
        painter.scale(scale, scale)
        rect = QRect(0, 0, round(self.width() / scale), round(self.height() / scale))
        parts = CardPainter(painter, rect, self.font(), self.model, self._layout_for(self._logical_width))
        parts.paint_frame(self._selected, self._hovered, self.hasFocus())
        if self.model.is_open:
            self._paint_inside(painter, rect, scale)
        if compact:
            row = QRect(0, 0, rect.width(), round(COMPACT_HEIGHT / COMPACT_SCALE))
            row = row if self.model.is_open else rect
            if is_readable(self.font(), self._zoom):
                paint_compact_row(painter, row, self.font(), self.model, self._preview)
            else:
                paint_tiny_row(painter, row, self.font(), self.model)
            return
        if self.model.foldable:
            paint_arrow(painter, rect.width(), self.model.is_open, self._hovered)
        parts.paint_icon()
        parts.paint_text(self._live_line)
        parts.paint_activations(self._values, self._make_tiles())
        parts.paint_shape(self._preview)

    def _paint_inside(self, painter: QPainter, rect: QRect, scale: float) -> None:
        """Paint the connections of an open block. `scale` is the size on screen of the painter's unit."""
        unit = self._zoom / scale
        header = round(self.height_for(self._logical_width, self._zoom) * unit)
        indent = round(indent_for(self._logical_width) * unit)
        paint_inside(painter, rect.adjusted(0, header, 0, 0), indent, round(FOOT * unit), self.model)

    def is_arrow_at(self, position: QPointF) -> bool:
        """Return True if a click at a point folds or unfolds the block.

        Arguments:
            position: the point, in coordinates of the card.
        """
        if not self.model.foldable or is_compact(self._zoom):
            return False
        return scaled_rect(arrow_rect(self._logical_width), self._zoom).contains(position.toPoint())

    def _make_tiles(self) -> Tiles | None:
        """Return the picture of the feature maps, made once for each set of activations; None for a vector."""
        if self._tiles is None and self._values is not None and self._values.ndim == 3:
            make = make_example_tile if self.model.family == "input" else make_tiles
            self._tiles = make(self._values)
        return self._tiles


def scaled_rect(rect: QRect, zoom: float) -> QRect:
    """Return a rectangle in pixels of the screen. Equal sizes stay equal.

    Arguments:
        rect: the rectangle in pixels at 100 %.
        zoom: size on screen divided by the size at 100 %.

    >>> scaled_rect(QRect(10, 20, 30, 40), 0.5).getRect()
    (5, 10, 15, 20)
    """
    return QRect(
        round(rect.x() * zoom), round(rect.y() * zoom), round(rect.width() * zoom), round(rect.height() * zoom)
    )
