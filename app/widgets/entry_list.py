"""A list to choose one thing from: each entry has a title and a line below it, in sections with a heading."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QImage, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.widgets.plain_text import short, tool_tip
from app.widgets.row_background import paint_row_background
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, current_theme

_ENTRY_ROLE = Qt.ItemDataRole.UserRole
_CHOSEN_ROLE = Qt.ItemDataRole.UserRole + 1
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True)
class Entry:
    """One thing to choose.

    Attributes:
        key: identifies the entry; different for each entry of a list.
        title: its name.
        line: facts about it; empty for none.
        tooltip: the text that appears when the mouse rests on it; empty for none.
        picture: a square picture at its left, if the list has pictures; None for an empty place.
        warns: True if the line says that something is wrong with the entry.
        marked: True if the entry is shown together with the chosen one.
    """

    key: str
    title: str
    line: str = ""
    tooltip: str = ""
    picture: QImage | None = None
    warns: bool = False
    marked: bool = False


_Sections = tuple[tuple[str, tuple[Entry, ...]], ...]


class EntryList(QListWidget):
    """Shows entries in sections, and which of them is chosen. A click or Enter chooses an entry; the arrow keys move.

    Arguments:
        name: objectName of the list.
        accessible_name: what the entries are, for screen readers.
        picture_size: width and height of the pictures in pixels; 0 for a list without pictures.
        parent: the parent widget.

    Signals:
        chosen(key): the user chose an entry, perhaps the one that is chosen already.
        menu_requested(key, place): the user wants the menu of an entry, at a place of the screen.
    """

    chosen = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, name: str, accessible_name: str, picture_size: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture_size = picture_size
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._shown: tuple[_Sections, str] | tuple[()] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setItemDelegate(_EntryDelegate(self))
        self.itemClicked.connect(self._on_item_clicked)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of all sections, from top to bottom."""
        items = (self.item(row).data(_ENTRY_ROLE) for row in range(self.count()))
        return tuple(entry for entry in items if isinstance(entry, Entry))

    @property
    def chosen_key(self) -> str:
        """Key of the chosen entry; empty if none is chosen."""
        items = (self.item(row) for row in range(self.count()))
        return next((item.data(_ENTRY_ROLE).key for item in items if item.data(_CHOSEN_ROLE)), "")

    @property
    def current_key(self) -> str:
        """Key of the entry that the arrow keys have reached; empty if there is none."""
        return self._key_of(self.currentItem())

    def show_entries(self, sections: Iterable[tuple[str, Iterable[Entry]]], chosen: str = "") -> None:
        """Show other entries. The arrow keys start from the current one; it stays, unless another one is chosen now.

        Arguments:
            sections: heading and entries of each section; a section without entries is left out.
            chosen: key of the chosen entry; empty for none.
        """
        wanted = tuple((heading, tuple(entries)) for heading, entries in sections)
        if (wanted, chosen) == self._shown:
            return
        current = chosen if chosen != self.chosen_key else self._key_of(self.currentItem())
        before, self._shown = self._shown, (wanted, chosen)
        if before and _keys(before[0]) == _keys(wanted):
            self._update_entries(wanted, chosen, current)
            return
        self.clear()
        for heading, entries in wanted:
            if entries and heading:
                self._add_heading(heading)
            for entry in entries:
                self._add_entry(entry, entry.key == chosen)
                if entry.key == current:
                    self.setCurrentRow(self.count() - 1)

    def choose_current(self) -> None:
        """Choose the entry that the arrow keys have reached."""
        if self.current_key:
            self.chosen.emit(self.current_key)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, 12 * GRID)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            # Something below the list may take room when an entry is chosen, and must not cover this entry.
            self.scrollTo(self.currentIndex())

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Let the key Home, and the first key, reach the first entry. Qt would stop at the heading above it."""
        if action == QAbstractItemView.CursorAction.MoveHome or not self.currentIndex().isValid():
            rows = (row for row in range(self.count()) if self._key_of(self.item(row)))
            return self.model().index(next(rows, -1), 0)
        return super().moveCursor(action, modifiers)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        key = self._key_of(item)
        if item is not None and key:
            place = self.visualItemRect(item).center() if by_key else event.pos()
            self.menu_requested.emit(key, self.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.choose_current()
        else:
            super().keyPressEvent(event)

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text, self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add_entry(self, entry: Entry, chosen: bool) -> None:
        item = QListWidgetItem(self)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        self._fill(item, entry, chosen)

    def _update_entries(self, sections: _Sections, chosen: str, current: str) -> None:
        """Show other facts of the same entries. The list keeps its place, which matters while a number counts up."""
        entries = {entry.key: entry for _, section in sections for entry in section}
        for row in range(self.count()):
            item = self.item(row)
            key = self._key_of(item)
            if key:
                self._fill(item, entries[key], key == chosen)
            if key and key == current and row != self.currentRow():
                self.setCurrentRow(row)

    def _fill(self, item: QListWidgetItem, entry: Entry, chosen: bool) -> None:
        if item.data(_ENTRY_ROLE) == entry and item.data(_CHOSEN_ROLE) == chosen:
            return
        item.setText(short(entry.title))
        item.setData(_ENTRY_ROLE, entry)
        item.setData(_CHOSEN_ROLE, chosen)
        item.setToolTip(tool_tip(entry.tooltip))
        spoken = ", ".join(
            part for part in (short(entry.title), entry.line, "chosen" if chosen or entry.marked else "") if part
        )
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _key_of(self, item: QListWidgetItem | None) -> str:
        entry = item.data(_ENTRY_ROLE) if item is not None else None
        return entry.key if isinstance(entry, Entry) else ""

    @Slot(QListWidgetItem)
    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        key = self._key_of(item)
        if key:
            self.chosen.emit(key)


class _EntryDelegate(QStyledItemDelegate):
    """Paints the headings and the entries of the list."""

    def __init__(self, view: EntryList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        title, line = QFontMetrics(bold_font(option.font)).height(), QFontMetrics(small_font(option.font)).height()
        entry = index.data(_ENTRY_ROLE)
        if not isinstance(entry, Entry):
            return QSize(8 * GRID, line + (GRID if index.row() == 0 else 2 * GRID))
        text = title + (line + 2 if entry.line else 0) + GRID + GRID // 2
        return QSize(8 * GRID, max(text, self._view.picture_size + GRID))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry = index.data(_ENTRY_ROLE)
        if isinstance(entry, Entry):
            self._paint_entry(painter, option, index, entry)
        else:
            painter.setFont(small_font(option.font))
            painter.setPen(QColor(current_theme().muted))
            area = option.rect.adjusted(GRID, 0, 0, -GRID // 2)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignBottom), str(index.data()))
        painter.restore()

    def _paint_entry(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        entry: Entry,
    ) -> None:
        theme, chosen = current_theme(), bool(index.data(_CHOSEN_ROLE))
        has_focus = self._view.hasFocus() and index == self._view.currentIndex()
        paint_row_background(painter, option, chosen or entry.marked, has_focus)
        area = option.rect.adjusted(GRID, GRID // 2, -GRID, -GRID // 2)
        if self._view.picture_size:
            self._paint_picture(painter, area, entry.picture)
            area.setLeft(area.left() + self._view.picture_size + GRID)
        painter.setFont(bold_font(option.font))
        painter.setPen(QColor(theme.text))
        title_height = painter.fontMetrics().height()
        _draw_elided(painter, QRect(area.left(), area.top(), area.width(), title_height), short(entry.title))
        painter.setFont(small_font(option.font))
        painter.setPen(QColor(theme.warning if entry.warns else theme.muted))
        below = QRect(area.left(), area.top() + title_height + 2, area.width(), painter.fontMetrics().height())
        _draw_elided(painter, below, short(entry.line))

    def _paint_picture(self, painter: QPainter, area: QRect, picture: QImage | None) -> None:
        if picture is None:
            return
        size = self._view.picture_size
        place = QRect(area.left(), area.top() + (area.height() - size) // 2, size, size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, picture)


def _keys(sections: _Sections) -> list[tuple[str, list[str]]]:
    """Return the headings with the keys of their entries."""
    return [(heading, [entry.key for entry in entries]) for heading, entries in sections]


def _draw_elided(painter: QPainter, area: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), shown)
