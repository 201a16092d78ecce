"""The palette: every layer type, grouped by family, to be dragged onto the canvas or put there with Enter."""

import qtawesome
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.builder import commands
from app.builder.canvas.drag import DragController, DragPayload
from app.builder.layer_icons import ICON_SIZE, paint_layer_icon
from app.builder.palette.search import SearchTerms
from app.document import Document
from app.widgets.plain_label import PlainLabel
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme
from app.widgets.undo_keys import DraftLineEdit
from tinyml.layers import Layer, layer_types

FAMILY_TITLES = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "dense": "Dense",
    "activation": "Activation",
    "regularisation": "Regularisation",
    "block": "Blocks",
}
"""The groups, in this order; a family that is not named here follows under its own name."""

_TEXT_LEFT = ICON_SIZE + 3 * GRID
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class Palette(QWidget):
    """Every layer type by family, with a search.

    Arguments:
        document: where layers are put.

    Signals:
        message(sentence): what was done, or why it could not be.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Palette of layer types")
        self.setMinimumWidth(21 * GRID)
        self._document = document
        self.search = _SearchField(self)
        self.search.textChanged.connect(self._on_search_changed)
        self.search.returnPressed.connect(self._on_return_pressed)
        self.search.step_requested.connect(self._on_highlight_stepped)
        self._list = QWidget()
        self._list.setObjectName("palette_list")
        self._list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("palette_scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.entries: list[PaletteEntry] = []
        self._found: list[PaletteEntry] = []
        self._highlighted: PaletteEntry | None = None
        self._rows: list[QWidget] = []
        self._titles: dict[str, QLabel] = {}
        self._nothing = PlainLabel(parent=self._list)
        self._fill()
        self._scroll.setWidget(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, 0, 0)
        layout.setSpacing(GRID)
        search_row = QVBoxLayout()
        search_row.setContentsMargins(0, 0, GRID, 0)
        search_row.addWidget(self.search)
        layout.addLayout(search_row)
        layout.addWidget(self._scroll)
        self._drag = DragController(self, document)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # ---------------------------------------------------------------------------------------------------------- filling

    def _fill(self) -> None:
        layout = QVBoxLayout(self._list)
        layout.setContentsMargins(0, 0, GRID, GRID)
        layout.setSpacing(0)
        by_family: dict[str, list[type[Layer]]] = {family: [] for family in FAMILY_TITLES}
        for layer_type in layer_types().values():
            by_family.setdefault(layer_type.Settings.family, []).append(layer_type)
        for family, members in by_family.items():
            if not members:
                continue
            title = QLabel(FAMILY_TITLES.get(family, family.capitalize()), self._list)
            title.setObjectName(f"palette_title_{family}")
            title.setFont(bold_font(small_font(title.font())))
            title.setProperty("muted", True)
            title.setContentsMargins(GRID // 2, GRID, 0, GRID // 2)
            self._rows.append(title)
            self._titles[family] = title
            for layer_type in members:
                entry = PaletteEntry(layer_type, self._list)
                entry.chosen.connect(self._insert)
                entry.grabbed.connect(self._on_entry_grabbed)
                entry.step_requested.connect(self._on_step_requested)
                self._rows.append(entry)
                self.entries.append(entry)
        self._nothing.setObjectName("palette_nothing_found")
        self._nothing.setProperty("muted", True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(GRID // 2, GRID, 0, 0)
        self._nothing.hide()
        for row in self._rows:
            layout.addWidget(row)
        layout.addWidget(self._nothing)
        layout.addStretch(1)
        self._show_search("")

    @Slot(str)
    def _on_search_changed(self, text: str) -> None:
        self._show_search(text.strip())

    def _show_search(self, text: str) -> None:
        """Show what a search finds, the best first; without a search everything, by family."""
        ranks = {entry: entry.terms.rank(text) for entry in self.entries} if text else dict.fromkeys(self.entries, 0)
        found = [(rank, entry) for entry, rank in ranks.items() if rank is not None]
        self._found = [entry for _, entry in sorted(found, key=lambda pair: pair[0])]
        order = self._found if text else self._rows
        layout = self._list.layout()
        assert isinstance(layout, QVBoxLayout)
        for position, row in enumerate(order):
            layout.removeWidget(row)
            layout.insertWidget(position, row)
        for row in self._rows:
            row.setHidden(bool(text) and row not in self._found)
        self._nothing.setText(f"No layer type matches “{text}”. Clear the search to see all of them.")
        self._nothing.setHidden(bool(self._found))
        self._set_stop((self._found or self.entries)[0])
        self._highlight(self._found[0] if text and self._found else None)

    def _highlight(self, entry: "PaletteEntry | None") -> None:
        """Mark the entry that Enter in the search field inserts."""
        for each in self.entries:
            each.set_highlighted(each is entry)
        self._highlighted = entry
        if entry is None:
            words = self._nothing.text() if not self._found else "Type the name of a layer type."
        else:
            self._set_stop(entry)
            self._scroll.ensureWidgetVisible(entry, 0, GRID)
            place = f"{self._found.index(entry) + 1} of {len(self._found)}"
            words = f"{entry.accessibleName()}, {place}. Press Enter to insert it."
        self.search.setAccessibleDescription(words)

    # ----------------------------------------------------------------------------------------------- keyboard and mouse

    @Slot(str)
    def _insert(self, layer_type: str) -> None:
        commands.insert(self._document, layer_type)

    @Slot()
    def _on_return_pressed(self) -> None:
        if self._highlighted is not None:
            self._insert(self._highlighted.type_name)
        elif not self._found:
            self.message.emit(self._nothing.text())
        self.search.selectAll()

    @Slot(int)
    def _on_highlight_stepped(self, distance: int) -> None:
        if self._highlighted is not None:
            position = self._found.index(self._highlighted) + distance
            self._highlight(self._found[min(max(position, 0), len(self._found) - 1)])
        elif self._found and distance > 0:
            self._highlight(self._found[0])

    @Slot(int)
    def _on_step_requested(self, distance: int) -> None:
        entry = self.sender()
        if not isinstance(entry, PaletteEntry):
            return
        position = self._found.index(entry) + distance
        if position < 0 and distance == -1:
            self.search.setFocus(Qt.FocusReason.BacktabFocusReason)
        else:
            self._focus(self._found[min(max(position, 0), len(self._found) - 1)])

    def _focus(self, entry: "PaletteEntry") -> None:
        self._set_stop(entry)
        entry.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(entry, 0, GRID)

    def _set_stop(self, stop: "PaletteEntry") -> None:
        """Make one entry the only one that Tab stops at; arrow keys go to the others."""
        for entry in self.entries:
            entry.setFocusPolicy(Qt.FocusPolicy.StrongFocus if entry is stop else Qt.FocusPolicy.ClickFocus)

    @Slot(QPointF)
    def _on_entry_grabbed(self, position: QPointF) -> None:
        entry = self.sender()
        if isinstance(entry, PaletteEntry):
            self._set_stop(entry)
            hot_spot = entry.mapFromGlobal(position).toPoint()
            self._drag.arm(DragPayload(layer_type=entry.type_name), entry.picture(), hot_spot, position.toPoint())


class PaletteEntry(QWidget):
    """One layer type in the palette.

    Attributes:
        type_name, family: of the layer type; `type_name` is its name in files.
        terms: what a search compares with.

    Signals:
        chosen(type_name): double-click or Enter.
        grabbed(position): the mouse was pressed; a drag may begin. Global position.
        step_requested(distance): go up or down by so many entries.
    """

    chosen = Signal(str)
    grabbed = Signal(QPointF)
    step_requested = Signal(int)

    def __init__(self, layer_type: type[Layer], parent: QWidget) -> None:
        super().__init__(parent)
        settings = layer_type.Settings
        self.type_name, self._title = layer_type.type_name, layer_type.__name__
        self.family, self._summary = settings.family, settings.summary
        family_title = FAMILY_TITLES.get(self.family, self.family)
        self.terms = SearchTerms.of(self._title, settings, family_title)
        self._lifted = self._highlighted = False
        self.setObjectName(f"palette_{self.type_name}")
        self.setAccessibleName(f"{self._title}: {self._summary}")
        self.setAccessibleDescription("Press Enter to insert it behind the selected layer.")
        self.setToolTip(f"{self._title}: {settings.formula}\nDrag it onto the canvas, or press Enter.")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_highlighted(self, highlighted: bool) -> None:
        """Paint the entry as the one that Enter in the search field inserts, or not."""
        if highlighted != self._highlighted:
            self._highlighted = highlighted
            self.update()

    def picture(self) -> QPixmap:
        """Paint the entry as a small card, to follow the pointer."""
        self._lifted = True
        picture = self.grab()
        self._lifted = False
        return picture

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        summary = self._summary_box(width)
        return summary.bottom() + 1 + GRID // 2 + 1

    def sizeHint(self) -> QSize:
        width = self.width() if self.width() > _TEXT_LEFT else 22 * GRID
        return QSize(22 * GRID, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(14 * GRID, self.sizeHint().height())

    def _summary_box(self, width: int) -> QRect:
        metrics = QFontMetrics(small_font(self.font()))
        top = GRID // 2 + QFontMetrics(self.font()).height()
        room = QRect(_TEXT_LEFT, top, max(width - _TEXT_LEFT - 2, 5 * GRID), 1000)
        room.setHeight(metrics.boundingRect(room, _WRAP, self._summary).height())
        return room

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        marked = self._lifted or self._highlighted or self.hasFocus()
        if marked or self.underMouse():
            painter.setBrush(QColor(theme.card if self._lifted else theme.track))
            painter.setPen(QColor(theme.accent) if marked else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        icon_top = (self.height() - ICON_SIZE) / 2
        paint_layer_icon(painter, QRectF(GRID, icon_top, ICON_SIZE, ICON_SIZE), self.family)
        painter.setPen(QColor(theme.text))
        height = QFontMetrics(self.font()).height()
        painter.drawText(QRect(_TEXT_LEFT, GRID // 2, self.width() - _TEXT_LEFT, height), 0, self._title)
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(theme.muted))
        painter.drawText(self._summary_box(self.width()), _WRAP, self._summary)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.grabbed.emit(event.globalPosition())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.type_name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000}
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.type_name)
        elif plain and key in steps:
            self.step_requested.emit(steps[key])
        else:
            super().keyPressEvent(event)


class _SearchField(DraftLineEdit):
    """The search; Esc empties it, the arrows up and down choose among what it finds.

    Signals:
        step_requested(distance): choose the entry that is so many further down.
    """

    step_requested = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette_search")
        self.setAccessibleName("Search layers")
        self.setPlaceholderText("Search layers…")
        self.setClearButtonEnabled(True)
        self._icon = QAction(self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self._apply_theme()

    def _apply_theme(self) -> None:
        self._icon.setIcon(qtawesome.icon("mdi6.magnify", color=current_theme().muted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_theme()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step_requested.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
