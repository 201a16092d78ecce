"""The list of runs: colour, name, what differs, final result and star, each in one row of two lines."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.monitor.runs.run_model import ROW_ROLE, Index, RunModel, ShownRow
from app.monitor.runs.run_row import RunRow
from app.widgets.plain_text import short
from app.widgets.row_background import paint_row_background
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, current_theme, run_color

_SWATCH = 14
"""Width and height of the colour of a run, in pixels."""
_STAR = 2 * GRID
"""Width of the place of the star, in pixels."""


class RunList(QListView):
    """Shows the rows of a `RunModel`. Click: choose; the colour: draw or hide; the star: mark. F2 renames.

    Arguments:
        model: the rows.
        parent: the parent widget.

    Signals:
        show_toggled(identifier): the user clicked the colour of a run, or pressed Space.
        star_toggled(identifier): the user clicked the star of a run.
        delete_requested(): the user pressed Del.
        undo_requested(): the user pressed Ctrl+Z.
        menu_requested(place): the user wants the menu of the selected runs, at a place of the screen.
    """

    show_toggled = Signal(str)
    star_toggled = Signal(str)
    delete_requested = Signal()
    undo_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, model: RunModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_list")
        self.setAccessibleName("Kept runs")
        self.setModel(model)
        self.setItemDelegate(_RunDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def selected(self) -> tuple[str, ...]:
        """Identifiers of the selected runs, from top to bottom."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return tuple(self._row_at(self.model().index(row, 0)).identifier for row in rows)

    def select(self, identifiers: tuple[str, ...], current: str = "") -> None:
        """Select runs; those that the list does not have are left out.

        Arguments:
            identifiers: of the runs.
            current: the run from which the arrow keys start; empty for the first of them.
        """
        model = self.model()
        assert isinstance(model, RunModel), "the constructor sets it"
        selection = self.selectionModel()
        selection.clearSelection()
        indexes = [index for name in identifiers if (index := model.index_of(name)).isValid()]
        for index in indexes:
            selection.select(index, QItemSelectionModel.SelectionFlag.Select)
        start = model.index_of(current) if current else indexes[0] if indexes else None
        if start is not None and start.isValid():
            selection.setCurrentIndex(start, QItemSelectionModel.SelectionFlag.NoUpdate)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, 8 * GRID)

    def event(self, event: QEvent) -> bool:
        # In this list, Ctrl+Z brings back deleted runs; the document must not undo an edit.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Delete):
            self.delete_requested.emit()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers() and current.isValid():
            self.show_toggled.emit(self._row_at(current).identifier)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            area, place = self.visualRect(index), event.position().toPoint()
            row = self._row_at(index)
            for part, signal in ((swatch_area(area), self.show_toggled), (star_area(area), self.star_toggled)):
                if part.adjusted(-GRID // 2, -GRID // 2, GRID // 2, GRID // 2).contains(place) and row.record:
                    signal.emit(row.identifier)
                    return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self.visualRect(self.currentIndex()).center() if by_key else event.pos()
        if self.indexAt(place).isValid():
            self.menu_requested.emit(self.viewport().mapToGlobal(place))

    def _row_at(self, index: Index) -> RunRow:
        shown = index.data(ROW_ROLE)
        assert isinstance(shown, ShownRow), "every index of the model has a row"
        return shown.row


def swatch_area(area: QRect) -> QRect:
    """Return where the colour of a run is, in the `area` of its row."""
    return QRect(area.left() + GRID, area.top() + GRID, _SWATCH, _SWATCH)


def star_area(area: QRect) -> QRect:
    """Return where the star of a run is, in the `area` of its row."""
    return QRect(area.right() - GRID - _STAR, area.center().y() + 1, _STAR, area.height() // 2 - 4)


def _is_own_key(event: QKeyEvent) -> bool:
    keys = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Delete
    return any(event.matches(key) for key in keys) or event.key() in (Qt.Key.Key_F2, Qt.Key.Key_Space)


class _RunDelegate(QStyledItemDelegate):
    """Paints a row, and places the field for its name."""

    def __init__(self, view: RunList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = QFontMetrics(bold_font(option.font)).height() + QFontMetrics(small_font(option.font)).height()
        return QSize(8 * GRID, lines + 2 + GRID + GRID // 2)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("run_name_editor")
        editor.setAccessibleName("Name of the run")
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        area: QRect = option.rect
        left = swatch_area(area).right() + GRID // 2
        editor.setGeometry(left, area.top(), area.right() - left, editor.sizeHint().height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown = index.data(ROW_ROLE)
        if not isinstance(shown, ShownRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = self._view.hasFocus() and index == self._view.currentIndex()
        paint_row_background(painter, option, chosen, has_focus)
        self._paint_swatch(painter, swatch_area(option.rect), shown.row)
        self._paint_texts(painter, option, shown)
        painter.restore()

    def _paint_swatch(self, painter: QPainter, area: QRect, row: RunRow) -> None:
        """Fill the colour of a run that is drawn; outline that of a hidden one."""
        if row.record is None:
            return
        color = run_color(row.record.color)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if row.drawn else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 3, 3)

    def _paint_texts(self, painter: QPainter, option: QStyleOptionViewItem, shown: ShownRow) -> None:
        theme, row, area = current_theme(), shown.row, option.rect
        left, right = swatch_area(area).right() + GRID, area.right() - GRID
        painter.setFont(option.font)
        painter.setPen(QColor(theme.text))
        height = QFontMetrics(bold_font(option.font)).height()
        first = QRect(left, area.top() + GRID // 2 + 1, right - left, height)
        painter.drawText(first, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), row.result)
        first.setRight(right - painter.fontMetrics().horizontalAdvance(row.result) - GRID)
        painter.setFont(bold_font(option.font))
        name_end = _draw(painter, first, short(row.name))
        painter.setFont(small_font(option.font))
        painter.setPen(QColor(theme.muted))
        _draw(painter, first.adjusted(name_end + GRID - 2, 0, 0, 0), row.state)
        below = QRect(left, first.bottom() + 3, right - left - _STAR - 2, painter.fontMetrics().height())
        warns = row.record is None or row.kept.interrupted or (row.record.state == "failed" and not row.active)
        painter.setPen(QColor(theme.warning if warns else theme.muted))
        _draw(painter, below, shown.line)
        self._paint_star(painter, option, row)

    def _paint_star(self, painter: QPainter, option: QStyleOptionViewItem, row: RunRow) -> None:
        starred = row.record is not None and row.record.starred
        if not starred and (row.record is None or not option.state & QStyle.StateFlag.State_MouseOver):
            return
        theme = current_theme()
        painter.setFont(option.font)
        painter.setPen(QColor(theme.warning if starred else theme.muted))
        painter.drawText(star_area(option.rect), int(Qt.AlignmentFlag.AlignCenter), "★" if starred else "☆")


def _draw(painter: QPainter, area: QRect, text: str) -> int:
    """Draw a text that ends in "…" if the area is too narrow, and return the width of what was drawn."""
    if not text or area.width() < GRID:
        return 0
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), shown)
    return painter.fontMetrics().horizontalAdvance(shown)
