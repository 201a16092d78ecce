"""One card of the canvas. It paints itself instead of holding many widgets, so a hundred cards change quickly."""

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.builder.canvas.activation_strip import Tiles, make_example_tile, make_tiles
from app.builder.canvas.card_layout import CardLayout, lay_out_card
from app.builder.canvas.card_model import CardModel
from app.builder.canvas.card_painter import CardPainter
from app.widgets.plain_text import button_text, short, visible
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
        self._layouts: dict[int, CardLayout] = {}
        self._fix_button: QPushButton | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
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
        self.update()

    @property
    def activations(self) -> np.ndarray | None:
        """The activations on the card; None if they are not known."""
        return self._values

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
            self.update()

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
            self.update()

    def _apply_model(self, model: CardModel) -> None:
        self.model = model
        self.rebuilds += 1
        self._layouts.clear()
        self.setObjectName(f"{model.family}_card" if model.family in ("input", "loss") else f"card_{model.name}")
        self.setAccessibleName(visible(model.describe()))
        fix = model.problem.fix if model.problem else None
        if fix is None:
            if self._fix_button is not None:
                if self._fix_button.hasFocus():
                    self.setFocus()  # else Qt moves the focus out of the canvas
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

    # --------------------------------------------------------------------------------------------------------- layout

    def height_for(self, width: int) -> int:
        """Return the height in pixels that the card needs.

        Arguments:
            width: width of the card in pixels.
        """
        return self._layout_for(width).height

    def _layout_for(self, width: int) -> CardLayout:
        if width not in self._layouts:
            has_fix = self.model.problem is not None and self.model.problem.fix is not None
            fix_height = self._fix_button.sizeHint().height() if has_fix and self._fix_button is not None else 0
            self._layouts = {width: lay_out_card(self.model, self._live_line, width, self.font(), fix_height)}
        return self._layouts[width]

    def _place_fix_button(self) -> None:
        box = self._layout_for(self.width()).boxes.get("fix")
        if box is not None and self._fix_button is not None:
            width = min(self._fix_button.sizeHint().width(), self.width() - box.x() - GRID)
            self._fix_button.setGeometry(box.x(), box.y(), width, box.height())

    # --------------------------------------------------------------------------------------------------------- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_fix_button()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._layouts.clear()
            self._place_fix_button()
            self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        # Qt sends no leave event to a card that moves away from the mouse, so this card clears the others.
        parent = self.parentWidget()
        for card in parent.findChildren(Card) if parent is not None else (self,):
            card.set_hovered(card is self)

    def leaveEvent(self, event: QEvent) -> None:
        self.set_hovered(False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the canvas handles it

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        parts = CardPainter(painter, self.rect(), self.font(), self.model, self._layout_for(self.width()))
        parts.paint_frame(self._selected, self._hovered, self.hasFocus())
        parts.paint_icon()
        parts.paint_text(self._live_line)
        parts.paint_activations(self._values, self._make_tiles())
        parts.paint_shape()
        painter.end()

    def _make_tiles(self) -> Tiles | None:
        """Return the picture of the feature maps, made once for each set of activations; None for a vector."""
        if self._tiles is None and self._values is not None and self._values.ndim == 3:
            make = make_example_tile if self.model.family == "input" else make_tiles
            self._tiles = make(self._values)
        return self._tiles
