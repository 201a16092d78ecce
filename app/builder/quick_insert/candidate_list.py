"""The list of quick insert: one row for each layer type, with what it gives in the gap."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.builder.layer_icons import ICON_SIZE, paint_layer_icon
from app.builder.quick_insert.candidates import Candidate
from app.widgets.plain_text import tool_tip
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, Theme, current_theme

_TEXT_LEFT = ICON_SIZE + 3 * GRID
_CANDIDATE = Qt.ItemDataRole.UserRole

AnyIndex = QModelIndex | QPersistentModelIndex


class CandidateModel(QAbstractListModel):
    """Holds the candidates in the order of the list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.candidates: list[Candidate] = []

    def show_candidates(self, candidates: list[Candidate]) -> None:
        """Replace all rows.

        Arguments:
            candidates: the candidates, the best one first.
        """
        self.beginResetModel()
        self.candidates = candidates
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.candidates)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        candidate = self.candidates[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return candidate.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return candidate.describe()
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip(candidate.detail)
            case _ if role == _CANDIDATE:
                return candidate
        return None


class CandidateDelegate(QStyledItemDelegate):
    """Paints a row: icon, name and key settings; at the right a mark and the resulting shape."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        font = option.font
        height = QFontMetrics(bold_font(font)).height() + QFontMetrics(small_font(font)).height()
        return QSize(20 * GRID, height + GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        candidate: Candidate = index.data(_CANDIDATE)
        theme, box, font = current_theme(), option.rect, option.font
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(theme.track))
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        icon = QRectF(box.left() + GRID, box.center().y() - ICON_SIZE / 2, ICON_SIZE, ICON_SIZE)
        paint_layer_icon(painter, icon, candidate.family)
        text = box.adjusted(_TEXT_LEFT, GRID // 2, -GRID, -GRID // 2)
        first = QRect(text.topLeft(), QSize(text.width(), QFontMetrics(bold_font(font)).height()))
        second = QRect(first.bottomLeft(), QSize(text.width(), text.height() - first.height()))
        _paint_first_line(painter, first, candidate, font, theme)
        _paint_detail(painter, second, candidate, small_font(font), theme)
        painter.restore()


def _paint_first_line(painter: QPainter, box: QRect, candidate: Candidate, font: QFont, theme: Theme) -> None:
    """Paint the name, and at the right what the layer gives, or a cross if it does not fit."""
    metrics = QFontMetrics(bold_font(font))
    unsuitable = candidate.fits is False or bool(candidate.refusal)
    painter.setFont(bold_font(font))
    painter.setPen(QColor(theme.muted if unsuitable else theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, candidate.title)
    mark = "✕" if unsuitable else "✓" if candidate.fits else ""
    painter.setFont(small_font(font))
    room = QRect(box)
    room.setLeft(box.left() + metrics.horizontalAdvance(candidate.title) + GRID)
    result = QFontMetrics(small_font(font)).elidedText(
        " ".join(part for part in (mark, candidate.result) if part), Qt.TextElideMode.ElideRight, room.width()
    )
    painter.setPen(QColor(theme.danger if unsuitable else theme.text))
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, result)


def _paint_detail(painter: QPainter, box: QRect, candidate: Candidate, font: QFont, theme: Theme) -> None:
    painter.setFont(font)
    painter.setPen(QColor(theme.danger if candidate.refusal else theme.muted))
    detail = QFontMetrics(font).elidedText(candidate.detail, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, detail)


class CandidateList(QListView):
    """Shows the candidates. It never takes the keyboard focus: the search field chooses the row.

    Arguments:
        parent: the parent widget.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("quick_insert_list")
        self.setAccessibleName("Layer types that match")
        self._rows = CandidateModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(CandidateDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.viewport().setAutoFillBackground(False)

    @property
    def candidates(self) -> list[Candidate]:
        """The candidates, from top to bottom."""
        return self._rows.candidates

    @property
    def current(self) -> Candidate | None:
        """The chosen candidate; None if the list is empty."""
        row = self.currentIndex().row()
        return self.candidates[row] if 0 <= row < len(self.candidates) else None

    def show_candidates(self, candidates: list[Candidate]) -> None:
        """Show candidates and choose the first one.

        Arguments:
            candidates: the candidates, the best one first.
        """
        self._rows.show_candidates(candidates)
        self.scrollToTop()
        self.choose(0)

    def choose(self, row: int) -> None:
        """Choose a row; the nearest one if there is no such row.

        Arguments:
            row: position in the list.
        """
        last = len(self.candidates) - 1
        self.setCurrentIndex(self._rows.index(min(max(row, 0), last)) if last >= 0 else QModelIndex())

    def height_of(self, rows: int) -> int:
        """Return the height in pixels that shows some rows without scrolling.

        Arguments:
            rows: number of rows.
        """
        return rows * self.sizeHintForRow(0) if self.candidates else 0
