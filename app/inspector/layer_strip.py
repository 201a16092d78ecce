"""The layers of the network from input to output, in a row; the user chooses the one to look at."""

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.inspector.layer_outputs import describe_output
from app.inspector.layouts import with_names
from app.inspector.recorded_layers import RecordedLayer
from app.inspector.state import InspectorState
from app.widgets.images.colormaps import sample_image, viridis_image
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme, family_color
from tinyml.core import describe_shape
from tinyml.net import joined_name

_NAME_ROLE = Qt.ItemDataRole.UserRole
_SHAPE_ROLE = Qt.ItemDataRole.UserRole + 1
_IMAGES_ROLE = Qt.ItemDataRole.UserRole + 2
_FAMILY_ROLE = Qt.ItemDataRole.UserRole + 3
_BARS_ROLE = Qt.ItemDataRole.UserRole + 4
_INSIDE_ROLE = Qt.ItemDataRole.UserRole + 5
_PICTURE = 4 * GRID
"""Width and height of a picture, in pixels."""
_PICTURES = 2
"""Pictures of one layer."""
_MOST_BARS = 22
"""Bars in the place of the pictures, for a layer without maps. More numbers than that share bars."""
_GAP = GRID // 2
_ARROW = 2 * GRID
"""Room for the arrow after each layer, in pixels."""
_LONGEST_NAME = 18
_INPUT = "input"


