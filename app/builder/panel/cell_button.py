"""A cell of a table that looks like a button. A real button in each row would make a long table slow."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.widgets.theme.theme import GRID, RADIUS, current_theme

AnyIndex = QModelIndex | QPersistentModelIndex


class CellButton(QStyledItemDelegate):
    """Paints the text of a cell inside the outline of a button, and an empty cell as nothing."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        if not text:
            return
        theme = current_theme()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        color = QColor(theme.on_accent) if selected else QColor(index.data(Qt.ItemDataRole.ForegroundRole))
        box = QRectF(option.rect).adjusted(GRID / 2, 2.5, -GRID / 2, -2.5)
        box.setHeight(min(box.height(), option.fontMetrics.height() + GRID))
        box.moveTop(option.rect.top() + (option.rect.height() - box.height()) / 2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1))
        painter.drawRoundedRect(box, RADIUS - 1, RADIUS - 1)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, round(box.width()) - GRID)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 3 * GRID, option.fontMetrics.height() + GRID + 6)
