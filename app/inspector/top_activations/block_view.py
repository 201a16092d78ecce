"""Paints the strongest patches of maps, each block beside its reconstructions."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from app.formatting import format_value
from app.inspector.reconstruction.reconstruction_images import reconstruction_image
from app.inspector.top_activations.block_layout import BlockLayout
from app.inspector.top_activations.map_block import COUNT, MapBlock
from app.inspector.top_activations.top_activations import TopActivations
from app.widgets.images.colormaps import sample_image
from app.widgets.plain_text import tool_tip
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -3, Qt.Key.Key_Down: 3}
_MARGIN = 2
"""Pixels around the blocks, for the frame of the chosen patch."""
Pictures = Sequence[tuple[QImage, QImage | None]]
"""The patch and the reconstruction of each example of a map."""


class BlockView(QAbstractScrollArea):
    """Blocks of nine patches and their nine reconstructions, one block for each map.

    It asks the model for the pictures of the blocks that are visible. A click on a patch or on its reconstruction makes
    its example the sample. The arrow keys move a frame from patch to patch, and Enter chooses the framed one.

    Arguments:
        model: what was found.
        name: objectName of the view, which is also its name for the model.
        all_maps: True to show all maps of the layer, whatever the scope of the model is.
        wraps: True for rows that wrap at the width of the view; False for one row that scrolls.
        cell: width and height of a patch at most, in pixels.
    """

    def __init__(
        self, model: TopActivations, name: str, all_maps: bool = False, wraps: bool = False, cell: int = 42
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Strongest examples and their reconstructions")
        self._model, self._all_maps, self._wraps, self._side = model, all_maps, wraps, cell
        self._maps: tuple[int, ...] = ()
        self._pictures: dict[int, tuple[MapBlock, Pictures]] = {}
        self._current = (0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._layout = self._lay_out()
        model.changed.connect(self._on_changed)
        model.block_changed.connect(self._on_block_changed)
        self._on_changed()

    @property
    def maps(self) -> tuple[int, ...]:
        """The maps that have a block, in order."""
        return self._maps

    def patch_rect(self, map_index: int, rank: int) -> QRect:
        """Return where the patch of a map (`map_index`) with a `rank` is painted, in coordinates of the viewport."""
        return self._layout.cell_rect(self._maps.index(map_index), rank, reconstruction=False).translated(self._origin)

    def sizeHint(self) -> QSize:
        height = self._layout.block.height() + 2 * _MARGIN
        if not self._wraps:
            height += self.horizontalScrollBar().sizeHint().height()
        return QSize(2 * self._layout.block.width(), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._layout.block.width() // 2, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self.viewport()), current_theme()
        painter.setFont(small_font(self.font()))
        places = self._layout.visible(self.viewport().rect().translated(-self._origin))
        for place in places:
            self._paint_block(painter, place)
        if self.hasFocus() and self._current[0] in places:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for kind in (False, True):
                frame = self._layout.cell_rect(*self._current, reconstruction=kind).translated(self._origin)
                painter.drawRect(frame.adjusted(-1, -1, 1, 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want_visible()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._want_visible()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()
        self._want_visible()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._pictures.clear()
            self._measure()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        hit = self._layout.at(event.position().toPoint() - self._origin)
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = hit
            self._choose_current()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hit = self._layout.at(event.position().toPoint() - self._origin)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if hit is None else Qt.CursorShape.PointingHandCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            hit = self._layout.at(event.pos() - self._origin)
            QToolTip.showText(event.globalPos(), "" if hit is None else tool_tip(self._describe(*hit)), self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose_current()
        elif key in _STEPS and self._maps:
            place, rank = self._current
            number = min(max(place * COUNT + rank + _STEPS[key], 0), len(self._maps) * COUNT - 1)
            self._current = divmod(number, COUNT)
            self.setAccessibleDescription(self._describe(*self._current))
            self._scroll_to(self._layout.block_rect(self._current[0]))
        else:
            super().keyPressEvent(event)

    @property
    def _origin(self) -> QPoint:
        """Where the first block is in the viewport."""
        return QPoint(_MARGIN - self.horizontalScrollBar().value(), _MARGIN - self.verticalScrollBar().value())

    def _lay_out(self) -> BlockLayout:
        caption = QFontMetrics(small_font(self.font())).height() + 2
        width = self.viewport().width() - 2 * _MARGIN if self._wraps else 0
        return BlockLayout(len(self._maps), QSize(self._side, self._side), caption, width)

    def _measure(self) -> None:
        self._layout = self._lay_out()
        room, size = self.viewport().size(), self._layout.size + QSize(2 * _MARGIN, 2 * _MARGIN)
        for bar, page, extent in (
            (self.horizontalScrollBar(), room.width(), size.width()),
            (self.verticalScrollBar(), room.height(), size.height()),
        ):
            bar.setPageStep(page)
            bar.setSingleStep(4 * GRID)
            bar.setRange(0, max(extent - page, 0))
        if not self._wraps:
            self.verticalScrollBar().setRange(0, 0)
            self.setFixedHeight(self.sizeHint().height())
        self.viewport().update()
        self._want_visible()

    def _want_visible(self) -> None:
        places = self._layout.visible(self.viewport().rect().translated(-self._origin)) if self.isVisible() else []
        self._model.want(self.objectName(), [self._maps[place] for place in places])

    def _paint_block(self, painter: QPainter, place: int) -> None:
        theme, map_index = current_theme(), self._maps[place]
        block, rect = self._model.block(map_index), self._layout.block_rect(place).translated(self._origin)
        chosen = map_index == self._model.chosen_map
        painter.setPen(QColor(theme.text if chosen and len(self._maps) > 1 else theme.muted))
        caption = self._model.title(map_index)
        if block is not None and block.limit:
            caption += f" · colours: ±{format_value(block.limit)}"
        painter.drawText(rect.topLeft() + QPoint(0, painter.fontMetrics().ascent()), caption)
        if block is None:
            for rank in range(COUNT):
                painter.fillRect(self._cell(place, rank, False), QColor(theme.track))
            return
        pictures = self._pictures_of(block)
        for rank, pair in enumerate(pictures):
            for kind, image in zip((False, True), pair, strict=True):
                if image is not None:
                    self._paint_image(painter, self._cell(place, rank, kind), image)
        if block.sentence:
            left = rect.left() if not pictures else self._cell(place, 0, True).left()
            room = QRect(QPoint(left, rect.top() + self._layout.caption), rect.bottomRight())
            painter.setPen(QColor(theme.muted))
            painter.drawText(room, int(Qt.TextFlag.TextWordWrap), block.sentence)

    def _paint_image(self, painter: QPainter, cell: QRect, image: QImage) -> None:
        """Paint a picture in the middle of a cell, enlarged by a whole number if it is small."""
        factor = min(cell.width() / image.width(), cell.height() / image.height())
        factor = int(factor) if factor >= 2 else factor
        place = QRect(0, 0, max(round(factor * image.width()), 1), max(round(factor * image.height()), 1))
        place.moveCenter(cell.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, factor < 2)
        painter.drawImage(QRectF(place), image)
        painter.setPen(QPen(QColor(current_theme().border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-1, -1, 0, 0))

    def _cell(self, place: int, rank: int, reconstruction: bool) -> QRect:
        return self._layout.cell_rect(place, rank, reconstruction).translated(self._origin)

    def _pictures_of(self, block: MapBlock) -> Pictures:
        known = self._pictures.get(block.map_index)
        if known is not None and known[0] is block:
            return known[1]
        dark, limit = current_theme().dark, block.limit
        images = [sample_image(array) for array in block.patches]
        back: list[QImage | None] = [reconstruction_image(array, dark, limit) for array in block.reconstructions]
        pictures = list(zip(images, back or [None] * len(images), strict=True))
        self._pictures[block.map_index] = block, pictures
        return pictures

    def _drop_old_pictures(self) -> None:
        """Forget the pictures of blocks that the model does not keep."""
        kept = {index: known for index, known in self._pictures.items() if self._model.block(index) is known[0]}
        self._pictures = kept

    def _describe(self, place: int, rank: int) -> str:
        block = self._model.block(self._maps[place])
        if block is None or rank >= len(block.examples):
            return ""
        return f"{self._model.title(block.map_index)}: {self._model.describe(block.map_index, rank)}"

    def _choose_current(self) -> None:
        place, rank = self._current
        block = self._model.block(self._maps[place]) if place < len(self._maps) else None
        if block is not None and rank < len(block.examples):
            self._model.choose(block.map_index, rank)
        self.viewport().update()

    def _scroll_to(self, rect: QRect) -> None:
        for bar, first, last, page in (
            (self.horizontalScrollBar(), rect.left(), rect.right() + 2 * _MARGIN, self.viewport().width()),
            (self.verticalScrollBar(), rect.top(), rect.bottom() + 2 * _MARGIN, self.viewport().height()),
        ):
            bar.setValue(min(max(bar.value(), last - page), first))
        self.viewport().update()

    @Slot()
    def _on_changed(self) -> None:
        maps = self._model.all_maps if self._all_maps else self._model.maps
        if maps != self._maps:
            self._maps, self._current = maps, (0, 0)
            self.horizontalScrollBar().setValue(0)
        self._drop_old_pictures()
        self._measure()

    @Slot(int)
    def _on_block_changed(self, map_index: int) -> None:
        self._drop_old_pictures()
        if map_index in self._maps:
            self._measure()