class LayerStrip(QListWidget):
    """Shows each layer with its name, its shape and its first feature maps. A click or an arrow key chooses a layer.

    The choice is the selection of the document. A block opens when it is chosen: the layers inside follow it with
    dashed frames, until a layer outside is chosen.

    Arguments:
        state: the recorded outputs and the chosen layer.
    """

    def __init__(self, state: InspectorState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._compact = False
        with_names(self, "inspector_layers", "Layers from input to output")
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_LayerDelegate(self))
        self._fit_height()
        self.currentItemChanged.connect(self._on_current_item_changed)
        state.output_changed.connect(self._on_output_changed)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers from input to output, without the input; joined names of layers in an open block."""
        return tuple(self.item(row).data(_NAME_ROLE) for row in range(1, self.count()))

    @property
    def current(self) -> str:
        """Name of the layer that is marked; empty if there is none."""
        index = self.currentIndex()
        return str(index.data(_NAME_ROLE)) if index.isValid() else ""

    def set_compact(self, compact: bool) -> None:
        """Show or hide the pictures.

        Arguments:
            compact: True to show only names and shapes.
        """
        if compact != self._compact:
            self._compact = compact
            self._fit_height()
            self.scheduleDelayedItemsLayout()

    @property
    def picture_size(self) -> int:
        """Width and height of a picture, in pixels; 0 while no pictures are shown."""
        return 0 if self._compact else _PICTURE

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scrollToItem(self.currentItem())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_height()  # the style sheet has set the height of the scroll bar by now

    @Slot()
    def _on_output_changed(self) -> None:
        trace = self._state.trace
        if trace is None:
            return
        with QSignalBlocker(self):
            layers = visible_layers(self._state.layers, self._state.layer)
            names = (_INPUT, *(joined_name(each.path) for each in layers))
            if names[1:] != self.names or not self.count():
                self._set_names(names)
            sample = self._state.sample
            self._show_input(self.item(0), trace.input[0] if sample is None else sample)
            for row, layer in enumerate(layers, start=1):
                blocks = {each.path[:-1] for each in self._state.layers.values()}
                _show_layer(self.item(row), layer, layer.path in blocks, self._state.layer)
            if self.current != self._state.layer:
                self.setCurrentRow(names.index(self._state.layer, 1))
                self.scrollToItem(self.currentItem())

    def _set_names(self, names: Sequence[str]) -> None:
        """Rename the items that exist, and add or take away the last ones.

        `clear` of a list with many items that Python made crashes now and then (PySide 6.11), so none is deleted by Qt.
        """
        while self.count() > len(names):
            self.takeItem(self.count() - 1)
        while self.count() < len(names):
            self.addItem("")
        for row, name in enumerate(names):
            item = self.item(row)
            item.setData(_NAME_ROLE, name)
        self.item(0).setText(_INPUT)

    def _show_input(self, item: QListWidgetItem, example: np.ndarray) -> None:
        """Show the input. It is not a layer, so it cannot be chosen."""
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setData(_SHAPE_ROLE, describe_shape(example.shape))
        item.setData(_FAMILY_ROLE, "input")
        item.setData(_IMAGES_ROLE, [sample_image(_thin(example))] if example.ndim == 3 else [])

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_current_item_changed(self, current: QListWidgetItem | None, _previous: QListWidgetItem | None) -> None:
        if current is not None:
            self._state.choose_layer(current.data(_NAME_ROLE))

    def _fit_height(self) -> None:
        lines = QFontMetrics(small_font(self.font())).height() + QFontMetrics(self.font()).height()
        height = self.picture_size + lines + 3 * _GAP + 2
        self.setFixedHeight(height + self.horizontalScrollBar().sizeHint().height())


def visible_layers(layers: Mapping[str, RecordedLayer], chosen: str) -> list[RecordedLayer]:
    """Return the layers in their order; those inside a block only if the block or a layer inside it is chosen.

    Arguments:
        layers: all layers by their names.
        chosen: name of the chosen one.
    """
    opened = layers[chosen].path if chosen in layers else ()
    return [each for each in layers.values() if each.path[:-1] == opened[: len(each.path) - 1]]


def _show_layer(item: QListWidgetItem, shown: RecordedLayer, is_block: bool, chosen: str) -> None:
    values, name = shown.entry.output[0], shown.path[-1]
    opened = is_block and (chosen == joined_name(shown.path) or chosen.startswith(joined_name((*shown.path, ""))))
    mark = "" if not is_block else "▾ " if opened else "▸ "
    item.setText(mark + short(name, _LONGEST_NAME))
    item.setData(_INSIDE_ROLE, shown.is_inside)
    item.setData(_SHAPE_ROLE, describe_shape(values.shape))
    item.setData(_FAMILY_ROLE, shown.entry.layer.settings.family)
    maps = values[:_PICTURES] if values.ndim == 3 else ()
    item.setData(_IMAGES_ROLE, [viridis_image(_thin(each)) for each in maps])
    item.setData(_BARS_ROLE, [] if values.ndim == 3 else bar_heights(values.ravel()))
    around = f" inside {short(joined_name(shown.path[:-1]))}" if shown.is_inside else ""
    described = describe_output(values.shape)
    opens = "\nChoose it to see the layers inside." if is_block and not opened else ""
    item.setToolTip(tool_tip(f"{name}{around}\n{shown.entry.layer.settings.summary}\n{described}{opens}"))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{short(name)}{around}: {described}{opens}")


def bar_heights(values: np.ndarray) -> list[float]:
    """Return the heights of small bars for a vector, from -1 to 1. Neighbours share the number farthest from zero.

    Arguments:
        values: (N,) the numbers. Numbers that are not finite count as 0.

    >>> bar_heights(np.array([2.0, 0.0, -4.0]))
    [0.5, 0.0, -1.0]
    """
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float64)
    parts = np.array_split(finite, min(_MOST_BARS, len(finite)) or 1)
    heights = np.array([part[np.abs(part).argmax()] for part in parts if part.size])
    largest = np.abs(heights).max(initial=0.0)
    return [float(height) for height in (heights / largest if largest else heights)]


def _thin(values: np.ndarray) -> np.ndarray:
    """Leave out pixels of a large map, so that painting it small takes no time."""
    step = max(max(values.shape[-2:]) // (2 * _PICTURE), 1)
    return values[..., ::step, ::step]


class _LayerDelegate(QStyledItemDelegate):
    """Paints one layer: its pictures, its name, its shape, and the arrow to the next layer."""

    def __init__(self, view: LayerStrip) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        title, line = QFontMetrics(bold_font(option.font)), QFontMetrics(small_font(option.font))
        size = self._view.picture_size
        pictures = len(index.data(_IMAGES_ROLE) or ())
        texts = title.horizontalAdvance(str(index.data())), line.horizontalAdvance(str(index.data(_SHAPE_ROLE)))
        width = max(*texts, pictures * size + max(pictures - 1, 0) * 2) + 2 * GRID
        return QSize(width + _ARROW, size + title.height() + line.height() + 3 * _GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = option.rect.adjusted(1, 1, -_ARROW, -1)
        self._paint_frame(painter, option, index, card)
        if self._view.picture_size:
            self._paint_pictures(painter, index, card)
        theme, center = current_theme(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip)
        top = card.top() + self._view.picture_size + (2 if self._view.picture_size else 1) * _GAP
        painter.setFont(bold_font(option.font))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRect(card.left(), top, card.width(), painter.fontMetrics().height()), center, index.data())
        top += painter.fontMetrics().height()
        painter.setFont(small_font(option.font))
        painter.setPen(QColor(theme.muted))
        area = QRect(card.left(), top, card.width(), painter.fontMetrics().height())
        painter.drawText(area, center, str(index.data(_SHAPE_ROLE)))
        if index.row() < self._view.count() - 1:
            painter.setFont(option.font)
            painter.drawText(QRect(card.right() + 1, card.top(), _ARROW, card.height()), center, "›")
        painter.restore()

    def _paint_frame(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        card: QRect,
    ) -> None:
        theme = current_theme()
        chosen = index == self._view.currentIndex()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver) and index.row() > 0
        color, width = QColor(theme.accent if chosen or hovered else theme.border), 2.0 if chosen else 1.0
        background = QColor(theme.accent)
        background.setAlphaF(0.14 if chosen and self._view.hasFocus() else 0.07 if chosen else 0.0)
        inside = bool(index.data(_INSIDE_ROLE))
        painter.setPen(QPen(color, width, Qt.PenStyle.DashLine if inside else Qt.PenStyle.SolidLine))
        painter.setBrush(background)
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _paint_pictures(self, painter: QPainter, index: QModelIndex | QPersistentModelIndex, card: QRect) -> None:
        images: list[QImage] = index.data(_IMAGES_ROLE) or []
        area = QRect(card.left(), card.top() + _GAP, card.width(), _PICTURE)
        if not images:
            _paint_bars(painter, area, index.data(_BARS_ROLE) or [], family_color(str(index.data(_FAMILY_ROLE))))
            return
        left = area.center().x() - (len(images) * (_PICTURE + 2) - 2) // 2 + 1
        for image in images:
            scale = _PICTURE / max(image.width(), image.height(), 1)
            place = QRectF(0, 0, image.width() * scale, image.height() * scale)
            place.moveCenter(QRectF(left, area.top(), _PICTURE, _PICTURE).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
            painter.drawImage(place, image)
            left += _PICTURE + 2


def _paint_bars(painter: QPainter, area: QRect, heights: Sequence[float], color: QColor) -> None:
    """Paint numbers without positions as bars up and down from a line."""
    room = QRectF(0, 0, min(area.width() - 2 * GRID, 2 * _PICTURE), area.height())
    room.moveCenter(QRectF(area).center())
    low, high = min([*heights, 0.0]), max([*heights, 0.0])
    span = (high - low) or 1.0
    zero = room.top() + (high / span if high > low else 1.0) * (room.height() - 1)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    width = room.width() / max(len(heights), 1)
    for place, height in enumerate(heights):
        top = zero - max(height, 0.0) / span * room.height()
        bar = QRectF(room.left() + place * width, top, max(min(width - 1, GRID), 1), abs(height) / span * room.height())
        painter.fillRect(bar, color)
    painter.fillRect(QRectF(room.left(), zero, room.width(), 1), QColor(current_theme().border))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
