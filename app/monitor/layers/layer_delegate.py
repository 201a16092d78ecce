"""Painting of the cells of the layer table."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.formatting import format_number
from app.monitor.layers.heat import HeatMap
from app.monitor.layers.heat_maps import Cell
from app.monitor.layers.heat_picture import heat_picture
from app.monitor.layers.judgement import USUAL_UPDATES, judge_update
from app.monitor.layers.layer_columns import COLUMNS, LAYER, UNITS, UPDATE, LayerRow
from app.monitor.layers.layer_table_model import ROW_ROLE, LayerTableModel
from app.monitor.layers.painting import paint_family, paint_histogram, paint_mark, paint_update
from app.training.layer_history import LayerHistogram
from app.widgets.plain_text import short
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID, current_theme, family_color

AnyIndex = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 4 * GRID + 2
MARGIN = GRID
INDENT = 14
_LONGEST_BAR = 10 * GRID
_SHORTEST_BAR = 4 * GRID
_WIDEST_RATIO = "0.00021"
_WIDEST_HISTOGRAM = 22 * GRID


class LayerDelegate(QStyledItemDelegate):
    """Paints one cell of the layer table.

    Arguments:
        model: the table; it computes the heat maps.
        parent: the view.
    """

    def __init__(self, model: LayerTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._pictures: dict[Cell, tuple[tuple[object, ...], QImage]] = {}
        model.modelReset.connect(self._on_model_reset)

    @Slot()
    def _on_model_reset(self) -> None:
        self._pictures.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row: LayerRow = index.data(ROW_ROLE)
        column = COLUMNS[index.column()]
        self._paint_background(painter, option)
        box = QRectF(option.rect).adjusted(MARGIN, 0, -MARGIN, 0)
        painter.save()
        painter.setFont(option.font)
        if index.column() == LAYER:
            _paint_layer(painter, box, row)
        elif index.column() == UPDATE:
            _paint_update_cell(painter, box, row)
        elif index.column() == UNITS:
            _paint_units(painter, box, row)
        elif column.quantity is not None:
            self._paint_quantity(painter, box, row, column.quantity)
        else:
            _paint_text(painter, box, column.write(row), QColor(current_theme().text))
        painter.restore()

    def _paint_background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """Paint a line below the row, and a tint if it is selected or under the mouse. The text keeps its colour."""
        theme = current_theme()
        rect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            tint = QColor(theme.accent)
            tint.setAlphaF(0.22 if selected else 0.10)
            painter.fillRect(rect, tint)
        painter.fillRect(QRectF(rect.left(), rect.bottom(), rect.width(), 1), QColor(theme.border))

    def _paint_quantity(self, painter: QPainter, box: QRectF, row: LayerRow, quantity: LayerHistogram) -> None:
        place = box.adjusted(0, 4, 0, -4)
        place.setWidth(min(place.width(), _WIDEST_HISTOGRAM))
        color = quantity_color(row, quantity)
        if not self._model.through_time:
            histogram = row.histogram(quantity)
            if histogram is not None:
                paint_histogram(painter, place, histogram, color)
            return
        heat_map = self._model.heat_maps.find((row.stats.layer, quantity))
        if heat_map is not None:
            painter.drawImage(place, self._picture((row.stats.layer, quantity), heat_map, color, place.width()))

    def _picture(self, cell: Cell, heat_map: HeatMap, color: QColor, width: float) -> QImage:
        """Return the picture of a heat map. It is painted again only if something has changed."""
        look = heat_map, color.name(), width, current_theme()
        if cell not in self._pictures or self._pictures[cell][0] != look:
            self._pictures[cell] = look, heat_picture(heat_map, color, max(round(width), 1))
        return self._pictures[cell][1]


def quantity_color(row: LayerRow, quantity: LayerHistogram) -> QColor:
    """Return the colour of a histogram: that of the family for weights, grey for gradients, green for activations.

    Arguments:
        row: the layer.
        quantity: whose histogram.
    """
    if quantity == "activations":
        return family_color("activation")
    return family_color(row.facts.family if quantity == "weights" else "")


def _paint_layer(painter: QPainter, box: QRectF, row: LayerRow) -> None:
    """Paint the bar of the family, and the name after the names of the blocks around the layer."""
    theme = current_theme()
    *blocks, name = row.path
    left = box.left() + INDENT * len(blocks)
    paint_family(painter, left, box.center().y(), family_color(row.facts.family))
    text = QRectF(left + 11, box.top(), box.right() - left - 11, box.height())
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(short(name), Qt.TextElideMode.ElideMiddle, int(text.width()))
    room = int(text.width()) - metrics.horizontalAdvance(shown)
    prefix = "".join(f"{short(block)}/" for block in blocks)
    if prefix and room > metrics.horizontalAdvance("r…/"):
        prefix = metrics.elidedText(prefix, Qt.TextElideMode.ElideMiddle, room)
        _paint_text(painter, text, prefix, QColor(theme.muted))
        text.setLeft(text.left() + metrics.horizontalAdvance(prefix))
    _paint_text(painter, text, shown, QColor(theme.text))


def _paint_update_cell(painter: QPainter, box: QRectF, row: LayerRow) -> None:
    """Paint the bar if there is room, the number, and a triangle if the value is not usual."""
    ratio = row.stats.update_ratio
    if ratio is None:
        return
    theme = current_theme()
    widest = painter.fontMetrics().horizontalAdvance(_WIDEST_RATIO) + 2 * GRID
    bar = min(box.width() - widest, _LONGEST_BAR)
    text = QRectF(box)
    if bar >= _SHORTEST_BAR:
        paint_update(painter, QRectF(box.left(), box.top(), bar, box.height()), ratio)
        text.setLeft(box.left() + bar + GRID)
    judgement, worrying = judge_update(ratio)
    written = format_number(ratio, 2)
    _paint_text(painter, text, written, QColor(theme.warning if worrying else theme.text))
    if judgement != "usual":
        place = text.left() + painter.fontMetrics().horizontalAdvance(written) + GRID
        color = QColor(theme.warning if worrying else theme.muted)
        paint_mark(painter, QPointF(place, box.center().y()), not ratio <= USUAL_UPDATES[1], color)


def _paint_units(painter: QPainter, box: QRectF, row: LayerRow) -> None:
    """Paint the share of dead or saturated units; a large one bold, in the warning colour, after a triangle."""
    theme = current_theme()
    written, worrying = row.units
    if not worrying:
        _paint_text(painter, box, written, QColor(theme.muted))
        return
    painter.setFont(bold_font(painter.font()))
    paint_mark(painter, QPointF(box.left() + 4, box.center().y()), True, QColor(theme.warning))
    _paint_text(painter, box.adjusted(12, 0, 0, 0), written, QColor(theme.warning))


def _paint_text(painter: QPainter, box: QRectF, text: str, color: QColor) -> None:
    painter.setPen(color)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
