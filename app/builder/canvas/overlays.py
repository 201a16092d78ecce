"""The parts that float above the cards: the bar of the zoom and the overview, beside the cards wherever possible."""

from PySide6.QtCore import QEvent, QObject, QPoint, Slot
from PySide6.QtWidgets import QScrollArea

from app.builder.canvas.area_part import AreaPart
from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.overview import NARROWEST, WIDEST, Overview
from app.builder.canvas.zoom import Zoom
from app.builder.canvas.zoom_bar import ZoomBar
from app.widgets.theme.theme import GRID

_DISTANCE = GRID // 2 + 2
"""Distance in pixels from the edge of the canvas and from the cards."""


class Overlays(AreaPart):
    """Places the bar of the zoom at the lower left and the overview at the upper right of the canvas.

    If the cards leave no room at the left, the bar gets a strip of its own below the cards. The overview always fits
    into the margin at the right of cards that are not enlarged.

    Arguments:
        area: the scroll area of the cards; it owns this object.
        card_stack: the cards.
        zoom: the zoom of the canvas.
    """

    def __init__(self, area: QScrollArea, card_stack: CardStack, zoom: Zoom) -> None:
        super().__init__(area)
        self._card_stack = card_stack
        self.zoom_bar = ZoomBar(zoom, area)
        self.overview = Overview(area, card_stack)
        self._strip_height = 0
        area.installEventFilter(self)
        area.verticalScrollBar().rangeChanged.connect(self._on_scroll_range_changed)
        card_stack.arranged.connect(self._on_card_stack_arranged)
        zoom.changed.connect(self._on_zoom_changed)
        self.place()

    def place(self) -> None:
        """Find the places again, after the canvas, the zoom or the cards changed their size."""
        area, bar = self._area, self.zoom_bar
        room = self._side_room()
        strip_height = 0 if room >= bar.width() + 2 * _DISTANCE else bar.height() + _DISTANCE
        if strip_height != self._strip_height:
            self._strip_height = strip_height
            area.setViewportMargins(0, 0, 0, strip_height)
        bottom = area.viewport().geometry().bottom() + strip_height
        bar.move(_DISTANCE, bottom - bar.height() - _DISTANCE // (2 if strip_height else 1))
        bar.raise_()
        self._place_overview(room)

    def _place_overview(self, room: int) -> None:
        viewport, overview = self._area.viewport(), self.overview
        height = min(overview.wanted_height, viewport.height() - 2 * _DISTANCE)
        shown = self._area.verticalScrollBar().maximum() > 0 and height > 0
        overview.setVisible(shown)
        if shown:
            distance = min(_DISTANCE, max((room - NARROWEST) // 2, 0))
            width = min(max(room - 2 * distance, NARROWEST), WIDEST)
            corner = viewport.geometry().topRight() + QPoint(1 - distance - width, _DISTANCE)
            overview.setGeometry(corner.x(), corner.y(), width, height)
            overview.raise_()

    def _side_room(self) -> int:
        """Return the width in pixels that the cards leave free on each side; 0 if they are wider than the canvas."""
        card_width = self._card_stack.place_of(self._card_stack.input_card).width()
        return max((self._area.viewport().width() - card_width) // 2, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the canvas."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self.place()
        return False

    @Slot()
    def _on_scroll_range_changed(self) -> None:
        self.place()

    @Slot()
    def _on_card_stack_arranged(self) -> None:
        self.place()

    @Slot()
    def _on_zoom_changed(self) -> None:
        self.place()
